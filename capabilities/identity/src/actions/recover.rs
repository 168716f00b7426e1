//! Somebody who forgot the password chooses another one.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::notice;
use crate::error::IdentityError;
use crate::events::{self, AccountRecovered};
use crate::factors::Given;
use crate::model::{Account, Purpose, RecoveryWay, Secret};
use crate::store::{accounts, challenges, devices, factors, recoveries, sessions};
use crate::throttle::Gate;
use crate::{checks, passwords, rules};

/// Chooses another password.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recover {
    /// The mobile number of the account.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// Six digits that were sent there for this purpose, or the ten letters and digits that a counter gave.
    #[schemars(length(min = 1, max = 40), example = &"287082")]
    pub code: Secret,
    /// A code of the authenticator or a spare code, where the account asks for a second step.
    #[serde(default)]
    #[schemars(length(max = 40))]
    pub factor: Option<Secret>,
    /// The password from now on: 10 to 128 characters.
    #[schemars(length(min = 10, max = 128), example = &"a long sentence of one's own")]
    pub password: Secret,
}

/// What was done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recovered {
    /// Whether the second factor went as well.
    pub factor_removed: bool,
}

/// The proof that somebody may choose another password.
struct Proof {
    account: Account,
    way: RecoveryWay,
    /// Whether the second factor goes.
    factor: bool,
    used: Vec<Statement>,
}

impl Action for Recover {
    const NAME: &'static str = "identity.recover";
    const DOC: &'static str = "Sets another password with a code to the verified telephone, or with the code of a counter; and with the second factor where there is one, unless the counter takes it off. Every session of the account ends, and no browser is known to it any more and no passkey is left. The owner is told.";
    type Reply = Recovered;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Recovered>, Failure> {
        ctx.authorize(&Resource::of("identity.challenge", Purpose::Recover.as_str()))?;
        let phone = checks::mobile(&self.phone).map_err(|m| checks::wrong("/phone", m))?;
        let good = |number: &str| {
            rules::password(self.password.expose(), phone.expose(), number)
                .map_err(|message| checks::wrong("/password", message))
        };
        good("")?;
        let gate = Gate::recovery(ctx, phone.expose()).await?;
        gate.admit(ctx.now)?;
        let account = accounts::account_by_phone(ctx, phone.expose()).await?;
        let mut decision = Decision::reply(Recovered { factor_removed: false });
        let proof = match Given::read(self.code.expose()) {
            Given::Digits(_) => {
                let held = challenges::held(ctx, Purpose::Recover, phone.expose()).await?;
                match (held.find(ctx, &self.code), account.filter(|a| a.phone_verified)) {
                    (Some(found), Some(account)) => Proof {
                        account,
                        way: RecoveryWay::Telephone,
                        factor: false,
                        used: held.used(found, ctx.now).into(),
                    },
                    _ => return Ok(gate.refuse(decision.write(held.tried(ctx.now)), ctx.now)),
                }
            }
            Given::Spare(code) => match self.at_counter(ctx, account, &code).await? {
                Some(proof) => proof,
                None => return Ok(gate.refuse(decision, ctx.now)),
            },
        };
        let account = &proof.account;
        good(&account.number)?;
        if let Some(totp) = factors::confirmed_totp(ctx, account.id).await? {
            if proof.factor {
                let gone = values![totp.id, totp.version];
                decision = decision
                    .write(Statement::one(factors::DELETE_TOTP, gone))
                    .write(Statement::any(factors::DELETE_SPARE_CODES, values![account.id]));
            } else {
                let given = self.factor.as_ref().filter(|given| !given.expose().is_empty());
                let given = given.ok_or(IdentityError::FactorNeeded)?;
                let tries = Gate::factor(ctx, &account.id.to_string(), None).await?;
                tries.admit(ctx.now)?;
                match factors::find(ctx, account.id, &totp, given).await? {
                    None => return Ok(tries.refuse(decision, ctx.now)),
                    Some(fits) => decision = decision.write(fits.used),
                }
                decision.writes.extend(tries.forgive(ctx.now));
            }
        }
        decision.reply = Some(Recovered { factor_removed: proof.factor });
        let hash = passwords::hash(&self.password, &ctx.services).await?;
        decision.writes.extend(proof.used);
        decision.writes.extend(gate.forgive(ctx.now));
        decision.writes.extend(end_everything(ctx, account.id));
        let decision = decision
            .write(Statement::one(
                accounts::UPDATE_ACCOUNT_PASSWORD,
                values![account.id, account.version, hash],
            ))
            .tell(
                &AccountRecovered {
                    account: account.id,
                    way: proof.way,
                    factor_removed: proof.factor,
                },
                events::account(account.id, account.version + 1),
            )?;
        notice(ctx, account, decision, "identity-told-recovered")
    }
}

impl Recover {
    /// The proof by the code of a counter. Who has it before its time is told from when on it holds.
    async fn at_counter(
        &self,
        ctx: &Ctx,
        account: Option<Account>,
        code: &str,
    ) -> Result<Option<Proof>, Failure> {
        let Some(account) = account else { return Ok(None) };
        let open = recoveries::of_account(ctx, account.id).await?;
        let Some(open) = open.filter(|open| open.fits(ctx, code)) else { return Ok(None) };
        match open.opens {
            Some(opens) if opens <= ctx.now => Ok(Some(Proof {
                account,
                way: RecoveryWay::Counter,
                factor: open.factor,
                used: vec![open.end(ctx.now)],
            })),
            Some(opens) => Err(IdentityError::RecoveryNotYet { until: opens }.into()),
            None => Ok(None),
        }
    }
}

/// The statements that end whatever goes on in an account's name: sessions, sign-ins, known browsers, passkeys,
/// applications.
pub(crate) fn end_everything(ctx: &Ctx, account: AccountId) -> [Statement; 5] {
    [
        Statement::any(sessions::UPDATE_SESSIONS_ENDED, values![account, "", ctx.now]),
        Statement::any(factors::UPDATE_STEPS_ENDED, values![account, ctx.now]),
        Statement::any(devices::DELETE_DEVICES, values![account]),
        // Whoever had the account may have left one behind.
        Statement::any(crate::store::passkeys::DELETE_PASSKEYS, values![account]),
        Statement::any(
            crate::store::applications::UPDATE_ACCOUNT_TOKENS_ENDED,
            values![account, ctx.now],
        ),
    ]
}
