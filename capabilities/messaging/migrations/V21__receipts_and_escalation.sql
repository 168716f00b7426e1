-- Where what a message is about lies, for the receipts that its office sees; when its reader said that it arrived; and
-- whose message was passed on.
ALTER TABLE messaging_message ADD COLUMN division TEXT;
ALTER TABLE messaging_message ADD COLUMN acknowledged_ms BIGINT;
ALTER TABLE messaging_message ADD COLUMN passed_from TEXT;
CREATE INDEX messaging_message_about ON messaging_message (about, at_ms, id) WHERE about IS NOT NULL;
CREATE INDEX messaging_message_passed ON messaging_message (passed_from, id) WHERE passed_from IS NOT NULL;

-- A message that its template could not make: it waits here by itself, and nothing else waits for it.
CREATE TABLE messaging_parked (
  id TEXT PRIMARY KEY NOT NULL,
  pack TEXT NOT NULL,
  template TEXT NOT NULL,
  sender TEXT NOT NULL,
  code TEXT NOT NULL,
  problems TEXT NOT NULL,
  about TEXT,
  given BYTEA NOT NULL,
  at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1)
);
CREATE INDEX messaging_parked_age ON messaging_parked (at_ms, id);
