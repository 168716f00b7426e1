//! E-licences.
