//! What capabilities hold about people: each says the kinds, what for, on which legal basis and for how long, reads out
//! what there is of whoever asks, and says what must become of it when that person leaves.

use serde_json::Value as Json;

use crate::BoxFuture;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::error::Failure;
use crate::objects::ObjectAddress;
use crate::records::Statement;
use crate::text::Message;

/// A file of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldFile {
    /// As it was called.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Where it is.
    pub object: ObjectAddress,
}

/// Something that is held about whoever asks.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRecord {
    /// The kind of resource that the audit chain names it by.
    pub resource: &'static str,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When it changed last.
    pub at: Timestamp,
    /// Where it is seen; nowhere for some.
    pub href: Option<String>,
    /// All of it, in clear, to be taken along.
    pub data: Json,
    /// Its files.
    pub files: Vec<HeldFile>,
}

/// What becomes of a kind when somebody leaves.
#[derive(Debug, Clone, Default)]
pub struct Leaving {
    /// What must be ended first, told to the person. Nothing is erased as long as there is one.
    pub hindrances: Vec<Message>,
    /// What the law keeps, each with its basis: it is taken out of the person's key before that is destroyed.
    pub kept: Vec<Message>,
    /// The statements that do it.
    pub writes: Vec<Statement>,
}

/// Reads records of whoever asks.
pub type ReadHeld = for<'a> fn(&'a Ctx, u32) -> BoxFuture<'a, Result<Vec<HeldRecord>, Failure>>;
/// Says what becomes of records of whoever asks.
pub type LeaveHeld = for<'a> fn(&'a Ctx) -> BoxFuture<'a, Result<Leaving, Failure>>;

/// A kind of personal data.
#[derive(Clone)]
pub struct Holding {
    /// `capability.kind`.
    pub name: &'static str,
    /// What it is called: the key of a text.
    pub title: &'static str,
    /// What it is held for.
    pub purpose: &'static str,
    /// The legal basis.
    pub basis: &'static str,
    /// How long it is held, and what becomes of it at an erasure.
    pub period: &'static str,
    /// Reads what there is of whoever asks, at most so many records, the latest first.
    pub read: ReadHeld,
    /// Says what becomes of it when whoever asks leaves.
    pub leave: LeaveHeld,
}
