-- The first table of subscriptions was never written to.
DROP TABLE platform_subscription;

CREATE TABLE platform_subscription (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  kinds TEXT NOT NULL,
  pack TEXT,
  division TEXT NOT NULL,
  secret BYTEA NOT NULL,
  secret_before BYTEA,
  before_until_ms BIGINT NOT NULL,
  position BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  failing_since_ms BIGINT,
  retry_ms BIGINT NOT NULL,
  delivered_ms BIGINT,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE INDEX platform_subscription_state ON platform_subscription (state, id);

CREATE TABLE platform_delivery (
  id TEXT PRIMARY KEY,
  subscription TEXT NOT NULL,
  event TEXT NOT NULL,
  event_position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_ms BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  version BIGINT NOT NULL
);

CREATE UNIQUE INDEX platform_delivery_event ON platform_delivery (subscription, event);

CREATE INDEX platform_delivery_due ON platform_delivery (subscription, state, event_position);

CREATE INDEX platform_delivery_subject ON platform_delivery (subscription, subject, event_position, state);

CREATE INDEX platform_delivery_latest ON platform_delivery (subscription, at_ms, id);

CREATE INDEX platform_delivery_ended ON platform_delivery (ended_ms);
