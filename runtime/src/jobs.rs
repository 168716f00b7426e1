//! Due jobs: each is leased, done through the door with its own idempotency key, and taken away. One that fails is
//! tried again, later each time, and the console shows it.

use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::{RecordsError, Row, Statement, WriteSet};
use minshu_kernel::text::Lang;
use minshu_kernel::values;

use crate::house::House;
use crate::store;

/// How long a job may run before another process takes it.
const LEASE_MS: i64 = 60_000;
/// Jobs of one round.
const ROUND: i64 = 200;

/// Runs due jobs until told to stop.
pub async fn run(house: Arc<House>) {
    loop {
        match round(&house).await {
            Ok(done) if done as i64 == ROUND => {}
            Ok(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            Err(error) => {
                tracing::warn!(%error, "jobs wait");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Runs the jobs that are due now; answers how many there were.
pub async fn round(house: &House) -> Result<usize, Failure> {
    let now = house.services.clock.now().0;
    let records = &house.services.records;
    let rows = records.point(store::DUE_JOBS.into(), values![now, now, ROUND]).await?;
    // A job that follows a change of the calendar was written with it: read behind the jobs, the calendar has it.
    house.calendar.refresh(&**records).await?;
    for row in &rows {
        one(house, row, now).await?;
    }
    Ok(rows.len())
}

async fn one(house: &House, row: &Row, now: i64) -> Result<(), Failure> {
    let records = &house.services.records;
    let id: String = row.get("id")?;
    let due: i64 = row.get("due_ms")?;
    let lease = Statement::one(store::LEASE_JOB, values![&id, now + LEASE_MS, due, now]);
    match records.apply(WriteSet { statements: vec![lease] }).await {
        Ok(()) => {}
        Err(RecordsError::Lost { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let input: String = row.get("input")?;
    let call = Call {
        who: Arc::new(Principal::job()),
        operation: row.get("action")?,
        input: serde_json::from_str(&input).map_err(Failure::internal)?,
        key: Some(format!("job:{id}:{due}")),
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    let end = match house.act(call).await {
        Ok(_) => Statement::any(store::JOB_DONE, values![&id, due]),
        // What the job was about is gone or in another state: there is nothing left to do.
        Err(failure) if matches!(failure.kind, Kind::Missing | Kind::Conflict) => {
            tracing::info!(job = %id, %failure, "a job had nothing left to do");
            Statement::any(store::JOB_DONE, values![&id, due])
        }
        Err(failure) => {
            let attempts: i64 = row.get("attempts")?;
            let wait = (1_000 << attempts.clamp(0, 9)).min(600_000);
            tracing::warn!(job = %id, %failure, "a job failed and is tried again");
            let told: String = failure.to_string().chars().take(400).collect();
            Statement::any(store::JOB_FAILED, values![&id, due, now + wait, told])
        }
    };
    Ok(records.apply(WriteSet { statements: vec![end] }).await?)
}
