//! Which account somebody means who signs in by a provider outside the house.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use crate::model::{OutsideLinkId, SessionId};

statements! {
    /// The account of a provider's subject.
    SELECT_OUTSIDE = "
SELECT id, provider, account, linked_ms, used_ms, version
FROM identity_outside
WHERE subject_index = $1";
    /// The providers by which an account may be signed in.
    SELECT_OUTSIDE_OF_ACCOUNT = "
SELECT id, provider, account, linked_ms, used_ms, version
FROM identity_outside
WHERE account = $1
ORDER BY linked_ms, id
LIMIT 50";
    /// An account is linked to a provider's subject. Either may have been linked meanwhile: then it touches nothing.
    INSERT_OUTSIDE = "
INSERT INTO identity_outside (id, provider, subject_index, subject, account, linked_ms, used_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, NULL, 1)
ON CONFLICT DO NOTHING";
    /// Somebody signed in by it.
    UPDATE_OUTSIDE_USED = "
UPDATE identity_outside
SET used_ms = $2
WHERE id = $1";
    /// A link is taken away.
    DELETE_OUTSIDE = "
DELETE FROM identity_outside
WHERE id = $1 AND account = $2";
    /// Whether a state came back before.
    SELECT_OUTSIDE_STATE = "
SELECT id
FROM identity_outside_state
WHERE id = $1";
    /// A state came back. One that came before touches nothing.
    INSERT_OUTSIDE_STATE = "
INSERT INTO identity_outside_state (id, at_ms)
VALUES ($1, $2)
ON CONFLICT DO NOTHING";
    /// A session began by a provider.
    UPDATE_SESSION_OUTSIDE = "
UPDATE identity_session
SET outside = $2
WHERE id = $1";
    /// By which provider a session began.
    SELECT_SESSION_OUTSIDE = "
SELECT outside
FROM identity_session
WHERE token_hash = $1";
}

/// A link between an account and a provider's subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: OutsideLinkId,
    pub(crate) provider: String,
    pub(crate) account: AccountId,
    pub(crate) linked: Timestamp,
    pub(crate) used: Option<Timestamp>,
}

fn read(row: &Row) -> Result<Link, Failure> {
    Ok(Link {
        id: row.id("id")?,
        provider: row.get("provider")?,
        account: row.id("account")?,
        linked: row.get("linked_ms")?,
        used: row.get("used_ms")?,
    })
}

fn index(ctx: &Ctx, provider: &str, subject: &str) -> Vec<u8> {
    ctx.services.personal.index("identity_outside.subject", &format!("{provider}\n{subject}"))
}

/// The link of a provider's subject.
pub(crate) async fn link(
    ctx: &Ctx,
    provider: &str,
    subject: &str,
) -> Result<Option<Link>, Failure> {
    let row = ctx.row(SELECT_OUTSIDE, values![index(ctx, provider, subject)]).await?;
    row.as_ref().map(read).transpose()
}

/// The links of an account.
pub(crate) async fn links(ctx: &Ctx, account: AccountId) -> Result<Vec<Link>, Failure> {
    ctx.rows(SELECT_OUTSIDE_OF_ACCOUNT, values![account]).await?.iter().map(read).collect()
}

/// The statement that links an account.
pub(crate) async fn insert(
    ctx: &Ctx,
    account: AccountId,
    provider: &str,
    subject: &str,
) -> Result<Statement, Failure> {
    let id = OutsideLinkId::fresh(&*ctx.services.ids).to_string();
    let place = Place { table: "identity_outside", column: "subject", row: &id };
    let sealed = ctx.sealer(Subject::Account(account)).await?.seal_text(place, subject);
    let found = index(ctx, provider, subject);
    Ok(Statement::one(INSERT_OUTSIDE, values![&id, provider, found, sealed, account, ctx.now]))
}

fn id_of_state(state: &str) -> String {
    super::sessions::token_hash(state).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a state came back before.
pub(crate) async fn is_spent(ctx: &Ctx, state: &str) -> Result<bool, Failure> {
    Ok(ctx.row(SELECT_OUTSIDE_STATE, values![id_of_state(state)]).await?.is_some())
}

/// The statement by which a state serves once.
pub(crate) fn spend(state: &str, now: Timestamp) -> Statement {
    Statement::one(INSERT_OUTSIDE_STATE, values![id_of_state(state), now])
}

/// The statement that says how a session began.
pub(crate) fn began(session: SessionId, provider: &str) -> Statement {
    Statement::one(UPDATE_SESSION_OUTSIDE, values![session, provider])
}

/// The statement after somebody came by a link.
pub(crate) fn used(link: &Link, now: Timestamp) -> Statement {
    Statement::any(UPDATE_OUTSIDE_USED, values![link.id, now])
}

/// By which provider the session of a token began.
pub(crate) async fn of_session(ctx: &Ctx, token: &str) -> Result<Option<String>, Failure> {
    let hash = super::sessions::token_hash(token);
    match ctx.row(SELECT_SESSION_OUTSIDE, values![hash]).await? {
        Some(row) => Ok(row.get("outside")?),
        None => Ok(None),
    }
}
