//! An office lets the clock stand for a special procedure (特别程序): one that the item declares, for no longer than it
//! allows. The promised and the statutory limit both stand.

use jiff::civil::Date;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::show;
use minshu_kernel::text::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseSuspended, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::pack::SpecialKind;
use crate::stepping::{Loaded, Stepped, for_office, reason, take};

/// Lets the clock stand.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// The special procedure: one that the item declares.
    pub kind: SpecialKind,
    /// Its expected last day; the longest that the item allows where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date", "maxLength" = 10))]
    pub until: Option<Date>,
    /// Why it is needed: at least five characters. The applicant reads it.
    #[schemars(length(min = 5, max = 2000), example = &"后厨改造较大，请消防专家评审。")]
    pub reason: String,
}

impl Action for Suspend {
    const NAME: &'static str = "casework.suspend";
    const DOC: &'static str = "Lets the clock of an accepted case stand for a special procedure that its item declares, with its expected end and reasons.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let why = reason("/reason", &self.reason, REASONS_LEAST, &mut problems);
        let until = self.until(ctx, &loaded, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let detail = Detail {
            reason: Some(why),
            special: Some(self.kind),
            until: Some(until),
            ..Detail::default()
        };
        let taken = take(ctx, &loaded, Verb::Suspend, detail).await?;
        let event = CaseSuspended {
            facts: CaseFacts::of(&taken.case),
            special: self.kind,
            until_ms: until,
        };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}

impl Suspend {
    /// The end of the expected last day, within what the item allows.
    fn until(&self, ctx: &Ctx, loaded: &Loaded, problems: &mut Vec<FieldProblem>) -> Timestamp {
        let declared = loaded.item.item.special.iter().find(|special| special.kind == self.kind);
        let Some(special) = declared else {
            problems.push(FieldProblem::new("/kind", "casework-problem-special-undeclared"));
            return ctx.now;
        };
        let longest = ctx.services.calendar.current().due(ctx.now, special.limit);
        let Some(until) = self.until else { return longest.instant };
        if until < ctx.now.date() || until > longest.date {
            let t = ctx.speaker();
            let message = Message::new("casework-problem-special-until")
                .with("first", show::date(&t, ctx.now.date()))
                .with("last", show::date(&t, longest.date));
            problems.push(FieldProblem::new("/until", message));
        }
        Timestamp::end_of(until)
    }
}
