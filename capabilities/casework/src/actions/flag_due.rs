//! The clock looks at a case: the yellow flag when one working day is left, the red one when a step is overdue.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deadlines;
use crate::events::{CaseFacts, CaseFlagged, aggregate};
use crate::model::{CaseId, Detail, Flag, Verb};
use crate::stepping::{Loaded, alarm, load, take};
use crate::store::steps;

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
        let (flag, next_look) = deadlines::flag(&calendar, ctx.now, case.due);
        if flag == case.flag || case.role.is_none() {
            let decision = Decision::reply(Flagged { flag: case.flag });
            return Ok(decision.later(alarm(case.id, next_look.filter(|_| case.role.is_some()))));
        }
        let steps = steps::of_case(ctx, self.case).await?;
        let taken = take(ctx, &Loaded { case, item, steps }, Verb::Flag, Detail::default()).await?;
        let event = CaseFlagged { facts: CaseFacts::of(&taken.case), flag: taken.case.flag };
        let about = aggregate(&taken.case);
        let reply = Flagged { flag: taken.case.flag };
        let Decision { writes, events, jobs, refusal, .. } = taken.decide().tell(&event, about)?;
        Ok(Decision { reply: Some(reply), writes, events, jobs, refusal })
    }
}
