-- The mail address of an account, proved by a code that went there. The id is the account's.
CREATE TABLE messaging_address (
  id TEXT PRIMARY KEY NOT NULL,
  mail BYTEA NOT NULL,
  proved_ms BIGINT NOT NULL,
  bad_ms BIGINT,
  bad_reason TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1)
);

-- One that is to be proved; the code rests as its hash. The id is the account's.
CREATE TABLE messaging_address_claim (
  id TEXT PRIMARY KEY NOT NULL,
  mail BYTEA NOT NULL,
  code BYTEA NOT NULL,
  wrong BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  bad_ms BIGINT,
  day_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1)
);
CREATE INDEX messaging_address_claim_age ON messaging_address_claim (at_ms, id);

-- What somebody wants to be told, by what, and when not. The id is the account's.
CREATE TABLE messaging_preference (
  id TEXT PRIMARY KEY NOT NULL,
  choices TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1)
);

ALTER TABLE messaging_message ADD COLUMN kind TEXT NOT NULL DEFAULT 'progress';
