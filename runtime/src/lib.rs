//! What runs the contract: the house and its door, packs, access, the audit chain, flows, jobs, HTTP and pages.

pub mod access;
pub mod audit;
pub mod calendar;
pub mod carriers;
pub mod door;
pub mod flows;
pub mod house;
pub mod housekeeping;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod numbers;
pub mod outgoing;
pub mod packs;
pub mod person_keys;
pub mod platform;
pub mod questions;
pub mod register;
pub mod standings;
pub mod store;
pub mod subscriptions;
pub mod system;
#[cfg(feature = "testing")]
pub mod testing;
pub mod uploads;
pub mod workers;
