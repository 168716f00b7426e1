-- What people ask to be corrected of what is held about them. The words of both sides rest under the asker's key.
CREATE TABLE platform_correction (
  id TEXT PRIMARY KEY NOT NULL,
  holding TEXT NOT NULL,
  record TEXT NOT NULL,
  pack TEXT,
  division TEXT NOT NULL,
  province TEXT,
  prefecture TEXT,
  county TEXT,
  township TEXT,
  village TEXT,
  account TEXT NOT NULL,
  person TEXT,
  words BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'corrected', 'partly', 'refused')),
  asked_ms BIGINT NOT NULL,
  due_ms BIGINT NOT NULL,
  decided_by TEXT,
  decided_ms BIGINT,
  outcome BYTEA,
  version BIGINT NOT NULL
);

-- What is open by its limit, at each level; one's own by time.
CREATE INDEX platform_correction_state ON platform_correction (state, due_ms, id);
CREATE INDEX platform_correction_state_prefecture ON platform_correction (prefecture, state, due_ms, id);
CREATE INDEX platform_correction_state_county ON platform_correction (county, state, due_ms, id);
CREATE INDEX platform_correction_account ON platform_correction (account, asked_ms, id);
CREATE INDEX platform_correction_person ON platform_correction (person, asked_ms, id) WHERE person IS NOT NULL;
CREATE INDEX platform_correction_decided ON platform_correction (decided_ms) WHERE decided_ms IS NOT NULL;
