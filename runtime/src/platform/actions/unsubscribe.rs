//! Ends a subscription for good.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pause_subscription::Named;
use crate::subscriptions::model::{Subscription, SubscriptionId, letters_of};
use crate::subscriptions::store;

/// Ends a subscription: what was not delivered is dropped, its secret is forgotten.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// The subscription.
    pub subscription: SubscriptionId,
}

impl Action for Unsubscribe {
    const NAME: &'static str = "platform.unsubscribe";
    const DOC: &'static str =
        "Ends a subscription for good; what was not delivered is dropped and its secret forgotten.";
    type Reply = Named;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Named>, Failure> {
        let subscription = Subscription::of(ctx, self.subscription).await?;
        let id = subscription.id;
        let ended = values![id, subscription.version, Vec::<u8>::new()];
        let dropped = values![letters_of(id), "unsubscribed"];
        Ok(Decision::reply(Named { subscription: id })
            .write(Statement::one(store::END_SUBSCRIPTION, ended))
            .write(Statement::any(store::FORGET_OPEN_DELIVERIES, values![id]))
            .write(Statement::any(store::DROP_LETTERS, dropped)))
    }
}
