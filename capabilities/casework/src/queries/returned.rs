//! What a return asks the applicant to correct, with the names that people know.

use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::CompiledItem;
use crate::model::{Step, Verb};

/// What is to be corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReturnView {
    /// What is to be corrected as a whole.
    pub reason: Option<String>,
    /// Why it was returned once more.
    pub again_reason: Option<String>,
    /// Materials to be handed in again.
    pub materials: Vec<NamedReason>,
    /// Fields to be corrected.
    pub fields: Vec<NamedReason>,
}

/// A place with what is wrong there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NamedReason {
    /// The material's id, or the field's JSON pointer into the form.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// What is wrong.
    pub reason: String,
}

/// What the last return of a history asked for.
pub(crate) fn last_return(item: &CompiledItem, steps: &[Step]) -> Option<ReturnView> {
    let step = steps.iter().rev().find(|step| step.verb == Verb::Return)?;
    Some(return_view(item, step))
}

/// What a step asks for.
pub(super) fn return_view(item: &CompiledItem, step: &Step) -> ReturnView {
    let unknown = |id: &str| LocalText::new(id, id);
    ReturnView {
        reason: step.detail.reason.clone(),
        again_reason: step.detail.again_reason.clone(),
        materials: step
            .detail
            .materials
            .iter()
            .map(|m| NamedReason {
                id: m.id.clone(),
                name: item.material(&m.id).map_or_else(|| unknown(&m.id), |f| f.name.clone()),
                reason: m.reason.clone(),
            })
            .collect(),
        fields: step
            .detail
            .fields
            .iter()
            .map(|f| NamedReason {
                id: f.pointer.clone(),
                name: item.form.label(&f.pointer).unwrap_or_else(|| unknown(&f.pointer)),
                reason: f.reason.clone(),
            })
            .collect(),
    }
}
