//! Somebody takes the own authenticator off.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::changed;
use crate::error::IdentityError;
use crate::model::FactorChange;
use crate::store::{accounts, factors};
use crate::{checks, factors as rules};

/// Takes the authenticator off.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveTotp {}

/// The account whose authenticator is gone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TotpRemoved {
    /// Its id.
    pub account: AccountId,
}

impl Action for RemoveTotp {
    const NAME: &'static str = "identity.remove_totp";
    const DOC: &'static str = "Takes the own authenticator and its spare codes away. Asks for a proof of the session with both factors within the last ten minutes; the owner is told.";
    type Reply = TotpRemoved;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<TotpRemoved>, Failure> {
        let id = rules::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        rules::must_be_fresh(ctx)?;
        let held = factors::totp(ctx, id).await?.ok_or(IdentityError::FactorMissing)?;
        let decision = Decision::reply(TotpRemoved { account: id })
            .write(Statement::one(factors::DELETE_TOTP, values![held.id, held.version]))
            .write(Statement::any(factors::DELETE_SPARE_CODES, values![id]))
            .write(Statement::any(factors::UPDATE_STEPS_ENDED, values![id, ctx.now]));
        changed(ctx, &account, decision, (FactorChange::TotpRemoved, "identity-told-totp-removed"))
    }
}
