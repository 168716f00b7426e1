//! What drafts and submissions share: reading a draft with its item, checking a form and its materials.

use std::sync::Arc;

use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::form::{Completeness, Known};
use minshu_kernel::text::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::compile::CompiledItem;
use crate::error::CaseworkError;
use crate::model::{Draft, DraftId, MaterialFile, MaterialState};
use crate::stepping::section;
use crate::store::drafts::{self, FormParts};

/// The largest form, as JSON, in bytes.
pub(crate) const FORM_BYTES_MAX: usize = 256 * 1024;

/// A mistake as replies tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToldProblem {
    /// JSON pointer into the action's input: `/form/…`, `/materials/<id>`.
    pub pointer: String,
    /// What is wrong, in the caller's language.
    pub text: String,
}

/// Mistakes in the caller's language.
pub(crate) fn tell(ctx: &Ctx, problems: &[FieldProblem]) -> Vec<ToldProblem> {
    let speaker = ctx.speaker();
    problems
        .iter()
        .map(|p| ToldProblem { pointer: p.pointer.clone(), text: speaker.message(&p.message) })
        .collect()
}

/// A draft for its owner, with the item that it is filled in for: the one in force, or the one that the case it
/// corrects is pinned to.
pub(crate) async fn load(ctx: &Ctx, id: DraftId) -> Result<(Draft, Arc<CompiledItem>), Failure> {
    let row = drafts::find(ctx, id).await?.ok_or_else(Failure::missing)?;
    let mut draft = row.draft;
    ctx.authorize(&draft.resource()).map_err(Failure::hidden)?;
    let item = item_of(ctx, &draft).await?;
    draft.form = item.form.join_personal(&row.parts.clear, &row.parts.personal);
    Ok((draft, item))
}

pub(crate) async fn item_of(ctx: &Ctx, draft: &Draft) -> Result<Arc<CompiledItem>, Failure> {
    let section = section(ctx);
    if draft.case.is_some() {
        return section.pinned(ctx, &draft.item, &draft.item_version).await;
    }
    let current = section.item(&draft.item).cloned();
    Ok(current.ok_or_else(|| CaseworkError::ItemGone(draft.item.clone()))?)
}

/// A form as it rests.
pub(crate) fn parts(item: &CompiledItem, form: &Json) -> FormParts {
    let (clear, personal) = item.form.split_personal(form);
    FormParts { clear, personal }
}

/// Checks a form; pointers begin with `/form`.
pub(crate) fn check_form(
    ctx: &Ctx,
    item: &CompiledItem,
    form: &Json,
    completeness: Completeness,
) -> Vec<FieldProblem> {
    let known = Known { divisions: &ctx.services.divisions, today: ctx.now.date() };
    item.form
        .validate(form, &known, completeness)
        .into_iter()
        .map(|p| FieldProblem { pointer: format!("/form{}", p.pointer), ..p })
        .collect()
}

/// Refuses a form that cannot be kept: too large, not an object, or with what the item's form does not have. A value
/// under a name that is unknown could be personal, and would rest in clear.
pub(crate) fn refuse_unkeepable(item: &CompiledItem, form: &Json) -> Result<(), CaseworkError> {
    if form.to_string().len() > FORM_BYTES_MAX {
        let message =
            Message::new("casework-problem-form-large").with("kib", FORM_BYTES_MAX / 1024);
        return Err(CaseworkError::BadStep(vec![FieldProblem::new("/form", message)]));
    }
    let schema = item.form.json_schema();
    let mut problems = Vec::new();
    shape(&schema, form, "/form", &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(CaseworkError::BadStep(problems)) }
}

/// Whether a value has the shape of its schema: objects and lists where they must be, and no unknown names.
fn shape(schema: &Json, value: &Json, at: &str, problems: &mut Vec<FieldProblem>) {
    if problems.len() >= 20 {
        return;
    }
    let kind = schema.get("type").and_then(Json::as_str);
    match (kind, value) {
        (_, Json::Null) => {}
        (Some("object"), Json::Object(members)) => {
            for (name, value) in members {
                let shown: String = name.chars().take(60).collect();
                let at = format!("{at}/{}", shown.replace('~', "~0").replace('/', "~1"));
                match schema.get("properties").and_then(|p| p.get(name)) {
                    Some(schema) => shape(schema, value, &at, problems),
                    None => {
                        let message = Message::new("form-unknown-field").with("name", shown);
                        problems.push(FieldProblem::new(at, message));
                    }
                }
            }
        }
        (Some("array"), Json::Array(values)) => {
            let Some(items) = schema.get("items") else { return };
            for (index, value) in values.iter().enumerate() {
                shape(items, value, &format!("{at}/{index}"), problems);
            }
        }
        (Some("object"), _) => problems.push(FieldProblem::new(at, "casework-problem-not-object")),
        (Some("array"), _) => problems.push(FieldProblem::new(at, "casework-problem-not-list")),
        (_, Json::Object(_) | Json::Array(_)) => {
            problems.push(FieldProblem::new(at, "casework-problem-not-value"));
        }
        _ => {}
    }
}

/// What is missing among the materials; pointers are `/materials/<id>`. `kept` are the files of the case that is
/// corrected, `new` those of the draft.
pub(crate) fn check_materials(
    item: &CompiledItem,
    form: &Json,
    kept: &[MaterialFile],
    new: &[MaterialFile],
) -> Result<Vec<FieldProblem>, CaseworkError> {
    Ok(missing_materials(item.wanted_materials(form)?, kept, new))
}

/// What is missing among these materials, each with whether it is required.
pub(crate) fn missing_materials<'m>(
    wanted: impl IntoIterator<Item = (&'m crate::pack::Material, bool)>,
    kept: &[MaterialFile],
    new: &[MaterialFile],
) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for (material, required) in wanted {
        let of = |files: &[MaterialFile], state| {
            files.iter().any(|file| file.material == material.id && file.state == state)
        };
        let given_anew = of(new, MaterialState::Given);
        let key = if of(kept, MaterialState::Returned) && !given_anew {
            "casework-problem-material-again"
        } else if required && !given_anew && !of(kept, MaterialState::Given) {
            "casework-problem-material-missing"
        } else {
            continue;
        };
        let message = Message::new(key).with("name", &material.name);
        problems.push(FieldProblem::new(format!("/materials/{}", material.id), message));
    }
    problems
}

/// The division whose offices handle an application: the ancestor of the division in the form.
pub(crate) fn handled_in(
    ctx: &Ctx,
    item: &CompiledItem,
    form: &Json,
) -> Result<DivisionCode, CaseworkError> {
    let problem = || {
        let pointer = format!("/form{}", item.item.division_field);
        let message =
            Message::new("casework-problem-division").with("level", item.item.handled_at.name());
        CaseworkError::Incomplete(vec![FieldProblem::new(pointer, message)])
    };
    form.pointer(&item.item.division_field)
        .and_then(Json::as_str)
        .and_then(|text| text.parse().ok())
        .and_then(|code| ctx.services.divisions.ancestor_at(code, item.item.handled_at))
        .map(|division| division.code())
        .ok_or_else(problem)
}
