//! Figures that casework publishes about its own cases.

use std::sync::Arc;

use minshu_kernel::capability::{MeasureAsk, Measured};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::DIVISION_COLUMNS;
use minshu_kernel::records::Value;
use minshu_kernel::values;

/// How many cases were sent in.
const SUBMITTED: &str = "
SELECT COUNT(*) AS records
FROM casework_case
WHERE submitted_ms >= $1
  AND submitted_ms < $2
  AND (CAST($3 AS TEXT) IS NULL OR pack = $3)";

/// How many cases were decided, and how many of them within the promise.
const DECIDED: &str = "
SELECT COUNT(*) AS records,
  COUNT(*) FILTER (WHERE decided_ms < promised_due_ms) AS in_time
FROM casework_case
WHERE decided_ms >= $1
  AND decided_ms < $2
  AND (CAST($3 AS TEXT) IS NULL OR pack = $3)";

/// The statements with and without a place, for the test that prepares them.
pub(crate) fn statements() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for (name, sql) in [("MEASURE_SUBMITTED", SUBMITTED), ("MEASURE_DECIDED", DECIDED)] {
        all.push((name, sql.to_owned()));
        all.extend(DIVISION_COLUMNS.iter().map(|column| (name, within(sql, column))));
    }
    all
}

fn within(sql: &str, column: &str) -> String {
    format!("{sql}\n  AND {column} = $4")
}

async fn read(
    ctx: &Ctx,
    sql: &'static str,
    ask: &MeasureAsk,
) -> Result<minshu_kernel::records::Row, Failure> {
    let mut values: Vec<Value> = values![ask.from, ask.until, ask.pack.as_deref()];
    let sql = match ask.division {
        Some(division) => {
            values.push(division.into());
            within(sql, DIVISION_COLUMNS[division.level() as usize])
        }
        None => sql.to_owned(),
    };
    let rows = ctx.services.records.scan(sql.into(), values).await?;
    rows.into_iter().next().ok_or_else(|| Failure::internal("COUNT gave no row"))
}

/// `casework.submitted`
pub(crate) async fn submitted(ctx: Arc<Ctx>, ask: MeasureAsk) -> Result<Measured, Failure> {
    let records: i64 = read(&ctx, SUBMITTED, &ask).await?.get("records")?;
    Ok(Measured { value: Some(records as f64), records })
}

/// `casework.decided_in_time_share`
pub(crate) async fn decided_in_time_share(
    ctx: Arc<Ctx>,
    ask: MeasureAsk,
) -> Result<Measured, Failure> {
    let row = read(&ctx, DECIDED, &ask).await?;
    let (records, in_time): (i64, i64) = (row.get("records")?, row.get("in_time")?);
    // Nothing decided is nothing measured, which is not nought.
    let value = (records > 0).then(|| in_time as f64 * 100.0 / records as f64);
    Ok(Measured { value, records })
}
