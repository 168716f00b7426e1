//! E-licences.

pub mod code;
pub mod layout;
pub mod ofd;
pub mod pdf;
pub mod sample;
pub mod seal;
