//! An owner stops what a counter began for somebody else.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{self, RecoveryStopped};
use crate::store::{accounts, recoveries};
use crate::{checks, factors};

/// Stops it.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRecovery {}

/// The account that stays as it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryOver {
    /// Its id.
    pub account: AccountId,
}

impl Action for StopRecovery {
    const NAME: &'static str = "identity.stop_recovery";
    const DOC: &'static str = "Stops what a counter began to give the own account back: whoever stands there is not its owner.";
    type Reply = RecoveryOver;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<RecoveryOver>, Failure> {
        let id = factors::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let open = recoveries::of_account(ctx, id).await?.ok_or_else(Failure::missing)?;
        Decision::reply(RecoveryOver { account: id })
            .write(open.end(ctx.now))
            .write(Statement::one(
                accounts::UPDATE_ACCOUNT_VERSION,
                values![account.id, account.version],
            ))
            .tell(
                &RecoveryStopped { account: id, recovery: open.id },
                events::account(id, account.version + 1),
            )
    }
}
