//! Casework through the house: its own database, the real runtime, a clock that is set by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod access;
mod calendar;
mod clock;
mod correction;
mod directory;
mod drafts;
mod flags;
mod housekeeping;
mod joint;
mod lookups;
mod pages;
mod personal;
mod races;
mod retention;
mod sections;
mod statements;
mod story;
mod versions;
mod wording;
mod world;
