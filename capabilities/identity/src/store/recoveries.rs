//! Accounts that a counter gives back to their owners: begun by one officer, confirmed by another.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use crate::model::{RecoveryId, Secret};

statements! {
    /// What is open for an account.
    SELECT_OPEN_RECOVERY = "
SELECT id, account, factor, begun_by, begun_ms, confirmed_by, opens_ms, code_hash, expires_ms, version
FROM identity_recovery
WHERE account = $1 AND ended_ms IS NULL AND expires_ms > $2";
    /// One by its id, while it is open.
    SELECT_RECOVERY = "
SELECT id, account, factor, begun_by, begun_ms, confirmed_by, opens_ms, code_hash, expires_ms, version
FROM identity_recovery
WHERE id = $1 AND ended_ms IS NULL AND expires_ms > $2";
    /// Those that wait for a second officer, the oldest first.
    SELECT_WAITING_RECOVERIES = "
SELECT id, account, factor, begun_by, begun_ms, confirmed_by, opens_ms, code_hash, expires_ms, version
FROM identity_recovery
WHERE confirmed_by IS NULL AND ended_ms IS NULL AND expires_ms > $1
ORDER BY begun_ms, id
LIMIT 50";
    /// One begins. Where another is open, it touches nothing.
    INSERT_RECOVERY = "
INSERT INTO identity_recovery
    (id, account, factor, evidence, begun_by, begun_ms, confirmed_by, opens_ms, code_hash, expires_ms, ended_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, NULL, $7, NULL, 1)
ON CONFLICT DO NOTHING";
    /// Those of an account that ran out are over.
    UPDATE_RECOVERIES_LAPSED = "
UPDATE identity_recovery
SET ended_ms = $2
WHERE account = $1 AND ended_ms IS NULL AND expires_ms <= $2";
    /// A second officer confirmed.
    UPDATE_RECOVERY_CONFIRMED = "
UPDATE identity_recovery
SET confirmed_by = $3,
    opens_ms = $4,
    code_hash = $5,
    expires_ms = $6,
    version = version + 1
WHERE id = $1 AND version = $2 AND confirmed_by IS NULL AND ended_ms IS NULL";
    /// It was used, or stopped by the owner.
    UPDATE_RECOVERY_ENDED = "
UPDATE identity_recovery
SET ended_ms = $3,
    version = version + 1
WHERE id = $1 AND version = $2 AND ended_ms IS NULL";
}

/// How long a second officer has.
pub(crate) const CONFIRM_MS: i64 = 86_400_000;
/// How long the owner waits where a factor is taken off: long enough to see the texts and to stop it.
pub(crate) const WAIT_MS: i64 = 86_400_000;
/// How long the owner has from then on.
pub(crate) const USE_MS: i64 = 7 * 86_400_000;

/// One that is open.
pub(crate) struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// Whose account.
    pub account: AccountId,
    /// Whether the second factor goes as well.
    pub factor: bool,
    /// Which officer began it.
    pub begun_by: AccountId,
    /// When.
    pub begun: Timestamp,
    /// From when on the code holds, once a second officer has confirmed.
    pub opens: Option<Timestamp>,
    code_hash: Option<String>,
    /// Raised by every change.
    pub version: i64,
}

fn read(row: &Row) -> Result<Recovery, Failure> {
    Ok(Recovery {
        id: row.id("id")?,
        account: row.id("account")?,
        factor: row.get("factor")?,
        begun_by: row.id("begun_by")?,
        begun: row.get("begun_ms")?,
        opens: row.get("opens_ms")?,
        code_hash: row.get("code_hash")?,
        version: row.get("version")?,
    })
}

/// What is open for an account.
pub(crate) async fn of_account(ctx: &Ctx, account: AccountId) -> Result<Option<Recovery>, Failure> {
    let row = ctx.row(SELECT_OPEN_RECOVERY, values![account, ctx.now]).await?;
    row.as_ref().map(read).transpose()
}

/// One by its id.
pub(crate) async fn recovery(ctx: &Ctx, id: RecoveryId) -> Result<Option<Recovery>, Failure> {
    let row = ctx.row(SELECT_RECOVERY, values![id, ctx.now]).await?;
    row.as_ref().map(read).transpose()
}

/// Those that wait for a second officer.
pub(crate) async fn waiting(ctx: &Ctx) -> Result<Vec<Recovery>, Failure> {
    let rows = ctx.rows(SELECT_WAITING_RECOVERIES, values![ctx.now]).await?;
    rows.iter().map(read).collect()
}

/// What is kept of the code that the owner is given.
pub(crate) fn code_hash(ctx: &Ctx, id: RecoveryId, code: &str) -> String {
    ctx.services.personal.keyed_hash("identity-recovery", format!("{id}\n{code}").as_bytes())
}

impl Recovery {
    /// Whether a code in its one form is the one that the owner was given.
    pub(crate) fn fits(&self, ctx: &Ctx, code: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        let hash = code_hash(ctx, self.id, code);
        let kept = self.code_hash.as_deref();
        kept.is_some_and(|kept| kept.as_bytes().ct_eq(hash.as_bytes()).into())
    }

    /// The statement that ends it.
    pub(crate) fn end(&self, now: Timestamp) -> Statement {
        Statement::one(UPDATE_RECOVERY_ENDED, values![self.id, self.version, now])
    }

    /// The statement that confirms it with a code: from when on and until when it holds.
    pub(crate) fn confirm(
        &self,
        ctx: &Ctx,
        by: AccountId,
        (code, opens): (&Secret, Timestamp),
    ) -> Statement {
        let hash = code_hash(ctx, self.id, code.expose());
        let ends = opens.plus_ms(USE_MS);
        Statement::one(
            UPDATE_RECOVERY_CONFIRMED,
            values![self.id, self.version, by, opens, hash, ends],
        )
    }
}
