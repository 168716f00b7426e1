//! What casework holds about people: drafts and cases. Drafts go when their owner leaves, and cases that came to nothing;
//! a case that was decided is kept by the law on archives, apart from the key that is destroyed.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldFile, HeldRecord, Holding, Leaving};
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::personal::Subject;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::text::Message;
use minshu_kernel::{statements, values};
use serde_json::json;

use crate::filling;
use crate::model::{CaseId, DraftId, MaterialFile, State};
use crate::stepping;
use crate::store::{cases, drafts, materials, steps};

/// The most cases of one person that are taken out of the key in one write.
const KEPT_MAX: usize = 200;

statements! {
    /// A person's own cases, the latest first; those from before any proof are the account's.
    OWN_CASES = "
SELECT id, open, state
FROM casework_case
WHERE owner_organisation IS NULL
  AND (owner = $1 OR owner_account = $2)
ORDER BY submitted_ms DESC, id DESC
LIMIT $3";

    /// A person's own drafts, the latest first.
    OWN_DRAFTS = "
SELECT id
FROM casework_draft
WHERE owner_organisation IS NULL
  AND (owner = $1 OR owner_account = $2)
ORDER BY updated_ms DESC, id DESC
LIMIT $3";

    /// The files of a case that came to nothing: housekeeping deletes what nobody uses.
    ERASE_FILES = "
DELETE FROM casework_material
WHERE case_id = $1";

    /// A draft whose owner leaves.
    ERASE_DRAFT = "
DELETE FROM casework_draft
WHERE id = $1";
}

/// The kinds that casework holds.
pub(crate) fn holdings() -> [Holding; 2] {
    [
        Holding {
            name: "casework.cases",
            title: "casework-held-cases",
            purpose: "casework-held-cases-purpose",
            basis: "casework-held-cases-basis",
            period: "casework-held-cases-period",
            read: |ctx, most| Box::pin(read_cases(ctx, most)),
            leave: |ctx| Box::pin(leave_cases(ctx)),
        },
        Holding {
            name: "casework.drafts",
            title: "casework-held-drafts",
            purpose: "casework-held-drafts-purpose",
            basis: "casework-held-drafts-basis",
            period: "casework-held-drafts-period",
            read: |ctx, most| Box::pin(read_drafts(ctx, most)),
            leave: |ctx| Box::pin(leave_drafts(ctx)),
        },
    ]
}

/// Who asks, as columns hold it; an id that nobody has where there is none.
fn whose(ctx: &Ctx) -> (String, String) {
    let text = |person: Option<PersonId>| person.map(|id| id.to_string()).unwrap_or_default();
    let account = ctx.who.account().map(|id: AccountId| id.to_string()).unwrap_or_default();
    (text(ctx.who.person), account)
}

async fn own(ctx: &Ctx, sql: &'static str, most: i64) -> Result<Vec<Row>, Failure> {
    let (person, account) = whose(ctx);
    Ok(ctx.services.records.scan(sql.into(), values![person, account, most]).await?)
}

fn files_of(files: Vec<MaterialFile>) -> Vec<HeldFile> {
    let held =
        |file: MaterialFile| HeldFile { name: file.name, kind: file.kind, object: file.object };
    files.into_iter().map(held).collect()
}

async fn read_cases(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let mut held = Vec::new();
    let speaker = ctx.speaker();
    for row in own(ctx, OWN_CASES, i64::from(most)).await? {
        let (case, item) = stepping::load(ctx, row.id("id")?).await?;
        let history = steps::of_case(ctx, case.id).await?;
        let history = history.iter().map(|step| {
            json!({
                "at_ms": step.at, "verb": step.verb, "state": step.state, "detail": step.detail,
            })
        });
        held.push(HeldRecord {
            resource: "casework.case",
            id: case.id.to_string(),
            title: format!("{} {}", speaker.local(&item.item.name), case.number),
            at: case.submitted,
            href: Some(format!("/cases/{}", case.id)),
            data: json!({
                "number": case.number, "item": case.item, "state": case.state,
                "applicant_name": case.applicant_name, "form": case.form,
                "submitted_ms": case.submitted, "closed_ms": case.closed,
                "steps": history.collect::<Vec<_>>(),
            }),
            files: files_of(materials::of_case(ctx, case.id).await?),
        });
    }
    Ok(held)
}

async fn read_drafts(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let mut held = Vec::new();
    let speaker = ctx.speaker();
    for row in own(ctx, OWN_DRAFTS, i64::from(most)).await? {
        let id: DraftId = row.id("id")?;
        let Some(found) = drafts::find(ctx, id).await? else { continue };
        let draft = found.draft;
        let item = filling::item_of(ctx, &draft).await.ok();
        let form = item
            .as_ref()
            .map(|item| item.form.join_personal(&found.parts.clear, &found.parts.personal));
        let name = item.as_ref().map(|item| speaker.local(&item.item.name).to_owned());
        held.push(HeldRecord {
            resource: "casework.draft",
            id: id.to_string(),
            title: name.unwrap_or_else(|| draft.item.clone()),
            at: draft.updated,
            href: Some(format!("/drafts/{id}")),
            data: json!({ "item": draft.item, "applicant_name": draft.applicant_name, "form": form }),
            files: files_of(materials::of_draft(ctx, id).await?),
        });
    }
    Ok(held)
}

/// Whether the law keeps a case: somebody was told yes or no.
fn is_kept(state: State) -> bool {
    matches!(state, State::Granted | State::Denied | State::NotAccepted)
}

async fn leave_cases(ctx: &Ctx) -> Result<Leaving, Failure> {
    let mut leaving = Leaving::default();
    let rows = own(ctx, OWN_CASES, KEPT_MAX as i64 + 1).await?;
    let open = rows.iter().filter(|row| row.get::<bool>("open").unwrap_or(true)).count();
    if open > 0 {
        leaving.hindrances.push(Message::new("casework-leave-open").with("n", open as i64));
        return Ok(leaving);
    }
    if rows.len() > KEPT_MAX {
        leaving.hindrances.push(Message::new("casework-leave-many").with("n", KEPT_MAX as i64));
        return Ok(leaving);
    }
    let mut kept = 0_i64;
    for row in &rows {
        let (id, state): (CaseId, String) = (row.id("id")?, row.get("state")?);
        if State::parse(&state).is_some_and(is_kept) {
            kept += 1;
            leaving.writes.extend(keep(ctx, id).await?);
        } else {
            leaving.writes.push(Statement::any(ERASE_FILES, values![id]));
        }
    }
    if kept > 0 {
        leaving.kept.push(Message::new("casework-leave-kept").with("n", kept));
    }
    Ok(leaving)
}

/// Everything of a case, sealed anew for the archive.
async fn keep(ctx: &Ctx, id: CaseId) -> Result<Vec<Statement>, Failure> {
    let archive = ctx.sealer(Subject::Installation).await?;
    let mut writes = cases::seal_anew(ctx, id, &archive).await?;
    writes.extend(steps::seal_anew(ctx, id, &archive).await?);
    for file in materials::of_case(ctx, id).await? {
        writes.push(materials::seal_anew(&file, &archive));
        writes.extend(ctx.services.uploads.give(&file.object, Subject::Installation).await?);
    }
    Ok(writes)
}

async fn leave_drafts(ctx: &Ctx) -> Result<Leaving, Failure> {
    let mut leaving = Leaving::default();
    for row in own(ctx, OWN_DRAFTS, 1_000).await? {
        let id: DraftId = row.id("id")?;
        leaving.writes.push(Statement::any(materials::DELETE_MATERIALS, values![id]));
        leaving.writes.push(Statement::any(ERASE_DRAFT, values![id]));
    }
    Ok(leaving)
}
