//! An operator has a parked message made again, or gives it up.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::send::{Sent, make};
use crate::model::MessageId;
use crate::parked::{self, ParkedId};

/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// Has a parked message made again, or gives it up.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleParked {
    /// The message.
    pub parked: ParkedId,
    /// Why it is given up; it is made again where nothing is said. Kept in the audit chain as a hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub give_up: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    /// The message that was sent; none where it was given up.
    pub message: Option<MessageId>,
}

impl Action for SettleParked {
    const NAME: &'static str = "messaging.settle_parked";
    const DOC: &'static str = "Makes a parked message again by the template in force now, and sends it; or gives it up, with a reason. Where the template still cannot make it, it stays parked.";
    type Reply = Settled;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Settled>, Failure> {
        ctx.authorize(&Resource::platform())?;
        let found = parked::find(ctx, self.parked).await?.ok_or_else(Failure::missing)?;
        if let Some(reason) = &self.give_up {
            if reason.trim().is_empty() || reason.chars().count() > REASON_MAX {
                let problem = FieldProblem::new("/give_up", "messaging-problem-reason");
                return Err(Failure::invalid(vec![problem]));
            }
            return Ok(Decision::reply(Settled { message: None }).write(parked::remove(&found)));
        }
        let made: Decision<Sent> = make(ctx, parked::given(ctx, &found)?).await?;
        let message = made.reply.as_ref().and_then(|sent| sent.message);
        let decision = Decision {
            reply: Some(Settled { message }),
            writes: made.writes,
            events: made.events,
            jobs: made.jobs,
            refusal: None,
        };
        Ok(decision.write(parked::remove(&found)))
    }
}
