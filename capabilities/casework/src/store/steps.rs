//! The history of cases: written once, never changed.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::Failure;
use minshu_kernel::personal::Sealer;
use minshu_kernel::records::{Row, Statement, Value};
use minshu_kernel::{statements, values};

use super::{open_json, place, place_of, seal_json, word};
use crate::model::{Case, CaseId, Detail, Flag, State, Step, Verb};

statements! {
    /// A case's steps.
    STEPS_OF_CASE = "
SELECT case_id, sequence, at_ms, actor, actor_role, actor_division, actor_organisation, verb,
  stage_before, state, stage, role, due_ms, promised_due_ms, flag, detail,
  actor_person
FROM casework_step
WHERE case_id = $1
ORDER BY sequence ASC
LIMIT 2000";

    /// The same detail under another key.
    SEAL_STEP_ANEW = "
UPDATE casework_step
SET detail = $3
WHERE case_id = $1
  AND sequence = $2";

    /// A new step.
    INSERT_STEP = "
INSERT INTO casework_step (case_id, sequence, at_ms, actor, actor_role, actor_division,
  actor_organisation, verb, stage_before, state, stage, role, due_ms, promised_due_ms, flag, detail,
  actor_person)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
}

const TABLE: &str = "casework_step";

/// The details of a case's steps for the archive.
pub(crate) async fn seal_anew(
    ctx: &Ctx,
    case: CaseId,
    archive: &Sealer,
) -> Result<Vec<Statement>, Failure> {
    let mut writes = Vec::new();
    for step in of_case(ctx, case).await? {
        let id = row_id(case, step.sequence);
        let detail = seal_json(archive, place(TABLE, "detail", &id), &step.detail)?;
        writes.push(Statement::one(SEAL_STEP_ANEW, values![case, step.sequence, detail]));
    }
    Ok(writes)
}

fn row_id(case: CaseId, sequence: i64) -> String {
    format!("{case}/{sequence}")
}

fn read(services: &Services, row: &Row) -> Result<Step, Failure> {
    let case: CaseId = row.id("case_id")?;
    let sequence: i64 = row.get("sequence")?;
    let id = row_id(case, sequence);
    let sealed: Vec<u8> = row.get("detail")?;
    Ok(Step {
        sequence,
        at: row.get("at_ms")?,
        actor: row.get("actor")?,
        actor_person: row.id_or_null("actor_person")?,
        actor_role: row.get("actor_role")?,
        actor_division: row.id_or_null("actor_division")?,
        actor_organisation: row.id_or_null("actor_organisation")?,
        verb: word(row, "verb", TABLE, Verb::parse)?,
        stage_before: place_of(row, "stage_before")?,
        state: word(row, "state", TABLE, State::parse)?,
        stage: place_of(row, "stage")?,
        role: row.get("role")?,
        due: row.get::<Option<i64>>("due_ms")?.map(Timestamp),
        promised_due: row.get("promised_due_ms")?,
        flag: word(row, "flag", TABLE, Flag::parse)?,
        detail: open_json::<Detail>(services, place(TABLE, "detail", &id), &sealed)?,
    })
}

/// A case's steps in order.
pub(crate) async fn of_case(ctx: &Ctx, case: CaseId) -> Result<Vec<Step>, Failure> {
    let rows = ctx.rows(STEPS_OF_CASE, values![case]).await?;
    rows.iter().map(|row| read(&ctx.services, row)).collect()
}

/// The statement that adds a step.
pub(crate) async fn insert(ctx: &Ctx, case: &Case, step: &Step) -> Result<Statement, Failure> {
    let id = row_id(case.id, step.sequence);
    let sealer = ctx.sealer(case.owner.subject()).await?;
    let place_number = |n: usize| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(Statement::one(
        INSERT_STEP,
        values![
            case.id,
            step.sequence,
            step.at,
            &step.actor,
            step.actor_role.as_deref(),
            step.actor_division,
            step.actor_organisation,
            step.verb,
            place_number(step.stage_before),
            step.state,
            place_number(step.stage),
            step.role.as_deref(),
            step.due,
            step.promised_due,
            step.flag,
            seal_json(&sealer, place(TABLE, "detail", &id), &step.detail)?,
            step.actor_person,
        ],
    ))
}
