-- Telephones that a code has reached, and accounts that a counter gives back to their owners.
ALTER TABLE identity_account ADD COLUMN phone_verified_ms BIGINT;

CREATE TABLE identity_recovery (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL REFERENCES identity_account (id),
    factor       BOOLEAN NOT NULL,
    evidence     TEXT NOT NULL,
    begun_by     TEXT NOT NULL REFERENCES identity_account (id),
    begun_ms     BIGINT NOT NULL,
    confirmed_by TEXT REFERENCES identity_account (id),
    opens_ms     BIGINT,
    code_hash    TEXT,
    expires_ms   BIGINT NOT NULL,
    ended_ms     BIGINT,
    version      BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_recovery_once ON identity_recovery (account) WHERE ended_ms IS NULL;
CREATE INDEX identity_recovery_by_age ON identity_recovery (begun_ms, id);
CREATE INDEX identity_recovery_by_end ON identity_recovery (expires_ms, id);
