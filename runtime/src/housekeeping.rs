//! Housekeeping: a job that begins itself again. Rows that the capabilities say are of no use any more go, and objects
//! that nobody uses: on one process at a time, since a job is leased, and a bounded number at a time.
//!
//! What stays for ever does so on purpose: the audit chain and the events that it covers, signed blocks, cases with
//! their steps and files, messages, numbers in use.

use minshu_kernel::action::{AnyDecision, JobDraft};
use minshu_kernel::capability::Sweep;
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::error::Failure;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::records::{Statement, WriteSet};
use minshu_kernel::values;
use serde_json::json;

use crate::house::House;
use crate::platform::actions::sweep::{NAME, Swept};
use crate::store;

/// How long replies are kept for whoever repeats a request.
pub const KEEP_REPLIES_MS: i64 = 30 * DAY_MS;
/// How long an upload may be attached.
pub const KEEP_UPLOADS_MS: i64 = DAY_MS;
/// An attachment that began at the last moment is written by then: no request lives so long.
pub const ATTACHING_MS: i64 = 3_600_000;
/// When an object that is of use is looked at again: it may have been taken out of a draft.
const LOOK_AGAIN_MS: i64 = 7 * DAY_MS;
/// Rows of a table, and objects, of one round.
const ROUND: i64 = 500;
/// From one round to the next, where nothing was left over.
const PAUSE_MS: i64 = 10 * 60_000;
/// And where more waits.
const SHORT_PAUSE_MS: i64 = 1_000;

/// The platform's own rows.
pub const OWN: [Sweep; 2] = [
    Sweep { table: "platform_idempotency", by: "at_ms", only: "", keep_ms: KEEP_REPLIES_MS },
    // How a letter ended stands in the audit chain.
    Sweep {
        table: "platform_dead_letter",
        by: "at_ms",
        only: "state <> 'parked'",
        keep_ms: 365 * DAY_MS,
    },
];

/// Makes sure that the job is there.
pub async fn prepare(house: &House) -> Result<(), Failure> {
    let now = house.services.clock.now();
    let job = Statement::any(store::BEGIN_JOB, values![NAME, now, NAME, "{}"]);
    Ok(house.services.records.apply(WriteSet { statements: vec![job] }).await?)
}

/// The decision of a round, with what goes and the next round. Objects go before their rows: a round that is cut off
/// between the two finds the rows again.
pub async fn sweep(
    house: &House,
    now: Timestamp,
    mut decision: AnyDecision,
) -> Result<AnyDecision, Failure> {
    let mut swept = Swept::default();
    let mut more = false;
    for sweep in &house.contract.sweeps {
        let asked = values![now.0 - sweep.keep_ms, ROUND];
        let found = house.services.records.scan(sweep.select().into(), asked.clone()).await?.len();
        more |= found == ROUND as usize;
        if found > 0 {
            swept.rows += found;
            decision.writes.push(Statement::any(sweep.delete(), asked));
        }
    }
    more |= uploads(house, now, &mut decision, &mut swept).await?;
    decision.reply = Some(serde_json::to_value(&swept).map_err(Failure::internal)?);
    let pause = if more { SHORT_PAUSE_MS } else { PAUSE_MS };
    Ok(decision.later(JobDraft {
        key: NAME.to_owned(),
        due: Some(now.plus_ms(pause)),
        action: NAME,
        input: json!({}),
    }))
}

/// Looks at uploads that can be attached no more. An object that no capability uses is deleted for good; nobody can
/// begin to use it, since its upload is too old to be found.
async fn uploads(
    house: &House,
    now: Timestamp,
    decision: &mut AnyDecision,
    swept: &mut Swept,
) -> Result<bool, Failure> {
    let records = &house.services.records;
    let asked = values![now.0, now.0 - KEEP_UPLOADS_MS - ATTACHING_MS, ROUND];
    let rows = records.scan(store::UPLOADS_TO_SWEEP.into(), asked).await?;
    for row in &rows {
        let (id, address): (String, String) = (row.get("id")?, row.get("address")?);
        if is_of_use(house, &address).await? {
            let later = values![id, now.0 + LOOK_AGAIN_MS];
            decision.writes.push(Statement::any(store::KEEP_UPLOAD, later));
            continue;
        }
        if let Some(address) = ObjectAddress::parse(&address) {
            house.services.objects.remove(&address).await?;
            decision.writes.push(house.file_keys.forget(&address));
            swept.objects += 1;
        }
        decision.writes.push(Statement::any(store::FORGET_UPLOAD, values![id]));
    }
    Ok(rows.len() == ROUND as usize)
}

/// Whether a capability still uses an object.
pub(crate) async fn is_of_use(house: &House, address: &str) -> Result<bool, Failure> {
    for uses in &house.contract.object_uses {
        let found = house.services.records.point((*uses).into(), values![address]).await?;
        if !found.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
