//! Departments' parts of joint approvals.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{DIVISION_COLUMNS, ScopeColumns};
use minshu_kernel::records::{Row, Statement, Value};
use minshu_kernel::{statements, values};

use super::{due_of, due_value, word};
use crate::model::{BranchRow, BranchState, Case, CaseId, Flag};

statements! {
    /// The parts of a case.
    BRANCHES_OF_CASE = "
SELECT id, branch, state, role, begun_ms, due_ms, flag, answered_ms, version
FROM casework_branch
WHERE case_id = $1
ORDER BY id
LIMIT 100";

    /// A new part.
    INSERT_BRANCH = "
INSERT INTO casework_branch (id, case_id, branch, pack, province, prefecture, county, township,
  village, state, role, begun_ms, due_ms, flag, answered_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)";

    /// Where a part stands now.
    UPDATE_BRANCH = "
UPDATE casework_branch
SET state = $3,
  role = $4,
  begun_ms = $5,
  due_ms = $6,
  flag = $7,
  answered_ms = $8,
  version = version + 1
WHERE id = $1
  AND version = $2";
}

/// Parts of cases in a list, each with what a line says of its case.
pub(crate) const LIST_BRANCHES: &str = "
SELECT id, case_id, branch, pack, number, item, item_version, applicant_name, division, state, stage,
  case_state, suspended, role, due_ms, flag, submitted_ms, version
FROM (
  SELECT b.id AS id, b.case_id AS case_id, b.branch AS branch, b.pack AS pack,
    b.province AS province, b.prefecture AS prefecture, b.county AS county, b.township AS township,
    b.village AS village, b.state AS state, b.role AS role, b.due_ms AS due_ms, b.flag AS flag,
    c.number AS number, c.item AS item, c.item_version AS item_version,
    c.applicant_name AS applicant_name, c.division AS division, c.stage AS stage,
    c.state AS case_state, c.suspended AS suspended, c.submitted_ms AS submitted_ms,
    c.version AS version
  FROM casework_branch AS b
  JOIN casework_case AS c ON c.id = b.case_id
) AS part";

/// Parts to be counted.
pub(crate) const COUNT_BRANCHES: &str = "
SELECT id, due_ms
FROM casework_branch";

/// The scope columns of parts: they lie where their case lies, and are nobody's own.
pub(crate) const BRANCH_COLUMNS: ScopeColumns = ScopeColumns {
    kind: "casework.branch",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: Some("role"),
    owner_account: None,
    owner: None,
    owner_organisation: None,
};

const TABLE: &str = "casework_branch";

/// The parts of a case, in the order in which they began.
pub(crate) async fn of_case(ctx: &Ctx, case: CaseId) -> Result<Vec<BranchRow>, Failure> {
    let rows = ctx.rows(BRANCHES_OF_CASE, values![case]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<BranchRow, Failure> {
    Ok(BranchRow {
        id: row.id("id")?,
        branch: row.get("branch")?,
        state: word(row, "state", TABLE, BranchState::parse)?,
        role: row.get("role")?,
        begun: row.get("begun_ms")?,
        due: due_of(row, "due_ms")?,
        flag: word(row, "flag", TABLE, Flag::parse)?,
        answered: row.get::<Option<i64>>("answered_ms")?.map(Timestamp),
        version: row.get("version")?,
    })
}

/// The statement that stores a part as it stands now; a new one has version 0.
pub(crate) fn store(ctx: &Ctx, case: &Case, row: &BranchRow) -> Statement {
    if row.version > 0 {
        return Statement::one(
            UPDATE_BRANCH,
            values![
                row.id,
                row.version,
                row.state,
                row.role.as_deref(),
                row.begun,
                due_value(row.due),
                row.flag,
                row.answered,
            ],
        );
    }
    let mut values = values![row.id, case.id, &row.branch, &case.pack];
    values.extend(ctx.services.divisions.levels(case.division).map(Value::from));
    values.extend(values![
        row.state,
        row.role.as_deref(),
        row.begun,
        due_value(row.due),
        row.flag,
        row.answered,
    ]);
    Statement::one(INSERT_BRANCH, values)
}
