//! Identity through the house: its own database, the real runtime, a clock that is set by hand.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it set it up")]

mod accounts;
mod administration;
mod authenticator;
mod contacts;
mod guessing;
mod hostile;
mod mandates;
mod oauth;
mod outside;
mod pages;
mod passkeys;
mod personal;
mod recovery;
mod second_factor;
mod sessions;
mod standing;
mod statements;
mod world;
