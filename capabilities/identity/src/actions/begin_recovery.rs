//! A clerk who has the owner and the card before him begins to give an account back.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::notice;
use crate::checks;
use crate::checks::Problems;
use crate::error::IdentityError;
use crate::events::{self, RecoveryBegun};
use crate::model::{Evidence, RecoveryId};
use crate::store::{accounts, recoveries};

/// Begins to give an account back.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRecovery {
    /// The account; it must be proved.
    pub account: AccountId,
    /// What the clerk saw.
    pub evidence: Evidence,
    /// The citizen identity number that the clerk read off it.
    #[schemars(length(min = 1), example = &"350102199003070020")]
    pub number_seen: String,
    /// Whether the second factor is lost as well and goes.
    #[serde(default)]
    pub factor: bool,
}

/// What waits for a second officer.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryOpened {
    /// Its id.
    pub recovery: RecoveryId,
}

impl Action for BeginRecovery {
    const NAME: &'static str = "identity.begin_recovery";
    const DOC: &'static str = "Begins to give an account back to its owner, whom a clerk has seen with the card. Another officer confirms within a day; the owner is told at once. Nobody does it for himself.";
    type Reply = RecoveryOpened;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<RecoveryOpened>, Failure> {
        let account = accounts::account(ctx, self.account).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let clerk = ctx.who.account().ok_or_else(nobody)?;
        let Some(person) = account.person else {
            return Err(checks::wrong("/account", "identity-account-unproved"));
        };
        if clerk == account.id || ctx.who.person == Some(person) {
            return Err(IdentityError::RecoveryOwn.into());
        }
        let mut problems = Problems::default();
        if !Evidence::AT_COUNTER.contains(&self.evidence) {
            problems.note("/evidence", "identity-evidence-unknown");
        }
        if let Some(seen) = problems.take("/number_seen", checks::number(ctx, &self.number_seen))
            && seen.expose() != account.number
        {
            problems.note("/number_seen", "identity-number-differs");
        }
        problems.finish()?;
        if recoveries::of_account(ctx, account.id).await?.is_some() {
            return Err(IdentityError::RecoveryOpen.into());
        }
        let id = RecoveryId::fresh(&*ctx.services.ids);
        let ends = ctx.now.plus_ms(recoveries::CONFIRM_MS);
        let decision = Decision::reply(RecoveryOpened { recovery: id })
            .write(Statement::any(
                recoveries::UPDATE_RECOVERIES_LAPSED,
                values![account.id, ctx.now],
            ))
            .write(Statement::one(
                recoveries::INSERT_RECOVERY,
                values![id, account.id, self.factor, self.evidence, clerk, ctx.now, ends],
            ))
            .write(Statement::one(
                accounts::UPDATE_ACCOUNT_VERSION,
                values![account.id, account.version],
            ))
            .tell(
                &RecoveryBegun { account: account.id, recovery: id, factor: self.factor },
                events::account(account.id, account.version + 1),
            )?;
        notice(ctx, &account, decision, "identity-told-recovery-begun")
    }
}
