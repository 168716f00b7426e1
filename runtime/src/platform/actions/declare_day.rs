//! Declares a day of the working-day calendar: a typhoon's closure, the arrangement of a new year.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::calendar::DayOverride;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// Declares whether a day is a working day, and why.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclareDay {
    /// The day.
    pub day: DayOverride,
}

/// Nothing more to say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Declared {
    /// The day, `2026-07-17`.
    pub date: String,
}

impl Action for DeclareDay {
    const NAME: &'static str = "platform.declare_day";
    const DOC: &'static str = "Declares a day of the working-day calendar.";
    type Reply = Declared;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Declared>, Failure> {
        let date = self.day.date.to_string();
        ctx.authorize(&Resource::of("platform.calendar_day", &date))?;
        let reasons =
            [("/day/reason/zh", &self.day.reason.zh), ("/day/reason/en", &self.day.reason.en)];
        let problems: Vec<FieldProblem> = reasons
            .into_iter()
            .filter(|(_, text)| !(1..=100).contains(&text.trim().chars().count()))
            .map(|(pointer, _)| FieldProblem::new(pointer, "platform-day-reason"))
            .collect();
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        let statement = Statement::one(
            store::PUT_CALENDAR_DAY,
            values![&date, self.day.working, &self.day.reason.zh, &self.day.reason.en],
        );
        Ok(Decision::reply(Declared { date }).write(statement))
    }
}
