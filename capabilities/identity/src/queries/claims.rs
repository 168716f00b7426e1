//! What a clerk at a counter sees of the accounts that claim a person: enough to compare with the card
//! on the desk, and nothing that could be copied from the screen.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HeldMandate, held_mandates};
use crate::checks::{self, wrong};
use crate::model::Account;
use crate::store::accounts;

/// The most accounts that are told of one number.
const CLAIMS_MAX: i64 = 50;

/// Asks for accounts by exactly one of the three.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The mobile number of the account.
    #[serde(default)]
    #[schemars(example = &"13800000001")]
    pub phone: Option<String>,
    /// The citizen identity number that is claimed.
    #[serde(default)]
    pub number: Option<String>,
    /// The account itself.
    #[serde(default)]
    pub account: Option<AccountId>,
}

/// An account that claims to be a person.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClaimLine {
    /// The account.
    pub account: AccountId,
    /// The claimed name, masked.
    pub name: String,
    /// The claimed number, masked.
    pub number: String,
    /// The mobile number, masked.
    pub phone: String,
    /// Whether it was proved.
    pub proved: bool,
    /// The person that it was proved to be.
    pub person: Option<PersonId>,
    /// When it was opened.
    pub created_ms: Timestamp,
    /// When it was proved.
    pub proved_ms: Option<Timestamp>,
    /// The organisations that the person may act for.
    pub mandates: Vec<HeldMandate>,
}

/// The accounts found, the oldest first, at most 50.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClaimList {
    /// The accounts.
    pub claims: Vec<ClaimLine>,
}

impl Query for Claims {
    const NAME: &'static str = "identity.claims";
    const DOC: &'static str =
        "The accounts with a phone or claiming a number, masked, for the clerk at a counter.";
    const PERSONAL: bool = true;
    type Reply = ClaimList;

    async fn answer(self, ctx: &Ctx) -> Result<ClaimList, Failure> {
        ctx.authorize(&Resource::of("identity.account", "claims"))?;
        let given = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let found = match (given(&self.phone), given(&self.number), self.account) {
            (Some(phone), None, None) => {
                let phone = checks::mobile(&phone).map_err(|m| wrong("/phone", m))?;
                Vec::from_iter(accounts::account_by_phone(ctx, phone.expose()).await?)
            }
            (None, Some(number), None) => {
                let number = checks::number(ctx, &number).map_err(|m| wrong("/number", m))?;
                accounts::accounts_by_number(ctx, number.expose(), CLAIMS_MAX).await?
            }
            (None, None, Some(id)) => Vec::from_iter(accounts::account(ctx, id).await?),
            _ => return Err(wrong("/phone", "identity-phone-or-number")),
        };
        let mut claims = Vec::with_capacity(found.len());
        for account in found {
            claims.push(line(ctx, account).await?);
        }
        Ok(ClaimList { claims })
    }
}

async fn line(ctx: &Ctx, account: Account) -> Result<ClaimLine, Failure> {
    let proof = ctx.row(accounts::SELECT_PROOF, values![account.id]).await?;
    Ok(ClaimLine {
        account: account.id,
        name: mask::name(&account.name),
        number: mask::citizen(&account.number),
        phone: mask::phone(&account.phone),
        proved: account.person.is_some(),
        person: account.person,
        created_ms: account.created,
        proved_ms: proof.map(|row| row.get("at_ms")).transpose()?,
        mandates: held_mandates(ctx, account.person).await?,
    })
}
