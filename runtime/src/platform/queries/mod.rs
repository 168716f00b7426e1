//! The platform's own reads.

pub mod audit_entries;
pub mod dead_letters;
pub mod failed_jobs;
pub mod systems;
