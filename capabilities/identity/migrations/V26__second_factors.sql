-- Second factors, the codes that stand in for them, sign-ins that wait for one, and how sessions were proved.
CREATE TABLE identity_totp (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL UNIQUE REFERENCES identity_account (id),
    secret       BYTEA NOT NULL,
    last_step    BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL,
    confirmed_ms BIGINT,
    version      BIGINT NOT NULL
);

CREATE TABLE identity_spare_code (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    code_hash  TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    used_ms    BIGINT
);
CREATE INDEX identity_spare_code_by_account ON identity_spare_code (account, id);

CREATE TABLE identity_step (
    id         TEXT PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    known      TEXT,
    methods    TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms    BIGINT
);
CREATE INDEX identity_step_by_end ON identity_step (expires_ms, id);

-- How the session was proved (RFC 8176, blanks between), and when last.
ALTER TABLE identity_session ADD COLUMN methods TEXT;
ALTER TABLE identity_session ADD COLUMN proved_ms BIGINT;
ALTER TABLE identity_code ADD COLUMN methods TEXT;
ALTER TABLE identity_token ADD COLUMN methods TEXT;
