//! The second step of signing in.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::{SessionBegun, begin, notice};
use crate::checks;
use crate::error::IdentityError;
use crate::model::{Secret, SessionId};
use crate::store::{accounts, factors};
use crate::throttle::Gate;

/// Finishes signing in with the second factor.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishSignIn {
    /// The token of the sign-in that waits, from its first step.
    #[schemars(example = &"0000000000000000000000000000000000000000000")]
    pub step: Secret,
    /// Six digits of the authenticator, or one of the spare codes.
    #[schemars(length(min = 1, max = 40), example = &"287082")]
    pub code: Secret,
    /// What the session is called in the list of one's own sessions.
    #[serde(default)]
    #[schemars(length(max = 60), example = &"Firefox · Windows")]
    pub device: Option<String>,
    /// The token by which the account knows this browser or program, from the last time.
    #[serde(default)]
    pub known: Option<Secret>,
    /// Whether the account is to know this browser or program the next time.
    #[serde(default)]
    pub remember: bool,
}

impl Action for FinishSignIn {
    const NAME: &'static str = "identity.finish_sign_in";
    const DOC: &'static str = "Begins the session of a sign-in whose password was right, with a code of the authenticator or a spare code. A code is good once. The sign-in waits for five minutes.";
    const SECRET_REPLY: bool = true;
    type Reply = SessionBegun;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SessionBegun>, Failure> {
        let id = SessionId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.session", id))?;
        let device = checks::device(self.device.as_deref())?;
        let over = || Failure::from(IdentityError::StepOver);
        let waiting = factors::waiting(ctx, &self.step).await?.ok_or_else(over)?;
        let account = accounts::account(ctx, waiting.account).await?.ok_or_else(over)?;
        let totp = factors::confirmed_totp(ctx, account.id).await?.ok_or_else(over)?;
        let gate = Gate::factor(ctx, &account.id.to_string(), waiting.known).await?;
        gate.admit(ctx.now)?;
        let Some(fits) = factors::find(ctx, account.id, &totp, &self.code).await? else {
            // Who comes this far knows the password: the owner hears of it once.
            let decision = match gate.crosses(ctx.now) {
                true => notice(
                    ctx,
                    &account,
                    Decision::reply(SessionBegun::none(ctx.now)),
                    "identity-factor-guessed-at",
                )?,
                false => Decision::reply(SessionBegun::none(ctx.now)),
            };
            return Ok(gate.refuse(decision, ctx.now));
        };
        let methods = format!("{} {} mfa", waiting.methods, fits.method);
        let mut decision = begin(
            ctx,
            (id, &account, device.as_deref()),
            (self.known.as_ref(), self.remember),
            &methods,
        )
        .write(Statement::one(factors::UPDATE_STEP_USED, values![waiting.id, ctx.now]))
        .write(fits.used);
        decision.writes.extend(gate.forgive(ctx.now));
        match fits.spare_left {
            None => Ok(decision),
            Some(_) => notice(ctx, &account, decision, "identity-spare-code-used"),
        }
    }
}
