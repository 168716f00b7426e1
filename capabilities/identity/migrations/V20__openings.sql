-- Single things that somebody opened in an emergency outside their own place, for a bounded time. `words` and
-- `verdict_words` are sealed: they may name persons.

CREATE TABLE identity_opening (
    id            TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES identity_account (id),
    person        TEXT REFERENCES identity_person (id),
    kind          TEXT NOT NULL,
    resource      TEXT NOT NULL,
    number        TEXT NOT NULL,
    about_zh      TEXT NOT NULL,
    about_en      TEXT NOT NULL,
    pack          TEXT NOT NULL,
    division      TEXT NOT NULL,
    province      TEXT NOT NULL,
    prefecture    TEXT,
    county        TEXT,
    township      TEXT,
    village       TEXT,
    reason        TEXT NOT NULL,
    words         BYTEA NOT NULL,
    opened_ms     BIGINT NOT NULL,
    until_ms      BIGINT NOT NULL,
    ended_ms      BIGINT,
    review_due_ms BIGINT NOT NULL,
    reviewed_ms   BIGINT,
    reviewed_by   TEXT,
    justified     BOOLEAN,
    verdict_words BYTEA,
    waits         BIGINT NOT NULL,
    version       BIGINT NOT NULL
);
CREATE INDEX identity_opening_by_account ON identity_opening (account, until_ms, id);
-- Those that wait for a review come first (`waits` is 1), by the day until which it is due, at each level of the tree.
CREATE INDEX identity_opening_waiting ON identity_opening (waits, review_due_ms, id);
CREATE INDEX identity_opening_waiting_prefecture ON identity_opening (prefecture, waits, review_due_ms, id);
CREATE INDEX identity_opening_waiting_county ON identity_opening (county, waits, review_due_ms, id);
CREATE INDEX identity_opening_waiting_township ON identity_opening (township, waits, review_due_ms, id);
CREATE INDEX identity_opening_waiting_village ON identity_opening (village, waits, review_due_ms, id);
