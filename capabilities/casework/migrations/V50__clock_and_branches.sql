-- The special procedure for which the clock stands, its expected end, and the role that is to answer an extension.
ALTER TABLE casework_case ADD COLUMN suspended TEXT;
ALTER TABLE casework_case ADD COLUMN suspended_until_ms BIGINT;
ALTER TABLE casework_case ADD COLUMN asks TEXT;

-- What those who supervise look at: the few that carry a flag, whoever has them, and extensions to be answered.
CREATE INDEX casework_case_flagged ON casework_case (pack, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_case_flagged_prefecture ON casework_case (prefecture, pack, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_case_flagged_county ON casework_case (county, pack, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_case_flagged_township ON casework_case (township, pack, due_ms, id) WHERE township IS NOT NULL AND flag <> 'none';
CREATE INDEX casework_case_flagged_village ON casework_case (village, pack, due_ms, id) WHERE village IS NOT NULL AND flag <> 'none';
CREATE INDEX casework_case_asks ON casework_case (pack, due_ms, id) WHERE asks IS NOT NULL;
CREATE INDEX casework_case_asks_prefecture ON casework_case (prefecture, pack, due_ms, id) WHERE asks IS NOT NULL;
CREATE INDEX casework_case_asks_county ON casework_case (county, pack, due_ms, id) WHERE asks IS NOT NULL;
CREATE INDEX casework_case_asks_township ON casework_case (township, pack, due_ms, id) WHERE township IS NOT NULL AND asks IS NOT NULL;
CREATE INDEX casework_case_asks_village ON casework_case (village, pack, due_ms, id) WHERE village IS NOT NULL AND asks IS NOT NULL;

-- Joint approval: each department's part, with its own turn, limit and flag. What it said is in the steps.
CREATE TABLE casework_branch (
  id TEXT PRIMARY KEY NOT NULL,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  branch TEXT NOT NULL,
  pack TEXT NOT NULL,
  province TEXT,
  prefecture TEXT,
  county TEXT,
  township TEXT,
  village TEXT,
  state TEXT NOT NULL CHECK (state IN ('open', 'agreed', 'disagreed', 'asked', 'stopped')),
  role TEXT,
  begun_ms BIGINT NOT NULL,
  due_ms BIGINT NOT NULL,
  flag TEXT NOT NULL CHECK (flag IN ('none', 'yellow', 'red')),
  answered_ms BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (case_id, branch)
);

CREATE INDEX casework_branch_role ON casework_branch (role, due_ms, id) WHERE role IS NOT NULL;
CREATE INDEX casework_branch_role_prefecture ON casework_branch (prefecture, role, due_ms, id) WHERE role IS NOT NULL;
CREATE INDEX casework_branch_role_county ON casework_branch (county, role, due_ms, id) WHERE role IS NOT NULL;
CREATE INDEX casework_branch_role_township ON casework_branch (township, role, due_ms, id) WHERE township IS NOT NULL AND role IS NOT NULL;
CREATE INDEX casework_branch_role_village ON casework_branch (village, role, due_ms, id) WHERE village IS NOT NULL AND role IS NOT NULL;
CREATE INDEX casework_branch_flagged ON casework_branch (pack, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_branch_flagged_prefecture ON casework_branch (prefecture, pack, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_branch_flagged_county ON casework_branch (county, pack, due_ms, id) WHERE flag <> 'none';
CREATE INDEX casework_branch_flagged_township ON casework_branch (township, pack, due_ms, id) WHERE township IS NOT NULL AND flag <> 'none';
CREATE INDEX casework_branch_flagged_village ON casework_branch (village, pack, due_ms, id) WHERE village IS NOT NULL AND flag <> 'none';
