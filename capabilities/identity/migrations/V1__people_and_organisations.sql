-- People, accounts, organisations, posts and mandates. BYTEA columns hold sealed personal values;
-- those that end in _index hold keyed hashes by which a value is found without being read.

CREATE TABLE identity_person (
    id           TEXT PRIMARY KEY,
    number_index BYTEA NOT NULL UNIQUE,
    number       BYTEA NOT NULL,
    name         BYTEA NOT NULL,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);

CREATE TABLE identity_account (
    id           TEXT PRIMARY KEY,
    phone_index  BYTEA NOT NULL UNIQUE,
    phone        BYTEA NOT NULL,
    number_index BYTEA NOT NULL,
    number       BYTEA NOT NULL,
    name         BYTEA NOT NULL,
    password     TEXT NOT NULL,
    person       TEXT REFERENCES identity_person (id),
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX identity_account_by_number ON identity_account (number_index, created_ms, id);
CREATE INDEX identity_account_by_person ON identity_account (person);

CREATE TABLE identity_proof (
    id        TEXT PRIMARY KEY,
    account   TEXT NOT NULL REFERENCES identity_account (id),
    person    TEXT NOT NULL REFERENCES identity_person (id),
    proved_by TEXT NOT NULL,
    evidence  TEXT NOT NULL,
    at_ms     BIGINT NOT NULL
);
CREATE INDEX identity_proof_by_account ON identity_proof (account, at_ms);

-- Wrong passwords by keyed hash of the phone, whether it has an account or not.
CREATE TABLE identity_attempt (
    id       TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    next_ms  BIGINT NOT NULL,
    last_ms  BIGINT NOT NULL,
    version  BIGINT NOT NULL
);
CREATE INDEX identity_attempt_by_age ON identity_attempt (last_ms, id);

CREATE TABLE identity_session (
    id         TEXT PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    ended_ms   BIGINT
);
CREATE INDEX identity_session_by_account ON identity_session (account, expires_ms);

CREATE TABLE identity_organisation (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    uscc       TEXT UNIQUE,
    division   TEXT NOT NULL,
    province   TEXT NOT NULL,
    prefecture TEXT,
    county     TEXT,
    township   TEXT,
    village    TEXT,
    place      BIGINT NOT NULL,
    parent     TEXT REFERENCES identity_organisation (id),
    search     TEXT NOT NULL,
    version    BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX identity_organisation_by_place ON identity_organisation (place, id);
CREATE INDEX identity_organisation_by_prefecture ON identity_organisation (prefecture, place, id);
CREATE INDEX identity_organisation_by_county ON identity_organisation (county, place, id);
CREATE INDEX identity_organisation_by_township ON identity_organisation (township, place, id);
CREATE INDEX identity_organisation_by_village ON identity_organisation (village, place, id);
CREATE INDEX identity_organisation_by_parent ON identity_organisation (parent, place, id);

CREATE TABLE identity_post (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES identity_organisation (id),
    name_zh      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    division     TEXT NOT NULL,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX identity_post_by_organisation ON identity_post (organisation, created_ms, id);

CREATE TABLE identity_post_role (
    post TEXT NOT NULL REFERENCES identity_post (id),
    role TEXT NOT NULL,
    PRIMARY KEY (post, role)
);
CREATE INDEX identity_post_role_by_role ON identity_post_role (role, post);

CREATE TABLE identity_appointment (
    id           TEXT PRIMARY KEY,
    post         TEXT NOT NULL REFERENCES identity_post (id),
    account      TEXT NOT NULL REFERENCES identity_account (id),
    kind         TEXT NOT NULL,
    from_ms      BIGINT NOT NULL,
    until_ms     BIGINT,
    ended_ms     BIGINT,
    appointed_by TEXT NOT NULL,
    ended_by     TEXT,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX identity_appointment_by_post ON identity_appointment (post, created_ms, id);
CREATE INDEX identity_appointment_by_account ON identity_appointment (account, created_ms, id);
CREATE UNIQUE INDEX identity_appointment_once ON identity_appointment (post, account) WHERE ended_ms IS NULL;

CREATE TABLE identity_mandate (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES identity_organisation (id),
    person       TEXT NOT NULL REFERENCES identity_person (id),
    from_ms      BIGINT NOT NULL,
    until_ms     BIGINT,
    ended_ms     BIGINT,
    evidence     BYTEA NOT NULL,
    recorded_by  TEXT NOT NULL,
    ended_by     TEXT,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX identity_mandate_by_person ON identity_mandate (person, created_ms, id);
CREATE INDEX identity_mandate_by_organisation ON identity_mandate (organisation, created_ms, id);
CREATE UNIQUE INDEX identity_mandate_once ON identity_mandate (organisation, person) WHERE ended_ms IS NULL;
