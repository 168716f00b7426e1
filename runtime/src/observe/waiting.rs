//! What waits and why, asked of the records without a house: for `minshu doctor`.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::records::{Records, Row, Value};
use minshu_kernel::values;

use crate::store;

/// Events that wait behind dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parked {
    /// Dead letters that nobody ended.
    pub events: i64,
    /// In so many flows.
    pub flows: i64,
    /// What the last of them failed with.
    pub says: String,
}

/// Jobs whose time has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jobs {
    /// How many.
    pub due: i64,
    /// How many of them failed before.
    pub failed: i64,
    /// For how long the oldest has been due, in milliseconds.
    pub late_ms: i64,
    /// What the last failure said.
    pub says: String,
}

async fn first(
    records: &dyn Records,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Option<Row>, Failure> {
    Ok(records.scan(sql.into(), values).await?.into_iter().next())
}

/// What is parked.
///
/// # Errors
/// Where the database does not answer.
pub async fn parked(records: &dyn Records) -> Result<Parked, Failure> {
    let mut parked = Parked::default();
    for row in records.scan(store::LETTERS_BY_STATE.into(), values![]).await? {
        if row.get::<String>("state")? == "parked" {
            parked.events = row.get("n")?;
        }
    }
    if let Some(row) = first(records, store::FLOWS_WITH_PARKED, values![]).await? {
        parked.flows = row.get("n")?;
    }
    if let Some(row) = first(records, store::LAST_LETTER, values![]).await? {
        parked.says = row.get("error")?;
    }
    Ok(parked)
}

/// What is due.
///
/// # Errors
/// Where the database does not answer.
pub async fn jobs(records: &dyn Records, now: Timestamp) -> Result<Jobs, Failure> {
    let mut jobs = Jobs::default();
    if let Some(row) = first(records, store::JOB_BACKLOG, values![now]).await? {
        (jobs.due, jobs.failed) = (row.get("n")?, row.get("failed")?);
        jobs.late_ms = if jobs.due > 0 { now.0 - row.get::<i64>("since_ms")? } else { 0 };
    }
    if let Some(row) = first(records, store::LAST_FAILED_JOB, values![now]).await? {
        let (action, error): (String, String) = (row.get("action")?, row.get("last_error")?);
        jobs.says = format!("{action}: {error}");
    }
    Ok(jobs)
}
