//! The scenario files of this repository, without a server.

mod features;
