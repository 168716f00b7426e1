-- Passkeys (W3C Web Authentication, level 3). A key is found by the keyed hash of its credential id; the id itself and the
-- name that its owner gave it are sealed. What is kept beside them proves signatures and is no secret.
CREATE TABLE identity_passkey (
    id               TEXT PRIMARY KEY,
    account          TEXT NOT NULL REFERENCES identity_account (id),
    credential_index BYTEA NOT NULL UNIQUE,
    credential       BYTEA NOT NULL,
    name             BYTEA NOT NULL,
    fixed            BYTEA NOT NULL,
    changing         BYTEA NOT NULL,
    transports       BIGINT NOT NULL,
    created_ms       BIGINT NOT NULL,
    used_ms          BIGINT,
    version          BIGINT NOT NULL
);
CREATE INDEX identity_passkey_by_account ON identity_passkey (account, created_ms, id);
