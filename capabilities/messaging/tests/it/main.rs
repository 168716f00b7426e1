//! Messaging through the house: its own database, the real runtime, a clock that is set by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod access;
mod channels;
mod escalation;
mod flows;
mod mail;
mod pages;
mod personal;
mod reach;
mod sections;
mod statements;
mod world;
