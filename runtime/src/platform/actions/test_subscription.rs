//! Sends a test to a subscription's receiver.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subscriptions::message::TEST;
use crate::subscriptions::model::{State, Subscription, SubscriptionId};
use crate::subscriptions::store;

/// Sends a test to a subscription's receiver, once, before everything that waits.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestSubscription {
    /// The subscription.
    pub subscription: SubscriptionId,
}

/// The test's delivery.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tested {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The test's event, which is its `webhook-id` too.
    pub event: String,
}

impl Action for TestSubscription {
    const NAME: &'static str = "platform.test_subscription";
    const DOC: &'static str =
        "Sends an event of the type platform.subscription.test to a subscription's receiver, once.";
    type Reply = Tested;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Tested>, Failure> {
        let subscription = Subscription::of(ctx, self.subscription).await?;
        if subscription.state != State::Active {
            return Err(Failure::new(Kind::Conflict, "platform.subscription_off"));
        }
        let id = subscription.id;
        let event = ctx.services.ids.next().to_string();
        let delivery = values![
            ctx.services.ids.next().to_string(),
            id,
            &event,
            0_i64,
            TEST,
            format!("platform.subscription:{id}"),
            ctx.now
        ];
        let now = values![id, subscription.version];
        Ok(Decision::reply(Tested { subscription: id, event })
            .write(Statement::one(store::INSERT_DELIVERY, delivery))
            .write(Statement::one(store::RETRY_SUBSCRIPTION_NOW, now)))
    }
}
