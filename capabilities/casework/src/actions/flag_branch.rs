//! The clock looks at a department's part of a joint approval: yellow when one working day is left, red when it is
//! overdue, whatever the other departments do.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flag_due::Flagged;
use crate::deadlines;
use crate::events::{CaseFacts, CaseFlagged, aggregate};
use crate::joint;
use crate::model::{CaseId, Detail, Flag, Verb};
use crate::stepping::{Loaded, Taking, load, standing, take_to};

/// The action's name, for the jobs that call it.
pub(crate) const NAME: &str = "casework.flag_branch";

/// Looks at the deadline of a department's part.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagBranch {
    /// The case.
    pub case: CaseId,
    /// The department's part, by its id within the stage.
    #[schemars(length(min = 1, max = 64), example = &"fire")]
    pub branch: String,
}

impl Action for FlagBranch {
    const NAME: &'static str = NAME;
    const DOC: &'static str = "Raises the flag of a department's part of a joint approval that is nearly due or overdue, and looks again when the next one is due.";
    type Reply = Flagged;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Flagged>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        ctx.authorize(&case.resource())?;
        let loaded = Loaded::whole(ctx, case, item).await?;
        let found = loaded.branches.iter().find(|row| row.branch == self.branch);
        let Some(row) = found.filter(|row| row.due.is_some()) else {
            return Ok(Decision::reply(Flagged { flag: Flag::None }));
        };
        let calendar = ctx.services.calendar.current();
        let (flag, _) = deadlines::flag(&calendar, ctx.now, row.due);
        if flag == row.flag {
            let again = joint::alarm(&calendar, ctx, &loaded.case, row);
            return Ok(Decision::reply(Flagged { flag }).later(again));
        }
        let mut branches = loaded.branches.clone();
        branches.iter_mut().filter(|row| row.branch == self.branch).for_each(|row| row.flag = flag);
        let taking = Taking {
            verb: Verb::Flag,
            detail: Detail {
                branch: Some(self.branch.clone()),
                branch_flag: Some(flag),
                ..Detail::default()
            },
            standing: standing(&loaded.case),
            branches: &branches,
            role: None,
        };
        let taken = take_to(ctx, &loaded, taking).await?;
        let event =
            CaseFlagged { facts: CaseFacts::of(&taken.case), flag, branch: Some(self.branch) };
        let about = aggregate(&taken.case);
        let Decision { writes, events, jobs, refusal, .. } = taken.decide().tell(&event, about)?;
        Ok(Decision { reply: Some(Flagged { flag }), writes, events, jobs, refusal })
    }
}
