//! Somebody chooses another password.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{self, PasswordChanged};
use crate::model::{Secret, SessionId};
use crate::store::{accounts, factors, sessions};
use crate::throttle::Gate;
use crate::{checks, passwords, rules};

/// Changes one's own password.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    #[schemars(example = &"the sentence until now")]
    pub old: Secret,
    /// The password from now on: 10 to 128 characters.
    #[schemars(length(min = 10, max = 128), example = &"a long sentence of one's own")]
    pub new: Secret,
    /// The token of the session that is kept; all others of the account end. Without it all end.
    #[serde(default)]
    pub keep: Option<Secret>,
}

/// The account whose password was changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasswordSet {
    /// Its id.
    pub account: AccountId,
}

impl Action for ChangePassword {
    const NAME: &'static str = "identity.change_password";
    const DOC: &'static str =
        "Changes one's own password and ends the other sessions of the account.";
    type Reply = PasswordSet;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PasswordSet>, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        rules::password(self.new.expose(), &account.phone, &account.number)
            .map_err(|message| checks::wrong("/new", message))?;
        let gate = Gate::signed_in(ctx, &account.id.to_string()).await?;
        gate.admit(ctx.now)?;
        if !passwords::verify(&self.old, Some(&account.password), ctx.services.password_cost)
            .await?
        {
            return Ok(gate.refuse(Decision::reply(PasswordSet { account: id }), ctx.now));
        }
        let kept = match &self.keep {
            None => None,
            Some(token) => {
                let hash = sessions::token_hash(token.expose());
                let row = ctx.row(sessions::SELECT_SESSION, values![hash, ctx.now]).await?;
                row.map(|row| row.id::<SessionId>("id")).transpose()?
            }
        };
        let kept = kept.map_or_else(String::new, |id| id.to_string());
        let hash = passwords::hash(&self.new, &ctx.services).await?;
        let mut decision = Decision::reply(PasswordSet { account: id })
            .write(Statement::one(
                accounts::UPDATE_ACCOUNT_PASSWORD,
                values![account.id, account.version, hash],
            ))
            .write(Statement::any(
                sessions::UPDATE_SESSIONS_ENDED,
                values![account.id, kept, ctx.now],
            ))
            // Nobody goes on with a sign-in that the old password began.
            .write(Statement::any(factors::UPDATE_STEPS_ENDED, values![account.id, ctx.now]))
            .tell(
                &PasswordChanged { account: account.id },
                events::account(account.id, account.version + 1),
            )?;
        decision.writes.extend(gate.forgive(ctx.now));
        Ok(decision)
    }
}
