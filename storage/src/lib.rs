//! The engines behind the seams of the contract: records on SQLite or PostgreSQL, objects in a
//! directory or in S3-compatible storage. The only crate in which dialect words may stand.

#[cfg(all(unix, feature = "testing"))]
pub mod cluster;
mod files;
pub mod objects;
#[cfg(all(unix, feature = "testing"))]
pub mod powercut;
pub mod records;
