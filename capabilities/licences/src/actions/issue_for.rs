//! A granted case brings its licence: what the type declares of the case's form becomes holder, place and values. Flows do
//! it on `casework.case.decided`.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::ids::{OrganisationId, PersonId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::issue::HolderInput;
use super::{Issue, Stands, kind};
use crate::error::LicencesError;
use crate::model::Values;
use crate::pack::FromToml;

/// Issues the licence of a granted case.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueFor {
    /// The type: `pack.type`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 130), example = &"gov-e-licences.food-business")]
    pub kind: String,
    /// The case: `casework.case:<id>`.
    #[schemars(length(max = 100), example = &"casework.case:01928f5e-7b1a-7c3d-8e4f-0000000000c1")]
    pub about: String,
    /// The case's item: `pack.item`, as the type names it.
    #[schemars(length(max = 200), example = &"gov-single-window.food-business-licence")]
    pub item: String,
    /// The case's form.
    pub form: Json,
    /// The person to whom the case belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The organisation to which the case belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

/// What stands at a place of a form, as a text; words as the licence says them.
fn text(form: &Json, from: &FromToml, field: Option<&str>, pointer: &str) -> Option<String> {
    let words = field.and_then(|id| from.words.get(id));
    let one = |value: &Json| {
        let text = match value {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            _ => return None,
        };
        Some(words.and_then(|words| words.get(&text).cloned()).unwrap_or(text))
    };
    match form.pointer(pointer)? {
        Json::Array(list) => {
            let all: Vec<String> = list.iter().take(100).filter_map(one).collect();
            Some(all.join("、"))
        }
        value => one(value),
    }
}

impl Action for IssueFor {
    const NAME: &'static str = "licences.issue_for";
    const DOC: &'static str = "Issues the licence that a granted case brings, from the case's form as the type declares it: for flows. A case brings one licence of a type.";
    type Reply = Stands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let found = kind(ctx, &self.kind);
        let pack = found.as_ref().ok().map(|kind| kind.pack.clone());
        ctx.authorize(&Resource { pack, ..Resource::of("licences.type", &self.kind) })?;
        let kind = found?;
        let wrong = |pointer: String| {
            let problem = FieldProblem::new(pointer, "licences-value-missing");
            LicencesError::BadValues(vec![problem])
        };
        let from = kind.told.from.iter().find(|from| from.item == self.item);
        let from = from.ok_or_else(|| wrong("/item".to_owned()))?;
        let at = |pointer: &str| {
            let found = text(&self.form, from, None, pointer);
            found.ok_or_else(|| wrong(format!("/form{pointer}")))
        };
        let values: Values = from
            .values
            .iter()
            .filter_map(|(id, pointer)| {
                Some((id.clone(), text(&self.form, from, Some(id), pointer)?))
            })
            .collect();
        let division = at(&from.division)?.parse();
        let issue = Issue {
            kind: self.kind.clone(),
            holder: HolderInput {
                name: at(&from.holder_name)?,
                number: at(&from.holder_number)?,
                person: self.person,
                organisation: self.organisation,
            },
            values,
            division: division.map_err(|_| wrong(format!("/form{}", from.division)))?,
            from: None,
            about: Some(self.about),
        };
        issue.decided(ctx).await
    }
}
