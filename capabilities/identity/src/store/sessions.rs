//! Sessions, and everything that a request's principal is made of.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};
use sm3::{Digest, Sm3};

use crate::model::{Secret, SessionId};
use crate::rules;

statements! {
    /// A new session.
    INSERT_SESSION = "
INSERT INTO identity_session
    (id, token_hash, account, created_ms, expires_ms, ended_ms, seen_ms, device, methods, proved_ms)
VALUES ($1, $2, $3, $4, $5, NULL, $4, $6, $7, $4)";
    /// A session was proved once more.
    UPDATE_SESSION_PROVED = "
UPDATE identity_session
SET proved_ms = $3,
    methods = $4
WHERE id = $1 AND account = $2 AND ended_ms IS NULL";
    /// The session of a token.
    SELECT_SESSION = "
SELECT id, account
FROM identity_session
WHERE token_hash = $1 AND ended_ms IS NULL AND expires_ms > $2";
    /// The account behind a session's token.
    SELECT_PRINCIPAL = "
SELECT a.id, a.name, a.person, s.id AS session, s.created_ms, s.seen_ms, s.methods, s.proved_ms
FROM identity_session s
JOIN identity_account a ON a.id = s.account
WHERE s.token_hash = $1 AND s.ended_ms IS NULL AND s.expires_ms > $2
  AND COALESCE(s.seen_ms, s.created_ms) > $3";
    /// Whether a session holds.
    SELECT_HOLDS = "
SELECT id
FROM identity_session
WHERE token_hash = $1 AND ended_ms IS NULL AND expires_ms > $2
  AND COALESCE(seen_ms, created_ms) > $3";
    /// Notes that a session was used.
    UPDATE_SESSION_SEEN = "
UPDATE identity_session
SET seen_ms = $2
WHERE id = $1 AND ended_ms IS NULL";
    /// The sessions of an account that hold, the newest first.
    SELECT_OWN_SESSIONS = "
SELECT id, created_ms, expires_ms, seen_ms, device
FROM identity_session
WHERE account = $1 AND ended_ms IS NULL AND expires_ms > $2
  AND COALESCE(seen_ms, created_ms) > $3
ORDER BY created_ms DESC, id DESC
LIMIT 200";
    /// Ends one session of an account.
    UPDATE_OWN_SESSION_ENDED = "
UPDATE identity_session
SET ended_ms = $3
WHERE id = $1 AND account = $2 AND ended_ms IS NULL";
    /// An account, whoever is signed in.
    SELECT_HOLDER = "
SELECT id, name, person
FROM identity_account
WHERE id = $1";
    /// The roles that an account's appointments of this instant grant. A substitute's hold for as long as the holder's.
    SELECT_GRANTS = "
SELECT r.role, p.id AS post, p.organisation, p.division, t.until_ms, t.instead_of, h.name AS holder_name
FROM identity_appointment t
JOIN identity_post p ON p.id = t.post
JOIN identity_post_role r ON r.post = p.id
LEFT JOIN identity_account h ON h.id = t.instead_of
WHERE t.account = $1
  AND t.ended_ms IS NULL
  AND t.from_ms <= $2
  AND (t.until_ms IS NULL OR t.until_ms > $2)
  AND (t.instead_of IS NULL OR EXISTS (
      SELECT 1
      FROM identity_appointment o
      WHERE o.post = t.post
        AND o.account = t.instead_of
        AND o.kind = 'regular'
        AND o.ended_ms IS NULL
        AND o.from_ms <= $2
        AND (o.until_ms IS NULL OR o.until_ms > $2)
  ))
ORDER BY r.role, p.id
LIMIT 500";
    /// The organisations that a person may act for at this instant.
    SELECT_MANDATED = "
SELECT organisation
FROM identity_mandate
WHERE person = $1
  AND ended_ms IS NULL
  AND from_ms <= $2
  AND (until_ms IS NULL OR until_ms > $2)
ORDER BY organisation
LIMIT 500";
    /// Ends a session.
    UPDATE_SESSION_ENDED = "
UPDATE identity_session
SET ended_ms = $2
WHERE id = $1 AND ended_ms IS NULL";
    /// Ends every session of an account but one.
    UPDATE_SESSIONS_ENDED = "
UPDATE identity_session
SET ended_ms = $3
WHERE account = $1 AND id <> $2 AND ended_ms IS NULL";
    /// Takes away the sessions of an account that ran out.
    DELETE_OLD_SESSIONS = "
DELETE FROM identity_session
WHERE account = $1 AND expires_ms < $2";
}

/// What is stored of a token: its SM3 hash. A token has 32 random bytes, so no salt is needed.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    Sm3::digest(token.as_bytes()).to_vec()
}

/// A session that is to begin.
pub(crate) struct Beginning<'a> {
    /// Its token.
    pub token: &'a Secret,
    /// Whose it is.
    pub account: AccountId,
    /// What it is called in the list of sessions.
    pub device: Option<&'a str>,
    /// How it was proved (RFC 8176), blanks between.
    pub methods: &'a str,
}

/// The statements that begin a session; those of the account that ran out go at the same time.
pub(crate) fn begin(id: SessionId, beginning: &Beginning<'_>, now: Timestamp) -> [Statement; 2] {
    let Beginning { token, account, device, methods } = beginning;
    let expires = now.plus_ms(rules::SESSION_MS);
    let hash = token_hash(token.expose());
    [
        Statement::any(DELETE_OLD_SESSIONS, values![*account, now]),
        Statement::one(
            INSERT_SESSION,
            values![id, hash, *account, now, expires, device.map(str::to_owned), *methods],
        ),
    ]
}

/// The words of a column of methods; sessions from before it was there were proved by password.
pub(crate) fn methods(row: &Row) -> Result<Vec<String>, Failure> {
    let words: Option<String> = row.get("methods")?;
    Ok(words.as_deref().unwrap_or("pwd").split(' ').map(str::to_owned).collect())
}

/// The instant since which a session must have been used in order to hold.
pub(crate) fn idle_since(now: Timestamp) -> Timestamp {
    now.plus_ms(-rules::SESSION_IDLE_MS)
}
