//! The departments' parts of a joint approval, for everybody who reads the case: who answers, until when, and what was
//! said.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Office;
use crate::model::{Answer, BranchRow, BranchState, Flag, State, Step, Verb};
use crate::pack::Branch;
use crate::stepping::{Loaded, acts_twice};

/// A department's part of a joint approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BranchView {
    /// Its id within the stage.
    pub branch: String,
    /// What it examines.
    pub name: LocalText,
    /// Who answers.
    pub office: Office,
    /// Where it stands.
    pub state: BranchState,
    /// Its limit, such as `5 working days`.
    pub limit: String,
    /// The end of its limit; none while nothing runs.
    pub due_ms: Option<Timestamp>,
    /// Its own flag.
    pub flag: Flag,
    /// When it answered.
    pub answered_ms: Option<Timestamp>,
    /// What it said last.
    pub reason: Option<String>,
    /// Names of the materials that it looks at; all where it names none.
    pub materials: Vec<LocalText>,
    /// Names of the parts of the form that it looks at.
    pub fields: Vec<LocalText>,
    /// The provision by which it takes part.
    pub basis: Option<LocalText>,
    /// Whether the asker may answer for it now.
    pub may_opine: bool,
    /// Whether the asker may ask for a correction.
    pub may_ask: bool,
    /// Whether a further request for correction needs a reason of its own.
    pub asked_before: bool,
}

/// The departments' parts, in the order in which the item declares them.
pub(super) fn branches(ctx: &Ctx, loaded: &Loaded) -> Vec<BranchView> {
    let Loaded { case, item, branches, .. } = loaded;
    let stages = item.item.stage.iter().enumerate();
    let declared = stages.flat_map(|(place, stage)| stage.parallel.iter().map(move |b| (place, b)));
    declared
        .filter_map(|(place, branch)| {
            let row = branches.iter().find(|row| row.branch == branch.id)?;
            let here = place == case.stage && case.state == State::Accepted;
            let twice = acts_twice(ctx, case, item, &loaded.steps, Verb::Opine);
            let open = here && row.state == BranchState::Open && case.suspended.is_none() && !twice;
            let resource = case.resource_for(Some(branch.role.clone()));
            let may_opine = open && ctx.may("casework.opine", &resource);
            Some(branch_view(ctx, loaded, branch, row, may_opine))
        })
        .collect()
}

fn branch_view(
    ctx: &Ctx,
    loaded: &Loaded,
    branch: &Branch,
    row: &BranchRow,
    may_opine: bool,
) -> BranchView {
    let Loaded { case, item, steps, .. } = loaded;
    let said = |step: &&Step| {
        step.verb == Verb::Opine && step.detail.branch.as_deref() == Some(&*branch.id)
    };
    let last = steps.iter().rev().find(said);
    // What is to be corrected reaches the applicant when all have looked.
    let told = !ctx.who.grants.is_empty() || case.state != State::Accepted;
    let name = |id: &String| item.material(id).map(|material| material.name.clone());
    BranchView {
        branch: branch.id.clone(),
        name: branch.name.clone(),
        office: Office::of(ctx, &branch.role, case.division),
        state: row.state,
        limit: branch.limit.to_string(),
        due_ms: row.due,
        flag: row.flag,
        answered_ms: row.answered,
        reason: last
            .filter(|_| row.answered.is_some() && (told || row.state != BranchState::Asked))
            .and_then(|step| step.detail.reason.clone()),
        materials: branch.materials.iter().filter_map(name).collect(),
        fields: branch.fields.iter().filter_map(|pointer| item.form.label(pointer)).collect(),
        basis: branch.basis.clone(),
        may_opine,
        may_ask: branch.may_ask(),
        asked_before: steps.iter().filter(said).any(|step| step.detail.answer == Some(Answer::Ask)),
    }
}
