//! Lists of records whose time is over, and holds.

use minshu_kernel::statements;

statements! {
    /// A list.
    DISPOSAL = "SELECT id, record_type, class, class_zh, class_en, pack, years, basis_zh, basis_en, division, state, items, oldest_ms, latest_ms, begun_ms, proposed_by, proposed_person, proposed_ms, proposed_reason, returned_by, returned_ms, returned_reason, approved_by, approved_ms, approved_reason, done_ms, gone, kept, files, digest, version
FROM platform_disposal
WHERE id = $1";
    /// A list of a class and place that still takes records.
    OPEN_LIST = "SELECT id, version
FROM platform_disposal
WHERE class = $1 AND division = $2 AND state = 'gathering' AND record_type = $3 AND years = $4 AND items < $5
ORDER BY begun_ms
LIMIT 1";
    /// A new list.
    BEGIN_LIST = "INSERT INTO platform_disposal (id, record_type, class, class_zh, class_en, pack, years, basis_zh, basis_en, division, province, prefecture, county, township, village, state, items, begun_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'gathering', 0, $16, 1)";
    /// Which of ten records are on a list already, or were looked at and are to be looked at later.
    KNOWN_RECORDS = "SELECT record
FROM platform_disposal_item
WHERE record_type = $1
  AND record IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  AND (state IN ('listed', 'gone') OR again_ms > $12)";
    /// A record comes on a list; one that stayed for a time comes again.
    PUT_ITEM = "INSERT INTO platform_disposal_item (record_type, record, list, state, aged_ms)
VALUES ($1, $2, $3, 'listed', $4)
ON CONFLICT (record_type, record) DO UPDATE
SET list = excluded.list, state = excluded.state, aged_ms = excluded.aged_ms, again_ms = 0, reason = NULL
WHERE platform_disposal_item.state IN ('taken_out', 'kept') AND platform_disposal_item.again_ms <= $5";
    /// What is on a list, counted again: everything that changes it ends so.
    COUNT_LIST = "UPDATE platform_disposal
SET items = (SELECT COUNT(*) FROM platform_disposal_item AS i WHERE i.list = platform_disposal.id AND i.state = 'listed'),
  oldest_ms = (SELECT MIN(i.aged_ms) FROM platform_disposal_item AS i WHERE i.list = platform_disposal.id AND i.state = 'listed'),
  latest_ms = (SELECT MAX(i.aged_ms) FROM platform_disposal_item AS i WHERE i.list = platform_disposal.id AND i.state = 'listed'),
  version = version + 1
WHERE id = $1 AND version = $2 AND state = 'gathering'";
    /// Records of a list in a state, the oldest first.
    ITEMS = "SELECT record, aged_ms
FROM platform_disposal_item
WHERE list = $1 AND state = $2 AND (aged_ms, record) > ($3, $4)
ORDER BY aged_ms, record
LIMIT $5";
    /// A record is taken out of a list.
    TAKE_OUT = "UPDATE platform_disposal_item
SET state = 'taken_out', again_ms = $4, reason = $5
WHERE list = $1 AND record_type = $2 AND record = $3 AND state = 'listed'";
    /// Somebody proposes a list.
    PROPOSE = "UPDATE platform_disposal
SET state = 'proposed', proposed_by = $3, proposed_person = $4, proposed_ms = $5, proposed_reason = $6, returned_by = NULL, returned_ms = NULL, returned_reason = NULL, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'gathering'";
    /// Somebody gives a list back.
    RETURN_LIST = "UPDATE platform_disposal
SET state = 'gathering', returned_by = $3, returned_ms = $4, returned_reason = $5, proposed_by = NULL, proposed_person = NULL, proposed_ms = NULL, proposed_reason = NULL, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'proposed'";
    /// Somebody else approves a list.
    APPROVE = "UPDATE platform_disposal
SET state = 'approved', approved_by = $3, approved_ms = $4, approved_reason = $5, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'proposed'";
    /// A record is gone.
    ITEM_GONE = "UPDATE platform_disposal_item
SET state = 'gone'
WHERE list = $1 AND record_type = $2 AND record = $3 AND state = 'listed'";
    /// A record stays after all, for a time.
    ITEM_KEPT = "UPDATE platform_disposal_item
SET state = 'kept', again_ms = $4
WHERE list = $1 AND record_type = $2 AND record = $3 AND state = 'listed'";
    /// A file of a record that is gone.
    NOTE_FILE = "INSERT INTO platform_disposal_file (list, address)
VALUES ($1, $2)
ON CONFLICT (list, address) DO NOTHING";
    /// Files of records that are gone.
    NOTED_FILES = "SELECT address
FROM platform_disposal_file
WHERE list = $1
ORDER BY address
LIMIT $2";
    /// A file was looked at.
    FORGET_FILE = "DELETE FROM platform_disposal_file
WHERE list = $1 AND address = $2";
    /// What was sent under an address is known no more.
    FORGET_UPLOADS = "DELETE FROM platform_upload
WHERE address = $1";
    /// How far it was carried out.
    COUNT_GONE = "UPDATE platform_disposal
SET gone = gone + $3, kept = kept + $4, files = files + $5, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'approved'";
    /// It was carried out.
    END_LIST = "UPDATE platform_disposal
SET state = 'done', done_ms = $3, digest = $4, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'approved'";
    /// What is gone is named no more.
    FORGET_GONE = "DELETE FROM platform_disposal_item
WHERE list = $1 AND state = 'gone'";
    /// How many records went in a time.
    GONE_WITHIN = "SELECT CAST(COALESCE(SUM(gone), 0) AS BIGINT) AS n
FROM platform_disposal
WHERE done_ms IS NOT NULL AND done_ms >= $1 AND done_ms < $2 AND (CAST($3 AS TEXT) IS NULL OR pack = $3)";
    /// Lists that wait for approval.
    PROPOSED = "SELECT COUNT(*) AS n
FROM platform_disposal
WHERE state = 'proposed' AND begun_ms <= $1";
    /// Holds that are on.
    HOLDS_ON = "SELECT COUNT(*) AS n
FROM platform_hold
WHERE lifted = 0 AND placed_ms <= $1";
    /// A new hold.
    PLACE_HOLD = "INSERT INTO platform_hold (id, target, record_type, number, about_person, about_account, pack, division, province, prefecture, county, township, village, reason, until_ms, placed_by, placed_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1)";
    /// A hold is lifted.
    LIFT_HOLD = "UPDATE platform_hold
SET lifted = 1, lifted_by = $3, lifted_ms = $4, lifted_reason = $5, version = version + 1
WHERE id = $1 AND version = $2 AND lifted = 0";
    /// A hold.
    HOLD = "SELECT id, target, record_type, number, pack, division, reason, until_ms, placed_by, placed_ms, lifted, lifted_by, lifted_ms, lifted_reason, version
FROM platform_hold
WHERE id = $1";
    /// The holds on any of five targets.
    HOLDS_OF = "SELECT id, target, record_type, number, pack, division, reason, until_ms, placed_by, placed_ms, lifted, lifted_by, lifted_ms, lifted_reason, version
FROM platform_hold
WHERE lifted = 0 AND target IN ($1, $2, $3, $4, $5)
ORDER BY placed_ms, id
LIMIT 100";
    /// The holds on somebody or on something of theirs.
    HOLDS_ABOUT = "SELECT id, target, record_type, number, pack, division, reason, until_ms, placed_by, placed_ms, lifted, lifted_by, lifted_ms, lifted_reason, version
FROM platform_hold
WHERE lifted = 0 AND (about_person = $1 OR about_account = $2)
ORDER BY placed_ms, id
LIMIT 100";
    /// A hold was placed.
    RAISE_MARK = "INSERT INTO platform_hold_mark (id, version)
VALUES ('holds', 1)
ON CONFLICT (id) DO UPDATE SET version = platform_hold_mark.version + 1";
    /// How often holds were placed.
    MARK = "SELECT version
FROM platform_hold_mark
WHERE id = 'holds'";
    /// Nothing was placed yet.
    FIRST_MARK = "INSERT INTO platform_hold_mark (id, version)
VALUES ('holds', 1)
ON CONFLICT (id) DO NOTHING";
}

/// Lists, as they are read.
pub const LISTS: &str = "SELECT id, record_type, class, class_zh, class_en, pack, years, basis_zh, basis_en, division, state, items, oldest_ms, latest_ms, begun_ms, proposed_by, proposed_person, proposed_ms, proposed_reason, returned_by, returned_ms, returned_reason, approved_by, approved_ms, approved_reason, done_ms, gone, kept, files, digest, version
FROM platform_disposal";

/// Holds, as they are read.
pub const HOLDS: &str = "SELECT id, target, record_type, number, pack, division, reason, until_ms, placed_by, placed_ms, lifted, lifted_by, lifted_ms, lifted_reason, version
FROM platform_hold";
