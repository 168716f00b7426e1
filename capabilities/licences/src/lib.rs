//! E-licences.

pub mod code;
pub mod seal;
