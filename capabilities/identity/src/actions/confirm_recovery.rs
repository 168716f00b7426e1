//! A second officer confirms that an account is given back, and gets the code for its owner.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::notice;
use crate::error::IdentityError;
use crate::events::{self, RecoveryConfirmed};
use crate::model::{RecoveryId, Secret};
use crate::store::{accounts, recoveries};
use crate::{checks, factors};

/// Confirms.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRecovery {
    /// What another officer began.
    pub recovery: RecoveryId,
}

/// The code, for the owner alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryCode {
    /// Ten letters and digits in two groups. They are told now and never again.
    pub code: Secret,
    /// From when on the code holds, in milliseconds since 1970 (UTC): at once, or a day later where a factor goes.
    pub opens_ms: Timestamp,
    /// Until when.
    pub expires_ms: Timestamp,
}

impl Action for ConfirmRecovery {
    const NAME: &'static str = "identity.confirm_recovery";
    const DOC: &'static str = "Confirms that an account is given back to its owner, as another officer than the one who began it, and answers the code with which the owner chooses a password. Where the second factor goes, it holds from a day later on, so that the owner can stop what is not theirs.";
    const SECRET_REPLY: bool = true;
    type Reply = RecoveryCode;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<RecoveryCode>, Failure> {
        let open = recoveries::recovery(ctx, self.recovery).await?;
        let open = open.filter(|open| open.opens.is_none()).ok_or_else(Failure::missing)?;
        let account = accounts::account(ctx, open.account).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let officer = ctx.who.account().ok_or_else(nobody)?;
        let first = accounts::account(ctx, open.begun_by).await?.and_then(|first| first.person);
        // One person may have several accounts: persons are compared as well.
        let same = |person| person == ctx.who.person && ctx.who.person.is_some();
        if officer == account.id || same(account.person) {
            return Err(IdentityError::RecoveryOwn.into());
        }
        if officer == open.begun_by || same(first) {
            return Err(IdentityError::RecoverySame.into());
        }
        let opens = ctx.now.plus_ms(if open.factor { recoveries::WAIT_MS } else { 0 });
        let code = factors::fresh_spare_code(ctx);
        let decision = Decision::reply(RecoveryCode {
            code: Secret::new(factors::grouped(code.expose())),
            opens_ms: opens,
            expires_ms: opens.plus_ms(recoveries::USE_MS),
        })
        .write(open.confirm(ctx, officer, (&code, opens)))
        .write(Statement::one(
            accounts::UPDATE_ACCOUNT_VERSION,
            values![account.id, account.version],
        ))
        .tell(
            &RecoveryConfirmed { account: account.id, recovery: open.id, factor: open.factor },
            events::account(account.id, account.version + 1),
        )?;
        let text = match open.factor {
            true => "identity-told-recovery-waits",
            false => "identity-told-recovery-confirmed",
        };
        notice(ctx, &account, decision, text)
    }
}
