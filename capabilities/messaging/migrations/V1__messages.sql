CREATE TABLE messaging_message (
  id TEXT PRIMARY KEY NOT NULL,
  pack TEXT NOT NULL,
  template TEXT NOT NULL,
  to_account TEXT,
  to_person TEXT,
  to_organisation TEXT,
  tone TEXT NOT NULL CHECK (tone IN ('quiet', 'wait', 'act', 'good', 'bad')),
  content BYTEA NOT NULL,
  given BYTEA NOT NULL,
  about TEXT,
  at_ms BIGINT NOT NULL,
  unread BOOLEAN NOT NULL,
  read_ms BIGINT,
  version BIGINT NOT NULL CHECK (version >= 1),
  CHECK (to_account IS NOT NULL OR to_person IS NOT NULL OR to_organisation IS NOT NULL),
  CHECK (unread = (read_ms IS NULL))
);

-- One's own messages, latest first; and those that are unread, of which there are few among many.
CREATE INDEX messaging_message_account ON messaging_message (to_account, at_ms, id) WHERE to_account IS NOT NULL;
CREATE INDEX messaging_message_person ON messaging_message (to_person, at_ms, id) WHERE to_person IS NOT NULL;
CREATE INDEX messaging_message_organisation ON messaging_message (to_organisation, at_ms, id) WHERE to_organisation IS NOT NULL;
CREATE INDEX messaging_message_account_unread ON messaging_message (to_account, unread, at_ms, id) WHERE to_account IS NOT NULL;
CREATE INDEX messaging_message_person_unread ON messaging_message (to_person, unread, at_ms, id) WHERE to_person IS NOT NULL;
CREATE INDEX messaging_message_organisation_unread ON messaging_message (to_organisation, unread, at_ms, id) WHERE to_organisation IS NOT NULL;
