//! Browsers that accounts know again.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};

use super::sessions::token_hash;
use crate::model::{DeviceId, Secret};

statements! {
    /// The accounts that know a browser.
    SELECT_DEVICES = "
SELECT id, account
FROM identity_device
WHERE token_hash = $1
ORDER BY seen_ms DESC, id
LIMIT 100";
    /// A browser has another token from now on, for every account that knows it.
    UPDATE_DEVICE_TOKEN = "
UPDATE identity_device
SET token_hash = $2
WHERE token_hash = $1";
    /// An account knows a browser, or knows it still.
    UPSERT_DEVICE = "
INSERT INTO identity_device (id, token_hash, account, created_ms, seen_ms)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (token_hash, account) DO UPDATE SET seen_ms = $4";
    /// The browsers that an account knows.
    SELECT_KNOWN = "
SELECT id, created_ms, seen_ms
FROM identity_device
WHERE account = $1
ORDER BY seen_ms DESC, id
LIMIT $2";
    /// An account knows no browser any more.
    DELETE_DEVICES = "
DELETE FROM identity_device
WHERE account = $1";
}

/// The longest token that is looked up; a good one has 43 characters.
const TOKEN_LENGTH: usize = 43;

/// How a browser is known.
pub(crate) struct Devices(Vec<(DeviceId, AccountId)>);

impl Devices {
    /// By its token.
    pub(crate) async fn of(ctx: &Ctx, token: Option<&Secret>) -> Result<Devices, Failure> {
        let Some(token) = token.filter(|token| token.expose().len() == TOKEN_LENGTH) else {
            return Ok(Devices(Vec::new()));
        };
        let rows = ctx.rows(SELECT_DEVICES, values![token_hash(token.expose())]).await?;
        let read = rows.iter().map(|row| Ok((row.id("id")?, row.id("account")?)));
        Ok(Devices(read.collect::<Result<_, Failure>>()?))
    }

    /// The browser as an account knows it.
    pub(crate) fn known_to(&self, account: AccountId) -> Option<DeviceId> {
        self.0.iter().find(|(_, knows)| *knows == account).map(|(id, _)| *id)
    }
}

/// The statements after somebody signed in: the browser gets a fresh token, so that one which was slipped into it is
/// worth nothing.
pub(crate) fn remember(
    ctx: &Ctx,
    account: AccountId,
    (old, fresh): (Option<&Secret>, &Secret),
) -> Vec<Statement> {
    let hash = token_hash(fresh.expose());
    let moved = old.filter(|old| old.expose().len() == TOKEN_LENGTH).map(|old| {
        Statement::any(UPDATE_DEVICE_TOKEN, values![token_hash(old.expose()), hash.clone()])
    });
    let id = DeviceId::fresh(&*ctx.services.ids);
    let known = Statement::any(UPSERT_DEVICE, values![id, hash, account, ctx.now]);
    moved.into_iter().chain([known]).collect()
}
