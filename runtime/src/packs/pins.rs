//! What open records are pinned to, and whether another set leaves it to them.

use std::collections::BTreeSet;

use minshu_kernel::capability::Capability;
use minshu_kernel::error::Failure;
use minshu_kernel::pack::PackSet;
use minshu_kernel::pins::OpenPin;
use minshu_kernel::records::Records;
use minshu_kernel::text::{Message, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The open pins of a kind of declaration.
#[derive(Debug, Clone)]
pub struct OpenPins {
    /// The kind, such as `casework.item`.
    pub kind: &'static str,
    /// By declaration and version.
    pub pins: Vec<OpenPin>,
}

/// Something that open records need and that a set does not leave to them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Break {
    /// The kind of declaration, such as `casework.item`.
    pub kind: String,
    /// `pack.id` of the declaration.
    pub id: String,
    /// What is not left.
    #[serde(flatten)]
    pub missing: Missing,
    /// How many open records need it.
    pub records: i64,
}

/// What a set does not leave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "missing", rename_all = "lowercase")]
pub enum Missing {
    /// The declaration itself.
    Declaration,
    /// A role that a stage still needs.
    Role {
        /// `pack.role`.
        role: String,
    },
    /// The text of the version: this program cannot read it.
    Text {
        /// Why.
        why: String,
    },
}

impl Break {
    /// What is broken and what to do.
    pub fn say(&self, t: &Speaker) -> String {
        let message = match &self.missing {
            Missing::Declaration => Message::new("platform-packs-break-declaration"),
            Missing::Role { role } => {
                Message::new("platform-packs-break-role").with("role", role.clone())
            }
            Missing::Text { why } => {
                Message::new("platform-packs-break-text").with("why", why.clone())
            }
        };
        let message = message.with("kind", self.kind.clone()).with("id", self.id.clone());
        t.message(&message.with("n", self.records))
    }
}

/// Asks every capability which versions its open records are pinned to.
pub async fn open(
    capabilities: &[Arc<dyn Capability>],
    records: &dyn Records,
    set: &PackSet,
) -> Result<Vec<OpenPins>, Failure> {
    let mut all = Vec::new();
    for pins in capabilities.iter().filter_map(|capability| capability.pins()) {
        all.push(OpenPins { kind: pins.kind(), pins: pins.open(records, set).await? });
    }
    Ok(all)
}

/// What open records need and the next set does not leave to them. What was missing before is not held against it.
pub fn broken(
    capabilities: &[Arc<dyn Capability>],
    open: &[OpenPins],
    before: Option<&PackSet>,
    next: &PackSet,
) -> Vec<Break> {
    let mut breaks: Vec<Break> = Vec::new();
    for kind in capabilities.iter().filter_map(|capability| capability.pins()) {
        let ids = |set: &PackSet| -> BTreeSet<String> {
            kind.declared(set).into_iter().map(|declared| declared.id).collect()
        };
        let (had, has) = (before.map(ids), ids(next));
        let pins = open.iter().filter(|open| open.kind == kind.kind()).flat_map(|o| &o.pins);
        for pin in pins {
            let mut add = |missing: Missing, records: i64| {
                let same = |b: &&mut Break| b.id == pin.id && b.missing == missing;
                match breaks.iter_mut().find(same) {
                    Some(found) => found.records += records,
                    None => breaks.push(Break {
                        kind: kind.kind().to_owned(),
                        id: pin.id.clone(),
                        missing,
                        records,
                    }),
                }
            };
            if let Some(why) = &pin.unreadable {
                add(Missing::Text { why: why.clone() }, pin.records);
            }
            if !has.contains(&pin.id) && had.as_ref().is_none_or(|had| had.contains(&pin.id)) {
                add(Missing::Declaration, pin.records);
            }
            for (role, records) in &pin.roles {
                let was_there = before.is_none_or(|before| before.roles.contains_key(role));
                if !next.roles.contains_key(role) && was_there {
                    add(Missing::Role { role: role.clone() }, *records);
                }
            }
        }
    }
    breaks.sort();
    breaks
}

/// A declaration of which open records keep an older version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Staying {
    /// The kind of declaration, such as `casework.item`.
    pub kind: String,
    /// `pack.id` of the declaration.
    pub id: String,
    /// How many open records are finished under another version than the set's.
    pub records: i64,
}

/// The declarations of which open records keep another version than the set's own, with the number of records.
pub fn staying(
    capabilities: &[Arc<dyn Capability>],
    open: &[OpenPins],
    set: &PackSet,
) -> Vec<Staying> {
    let mut found: Vec<Staying> = Vec::new();
    for kind in capabilities.iter().filter_map(|capability| capability.pins()) {
        let declared = kind.declared(set);
        let pins = open.iter().filter(|open| open.kind == kind.kind()).flat_map(|o| &o.pins);
        for pin in pins {
            if declared.iter().any(|d| d.id == pin.id && d.version == pin.version) {
                continue;
            }
            match found.iter_mut().find(|s| s.kind == kind.kind() && s.id == pin.id) {
                Some(staying) => staying.records += pin.records,
                None => found.push(Staying {
                    kind: kind.kind().to_owned(),
                    id: pin.id.clone(),
                    records: pin.records,
                }),
            }
        }
    }
    found.sort();
    found
}
