//! What a pack declares to licences: `[[licences.issuer]]`, an organisation that issues, and `[[licences.type]]`, a kind of
//! licence. The structs are schema and reference at once; their checks are in [`crate::compile`].

use std::collections::BTreeMap;

use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::layout::Template;
use crate::model::{HolderKind, Verb};

/// An organisation that issues licences, with the place that it serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// Its name, as it stands on the seal.
    pub name: LocalText,
    /// Its unified social credit code (GB 32100).
    #[schemars(length(min = 18, max = 18))]
    pub uscc: String,
    /// The division that it serves: a licence is issued by the nearest one above its place.
    pub division: String,
}

/// A kind of licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// What it is called: 食品经营许可证.
    pub name: LocalText,
    /// The authority that defines the type, in the catalogue of licences.
    pub owner: OwnerToml,
    /// The three digits that the authority gave the type: with the authority's code they are its type code (GB/T 36904).
    #[schemars(regex(pattern = r"^[0-9]{3}$"))]
    pub code: String,
    /// Who holds it.
    pub holder: HolderKind,
    /// Those who issue it, by their ids in this pack.
    #[schemars(length(min = 1, max = 200))]
    pub issuers: Vec<String>,
    /// The role that issues and changes it: of this pack, or `pack.role`; whoever has `licences.issue` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What it says, in the order of its page.
    #[serde(rename = "field")]
    #[schemars(length(min = 1, max = 40))]
    pub fields: Vec<FieldToml>,
    /// How long it holds.
    #[serde(default)]
    pub validity: ValidityToml,
    /// What may be done to it; all of it where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<Vec<Verb>>,
    /// What two officers must agree on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub four_eyes: Vec<Verb>,
    /// The layout of its document: a `[[licences.layout]]` of this pack, or `pack.layout`.
    pub layout: String,
    /// How long it is kept after its end.
    pub retention: RetentionToml,
    /// The items whose cases bring it when they are granted, for flows with `licences.issue_for`.
    #[serde(default, rename = "from", skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub from: Vec<FromToml>,
}

/// How the form of a granted case becomes a licence: JSON pointers into the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FromToml {
    /// The item: `pack.item`.
    pub item: String,
    /// The holder's name.
    pub holder_name: String,
    /// The holder's number.
    pub holder_number: String,
    /// The division where it is issued.
    pub division: String,
    /// What the licence says, by the ids of its fields.
    pub values: BTreeMap<String, String>,
    /// Words of the form as they stand on the licence, by the ids of its fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, BTreeMap<String, String>>,
}

/// The authority that defines a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerToml {
    /// Its unified social credit code (GB 32100).
    #[schemars(length(min = 18, max = 18))]
    pub uscc: String,
    /// Its name.
    pub name: LocalText,
}

/// A field of a licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldToml {
    /// Its id within the type; the layout names it so.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 40))]
    pub id: String,
    /// What it is called.
    pub name: LocalText,
    /// What is written there.
    #[serde(default)]
    pub kind: FieldKind,
    /// Whether it names a person: it is masked wherever it is not the holder who reads.
    #[serde(default)]
    pub personal: bool,
    /// Whether it is shown to a stranger unless the holder says otherwise.
    #[serde(default)]
    pub shown: bool,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
}

/// What is written in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A line or some lines, 500 characters at most.
    #[default]
    Text,
    /// A day, `2026-03-05`.
    Date,
}

/// How long a licence holds: so many years or months, or until a day that stands in it, or without end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidityToml {
    /// Years, 1 to 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u8>,
    /// Months, 1 to 600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u16>,
    /// The field, a date, with its last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// How long a licence is kept after its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionToml {
    /// Full years, 1 to 100; for ever where they are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u16>,
    /// The legal ground of that time.
    pub basis: LocalText,
}

/// The layout of a document.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// The page and what stands on it.
    pub template: Template,
}
