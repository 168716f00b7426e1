//! The sealer: one leased task that gives committed rows their position. Woken by commits, it seals within
//! 50 ms; events of one aggregate are sealed in the order of their versions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use minshu_kernel::error::Failure;
use minshu_kernel::records::{Records, RecordsError, Row, Statement, Value, WriteSet};
use minshu_kernel::values;
use tokio::sync::Notify;

use super::batch::{self, Sealing};
use super::block::{BLOCK_ENTRIES, Block, merkle_root};
use super::entry::{Entry, GENESIS};
use crate::house::House;
use crate::leases;
use crate::store;
use crate::trace;

/// The most rows that one round seals.
const ROUND: i64 = 1_000;
/// How long the lease holds without being renewed.
const LEASE_MS: i64 = 5_000;
/// A lease that its holder neither uses nor renews for so long while rows wait is taken, whatever the clocks say.
const STANDSTILL: Duration = Duration::from_secs(5);
/// From this age on of the oldest unsealed row the operator is told.
pub const ALARM_MS: i64 = 1_000;
/// How often the operator is told again.
const TELL_AGAIN: Duration = Duration::from_secs(60);
/// A block is closed after this time even where it is not full.
const BLOCK_AGE_MS: i64 = 60_000;
/// How long a graceful stop goes on sealing.
const LAST_SEALING: Duration = Duration::from_secs(5);
const AUDIT: &str = "audit";
const EVENTS: &str = "events";

/// Seals until told to stop.
pub async fn run(house: Arc<House>, wake: Arc<Notify>) {
    let mut last_block_ms = house.services.clock.now().0;
    let mut alarm = Alarm::default();
    // The commits of other processes wake nobody here.
    let pause = Duration::from_millis(if house.single_process { 500 } else { 30 });
    let mut looked = tokio::time::Instant::now();
    loop {
        let woken = tokio::time::timeout(pause, wake.notified()).await.is_ok();
        let Some(hold) = house.leases.held(leases::SEAL) else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        if woken {
            // A few commits share a round: the bar is 50 ms from commit to position.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let sealed = match leases::under(hold.clone(), round(&house)).await {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::warn!(%error, "sealing waits");
                tokio::time::sleep(Duration::from_millis(200)).await;
                0
            }
        };
        if sealed == ROUND as usize {
            wake.notify_one();
        }
        // What is asked beside sealing is not asked thirty times a second of a house that is at rest.
        if sealed == 0 && !woken && looked.elapsed() < Duration::from_millis(500) {
            continue;
        }
        looked = tokio::time::Instant::now();
        alarm.look(&house).await;
        let now = house.services.clock.now().0;
        let due = now - last_block_ms > BLOCK_AGE_MS;
        match leases::under(hold, close_block(&house, due)).await {
            Ok(true) => last_block_ms = now,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the block is not closed yet"),
        }
        house.sealed.notify_waiters();
    }
}

/// Seals everything that is committed now; for tests, the command line and a graceful stop.
pub async fn seal_all(house: &House) -> Result<(), Failure> {
    // Another process may hold the lease: what it seals needs no second hand.
    while round(house).await? == ROUND as usize {}
    Ok(())
}

/// Seals what it can in [`LAST_SEALING`] and gives the lease back, so that whoever comes next need not wait for its
/// end. What is left after a storm is sealed by the next start.
pub async fn finish(house: &House) -> Result<(), Failure> {
    let end = tokio::time::Instant::now() + LAST_SEALING;
    while round(house).await? == ROUND as usize && tokio::time::Instant::now() < end {}
    let statements = [AUDIT, EVENTS]
        .into_iter()
        .map(|id| Statement::any(store::RELEASE_CHAIN, values![id, &house.holder]))
        .collect();
    Ok(house.services.records.apply(WriteSet { statements }).await?)
}

/// Makes sure that the chains' heads are there.
pub async fn prepare(house: &House) -> Result<(), Failure> {
    let statements = [AUDIT, EVENTS]
        .into_iter()
        .map(|id| Statement::any(store::INSERT_CHAIN, values![id, GENESIS]))
        .collect();
    Ok(house.services.records.apply(WriteSet { statements }).await?)
}

/// How far sealing is behind, as this process sees it: what doctor, health and metrics show.
#[derive(Debug, Default)]
pub struct Window {
    /// The age in milliseconds of the oldest unsealed row when it was last looked at; 0 where there was none.
    pub oldest_ms: AtomicI64,
    /// Rows that this process sealed since it started.
    pub sealed: AtomicU64,
    /// How often the window had become too long.
    pub alarms: AtomicU64,
    standstill: Mutex<Option<(i64, tokio::time::Instant)>>,
}

impl Window {
    /// Whether the lease at this version has stood still for too long. A process that ended while it held the lease
    /// is followed so even where a clock was set back.
    fn stands_still(&self, version: i64) -> bool {
        let mut seen = self.standstill.lock().unwrap_or_else(PoisonError::into_inner);
        match *seen {
            Some((at, since)) if at == version => since.elapsed() >= STANDSTILL,
            _ => {
                *seen = Some((version, tokio::time::Instant::now()));
                false
            }
        }
    }
}

/// The age in milliseconds of the oldest row that is not sealed; 0 where all are.
pub async fn window_ms(house: &House) -> Result<i64, Failure> {
    let oldest = oldest_unsealed(&*house.services.records).await?;
    Ok(oldest.map_or(0, |at| (house.services.clock.now().0 - at).max(0)))
}

/// When the oldest row was written that is not sealed, UTC milliseconds.
pub async fn oldest_unsealed(records: &dyn Records) -> Result<Option<i64>, Failure> {
    let mut oldest: Option<i64> = None;
    for sql in [store::OLDEST_UNSEALED_AUDIT, store::OLDEST_UNSEALED_EVENT] {
        let row = records.point(sql.into(), values![]).await?.into_iter().next();
        let at = row.map(|row| row.get::<i64>("at_ms")).transpose()?;
        oldest = oldest.into_iter().chain(at).min();
    }
    Ok(oldest)
}

/// Tells the operator when the window is too long, and when it is short again.
#[derive(Default)]
struct Alarm {
    /// Looks in a row that found it too long: a clock that was set forward makes one.
    looks: u32,
    told: Option<tokio::time::Instant>,
}

impl Alarm {
    async fn look(&mut self, house: &House) {
        let Ok(oldest_ms) = window_ms(house).await else { return };
        house.window.oldest_ms.store(oldest_ms, Ordering::Relaxed);
        if oldest_ms <= ALARM_MS {
            self.looks = 0;
            if self.told.take().is_some() {
                tracing::info!("sealing has caught up");
            }
            return;
        }
        self.looks += 1;
        let silent = self.told.is_none_or(|told| told.elapsed() >= TELL_AGAIN);
        if self.looks >= 2 && silent {
            if self.told.is_none() {
                house.window.alarms.fetch_add(1, Ordering::Relaxed);
            }
            self.told = Some(tokio::time::Instant::now());
            tracing::error!(
                oldest_ms,
                "sealing is behind: what was committed since then is not in the audit chain yet; run `minshu doctor`"
            );
        }
    }
}

/// When the newest entry of the audit chain was written, UTC milliseconds.
///
/// # Errors
/// Where the database does not answer.
pub async fn newest_entry(records: &dyn Records) -> Result<Option<i64>, Failure> {
    let latest = records.point(store::AUDIT_LATEST.into(), values![i64::MAX, 1_i64]).await?;
    Ok(latest.first().map(|row| row.get("at_ms")).transpose()?)
}

struct Head {
    position: i64,
    chain: String,
    version: i64,
}

async fn lease(house: &House, id: &str) -> Result<Option<Head>, Failure> {
    let records = &house.services.records;
    let row = records.point(store::CHAIN.into(), values![id]).await?.into_iter().next();
    let row = row.ok_or_else(|| Failure::internal("the chain's head is missing"))?;
    let now = house.services.clock.now().0;
    let holder = &house.holder;
    let ours = row.get::<String>("holder")? == *holder;
    let until: i64 = row.get("leased_until_ms")?;
    let mut version: i64 = row.get("version")?;
    if !ours || until < now + LEASE_MS / 2 {
        // Under the lease of sealing whoever had it before writes nothing more: nobody need wait for the end of its term.
        let free = ours || house.single_process || leases::fenced() || until < now;
        if !free && !house.window.stands_still(version) {
            return Ok(None);
        }
        // Whoever held it may still be at work: the version tells, here and when a round is written.
        let statement =
            Statement::one(store::LEASE_CHAIN, values![id, holder, now + LEASE_MS, version]);
        match records.apply(WriteSet { statements: vec![statement] }).await {
            Ok(()) => version += 1,
            Err(RecordsError::Lost { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(Head { position: row.get("position")?, chain: row.get("chain")?, version }))
}

/// One round; answers how many rows it sealed of the fuller of the two kinds.
async fn round(house: &House) -> Result<usize, Failure> {
    let audit = seal_audit(house).await?;
    let events = seal_events(house).await?;
    Ok(audit.max(events))
}

async fn seal_audit(house: &House) -> Result<usize, Failure> {
    let rows = house.services.records.point(store::UNSEALED_AUDIT.into(), values![ROUND]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let Some(head) = lease(house, AUDIT).await? else { return Ok(0) };
    let mut sealed = Vec::with_capacity(rows.len());
    let mut traced = Vec::new();
    let (mut position, mut chain) = (head.position, head.chain);
    for row in &rows {
        let entry = Entry::read(row)?;
        position += 1;
        chain = entry.link(&chain, position);
        sealed.push(values![&entry.id, position, &chain]);
        traced.extend(house.traces.of(&entry.id).map(|of| (of, position)));
    }
    let mut statements = batch::statements(Sealing::Audit, sealed);
    statements.push(Statement::one(
        store::MOVE_CHAIN,
        values![AUDIT, position, &chain, head.version, &house.holder],
    ));
    let done = apply(house, statements).await?;
    if !done {
        return Ok(0);
    }
    for (of, position) in traced {
        let span = tracing::info_span!(target: trace::TARGET, "seal", position);
        trace::under(&span, Some(of));
    }
    house.window.sealed.fetch_add(rows.len() as u64, Ordering::Relaxed);
    Ok(rows.len())
}

async fn seal_events(house: &House) -> Result<usize, Failure> {
    let rows = house.services.records.point(store::UNSEALED_EVENTS.into(), values![ROUND]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let full = rows.len() == ROUND as usize;
    let Some(head) = lease(house, EVENTS).await? else { return Ok(0) };
    let mut sealed = Vec::with_capacity(rows.len());
    let mut position = head.position;
    for (id, aggregate, version) in by_version(&rows)? {
        // A full round may have cut off an earlier version of the same thing: then this one waits.
        if full && earlier_unsealed(house, &rows, &aggregate, version).await? {
            continue;
        }
        position += 1;
        sealed.push(values![id, position]);
    }
    let mut statements = batch::statements(Sealing::Events, sealed);
    statements.push(Statement::one(
        store::MOVE_CHAIN,
        values![EVENTS, position, "", head.version, &house.holder],
    ));
    let done = apply(house, statements).await?;
    if !done {
        return Ok(0);
    }
    house.window.sealed.fetch_add(rows.len() as u64, Ordering::Relaxed);
    Ok(rows.len())
}

async fn apply(house: &House, statements: Vec<Statement>) -> Result<bool, Failure> {
    match house.services.records.apply(WriteSet { statements }).await {
        Ok(()) => Ok(true),
        // Another process took the lease in between: what it seals needs no second hand.
        Err(RecordsError::Lost { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

type Aggregate = (String, String);

/// The rows in the order of commit, but each aggregate's in the order of its versions.
fn by_version(rows: &[Row]) -> Result<Vec<(String, Aggregate, i64)>, Failure> {
    let mut events = Vec::with_capacity(rows.len());
    let mut places: HashMap<Aggregate, Vec<usize>> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        let aggregate: Aggregate = (row.get("aggregate_kind")?, row.get("aggregate_id")?);
        places.entry(aggregate.clone()).or_default().push(place);
        events.push((row.get::<String>("id")?, aggregate, row.get::<i64>("aggregate_version")?));
    }
    let mut ordered = events.clone();
    for places in places.into_values() {
        let mut own: Vec<_> = places.iter().map(|p| events[*p].clone()).collect();
        own.sort_by_key(|(_, _, version)| *version);
        for (place, event) in places.into_iter().zip(own) {
            ordered[place] = event;
        }
    }
    Ok(ordered)
}

async fn earlier_unsealed(
    house: &House,
    rows: &[Row],
    (kind, id): &Aggregate,
    version: i64,
) -> Result<bool, Failure> {
    let asked: Vec<Value> = values![kind, id, version];
    let records = &house.services.records;
    let found = records.point(store::EARLIER_UNSEALED.into(), asked).await?;
    let unsealed = found.first().map_or(Ok(0), |row| row.get::<i64>("n"))?;
    let mut here = 0;
    for row in rows {
        let same = row.get::<String>("aggregate_kind")? == *kind
            && row.get::<String>("aggregate_id")? == *id
            && row.get::<i64>("aggregate_version")? < version;
        here += i64::from(same);
    }
    Ok(unsealed > here)
}

/// Signs the next block where it is full, or where `due` says that it has waited long enough.
pub async fn close_block(house: &House, due: bool) -> Result<bool, Failure> {
    let records = &house.services.records;
    let last = records.point(store::LAST_BLOCK.into(), values![]).await?.into_iter().next();
    let (number, first) = match last {
        Some(row) => (row.get::<i64>("number")? + 1, row.get::<i64>("last_position")? + 1),
        None => (1, 1),
    };
    let end = first + BLOCK_ENTRIES - 1;
    let head = records.point(store::CHAIN.into(), values![AUDIT]).await?.into_iter().next();
    let sealed = head.map_or(Ok(0), |row| row.get::<i64>("position"))?;
    if sealed < first || (sealed < end && !due) {
        return Ok(false);
    }
    let rows = records.point(store::CHAINS_OF_BLOCK.into(), values![first, end]).await?;
    let links = rows.iter().map(|row| row.get::<String>("chain")).collect::<Result<Vec<_>, _>>()?;
    let Some(chain) = links.last().cloned() else { return Ok(false) };
    let block = Block {
        number,
        first,
        last: first + links.len() as i64 - 1,
        root: merkle_root(&links),
        chain,
        at_ms: house.services.clock.now().0,
    };
    let signature = block.sign(house.keys.seal_key()).map_err(Failure::internal)?;
    let statement = Statement::one(
        store::INSERT_BLOCK,
        values![
            block.number,
            block.first,
            block.last,
            &block.root,
            &block.chain,
            block.at_ms,
            &signature
        ],
    );
    match records.apply(WriteSet { statements: vec![statement] }).await {
        Ok(()) => {}
        Err(RecordsError::Unique(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let head = serde_json::json!({ "block": block, "signature": signature });
    let name = format!("audit/heads/{number:012}.json");
    house.services.objects.put_named(&name, head.to_string().into()).await?;
    Ok(true)
}
