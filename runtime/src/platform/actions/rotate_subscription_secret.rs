//! Gives a subscription a new secret.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subscriptions::model::{Subscription, SubscriptionId};
use crate::subscriptions::secret::{OVERLAP_MS, Secret};
use crate::subscriptions::store;

/// Gives a subscription a new secret; the one before signs beside it for 24 hours.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateSubscriptionSecret {
    /// The subscription.
    pub subscription: SubscriptionId,
}

/// The new secret, which is told this once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Rotated {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The secret that signs from now on: `whsec_` and base64.
    pub secret: String,
    /// Until when the one before signs as well, milliseconds since 1970 in UTC.
    pub before_until: Timestamp,
}

impl Action for RotateSubscriptionSecret {
    const NAME: &'static str = "platform.rotate_subscription_secret";
    const DOC: &'static str = "Gives a subscription a new secret, answered once; the one before signs beside it for 24 hours.";
    const SECRET_REPLY: bool = true;
    type Reply = Rotated;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Rotated>, Failure> {
        let subscription = Subscription::of(ctx, self.subscription).await?;
        let id = subscription.id;
        let secret = Secret::fresh(&*ctx.services.entropy);
        let sealed = secret.sealed(&*ctx.services.personal, &id.to_string());
        let before_until = ctx.now.plus_ms(OVERLAP_MS);
        let statement = Statement::one(
            store::ROTATE_SECRET,
            values![id, subscription.version, sealed, before_until],
        );
        let reply = Rotated { subscription: id, secret: secret.told(), before_until };
        Ok(Decision::reply(reply).write(statement))
    }
}
