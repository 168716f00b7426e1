//! Statements of processes and leases.

use minshu_kernel::statements;

statements! {
    /// Touches its row where the holder is still the holder.
    FENCE = "UPDATE platform_lease
SET token = token
WHERE id = $1 AND holder = $2 AND token = $3";
    MAKE_LEASE = "INSERT INTO platform_lease (id, holder, token)
VALUES ($1, '', 0)
ON CONFLICT (id) DO NOTHING";
    LEASES = "SELECT id, holder, token
FROM platform_lease";
    TAKE_LEASE = "UPDATE platform_lease
SET holder = $2, token = token + 1
WHERE id = $1 AND token = $3 AND holder = $4";
    RELEASE_LEASE = "UPDATE platform_lease
SET holder = ''
WHERE id = $1 AND holder = $2 AND token = $3";
    RELEASE_ALL = "UPDATE platform_lease
SET holder = ''
WHERE holder = $1";
    ENTER_PROCESS = "INSERT INTO platform_process (id, roles, machine, build, since_ms, at_ms, beat)
VALUES ($1, $2, $3, $4, $5, $5, 1)
ON CONFLICT (id) DO NOTHING";
    BEAT_PROCESS = "UPDATE platform_process
SET beat = beat + 1, at_ms = $2
WHERE id = $1";
    /// All that are known, each with the number of its leases.
    PROCESSES = "SELECT p.id, p.roles, p.machine, p.build, p.since_ms, p.at_ms, p.beat, COUNT(l.id) AS leases
FROM platform_process AS p
LEFT JOIN platform_lease AS l ON l.holder = p.id
GROUP BY p.id, p.roles, p.machine, p.build, p.since_ms, p.at_ms, p.beat
ORDER BY p.since_ms, p.id";
    /// One that has stood still for long is forgotten.
    FORGET_PROCESS = "DELETE FROM platform_process
WHERE id = $1 AND beat = $2";
    LEAVE_PROCESS = "DELETE FROM platform_process
WHERE id = $1";
}
