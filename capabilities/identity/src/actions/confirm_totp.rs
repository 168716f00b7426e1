//! Somebody shows that the authenticator works: from now on signing in asks for it.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::changed;
use crate::error::IdentityError;
use crate::model::{FactorChange, Secret};
use crate::store::{accounts, factors};
use crate::throttle::Gate;
use crate::{checks, factors as rules};

/// Confirms an authenticator.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    /// Six digits that it shows.
    #[schemars(length(min = 1, max = 40), example = &"287082")]
    pub code: Secret,
}

/// Codes that stand in for a lost authenticator.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SpareCodes {
    /// Ten, each good once. They are told now and never again.
    pub codes: Vec<Secret>,
}

impl Action for ConfirmTotp {
    const NAME: &'static str = "identity.confirm_totp";
    const DOC: &'static str = "Puts an authenticator in force with its first code, and answers ten spare codes. The owner is told.";
    const SECRET_REPLY: bool = true;
    type Reply = SpareCodes;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SpareCodes>, Failure> {
        let id = rules::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        rules::must_be_fresh(ctx)?;
        let held = factors::totp(ctx, id).await?.ok_or(IdentityError::FactorMissing)?;
        if held.confirmed.is_some() {
            return Err(IdentityError::FactorThere.into());
        }
        let gate = Gate::signed_in(ctx, &id.to_string()).await?;
        gate.admit(ctx.now)?;
        let totp = rules::authenticator(&held.secret, "")?;
        let step = match rules::Given::read(self.code.expose()) {
            rules::Given::Digits(digits) => rules::step_of(&totp, &digits, 0, ctx.now),
            rules::Given::Spare(_) => None,
        };
        let Some(step) = step else {
            return Err(checks::wrong("/code", "identity-totp-differs"));
        };
        let codes = rules::fresh_spare(ctx);
        let mut decision = Decision::reply(SpareCodes {
            codes: codes.iter().map(|c| Secret::new(rules::grouped(c.expose()))).collect(),
        })
        .write(Statement::one(
            factors::UPDATE_TOTP_CONFIRMED,
            values![held.id, held.version, ctx.now, step],
        ));
        decision.writes.extend(factors::replace_spare(ctx, id, &codes));
        changed(ctx, &account, decision, (FactorChange::TotpAdded, "identity-told-totp-added"))
    }
}
