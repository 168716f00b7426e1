//! Break-glass: single things of a capability that somebody may open in an emergency outside the own place, for
//! reading and for a bounded time. The capability says what can be opened and answers where a thing lies; identity
//! keeps what was opened, tells those who oversee it and has it judged; access lets it through.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ctx::Services;
use crate::division::DivisionCode;
use crate::text::LocalText;

/// A kind of thing that can be opened.
#[derive(Debug, Clone, Copy)]
pub struct EmergencyKind {
    /// The kind of its resources, such as `casework.case`.
    pub kind: &'static str,
    /// What people call it: Chinese, English.
    pub name: (&'static str, &'static str),
    /// The query that finds one by its number: from [`FindForEmergency`] to [`Found`]. It is asked as whoever wants to
    /// open it, so a permission set with the basis of a post must hold it.
    pub find: &'static str,
    /// The query that reads one: whoever may ask it anyway has nothing to open.
    pub read: &'static str,
    /// The page of one is at this address with the id behind it.
    pub page: &'static str,
}

/// Asks where a thing is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindForEmergency {
    /// The number that people quote of it.
    #[schemars(length(max = 64))]
    pub number: String,
}

/// A thing, and nothing personal of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// The id of its resource.
    pub id: String,
    /// Its number.
    pub number: String,
    /// What it is, in words.
    pub about: LocalText,
    /// The pack it belongs to.
    pub pack: Option<String>,
    /// Where it lies.
    pub division: DivisionCode,
}

/// A kind of the house.
pub fn kind<'s>(services: &'s Services, kind: &str) -> Option<&'s EmergencyKind> {
    services.emergencies.iter().find(|known| known.kind == kind)
}
