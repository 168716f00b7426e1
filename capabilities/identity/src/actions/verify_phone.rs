//! Somebody shows that the own telephone can be reached.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Purpose, Secret};
use crate::store::{accounts, challenges};
use crate::throttle::Gate;
use crate::{checks, factors};

/// Shows that the telephone can be reached.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyPhone {
    /// The code that was sent there for this purpose.
    #[schemars(length(min = 1, max = 20), example = &"287082")]
    pub code: Secret,
}

/// The account whose telephone is verified.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PhoneVerified {
    /// Its id.
    pub account: AccountId,
}

impl Action for VerifyPhone {
    const NAME: &'static str = "identity.verify_phone";
    const DOC: &'static str = "Verifies the own telephone with a code that was sent to it. A forgotten password can be set anew by a verified telephone alone.";
    type Reply = PhoneVerified;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PhoneVerified>, Failure> {
        let id = factors::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let gate = Gate::recovery(ctx, &account.phone).await?;
        gate.admit(ctx.now)?;
        let held = challenges::held(ctx, Purpose::VerifyPhone, &account.phone).await?;
        let mut decision = Decision::reply(PhoneVerified { account: id });
        let Some(found) = held.find(ctx, &self.code) else {
            return Ok(gate.refuse(decision.write(held.tried(ctx.now)), ctx.now));
        };
        decision.writes.extend(held.used(found, ctx.now));
        decision.writes.extend(gate.forgive(ctx.now));
        Ok(decision.write(Statement::any(accounts::UPDATE_PHONE_VERIFIED, values![id, ctx.now])))
    }
}
