-- A card of a person. Several people may claim a number; one that an office has seen is one person's. What is given up goes.
CREATE TABLE cards_card (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  person TEXT NOT NULL,
  number BYTEA NOT NULL,
  number_key BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('claimed', 'good', 'stopped')),
  reason TEXT NOT NULL CHECK (reason IN ('', 'lost', 'stolen', 'misused')),
  bound_ms BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1)
);
CREATE INDEX cards_card_person ON cards_card (person, id);
CREATE UNIQUE INDEX cards_card_proved ON cards_card (number_key) WHERE state IN ('good', 'stopped');
