//! A clerk at a counter proves that an account belongs to the person whose card lies on the desk.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::Problems;
use crate::error::IdentityError;
use crate::events::{self, AccountProved};
use crate::model::{Account, Evidence};
use crate::store::accounts;
use crate::{checks, rules};

/// Proves an account.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prove {
    /// The account.
    pub account: AccountId,
    /// What the clerk saw.
    pub evidence: Evidence,
    /// The citizen identity number that the clerk read off it.
    #[schemars(length(min = 1), example = &"350102199003070020")]
    pub number_seen: String,
    /// The name that the clerk read off it. Where it is given, it must be the one that was claimed; it is
    /// needed where the number was proved before under another name.
    #[serde(default)]
    pub name_seen: Option<String>,
}

/// Who the account belongs to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Proved {
    /// The account.
    pub account: AccountId,
    /// The person: a new one, or the one of that number.
    pub person: PersonId,
}

impl Action for Prove {
    const NAME: &'static str = "identity.prove";
    const DOC: &'static str = "Proves that an account belongs to the person whose card a clerk has seen. Several accounts may be proved for one person.";
    type Reply = Proved;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Proved>, Failure> {
        let account = accounts::account(ctx, self.account).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        if account.person.is_some() {
            return Err(IdentityError::AlreadyProved.into());
        }
        self.compare(ctx, &account)?;
        let known = accounts::person_by_number(ctx, &account.number).await?;
        let person = known.as_ref().map_or_else(|| PersonId::fresh(&*ctx.services.ids), |k| k.id);
        let mut decision = Decision::reply(Proved { account: account.id, person });
        match known {
            None => {
                let (number, name) = (&account.number, &account.name);
                let made = accounts::insert_person(ctx, person, number, name).await?;
                decision = decision.write(made);
            }
            Some(known) if known.name == account.name => {}
            Some(_) if self.name_seen.is_none() => {
                return Err(checks::wrong("/name_seen", "identity-name-differs"));
            }
            Some(known) => {
                let renamed = accounts::rename_person(ctx, &known, &account.name).await?;
                decision = decision.write(renamed);
            }
        }
        decision
            .write(Statement::one(
                accounts::UPDATE_ACCOUNT_PERSON,
                values![account.id, account.version, person],
            ))
            .write(accounts::insert_proof(ctx, account.id, person, self.evidence))
            .tell(
                &AccountProved { account: account.id, person, evidence: self.evidence },
                events::account(account.id, account.version + 1),
            )
    }
}

impl Prove {
    /// Holds what was read off the card against what was claimed.
    fn compare(&self, ctx: &Ctx, account: &Account) -> Result<(), Failure> {
        let mut problems = Problems::default();
        if !Evidence::AT_COUNTER.contains(&self.evidence) {
            problems.note("/evidence", "identity-evidence-unknown");
        }
        if let Some(seen) = problems.take("/number_seen", checks::number(ctx, &self.number_seen))
            && seen.expose() != account.number
        {
            problems.note("/number_seen", "identity-number-differs");
        }
        if let Some(name) = &self.name_seen
            && let Some(seen) = problems.take("/name_seen", rules::person_name(name))
            && seen != account.name
        {
            problems.note("/name_seen", "identity-name-seen-differs");
        }
        problems.finish()
    }
}
