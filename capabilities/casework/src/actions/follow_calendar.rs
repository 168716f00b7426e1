//! The working-day calendar was edited: cases whose clock runs are looked at in batches by id. Where a limit moved, a job
//! of its own moves it; where it did not, the flag may fall on another day.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision, JobDraft};
use minshu_kernel::calendar::CalendarChange;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::RecomputeDue;
use crate::deadlines;
use crate::model::CaseId;
use crate::stepping::{alarm, load};
use crate::store::{cases, steps};

/// Cases of a batch.
const BATCH: i64 = 50;

/// Looks at the next batch of cases.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FollowCalendar {
    /// The change.
    #[serde(flatten)]
    pub change: CalendarChange,
    /// Cases behind this one; from the first where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<CaseId>,
}

/// What a batch found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Followed {
    /// Cases that were looked at.
    pub cases: usize,
    /// Of these, cases whose limits move.
    pub moved: usize,
}

impl Action for FollowCalendar {
    const NAME: &'static str = "casework.follow_calendar";
    const DOC: &'static str = "Looks at a batch of running cases after the calendar was edited, and goes on with the next.";
    type Reply = Followed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Followed>, Failure> {
        ctx.authorize(&Resource::of("casework.case", "calendar"))?;
        let calendar = ctx.services.calendar.current();
        let after = self.after.map(|case| case.to_string()).unwrap_or_default();
        let rows = ctx.rows(cases::RUNNING_CASES, values![after, BATCH]).await?;
        let (mut moved, mut jobs) = (0, Vec::new());
        let mut last = None;
        for row in &rows {
            let id: CaseId = row.id("id")?;
            last = Some(id);
            let (case, item) = load(ctx, id).await?;
            let steps = steps::of_case(ctx, id).await?;
            let found = deadlines::recomputed(&calendar, &item.item, &case, &steps);
            // A department's own limit may move where the case's does not.
            let joint = crate::rules::parallel(&item.item.stage, case.stage);
            if joint || (found.due, found.promised_due) != (case.due, case.promised_due) {
                moved += 1;
                jobs.push(JobDraft {
                    key: format!("{}:{id}", RecomputeDue::NAME),
                    due: Some(ctx.now),
                    action: RecomputeDue::NAME,
                    input: json!({ "case": id, "date": self.change.date }),
                });
                continue;
            }
            let (flag, next_look) = deadlines::look(&calendar, &item.item, ctx.now, &case);
            let look = if flag == case.flag { next_look } else { Some(ctx.now) };
            jobs.push(alarm(id, look));
        }
        let reply = Followed { cases: rows.len(), moved };
        let decision = Decision { jobs, ..Decision::reply(reply) };
        let Some(last) = last.filter(|_| rows.len() == BATCH as usize) else {
            return Ok(decision);
        };
        let next = FollowCalendar { change: self.change, after: Some(last) };
        Ok(decision.later(JobDraft {
            key: format!("{}:{}", Self::NAME, next.change.change),
            // Another instant than this batch's, so that its end does not take the next one away.
            due: Some(ctx.now.plus_ms(1)),
            action: Self::NAME,
            input: serde_json::to_value(&next).map_err(Failure::internal)?,
        }))
    }
}
