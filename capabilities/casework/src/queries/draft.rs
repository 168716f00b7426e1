//! A draft for its owner: what was typed, what is missing, what is to be corrected.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::form::Completeness;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::MaterialView;
use super::case::{ReturnView, last_return};
use crate::filling::{self, ToldProblem, check_form, missing_materials, tell};
use crate::model::{CaseId, DraftId, MaterialFile};
use crate::store::{materials, steps};

/// Asks for a draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftById {
    /// The draft.
    pub draft: DraftId,
}

/// A draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DraftView {
    /// The draft.
    pub draft: DraftId,
    /// The item: `pack.item`.
    pub item: String,
    /// The item version that its form follows.
    pub item_version: String,
    /// The item's name.
    pub item_name: LocalText,
    /// The organisation it belongs to.
    pub organisation: Option<OrganisationId>,
    /// On whose behalf, by name.
    pub applicant_name: String,
    /// The case that it corrects.
    pub case: Option<CaseId>,
    /// What the office asked for, in a correction.
    pub returned: Option<ReturnView>,
    /// The form's version.
    pub version: i64,
    /// The form, as it was typed.
    pub form: Json,
    /// The fields that hold what a source said.
    pub prefilled: Vec<Prefilled>,
    /// What stands between it and being sent in: `/form/…` and `/materials/<id>`.
    pub problems: Vec<ToldProblem>,
    /// The materials that it asks for so far.
    pub materials: Vec<MaterialView>,
    /// When it was changed last.
    pub updated_ms: Timestamp,
}

/// A field that was filled in when the form opened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Prefilled {
    /// The field, as a JSON pointer into the form.
    pub field: String,
    /// Where its value comes from.
    pub source: LocalText,
    /// Whether it cannot be changed.
    pub fixed: bool,
}

impl Query for DraftById {
    const NAME: &'static str = "casework.draft";
    const DOC: &'static str =
        "A draft of one's own, with what is missing before it can be sent in.";
    type Reply = DraftView;

    async fn answer(self, ctx: &Ctx) -> Result<DraftView, Failure> {
        let (draft, item) = filling::load(ctx, self.draft).await?;
        let new = materials::of_draft(ctx, draft.id).await?;
        let (kept, returned) = match draft.case {
            Some(case) => {
                let steps = steps::of_case(ctx, case).await?;
                (materials::of_case(ctx, case).await?, last_return(&item, &steps))
            }
            None => (Vec::new(), None),
        };
        let form = item.form.normalise(&draft.form);
        let mut problems = check_form(ctx, &item, &form, Completeness::Submit);
        // Of conditions that cannot be answered yet, nothing is missing yet.
        problems.extend(missing_materials(item.materials_so_far(&form), &kept, &new));
        let files: Vec<&MaterialFile> = kept.iter().chain(&new).collect();
        let again = |id: &str| {
            let asked = returned.as_ref()?.materials.iter().find(|m| m.id == id)?;
            Some(asked.reason.clone())
        };
        let materials = item
            .materials_so_far(&form)
            .into_iter()
            .map(|(m, required)| MaterialView::of(m, required, &files, again(&m.id)))
            .collect();
        let prefilled = item
            .lookups
            .origins(&draft)
            .map(|p| Prefilled { field: p.field.clone(), source: p.source.clone(), fixed: p.fixed })
            .collect();
        Ok(DraftView {
            draft: draft.id,
            item: draft.item,
            item_version: item.version.clone(),
            item_name: item.item.name.clone(),
            organisation: draft.owner.organisation,
            applicant_name: draft.applicant_name,
            case: draft.case,
            returned,
            version: draft.form_version,
            form: draft.form,
            prefilled,
            problems: tell(ctx, &problems),
            materials,
            updated_ms: draft.updated,
        })
    }
}
