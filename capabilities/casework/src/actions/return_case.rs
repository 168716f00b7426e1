//! An office returns a case for correction, saying everything that is missing at once (一次告知): a second return
//! from the same stage needs a reason of its own.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::records::Statement;
use minshu_kernel::text::Message;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseReturned, aggregate};
use crate::joint;
use crate::model::{CaseId, Detail, FieldReason, MaterialReason, Verb};
use crate::stepping::{Loaded, Stepped, for_office, reason, take};
use crate::store::materials;

/// The most places that one return names.
const PLACES_MAX: usize = 100;

/// Returns a case for correction.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// Materials to be handed in again, each with its reason.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub materials: Vec<MaterialReason>,
    /// Fields to be corrected, each with its reason.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub fields: Vec<FieldReason>,
    /// What is to be corrected as a whole. May be empty where places are named.
    #[serde(default)]
    #[schemars(length(max = 2000), example = &"材料基本齐全，补一张图即可。")]
    pub reason: String,
    /// Why it is returned from this stage once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    pub again_reason: Option<String>,
}

impl Action for Return {
    const NAME: &'static str = "casework.return";
    const DOC: &'static str = "Returns a case to the applicant for correction, naming materials and fields with their reasons.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let detail = with_departments(&loaded, self.detail(&loaded)?);
        let returned: Vec<String> = detail.materials.iter().map(|m| m.id.clone()).collect();
        let taken = take(ctx, &loaded, Verb::Return, detail).await?;
        let event = CaseReturned { facts: CaseFacts::of(&taken.case), materials: returned.clone() };
        let about = aggregate(&taken.case);
        let decision = taken.decide().tell(&event, about)?;
        Ok(returned.into_iter().fold(decision, |decision, material| {
            decision.write(Statement::any(materials::RETURN_MATERIAL, values![self.case, material]))
        }))
    }
}

impl Return {
    /// What is said, checked: every named place exists, and something is said at all.
    fn detail(&self, loaded: &Loaded) -> Result<Detail, CaseworkError> {
        let mut problems = Vec::new();
        let named = self.materials.len() + self.fields.len();
        let mut detail = checked_places(loaded, &self.materials, &self.fields, &mut problems)?;
        let least = if named == 0 { REASONS_LEAST } else { 0 };
        let whole = reason("/reason", &self.reason, least, &mut problems);
        detail.reason = Some(whole).filter(|text| !text.is_empty());
        let stage = loaded.case.stage;
        let before = loaded.steps.iter().any(|s| s.verb == Verb::Return && s.stage_before == stage);
        if before {
            let again = self.again_reason.as_deref().unwrap_or_default();
            let again = reason("/again_reason", again, REASONS_LEAST, &mut problems);
            detail.again_reason = Some(again);
        }
        if problems.is_empty() { Ok(detail) } else { Err(CaseworkError::BadStep(problems)) }
    }
}

/// Places that are named with their reasons: each must exist, and something is said of it.
pub(super) fn checked_places(
    loaded: &Loaded,
    materials: &[MaterialReason],
    fields: &[FieldReason],
    problems: &mut Vec<FieldProblem>,
) -> Result<Detail, CaseworkError> {
    if materials.len() + fields.len() > PLACES_MAX {
        let message = Message::new("casework-problem-places").with("most", PLACES_MAX);
        return Err(CaseworkError::BadStep(vec![FieldProblem::new("/materials", message)]));
    }
    let mut detail = Detail::default();
    for (index, MaterialReason { id, reason: why }) in materials.iter().enumerate() {
        if loaded.item.material(id).is_none() {
            let message = Message::new("casework-problem-no-material").with("id", id.as_str());
            problems.push(FieldProblem::new(format!("/materials/{index}/id"), message));
        }
        let why = reason(&format!("/materials/{id}"), why, 2, problems);
        detail.materials.push(MaterialReason { id: id.clone(), reason: why });
    }
    for (index, FieldReason { pointer, reason: why }) in fields.iter().enumerate() {
        if loaded.item.form.label(pointer).is_none() {
            let message =
                Message::new("casework-problem-no-field").with("pointer", pointer.as_str());
            problems.push(FieldProblem::new(format!("/fields/{index}/pointer"), message));
        }
        let why = reason(&format!("/fields/{index}/reason"), why, 2, problems);
        detail.fields.push(FieldReason { pointer: pointer.clone(), reason: why });
    }
    Ok(detail)
}

/// What the departments of a joint approval ask for, before what whoever leads it says: the applicant gets one notice.
fn with_departments(loaded: &Loaded, own: Detail) -> Detail {
    let Loaded { branches, item, case, steps } = loaded;
    let mut detail = joint::gathered(branches, &item.item, case.stage, steps.iter());
    detail.joined = false;
    joint::merge(&mut detail, &own);
    Detail { again_reason: own.again_reason, ..detail }
}
