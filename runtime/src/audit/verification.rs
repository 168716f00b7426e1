//! A verification beside the requests: one at a time in the whole installation, its progress and what it found kept in
//! the records, so that whichever process shows the page knows them.

use std::sync::Arc;

use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::{RecordsError, Statement, WriteSet};
use minshu_kernel::values;

use super::verify::{Progress, Report, verify};
use crate::house::House;
use crate::store;

/// After so long without a sign of life a verification has ended with its process.
const SILENT_MS: i64 = 5 * 60_000;

/// How the last verification stands.
#[derive(Debug, PartialEq, Eq)]
pub enum Verification {
    /// There was none, or its process ended before it did.
    None,
    /// It runs.
    Runs {
        /// Entries that were computed again so far.
        entries: i64,
        /// Entries that were there when it began.
        total: i64,
    },
    /// It is done.
    Done(Report),
}

/// How the last verification stands.
pub async fn state(house: &House) -> Result<Verification, Failure> {
    let rows = house.services.records.point(store::VERIFICATION.into(), values![]).await?;
    let Some(row) = rows.first() else { return Ok(Verification::None) };
    let report: String = row.get("report")?;
    if !report.is_empty() {
        return serde_json::from_str(&report).map(Verification::Done).map_err(Failure::internal);
    }
    let silent = house.services.clock.now().0 - row.get::<i64>("beat_ms")? > SILENT_MS;
    Ok(match silent {
        true => Verification::None,
        false => Verification::Runs { entries: row.get("entries")?, total: row.get("total")? },
    })
}

/// Begins a verification on a task of its own.
pub async fn begin(house: &Arc<House>) -> Result<(), Failure> {
    let head = house.services.records.point(store::CHAIN.into(), values!["audit"]).await?;
    let total: i64 = head.first().map_or(Ok(0), |row| row.get("position"))?;
    let run = house.services.ids.next().to_string();
    let now = house.services.clock.now().0;
    match write(house, store::BEGIN_VERIFICATION, values![&run, total, now, now - SILENT_MS]).await
    {
        Err(RecordsError::Lost { .. }) => {
            return Err(Failure::new(Kind::Conflict, "platform.verifying"));
        }
        begun => begun?,
    }
    let house = house.clone();
    tokio::spawn(async move {
        if let Err(failure) = run_to_end(&house, &run).await {
            tracing::warn!(%failure, "a verification of the audit chain was given up");
        }
    });
    Ok(())
}

async fn run_to_end(house: &House, run: &str) -> Result<(), Failure> {
    let report = verify(house, &mut Beat { house, run }).await?;
    let told = serde_json::to_string(&report).map_err(Failure::internal)?;
    let now = house.services.clock.now().0;
    Ok(write(house, store::END_VERIFICATION, values![run, report.entries, now, told]).await?)
}

/// Writes how far it has come; ends it where another run took its place.
struct Beat<'a> {
    house: &'a House,
    run: &'a str,
}

impl Progress for Beat<'_> {
    async fn reached(&mut self, entries: i64) -> Result<(), Failure> {
        let now = self.house.services.clock.now().0;
        Ok(write(self.house, store::BEAT_VERIFICATION, values![self.run, entries, now]).await?)
    }
}

async fn write(
    house: &House,
    sql: &'static str,
    values: Vec<minshu_kernel::records::Value>,
) -> Result<(), RecordsError> {
    let statements = vec![Statement::one(sql, values)];
    house.services.records.apply(WriteSet { statements }).await
}
