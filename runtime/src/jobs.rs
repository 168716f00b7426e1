//! Due jobs: each is done through the door with its own idempotency key by whoever holds the lease of its part, and taken
//! away. One that fails is tried again, later each time, and the console shows it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::{Row, Statement, WriteSet};
use minshu_kernel::text::Lang;
use minshu_kernel::values;

use crate::house::House;
use crate::leases::{self, Hold, part_of};
use crate::store;

/// Jobs of one look.
const ROUND: i64 = 200;

/// Runs due jobs until told to stop.
pub async fn run(house: Arc<House>) {
    loop {
        match round(&house).await {
            Ok(done) if done > 0 => {}
            Ok(_) => tokio::time::sleep(Duration::from_millis(250)).await,
            Err(error) => {
                tracing::warn!(%error, "jobs wait");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Runs the jobs of this process's parts that are due now: those of a part one after another, parts beside each other.
/// Answers how many there were.
pub async fn round(house: &House) -> Result<usize, Failure> {
    let now = house.services.clock.now().0;
    let records = &house.services.records;
    let mut done = 0;
    let mut after = (i64::MIN, String::new());
    loop {
        let asked = values![now, now, after.0, &after.1, ROUND];
        let rows = records.point(store::DUE_JOBS.into(), asked).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = (last.get("due_ms")?, last.get("id")?);
        let full = rows.len() as i64 == ROUND;
        let mut parts: BTreeMap<usize, (Arc<Hold>, Vec<Row>)> = BTreeMap::new();
        for row in rows {
            let part = part_of(&row.get::<String>("id")?);
            if let Some((_, own)) = parts.get_mut(&part) {
                own.push(row);
            } else if let Some(hold) = house.leases.held(&leases::of_part(part)) {
                parts.insert(part, (hold, vec![row]));
            }
        }
        if !parts.is_empty() {
            // A job that follows a change of the calendar was written with it: read behind the jobs, the calendar has it.
            house.calendar.refresh(&**records).await?;
        }
        done += parts.values().map(|(_, rows)| rows.len()).sum::<usize>();
        try_join_all(parts.into_values().map(|(hold, rows)| async move {
            leases::under(hold, async {
                for row in rows.iter().take_while(|_| leases::goes_on()) {
                    one(house, row, now).await?;
                }
                Ok::<_, Failure>(())
            })
            .await
        }))
        .await?;
        if !full {
            return Ok(done);
        }
    }
}

async fn one(house: &House, row: &Row, now: i64) -> Result<(), Failure> {
    let records = &house.services.records;
    let id: String = row.get("id")?;
    let due: i64 = row.get("due_ms")?;
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
        // Another process does it.
        Err(_) if !leases::goes_on() => return Ok(()),
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
