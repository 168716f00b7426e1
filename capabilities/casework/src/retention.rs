//! Closed cases age: each item says how long they are kept, and ten years where it says nothing. Where an item is in no pack
//! any more, what its last version said still holds.

use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::retention::{AgedRecord, AgeingClass, DueAsk, RecordFace, RecordType, Removal};
use minshu_kernel::text::LocalText;
use minshu_kernel::{statements, values};

use crate::model::{Case, CaseId};
use crate::pack::{Item, PinnedItem};
use crate::stepping;
use crate::store::{cases, materials, versions};

/// What is kept where an item says nothing: the shorter fixed term of the archives of offices.
const YEARS: u16 = 10;
/// The most items that are looked at.
const ITEMS_MAX: i64 = 5_000;

statements! {
    /// The last version of every item that there ever was.
    LAST_VERSIONS = "
SELECT v.id, v.item
FROM casework_item_version AS v
WHERE v.id = (
  SELECT l.id
  FROM casework_item_version AS l
  WHERE l.item = v.item
  ORDER BY l.stored_ms DESC, l.id DESC
  LIMIT 1
)
ORDER BY v.item
LIMIT $1";

    /// Closed cases of an item, the longest closed first.
    CLOSED_BEFORE = "
SELECT id, closed_ms, division
FROM casework_case
WHERE item = $1
  AND closed_ms IS NOT NULL
  AND closed_ms < $2
  AND (closed_ms, id) > ($3, $4)
ORDER BY closed_ms, id
LIMIT $5";

    /// Every step of a case.
    REMOVE_STEPS = "
DELETE FROM casework_step
WHERE case_id = $1";

    /// Every file of a case.
    REMOVE_MATERIALS = "
DELETE FROM casework_material
WHERE case_id = $1";

    /// The files of a correction that was begun and never sent.
    REMOVE_DRAFT_MATERIALS = "
DELETE FROM casework_material
WHERE draft_id IN (
  SELECT id
  FROM casework_draft
  WHERE case_id = $1
)";

    /// The departments' parts of a joint approval.
    REMOVE_BRANCHES = "
DELETE FROM casework_branch
WHERE case_id = $1";

    /// A correction that was begun and never sent.
    REMOVE_DRAFT = "
DELETE FROM casework_draft
WHERE case_id = $1";

    /// A closed case, as it was when this was decided.
    REMOVE_CASE = "
DELETE FROM casework_case
WHERE id = $1
  AND version = $2
  AND closed_ms IS NOT NULL";
}

/// Cases.
pub(crate) fn record_type() -> RecordType {
    RecordType {
        name: "casework.case",
        title: "casework-record-case",
        starts: "casework-record-case-starts",
        holding: "casework.cases",
        classes: |ctx| Box::pin(classes(ctx)),
        due: |ctx, ask| Box::pin(due(ctx, ask)),
        look: |ctx, id| Box::pin(look(ctx, id)),
        find: |ctx, number| Box::pin(find(ctx, number)),
        remove: |ctx, id| Box::pin(remove(ctx, id)),
    }
}

fn class(pack: &str, item: &Item) -> AgeingClass {
    let (years, basis) = match &item.retention {
        Some(retention) => {
            (retention.years.filter(|_| !retention.permanent), retention.basis.clone())
        }
        None => (
            Some(YEARS),
            LocalText::new(
                "《机关文件材料归档范围和文书档案保管期限规定》（国家档案局令第8号）：定期保管，十年",
                "Rules on the scope of filing and the retention of archives of offices (State Archives order 8): fixed term, ten years",
            ),
        ),
    };
    AgeingClass {
        id: format!("{pack}.{}", item.id),
        pack: Some(pack.to_owned()),
        name: item.name.clone(),
        years,
        basis,
    }
}

async fn classes(ctx: &Ctx) -> Result<Vec<AgeingClass>, Failure> {
    let section = stepping::section(ctx);
    let mut classes = Vec::new();
    for row in ctx.services.records.scan(LAST_VERSIONS.into(), values![ITEMS_MAX]).await? {
        let id: String = row.get("item")?;
        if let Some(item) = section.item(&id) {
            classes.push(class(&item.pack, &item.item));
            continue;
        }
        let version: String = row.get("id")?;
        let kept = ctx.row(versions::SELECT_VERSION, values![version]).await?;
        let content: String = kept.map_or(Ok(String::new()), |row| row.get("content"))?;
        // Where it cannot be read nobody can say how long its cases are kept: they stay.
        if let Ok(pinned) = PinnedItem::read(&content) {
            classes.push(class(&pinned.pack, &pinned.item));
        }
    }
    Ok(classes)
}

async fn due(ctx: &Ctx, ask: DueAsk<'_>) -> Result<Vec<AgedRecord>, Failure> {
    let (sort, id) = ask.after.map_or((i64::MIN, String::new()), |after| (after.sort, after.id));
    let asked = values![&ask.class.id, ask.before, sort, id, i64::from(ask.limit)];
    let rows = ctx.services.records.scan(CLOSED_BEFORE.into(), asked).await?;
    let record = |row: &minshu_kernel::records::Row| {
        Ok(AgedRecord {
            id: row.get("id")?,
            aged: row.get("closed_ms")?,
            division: row.id("division")?,
        })
    };
    rows.iter().map(record).collect()
}

async fn found(ctx: &Ctx, id: &str) -> Result<Option<Case>, Failure> {
    let Ok(id) = id.parse::<CaseId>() else { return Ok(None) };
    Ok(cases::find(ctx, id).await?.map(|found| found.case))
}

async fn look(ctx: &Ctx, id: &str) -> Result<Option<RecordFace>, Failure> {
    let Some(case) = found(ctx, id).await? else { return Ok(None) };
    let about = match case.owner.organisation {
        // What an organisation is called is public.
        Some(_) => case.applicant_name,
        None => mask::name(&case.applicant_name),
    };
    Ok(Some(RecordFace {
        number: case.number,
        about,
        class: case.item,
        aged: case.closed,
        division: case.division,
        pack: Some(case.pack),
        account: case.owner.account,
        person: case.owner.person,
        organisation: case.owner.organisation,
    }))
}

async fn find(ctx: &Ctx, number: &str) -> Result<Option<String>, Failure> {
    Ok(cases::by_number(ctx, number).await?.map(|case| case.id.to_string()))
}

async fn remove(ctx: &Ctx, id: &str) -> Result<Option<Removal>, Failure> {
    let Some(case) = found(ctx, id).await? else { return Ok(None) };
    if case.closed.is_none() {
        return Ok(None);
    }
    let files = materials::objects_of_case(ctx, case.id).await?;
    let writes = vec![
        Statement::any(REMOVE_DRAFT_MATERIALS, values![case.id]),
        Statement::any(REMOVE_DRAFT, values![case.id]),
        Statement::any(REMOVE_MATERIALS, values![case.id]),
        Statement::any(REMOVE_STEPS, values![case.id]),
        Statement::any(REMOVE_BRANCHES, values![case.id]),
        Statement::one(REMOVE_CASE, values![case.id, case.version]),
    ];
    Ok(Some(Removal { writes, files }))
}
