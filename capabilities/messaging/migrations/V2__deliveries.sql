-- A text on its way to one telephone or mailbox. What it says and where it goes rests sealed until it is taken over.
CREATE TABLE messaging_delivery (
  id TEXT PRIMARY KEY NOT NULL,
  message TEXT,
  account TEXT,
  channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
  sealed BYTEA,
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'failed')),
  reason TEXT NOT NULL,
  reference TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  next_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  version BIGINT NOT NULL CHECK (version >= 1),
  CHECK ((state = 'queued') = (sealed IS NOT NULL)),
  CHECK ((state = 'queued') = (ended_ms IS NULL))
);

CREATE INDEX messaging_delivery_due ON messaging_delivery (channel, next_ms, id) WHERE state = 'queued';
CREATE INDEX messaging_delivery_expiry ON messaging_delivery (channel, expires_ms, id) WHERE state = 'queued';
CREATE INDEX messaging_delivery_message ON messaging_delivery (message, at_ms, id) WHERE message IS NOT NULL;
CREATE INDEX messaging_delivery_ended ON messaging_delivery (ended_ms, id) WHERE ended_ms IS NOT NULL;

-- How a channel does: after a failure one text alone is tried, later each time.
CREATE TABLE messaging_channel (
  id TEXT PRIMARY KEY NOT NULL,
  paused BOOLEAN NOT NULL,
  failures BIGINT NOT NULL,
  retry_ms BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  failed_ms BIGINT,
  sent_ms BIGINT,
  version BIGINT NOT NULL CHECK (version >= 1)
);

INSERT INTO messaging_channel (id, paused, failures, retry_ms, last_error, failed_ms, sent_ms, version)
VALUES ('sms', FALSE, 0, 0, '', NULL, NULL, 1), ('email', FALSE, 0, 0, '', NULL, NULL, 1);
