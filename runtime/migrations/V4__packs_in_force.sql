CREATE TABLE platform_packs_in_force (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL REFERENCES platform_pack_set (id),
  hash_before TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  principal TEXT NOT NULL,
  system_user BIGINT,
  at_start BOOLEAN NOT NULL,
  version BIGINT NOT NULL
);

-- Until now the set that was kept last was the one in force.
INSERT INTO platform_packs_in_force (id, hash, hash_before, since_ms, principal, at_start, version)
SELECT 'packs', id, '', at_ms, 'console', TRUE, 1
FROM platform_pack_set
ORDER BY at_ms DESC, id
LIMIT 1;
