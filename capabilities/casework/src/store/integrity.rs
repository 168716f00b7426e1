//! What must not be among cases: `minshu integrity` asks.

use minshu_kernel::capability::IntegrityEntry;
use minshu_kernel::statements;

statements! {
    /// Each case begins with a step.
    CASES_WITHOUT_STEP = "
SELECT c.id
FROM casework_case AS c
LEFT JOIN casework_step AS s ON s.case_id = c.id AND s.sequence = 1
WHERE s.case_id IS NULL
ORDER BY c.id
LIMIT 100";

    /// The columns by which lists find a case are levels of its division: otherwise somebody sees it who may not.
    CASES_OUT_OF_PLACE = "
SELECT id
FROM casework_case
WHERE SUBSTR(prefecture, 1, 4) <> SUBSTR(division, 1, 4)
  OR SUBSTR(county, 1, 6) <> SUBSTR(division, 1, 6)
  OR SUBSTR(township, 1, 9) <> SUBSTR(division, 1, 9)
ORDER BY id
LIMIT 100";
}

/// What is asked.
pub(crate) const INTEGRITY: [IntegrityEntry; 2] = [
    IntegrityEntry { what: "a case without its first step", sql: CASES_WITHOUT_STEP },
    IntegrityEntry {
        what: "a case whose columns of access are not its division's",
        sql: CASES_OUT_OF_PLACE,
    },
];
