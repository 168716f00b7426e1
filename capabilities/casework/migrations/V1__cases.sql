CREATE TABLE casework_item_version (
  id TEXT PRIMARY KEY NOT NULL,
  pack TEXT NOT NULL,
  item TEXT NOT NULL,
  content TEXT NOT NULL,
  stored_ms BIGINT NOT NULL
);

CREATE TABLE casework_case (
  id TEXT PRIMARY KEY NOT NULL,
  number TEXT NOT NULL UNIQUE,
  pack TEXT NOT NULL,
  item TEXT NOT NULL,
  item_version TEXT NOT NULL REFERENCES casework_item_version (id),
  owner_account TEXT,
  owner TEXT,
  owner_organisation TEXT,
  submitted_by TEXT NOT NULL,
  applicant_name BYTEA NOT NULL,
  form_clear TEXT NOT NULL,
  form_personal BYTEA NOT NULL,
  division TEXT NOT NULL,
  province TEXT,
  prefecture TEXT,
  county TEXT,
  township TEXT,
  village TEXT,
  state TEXT NOT NULL
    CHECK (state IN ('submitted', 'returned', 'accepted', 'granted', 'denied', 'not_accepted', 'withdrawn')),
  open BOOLEAN NOT NULL,
  stage BIGINT NOT NULL CHECK (stage >= 0),
  role TEXT,
  due_ms BIGINT NOT NULL,
  promised_due_ms BIGINT NOT NULL,
  flag TEXT NOT NULL CHECK (flag IN ('none', 'yellow', 'red')),
  submitted_ms BIGINT NOT NULL,
  accepted_ms BIGINT,
  closed_ms BIGINT,
  decided_ms BIGINT,
  acted_version BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= acted_version)
);

-- Work lists: whose turn it is, and all of a state, by due time, at each level of the tree.
CREATE INDEX casework_case_role ON casework_case (role, due_ms, id) WHERE role IS NOT NULL;
CREATE INDEX casework_case_role_prefecture ON casework_case (prefecture, role, due_ms, id) WHERE role IS NOT NULL;
CREATE INDEX casework_case_role_county ON casework_case (county, role, due_ms, id) WHERE role IS NOT NULL;
CREATE INDEX casework_case_role_township ON casework_case (township, role, due_ms, id) WHERE township IS NOT NULL AND role IS NOT NULL;
CREATE INDEX casework_case_role_village ON casework_case (village, role, due_ms, id) WHERE village IS NOT NULL AND role IS NOT NULL;
-- The few of them that carry a flag.
CREATE INDEX casework_case_flag ON casework_case (role, flag, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_case_flag_prefecture ON casework_case (prefecture, role, flag, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_case_flag_county ON casework_case (county, role, flag, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_case_flag_township ON casework_case (township, role, flag, due_ms, id) WHERE township IS NOT NULL AND flag <> 'none';
CREATE INDEX casework_case_flag_village ON casework_case (village, role, flag, due_ms, id) WHERE village IS NOT NULL AND flag <> 'none';
CREATE INDEX casework_case_state ON casework_case (pack, state, due_ms, id);
CREATE INDEX casework_case_state_prefecture ON casework_case (prefecture, pack, state, due_ms, id);
CREATE INDEX casework_case_state_county ON casework_case (county, pack, state, due_ms, id);
CREATE INDEX casework_case_state_township ON casework_case (township, pack, state, due_ms, id) WHERE township IS NOT NULL;
CREATE INDEX casework_case_state_village ON casework_case (village, pack, state, due_ms, id) WHERE village IS NOT NULL;

-- One's own cases, latest first.
CREATE INDEX casework_case_owner_account ON casework_case (owner_account, submitted_ms, id) WHERE owner_account IS NOT NULL;
CREATE INDEX casework_case_owner ON casework_case (owner, submitted_ms, id) WHERE owner IS NOT NULL;
CREATE INDEX casework_case_owner_organisation ON casework_case (owner_organisation, submitted_ms, id) WHERE owner_organisation IS NOT NULL;

-- Figures by period.
CREATE INDEX casework_case_submitted ON casework_case (submitted_ms);
CREATE INDEX casework_case_decided ON casework_case (decided_ms) WHERE decided_ms IS NOT NULL;

CREATE TABLE casework_draft (
  id TEXT PRIMARY KEY NOT NULL,
  pack TEXT NOT NULL,
  item TEXT NOT NULL,
  item_version TEXT NOT NULL,
  owner_account TEXT,
  owner TEXT,
  owner_organisation TEXT,
  begun_by TEXT NOT NULL,
  applicant_name BYTEA NOT NULL,
  form_clear TEXT NOT NULL,
  form_personal BYTEA NOT NULL,
  case_id TEXT UNIQUE REFERENCES casework_case (id),
  form_version BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);

CREATE INDEX casework_draft_owner_account ON casework_draft (owner_account, updated_ms, id) WHERE owner_account IS NOT NULL;
CREATE INDEX casework_draft_owner ON casework_draft (owner, updated_ms, id) WHERE owner IS NOT NULL;
CREATE INDEX casework_draft_owner_organisation ON casework_draft (owner_organisation, updated_ms, id) WHERE owner_organisation IS NOT NULL;

CREATE TABLE casework_material (
  id TEXT PRIMARY KEY NOT NULL,
  draft_id TEXT REFERENCES casework_draft (id),
  case_id TEXT REFERENCES casework_case (id),
  material TEXT NOT NULL,
  name BYTEA NOT NULL,
  object TEXT NOT NULL,
  kind TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('given', 'returned', 'replaced')),
  uploaded_ms BIGINT NOT NULL,
  CHECK ((draft_id IS NULL) <> (case_id IS NULL))
);

CREATE INDEX casework_material_draft ON casework_material (draft_id, id) WHERE draft_id IS NOT NULL;
CREATE INDEX casework_material_case ON casework_material (case_id, id) WHERE case_id IS NOT NULL;

-- Append-only: the state of a case is what its steps say.
CREATE TABLE casework_step (
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  sequence BIGINT NOT NULL CHECK (sequence >= 1),
  at_ms BIGINT NOT NULL,
  actor TEXT NOT NULL,
  actor_role TEXT,
  actor_division TEXT,
  actor_organisation TEXT,
  verb TEXT NOT NULL,
  stage_before BIGINT NOT NULL,
  state TEXT NOT NULL,
  stage BIGINT NOT NULL,
  role TEXT,
  due_ms BIGINT,
  promised_due_ms BIGINT NOT NULL,
  flag TEXT NOT NULL,
  detail BYTEA NOT NULL,
  PRIMARY KEY (case_id, sequence)
);
