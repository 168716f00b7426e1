//! Ends a dead letter: it was replayed with success, or it is dropped with a reason.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;
use crate::subscriptions::model::of_letters;
use crate::subscriptions::store::END_PARKED_DELIVERY;

/// How a dead letter ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Its action was done after all.
    Replayed,
    /// It is given up, with a reason.
    Dropped,
}

/// Ends a dead letter, so that its subject's later events go on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndDeadLetter {
    /// The dead letter.
    #[schemars(length(max = 36), example = &"01928f5e-7b1a-7c3d-8e4f-0123456789ab")]
    pub id: String,
    /// Its version, as it was seen.
    pub version: i64,
    /// How.
    pub end: End,
    /// Why; needed where it is dropped.
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub reason: String,
}

/// Nothing more to say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// The dead letter.
    pub id: String,
}

impl Action for EndDeadLetter {
    const NAME: &'static str = "platform.end_dead_letter";
    const DOC: &'static str =
        "Ends a dead letter as replayed or dropped; letters of one subject end in their order.";
    type Reply = Ended;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Ended>, Failure> {
        ctx.authorize(&Resource::of("platform.dead_letter", &self.id))?;
        let reason = self.reason.trim();
        if self.end == End::Dropped && reason.chars().count() < 4 {
            let problem = FieldProblem::new("/reason", "platform-reason-missing");
            return Err(Failure {
                fields: vec![problem],
                ..Failure::new(Kind::Invalid, "platform.reason_missing")
            });
        }
        let row = ctx.row(store::DEAD_LETTER, values![&self.id]).await?;
        let row = row.ok_or_else(Failure::missing)?;
        let flow: String = row.get("flow")?;
        let subject: String = row.get("subject")?;
        let position: i64 = row.get("event_position")?;
        let asked = values![&flow, subject, position];
        if ctx.row(store::EARLIER_DEAD_LETTER, asked).await?.is_some() {
            return Err(Failure::new(Kind::Conflict, "platform.behind_another"));
        }
        let state = match self.end {
            End::Replayed => "replayed",
            End::Dropped => "dropped",
        };
        let statement =
            Statement::one(store::END_DEAD_LETTER, values![&self.id, self.version, state, reason]);
        let decision = Decision::reply(Ended { id: self.id }).write(statement);
        let Some(subscription) = of_letters(&flow) else { return Ok(decision) };
        let delivery = match self.end {
            End::Replayed => "delivered",
            End::Dropped => "dropped",
        };
        let event: String = row.get("event")?;
        let values = values![subscription, event, delivery, ctx.now];
        Ok(decision.write(Statement::any(END_PARKED_DELIVERY, values)))
    }
}
