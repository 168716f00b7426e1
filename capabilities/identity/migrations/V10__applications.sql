-- Applications of others, what people let them do, and the tokens that they hold. Codes, tokens and secrets are
-- stored as hashes; lists are JSON.

CREATE TABLE identity_application (
    id           TEXT PRIMARY KEY,
    name_zh      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    organisation TEXT NOT NULL REFERENCES identity_organisation (id),
    confidential BOOLEAN NOT NULL,
    redirects    TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    state        TEXT NOT NULL,
    secret_hash  BYTEA,
    old_hash     BYTEA,
    old_until_ms BIGINT NOT NULL,
    minute_quota BIGINT NOT NULL,
    day_quota    BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX identity_application_by_age ON identity_application (created_ms, id);

CREATE TABLE identity_consent (
    id          TEXT PRIMARY KEY,
    application TEXT NOT NULL REFERENCES identity_application (id),
    account     TEXT NOT NULL REFERENCES identity_account (id),
    subject     TEXT NOT NULL UNIQUE,
    scopes      TEXT NOT NULL,
    given_ms    BIGINT NOT NULL,
    used_ms     BIGINT NOT NULL,
    ended_ms    BIGINT,
    version     BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_consent_once ON identity_consent (account, application);

CREATE TABLE identity_code (
    id          TEXT PRIMARY KEY,
    application TEXT NOT NULL REFERENCES identity_application (id),
    consent     TEXT NOT NULL REFERENCES identity_consent (id),
    redirect    TEXT NOT NULL,
    scopes      TEXT NOT NULL,
    challenge   TEXT NOT NULL,
    nonce       TEXT NOT NULL,
    auth_ms     BIGINT NOT NULL,
    expires_ms  BIGINT NOT NULL,
    used_ms     BIGINT
);
CREATE INDEX identity_code_by_end ON identity_code (expires_ms, id);

CREATE TABLE identity_token (
    id          TEXT PRIMARY KEY,
    token_hash  BYTEA NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    family      TEXT NOT NULL,
    application TEXT NOT NULL REFERENCES identity_application (id),
    consent     TEXT REFERENCES identity_consent (id),
    scopes      TEXT NOT NULL,
    auth_ms     BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    expires_ms  BIGINT NOT NULL,
    used_ms     BIGINT,
    ended_ms    BIGINT
);
CREATE INDEX identity_token_by_family ON identity_token (family);
CREATE INDEX identity_token_by_consent ON identity_token (consent, expires_ms);
CREATE INDEX identity_token_by_end ON identity_token (expires_ms, id);

-- Operations of an application in a minute or a day, in blocks that processes took.
CREATE TABLE identity_usage (
    id    TEXT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    used  BIGINT NOT NULL
);
CREATE INDEX identity_usage_by_age ON identity_usage (at_ms, id);
