//! An audit entry and the bytes that the chain holds of it.

use minshu_kernel::error::Failure;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::values;
use sm3::{Digest as _, Sm3};

use crate::keys::hex;
use crate::store;

/// What the chain begins with.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry: who did what on which thing, when, and by which rule it was refused if it was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// UUIDv7.
    pub id: String,
    /// UTC milliseconds.
    pub at_ms: i64,
    /// [`minshu_kernel::access::Principal::reference`].
    pub principal: String,
    /// The action, or the query of a lookup.
    pub operation: String,
    /// What it was done on.
    pub resource_kind: String,
    /// Its id.
    pub resource_id: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// The rule that refused; empty where it was done. Of a lookup, the operation that it served and its purpose.
    pub rule: String,
    /// HMAC-SM3 of the input: proves what was sent and tells nothing of it.
    pub input_hash: String,
    /// SM3 over the events that it caused; empty where there are none.
    pub events_hash: String,
    /// The request.
    pub request: String,
    /// The causing event; empty where there is none.
    pub cause: String,
}

impl Entry {
    /// The statement that writes the entry, without a position yet.
    pub fn insert(&self) -> Statement {
        Statement::one(
            store::INSERT_AUDIT,
            values![
                &self.id,
                self.at_ms,
                &self.principal,
                &self.operation,
                &self.resource_kind,
                &self.resource_id,
                &self.outcome,
                &self.rule,
                &self.input_hash,
                &self.events_hash,
                &self.request,
                &self.cause,
            ],
        )
    }

    /// Reads the entry's columns of a row.
    pub fn read(row: &Row) -> Result<Entry, Failure> {
        Ok(Entry {
            id: row.get("id")?,
            at_ms: row.get("at_ms")?,
            principal: row.get("principal")?,
            operation: row.get("operation")?,
            resource_kind: row.get("resource_kind")?,
            resource_id: row.get("resource_id")?,
            outcome: row.get("outcome")?,
            rule: row.get("rule")?,
            input_hash: row.get("input_hash")?,
            events_hash: row.get("events_hash")?,
            request: row.get("request")?,
            cause: row.get("cause")?,
        })
    }

    /// The link of the chain: SM3 over the link before, the position, and every field with its length in
    /// front, so that no two entries have the same bytes.
    pub fn link(&self, before: &str, position: i64) -> String {
        let mut hash = Sm3::new();
        let at_ms = self.at_ms.to_string();
        let position = position.to_string();
        for field in [
            before,
            &position,
            &self.id,
            &at_ms,
            &self.principal,
            &self.operation,
            &self.resource_kind,
            &self.resource_id,
            &self.outcome,
            &self.rule,
            &self.input_hash,
            &self.events_hash,
            &self.request,
            &self.cause,
        ] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hex(&hash.finalize())
    }
}

/// SM3 over events in the order of their ids: each as id, type, version, aggregate and data.
pub fn events_hash<'a>(events: impl Iterator<Item = [&'a str; 7]>) -> String {
    let mut hash = Sm3::new();
    let mut some = false;
    for event in events {
        some = true;
        for field in event {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
    }
    if some { hex(&hash.finalize()) } else { String::new() }
}
