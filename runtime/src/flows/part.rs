//! One part of the subjects: how far each flow is with them, and what it waits for. It is kept where it survives a
//! restart, a flow's back-off included.

use std::collections::HashMap;

use minshu_kernel::error::Failure;
use minshu_kernel::records::{Statement, WriteSet};
use minshu_kernel::values;

use super::tail::Parted;
use super::{Outcome, applies, bury, handle, store};
use crate::house::House;
use crate::leases;
use crate::packs::Flow;

/// The longest wait of a flow whose action fails for the moment.
pub(super) const LONGEST_WAIT_MS: i64 = 60_000;
/// An event that has failed for so long, and so often, is parked.
pub(super) const PATIENCE_MS: i64 = 10 * 60_000;
const PATIENCE_TRIES: i64 = 5;
/// How far a flow may be ahead of what is kept of it: events that are none of its own are looked at again for nothing.
const UNKEPT: i64 = 1_000;

/// How long a flow waits after failures of the event that is its next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    pub event: String,
    pub failures: i64,
    pub since_ms: i64,
    pub until_ms: i64,
}

impl Breaker {
    /// Counts a failure; answers whether the event is to be parked.
    pub fn failed(&mut self, event: &str, now: i64) -> bool {
        // A clock that was set back must not make it wait for ever.
        if self.event != event || self.since_ms > now {
            let failures = if self.event == event { self.failures } else { 0 };
            *self = Breaker { event: event.to_owned(), failures, since_ms: now, until_ms: 0 };
        }
        self.failures += 1;
        self.until_ms = now + (200_i64 << self.failures.min(9)).min(LONGEST_WAIT_MS);
        self.failures >= PATIENCE_TRIES && now - self.since_ms >= PATIENCE_MS
    }

    /// Whether the flow waits at this moment. A wait that is longer than any was made by a clock that was set back.
    pub fn waits(&self, now: i64) -> bool {
        self.until_ms > now && self.until_ms - now <= LONGEST_WAIT_MS
    }
}

/// How far a flow is in a part.
#[derive(Debug)]
struct Cursor {
    id: String,
    position: i64,
    kept: i64,
    breaker: Breaker,
    version: i64,
    changed: bool,
}

/// All flows in one part.
pub(super) struct Part {
    number: usize,
    cursors: HashMap<String, Cursor>,
}

impl Part {
    /// As it is kept.
    pub async fn read(house: &House, number: usize) -> Result<Part, Failure> {
        let asked = values![part_value(number)?];
        let rows = house.services.records.point(store::PARTS_OF_FLOWS.into(), asked).await?;
        let mut cursors = HashMap::new();
        for row in &rows {
            let flow: String = row.get("flow")?;
            let position = row.get("position")?;
            let cursor = Cursor {
                id: cursor_id(&flow, number),
                position,
                kept: position,
                breaker: Breaker {
                    event: row.get("event")?,
                    failures: row.get("failures")?,
                    since_ms: row.get("since_ms")?,
                    until_ms: row.get("until_ms")?,
                },
                version: row.get("version")?,
                changed: false,
            };
            cursors.insert(flow, cursor);
        }
        Ok(Part { number, cursors })
    }

    /// Nothing waits any more: an operator or a test wants it tried now.
    pub fn hurry(&mut self) {
        self.cursors.values_mut().for_each(|cursor| cursor.breaker.until_ms = 0);
    }

    /// Moves every flow along the sealed events up to `head`, a block at most; answers how many events they passed and
    /// whether there are more.
    pub async fn round(&mut self, house: &House, head: i64) -> Result<(usize, bool), Failure> {
        let (mut passed, mut more) = (0, false);
        for flow in house.packs.flows().iter() {
            if !leases::goes_on() {
                break;
            }
            if !self.cursors.contains_key(&flow.id) {
                let cursor = begin(house, flow, self.number).await?;
                self.cursors.insert(flow.id.clone(), cursor);
            }
            let Some(cursor) = self.cursors.get_mut(&flow.id) else { continue };
            let now = house.services.clock.now().0;
            if cursor.position >= head || cursor.breaker.waits(now) {
                continue;
            }
            let begun = cursor.position;
            let block = house.tail.after(&house.db, begun, head).await?;
            let behind = block.partition_point(|parted| parted.event.position <= begun);
            for parted in &block[behind..] {
                if parted.part == self.number && parted.event.kind == flow.on {
                    if !leases::goes_on() {
                        break;
                    }
                    if !advance(house, flow, cursor, parted).await? {
                        break;
                    }
                }
                cursor.position = parted.event.position;
            }
            cursor.changed |= cursor.position - cursor.kept >= UNKEPT;
            passed += usize::try_from(cursor.position - begun).unwrap_or_default();
            more |= cursor.position > begun && cursor.position < head;
        }
        self.keep(house).await?;
        Ok((passed, more))
    }

    /// Keeps what has changed, all or nothing.
    async fn keep(&mut self, house: &House) -> Result<(), Failure> {
        let changed = self.cursors.values().filter(|cursor| cursor.changed);
        let moved = |cursor: &Cursor| {
            let Breaker { event, failures, since_ms, until_ms } = &cursor.breaker;
            let values = values![
                &cursor.id,
                cursor.position,
                event,
                *failures,
                *since_ms,
                *until_ms,
                cursor.version
            ];
            Statement::one(store::MOVE_PART, values)
        };
        let statements: Vec<_> = changed.map(moved).collect();
        if statements.is_empty() {
            return Ok(());
        }
        house.services.records.apply(WriteSet { statements }).await?;
        for cursor in self.cursors.values_mut().filter(|cursor| cursor.changed) {
            cursor.version += 1;
            cursor.kept = cursor.position;
            cursor.changed = false;
        }
        Ok(())
    }
}

fn part_value(number: usize) -> Result<i64, Failure> {
    i64::try_from(number).map_err(Failure::internal)
}

fn cursor_id(flow: &str, number: usize) -> String {
    format!("{flow}/{number:02}")
}

/// A flow begins in a part with what happened since its set was put in force, alike in every part.
async fn begin(house: &House, flow: &Flow, number: usize) -> Result<Cursor, Failure> {
    let records = &house.services.records;
    let rows = records.point(store::FLOW_BEGINS.into(), values![&flow.id]).await?;
    let row = rows.first().ok_or_else(|| Failure::internal("a flow has no beginning"))?;
    let position = row.get("position")?;
    let id = cursor_id(&flow.id, number);
    let values = values![&id, &flow.id, part_value(number)?, position];
    let insert = Statement::one(store::BEGIN_PART, values);
    records.apply(WriteSet { statements: vec![insert] }).await?;
    let breaker = Breaker::default();
    Ok(Cursor { id, position, kept: position, breaker, version: 1, changed: false })
}

/// Does what a flow does at an event; answers whether it goes on behind it.
async fn advance(
    house: &House,
    flow: &Flow,
    cursor: &mut Cursor,
    parted: &Parted,
) -> Result<bool, Failure> {
    let event = &parted.event;
    if !applies(flow, event)? {
        return Ok(true);
    }
    match handle(house, flow, event).await? {
        Outcome::Done => {}
        Outcome::Refused(failure) => bury(house, flow, event, &failure).await?,
        // It is another process's now, which knows nothing of this failure.
        Outcome::Later(_) if !leases::goes_on() => return Ok(false),
        Outcome::Later(failure) => {
            cursor.changed = true;
            let now = house.services.clock.now().0;
            if !cursor.breaker.failed(&event.id, now) {
                let wait_ms = cursor.breaker.until_ms - now;
                tracing::warn!(flow = %flow.id, %failure, wait_ms, "a flow waits");
                return Ok(false);
            }
            bury(house, flow, event, &failure).await?;
        }
    }
    cursor.changed = true;
    cursor.breaker = Breaker::default();
    Ok(true)
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
            assert!(breaker.waits(now) && !breaker.waits(breaker.until_ms));
            now = breaker.until_ms;
        }
        assert!(waits.is_sorted() && waits[0] < 1_000, "{waits:?}");
        assert_eq!(waits.last(), Some(&LONGEST_WAIT_MS));
        assert!((PATIENCE_MS..PATIENCE_MS + LONGEST_WAIT_MS).contains(&now));
        // The next event has the whole patience again.
        assert!(!breaker.failed("e2", now));
        assert_eq!((breaker.failures, breaker.since_ms), (1, now));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_flow_wait() {
        let mut breaker = Breaker::default();
        let now = 1_000_000_000;
        breaker.failed("e1", now);
        assert!(breaker.waits(now));
        assert!(!breaker.waits(now - 3_600_000));
        breaker.failed("e1", now - 3_600_000);
        assert_eq!((breaker.failures, breaker.since_ms), (2, now - 3_600_000));
    }
}
