-- Browsers that an account knows again, codes on their way to telephones, and what a count of wrong passwords is about.
CREATE TABLE identity_device (
    id         TEXT PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    created_ms BIGINT NOT NULL,
    seen_ms    BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_device_once ON identity_device (token_hash, account);
CREATE INDEX identity_device_by_account ON identity_device (account);
CREATE INDEX identity_device_by_use ON identity_device (seen_ms, id);

CREATE TABLE identity_challenge (
    id          TEXT PRIMARY KEY,
    purpose     TEXT NOT NULL,
    phone_index BYTEA NOT NULL,
    code_hash   TEXT NOT NULL,
    tries       BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    expires_ms  BIGINT NOT NULL,
    used_ms     BIGINT
);
CREATE INDEX identity_challenge_by_phone ON identity_challenge (phone_index, purpose, created_ms);
CREATE INDEX identity_challenge_by_end ON identity_challenge (expires_ms, id);

ALTER TABLE identity_attempt ADD COLUMN kind TEXT;
CREATE INDEX identity_attempt_by_kind ON identity_attempt (kind, next_ms);
