CREATE TABLE platform_audit (
  id TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  principal TEXT NOT NULL,
  operation TEXT NOT NULL,
  resource_kind TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  outcome TEXT NOT NULL,
  rule TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  events_hash TEXT NOT NULL,
  request TEXT NOT NULL,
  cause TEXT NOT NULL,
  position BIGINT,
  chain TEXT
);

CREATE UNIQUE INDEX platform_audit_position ON platform_audit (position);

CREATE INDEX platform_audit_unsealed ON platform_audit (at_ms, id) WHERE position IS NULL;

CREATE INDEX platform_audit_resource ON platform_audit (resource_kind, resource_id, at_ms);

CREATE TABLE platform_event (
  id TEXT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  kind TEXT NOT NULL,
  type_version BIGINT NOT NULL,
  aggregate_kind TEXT NOT NULL,
  aggregate_id TEXT NOT NULL,
  aggregate_version BIGINT NOT NULL,
  data TEXT NOT NULL,
  audit TEXT NOT NULL,
  cause TEXT NOT NULL,
  position BIGINT
);

CREATE UNIQUE INDEX platform_event_position ON platform_event (position);

CREATE INDEX platform_event_unsealed ON platform_event (at_ms, id) WHERE position IS NULL;

CREATE UNIQUE INDEX platform_event_aggregate ON platform_event (aggregate_kind, aggregate_id, aggregate_version, kind);

CREATE TABLE platform_idempotency (
  id TEXT PRIMARY KEY,
  body_hash TEXT NOT NULL,
  reply BYTEA NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE INDEX platform_idempotency_age ON platform_idempotency (at_ms);

CREATE TABLE platform_job (
  id TEXT PRIMARY KEY,
  due_ms BIGINT NOT NULL,
  action TEXT NOT NULL,
  input TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  leased_until_ms BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT ''
);

CREATE INDEX platform_job_due ON platform_job (due_ms, id);

CREATE TABLE platform_chain (
  id TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  chain TEXT NOT NULL,
  holder TEXT NOT NULL,
  leased_until_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE platform_block (
  number BIGINT PRIMARY KEY,
  first_position BIGINT NOT NULL,
  last_position BIGINT NOT NULL,
  root TEXT NOT NULL,
  chain TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  signature TEXT NOT NULL
);

CREATE TABLE platform_number (
  id TEXT PRIMARY KEY,
  next BIGINT NOT NULL
);

CREATE TABLE platform_upload (
  id TEXT PRIMARY KEY,
  address TEXT NOT NULL,
  principal TEXT NOT NULL,
  kind TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE INDEX platform_upload_owner ON platform_upload (address, principal);

CREATE TABLE platform_pack_set (
  id TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

CREATE TABLE platform_flow (
  id TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE platform_dead_letter (
  id TEXT PRIMARY KEY,
  flow TEXT NOT NULL,
  subject TEXT NOT NULL,
  event TEXT NOT NULL,
  event_position BIGINT NOT NULL,
  error TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE INDEX platform_dead_letter_subject ON platform_dead_letter (flow, subject, state, event_position);

CREATE INDEX platform_dead_letter_state ON platform_dead_letter (state, at_ms, id);

CREATE TABLE platform_subscription (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  address TEXT NOT NULL,
  kinds TEXT NOT NULL,
  secret BYTEA NOT NULL,
  position BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  retry_ms BIGINT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE platform_calendar_day (
  id TEXT PRIMARY KEY,
  working BOOLEAN NOT NULL,
  reason_zh TEXT NOT NULL,
  reason_en TEXT NOT NULL,
  version BIGINT NOT NULL
);
