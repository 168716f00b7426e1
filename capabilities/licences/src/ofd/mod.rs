//! OFD documents (GB/T 33190): written with embedded fonts and a seal, and read from anybody within bounds.

mod draw;
mod read;
mod write;
mod xml;

pub use read::{Package, ReadProblem, Reference, SignatureFile, Stamp};
pub use write::{Facts, Unsealed, WriteProblem, write};

/// The namespace of OFD.
pub const NAMESPACE: &str = "http://www.ofdspec.org/2016";

#[cfg(test)]
mod tests;
