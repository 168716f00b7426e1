//! Somebody who is signed in proves once more who it is.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Secret;
use crate::passkey_proof::Judged;
use crate::passkeys::{Answer, Purpose};
use crate::reproof::Reproof;
use crate::store::{accounts, sessions};
use crate::{checks, factors as rules};

/// Proves a session again.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reauthenticate {
    /// The password; none where a passkey is given.
    #[serde(default)]
    #[schemars(length(max = 128), example = &"minshu-yanshi-2026")]
    pub password: Option<Secret>,
    /// A code of the authenticator or a spare code, where the account asks for a second step.
    #[serde(default)]
    #[schemars(length(max = 40))]
    pub code: Option<Secret>,
    /// A passkey of the account, in the place of both.
    #[serde(default)]
    pub passkey: Option<Answer>,
}

/// The session that was proved.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProvedAgain {
    /// Until when the proof is fresh, in milliseconds since 1970 (UTC).
    pub until_ms: Timestamp,
}

impl Action for Reauthenticate {
    const NAME: &'static str = "identity.reauthenticate";
    const DOC: &'static str = "Proves the own session once more, with the password and the second factor where there is one, or with a passkey. What touches the ways of signing in asks for a proof within the last ten minutes.";
    type Reply = ProvedAgain;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ProvedAgain>, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let session = ctx.who.assurance.session.clone().ok_or_else(nobody)?;
        if let Some(answer) = &self.passkey {
            let judged = Judged::of(ctx, answer, (Purpose::Again(id), Some(id))).await?;
            let reply = Decision::reply(ProvedAgain { until_ms: ctx.now.plus_ms(rules::FRESH_MS) });
            let (passed, writes) = match judged.settle(ctx, reply).await? {
                Ok(right) => right,
                Err(refused) => return Ok(refused),
            };
            let reply = ProvedAgain { until_ms: ctx.now.plus_ms(rules::FRESH_MS) };
            let mut decision = Decision::reply(reply).write(Statement::one(
                sessions::UPDATE_SESSION_PROVED,
                values![session, id, ctx.now, passed.methods],
            ));
            decision.writes.extend(writes);
            return Ok(decision);
        }
        let none = Secret::new("");
        let typed = (self.password.as_ref().unwrap_or(&none), self.code.as_ref());
        let reproof = Reproof::of(ctx, &account, typed).await?;
        let reply = ProvedAgain { until_ms: ctx.now.plus_ms(rules::FRESH_MS) };
        if !reproof.is_right() {
            return Ok(reproof.refuse(ctx, reply));
        }
        let mut decision = Decision::reply(reply).write(Statement::one(
            sessions::UPDATE_SESSION_PROVED,
            values![session, id, ctx.now, reproof.methods],
        ));
        decision.writes.extend(reproof.writes(ctx));
        Ok(decision)
    }
}
