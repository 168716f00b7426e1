//! The limits of one case are computed anew by the edited calendar: a step of its history, with an event that tells what
//! they were.

use jiff::civil::Date;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deadlines;
use crate::events::{CaseFacts, CaseRescheduled, aggregate};
use crate::joint;
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Loaded, alarm, load, take};

/// Computes the limits of a case anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecomputeDue {
    /// The case.
    pub case: CaseId,
    /// The day that was declared.
    #[schemars(with = "String", extend("format" = "date", "maxLength" = 10))]
    pub date: Date,
}

/// The limits after it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Recomputed {
    /// The end of the current step, milliseconds since 1970 in UTC.
    pub due_ms: Option<Timestamp>,
    /// The end of the promised limit.
    pub promised_due_ms: Timestamp,
}

impl Action for RecomputeDue {
    const NAME: &'static str = "casework.recompute_due";
    const DOC: &'static str = "Computes the limits of a case anew after the calendar was edited, and sets its flag and alarm.";
    type Reply = Recomputed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Recomputed>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        ctx.authorize(&case.resource())?;
        let mut reply = Recomputed { due_ms: case.due, promised_due_ms: case.promised_due };
        if case.role.is_none() {
            // It went to the applicant or was closed meanwhile: its next step computes anew.
            return Ok(Decision::reply(reply));
        }
        let loaded = Loaded::whole(ctx, case, item).await?;
        let Loaded { case, item, steps, branches } = &loaded;
        let calendar = ctx.services.calendar.current();
        let found = deadlines::recomputed(&calendar, &item.item, case, steps);
        let same = (found.due, found.promised_due) == (case.due, case.promised_due);
        if same && !joint::moved(&calendar, &loaded) {
            let (flag, next_look) = deadlines::look(&calendar, &item.item, ctx.now, case);
            let look = if flag == case.flag { next_look } else { Some(ctx.now) };
            let mut decision = Decision::reply(reply).later(alarm(case.id, look));
            // A flag may fall on another day where its limit ends on the same.
            let running = branches.iter().filter(|row| row.due.is_some());
            decision.jobs.extend(running.map(|row| joint::alarm(&calendar, ctx, case, row)));
            return Ok(decision);
        }
        let taken = take(ctx, &loaded, Verb::Recompute, Detail::default()).await?;
        let event = CaseRescheduled {
            facts: CaseFacts::of(&taken.case),
            date: self.date.to_string(),
            due_before_ms: reply.due_ms,
            promised_due_before_ms: reply.promised_due_ms,
        };
        let about = aggregate(&taken.case);
        (reply.due_ms, reply.promised_due_ms) = (taken.case.due, taken.case.promised_due);
        let Decision { writes, events, jobs, refusal, .. } = taken.decide().tell(&event, about)?;
        Ok(Decision { reply: Some(reply), writes, events, jobs, refusal })
    }
}
