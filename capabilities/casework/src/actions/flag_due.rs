//! The clock looks at a case: the yellow flag when one working day is left, the red one when a step is overdue, those who
//! supervise when it stays so; and the expected end of a special procedure.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resume::resumed;
use crate::deadlines;
use crate::events::{CaseEscalated, CaseFacts, CaseFlagged, aggregate};
use crate::model::{Case, CaseId, Detail, Flag, Step, Verb};
use crate::pack::{AtEnd, Item};
use crate::stepping::{Loaded, Stepped, alarm, load, take};

/// The action's name, for the jobs that call it.
pub(crate) const NAME: &str = "casework.flag_due";

/// Looks at a case's deadline.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagDue {
    /// The case.
    pub case: CaseId,
}

/// The flag after the look.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Flagged {
    /// The flag.
    pub flag: Flag,
}

impl Action for FlagDue {
    const NAME: &'static str = NAME;
    const DOC: &'static str = "Raises the flag of a case whose step is nearly due or overdue, and looks again when the next one is due.";
    type Reply = Flagged;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Flagged>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        ctx.authorize(&case.resource())?;
        let calendar = ctx.services.calendar.current();
        let (flag, next_look) = deadlines::look(&calendar, &item.item, ctx.now, &case);
        let escalates = case.due.and_then(|due| deadlines::escalates(&calendar, &item.item, due));
        let escalates = escalates.is_some_and(|at| ctx.now >= at) && case.suspended.is_none();
        if case.role.is_none() || (flag == case.flag && !escalates) {
            let decision = Decision::reply(Flagged { flag: case.flag });
            return Ok(decision.later(alarm(case.id, next_look.filter(|_| case.role.is_some()))));
        }
        let loaded = Loaded::whole(ctx, case, item).await?;
        if flag == Flag::Yellow && resumes(&loaded.case, &loaded.item.item) {
            let (flag, decision) = resumed(ctx, &loaded, None).await?;
            return Ok(replied(flag, decision));
        }
        if flag == loaded.case.flag {
            return escalate(ctx, &loaded).await;
        }
        let detail = Detail {
            special: loaded.case.suspended.map(|suspended| suspended.kind),
            ..Detail::default()
        };
        let taken = take(ctx, &loaded, Verb::Flag, detail).await?;
        let flag = taken.case.flag;
        let event = CaseFlagged { facts: CaseFacts::of(&taken.case), flag, branch: None };
        let about = aggregate(&taken.case);
        let mut decision = taken.decide().tell(&event, about)?;
        if escalates {
            // The house was not there at the moment of the red flag: it looks once more, at once, also where the clock
            // stands.
            decision.jobs.retain(|job| job.action != NAME);
            decision.jobs.push(alarm(loaded.case.id, Some(ctx.now.plus_ms(-1))));
        }
        Ok(replied(flag, decision))
    }
}

/// Whether the clock runs again by itself when the special procedure is over.
fn resumes(case: &Case, item: &Item) -> bool {
    let declared = |kind| item.special.iter().find(move |special| special.kind == kind);
    let special = case.suspended.and_then(|suspended| declared(suspended.kind));
    special.is_some_and(|special| special.at_end == AtEnd::Resume)
}

/// It goes to those who supervise, once for each step that is overdue.
async fn escalate(ctx: &Ctx, loaded: &Loaded) -> Result<Decision<Flagged>, Failure> {
    let flag = loaded.case.flag;
    let turn = loaded.steps.iter().rposition(|step| !step.verb.goes_on()).unwrap_or(0);
    if loaded.steps[turn..].iter().any(|step| step.verb == Verb::Escalate) {
        return Ok(Decision::reply(Flagged { flag }).later(alarm(loaded.case.id, None)));
    }
    let taken = take(ctx, loaded, Verb::Escalate, Detail::default()).await?;
    let last = loaded.steps.iter().rev().find(|step| step.actor_role.is_some());
    let event = CaseEscalated {
        facts: CaseFacts::of(&taken.case),
        last_officer: last.and_then(Step::account),
    };
    let about = aggregate(&taken.case);
    Ok(replied(flag, taken.decide().tell(&event, about)?))
}

fn replied(flag: Flag, decision: Decision<Stepped>) -> Decision<Flagged> {
    let Decision { writes, events, jobs, refusal, .. } = decision;
    Decision { reply: Some(Flagged { flag }), writes, events, jobs, refusal }
}
