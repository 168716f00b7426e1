//! Carries an approved list out: some records a round, each round one write, then the files that nothing uses any more, then
//! the certificate. Whoever is cut off goes on where the rows say: what is gone stays gone, and nothing goes twice.

use minshu_kernel::action::{AnyDecision, JobDraft};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::retention::{AgeingClass, RecordType, is_over};
use minshu_kernel::values;
use serde_json::{Value as Json, json};
use sm3::{Digest as _, Sm3};

use super::model::{Disposal, DisposalId, ListState, record_type};
use super::{holds, store};
use crate::house::House;
use crate::housekeeping;
use crate::platform::actions::dispose::{self, Disposed};

/// Records, and files, of one round.
const ROUND: i64 = 50;
/// From one round to the next.
const PAUSE_MS: i64 = 200;
/// A record that is held is looked at again then.
const AGAIN_MS: i64 = 30 * minshu_kernel::clock::DAY_MS;
/// More than a list holds.
const ALL: i64 = 10_000;

/// The job that carries a list out.
pub fn job(ctx: &Ctx, list: DisposalId, pause_ms: i64) -> JobDraft {
    JobDraft {
        key: format!("{}:{list}", dispose::NAME),
        due: Some(ctx.now.plus_ms(pause_ms)),
        action: dispose::NAME,
        input: json!({ "list": list }),
    }
}

/// Records of a list in a state, from the beginning.
pub async fn items(
    ctx: &Ctx,
    list: DisposalId,
    state: &str,
    most: i64,
) -> Result<Vec<Row>, Failure> {
    ctx.rows(store::ITEMS, values![list, state, i64::MIN, "", most]).await
}

/// The decision of a round, with what goes and the next round.
pub async fn step(
    house: &House,
    ctx: &Ctx,
    input: &Json,
    mut decision: AnyDecision,
) -> Result<AnyDecision, Failure> {
    let id: DisposalId =
        serde_json::from_value(input["list"].clone()).map_err(Failure::internal)?;
    let list = Disposal::find(ctx, id).await?.ok_or_else(Failure::missing)?;
    if list.state != ListState::Approved {
        return Err(Failure::new(Kind::Conflict, "platform.disposal_state"));
    }
    let mut done = Disposed::default();
    let files = ctx.rows(store::NOTED_FILES, values![id, ROUND]).await?;
    let listed = if files.is_empty() { items(ctx, id, "listed", ROUND).await? } else { Vec::new() };
    if files.is_empty() && listed.is_empty() {
        done.over = true;
        decision.writes.extend(certificate(ctx, &list).await?);
    } else {
        // Before holds are read: one that is placed meanwhile wins.
        decision.writes.push(holds::guard(ctx).await?);
        for row in &files {
            let writes = file(house, id, &row.get::<String>("address")?, &mut done).await?;
            decision.writes.extend(writes);
        }
        let kind = record_type(ctx, &list.record_type).ok_or_else(Failure::missing)?;
        let classes = match listed.is_empty() {
            true => Vec::new(),
            false => (kind.classes)(ctx).await?,
        };
        for row in &listed {
            let id: String = row.get("record")?;
            let writes = record(ctx, &list, (kind, &classes), &id, &mut done).await?;
            decision.writes.extend(writes);
        }
        decision.writes.push(Statement::one(
            store::COUNT_GONE,
            values![id, list.version, done.gone, done.kept, done.files],
        ));
        decision = decision.later(job(ctx, id, PAUSE_MS));
    }
    decision.reply = Some(serde_json::to_value(&done).map_err(Failure::internal)?);
    Ok(decision)
}

/// What becomes of a record.
async fn record(
    ctx: &Ctx,
    list: &Disposal,
    (kind, classes): (&RecordType, &[AgeingClass]),
    id: &str,
    done: &mut Disposed,
) -> Result<Vec<Statement>, Failure> {
    let stays = || {
        let again = ctx.now.plus_ms(AGAIN_MS);
        Statement::one(store::ITEM_KEPT, values![list.id, &list.record_type, id, again])
    };
    let Some(face) = (kind.look)(ctx, id).await? else {
        done.kept += 1;
        return Ok(vec![stays()]);
    };
    // The law may have changed since the list was made: what must be kept for longer is.
    let years = classes.iter().find(|class| class.id == face.class).and_then(|class| class.years);
    let over = years.zip(face.aged).is_some_and(|(years, aged)| is_over(aged, years, ctx.now));
    let held = holds::keeping(ctx, kind, id, &face).await?.is_some();
    let removal = match over && !held {
        true => (kind.remove)(ctx, id).await?,
        false => None,
    };
    let Some(removal) = removal else {
        done.kept += 1;
        return Ok(vec![stays()]);
    };
    done.gone += 1;
    let mut writes = removal.writes;
    writes.extend(
        removal
            .files
            .iter()
            .map(|file| Statement::any(store::NOTE_FILE, values![list.id, file.as_str()])),
    );
    writes.push(Statement::one(store::ITEM_GONE, values![list.id, &list.record_type, id]));
    Ok(writes)
}

/// What becomes of a file. It goes before its rows: a round that is cut off between the two finds the rows again.
async fn file(
    house: &House,
    list: DisposalId,
    address: &str,
    done: &mut Disposed,
) -> Result<Vec<Statement>, Failure> {
    let mut writes = vec![Statement::one(store::FORGET_FILE, values![list, address])];
    if housekeeping::is_of_use(house, address).await? {
        return Ok(writes);
    }
    if let Some(object) = ObjectAddress::parse(address) {
        house.services.objects.remove(&object).await?;
        writes.push(house.file_keys.forget(&object));
        done.files += 1;
    }
    writes.push(Statement::any(store::FORGET_UPLOADS, values![address]));
    Ok(writes)
}

/// The end: what is gone is named no more, and its digest stays.
async fn certificate(ctx: &Ctx, list: &Disposal) -> Result<Vec<Statement>, Failure> {
    let rows = items(ctx, list.id, "gone", ALL).await?;
    let mut ids: Vec<String> =
        rows.iter().map(|row| row.get("record")).collect::<Result<_, _>>()?;
    ids.sort();
    let digest = digest(&ids);
    Ok(vec![
        Statement::any(store::FORGET_GONE, values![list.id]),
        Statement::one(store::END_LIST, values![list.id, list.version, ctx.now, digest]),
    ])
}

/// SM3 (GB/T 32905) of ids in order, each with a line feed behind it, in hexadecimal.
pub fn digest(ids: &[String]) -> String {
    let mut hash = Sm3::new();
    for id in ids {
        hash.update(id.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
