//! Somebody leaves: whatever no law keeps is erased, by destroying the keys that it rests under. It is then unreadable
//! wherever it lies, in old back-ups too.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::personal::Subject;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::error::IdentityError;
use crate::events::{self, AccountErased};
use crate::model::{Account, Secret};
use crate::reproof::Reproof;
use crate::store::{accounts, devices, factors, leaving, passkeys};

/// Erases one's own data.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseMe {
    /// The password, once more.
    #[schemars(length(min = 1, max = 128), example = &"a long sentence of one's own")]
    pub password: Secret,
    /// A code of the authenticator or a spare code, where the account asks for a second step.
    #[serde(default)]
    #[schemars(length(max = 40))]
    pub code: Option<Secret>,
}

/// That it is done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Erased {
    /// How many accounts went: all that were proved to be the same person.
    pub accounts: usize,
}

impl Action for EraseMe {
    const NAME: &'static str = "identity.erase_me";
    const DOC: &'static str = "Erases one's own data for good: the keys of person and accounts are destroyed. What the law keeps is taken out of them before; an open case or a post hinders it.";
    type Reply = Erased;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Erased>, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        // Nothing that somebody let an application do reaches as far as this.
        if ctx.who.application.is_some() {
            return Err(IdentityError::ProveAgain.into());
        }
        let typed = (&self.password, self.code.as_ref());
        let reproof = Reproof::of(ctx, &account, typed).await?;
        if !reproof.is_right() {
            return Ok(reproof.refuse(ctx, Erased { accounts: 0 }));
        }
        let all = match account.person {
            Some(person) => accounts::accounts_of_person(ctx, person).await?,
            None => vec![account],
        };
        let mut decision = Decision::reply(Erased { accounts: all.len() });
        decision.writes.extend(reproof.writes(ctx));
        for holding in &*ctx.services.holdings {
            let leaving = (holding.leave)(ctx).await?;
            if !leaving.hindrances.is_empty() {
                return Err(IdentityError::Hindered(leaving.hindrances).into());
            }
            decision.writes.extend(leaving.writes);
        }
        let personal = &ctx.services.personal;
        for account in &all {
            decision.writes.extend(erase(ctx, account));
            decision.writes.extend(personal.destruction(Subject::Account(account.id)));
            decision = decision.tell(
                &AccountErased { account: account.id },
                events::account(account.id, account.version + 1),
            )?;
        }
        if let Some(person) = all.first().and_then(|account| account.person) {
            decision.writes.push(Statement::any(
                leaving::ERASE_PERSON,
                values![person, leaving::nobodys(ctx)],
            ));
            decision.writes.push(Statement::any(leaving::END_MANDATES, values![person, ctx.now]));
            decision.writes.extend(personal.destruction(Subject::Person(person)));
        }
        Ok(decision)
    }
}

/// What becomes of an account's rows: nobody finds or enters it any more. What was sealed stays as it is; its key goes.
fn erase(ctx: &Ctx, account: &Account) -> [Statement; 11] {
    [
        Statement::one(
            leaving::ERASE_ACCOUNT,
            values![account.id, account.version, leaving::nobodys(ctx), leaving::nobodys(ctx)],
        ),
        Statement::any(devices::DELETE_DEVICES, values![account.id]),
        Statement::any(leaving::FORGET_TOTP, values![account.id]),
        Statement::any(factors::DELETE_SPARE_CODES, values![account.id]),
        Statement::any(passkeys::DELETE_PASSKEYS, values![account.id]),
        Statement::any(factors::UPDATE_STEPS_ENDED, values![account.id, ctx.now]),
        Statement::any(leaving::FORGET_OUTSIDE, values![account.id]),
        Statement::any(leaving::END_RECOVERIES, values![account.id, ctx.now]),
        Statement::any(leaving::END_SESSIONS, values![account.id, ctx.now]),
        Statement::any(leaving::END_TOKENS, values![account.id, ctx.now]),
        Statement::any(leaving::END_CONSENTS, values![account.id, ctx.now]),
    ]
}
