//! Subscriptions and how they stand.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subscriptions::model::{State, Subscription, SubscriptionId, Why};
use crate::subscriptions::{MOST, store};

/// Asks for the subscriptions that the caller covers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscriptions {
    /// This one alone.
    #[serde(default)]
    pub subscription: Option<SubscriptionId>,
}

/// One subscription; its secret is never told again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SubscriptionLine {
    /// Its id.
    pub subscription: SubscriptionId,
    /// What operators call it.
    pub name: String,
    /// Where deliveries go.
    pub address: String,
    /// Types of events.
    pub kinds: Vec<String>,
    /// Events of this pack alone.
    pub pack: Option<String>,
    /// Events of this division and what lies in it.
    pub division: DivisionCode,
    /// Who subscribed.
    pub principal: String,
    /// How it stands.
    pub state: State,
    /// Why the platform switched it off.
    pub why: Option<Why>,
    /// When a delivery was taken last.
    pub delivered: Option<Timestamp>,
    /// Failures in a row.
    pub failures: i64,
    /// Since when nothing was taken.
    pub failing_since: Option<Timestamp>,
    /// When it is tried next, where it failed.
    pub retry: Option<Timestamp>,
    /// Until when the secret before the last rotation signs as well, where it does.
    pub before_until: Option<Timestamp>,
    /// Since when it is there.
    pub at: Timestamp,
}

/// Subscriptions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SubscriptionList {
    /// Oldest first.
    pub subscriptions: Vec<SubscriptionLine>,
}

impl Query for Subscriptions {
    const NAME: &'static str = "platform.subscriptions";
    const DOC: &'static str = "Subscriptions to events that the caller covers, and how they stand.";
    type Reply = SubscriptionList;

    async fn answer(self, ctx: &Ctx) -> Result<SubscriptionList, Failure> {
        let scope = ctx.scope();
        let rows = match self.subscription {
            Some(id) => ctx.rows(store::SUBSCRIPTION, values![id]).await?,
            None => ctx.rows(store::SUBSCRIPTIONS, values![MOST]).await?,
        };
        let mut subscriptions = Vec::new();
        for row in &rows {
            let found = Subscription::read(row)?;
            if scope.covers(&found.interest.resource("")) {
                subscriptions.push(line(found, ctx.now));
            }
        }
        Ok(SubscriptionList { subscriptions })
    }
}

fn line(found: Subscription, now: Timestamp) -> SubscriptionLine {
    SubscriptionLine {
        subscription: found.id,
        name: found.name,
        address: found.address,
        kinds: found.kinds,
        pack: found.interest.pack,
        division: found.interest.division,
        principal: found.principal,
        state: found.state,
        why: found.why,
        delivered: found.delivered,
        failures: found.failures,
        failing_since: found.failing_since,
        retry: Some(found.retry).filter(|_| found.failures > 0 && found.state == State::Active),
        before_until: Some(found.before_until)
            .filter(|until| found.secret_before.is_some() && now < *until),
        at: found.at,
    }
}
