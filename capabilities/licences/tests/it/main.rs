//! Licences through the house: identity beside them, their own database, the real runtime.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod pages;
mod statements;
mod story;
mod world;
