-- Processes on these records. Each one's beat rises every second: whoever sees that it stands still follows it.
CREATE TABLE platform_process (
  id TEXT PRIMARY KEY NOT NULL,
  roles TEXT NOT NULL,
  machine TEXT NOT NULL,
  build TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  beat BIGINT NOT NULL
);

-- Parts of the work beside requests, and which process does each. The token rises whenever the holder changes; what a
-- holder writes holds only while its token does.
CREATE TABLE platform_lease (
  id TEXT PRIMARY KEY NOT NULL,
  holder TEXT NOT NULL,
  token BIGINT NOT NULL
);

-- How far a flow is with the subjects of one part, and the event that it waits for. Where its parts begin stands in
-- platform_flow.
CREATE TABLE platform_flow_part (
  id TEXT PRIMARY KEY NOT NULL,
  flow TEXT NOT NULL,
  part BIGINT NOT NULL,
  position BIGINT NOT NULL,
  event TEXT NOT NULL DEFAULT '',
  failures BIGINT NOT NULL DEFAULT 0,
  since_ms BIGINT NOT NULL DEFAULT 0,
  until_ms BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL
);

CREATE INDEX platform_flow_part_part ON platform_flow_part (part, flow);

-- What the keys of this installation are known by.
CREATE TABLE platform_installation (
  id TEXT PRIMARY KEY NOT NULL,
  mark TEXT NOT NULL
);
