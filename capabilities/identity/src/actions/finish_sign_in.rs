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
use crate::model::{Account, Secret, SessionId};
use crate::passkey_proof::Judged;
use crate::passkeys::{Answer, Purpose};
use crate::store::factors::Waiting;
use crate::store::{accounts, factors, outside};
use crate::throttle::Gate;

/// Finishes signing in with the second factor.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishSignIn {
    /// The token of the sign-in that waits, from its first step.
    #[schemars(example = &"0000000000000000000000000000000000000000000")]
    pub step: Secret,
    /// Six digits of the authenticator, or one of the spare codes; none where a passkey is given.
    #[serde(default)]
    #[schemars(length(max = 40), example = &"287082")]
    pub code: Option<Secret>,
    /// A passkey of the account, in the place of a code.
    #[serde(default)]
    pub passkey: Option<Answer>,
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
    const DOC: &'static str = "Begins the session of a sign-in whose first step was right, with a code of the authenticator, a spare code or a passkey. A code is good once. The sign-in waits for five minutes.";
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
        let sign_in = (id, &account, device.as_deref());
        if let Some(answer) = &self.passkey {
            return self.by_passkey(ctx, sign_in, (&waiting, answer)).await;
        }
        let gate = Gate::factor(ctx, &account.id.to_string(), waiting.known).await?;
        gate.admit(ctx.now)?;
        let none = Secret::new("");
        let given = self.code.as_ref().unwrap_or(&none);
        let Some(fits) = factors::find(ctx, account.id, &totp, given).await? else {
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
        let mut decision = begin(ctx, sign_in, (self.known.as_ref(), self.remember), &methods)
            .write(Statement::one(factors::UPDATE_STEP_USED, values![waiting.id, ctx.now]))
            .write(fits.used);
        decision.writes.extend(by_provider(id, &waiting));
        decision.writes.extend(gate.forgive(ctx.now));
        match fits.spare_left {
            None => Ok(decision),
            Some(_) => notice(ctx, &account, decision, "identity-spare-code-used"),
        }
    }
}

/// The statement that says by which provider the session began, where it did.
fn by_provider(session: SessionId, waiting: &Waiting) -> Option<Statement> {
    waiting.outside.as_deref().map(|provider| outside::began(session, provider))
}

impl FinishSignIn {
    /// With a passkey, which must be this account's.
    async fn by_passkey(
        &self,
        ctx: &Ctx,
        (id, account, device): (SessionId, &Account, Option<&str>),
        (waiting, answer): (&Waiting, &Answer),
    ) -> Result<Decision<SessionBegun>, Failure> {
        let judged = Judged::of(ctx, answer, (Purpose::SignIn, Some(account.id))).await?;
        let nothing = Decision::reply(SessionBegun::none(ctx.now));
        let (passed, writes) = match judged.settle(ctx, nothing).await? {
            Ok(right) => right,
            Err(refused) => return Ok(refused),
        };
        let known = (self.known.as_ref(), self.remember);
        let mut decision = begin(ctx, (id, account, device), known, passed.methods)
            .write(Statement::one(factors::UPDATE_STEP_USED, values![waiting.id, ctx.now]));
        decision.writes.extend(by_provider(id, waiting));
        decision.writes.extend(writes);
        Ok(decision)
    }
}
