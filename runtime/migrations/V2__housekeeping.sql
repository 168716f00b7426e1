-- The row of an upload lives as long as its object: from time to time it is asked whether the object is still of use.
ALTER TABLE platform_upload ADD COLUMN sweep_ms BIGINT NOT NULL DEFAULT 0;

CREATE INDEX platform_upload_sweep ON platform_upload (sweep_ms, id);

-- An event is a dead letter of a flow once, however often its cursor is read.
CREATE UNIQUE INDEX platform_dead_letter_event ON platform_dead_letter (flow, event);

CREATE INDEX platform_dead_letter_age ON platform_dead_letter (at_ms, id);

-- The last verification of the audit chain, and how far one that runs has come.
CREATE TABLE platform_verification (
  id TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  entries BIGINT NOT NULL,
  total BIGINT NOT NULL,
  beat_ms BIGINT NOT NULL,
  report TEXT NOT NULL
);
