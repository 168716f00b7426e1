-- When a session was last used, and by what kind of browser it was begun.
ALTER TABLE identity_session ADD COLUMN seen_ms BIGINT;
ALTER TABLE identity_session ADD COLUMN device TEXT;
