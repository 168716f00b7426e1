//! Somebody who looks after accounts ends every session of one: a telephone that was stolen, a computer left open.

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
use crate::events::{self, AccountSignedOut};
use crate::store::{accounts, devices, factors, sessions};

/// Ends every session of an account.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOutAccount {
    /// The mobile number of the account.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
}

/// The account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountIsOut {
    /// Its id.
    pub account: AccountId,
}

impl Action for SignOutAccount {
    const NAME: &'static str = "identity.sign_out_account";
    const DOC: &'static str = "Ends every session of somebody's account, every sign-in of it that waits, and what browsers were remembered: whoever goes on must sign in again. Applications keep what they were let do. The owner is told.";
    type Reply = AccountIsOut;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<AccountIsOut>, Failure> {
        let phone = checks::mobile(&self.phone).map_err(|m| checks::wrong("/phone", m))?;
        let found = accounts::account_by_phone(ctx, phone.expose()).await?;
        let nobody = minshu_kernel::access::Resource::of("identity.account", "none");
        ctx.authorize(&found.as_ref().map_or(nobody, checks::account_resource))?;
        let by = ctx.who.account();
        let by = by.ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let account = found.ok_or_else(|| checks::wrong("/phone", "identity-phone-unknown"))?;
        let id = account.id;
        let decision = Decision::reply(AccountIsOut { account: id })
            .write(Statement::any(sessions::UPDATE_SESSIONS_ENDED, values![id, "", ctx.now]))
            .write(Statement::any(factors::UPDATE_STEPS_ENDED, values![id, ctx.now]))
            .write(Statement::any(devices::DELETE_DEVICES, values![id]))
            .write(Statement::one(accounts::UPDATE_ACCOUNT_VERSION, values![id, account.version]))
            .tell(
                &AccountSignedOut { account: id, by },
                events::account(id, account.version + 1),
            )?;
        notice(ctx, &account, decision, "identity-told-signed-out")
    }
}
