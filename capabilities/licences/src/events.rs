//! Facts that licences tell: ids and public words. What a licence says and who holds it stand in none.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::ids::{OrganisationId, PersonId};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Licence, LicenceId, State, Verb};

/// What every event of a licence tells.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OfLicence {
    /// The version of the licence.
    pub licence: LicenceId,
    /// The first version of the same licence.
    pub line: LicenceId,
    /// Its identifier (GB/T 36904).
    pub identifier: String,
    /// Its type: `pack.type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The pack that declares the type.
    pub pack: String,
    /// What the type is called.
    pub name: LocalText,
    /// Where it was issued.
    #[schemars(with = "String")]
    pub division: DivisionCode,
    /// Where it stands now.
    pub state: State,
    /// The person it belongs to, where one was proved.
    pub owner: Option<PersonId>,
    /// The organisation it belongs to, where it is known.
    pub owner_organisation: Option<OrganisationId>,
    /// From what it came: `kind:id`, such as a case.
    pub about: Option<String>,
    /// Until when it holds, milliseconds since 1970 in UTC.
    pub until_ms: Option<Timestamp>,
}

impl OfLicence {
    /// Of a licence as it stands after the step.
    pub fn of(licence: &Licence, state: State, name: LocalText) -> OfLicence {
        OfLicence {
            licence: licence.id,
            line: licence.line,
            identifier: licence.identifier.clone(),
            kind: licence.kind.clone(),
            pack: licence.pack.clone(),
            name,
            division: licence.division,
            state,
            owner: licence.holder.person,
            owner_organisation: licence.holder.organisation,
            about: licence.about.clone(),
            until_ms: licence.until,
        }
    }
}

/// A licence was issued.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LicenceIssued {
    /// The licence.
    #[serde(flatten)]
    pub of: OfLicence,
    /// The version that it takes the place of.
    pub instead_of: Option<LicenceId>,
}

impl Event for LicenceIssued {
    const TYPE: &'static str = "licences.licence.issued";
    const DOC: &'static str =
        "A licence was issued and sealed, or a new version of one took the place of the last.";
}

/// A licence stands elsewhere.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LicenceMoved {
    /// The licence.
    #[serde(flatten)]
    pub of: OfLicence,
    /// What was done.
    pub verb: Verb,
}

impl Event for LicenceMoved {
    const TYPE: &'static str = "licences.licence.moved";
    const DOC: &'static str = "A licence was suspended, resumed, withdrawn, cancelled, transferred, revoked or replaced, or its time was over.";
}

/// The licence as the aggregate of its events, at its version after the write.
pub fn aggregate(licence: LicenceId, version: i64) -> Aggregate {
    Aggregate { kind: "licences.licence", id: licence.to_string(), version }
}
