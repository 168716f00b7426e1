//! The platform's own reads.

pub mod audit_entries;
pub mod corrections;
pub mod dead_letters;
pub mod deliveries;
pub mod disposal;
pub mod disposals;
pub mod failed_jobs;
pub mod holds;
pub mod my_readings;
pub mod packs_in_force;
pub mod subscriptions;
pub mod systems;
