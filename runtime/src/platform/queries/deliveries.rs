//! The latest deliveries of a subscription.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subscriptions::model::{Subscription, SubscriptionId};
use crate::subscriptions::store;

/// Asks for the latest deliveries of a subscription.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deliveries {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The most deliveries, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// One delivery.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryLine {
    /// The event, which is the `webhook-id` too.
    pub event: String,
    /// Its type.
    pub kind: String,
    /// What it is about: `kind:id`.
    pub subject: String,
    /// `waiting`, `delivered`, `parked` (a dead letter), `dropped`, `failed` (a test).
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// The last outcome: a status, or `timeout`, `connect`, `forbidden`, `broken`; empty before the first.
    pub outcome: String,
    /// When it is tried next, where it waits.
    pub next: Option<Timestamp>,
    /// Since when it is there.
    pub at: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// Deliveries.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryList {
    /// Latest first. Ended ones are kept for seven days.
    pub deliveries: Vec<DeliveryLine>,
}

impl Query for Deliveries {
    const NAME: &'static str = "platform.deliveries";
    const DOC: &'static str = "The latest deliveries of a subscription, and what came of each.";
    type Reply = DeliveryList;

    async fn answer(self, ctx: &Ctx) -> Result<DeliveryList, Failure> {
        let subscription = Subscription::of(ctx, self.subscription).await?;
        let limit = i64::from(self.limit.unwrap_or(50).clamp(1, 200));
        let rows = ctx.rows(store::LATEST_DELIVERIES, values![subscription.id, limit]).await?;
        let deliveries = rows
            .iter()
            .map(|row| {
                let state: String = row.get("state")?;
                let next: Timestamp = row.get("next_ms")?;
                Ok(DeliveryLine {
                    event: row.get("event")?,
                    kind: row.get("kind")?,
                    subject: row.get("subject")?,
                    attempts: row.get("attempts")?,
                    outcome: row.get("outcome")?,
                    next: Some(next).filter(|_| state == "waiting"),
                    at: row.get("at_ms")?,
                    ended: row.get("ended_ms")?,
                    state,
                })
            })
            .collect::<Result<_, Failure>>()?;
        Ok(DeliveryList { deliveries })
    }
}
