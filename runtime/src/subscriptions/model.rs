//! A subscription and a delivery as they are stored.

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Row;
use minshu_kernel::{id_type, values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::interest::{Interest, Pattern};
use super::store;

id_type!(SubscriptionId, "A subscription.");

/// Dead letters of subscriptions lie beside those of flows, under this and the id.
const LETTERS: &str = "subscription:";

/// How a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Events are delivered.
    Active,
    /// An operator paused it; events wait.
    Paused,
    /// The platform switched it off and says why; events wait.
    Off,
}

/// Why the platform switched a subscription off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// The receiver answered 410 Gone.
    Gone,
    /// The receiver took nothing for three days.
    Failing,
    /// Who subscribed may no longer hear of this.
    Holder,
}

impl Why {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Why::Gone => "gone",
            Why::Failing => "failing",
            Why::Holder => "holder",
        }
    }
}

/// A subscription.
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Who subscribed, as the audit chain names them.
    pub principal: String,
    /// What operators call it.
    pub name: String,
    /// Where deliveries go.
    pub address: String,
    /// Patterns of event types, as they were declared.
    pub kinds: Vec<String>,
    /// What it may hear of.
    pub interest: Interest,
    /// The sealed secret.
    pub secret: Vec<u8>,
    /// The sealed secret before the last rotation.
    pub secret_before: Option<Vec<u8>>,
    /// Until when that one signs as well.
    pub before_until: Timestamp,
    /// The last event that was looked at.
    pub position: i64,
    /// Failures in a row.
    pub failures: i64,
    /// Since when nothing was taken.
    pub failing_since: Option<Timestamp>,
    /// Not before this instant.
    pub retry: Timestamp,
    /// When something was taken last.
    pub delivered: Option<Timestamp>,
    /// How it stands.
    pub state: State,
    /// Why it was switched off.
    pub why: Option<Why>,
    /// Since when it is there.
    pub at: Timestamp,
    /// Raised by every action on it.
    pub version: i64,
}

impl Subscription {
    /// Reads a row.
    pub fn read(row: &Row) -> Result<Subscription, Failure> {
        let kinds: String = row.get("kinds")?;
        let kinds: Vec<String> = kinds.split(' ').map(str::to_owned).collect();
        let state = match row.get::<String>("state")?.as_str() {
            "active" => State::Active,
            "paused" => State::Paused,
            _ => State::Off,
        };
        let why = match row.get::<String>("why")?.as_str() {
            "gone" => Some(Why::Gone),
            "failing" => Some(Why::Failing),
            "holder" => Some(Why::Holder),
            _ => None,
        };
        Ok(Subscription {
            id: row.id("id")?,
            principal: row.get("principal")?,
            name: row.get("name")?,
            address: row.get("address")?,
            interest: Interest {
                patterns: kinds.iter().filter_map(|kind| Pattern::parse(kind)).collect(),
                pack: row.get("pack")?,
                division: row.id("division")?,
            },
            kinds,
            secret: row.get("secret")?,
            secret_before: row.get("secret_before")?,
            before_until: row.get("before_until_ms")?,
            position: row.get("position")?,
            failures: row.get("failures")?,
            failing_since: row.get("failing_since_ms")?,
            retry: row.get("retry_ms")?,
            delivered: row.get("delivered_ms")?,
            state,
            why,
            at: row.get("at_ms")?,
            version: row.get("version")?,
        })
    }

    /// The subscription of an operation that is done on it. It must be covered in full by what the caller holds.
    pub async fn of(ctx: &Ctx, id: SubscriptionId) -> Result<Subscription, Failure> {
        let row = ctx.row(store::SUBSCRIPTION, values![id]).await?;
        let Some(row) = row else {
            ctx.authorize(&Resource::of("platform.subscription", id))?;
            return Err(Failure::missing());
        };
        let subscription = Subscription::read(&row)?;
        must_cover(ctx, &subscription.interest.resource(&id.to_string()))?;
        Ok(subscription)
    }
}

/// Refuses unless the caller's scope covers the whole resource. A single decision takes a resource without a pack as
/// free of packs; a subscription without one hears of all of them, so it needs a ground that is bound to none.
pub fn must_cover(ctx: &Ctx, resource: &Resource) -> Result<(), Failure> {
    ctx.authorize(resource)?;
    if ctx.scope().covers(resource) {
        return Ok(());
    }
    let rule =
        format!("{}: no ground covers all that the subscription would hear of", ctx.operation);
    Err(Failure { rule: Some(rule), ..Failure::new(Kind::Refused, "kernel.refused") })
}

/// The name under which dead letters of a subscription lie.
pub fn letters_of(id: impl std::fmt::Display) -> String {
    format!("{LETTERS}{id}")
}

/// The subscription of a dead letter; `None` where it is a flow's.
pub fn of_letters(flow: &str) -> Option<&str> {
    flow.strip_prefix(LETTERS)
}

/// One event on its way to one receiver.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// The event, which is the `webhook-id` too.
    pub event: String,
    /// Its position; 0 of a test.
    pub position: i64,
    /// Its type.
    pub kind: String,
    /// What it is about; deliveries of one subject go in order.
    pub subject: String,
    /// Attempts that failed.
    pub attempts: i64,
    /// Since when it waits.
    pub at: Timestamp,
    /// Raised by every write.
    pub version: i64,
}

impl Delivery {
    /// Reads a row.
    pub fn read(row: &Row) -> Result<Delivery, Failure> {
        Ok(Delivery {
            id: row.get("id")?,
            event: row.get("event")?,
            position: row.get("event_position")?,
            kind: row.get("kind")?,
            subject: row.get("subject")?,
            attempts: row.get("attempts")?,
            at: row.get("at_ms")?,
            version: row.get("version")?,
        })
    }

    /// Whether an operator asked for it to try the receiver.
    pub fn is_test(&self) -> bool {
        self.position == 0
    }
}
