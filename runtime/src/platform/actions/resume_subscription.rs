//! Lets a subscription go on.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pause_subscription::Named;
use crate::subscriptions::model::{State, Subscription, SubscriptionId};
use crate::subscriptions::store;

/// Lets a subscription that was paused or switched off go on from the event where it stopped.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeSubscription {
    /// The subscription.
    pub subscription: SubscriptionId,
}

impl Action for ResumeSubscription {
    const NAME: &'static str = "platform.resume_subscription";
    const DOC: &'static str = "Lets a subscription that was paused or switched off go on from the event where it stopped.";
    type Reply = Named;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Named>, Failure> {
        let subscription = Subscription::of(ctx, self.subscription).await?;
        if subscription.state == State::Active {
            return Err(Failure::new(Kind::Conflict, "platform.subscription_on"));
        }
        let values = values![subscription.id, subscription.version];
        // What waited is tried at once and has all its attempts again.
        let again = values![subscription.id, ctx.now];
        Ok(Decision::reply(Named { subscription: subscription.id })
            .write(Statement::one(store::RESUME_SUBSCRIPTION, values))
            .write(Statement::any(store::RETRY_DELIVERIES_NOW, again)))
    }
}
