-- The data keys of persons and accounts, each under the installation's key; empty once destroyed. The id is the subject's.
-- Back-ups of the data leave this table out.
CREATE TABLE platform_person_key (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('account', 'person')),
  wrapped BYTEA NOT NULL,
  created_ms BIGINT NOT NULL,
  destroyed_ms BIGINT
);
