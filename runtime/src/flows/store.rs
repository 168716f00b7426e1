//! Statements of flows: where their parts are, and what they wait for.

use minshu_kernel::statements;

statements! {
    /// The event's position up to which a flow was not there yet: its parts begin behind it.
    FLOW_BEGINS = "SELECT position
FROM platform_flow
WHERE id = $1";
    /// A flow that was not there yet begins with what happens from now on.
    BEGIN_FLOW = "INSERT INTO platform_flow (id, position, version)
VALUES ($1, $2, 1)
ON CONFLICT (id) DO NOTHING";
    PARTS_OF_FLOWS = "SELECT flow, position, event, failures, since_ms, until_ms, version
FROM platform_flow_part
WHERE part = $1";
    BEGIN_PART = "INSERT INTO platform_flow_part (id, flow, part, position, version)
VALUES ($1, $2, $3, $4, 1)";
    MOVE_PART = "UPDATE platform_flow_part
SET position = $2, event = $3, failures = $4, since_ms = $5, until_ms = $6, version = version + 1
WHERE id = $1 AND version = $7";
    /// How far each flow is where it is furthest behind, and whether it waits.
    FLOW_POSITIONS = "SELECT flow, MIN(position) AS position, MAX(failures) AS failures
FROM platform_flow_part
GROUP BY flow
ORDER BY flow";
    EVENTS_BETWEEN = "SELECT id, at_ms, kind, type_version, aggregate_kind, aggregate_id, aggregate_version, data, cause, position
FROM platform_event
WHERE position > $1 AND position <= $2
ORDER BY position";
    EVENTS_HEAD = "SELECT position
FROM platform_chain
WHERE id = 'events'";
}
