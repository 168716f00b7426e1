//! Somebody takes ten new spare codes in the place of the old ones.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::confirm_totp::SpareCodes;
use super::sign_in::changed;
use crate::error::IdentityError;
use crate::model::{FactorChange, Secret};
use crate::store::{accounts, factors};
use crate::{checks, factors as rules};

/// Renews the spare codes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewSpareCodes {}

impl Action for RenewSpareCodes {
    const NAME: &'static str = "identity.renew_spare_codes";
    const DOC: &'static str = "Answers ten new spare codes; the old ones are of no use any more. Asks for a fresh proof of the session; the owner is told.";
    const SECRET_REPLY: bool = true;
    type Reply = SpareCodes;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SpareCodes>, Failure> {
        let id = rules::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        rules::must_be_fresh(ctx)?;
        factors::confirmed_totp(ctx, id).await?.ok_or(IdentityError::FactorMissing)?;
        let codes = rules::fresh_spare(ctx);
        let shown = codes.iter().map(|code| Secret::new(rules::grouped(code.expose()))).collect();
        let mut decision = Decision::reply(SpareCodes { codes: shown });
        decision.writes.extend(factors::replace_spare(ctx, id, &codes));
        let told = (FactorChange::SpareCodesRenewed, "identity-told-spare-renewed");
        changed(ctx, &account, decision, told)
    }
}
