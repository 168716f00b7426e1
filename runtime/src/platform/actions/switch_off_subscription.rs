//! Switches a subscription off, where its receiver or its holder is gone.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pause_subscription::Named;
use crate::subscriptions::model::{State, Subscription, SubscriptionId, Why};
use crate::subscriptions::store;

/// Switches a subscription off: the platform does it and says why.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchOffSubscription {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Why.
    pub why: Why,
}

impl Action for SwitchOffSubscription {
    const NAME: &'static str = "platform.switch_off_subscription";
    const DOC: &'static str = "Switches a subscription off whose receiver or holder is gone; done by the platform itself.";
    type Reply = Named;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Named>, Failure> {
        let id = self.subscription;
        ctx.authorize(&Resource::of("platform.subscription", id))?;
        let row = ctx.row(store::SUBSCRIPTION, values![id]).await?;
        let subscription = Subscription::read(&row.ok_or_else(Failure::missing)?)?;
        if subscription.state != State::Active {
            return Err(Failure::new(Kind::Conflict, "platform.subscription_off"));
        }
        let values = values![id, subscription.version, self.why.word()];
        Ok(Decision::reply(Named { subscription: id })
            .write(Statement::one(store::SWITCH_OFF_SUBSCRIPTION, values)))
    }
}
