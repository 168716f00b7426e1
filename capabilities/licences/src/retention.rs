//! Licences that ended age: each type says how long they are kept.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::retention::{AgedRecord, AgeingClass, DueAsk, RecordFace, RecordType, Removal};
use minshu_kernel::{statements, values};

use crate::actions::section;
use crate::model::{Licence, LicenceId};
use crate::rules;
use crate::store::licences;

statements! {
    /// Licences of a type that ended, the longest ended first.
    ENDED_BEFORE = "
SELECT id, ended_ms, division
FROM licences_licence
WHERE type = $1
  AND ended_ms IS NOT NULL
  AND ended_ms < $2
  AND (ended_ms, id) > ($3, $4)
ORDER BY ended_ms, id
LIMIT $5";

    /// The history of a licence.
    REMOVE_STEPS = "
DELETE FROM licences_step
WHERE licence = $1";

    /// Who looked at it.
    REMOVE_LOOKS = "
DELETE FROM licences_look
WHERE licence = $1";

    /// The codes that showed it.
    REMOVE_SHOWINGS = "
DELETE FROM licences_showing
WHERE licence = $1";

    /// A licence that ended, as it was when this was decided.
    REMOVE_LICENCE = "
DELETE FROM licences_licence
WHERE id = $1
  AND version = $2
  AND ended_ms IS NOT NULL";
}

/// Licences.
pub(crate) fn record_type() -> RecordType {
    RecordType {
        name: "licences.licence",
        title: "licences-record",
        starts: "licences-record-starts",
        holding: "licences.licences",
        classes: |ctx| Box::pin(classes(ctx)),
        due: |ctx, ask| Box::pin(due(ctx, ask)),
        look: |ctx, id| Box::pin(look(ctx, id)),
        find: |ctx, number| Box::pin(find(ctx, number)),
        remove: |ctx, id| Box::pin(remove(ctx, id)),
    }
}

async fn classes(ctx: &Ctx) -> Result<Vec<AgeingClass>, Failure> {
    let class = |kind: &std::sync::Arc<crate::compile::Type>| AgeingClass {
        id: kind.id.clone(),
        pack: Some(kind.pack.clone()),
        name: kind.told.name.clone(),
        years: kind.told.retention.years,
        basis: kind.told.retention.basis.clone(),
    };
    Ok(section(ctx).types.values().map(class).collect())
}

async fn due(ctx: &Ctx, ask: DueAsk<'_>) -> Result<Vec<AgedRecord>, Failure> {
    let (sort, id) = ask.after.map_or((i64::MIN, String::new()), |after| (after.sort, after.id));
    let asked = values![&ask.class.id, ask.before, sort, id, i64::from(ask.limit)];
    let rows = ctx.services.records.scan(ENDED_BEFORE.into(), asked).await?;
    let record = |row: &Row| {
        Ok(AgedRecord {
            id: row.get("id")?,
            aged: row.get("ended_ms")?,
            division: row.id("division")?,
        })
    };
    rows.iter().map(record).collect()
}

async fn found(ctx: &Ctx, id: &str) -> Result<Option<Licence>, Failure> {
    let Ok(id) = id.parse::<LicenceId>() else { return Ok(None) };
    licences::find(ctx, id).await
}

async fn look(ctx: &Ctx, id: &str) -> Result<Option<RecordFace>, Failure> {
    let Some(licence) = found(ctx, id).await? else { return Ok(None) };
    Ok(Some(RecordFace {
        about: rules::shown_name(licence.holder.kind, &licence.holder.name),
        number: licence.identifier,
        class: licence.kind,
        aged: licence.ended,
        division: licence.division,
        pack: Some(licence.pack),
        account: None,
        person: licence.holder.person,
        organisation: licence.holder.organisation,
    }))
}

async fn find(ctx: &Ctx, number: &str) -> Result<Option<String>, Failure> {
    let Ok(code) = crate::code::LicenceCode::read(number.trim()) else { return Ok(None) };
    let found = licences::by_identifier(ctx, &code.to_string()).await?;
    Ok(found.map(|licence| licence.id.to_string()))
}

async fn remove(ctx: &Ctx, id: &str) -> Result<Option<Removal>, Failure> {
    let Some(licence) = found(ctx, id).await? else { return Ok(None) };
    if licence.ended.is_none() {
        return Ok(None);
    }
    let mut writes: Vec<Statement> = [REMOVE_LOOKS, REMOVE_SHOWINGS, REMOVE_STEPS]
        .into_iter()
        .map(|sql| Statement::any(sql, values![licence.id]))
        .collect();
    writes.push(Statement::one(REMOVE_LICENCE, values![licence.id, licence.version]));
    let files = ObjectAddress::parse(&licence.document).into_iter().collect();
    Ok(Some(Removal { writes, files }))
}
