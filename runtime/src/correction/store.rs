//! Requests for correction.

use minshu_kernel::statements;

statements! {
    /// A request.
    CORRECTION = "SELECT id, holding, record, pack, division, account, person, words, state, asked_ms, due_ms, decided_by, decided_ms, outcome, version
FROM platform_correction
WHERE id = $1";
    /// A new request.
    ASK_CORRECTION = "INSERT INTO platform_correction (id, holding, record, pack, division, province, prefecture, county, township, village, account, person, words, state, asked_ms, due_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open', $14, $15, 1)";
    /// A request is decided.
    DECIDE_CORRECTION = "UPDATE platform_correction
SET state = $3, decided_by = $4, decided_ms = $5, outcome = $6, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'open'";
    /// How many requests of an account are open.
    OPEN_OF_ACCOUNT = "SELECT COUNT(*) AS n
FROM platform_correction
WHERE account = $1 AND state = 'open'";
    /// A person's own requests, the latest first.
    OWN_CORRECTIONS = "SELECT id, holding, record, pack, division, account, person, words, state, asked_ms, due_ms, decided_by, decided_ms, outcome, version
FROM platform_correction
WHERE account = $1 OR person = $2
ORDER BY asked_ms DESC, id DESC
LIMIT $3";
    /// Requests of somebody who leaves.
    ERASE_CORRECTIONS = "DELETE FROM platform_correction
WHERE account = $1 OR person = $2";
    /// Requests that wait longer than they should.
    OVERDUE_CORRECTIONS = "SELECT COUNT(*) AS n
FROM platform_correction
WHERE state = 'open' AND due_ms <= $1";
    /// Requests that were decided in a time, and those of them within their limit.
    DECIDED_WITHIN = "SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE decided_ms < due_ms) AS in_time
FROM platform_correction
WHERE decided_ms IS NOT NULL AND decided_ms >= $1 AND decided_ms < $2 AND (CAST($3 AS TEXT) IS NULL OR pack = $3)";
}

/// Requests, as they are read.
pub const CORRECTIONS: &str = "SELECT id, holding, record, pack, division, account, person, words, state, asked_ms, due_ms, decided_by, decided_ms, outcome, version
FROM platform_correction";
