//! What every pack declares itself, apart from the sections of capabilities. The structs are the schema and the
//! reference: a field's comment is what the reference says of it.

use std::collections::BTreeMap;

use minshu_kernel::lookup::LookupToml;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The head of a pack: which system it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackToml {
    /// The id in the register: lower-case words joined by hyphens. It is the folder's name too.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 60))]
    pub id: String,
    /// The plan's chapter, such as `6.1`.
    #[schemars(regex(pattern = r"^[0-9]{1,2}(\.[0-9]{1,2})?$"))]
    pub plan: String,
    /// The system's name.
    pub name: LocalText,
    /// The unit in charge.
    pub lead: LocalText,
    /// What it is for and for whom, in two sentences at most.
    pub description: LocalText,
    /// The capabilities that carry it.
    #[schemars(length(min = 1, max = 12))]
    pub uses: Vec<String>,
    /// The register's line, cut into things that can be proved one by one.
    #[schemars(length(min = 1, max = 20))]
    pub clauses: Vec<ClauseToml>,
    /// The pieces that its page shows, such as `casework.items`.
    #[serde(default)]
    pub panels: Vec<String>,
    /// Roles that it needs.
    #[serde(default)]
    pub role: Vec<RoleToml>,
    /// What happens on events.
    #[serde(default)]
    pub flow: Vec<FlowToml>,
}

/// One thing that the system must be shown to do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseToml {
    /// `c1`, `c2`, …: scenarios are tagged with it.
    #[schemars(regex(pattern = r"^c[0-9]{1,2}$"))]
    pub id: String,
    /// Its English text: a verbatim span of the register's line.
    pub en: String,
    /// Its Chinese text.
    pub zh: String,
}

/// A role that posts can be granted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 40))]
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// Permission sets that capabilities publish, such as `casework.intake`.
    #[schemars(length(min = 1, max = 40))]
    pub may: Vec<String>,
}

/// On this event, where it is so, do that action with these values.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 40))]
    pub id: String,
    /// The event's type, such as `casework.case.decided`.
    pub on: String,
    /// Fields of the event that must have these values.
    #[serde(default, rename = "where")]
    pub filter: BTreeMap<String, Json>,
    /// A condition over the event, in CEL.
    #[serde(default)]
    pub when: Option<String>,
    /// Queries that are answered first; `lookup.<name>` in expressions.
    #[serde(default)]
    pub lookup: Vec<LookupToml>,
    /// The action.
    #[serde(rename = "do")]
    pub action: String,
    /// Its input: values, or `{ cel = "…" }`.
    #[serde(default)]
    pub with: BTreeMap<String, Json>,
    /// What to do where the action is refused for good.
    #[serde(default)]
    pub on_refused: Option<CompensationToml>,
}

/// The compensating action of a flow.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompensationToml {
    /// The action.
    #[serde(rename = "do")]
    pub action: String,
    /// Its input: values, or `{ cel = "…" }`.
    #[serde(default)]
    pub with: BTreeMap<String, Json>,
}
