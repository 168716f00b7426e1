//! What waits, asked of the records at the moment that somebody looks.

use std::collections::BTreeMap;
use std::time::Duration;

use minshu_kernel::error::Failure;
use minshu_kernel::records::{Records as _, RecordsError, Row, Value};
use minshu_kernel::values;

use crate::house::House;
use crate::leases;
use crate::store;

/// How long the records have for all of it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Things that wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub count: i64,
    /// How long the oldest has waited, in milliseconds.
    pub age_ms: i64,
}

impl Backlog {
    fn read(row: &Row, now_ms: i64) -> Result<Backlog, Failure> {
        let (count, since_ms): (i64, i64) = (row.get("n")?, row.get("since_ms")?);
        // The clocks of two processes may differ by a little.
        let age_ms = if count == 0 { 0 } else { now_ms.saturating_sub(since_ms).max(0) };
        Ok(Backlog { count, age_ms })
    }
}

/// What waits in the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Audit entries without a position.
    pub audit: Backlog,
    /// Events without a position.
    pub events: Backlog,
    /// Jobs whose time has come.
    pub jobs: Backlog,
    /// Those of them that have failed at least once.
    pub failed_jobs: i64,
    /// Dead letters by state: `parked`, `delivered`, `dropped`.
    pub letters: BTreeMap<&'static str, i64>,
    /// Flows with a subject that is parked.
    pub parked_flows: i64,
    /// What capabilities count of themselves: name, what it counts, the number.
    pub gauges: Vec<(&'static str, &'static str, i64)>,
    /// Sealed events that the flow which is furthest behind has not passed yet.
    pub flow_events_behind: i64,
    /// How the work is shared, where processes can share it.
    pub work: Option<Work>,
}

/// How processes share the work beside requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Processes that beat.
    pub processes: i64,
    /// Leases that one of them holds.
    pub held: i64,
    /// All leases.
    pub all: i64,
}

impl State {
    /// Asks. A database that does not answer in time is unavailable.
    pub async fn read(house: &House) -> Result<State, Failure> {
        tokio::time::timeout(PATIENCE, State::ask(house)).await.unwrap_or_else(|_| {
            Err(RecordsError::Unavailable("no answer within three seconds".into()).into())
        })
    }

    async fn ask(house: &House) -> Result<State, Failure> {
        let now = house.services.clock.now().0;
        // On the readers of long questions: a measurement holds up no short one.
        let rows = async |sql: &'static str, values: Vec<Value>| {
            Ok::<_, Failure>(house.db.scan(sql.into(), values).await?)
        };
        let one = async |sql, values| {
            let found = rows(sql, values).await?.into_iter().next();
            found.ok_or_else(|| Failure::internal("a count has no row"))
        };
        let jobs = one(store::JOB_BACKLOG, values![now]).await?;
        let mut letters = BTreeMap::from([("parked", 0), ("delivered", 0), ("dropped", 0)]);
        for row in rows(store::LETTERS_BY_STATE, values![]).await? {
            if let Some(count) = letters.get_mut(row.get::<String>("state")?.as_str()) {
                *count = row.get("n")?;
            }
        }
        let last: i64 = one(store::LAST_EVENT_POSITION, values![]).await?.get("position")?;
        let mut behind = 0;
        let flows = house.packs.flows();
        for row in rows(crate::flows::FLOW_POSITIONS, values![]).await? {
            let id: String = row.get("flow")?;
            // Those of packs that are gone stand still for good.
            if flows.iter().any(|flow| flow.id == id) {
                behind = behind.max(last - row.get::<i64>("position")?);
            }
        }
        let mut gauges = Vec::new();
        for gauge in &house.contract.gauges {
            let count = one(gauge.sql, values![now]).await?.get("n")?;
            gauges.push((gauge.name, gauge.help, count));
        }
        Ok(State {
            gauges,
            audit: Backlog::read(&one(store::AUDIT_BACKLOG, values![]).await?, now)?,
            events: Backlog::read(&one(store::EVENT_BACKLOG, values![]).await?, now)?,
            failed_jobs: jobs.get("failed")?,
            jobs: Backlog::read(&jobs, now)?,
            letters,
            parked_flows: one(store::FLOWS_WITH_PARKED, values![]).await?.get("n")?,
            flow_events_behind: behind,
            work: State::work(house).await?,
        })
    }

    async fn work(house: &House) -> Result<Option<Work>, Failure> {
        if house.single_process {
            return Ok(None);
        }
        let mut work = Work { all: house.leases.count().1 as i64, ..Work::default() };
        for process in leases::processes(&house.db).await? {
            if house.leases.stands_for(&process) < leases::STANDSTILL {
                work.processes += 1;
                work.held += process.leases;
            }
        }
        Ok(Some(work))
    }
}
