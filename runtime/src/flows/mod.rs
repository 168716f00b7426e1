//! Flows: consumers of sealed events. At least once, idempotent by (flow, event), ordered per subject. What is refused
//! for good goes to a dead letter and parks that subject's later events. What fails for the moment makes the flow wait,
//! longer each time; an event that has failed for too long is parked as well, so that other subjects go on. Nothing is
//! skipped. Subjects are cut into parts, each done by whoever holds its lease: parts go on beside each other.

mod part;
mod store;
mod tail;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Ctx, Door as _};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::expr::Bindings;
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::{Records, Row, Statement, WriteSet};
use minshu_kernel::text::Lang;
use minshu_kernel::values;
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tracing::{Instrument as _, info_span};

pub(crate) use self::store::{FLOW_POSITIONS, STATEMENTS};
use crate::house::House;
use crate::leases::{self, Hold};
use crate::packs::Flow;
use crate::subscriptions::{self, model::of_letters};
use crate::trace;
use part::Part;
pub use tail::Tail;

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

/// The statements by which the flows of a set begin, with the write that puts it in force: what happens between that
/// and the first round of a worker is theirs already.
pub(crate) async fn beginnings(
    records: &dyn Records,
    flows: &[Flow],
) -> Result<Vec<Statement>, Failure> {
    let head = tail::head(records).await?;
    let begin = |flow: &Flow| Statement::any(store::BEGIN_FLOW, values![&flow.id, head]);
    Ok(flows.iter().map(begin).collect())
}

/// Runs the flows of every part that this process holds, until told to stop.
pub async fn run(house: Arc<House>) {
    let (told, head) = watch::channel(0);
    let parts = (0..leases::PARTS).map(|number| run_part(house.clone(), number, head.clone()));
    tokio::join!(follow(&house, told), join_all(parts));
}

/// Looks how far events are sealed, and wakes the parts.
async fn follow(house: &House, told: watch::Sender<i64>) {
    // Another process may seal: it wakes nobody here.
    let pause = Duration::from_millis(if house.single_process { 500 } else { 100 });
    loop {
        let _ = tokio::time::timeout(pause, house.sealed.notified()).await;
        match tail::head(&house.db).await {
            Ok(head) => {
                told.send_if_modified(|before| std::mem::replace(before, head) != head);
            }
            Err(error) => {
                tracing::warn!(%error, "flows wait");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn run_part(house: Arc<House>, number: usize, mut head: watch::Receiver<i64>) {
    let lease = leases::of_part(number);
    let mut state: Option<(i64, Part)> = None;
    loop {
        // Without news too: what waits is tried again, and the lease may be ours by now.
        let _ = tokio::time::timeout(Duration::from_millis(500), head.changed()).await;
        let Some(hold) = house.leases.held(&lease) else {
            state = None;
            continue;
        };
        let up_to = *head.borrow_and_update();
        let work = leases::under(hold.clone(), catch_up(&house, number, &hold, &mut state, up_to));
        if let Err(error) = house.packs.steady(work).await {
            tracing::warn!(part = number, %error, "flows wait");
            // It is read anew: what was kept of it is not known.
            state = None;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Moves a part as far as events are sealed.
async fn catch_up(
    house: &House,
    number: usize,
    hold: &Hold,
    state: &mut Option<(i64, Part)>,
    head: i64,
) -> Result<(), Failure> {
    let (_, part) = match state {
        Some(known) if known.0 == hold.token() => known,
        _ => state.insert((hold.token(), Part::read(house, number).await?)),
    };
    while part.round(house, head).await?.1 && hold.goes_on() {}
    Ok(())
}

/// All parts until nothing is left to do, for tests and the demonstration. What waits is tried now.
pub async fn drain(house: &House) -> Result<(), Failure> {
    let mut parts = Vec::new();
    for number in 0..leases::PARTS {
        let mut part = Part::read(house, number).await?;
        part.hurry();
        parts.push(part);
    }
    loop {
        let head = tail::head(&house.db).await?;
        let mut passed = 0;
        for part in &mut parts {
            passed += house.packs.steady(part.round(house, head)).await?.0;
        }
        if passed == 0 {
            return Ok(());
        }
    }
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
    let parked = house.services.records.point(crate::store::PARKED.into(), asked).await?;
    if parked.first().map_or(Ok(0), |row| row.get::<i64>("n"))? > 0 {
        let behind = Failure::new(Kind::Conflict, "kernel.subject_parked");
        return Ok(Outcome::Refused(behind));
    }
    Ok(attempt(house, flow, event).await)
}

/// Does the flow's action for one event: lookups, values, the action, the compensation where it is refused.
async fn attempt(house: &House, flow: &Flow, event: &Sealed) -> Outcome {
    let span = info_span!(target: trace::TARGET, "flow", flow = %flow.id, event = %event.id);
    trace::under(&span, house.traces.of(&event.id));
    match act(house, flow, event).instrument(span).await {
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
        crate::store::INSERT_DEAD_LETTER,
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
    let rows =
        house.services.records.point(crate::store::EVENT_BY_ID.into(), values![event_id]).await?;
    let event = Sealed::read(rows.first().ok_or_else(Failure::missing)?)?;
    match attempt(house, flow, &event).await {
        Outcome::Done => Ok(()),
        Outcome::Later(failure) | Outcome::Refused(failure) => Err(failure),
    }
}
