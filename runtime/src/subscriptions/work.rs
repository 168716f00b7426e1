//! One subscription's work: events become deliveries, deliveries are sent, what came of them is written down.

use std::sync::Arc;

use futures_util::future::join_all;
use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::outgoing::OutgoingError;
use minshu_kernel::records::{RecordsError, Statement, WriteSet};
use minshu_kernel::text::Lang;
use minshu_kernel::values;
use serde_json::json;
use tracing::{Instrument as _, info_span};

use super::model::{Delivery, State, Subscription, Why, letters_of};
use super::{message, schedule, store};
use crate::flows::Sealed;
use crate::house::House;
use crate::trace;

/// Events of one look.
const ROUND: i64 = 200;
/// Deliveries that may wait; the rest stays in the log of events.
const MOST_WAITING: i64 = 1_000;
/// Requests under way to one receiver.
const ABREAST: i64 = 4;
/// How long a process may take for a delivery before another one sends it again; longer than a request may take.
const LEASE_MS: i64 = 60_000;
/// Failures in a row after which a receiver that refuses each event counts as down.
const REFUSALS_IN_A_ROW: i64 = 5;

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was taken, with this status.
    Delivered(u16),
    /// The receiver wants nothing more, ever.
    Gone,
    /// It was not taken.
    Failed {
        /// A status, or a word: `timeout`, `connect`, `forbidden`, `broken`.
        outcome: String,
        /// How long the receiver asks us to wait.
        asked_ms: Option<i64>,
        /// Whether it says nothing about this event: then the whole subscription pauses.
        down: bool,
    },
}

/// Works until there is nothing to do now; answers how many events it looked at and deliveries it tried.
pub(super) async fn advance(house: &House, id: &str) -> Result<usize, Failure> {
    let mut handled = 0;
    loop {
        let records = &house.services.records;
        let rows = records.point(store::SUBSCRIPTION.into(), values![id]).await?;
        let Some(row) = rows.first() else { return Ok(handled) };
        let subscription = Subscription::read(row)?;
        if subscription.state != State::Active {
            return Ok(handled);
        }
        if !may_hear(house, &subscription).await? {
            switch_off(house, &subscription, Why::Holder).await?;
            return Ok(handled);
        }
        let looked = enqueue(house, &subscription).await?;
        let tried = deliver(house, &subscription).await?;
        handled += looked + tried;
        if looked + tried == 0 || !crate::leases::goes_on() {
            return Ok(handled);
        }
    }
}

/// Whether who subscribed may still hear of all that the subscription covers.
pub(super) async fn may_hear(house: &House, subscription: &Subscription) -> Result<bool, Failure> {
    let holder = match subscription.principal.split_once(':') {
        Some(("account", id)) => match (&house.authenticator, id.parse()) {
            (Some(authenticator), Ok(account)) => authenticator.holder(account).await?,
            _ => None,
        },
        None if subscription.principal == "console" => Some(Arc::new(Principal::console())),
        _ => None,
    };
    let resource = subscription.interest.resource(&subscription.id.to_string());
    let now = house.services.clock.now();
    let access = &house.services.access;
    Ok(holder.is_some_and(|who| access.scope(&who, "platform.subscribe", now).covers(&resource)))
}

async fn switch_off(house: &House, subscription: &Subscription, why: Why) -> Result<(), Failure> {
    tracing::warn!(subscription = %subscription.id, why = why.word(), "a subscription is switched off");
    let call = Call {
        who: Arc::new(Principal::job()),
        operation: "platform.switch_off_subscription".to_owned(),
        input: json!({ "subscription": subscription.id, "why": why }),
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    match house.act(call).await {
        // Somebody was first.
        Err(failure) if matches!(failure.kind, Kind::Missing | Kind::Conflict) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Applies writes; `false` where another process was first.
async fn apply(house: &House, statements: Vec<Statement>) -> Result<bool, Failure> {
    match house.services.records.apply(WriteSet { statements }).await {
        Ok(()) => Ok(true),
        Err(RecordsError::Lost { .. } | RecordsError::Unique(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Turns events after the subscription's position into deliveries and moves the position, all or nothing.
async fn enqueue(house: &House, subscription: &Subscription) -> Result<usize, Failure> {
    let records = &house.services.records;
    let waiting = records.point(store::WAITING_DELIVERIES.into(), values![subscription.id]).await?;
    if waiting.first().map_or(Ok(0), |row| row.get::<i64>("n"))? >= MOST_WAITING {
        return Ok(0);
    }
    let asked = values![subscription.position, ROUND];
    let rows = records.point(crate::store::EVENTS_AFTER.into(), asked).await?;
    let now = house.services.clock.now();
    let mut statements = Vec::new();
    let mut position = subscription.position;
    for row in &rows {
        let event = Sealed::read(row)?;
        position = event.position;
        if subscription.interest.wants(&event.kind, &event.data) {
            let values = values![
                house.services.ids.next().to_string(),
                subscription.id,
                event.id,
                event.position,
                event.kind,
                event.subject,
                now
            ];
            statements.push(Statement::one(store::INSERT_DELIVERY, values));
        }
    }
    if rows.is_empty() {
        return Ok(0);
    }
    let moved = values![subscription.id, subscription.position, position];
    statements.push(Statement::one(store::MOVE_SUBSCRIPTION, moved));
    Ok(if apply(house, statements).await? { rows.len() } else { 0 })
}

/// Sends what is due: some abreast, each of another subject; a single one to a receiver that failed last.
async fn deliver(house: &House, subscription: &Subscription) -> Result<usize, Failure> {
    let now = house.services.clock.now();
    if subscription.retry > now {
        return Ok(0);
    }
    let abreast = if subscription.failures > 0 { 1 } else { ABREAST };
    let asked = values![subscription.id, now, abreast];
    let rows = house.services.records.point(store::DUE_DELIVERIES.into(), asked).await?;
    let mut leased = Vec::new();
    for row in &rows {
        let mut delivery = Delivery::read(row)?;
        let lease = values![&delivery.id, delivery.version, now.plus_ms(LEASE_MS)];
        if apply(house, vec![Statement::one(store::LEASE_DELIVERY, lease)]).await? {
            delivery.version += 1;
            leased.push(delivery);
        }
    }
    let sent = leased.iter().map(|delivery| send(house, subscription, delivery));
    let verdicts = join_all(sent).await;
    let mut failed = Vec::new();
    for (delivery, verdict) in leased.iter().zip(verdicts) {
        match verdict? {
            Verdict::Delivered(status) => delivered(house, subscription, delivery, status).await?,
            verdict => failed.push((delivery, verdict)),
        }
    }
    // Failures are noted last: a success beside them does not take away the wait that a receiver asked for.
    for (delivery, verdict) in failed {
        not_delivered(house, subscription, delivery, verdict).await?;
    }
    Ok(leased.len())
}

/// Sends one delivery.
pub(super) async fn send(
    house: &House,
    subscription: &Subscription,
    delivery: &Delivery,
) -> Result<Verdict, Failure> {
    let body = if delivery.is_test() {
        message::of_test(delivery, subscription)
    } else {
        let asked = values![&delivery.event];
        let rows = house.services.records.point(crate::store::EVENT_BY_ID.into(), asked).await?;
        message::of_event(rows.first().ok_or_else(Failure::missing)?)?
    };
    let now = house.services.clock.now();
    let personal = &*house.services.personal;
    let post = message::signed(subscription, personal, &delivery.event, now, &body)?;
    let span = info_span!(target: trace::TARGET, "deliver", event = %delivery.event);
    trace::under(&span, house.traces.of(&delivery.event));
    Ok(match house.services.outgoing.post(post).instrument(span).await {
        Ok(answer) => match answer.status {
            200..=299 => Verdict::Delivered(answer.status),
            410 => Verdict::Gone,
            status => Verdict::Failed {
                outcome: status.to_string(),
                asked_ms: answer.retry_after.and_then(|text| schedule::retry_after(&text, now)),
                down: matches!(status, 408 | 425 | 429 | 500..),
            },
        },
        Err(error) => {
            tracing::info!(subscription = %subscription.id, %error, "a delivery found no receiver");
            let outcome = match error {
                OutgoingError::Address(_) | OutgoingError::Forbidden(_) => "forbidden",
                OutgoingError::Timeout => "timeout",
                OutgoingError::Connect(_) => "connect",
                OutgoingError::Broken(_) => "broken",
            };
            Verdict::Failed { outcome: outcome.to_owned(), asked_ms: None, down: true }
        }
    })
}

async fn delivered(
    house: &House,
    subscription: &Subscription,
    delivery: &Delivery,
    status: u16,
) -> Result<(), Failure> {
    let now = house.services.clock.now();
    let done = values![&delivery.id, delivery.version, status.to_string(), now];
    let statements = vec![
        Statement::one(store::DELIVERY_DONE, done),
        Statement::any(store::NOTE_SUCCESS, values![subscription.id, now]),
    ];
    apply(house, statements).await.map(|_| ())
}

async fn not_delivered(
    house: &House,
    subscription: &Subscription,
    delivery: &Delivery,
    verdict: Verdict,
) -> Result<(), Failure> {
    let now = house.services.clock.now();
    let entropy = &*house.services.entropy;
    let (outcome, asked_ms, down) = match verdict {
        Verdict::Failed { outcome, asked_ms, down } => (outcome, asked_ms.unwrap_or(0), down),
        Verdict::Gone | Verdict::Delivered(_) => ("410".to_owned(), 0, true),
    };
    let gone = outcome == "410";
    let attempts = delivery.attempts + 1;
    let failing = subscription.failing_since.map_or(0, |since| now.0 - since.0);
    let dead = failing >= schedule::LONGEST_FAILING_MS;
    let wait = schedule::after_attempts(attempts).map(|wait| schedule::jittered(wait, entropy));
    let (state, next, ended) = match wait {
        _ if delivery.is_test() => ("failed", now, Some(now)),
        // It is the receiver and not this event: nothing is given up, the subscription is switched off below.
        _ if gone || dead => ("waiting", now, None),
        Some(wait) => ("waiting", now.plus_ms(wait.max(asked_ms)), None),
        None => ("parked", now, None),
    };
    let values = values![&delivery.id, delivery.version, state, next, &outcome, ended];
    let mut statements = vec![Statement::one(store::DELIVERY_FAILED, values)];
    if state == "parked" {
        tracing::error!(subscription = %subscription.id, event = %delivery.event, %outcome, "a dead letter parks its subject");
        statements.push(letter(house, subscription, delivery, &outcome));
    }
    let failures = subscription.failures + 1;
    let pause = match down || failures >= REFUSALS_IN_A_ROW {
        true => schedule::jittered(schedule::after_failures(failures), entropy),
        false => 0,
    };
    // A test says nothing about how long a receiver has been failing.
    if !delivery.is_test() {
        let retry = now.plus_ms(pause.max(asked_ms));
        let noted = values![subscription.id, now, retry];
        statements.push(Statement::any(store::NOTE_FAILURE, noted));
    }
    if !apply(house, statements).await? {
        return Ok(());
    }
    if gone {
        switch_off(house, subscription, Why::Gone).await?;
    } else if dead && !delivery.is_test() {
        switch_off(house, subscription, Why::Failing).await?;
    }
    Ok(())
}

fn letter(
    house: &House,
    subscription: &Subscription,
    delivery: &Delivery,
    outcome: &str,
) -> Statement {
    Statement::one(
        crate::store::INSERT_DEAD_LETTER,
        values![
            house.services.ids.next().to_string(),
            letters_of(subscription.id),
            &delivery.subject,
            &delivery.event,
            delivery.position,
            format!("platform.not_delivered: {outcome}"),
            house.services.clock.now().0
        ],
    )
}
