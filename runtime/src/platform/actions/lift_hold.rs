//! Lifts a hold: what it kept may go again, once its time is over.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::model::{Hold, HoldId, place, reason};
use crate::disposal::store;

/// Lifts a hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftHold {
    /// The hold.
    pub hold: HoldId,
    /// Its version, as it was seen.
    pub version: i64,
    /// Why, in 4 to 500 characters.
    #[schemars(length(min = 4, max = 500), example = &"诉讼已终结")]
    pub reason: String,
}

/// That it was lifted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Lifted {
    /// The hold.
    pub hold: HoldId,
}

impl Action for LiftHold {
    const NAME: &'static str = "platform.lift_hold";
    const DOC: &'static str = "Lifts a hold. What it kept goes by a list again, once its time is over; nothing goes at once.";
    type Reply = Lifted;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Lifted>, Failure> {
        let row = ctx.row(store::HOLD, values![self.hold]).await?.ok_or_else(Failure::missing)?;
        let hold = Hold::read(ctx, &row)?;
        ctx.authorize(&hold.resource()).map_err(Failure::hidden)?;
        if hold.lifted.is_some() || hold.version != self.version {
            return Err(Failure::new(Kind::Conflict, "platform.hold_changed"));
        }
        let key = hold.id.to_string();
        let at = place("platform_hold", "lifted_reason", &key);
        let sealed = ctx.services.personal.seal_text(at, &reason(&self.reason)?);
        let values = values![hold.id, hold.version, ctx.signature(), ctx.now, sealed];
        let decision = Decision::reply(Lifted { hold: hold.id });
        Ok(decision.write(Statement::one(store::LIFT_HOLD, values)))
    }
}
