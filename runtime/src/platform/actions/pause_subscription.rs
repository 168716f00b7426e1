//! Pauses a subscription.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subscriptions::model::{State, Subscription, SubscriptionId};
use crate::subscriptions::store;

/// Pauses a subscription; events wait and nothing is lost.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseSubscription {
    /// The subscription.
    pub subscription: SubscriptionId,
}

/// Nothing more to say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    /// The subscription.
    pub subscription: SubscriptionId,
}

impl Action for PauseSubscription {
    const NAME: &'static str = "platform.pause_subscription";
    const DOC: &'static str = "Pauses a subscription; events wait and nothing is lost.";
    type Reply = Named;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Named>, Failure> {
        let subscription = Subscription::of(ctx, self.subscription).await?;
        if subscription.state != State::Active {
            return Err(Failure::new(Kind::Conflict, "platform.subscription_off"));
        }
        let values = values![subscription.id, subscription.version];
        Ok(Decision::reply(Named { subscription: subscription.id })
            .write(Statement::one(store::PAUSE_SUBSCRIPTION, values)))
    }
}
