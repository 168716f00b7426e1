-- Lists of records whose time is over: gathered by a job, proposed by one person, approved by another, then carried out. What
-- is done stays as the certificate: it names no record, only how many there were and the digest of their ids.
CREATE TABLE platform_disposal (
  id TEXT PRIMARY KEY NOT NULL,
  record_type TEXT NOT NULL,
  class TEXT NOT NULL,
  class_zh TEXT NOT NULL,
  class_en TEXT NOT NULL,
  pack TEXT,
  years BIGINT NOT NULL,
  basis_zh TEXT NOT NULL,
  basis_en TEXT NOT NULL,
  division TEXT NOT NULL,
  province TEXT,
  prefecture TEXT,
  county TEXT,
  township TEXT,
  village TEXT,
  state TEXT NOT NULL CHECK (state IN ('gathering', 'proposed', 'approved', 'done')),
  items BIGINT NOT NULL,
  oldest_ms BIGINT,
  latest_ms BIGINT,
  begun_ms BIGINT NOT NULL,
  proposed_by TEXT,
  proposed_person TEXT,
  proposed_ms BIGINT,
  proposed_reason BYTEA,
  returned_by TEXT,
  returned_ms BIGINT,
  returned_reason BYTEA,
  approved_by TEXT,
  approved_ms BIGINT,
  approved_reason BYTEA,
  done_ms BIGINT,
  gone BIGINT NOT NULL DEFAULT 0,
  kept BIGINT NOT NULL DEFAULT 0,
  files BIGINT NOT NULL DEFAULT 0,
  digest TEXT,
  version BIGINT NOT NULL
);

CREATE INDEX platform_disposal_state ON platform_disposal (state, begun_ms, id);
CREATE INDEX platform_disposal_state_prefecture ON platform_disposal (prefecture, state, begun_ms, id);
CREATE INDEX platform_disposal_state_county ON platform_disposal (county, state, begun_ms, id);
CREATE INDEX platform_disposal_class ON platform_disposal (class, division, state, begun_ms);
CREATE INDEX platform_disposal_done ON platform_disposal (done_ms) WHERE done_ms IS NOT NULL;

-- The records of a list. One that was taken out or is held is looked at again later; those that are gone leave with the end.
CREATE TABLE platform_disposal_item (
  record_type TEXT NOT NULL,
  record TEXT NOT NULL,
  list TEXT NOT NULL REFERENCES platform_disposal (id),
  state TEXT NOT NULL CHECK (state IN ('listed', 'taken_out', 'kept', 'gone')),
  aged_ms BIGINT NOT NULL,
  again_ms BIGINT NOT NULL DEFAULT 0,
  reason BYTEA,
  PRIMARY KEY (record_type, record)
);

CREATE INDEX platform_disposal_item_list ON platform_disposal_item (list, state, aged_ms, record);

-- Files of records that are gone, until it is asked whether anything else uses them.
CREATE TABLE platform_disposal_file (
  list TEXT NOT NULL REFERENCES platform_disposal (id),
  address TEXT NOT NULL,
  PRIMARY KEY (list, address)
);

-- What keeps records from disposal, and people's data from erasure. The target is `record:<type>:<id>`, `person:<id>`,
-- `account:<id>`, `organisation:<id>` or `type:<type>`.
CREATE TABLE platform_hold (
  id TEXT PRIMARY KEY NOT NULL,
  target TEXT NOT NULL,
  record_type TEXT NOT NULL,
  number TEXT NOT NULL,
  about_person TEXT,
  about_account TEXT,
  pack TEXT,
  division TEXT NOT NULL,
  province TEXT,
  prefecture TEXT,
  county TEXT,
  township TEXT,
  village TEXT,
  reason BYTEA NOT NULL,
  until_ms BIGINT,
  placed_by TEXT NOT NULL,
  placed_ms BIGINT NOT NULL,
  lifted BIGINT NOT NULL DEFAULT 0,
  lifted_by TEXT,
  lifted_ms BIGINT,
  lifted_reason BYTEA,
  version BIGINT NOT NULL
);

CREATE INDEX platform_hold_target ON platform_hold (target) WHERE lifted = 0;
CREATE INDEX platform_hold_person ON platform_hold (about_person) WHERE about_person IS NOT NULL;
CREATE INDEX platform_hold_account ON platform_hold (about_account) WHERE about_account IS NOT NULL;
CREATE INDEX platform_hold_lifted ON platform_hold (lifted, placed_ms, id);
CREATE INDEX platform_hold_lifted_prefecture ON platform_hold (prefecture, lifted, placed_ms, id);
CREATE INDEX platform_hold_lifted_county ON platform_hold (county, lifted, placed_ms, id);

-- Rises with every hold: what is about to remove something loses its race against one that was just placed.
CREATE TABLE platform_hold_mark (
  id TEXT PRIMARY KEY NOT NULL,
  version BIGINT NOT NULL
);

-- Keys that were destroyed of late, for other processes that may still hold them.
CREATE INDEX platform_person_key_destroyed ON platform_person_key (destroyed_ms) WHERE destroyed_ms IS NOT NULL;
