//! Drafts.

use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::Failure;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};
use serde_json::{Map, Value as Json, json};

use super::{open_json, owner_of, place, seal_json};
use crate::model::{CaseId, Draft, DraftId};

statements! {
    /// A draft.
    SELECT_DRAFT = "
SELECT id, pack, item, item_version, owner_account, owner, owner_organisation, applicant_name,
  form_clear, form_personal, prefilled, case_id, form_version, version, updated_ms
FROM casework_draft
WHERE id = $1";

    /// The correction of a case that was begun.
    DRAFT_OF_CASE = "
SELECT id
FROM casework_draft
WHERE case_id = $1";

    /// How many drafts an account keeps, up to a bound.
    COUNT_DRAFTS = "
SELECT COUNT(*) AS drafts
FROM (
  SELECT id
  FROM casework_draft
  WHERE owner_account = $1
  LIMIT $2
) AS kept";

    /// The same of an organisation.
    COUNT_ORGANISATION_DRAFTS = "
SELECT COUNT(*) AS drafts
FROM (
  SELECT id
  FROM casework_draft
  WHERE owner_organisation = $1
  LIMIT $2
) AS kept";

    /// A new draft.
    INSERT_DRAFT = "
INSERT INTO casework_draft (id, pack, item, item_version, owner_account, owner, owner_organisation,
  begun_by, applicant_name, form_clear, form_personal, case_id, form_version, version, created_ms,
  updated_ms, prefilled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, 1, $13, $13, $14)";

    /// The form of a draft, as it is now.
    UPDATE_DRAFT_FORM = "
UPDATE casework_draft
SET item_version = $3,
  form_clear = $4,
  form_personal = $5,
  form_version = form_version + 1,
  version = version + 1,
  updated_ms = $6,
  prefilled = $7
WHERE id = $1
  AND version = $2";

    /// A change beside the form: a file came or went.
    TOUCH_DRAFT = "
UPDATE casework_draft
SET version = version + 1,
  updated_ms = $3
WHERE id = $1
  AND version = $2";

    /// A draft that was sent in or thrown away.
    DELETE_DRAFT = "
DELETE FROM casework_draft
WHERE id = $1
  AND version = $2";
}

/// Drafts in a list: no form is read.
pub(crate) const LIST_DRAFTS: &str = "
SELECT id, item, owner_account, owner, owner_organisation, applicant_name, case_id, updated_ms
FROM casework_draft";

const TABLE: &str = "casework_draft";

/// The clear and the sealed part of a form.
pub(crate) struct FormParts {
    /// What may rest in clear.
    pub(crate) clear: Json,
    /// What is sealed, by JSON pointer.
    pub(crate) personal: Map<String, Json>,
}

/// A draft with its form in parts; the item's form joins them.
pub(crate) struct DraftRow {
    /// The draft, its form still empty.
    pub(crate) draft: Draft,
    /// The form's parts.
    pub(crate) parts: FormParts,
}

/// A draft by id.
pub(crate) async fn find(ctx: &Ctx, id: DraftId) -> Result<Option<DraftRow>, Failure> {
    let row = ctx.row(SELECT_DRAFT, values![id]).await?;
    row.map(|row| read(&ctx.services, &row)).transpose()
}

/// The correction of a case that was begun.
pub(crate) async fn of_case(ctx: &Ctx, case: CaseId) -> Result<Option<DraftId>, Failure> {
    let row = ctx.row(DRAFT_OF_CASE, values![case]).await?;
    Ok(row.map(|row| row.id("id")).transpose()?)
}

fn read(services: &Services, row: &Row) -> Result<DraftRow, Failure> {
    let id: DraftId = row.id("id")?;
    let row_id = id.to_string();
    let clear: String = row.get("form_clear")?;
    let personal: Vec<u8> = row.get("form_personal")?;
    let parts = FormParts {
        clear: serde_json::from_str(&clear).map_err(Failure::internal)?,
        personal: open_json(services, place(TABLE, "form_personal", &row_id), &personal)?,
    };
    let draft = Draft {
        id,
        pack: row.get("pack")?,
        item: row.get("item")?,
        item_version: row.get("item_version")?,
        owner: owner_of(row)?,
        applicant_name: open_name(services, row, &row_id)?,
        form: Json::Null,
        prefilled: serde_json::from_str(&row.get::<String>("prefilled")?)
            .map_err(Failure::internal)?,
        case: row.id_or_null("case_id")?,
        form_version: row.get("form_version")?,
        version: row.get("version")?,
        updated: row.get("updated_ms")?,
    };
    Ok(DraftRow { draft, parts })
}

/// The applicant's name of a row.
pub(crate) fn open_name(services: &Services, row: &Row, id: &str) -> Result<String, Failure> {
    let sealed: Vec<u8> = row.get("applicant_name")?;
    Ok(services.personal.open_text(place(TABLE, "applicant_name", id), &sealed)?)
}

/// The statement that stores a new draft.
pub(crate) async fn insert(
    ctx: &Ctx,
    draft: &Draft,
    parts: &FormParts,
) -> Result<Statement, Failure> {
    let id = draft.id.to_string();
    let sealer = ctx.sealer(draft.owner.subject()).await?;
    let sealed_name = sealer.seal_text(place(TABLE, "applicant_name", &id), &draft.applicant_name);
    Ok(Statement::one(
        INSERT_DRAFT,
        values![
            &id,
            &draft.pack,
            &draft.item,
            &draft.item_version,
            draft.owner.account,
            draft.owner.person,
            draft.owner.organisation,
            ctx.who.reference(),
            sealed_name,
            parts.clear.to_string(),
            seal_json(&sealer, place(TABLE, "form_personal", &id), &parts.personal)?,
            draft.case,
            ctx.now,
            json!(draft.prefilled).to_string(),
        ],
    ))
}

/// The statement that stores a draft's form.
pub(crate) async fn update_form(
    ctx: &Ctx,
    draft: &Draft,
    parts: &FormParts,
) -> Result<Statement, Failure> {
    let id = draft.id.to_string();
    let sealer = ctx.sealer(draft.owner.subject()).await?;
    Ok(Statement::one(
        UPDATE_DRAFT_FORM,
        values![
            &id,
            draft.version,
            &draft.item_version,
            parts.clear.to_string(),
            seal_json(&sealer, place(TABLE, "form_personal", &id), &parts.personal)?,
            ctx.now,
            json!(draft.prefilled).to_string(),
        ],
    ))
}

/// The statement that notes a change beside the form.
pub(crate) fn touch(ctx: &Ctx, draft: &Draft) -> Statement {
    Statement::one(TOUCH_DRAFT, values![draft.id, draft.version, ctx.now])
}

/// The statement that removes a draft.
pub(crate) fn delete(draft: &Draft) -> Statement {
    Statement::one(DELETE_DRAFT, values![draft.id, draft.version])
}
