-- When each version of an item was in force. An open period ends at the largest number; which set of packs was
-- seen last says which periods a newer set ends.
CREATE TABLE casework_item_period (
  item TEXT NOT NULL,
  version TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  seen_set TEXT NOT NULL,
  PRIMARY KEY (item, version, until_ms)
);
CREATE INDEX casework_item_period_open ON casework_item_period (until_ms);
