//! Passkeys. A key is found by the keyed hash of its credential id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use crate::model::PasskeyId;
use crate::passkeys::{Fresh, Proved};

statements! {
    /// A passkey by its credential.
    SELECT_PASSKEY = "
SELECT id, account, credential, name, fixed, changing, transports, created_ms, used_ms, version
FROM identity_passkey
WHERE credential_index = $1";
    /// The passkeys of an account, the oldest first.
    SELECT_PASSKEYS_OF_ACCOUNT = "
SELECT id, account, credential, name, fixed, changing, transports, created_ms, used_ms, version
FROM identity_passkey
WHERE account = $1
ORDER BY created_ms, id
LIMIT 50";
    /// A new passkey. One whose credential is there already touches nothing.
    INSERT_PASSKEY = "
INSERT INTO identity_passkey
    (id, account, credential_index, credential, name, fixed, changing, transports, created_ms, used_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, 1)
ON CONFLICT DO NOTHING";
    /// Somebody was proved by it. Its counter rose meanwhile: then it touches nothing.
    UPDATE_PASSKEY_USED = "
UPDATE identity_passkey
SET changing = $3,
    used_ms = $4,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// Takes one away.
    DELETE_PASSKEY = "
DELETE FROM identity_passkey
WHERE id = $1 AND account = $2";
    /// Takes all of an account away.
    DELETE_PASSKEYS = "
DELETE FROM identity_passkey
WHERE account = $1";
}

/// A passkey as it is kept.
pub(crate) struct Kept {
    /// Its id.
    pub(crate) id: PasskeyId,
    /// Whose it is.
    pub(crate) account: AccountId,
    /// The credential's id.
    pub(crate) credential: Vec<u8>,
    /// The name that its owner gave it.
    pub(crate) name: String,
    /// What never changes.
    pub(crate) fixed: Vec<u8>,
    /// What changes by use.
    pub(crate) changing: Vec<u8>,
    /// How browsers reach it.
    pub(crate) transports: u8,
    /// When it was added.
    pub(crate) created: Timestamp,
    /// When it was last used.
    pub(crate) used: Option<Timestamp>,
    /// Raised by every use.
    pub(crate) version: i64,
}

fn place<'a>(column: &'a str, row: &'a str) -> Place<'a> {
    Place { table: "identity_passkey", column, row }
}

fn read(ctx: &Ctx, row: &Row) -> Result<Kept, Failure> {
    let id: PasskeyId = row.id("id")?;
    let text = id.to_string();
    let personal = &ctx.services.personal;
    let credential: Vec<u8> = row.get("credential")?;
    let name: Vec<u8> = row.get("name")?;
    let transports: i64 = row.get("transports")?;
    Ok(Kept {
        account: row.id("account")?,
        credential: personal.open(place("credential", &text), &credential)?,
        name: personal.open_text(place("name", &text), &name)?,
        fixed: row.get("fixed")?,
        changing: row.get("changing")?,
        transports: u8::try_from(transports).unwrap_or_default(),
        created: row.get("created_ms")?,
        used: row.get("used_ms")?,
        version: row.get("version")?,
        id,
    })
}

fn index(ctx: &Ctx, credential: &[u8]) -> Vec<u8> {
    let text = URL_SAFE_NO_PAD.encode(credential);
    ctx.services.personal.index("identity_passkey.credential", &text)
}

/// The passkey of a credential.
pub(crate) async fn by_credential(ctx: &Ctx, credential: &[u8]) -> Result<Option<Kept>, Failure> {
    let row = ctx.row(SELECT_PASSKEY, values![index(ctx, credential)]).await?;
    row.as_ref().map(|row| read(ctx, row)).transpose()
}

/// The passkeys of an account.
pub(crate) async fn of_account(ctx: &Ctx, account: AccountId) -> Result<Vec<Kept>, Failure> {
    let rows = ctx.rows(SELECT_PASSKEYS_OF_ACCOUNT, values![account]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// The statement that keeps a new one, its name and credential sealed under the account's key.
pub(crate) async fn insert(
    ctx: &Ctx,
    (id, account): (PasskeyId, AccountId),
    name: &str,
    fresh: &Fresh,
) -> Result<Statement, Failure> {
    let text = id.to_string();
    let sealer = ctx.sealer(Subject::Account(account)).await?;
    let credential = sealer.seal(place("credential", &text), &fresh.credential);
    let name = sealer.seal_text(place("name", &text), name);
    Ok(Statement::one(
        INSERT_PASSKEY,
        values![
            text,
            account,
            index(ctx, &fresh.credential),
            credential,
            name,
            fresh.fixed.clone(),
            fresh.changing.to_vec(),
            i64::from(fresh.transports),
            ctx.now
        ],
    ))
}

/// The statement after somebody was proved by one.
pub(crate) fn used(kept: &Kept, proved: &Proved, now: Timestamp) -> Statement {
    let changing = proved.changing.to_vec();
    Statement::one(UPDATE_PASSKEY_USED, values![kept.id, kept.version, changing, now])
}
