//! When each version of an item was in force. Written with every set of packs that is put in force, read for the
//! history of an item.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};

/// The end of a period that has none yet.
pub(crate) const OPEN_MS: i64 = i64::MAX;

statements! {
    /// A version is in force: since now, or still.
    HOLD_PERIOD = "
INSERT INTO casework_item_period (item, version, since_ms, until_ms, seen_set)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (item, version, until_ms) DO UPDATE SET seen_set = excluded.seen_set";

    /// What began this very instant and is not of this set was never in force.
    DROP_EMPTY_PERIODS = "
DELETE FROM casework_item_period
WHERE until_ms = $1 AND since_ms = $2 AND seen_set <> $3";

    /// What this set has not any more ended now.
    END_PERIODS = "
UPDATE casework_item_period
SET until_ms = $1
WHERE until_ms = $2 AND seen_set <> $3";

    /// The periods of an item, the newest first.
    PERIODS_OF_ITEM = "
SELECT p.version, p.since_ms, p.until_ms
FROM casework_item_period AS p
WHERE p.item = $1
ORDER BY p.until_ms DESC, p.since_ms DESC, p.version
LIMIT 200";

    /// A version's text, where the item had it.
    VERSION_OF_ITEM = "
SELECT content
FROM casework_item_version
WHERE id = $1 AND item = $2";
}

/// A version of an item is in force with this set.
pub(crate) fn hold(item: &str, version: &str, set: &str, now: Timestamp) -> Statement {
    Statement::any(HOLD_PERIOD, values![item, version, now, OPEN_MS, set])
}

/// Everything that this set has not any more ends. Written after [`hold`].
pub(crate) fn end_others(set: &str, now: Timestamp) -> [Statement; 2] {
    [
        Statement::any(DROP_EMPTY_PERIODS, values![OPEN_MS, now, set]),
        Statement::any(END_PERIODS, values![now, OPEN_MS, set]),
    ]
}
