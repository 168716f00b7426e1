//! Cases.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::Failure;
use minshu_kernel::personal::{PersonalError, Sealer};
use minshu_kernel::records::{Row, Statement, Value};
use minshu_kernel::{statements, values};
use serde_json::Value as Json;

use super::drafts::FormParts;
use super::{due_of, due_value, open_json, owner_of, place, place_of, seal_json, word};
use crate::model::{Case, CaseId, Flag, State, Suspended};
use crate::pack::SpecialKind;

statements! {
    /// A case.
    SELECT_CASE = "
SELECT id, number, pack, item, item_version, owner_account, owner, owner_organisation,
  submitted_by, applicant_name, form_clear, form_personal, division, state, stage, role, due_ms,
  promised_due_ms, flag, submitted_ms, accepted_ms, closed_ms, acted_version, version, suspended,
  suspended_until_ms, asks
FROM casework_case
WHERE id = $1";

    /// The case of a number.
    SELECT_CASE_OF_NUMBER = "
SELECT id
FROM casework_case
WHERE number = $1";

    /// Cases whose clock runs, behind an id.
    RUNNING_CASES = "
SELECT id
FROM casework_case
WHERE role IS NOT NULL
  AND id > $1
ORDER BY id
LIMIT $2";

    /// A new case.
    INSERT_CASE = "
INSERT INTO casework_case (id, number, pack, item, item_version, owner_account, owner,
  owner_organisation, submitted_by, applicant_name, form_clear, form_personal, division, province,
  prefecture, county, township, village, state, open, stage, role, due_ms, promised_due_ms, flag,
  submitted_ms, accepted_ms, closed_ms, decided_ms, acted_version, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, $23, $24, $25, $26, NULL, NULL, NULL, 1, 1)";

    /// A step: where the case stands after it.
    UPDATE_CASE = "
UPDATE casework_case
SET state = $3,
  open = $4,
  stage = $5,
  role = $6,
  due_ms = $7,
  promised_due_ms = $8,
  flag = $9,
  accepted_ms = $10,
  closed_ms = $11,
  decided_ms = $12,
  acted_version = $13,
  suspended = $14,
  suspended_until_ms = $15,
  asks = $16,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// The same values under another key.
    SEAL_CASE_ANEW = "
UPDATE casework_case
SET applicant_name = $3,
  form_personal = $4
WHERE id = $1
  AND version = $2";

    /// The corrected form; behind the step in the same write set, so that the version is the new one.
    UPDATE_CASE_FORM = "
UPDATE casework_case
SET form_clear = $3,
  form_personal = $4
WHERE id = $1
  AND version = $2";
}

/// Cases in a list: no form is read.
pub(crate) const LIST_CASES: &str = "
SELECT id, number, pack, item, item_version, owner_account, owner, owner_organisation,
  applicant_name, division, state, stage, role, due_ms, flag, submitted_ms, version, suspended
FROM casework_case";

/// Cases to be counted.
pub(crate) const COUNT_CASES: &str = "
SELECT id, due_ms
FROM casework_case";

const TABLE: &str = "casework_case";

/// Who is named where the applicant's data were erased.
pub(crate) const ERASED: &str = "—";

/// The sealed columns of a case for the archive: the key of its owner is about to be destroyed.
pub(crate) async fn seal_anew(
    ctx: &Ctx,
    id: CaseId,
    archive: &Sealer,
) -> Result<Vec<Statement>, Failure> {
    let Some(found) = find(ctx, id).await? else { return Ok(Vec::new()) };
    let row = id.to_string();
    let name = archive.seal_text(place(TABLE, "applicant_name", &row), &found.case.applicant_name);
    let form = seal_json(archive, place(TABLE, "form_personal", &row), &found.parts.personal)?;
    Ok(vec![Statement::one(SEAL_CASE_ANEW, values![id, found.case.version, name, form])])
}

/// A case with its form in parts; the pinned item's form joins them.
pub(crate) struct CaseRow {
    /// The case, its form still empty.
    pub(crate) case: Case,
    /// The form's parts.
    pub(crate) parts: FormParts,
}

/// A case of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CaseLine {
    /// Its id.
    pub(crate) id: CaseId,
    /// Its number.
    pub(crate) number: String,
    /// The pack.
    pub(crate) pack: String,
    /// The item.
    pub(crate) item: String,
    /// The pinned item version.
    pub(crate) item_version: String,
    /// The applicant's name.
    pub(crate) applicant_name: String,
    /// Where it lies.
    pub(crate) division: minshu_kernel::division::DivisionCode,
    /// Where it stands.
    pub(crate) state: State,
    /// The stage's place.
    pub(crate) stage: usize,
    /// Whose turn it is.
    pub(crate) role: Option<String>,
    /// The end of the current step.
    pub(crate) due: Option<minshu_kernel::clock::Timestamp>,
    /// The flag.
    pub(crate) flag: Flag,
    /// When it was sent in.
    pub(crate) submitted: minshu_kernel::clock::Timestamp,
    /// The number of steps.
    pub(crate) version: i64,
    /// The special procedure for which the clock stands.
    pub(crate) suspended: Option<SpecialKind>,
}

/// A case by id.
pub(crate) async fn find(ctx: &Ctx, id: CaseId) -> Result<Option<CaseRow>, Failure> {
    let row = ctx.row(SELECT_CASE, values![id]).await?;
    row.map(|row| read(&ctx.services, &row)).transpose()
}

/// A case by the number that people quote; small letters are forgiven.
pub(crate) async fn by_number(ctx: &Ctx, number: &str) -> Result<Option<Case>, Failure> {
    let row = ctx.row(SELECT_CASE_OF_NUMBER, values![number.to_ascii_uppercase()]).await?;
    match row {
        Some(row) => Ok(find(ctx, row.id("id")?).await?.map(|found| found.case)),
        None => Ok(None),
    }
}

fn open_name(services: &Services, row: &Row, id: &str) -> Result<String, Failure> {
    let sealed: Vec<u8> = row.get("applicant_name")?;
    match services.personal.open_text(place(TABLE, "applicant_name", id), &sealed) {
        // The case is still counted and listed; who it was is gone.
        Err(PersonalError::Erased) => Ok(ERASED.to_owned()),
        opened => Ok(opened?),
    }
}

/// The special procedure in a row, where the clock stands for one.
pub(crate) fn special_of(row: &Row) -> Result<Option<SpecialKind>, Failure> {
    match row.get::<Option<String>>("suspended")? {
        Some(_) => word(row, "suspended", TABLE, SpecialKind::parse).map(Some),
        None => Ok(None),
    }
}

fn suspended_of(row: &Row) -> Result<Option<Suspended>, Failure> {
    let until: Option<i64> = row.get("suspended_until_ms")?;
    let kind = special_of(row)?;
    Ok(kind.map(|kind| Suspended { kind, until: Timestamp(until.unwrap_or(0)) }))
}

fn read(services: &Services, row: &Row) -> Result<CaseRow, Failure> {
    let id: CaseId = row.id("id")?;
    let row_id = id.to_string();
    let clear: String = row.get("form_clear")?;
    let personal: Vec<u8> = row.get("form_personal")?;
    let parts = FormParts {
        clear: serde_json::from_str(&clear).map_err(Failure::internal)?,
        personal: open_json(services, place(TABLE, "form_personal", &row_id), &personal)?,
    };
    let case = Case {
        id,
        number: row.get("number")?,
        pack: row.get("pack")?,
        item: row.get("item")?,
        item_version: row.get("item_version")?,
        owner: owner_of(row)?,
        submitted_by: row.get("submitted_by")?,
        applicant_name: open_name(services, row, &row_id)?,
        form: Json::Null,
        division: row.id("division")?,
        state: word(row, "state", TABLE, State::parse)?,
        stage: place_of(row, "stage")?,
        role: row.get("role")?,
        due: due_of(row, "due_ms")?,
        promised_due: row.get("promised_due_ms")?,
        flag: word(row, "flag", TABLE, Flag::parse)?,
        submitted: row.get("submitted_ms")?,
        accepted: row.get("accepted_ms")?,
        closed: row.get("closed_ms")?,
        acted_version: row.get("acted_version")?,
        version: row.get("version")?,
        suspended: suspended_of(row)?,
        asks: row.get("asks")?,
    };
    Ok(CaseRow { case, parts })
}

/// The case of a department's part in a list: the role, the end and the flag are the part's own.
pub(crate) fn read_branch_line(services: &Services, row: &Row) -> Result<CaseLine, Failure> {
    let id: CaseId = row.id("case_id")?;
    line(services, row, id, "case_state")
}

/// A case of a list.
pub(crate) fn read_line(services: &Services, row: &Row) -> Result<CaseLine, Failure> {
    line(services, row, row.id("id")?, "state")
}

fn line(
    services: &Services,
    row: &Row,
    id: CaseId,
    state: &'static str,
) -> Result<CaseLine, Failure> {
    Ok(CaseLine {
        id,
        number: row.get("number")?,
        pack: row.get("pack")?,
        item: row.get("item")?,
        item_version: row.get("item_version")?,
        applicant_name: open_name(services, row, &id.to_string())?,
        division: row.id("division")?,
        state: word(row, state, TABLE, State::parse)?,
        stage: place_of(row, "stage")?,
        role: row.get("role")?,
        due: due_of(row, "due_ms")?,
        flag: word(row, "flag", TABLE, Flag::parse)?,
        submitted: row.get("submitted_ms")?,
        version: row.get("version")?,
        suspended: special_of(row)?,
    })
}

/// The statement that stores a new case.
pub(crate) async fn insert(
    ctx: &Ctx,
    case: &Case,
    parts: &FormParts,
) -> Result<Statement, Failure> {
    let id = case.id.to_string();
    let services = &ctx.services;
    let sealer = ctx.sealer(case.owner.subject()).await?;
    let sealed_name = sealer.seal_text(place(TABLE, "applicant_name", &id), &case.applicant_name);
    let mut values = values![
        &id,
        &case.number,
        &case.pack,
        &case.item,
        &case.item_version,
        case.owner.account,
        case.owner.person,
        case.owner.organisation,
        &case.submitted_by,
        sealed_name,
        parts.clear.to_string(),
        seal_json(&sealer, place(TABLE, "form_personal", &id), &parts.personal)?,
        case.division,
    ];
    values.extend(services.divisions.levels(case.division).map(Value::from));
    values.extend(values![
        case.state,
        case.state.open(),
        stage_value(case),
        case.role.as_deref(),
        due_value(case.due),
        case.promised_due,
        case.flag,
        case.submitted,
    ]);
    Ok(Statement::one(INSERT_CASE, values))
}

fn stage_value(case: &Case) -> i64 {
    i64::try_from(case.stage).unwrap_or(i64::MAX)
}

/// The statement that stores where a case stands after a step; `case.version` is the new one.
pub(crate) fn update(case: &Case) -> Statement {
    let decided = case.closed.filter(|_| matches!(case.state, State::Granted | State::Denied));
    Statement::one(
        UPDATE_CASE,
        values![
            case.id,
            case.version - 1,
            case.state,
            case.state.open(),
            stage_value(case),
            case.role.as_deref(),
            due_value(case.due),
            case.promised_due,
            case.flag,
            case.accepted,
            case.closed,
            decided,
            case.acted_version,
            case.suspended.map(|suspended| suspended.kind),
            case.suspended.map(|suspended| suspended.until),
            case.asks.as_deref(),
        ],
    )
}

/// The statement that stores a corrected form, behind [`update`].
pub(crate) async fn update_form(
    ctx: &Ctx,
    case: &Case,
    parts: &FormParts,
) -> Result<Statement, Failure> {
    let id = case.id.to_string();
    let sealer = ctx.sealer(case.owner.subject()).await?;
    Ok(Statement::one(
        UPDATE_CASE_FORM,
        values![
            &id,
            case.version,
            parts.clear.to_string(),
            seal_json(&sealer, place(TABLE, "form_personal", &id), &parts.personal)?,
        ],
    ))
}
