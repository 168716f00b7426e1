//! Somebody takes a passkey off the own account.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::changed;
use crate::model::{FactorChange, PasskeyId};
use crate::store::{accounts, passkeys};
use crate::{checks, factors};

/// Removes a passkey.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePasskey {
    /// Which one.
    pub passkey: PasskeyId,
}

/// The passkey that is gone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasskeyRemoved {
    /// Its id.
    pub passkey: PasskeyId,
}

impl Action for RemovePasskey {
    const NAME: &'static str = "identity.remove_passkey";
    const DOC: &'static str = "Takes a passkey off the own account: it signs in no more. Asks for a proof of the session within the last ten minutes; the owner is told.";
    type Reply = PasskeyRemoved;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PasskeyRemoved>, Failure> {
        let id = factors::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        factors::must_be_fresh(ctx)?;
        let held = passkeys::of_account(ctx, id).await?;
        if !held.iter().any(|kept| kept.id == self.passkey) {
            return Err(Failure::missing());
        }
        let gone = Statement::one(passkeys::DELETE_PASSKEY, values![self.passkey, id]);
        let decision = Decision::reply(PasskeyRemoved { passkey: self.passkey }).write(gone);
        let told = (FactorChange::PasskeyRemoved, "identity-told-passkey-removed");
        changed(ctx, &account, decision, told)
    }
}
