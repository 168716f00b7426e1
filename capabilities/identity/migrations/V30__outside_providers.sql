-- Who may sign in by a provider outside the house. The subject is what the provider calls somebody: sealed, and found by
-- its keyed hash with the provider's.
CREATE TABLE identity_outside (
    id            TEXT PRIMARY KEY,
    provider      TEXT NOT NULL,
    subject_index BYTEA NOT NULL UNIQUE,
    subject       BYTEA NOT NULL,
    account       TEXT NOT NULL REFERENCES identity_account (id),
    linked_ms     BIGINT NOT NULL,
    used_ms       BIGINT,
    version       BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_outside_once ON identity_outside (account, provider);

-- States that came back once: each serves once.
CREATE TABLE identity_outside_state (
    id    TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL
);
CREATE INDEX identity_outside_state_by_age ON identity_outside_state (at_ms, id);

-- By which provider a session began.
ALTER TABLE identity_session ADD COLUMN outside TEXT;
