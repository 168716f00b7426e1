//! An office takes its own last step back (撤回上一步), before the next one acted: an acceptance, a hand-on, a return. The
//! limits run on as if the step had not been taken; both stay in the history.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseRecalled, aggregate};
use crate::model::{BranchState, CaseId, Detail, State, Step, Verb};
use crate::rules::Standing;
use crate::stepping::{Loaded, Stepped, Taking, authorize, load, reason, take_to};
use crate::store::{drafts, materials};

/// Takes the last step back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// Why: at least five characters. The applicant reads it.
    #[schemars(length(min = 5, max = 2000), example = &"点错了，场所不在本区。")]
    pub reason: String,
}

impl Action for Recall {
    const NAME: &'static str = "casework.recall";
    const DOC: &'static str = "Takes back the own office's last step (an acceptance, a hand-on, a return) before anybody else acted on it.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        let loaded = Loaded::whole(ctx, case, item).await?;
        let last = recallable(&loaded);
        let role = last.map(|(step, _)| step.actor_role.clone()).unwrap_or_default();
        // The role that took the step is the one that may take it back.
        let asked = role.clone().or(loaded.case.role.clone());
        authorize(ctx, &loaded.case, &loaded.case.resource_for(asked))?;
        let Some((step, to)) = last.filter(|_| self.version >= loaded.case.acted_version) else {
            return Err(CaseworkError::NoRecall.into());
        };
        let mut problems = Vec::new();
        let why = reason("/reason", &self.reason, REASONS_LEAST, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let mut writes = Vec::new();
        if step.verb == Verb::Return {
            // What the applicant has begun is not taken away.
            if drafts::of_case(ctx, self.case).await?.is_some() {
                return Err(CaseworkError::NoRecall.into());
            }
            writes.push(Statement::any(materials::TAKE_RETURN_BACK, values![self.case]));
        }
        let taking = Taking {
            verb: Verb::Recall,
            detail: Detail {
                reason: Some(why),
                recalled: Some(step.sequence),
                ..Detail::default()
            },
            standing: to,
            branches: &loaded.branches,
            role: role.as_deref(),
        };
        let taken = take_to(ctx, &loaded, taking).await?;
        let event =
            CaseRecalled { facts: CaseFacts::of(&taken.case), step: step.verb.word().to_owned() };
        let about = aggregate(&taken.case);
        let decision = taken.decide().tell(&event, about)?;
        Ok(writes.into_iter().fold(decision, Decision::write))
    }
}

/// The step that can be taken back, and where the case stood before it.
pub(crate) fn recallable(loaded: &Loaded) -> Option<(&Step, Standing)> {
    let Loaded { case, steps, branches, .. } = loaded;
    let place = steps.iter().rposition(|step| !step.verb.by_clock())?;
    let step = &steps[place];
    let taken_alone = matches!(step.verb, Verb::Accept | Verb::Advance | Verb::Return);
    let answered = branches.iter().any(|row| {
        !matches!(row.state, BranchState::Open | BranchState::Stopped)
            && matches!(step.verb, Verb::Accept | Verb::Advance)
    });
    if !taken_alone || step.detail.joined || step.actor_role.is_none() || answered {
        return None;
    }
    let state = if step.verb == Verb::Accept {
        State::Submitted
    } else {
        steps[..place].iter().next_back()?.state
    };
    let accepted = case.accepted.is_some() && step.verb != Verb::Accept;
    (case.state.open() && case.suspended.is_none())
        .then_some((step, Standing { state, stage: step.stage_before, accepted, suspended: false }))
}
