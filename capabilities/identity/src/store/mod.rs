//! The SQL of identity, by noun: statements, row readers, and the small reads that actions and queries
//! share. Personal columns are sealed and opened here and nowhere else.

pub(crate) mod accounts;
pub(crate) mod applications;
pub(crate) mod challenges;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod leaving;
pub(crate) mod mandates;
pub(crate) mod openings;
pub(crate) mod organisations;
pub(crate) mod outside;
pub(crate) mod passkeys;
pub(crate) mod posts;
pub(crate) mod recoveries;
pub(crate) mod sessions;

/// Every fixed statement of the capability.
pub(crate) fn all() -> [&'static [(&'static str, &'static str)]; 15] {
    [
        accounts::STATEMENTS,
        applications::STATEMENTS,
        challenges::STATEMENTS,
        devices::STATEMENTS,
        leaving::STATEMENTS,
        factors::STATEMENTS,
        mandates::STATEMENTS,
        openings::STATEMENTS,
        organisations::STATEMENTS,
        outside::STATEMENTS,
        passkeys::STATEMENTS,
        posts::STATEMENTS,
        recoveries::STATEMENTS,
        sessions::STATEMENTS,
        crate::throttle::STATEMENTS,
    ]
}
