//! Item versions: what cases are pinned to. Kept when the packs that declare them are put in force, never changed.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};

use crate::compile::CompiledItem;

statements! {
    /// A version's text.
    SELECT_VERSION = "
SELECT content
FROM casework_item_version
WHERE id = $1";

    /// A version that may be there already: its id is the hash of its text, so that both are the same.
    INSERT_VERSION = "
INSERT INTO casework_item_version (id, pack, item, content, stored_ms)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING";

    /// The versions of open cases, with the number of cases in each stage.
    OPEN_VERSIONS = "
SELECT v.id, v.item, v.content, o.stage, o.cases
FROM (
  SELECT item_version, stage, COUNT(*) AS cases
  FROM casework_case
  WHERE open
  GROUP BY item_version, stage
) AS o
JOIN casework_item_version AS v ON v.id = o.item_version
ORDER BY v.item, v.id, o.stage";
}

/// The statement that keeps a version.
pub(crate) fn insert(item: &CompiledItem, now: Timestamp) -> Statement {
    Statement::any(INSERT_VERSION, values![&item.version, &item.pack, &item.id, &item.content, now])
}
