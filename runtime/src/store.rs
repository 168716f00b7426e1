//! The platform's own statements: audit, outbox, idempotency, jobs, numbers, flows.

use minshu_kernel::statements;

statements! {
    INSERT_AUDIT = "INSERT INTO platform_audit
  (id, at_ms, principal, operation, resource_kind, resource_id, outcome, rule, input_hash, events_hash, request, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    UNSEALED_AUDIT = "SELECT id, at_ms, principal, operation, resource_kind, resource_id, outcome, rule, input_hash, events_hash, request, cause
FROM platform_audit
WHERE position IS NULL
ORDER BY at_ms, id
LIMIT $1";
    OLDEST_UNSEALED_AUDIT = "SELECT at_ms
FROM platform_audit
WHERE position IS NULL
ORDER BY at_ms, id
LIMIT 1";
    SEALED_AUDIT = "SELECT id, at_ms, principal, operation, resource_kind, resource_id, outcome, rule, input_hash, events_hash, request, cause, position, chain
FROM platform_audit
WHERE position > $1
ORDER BY position
LIMIT $2";
    AUDIT_POSITION_AT = "SELECT COALESCE(MAX(position), 0) AS position
FROM platform_audit
WHERE at_ms <= $1";
    EVENTS_WITHOUT_ENTRY = "SELECT e.id
FROM platform_event AS e
LEFT JOIN platform_audit AS a ON a.id = e.audit
WHERE a.id IS NULL
ORDER BY e.id
LIMIT 100";
    LETTERS_WITHOUT_EVENT = "SELECT l.id
FROM platform_dead_letter AS l
LEFT JOIN platform_event AS e ON e.id = l.event
WHERE e.id IS NULL AND l.state = 'parked'
ORDER BY l.id
LIMIT 100";
    DELIVERIES_WITHOUT_SUBSCRIPTION = "SELECT d.id
FROM platform_delivery AS d
LEFT JOIN platform_subscription AS s ON s.id = d.subscription
WHERE s.id IS NULL
ORDER BY d.id
LIMIT 100";
    LAST_LETTER = "SELECT error
FROM platform_dead_letter
WHERE state = 'parked'
ORDER BY at_ms DESC, id DESC
LIMIT 1";
    LAST_FAILED_JOB = "SELECT action, last_error
FROM platform_job
WHERE due_ms <= $1 AND attempts > 0
ORDER BY due_ms DESC, id DESC
LIMIT 1";
    CHAINS_OF_BLOCK = "SELECT position, chain
FROM platform_audit
WHERE position >= $1 AND position <= $2
ORDER BY position";
    AUDIT_LATEST = "SELECT id, at_ms, principal, operation, resource_kind, resource_id, outcome, rule, position
FROM platform_audit
WHERE position < $1
ORDER BY position DESC
LIMIT $2";
    AUDIT_OF_RESOURCE = "SELECT id, at_ms, principal, operation, resource_kind, resource_id, outcome, rule, position
FROM platform_audit
WHERE resource_kind = $1 AND resource_id = $2
ORDER BY at_ms DESC
LIMIT $3";
    EVENTS_OF_AUDIT = "SELECT id, kind, type_version, aggregate_kind, aggregate_id, aggregate_version, data
FROM platform_event
WHERE audit = $1
ORDER BY id";
    INSERT_EVENT = "INSERT INTO platform_event
  (id, at_ms, kind, type_version, aggregate_kind, aggregate_id, aggregate_version, data, audit, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    UNSEALED_EVENTS = "SELECT id, aggregate_kind, aggregate_id, aggregate_version
FROM platform_event
WHERE position IS NULL
ORDER BY at_ms, id
LIMIT $1";
    EARLIER_UNSEALED = "SELECT COUNT(*) AS n
FROM platform_event
WHERE aggregate_kind = $1 AND aggregate_id = $2 AND aggregate_version < $3 AND position IS NULL";
    OLDEST_UNSEALED_EVENT = "SELECT at_ms
FROM platform_event
WHERE position IS NULL
ORDER BY at_ms, id
LIMIT 1";
    EVENTS_AFTER = "SELECT id, at_ms, kind, type_version, aggregate_kind, aggregate_id, aggregate_version, data, cause, position
FROM platform_event
WHERE position > $1
ORDER BY position
LIMIT $2";
    EVENT_BY_ID = "SELECT id, at_ms, kind, type_version, aggregate_kind, aggregate_id, aggregate_version, data, cause, position
FROM platform_event
WHERE id = $1 AND position IS NOT NULL";
    LAST_EVENT_POSITION = "SELECT COALESCE(MAX(position), 0) AS position
FROM platform_event";
    CHAIN = "SELECT position, chain, holder, leased_until_ms, version
FROM platform_chain
WHERE id = $1";
    INSERT_CHAIN = "INSERT INTO platform_chain (id, position, chain, holder, leased_until_ms, version)
VALUES ($1, 0, $2, '', 0, 1)
ON CONFLICT (id) DO NOTHING";
    MOVE_CHAIN = "UPDATE platform_chain
SET position = $2, chain = $3, version = version + 1
WHERE id = $1 AND version = $4 AND holder = $5";
    LEASE_CHAIN = "UPDATE platform_chain
SET holder = $2, leased_until_ms = $3, version = version + 1
WHERE id = $1 AND version = $4";
    RELEASE_CHAIN = "UPDATE platform_chain
SET leased_until_ms = 0, version = version + 1
WHERE id = $1 AND holder = $2";
    INSERT_BLOCK = "INSERT INTO platform_block (number, first_position, last_position, root, chain, at_ms, signature)
VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LAST_BLOCK = "SELECT number, last_position
FROM platform_block
ORDER BY number DESC
LIMIT 1";
    BLOCKS_AFTER = "SELECT number, first_position, last_position, root, chain, at_ms, signature
FROM platform_block
WHERE number > $1
ORDER BY number
LIMIT $2";
    FIND_REPLY = "SELECT body_hash, reply
FROM platform_idempotency
WHERE id = $1";
    KEEP_REPLY = "INSERT INTO platform_idempotency (id, body_hash, reply, at_ms)
VALUES ($1, $2, $3, $4)";
    PUT_JOB = "INSERT INTO platform_job (id, due_ms, action, input)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET due_ms = excluded.due_ms, action = excluded.action, input = excluded.input, attempts = 0, leased_until_ms = 0, last_error = ''";
    BEGIN_JOB = "INSERT INTO platform_job (id, due_ms, action, input)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING";
    CANCEL_JOB = "DELETE FROM platform_job
WHERE id = $1";
    DUE_JOBS = "SELECT id, due_ms, action, input, attempts
FROM platform_job
WHERE due_ms <= $1 AND leased_until_ms < $2 AND (due_ms > $3 OR (due_ms = $3 AND id > $4))
ORDER BY due_ms, id
LIMIT $5";
    JOB_DONE = "DELETE FROM platform_job
WHERE id = $1 AND due_ms = $2";
    JOB_FAILED = "UPDATE platform_job
SET attempts = attempts + 1, leased_until_ms = $3, last_error = $4
WHERE id = $1 AND due_ms = $2";
    FAILED_JOBS = "SELECT id, due_ms, action, attempts, last_error
FROM platform_job
WHERE attempts > 0
ORDER BY due_ms, id
LIMIT $1";
    INSERT_SERIES = "INSERT INTO platform_number (id, next)
VALUES ($1, 1)
ON CONFLICT (id) DO NOTHING";
    NEXT_NUMBER = "SELECT next
FROM platform_number
WHERE id = $1";
    TAKE_NUMBERS = "UPDATE platform_number
SET next = next + $3
WHERE id = $1 AND next = $2";
    INSERT_UPLOAD = "INSERT INTO platform_upload (id, address, principal, kind, bytes, fingerprint, at_ms, sweep_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND_UPLOAD = "SELECT kind, bytes, fingerprint
FROM platform_upload
WHERE address = $1 AND principal = $2 AND at_ms >= $3
LIMIT 1";
    UPLOADS_AFTER = "SELECT id, address
FROM platform_upload
WHERE id > $1
ORDER BY id
LIMIT $2";
    NEWEST_UPLOADS = "SELECT address
FROM platform_upload
ORDER BY id DESC
LIMIT $1";
    UPLOADS_TO_SWEEP = "SELECT id, address
FROM platform_upload
WHERE sweep_ms < $1 AND at_ms < $2
ORDER BY sweep_ms, id
LIMIT $3";
    FORGET_UPLOAD = "DELETE FROM platform_upload
WHERE id = $1";
    KEEP_UPLOAD = "UPDATE platform_upload
SET sweep_ms = $2
WHERE id = $1";
    KEEP_PACK_SET = "INSERT INTO platform_pack_set (id, content, at_ms)
VALUES ($1, $2, $3)
ON CONFLICT (id) DO NOTHING";
    PACKS_IN_FORCE = "SELECT hash, hash_before, since_ms, principal, system_user, at_start, version
FROM platform_packs_in_force
WHERE id = 'packs'";
    PACK_SET_IN_FORCE = "SELECT s.content
FROM platform_packs_in_force AS f
JOIN platform_pack_set AS s ON s.id = f.hash
WHERE f.id = 'packs'";
    FIRST_PACKS_IN_FORCE = "INSERT INTO platform_packs_in_force (id, hash, hash_before, since_ms, principal, system_user, at_start, version)
VALUES ('packs', $1, '', $2, $3, $4, $5, 1)";
    EXCHANGE_PACKS = "UPDATE platform_packs_in_force
SET hash = $2, hash_before = hash, since_ms = $3, principal = $4, system_user = $5, at_start = $6, version = version + 1
WHERE id = 'packs' AND version = $1";
    PARKED = "SELECT COUNT(*) AS n
FROM platform_dead_letter
WHERE flow = $1 AND subject = $2 AND state = 'parked'";
    INSERT_DEAD_LETTER = "INSERT INTO platform_dead_letter
  (id, flow, subject, event, event_position, error, state, reason, at_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, 'parked', '', $7, 1)
ON CONFLICT (flow, event) DO NOTHING";
    DEAD_LETTERS = "SELECT id, flow, subject, event, event_position, error, state, reason, at_ms, version
FROM platform_dead_letter
WHERE state = $1
ORDER BY at_ms, id
LIMIT $2";
    DEAD_LETTER = "SELECT id, flow, subject, event, event_position, error, state, reason, at_ms, version
FROM platform_dead_letter
WHERE id = $1";
    EARLIER_DEAD_LETTER = "SELECT id
FROM platform_dead_letter
WHERE flow = $1 AND subject = $2 AND state = 'parked' AND event_position < $3
LIMIT 1";
    END_DEAD_LETTER = "UPDATE platform_dead_letter
SET state = $3, reason = $4, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'parked'";
    NOTE_DEAD_LETTER = "UPDATE platform_dead_letter
SET error = $3, version = version + 1
WHERE id = $1 AND version = $2";
    CALENDAR_DAYS = "SELECT id, working, reason_zh, reason_en
FROM platform_calendar_day
ORDER BY id";
    CALENDAR_REVISION = "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS revision
FROM platform_calendar_day";
    VERIFICATION = "SELECT run, entries, total, beat_ms, report
FROM platform_verification
WHERE id = 'audit'";
    BEGIN_VERIFICATION = "INSERT INTO platform_verification (id, run, entries, total, beat_ms, report)
VALUES ('audit', $1, 0, $2, $3, '')
ON CONFLICT (id) DO UPDATE SET run = excluded.run, entries = 0, total = excluded.total, beat_ms = excluded.beat_ms, report = ''
WHERE platform_verification.report <> '' OR platform_verification.beat_ms < $4";
    BEAT_VERIFICATION = "UPDATE platform_verification
SET entries = $2, beat_ms = $3
WHERE id = 'audit' AND run = $1";
    END_VERIFICATION = "UPDATE platform_verification
SET entries = $2, beat_ms = $3, report = $4
WHERE id = 'audit' AND run = $1";
    AUDIT_BACKLOG = "SELECT COUNT(*) AS n, COALESCE(MIN(at_ms), 0) AS since_ms
FROM platform_audit
WHERE position IS NULL";
    EVENT_BACKLOG = "SELECT COUNT(*) AS n, COALESCE(MIN(at_ms), 0) AS since_ms
FROM platform_event
WHERE position IS NULL";
    JOB_BACKLOG = "SELECT COUNT(*) AS n, COUNT(CASE WHEN attempts > 0 THEN 1 END) AS failed, COALESCE(MIN(due_ms), 0) AS since_ms
FROM platform_job
WHERE due_ms <= $1";
    LETTERS_BY_STATE = "SELECT state, COUNT(*) AS n
FROM platform_dead_letter
GROUP BY state
ORDER BY state";
    FLOWS_WITH_PARKED = "SELECT COUNT(DISTINCT flow) AS n
FROM platform_dead_letter
WHERE state = 'parked'";
    PUT_CALENDAR_DAY = "INSERT INTO platform_calendar_day (id, working, reason_zh, reason_en, version)
VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (id) DO UPDATE SET working = excluded.working, reason_zh = excluded.reason_zh, reason_en = excluded.reason_en, version = platform_calendar_day.version + 1";
}
