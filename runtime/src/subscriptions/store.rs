//! Statements of subscriptions and their deliveries.

use minshu_kernel::statements;

statements! {
    INSERT_SUBSCRIPTION = "INSERT INTO platform_subscription
  (id, principal, name, address, kinds, pack, division, secret, secret_before, before_until_ms, position, failures, failing_since_ms, retry_ms, delivered_ms, state, why, at_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, 0, $9, 0, NULL, 0, NULL, 'active', '', $10, 1)";
    SUBSCRIPTIONS = "SELECT id, principal, name, address, kinds, pack, division, secret, secret_before, before_until_ms, position, failures, failing_since_ms, retry_ms, delivered_ms, state, why, at_ms, version
FROM platform_subscription
WHERE state <> 'ended'
ORDER BY id
LIMIT $1";
    SUBSCRIPTION = "SELECT id, principal, name, address, kinds, pack, division, secret, secret_before, before_until_ms, position, failures, failing_since_ms, retry_ms, delivered_ms, state, why, at_ms, version
FROM platform_subscription
WHERE id = $1 AND state <> 'ended'";
    ACTIVE_SUBSCRIPTIONS = "SELECT id
FROM platform_subscription
WHERE state = 'active' AND (position < $1 OR id IN (SELECT subscription FROM platform_delivery WHERE state = 'waiting' AND next_ms <= $2))
ORDER BY id
LIMIT $3";
    ROTATE_SECRET = "UPDATE platform_subscription
SET secret_before = secret, secret = $3, before_until_ms = $4, version = version + 1
WHERE id = $1 AND version = $2";
    PAUSE_SUBSCRIPTION = "UPDATE platform_subscription
SET state = 'paused', why = '', version = version + 1
WHERE id = $1 AND version = $2 AND state = 'active'";
    RESUME_SUBSCRIPTION = "UPDATE platform_subscription
SET state = 'active', why = '', failures = 0, failing_since_ms = NULL, retry_ms = 0, version = version + 1
WHERE id = $1 AND version = $2 AND state <> 'active'";
    SWITCH_OFF_SUBSCRIPTION = "UPDATE platform_subscription
SET state = 'off', why = $3, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'active'";
    END_SUBSCRIPTION = "UPDATE platform_subscription
SET state = 'ended', secret = $3, secret_before = NULL, version = version + 1
WHERE id = $1 AND version = $2";
    RETRY_SUBSCRIPTION_NOW = "UPDATE platform_subscription
SET retry_ms = 0, version = version + 1
WHERE id = $1 AND version = $2";
    MOVE_SUBSCRIPTION = "UPDATE platform_subscription
SET position = $3
WHERE id = $1 AND position = $2 AND state = 'active'";
    NOTE_SUCCESS = "UPDATE platform_subscription
SET failures = 0, failing_since_ms = NULL, retry_ms = 0, delivered_ms = $2
WHERE id = $1";
    NOTE_FAILURE = "UPDATE platform_subscription
SET failures = failures + 1, failing_since_ms = COALESCE(failing_since_ms, $2), retry_ms = $3
WHERE id = $1";
    INSERT_DELIVERY = "INSERT INTO platform_delivery
  (id, subscription, event, event_position, kind, subject, state, attempts, next_ms, outcome, at_ms, ended_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, '', $7, NULL, 1)";
    WAITING_DELIVERIES = "SELECT COUNT(*) AS n
FROM platform_delivery
WHERE subscription = $1 AND state = 'waiting'";
    DUE_DELIVERIES = "SELECT id, event, event_position, kind, subject, attempts, at_ms, version
FROM platform_delivery d
WHERE subscription = $1 AND state = 'waiting' AND next_ms <= $2
  AND NOT EXISTS (SELECT 1 FROM platform_delivery e WHERE e.subscription = d.subscription AND e.subject = d.subject AND e.event_position < d.event_position AND e.state IN ('waiting', 'parked'))
ORDER BY event_position
LIMIT $3";
    DELIVERY_OF_EVENT = "SELECT id, event, event_position, kind, subject, attempts, at_ms, version
FROM platform_delivery
WHERE subscription = $1 AND event = $2";
    LATEST_DELIVERIES = "SELECT id, event, kind, subject, state, attempts, next_ms, outcome, at_ms, ended_ms
FROM platform_delivery
WHERE subscription = $1
ORDER BY at_ms DESC, id DESC
LIMIT $2";
    LEASE_DELIVERY = "UPDATE platform_delivery
SET next_ms = $3, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'waiting'";
    RETRY_DELIVERIES_NOW = "UPDATE platform_delivery
SET attempts = 0, next_ms = $2, version = version + 1
WHERE subscription = $1 AND state = 'waiting'";
    DELIVERY_DONE = "UPDATE platform_delivery
SET state = 'delivered', attempts = attempts + 1, outcome = $3, ended_ms = $4, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'waiting'";
    DELIVERY_FAILED = "UPDATE platform_delivery
SET state = $3, attempts = attempts + 1, next_ms = $4, outcome = $5, ended_ms = $6, version = version + 1
WHERE id = $1 AND version = $2 AND state = 'waiting'";
    END_PARKED_DELIVERY = "UPDATE platform_delivery
SET state = $3, ended_ms = $4, version = version + 1
WHERE subscription = $1 AND event = $2 AND state = 'parked'";
    FORGET_OPEN_DELIVERIES = "DELETE FROM platform_delivery
WHERE subscription = $1 AND state IN ('waiting', 'parked')";
    FORGET_ENDED_DELIVERIES = "DELETE FROM platform_delivery
WHERE ended_ms < $1";
    DROP_LETTERS = "UPDATE platform_dead_letter
SET state = 'dropped', reason = $2, version = version + 1
WHERE flow = $1 AND state = 'parked'";
}
