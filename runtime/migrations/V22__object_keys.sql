-- The keys of files, each wrapped for every subject that the file is about; one that was only sent is its sender's.
CREATE TABLE platform_object_key (
  address TEXT NOT NULL,
  subject TEXT NOT NULL,
  wrapped BYTEA NOT NULL,
  staged BOOLEAN NOT NULL,
  PRIMARY KEY (address, subject)
);

-- The installation itself has a data key too, for what is nobody's.
ALTER TABLE platform_person_key RENAME TO platform_person_key_before;

CREATE TABLE platform_person_key (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('account', 'person', 'installation')),
  wrapped BYTEA NOT NULL,
  created_ms BIGINT NOT NULL,
  destroyed_ms BIGINT
);

INSERT INTO platform_person_key (id, kind, wrapped, created_ms, destroyed_ms)
SELECT id, kind, wrapped, created_ms, destroyed_ms
FROM platform_person_key_before;

DROP TABLE platform_person_key_before;
