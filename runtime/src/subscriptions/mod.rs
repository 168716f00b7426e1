//! Subscriptions: signed web hooks on sealed events, for integrators. At least once, by position, in order for every
//! subject. Each subscription has a task of its own while it has something to do, so that a receiver that does not
//! answer holds up nobody else; the process that holds the lease of its part has it.

pub mod interest;
pub mod message;
pub mod model;
pub mod schedule;
pub mod secret;
pub(crate) mod store;
mod work;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::{Statement, WriteSet};
use minshu_kernel::values;
use tokio::task::JoinHandle;

use crate::house::House;
use crate::leases;
use model::{Delivery, Subscription};
use work::Verdict;

/// The most subscriptions that are there at once.
pub const MOST: i64 = 500;
/// How long a delivery that ended is shown.
const KEEP_MS: i64 = 7 * 24 * 3_600_000;
/// How often old ones are looked for.
const FORGET_EACH_MS: i64 = 3_600_000;

/// Delivers until told to stop.
pub async fn run(house: Arc<House>) {
    let mut tasks = Tasks::default();
    let mut forget_ms = 0;
    loop {
        let _ = tokio::time::timeout(Duration::from_millis(500), house.sealed.notified()).await;
        if let Err(error) = tasks.begin(&house).await {
            tracing::warn!(%error, "subscriptions wait");
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        }
        let now = house.services.clock.now().0;
        if now >= forget_ms && house.leases.held(&leases::of_part(0)).is_some() {
            forget_ms = now + FORGET_EACH_MS;
            if let Err(error) = forget(&house).await {
                tracing::warn!(%error, "old deliveries stay for now");
            }
        }
    }
}

/// The tasks of subscriptions that have something to do; they end with this value.
#[derive(Default)]
struct Tasks(HashMap<String, JoinHandle<()>>);

impl Tasks {
    async fn begin(&mut self, house: &Arc<House>) -> Result<(), Failure> {
        self.0.retain(|_, task| !task.is_finished());
        for id in busy(house).await? {
            let Some(hold) = house.leases.held_for(&id) else { continue };
            self.0.entry(id.clone()).or_insert_with(|| {
                let house = house.clone();
                tokio::spawn(leases::under(hold, async move {
                    if let Err(error) = work::advance(&house, &id).await {
                        tracing::warn!(subscription = %id, %error, "a subscription waits");
                    }
                }))
            });
        }
        Ok(())
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in self.0.values() {
            task.abort();
        }
    }
}

/// Delivers one subscription after another until nothing is left to do now, for tests.
pub async fn drain(house: &House) -> Result<(), Failure> {
    loop {
        let mut handled = 0;
        for id in busy(house).await? {
            handled += work::advance(house, &id).await?;
        }
        if handled == 0 {
            return Ok(());
        }
    }
}

/// The subscriptions with events to look at or deliveries that are due.
async fn busy(house: &House) -> Result<Vec<String>, Failure> {
    let records = &house.services.records;
    let last = records.point(crate::store::LAST_EVENT_POSITION.into(), values![]).await?;
    let last: i64 = last.first().map_or(Ok(0), |row| row.get("position"))?;
    let asked = values![last, house.services.clock.now(), MOST];
    let rows = records.point(store::ACTIVE_SUBSCRIPTIONS.into(), asked).await?;
    Ok(rows.iter().map(|row| row.get("id")).collect::<Result<_, _>>()?)
}

async fn forget(house: &House) -> Result<(), Failure> {
    let before = house.services.clock.now().plus_ms(-KEEP_MS);
    let statements = vec![Statement::any(store::FORGET_ENDED_DELIVERIES, values![before])];
    Ok(house.services.records.apply(WriteSet { statements }).await?)
}

/// Sends the event of a dead letter again; an operator asked for it.
pub async fn replay(house: &House, subscription: &str, event: &str) -> Result<(), Failure> {
    let gone = || Failure::new(Kind::Conflict, "platform.flow_gone");
    let records = &house.services.records;
    let rows = records.point(store::SUBSCRIPTION.into(), values![subscription]).await?;
    let subscription = Subscription::read(rows.first().ok_or_else(gone)?)?;
    if !work::may_hear(house, &subscription).await? {
        return Err(Failure::new(Kind::Conflict, "platform.subscription_off"));
    }
    let asked = values![subscription.id, event];
    let rows = records.point(store::DELIVERY_OF_EVENT.into(), asked).await?;
    let delivery = Delivery::read(rows.first().ok_or_else(gone)?)?;
    match work::send(house, &subscription, &delivery).await? {
        Verdict::Delivered(_) => Ok(()),
        Verdict::Gone | Verdict::Failed { .. } => {
            Err(Failure::new(Kind::Conflict, "platform.not_delivered"))
        }
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests_support;
