//! How processes share the leases: each looks at who beats, takes what falls to it and is free, and gives back what falls
//! to another one. All reckon alike, and where two look at different moments the tokens decide.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use minshu_kernel::error::Failure;
use minshu_kernel::records::{Records, RecordsError, Statement, WriteSet};
use minshu_kernel::values;
use tokio::time::Instant;

use super::{
    BEAT, Leases, Process, Roles, SOON, STANDSTILL, Seen, hold, part_of, processes, store,
};
use crate::house::House;

/// A process that has stood still for so long is taken off the list.
const FORGET: Duration = Duration::from_secs(60);
/// How long a stop waits for the work under way.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Beats and shares until told to stop. A process that is alone has everything and does nothing here.
pub async fn run(house: Arc<House>, roles: Roles, machine: String) {
    if house.single_process {
        return;
    }
    loop {
        let settled = beat(&house, roles, &machine).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "leases wait: the records do not answer");
            true
        });
        tokio::time::sleep(if settled { BEAT } else { SOON }).await;
    }
}

/// Ends the work under way, gives everything back and takes this process off the list.
///
/// # Errors
/// Where the database does not answer: then others follow by themselves.
pub async fn finish(house: &House) -> Result<(), Failure> {
    house.leases.leave();
    let end = Instant::now() + LAST_WORK;
    while house.leases.busy() && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if house.single_process {
        return Ok(());
    }
    let statements = vec![
        Statement::any(store::RELEASE_ALL, values![&house.holder]),
        Statement::any(store::LEAVE_PROCESS, values![&house.holder]),
    ];
    house.db.apply(WriteSet { statements }).await?;
    house.leases.state().held.clear();
    Ok(())
}

async fn lost(records: &dyn Records, statement: Statement) -> Result<bool, Failure> {
    match records.apply(WriteSet { statements: vec![statement] }).await {
        Ok(()) => Ok(false),
        Err(RecordsError::Lost { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// One beat, and what follows from what the others do. Answers whether nothing is about to change hands: where something
/// is, nobody does that work until both have looked again.
///
/// # Errors
/// Where the database does not answer.
pub async fn beat(house: &House, roles: Roles, machine: &str) -> Result<bool, Failure> {
    let (leases, records) = (&house.leases, &house.db);
    if leases.state().ended {
        return Ok(true);
    }
    let now = house.services.clock.now().0;
    if lost(records, Statement::one(store::BEAT_PROCESS, values![&leases.holder, now])).await? {
        // The first one, or the others have given this process up.
        let entered = values![&leases.holder, roles.to_string(), machine, &house.build, now];
        let mut statements = vec![Statement::any(store::ENTER_PROCESS, entered)];
        statements
            .extend(leases.names.iter().map(|n| Statement::any(store::MAKE_LEASE, values![n])));
        records.apply(WriteSet { statements }).await?;
    }
    let known = processes(records).await?;
    let alive = leases.alive(&known);
    let rows = records.point(store::LEASES.into(), values![]).await?;
    let mut standing = HashMap::new();
    for row in &rows {
        let id: String = row.get("id")?;
        standing.insert(id, (row.get::<String>("holder")?, row.get::<i64>("token")?));
    }
    leases.drop_what_is_gone(&standing);
    for process in &known {
        if leases.stands_for(process) >= FORGET {
            let gone = values![&process.id, process.beat];
            records
                .apply(WriteSet { statements: vec![Statement::any(store::FORGET_PROCESS, gone)] })
                .await?;
        }
    }
    let mut workers: Vec<&Process> = alive
        .into_iter()
        .filter(|process| process.roles.split(',').any(|r| r == "worker"))
        .collect();
    workers.sort_by(|a, b| a.id.cmp(&b.id));
    let mut settled = true;
    for (place, name) in leases.names.iter().enumerate() {
        let Some((holder, token)) = standing.get(name) else { continue };
        let ours = roles.worker && falls_to(place, name, &workers) == Some(&leases.holder);
        let held = leases.state().held.get(name).cloned();
        match (ours, held) {
            (true, None) if !leases.state().ended && leases.is_free(holder, &known) => {
                let take = values![name, &leases.holder, *token, holder];
                if lost(records, Statement::one(store::TAKE_LEASE, take)).await? {
                    settled = false;
                } else {
                    if !holder.is_empty() {
                        tracing::warn!(lease = %name, from = %holder, "work is taken over: its process stands still");
                    }
                    let hold = hold(name, &leases.holder, token + 1, false);
                    leases.state().held.insert(name.clone(), hold);
                }
            }
            // It fell to another process for a moment.
            (true, Some(hold)) => hold.leaving.store(leases.state().ended, Ordering::Relaxed),
            (false, Some(hold)) => {
                hold.leaving.store(true, Ordering::Relaxed);
                // This one and that of the list: nobody works under it.
                if Arc::strong_count(&hold) == 2 {
                    let give = values![name, &leases.holder, hold.token];
                    let give = vec![Statement::any(store::RELEASE_LEASE, give)];
                    records.apply(WriteSet { statements: give }).await?;
                    leases.state().held.remove(name);
                } else {
                    settled = false;
                }
            }
            // Another one has it still. One that stands still is waited for at the usual pace.
            (true, None) => settled &= !workers.iter().any(|process| process.id == *holder),
            _ => {}
        }
    }
    Ok(settled)
}

/// Whose a lease is among these workers, in the order of their ids: parts go round, others by their name.
fn falls_to<'a>(place: usize, name: &str, workers: &[&'a Process]) -> Option<&'a String> {
    let place = if name.starts_with("part:") { place } else { part_of(name) };
    workers.get(place % workers.len().max(1)).map(|process| &process.id)
}

impl Leases {
    /// Notes the beats, and answers the processes that do not stand still. A process that could not look itself for a
    /// while knows nothing of the others.
    fn alive<'a>(&self, known: &'a [Process]) -> Vec<&'a Process> {
        let mut state = self.state();
        let now = Instant::now();
        let blind = state.looked.is_none_or(|at| now.duration_since(at) > 3 * BEAT);
        state.beat = Some(now);
        state.looked = Some(now);
        state.seen.retain(|id, _| known.iter().any(|process| process.id == *id));
        let mut alive = Vec::new();
        for process in known {
            let fresh = Seen { beat: process.beat, since: now };
            let seen = state.seen.entry(process.id.clone()).or_insert(fresh);
            if blind || seen.beat != process.beat {
                *seen = fresh;
            }
            if now.duration_since(seen.since) < STANDSTILL {
                alive.push(process);
            }
        }
        alive
    }

    /// For how long a process has not beaten, as far as this one saw.
    pub fn stands_for(&self, process: &Process) -> Duration {
        self.state().seen.get(&process.id).map_or(Duration::ZERO, |seen| seen.since.elapsed())
    }

    /// Whether nobody does the work of this holder.
    fn is_free(&self, holder: &str, known: &[Process]) -> bool {
        match known.iter().find(|process| process.id == holder) {
            Some(process) => self.stands_for(process) >= STANDSTILL,
            None => true,
        }
    }

    /// Holds whose lease has another holder by now.
    fn drop_what_is_gone(&self, standing: &HashMap<String, (String, i64)>) {
        self.state().held.retain(|name, hold| {
            let still = standing
                .get(name)
                .is_some_and(|(holder, token)| *holder == hold.holder && *token == hold.token);
            if !still {
                hold.leaving.store(true, Ordering::Relaxed);
                tracing::warn!(lease = %name, "another process has taken this work over: this one stood still");
            }
            still
        });
    }
}
