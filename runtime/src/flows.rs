//! Flows: consumers of sealed events. At least once, idempotent by (flow, event), ordered per subject. What is refused
//! for good goes to a dead letter and parks that subject's later events. What fails for the moment makes the flow wait,
//! longer each time; an event that has failed for too long is parked as well, so that other subjects go on. Nothing is
//! skipped.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Ctx, Door as _};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::expr::Bindings;
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::{Row, Statement, WriteSet};
use minshu_kernel::text::Lang;
use minshu_kernel::values;
use serde_json::{Value as Json, json};

use crate::house::House;
use crate::packs::Flow;
use crate::store;
use crate::subscriptions::{self, model::of_letters};

/// Events of one round of one flow.
const ROUND: i64 = 200;
/// The longest wait of a flow whose action fails for the moment.
const LONGEST_WAIT_MS: i64 = 60_000;
/// An event that has failed for so long, and so often, is parked.
const PATIENCE_MS: i64 = 10 * 60_000;
const PATIENCE_TRIES: u32 = 5;

/// A sealed event.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// `kind:id` of what it is about.
    pub subject: String,
    /// Its fields, with `id` and `time` of the envelope.
    pub data: Json,
    /// Its position.
    pub position: i64,
}

impl Sealed {
    /// Reads a row of the outbox.
    pub fn read(row: &Row) -> Result<Sealed, Failure> {
        let id: String = row.get("id")?;
        let text: String = row.get("data")?;
        let mut data: Json = serde_json::from_str(&text).map_err(Failure::internal)?;
        if let Json::Object(fields) = &mut data {
            fields.entry("id").or_insert_with(|| json!(id));
            fields.entry("time").or_insert(json!(row.get::<i64>("at_ms")?));
        }
        let kind: String = row.get("aggregate_kind")?;
        let aggregate: String = row.get("aggregate_id")?;
        Ok(Sealed {
            id,
            kind: row.get("kind")?,
            subject: format!("{kind}:{aggregate}"),
            data,
            position: row.get("position")?,
        })
    }
}

/// What became of an event in a flow.
enum Outcome {
    Done,
    /// It waits for a moment: nothing behind it goes on either.
    Later(Failure),
    /// It is refused for good.
    Refused(Failure),
}

/// How long a flow waits after failures of the event that is its next.
#[derive(Default)]
struct Breaker {
    event: String,
    failures: u32,
    since_ms: i64,
    until_ms: i64,
}

impl Breaker {
    /// Counts a failure; answers whether the event is to be parked.
    fn failed(&mut self, event: &str, now: i64) -> bool {
        if self.event != event {
            *self = Breaker { event: event.to_owned(), since_ms: now, ..Breaker::default() };
        }
        self.failures += 1;
        self.until_ms = now + (200_i64 << self.failures.min(9)).min(LONGEST_WAIT_MS);
        self.failures >= PATIENCE_TRIES && now - self.since_ms >= PATIENCE_MS
    }
}

/// Runs all flows until told to stop.
pub async fn run(house: Arc<House>) {
    let mut breakers: HashMap<String, Breaker> = HashMap::new();
    loop {
        let _ = tokio::time::timeout(Duration::from_millis(500), house.sealed.notified()).await;
        if let Err(error) = house.packs.steady(round(&house, &mut breakers)).await {
            tracing::warn!(%error, "flows wait");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// One round over all flows, for tests and the demonstration: until nothing is left to do.
pub async fn drain(house: &House) -> Result<(), Failure> {
    let mut breakers = HashMap::new();
    while round(house, &mut breakers).await? > 0 {}
    Ok(())
}

async fn round(house: &House, breakers: &mut HashMap<String, Breaker>) -> Result<usize, Failure> {
    let mut handled = 0;
    for flow in house.packs.flows().iter() {
        let now = house.services.clock.now().0;
        let breaker = breakers.entry(flow.id.clone()).or_default();
        if breaker.until_ms > now {
            continue;
        }
        let (count, waiting) = advance(house, flow, breaker).await?;
        handled += count;
        match waiting {
            None => *breaker = Breaker::default(),
            Some(failure) => {
                let wait_ms = breaker.until_ms - now;
                tracing::warn!(flow = %flow.id, %failure, wait_ms, "a flow waits");
            }
        }
    }
    Ok(handled)
}

/// Moves one flow along the sealed events; answers how many it passed and why it stopped, if it did.
async fn advance(
    house: &House,
    flow: &Flow,
    breaker: &mut Breaker,
) -> Result<(usize, Option<Failure>), Failure> {
    let records = &house.services.records;
    let cursor = records.point(store::FLOW.into(), values![&flow.id]).await?;
    let Some(cursor) = cursor.first() else {
        // A new flow begins with what happens from now on.
        let last = records.point(store::LAST_EVENT_POSITION.into(), values![]).await?;
        let position: i64 = last.first().map_or(Ok(0), |row| row.get("position"))?;
        let insert = Statement::any(store::INSERT_FLOW, values![&flow.id, position]);
        records.apply(WriteSet { statements: vec![insert] }).await?;
        return Ok((0, None));
    };
    let (begun, version): (i64, i64) = (cursor.get("position")?, cursor.get("version")?);
    let rows = records.point(store::EVENTS_AFTER.into(), values![begun, ROUND]).await?;
    let mut position = begun;
    let mut waiting = None;
    for row in &rows {
        let event = Sealed::read(row)?;
        if event.kind == flow.on && applies(flow, &event)? {
            match handle(house, flow, &event).await? {
                Outcome::Done => {}
                Outcome::Later(failure) => {
                    if breaker.failed(&event.id, house.services.clock.now().0) {
                        bury(house, flow, &event, &failure).await?;
                    } else {
                        waiting = Some(failure);
                        break;
                    }
                }
                Outcome::Refused(failure) => bury(house, flow, &event, &failure).await?,
            }
        }
        position = event.position;
    }
    if position > begun {
        let moved = Statement::one(store::MOVE_FLOW, values![&flow.id, position, version]);
        records.apply(WriteSet { statements: vec![moved] }).await?;
    }
    Ok(((position - begun) as usize, waiting))
}

fn applies(flow: &Flow, event: &Sealed) -> Result<bool, Failure> {
    if flow.filter.iter().any(|(name, value)| event.data.get(name) != Some(value)) {
        return Ok(false);
    }
    match &flow.when {
        None => Ok(true),
        Some(condition) => {
            let scope = Bindings::new().with("event", &event.data);
            condition.holds(&scope).map_err(Failure::internal)
        }
    }
}

async fn handle(house: &House, flow: &Flow, event: &Sealed) -> Result<Outcome, Failure> {
    let asked = values![&flow.id, &event.subject];
    let parked = house.services.records.point(store::PARKED.into(), asked).await?;
    if parked.first().map_or(Ok(0), |row| row.get::<i64>("n"))? > 0 {
        let behind = Failure::new(Kind::Conflict, "kernel.subject_parked");
        return Ok(Outcome::Refused(behind));
    }
    Ok(attempt(house, flow, event).await)
}

/// Does the flow's action for one event: lookups, values, the action, the compensation where it is refused.
async fn attempt(house: &House, flow: &Flow, event: &Sealed) -> Outcome {
    match act(house, flow, event).await {
        Ok(()) => Outcome::Done,
        Err(failure) => match failure.kind {
            Kind::Unavailable | Kind::TooMany | Kind::Internal => Outcome::Later(failure),
            _ => Outcome::Refused(failure),
        },
    }
}

async fn act(house: &House, flow: &Flow, event: &Sealed) -> Result<(), Failure> {
    let asking = call(house, flow, event, flow.action, Json::Null, None);
    let ctx = Ctx::new(house.services.clone(), &asking, flow.action);
    let scope = Bindings::new().with("event", &event.data);
    let lookups = flow.lookups.answer(&ctx, &flow.lookups.all(), &scope).await;
    house.audit_lookups(&ctx).await?;
    let lookups = lookups.map_err(|without| {
        tracing::info!(flow = %flow.id, lookup = %without.name, "does not go on");
        without.failure
    })?;
    let scope = Bindings::new().with("event", &event.data).with("lookup", &lookups);
    let input = flow.with.evaluate(&scope).map_err(Failure::internal)?;
    let key = format!("{}:{}", flow.id, event.id);
    let done = house.act(call(house, flow, event, flow.action, input, Some(key.clone()))).await;
    match (done, &flow.on_refused) {
        (Ok(_), _) => Ok(()),
        (Err(failure), Some((action, with)))
            if !matches!(
                failure.kind,
                Kind::Unavailable | Kind::TooMany | Kind::Internal | Kind::Malformed
            ) =>
        {
            let input = with.evaluate(&scope).map_err(Failure::internal)?;
            let key = format!("{key}:refused");
            house.act(call(house, flow, event, action, input, Some(key))).await.map(|_| ())
        }
        (Err(failure), _) => Err(failure),
    }
}

fn call(
    house: &House,
    flow: &Flow,
    event: &Sealed,
    operation: &str,
    input: Json,
    key: Option<String>,
) -> Call {
    Call {
        who: Arc::new(Principal::flow(flow.id.clone(), flow.may())),
        operation: operation.to_owned(),
        input,
        key,
        cause: event.id.parse().ok(),
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    }
}

async fn bury(
    house: &House,
    flow: &Flow,
    event: &Sealed,
    failure: &Failure,
) -> Result<(), Failure> {
    tracing::error!(flow = %flow.id, event = %event.id, %failure, "a dead letter parks its subject");
    let told: String = failure.to_string().chars().take(400).collect();
    let statement = Statement::any(
        store::INSERT_DEAD_LETTER,
        values![
            house.services.ids.next().to_string(),
            &flow.id,
            &event.subject,
            &event.id,
            event.position,
            told,
            house.services.clock.now().0
        ],
    );
    Ok(house.services.records.apply(WriteSet { statements: vec![statement] }).await?)
}

/// Tries a dead letter's event again; an operator asked for it.
pub async fn replay(house: &House, flow_id: &str, event_id: &str) -> Result<(), Failure> {
    if let Some(subscription) = of_letters(flow_id) {
        return subscriptions::replay(house, subscription, event_id).await;
    }
    let flows = house.packs.flows();
    let flow = flows.iter().find(|f| f.id == flow_id);
    let flow = flow.ok_or_else(|| Failure::new(Kind::Conflict, "platform.flow_gone"))?;
    let rows = house.services.records.point(store::EVENT_BY_ID.into(), values![event_id]).await?;
    let event = Sealed::read(rows.first().ok_or_else(Failure::missing)?)?;
    match attempt(house, flow, &event).await {
        Outcome::Done => Ok(()),
        Outcome::Later(failure) | Outcome::Refused(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_back_off_and_patience_ends() {
        let mut breaker = Breaker::default();
        let mut now = 0;
        let mut waits = Vec::new();
        while !breaker.failed("e1", now) {
            waits.push(breaker.until_ms - now);
            now = breaker.until_ms;
        }
        assert!(waits.is_sorted() && waits[0] < 1_000, "{waits:?}");
        assert_eq!(waits.last(), Some(&LONGEST_WAIT_MS));
        assert!((PATIENCE_MS..PATIENCE_MS + LONGEST_WAIT_MS).contains(&now));
        // The next event has the whole patience again.
        assert!(!breaker.failed("e2", now));
        assert_eq!((breaker.failures, breaker.since_ms), (1, now));
    }
}
