CREATE INDEX identity_session_by_end ON identity_session (expires_ms, id);
