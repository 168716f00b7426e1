//! Events: typed facts in the past tense, CloudEvents 1.0 on the wire, with ids and never personal data
//! inside. The sealer gives them their position; every consumer reads by position.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// A type of event. Fields are only added; a new meaning is a new type.
pub trait Event: Serialize + JsonSchema + 'static {
    /// `capability.aggregate.past`, such as `casework.case.decided`.
    const TYPE: &'static str;
    /// Raised when fields are added.
    const VERSION: u32 = 1;
    /// What it tells, for the reference.
    const DOC: &'static str;
}

/// What an event is about, and that thing's version after the write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Such as `casework.case`; never a person.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its version after the write: 1, 2, 3, … Events of one aggregate are sealed in this order.
    pub version: i64,
}

/// An event on its way into the outbox.
#[derive(Debug, Clone)]
pub struct EventDraft {
    /// Its type.
    pub kind: &'static str,
    /// The type's version.
    pub type_version: u32,
    /// What it is about.
    pub aggregate: Aggregate,
    /// Its fields.
    pub data: Json,
}

impl EventDraft {
    /// A draft of a typed event.
    pub fn new<E: Event>(event: &E, aggregate: Aggregate) -> Result<Self, serde_json::Error> {
        Ok(EventDraft {
            kind: E::TYPE,
            type_version: E::VERSION,
            aggregate,
            data: serde_json::to_value(event)?,
        })
    }
}

/// The published description of an event type.
#[derive(Debug, Clone)]
pub struct EventEntry {
    /// Its type.
    pub kind: &'static str,
    /// Its version.
    pub version: u32,
    /// What it tells.
    pub doc: &'static str,
    /// The JSON Schema of its fields.
    pub schema: Json,
}

impl EventEntry {
    /// The entry of a type.
    pub fn of<E: Event>() -> Self {
        EventEntry {
            kind: E::TYPE,
            version: E::VERSION,
            doc: E::DOC,
            schema: crate::action::schema_of::<E>(),
        }
    }
}
