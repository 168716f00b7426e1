-- A version of a licence. What it says and whose it is rest sealed; a holder is found by a blind index of the number.
CREATE TABLE licences_licence (
  id TEXT PRIMARY KEY NOT NULL,
  line TEXT NOT NULL,
  identifier TEXT NOT NULL,
  check_value TEXT NOT NULL,
  type TEXT NOT NULL,
  pack TEXT NOT NULL,
  number BIGINT NOT NULL CHECK (number BETWEEN 1 AND 999),
  state TEXT NOT NULL CHECK (state IN ('valid', 'suspended', 'withdrawn', 'cancelled', 'lapsed', 'transferred', 'revoked', 'replaced')),
  holder_kind TEXT NOT NULL CHECK (holder_kind IN ('person', 'organisation')),
  holder_key BYTEA NOT NULL,
  person TEXT,
  organisation TEXT,
  holder BYTEA NOT NULL,
  content BYTEA NOT NULL,
  issuer TEXT NOT NULL,
  issuer_name TEXT NOT NULL,
  division TEXT NOT NULL,
  province TEXT,
  prefecture TEXT,
  county TEXT,
  township TEXT,
  village TEXT,
  about TEXT,
  issued_ms BIGINT NOT NULL,
  from_ms BIGINT NOT NULL,
  until_ms BIGINT,
  state_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  document TEXT NOT NULL,
  document_bytes BIGINT NOT NULL,
  digest TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX licences_licence_identifier ON licences_licence (identifier);
CREATE UNIQUE INDEX licences_licence_digest ON licences_licence (digest);
CREATE UNIQUE INDEX licences_licence_line ON licences_licence (line, number);
CREATE INDEX licences_licence_holder ON licences_licence (holder_key, id);
CREATE INDEX licences_licence_person ON licences_licence (person, id) WHERE person IS NOT NULL;
CREATE INDEX licences_licence_organisation ON licences_licence (organisation, id) WHERE organisation IS NOT NULL;
CREATE INDEX licences_licence_about ON licences_licence (about) WHERE about IS NOT NULL;
CREATE INDEX licences_licence_document ON licences_licence (document);
CREATE INDEX licences_licence_county ON licences_licence (county, issued_ms, id);
CREATE INDEX licences_licence_prefecture ON licences_licence (prefecture, issued_ms, id);
CREATE INDEX licences_licence_issued ON licences_licence (issued_ms, id);
CREATE INDEX licences_licence_ended ON licences_licence (type, ended_ms, id) WHERE ended_ms IS NOT NULL;

-- What became of a version, append-only.
CREATE TABLE licences_step (
  id TEXT PRIMARY KEY NOT NULL,
  licence TEXT NOT NULL REFERENCES licences_licence (id),
  sequence BIGINT NOT NULL CHECK (sequence >= 1),
  verb TEXT NOT NULL,
  state TEXT NOT NULL,
  actor TEXT NOT NULL,
  proposer TEXT,
  reason BYTEA NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX licences_step_order ON licences_step (licence, sequence);

-- What one officer wants done to a licence and another has to agree to.
CREATE TABLE licences_proposal (
  id TEXT PRIMARY KEY NOT NULL,
  licence TEXT NOT NULL REFERENCES licences_licence (id),
  licence_version BIGINT NOT NULL,
  verb TEXT NOT NULL,
  reason BYTEA NOT NULL,
  proposer TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX licences_proposal_licence ON licences_proposal (licence);

-- A licence held out to somebody for some minutes. The code itself is not kept.
CREATE TABLE licences_showing (
  id TEXT PRIMARY KEY NOT NULL,
  licence TEXT NOT NULL REFERENCES licences_licence (id),
  code BYTEA NOT NULL,
  purpose BYTEA NOT NULL,
  fields TEXT NOT NULL,
  once BOOLEAN NOT NULL,
  made_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  used_ms BIGINT,
  ended_ms BIGINT,
  version BIGINT NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX licences_showing_code ON licences_showing (code);
CREATE INDEX licences_showing_licence ON licences_showing (licence, id);
CREATE INDEX licences_showing_until ON licences_showing (until_ms, id);

-- Who looked at a licence, when and what for, as far as that is known.
CREATE TABLE licences_look (
  id TEXT PRIMARY KEY NOT NULL,
  licence TEXT NOT NULL REFERENCES licences_licence (id),
  showing TEXT,
  way TEXT NOT NULL,
  looker TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE INDEX licences_look_licence ON licences_look (licence, id);
CREATE INDEX licences_look_at ON licences_look (at_ms, id);

-- Codes that did not fit, by a keyed hash of the sender: whoever guesses waits.
CREATE TABLE licences_attempt (
  id TEXT PRIMARY KEY NOT NULL,
  next_ms BIGINT NOT NULL,
  last_ms BIGINT NOT NULL
);
CREATE INDEX licences_attempt_last ON licences_attempt (last_ms, id);

-- The authority of the installation. Keys rest sealed.
CREATE TABLE licences_authority (
  id TEXT PRIMARY KEY NOT NULL,
  content BYTEA NOT NULL,
  root BYTEA NOT NULL,
  issuing BYTEA NOT NULL,
  made_ms BIGINT NOT NULL
);

-- An electronic seal of an issuing organisation: proposed by one, made when another agrees.
CREATE TABLE licences_seal (
  id TEXT PRIMARY KEY NOT NULL,
  issuer TEXT NOT NULL,
  name TEXT NOT NULL,
  types TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'good', 'ended')),
  serial TEXT NOT NULL,
  seal BYTEA,
  keys BYTEA,
  certificate BYTEA,
  proposer TEXT NOT NULL,
  approver TEXT,
  made_ms BIGINT NOT NULL,
  until_ms BIGINT,
  version BIGINT NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX licences_seal_good ON licences_seal (issuer) WHERE state = 'good';
CREATE INDEX licences_seal_made ON licences_seal (made_ms, id);
