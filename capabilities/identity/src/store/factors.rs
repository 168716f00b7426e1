//! Authenticators, spare codes, and sign-ins that wait for their second step.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};
use subtle::ConstantTimeEq as _;

use super::sessions::token_hash;
use crate::factors::{self, Given};
use crate::model::{DeviceId, Secret, SpareCodeId, StepId, TotpId};

statements! {
    /// The authenticator of an account.
    SELECT_TOTP = "
SELECT id, secret, last_step, confirmed_ms, version
FROM identity_totp
WHERE account = $1";
    /// An authenticator that is being set up.
    INSERT_TOTP = "
INSERT INTO identity_totp (id, account, secret, last_step, created_ms, confirmed_ms, version)
VALUES ($1, $2, $3, 0, $4, NULL, 1)";
    /// Takes away one that was begun and not confirmed, or one that is removed.
    DELETE_TOTP = "
DELETE FROM identity_totp
WHERE id = $1 AND version = $2";
    /// It was confirmed with its first code.
    UPDATE_TOTP_CONFIRMED = "
UPDATE identity_totp
SET confirmed_ms = $3,
    last_step = $4,
    version = version + 1
WHERE id = $1 AND version = $2 AND confirmed_ms IS NULL";
    /// A code of it was used.
    UPDATE_TOTP_STEP = "
UPDATE identity_totp
SET last_step = $2
WHERE id = $1 AND last_step < $2";
    /// The spare codes of an account that were not used.
    SELECT_SPARE_CODES = "
SELECT id, code_hash
FROM identity_spare_code
WHERE account = $1 AND used_ms IS NULL
ORDER BY id
LIMIT 20";
    /// A spare code.
    INSERT_SPARE_CODE = "
INSERT INTO identity_spare_code (id, account, code_hash, created_ms, used_ms)
VALUES ($1, $2, $3, $4, NULL)";
    /// A spare code is good once.
    UPDATE_SPARE_CODE_USED = "
UPDATE identity_spare_code
SET used_ms = $2
WHERE id = $1 AND used_ms IS NULL";
    /// All spare codes go.
    DELETE_SPARE_CODES = "
DELETE FROM identity_spare_code
WHERE account = $1";
    /// A sign-in that waits.
    SELECT_STEP = "
SELECT id, account, known, methods, outside
FROM identity_step
WHERE token_hash = $1 AND expires_ms > $2 AND used_ms IS NULL";
    /// A sign-in begins to wait.
    INSERT_STEP = "
INSERT INTO identity_step (id, token_hash, account, known, methods, created_ms, expires_ms, used_ms, outside)
VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8)";
    /// A sign-in waits no longer.
    UPDATE_STEP_USED = "
UPDATE identity_step
SET used_ms = $2
WHERE id = $1 AND used_ms IS NULL";
    /// No sign-in of an account waits any longer.
    UPDATE_STEPS_ENDED = "
UPDATE identity_step
SET used_ms = $2
WHERE account = $1 AND used_ms IS NULL";
}

/// The authenticator of an account.
pub(crate) struct Held {
    /// Its id.
    pub id: TotpId,
    /// Its secret, opened.
    pub secret: Vec<u8>,
    /// The step of the last code that was used.
    pub last_step: i64,
    /// Since when it is asked for; none while it is being set up.
    pub confirmed: Option<Timestamp>,
    /// Raised by every change.
    pub version: i64,
}

fn place(id: &str) -> Place<'_> {
    Place { table: "identity_totp", column: "secret", row: id }
}

/// The authenticator of an account, also one that is being set up.
pub(crate) async fn totp(ctx: &Ctx, account: AccountId) -> Result<Option<Held>, Failure> {
    let Some(row) = ctx.row(SELECT_TOTP, values![account]).await? else { return Ok(None) };
    let id: TotpId = row.id("id")?;
    let sealed: Vec<u8> = row.get("secret")?;
    Ok(Some(Held {
        secret: ctx.services.personal.open(place(&id.to_string()), &sealed)?,
        id,
        last_step: row.get("last_step")?,
        confirmed: row.get("confirmed_ms")?,
        version: row.get("version")?,
    }))
}

/// The authenticator that an account's second step asks for.
pub(crate) async fn confirmed_totp(ctx: &Ctx, account: AccountId) -> Result<Option<Held>, Failure> {
    Ok(totp(ctx, account).await?.filter(|held| held.confirmed.is_some()))
}

/// The statement that keeps a fresh secret, sealed under the account's key.
pub(crate) async fn insert_totp(
    ctx: &Ctx,
    account: AccountId,
    secret: &[u8],
) -> Result<Statement, Failure> {
    let id = TotpId::fresh(&*ctx.services.ids);
    let sealer = ctx.sealer(Subject::Account(account)).await?;
    let sealed = sealer.seal(place(&id.to_string()), secret);
    Ok(Statement::one(INSERT_TOTP, values![id, account, sealed, ctx.now]))
}

/// How many spare codes are left.
pub(crate) async fn spare_left(ctx: &Ctx, account: AccountId) -> Result<usize, Failure> {
    Ok(ctx.rows(SELECT_SPARE_CODES, values![account]).await?.len())
}

/// The statements that put fresh spare codes in the place of all others.
pub(crate) fn replace_spare(ctx: &Ctx, account: AccountId, codes: &[Secret]) -> Vec<Statement> {
    let all = Statement::any(DELETE_SPARE_CODES, values![account]);
    let fresh = codes.iter().map(|code| {
        let id = SpareCodeId::fresh(&*ctx.services.ids);
        let hash = factors::spare_hash(ctx, account, code.expose());
        Statement::one(INSERT_SPARE_CODE, values![id, account, hash, ctx.now])
    });
    std::iter::once(all).chain(fresh).collect()
}

/// A second factor that fits: how it was proved (RFC 8176), and the statement that uses it up.
pub(crate) struct Fits {
    /// The word.
    pub method: &'static str,
    /// Uses it up: where somebody was first with the same code, it touches nothing and the whole is decided again.
    pub used: Statement,
    /// How many spare codes are left afterwards, where one was used.
    pub spare_left: Option<usize>,
}

/// Holds what somebody typed against an account's second factor.
pub(crate) async fn find(
    ctx: &Ctx,
    account: AccountId,
    held: &Held,
    given: &Secret,
) -> Result<Option<Fits>, Failure> {
    match Given::read(given.expose()) {
        Given::Digits(digits) => {
            let totp = factors::authenticator(&held.secret, "")?;
            let step = factors::step_of(&totp, &digits, held.last_step, ctx.now);
            Ok(step.map(|step| Fits {
                method: "otp",
                used: Statement::one(UPDATE_TOTP_STEP, values![held.id, step]),
                spare_left: None,
            }))
        }
        Given::Spare(code) => {
            let hash = factors::spare_hash(ctx, account, &code);
            let rows = ctx.rows(SELECT_SPARE_CODES, values![account]).await?;
            let mut found: Option<SpareCodeId> = None;
            for row in &rows {
                let kept: String = row.get("code_hash")?;
                if kept.as_bytes().ct_eq(hash.as_bytes()).into() {
                    found = Some(row.id("id")?);
                }
            }
            Ok(found.map(|id| Fits {
                method: "otp",
                used: Statement::one(UPDATE_SPARE_CODE_USED, values![id, ctx.now]),
                spare_left: Some(rows.len() - 1),
            }))
        }
    }
}

/// A sign-in that waits for its second step.
pub(crate) struct Waiting {
    /// Its id.
    pub id: StepId,
    /// Whose it is.
    pub account: AccountId,
    /// The browser, where the account knows it.
    pub known: Option<DeviceId>,
    /// How the first step was proved.
    pub methods: String,
    /// The provider outside the house by which it began, where it did.
    pub outside: Option<String>,
}

/// The sign-in of a token.
pub(crate) async fn waiting(ctx: &Ctx, token: &Secret) -> Result<Option<Waiting>, Failure> {
    let asked = values![token_hash(token.expose()), ctx.now];
    let Some(row) = ctx.row(SELECT_STEP, asked).await? else { return Ok(None) };
    Ok(Some(Waiting {
        id: row.id("id")?,
        account: row.id("account")?,
        known: row.id_or_null("known")?,
        methods: row.get("methods")?,
        outside: row.get("outside")?,
    }))
}

/// The statement after which a sign-in waits.
pub(crate) fn wait(
    ctx: &Ctx,
    account: AccountId,
    token: &Secret,
    (known, methods): (Option<DeviceId>, &str),
    outside: Option<&str>,
) -> Statement {
    let id = StepId::fresh(&*ctx.services.ids);
    let ends = ctx.now.plus_ms(factors::STEP_MS);
    let known = known.map(|id| id.to_string());
    Statement::one(
        INSERT_STEP,
        values![
            id,
            token_hash(token.expose()),
            account,
            known,
            methods,
            ctx.now,
            ends,
            outside.map(str::to_owned)
        ],
    )
}
