//! An account as the command line shows it.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HeldMandate, HeldPost, held_mandates, held_posts};
use crate::checks::{self, wrong};
use crate::store::accounts;

/// Asks for the account of a phone.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSummary {
    /// The mobile number.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
}

/// An account; names and numbers are masked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The account.
    pub account: AccountId,
    /// The person, once proved.
    pub person: Option<PersonId>,
    /// The claimed name, masked.
    pub name: String,
    /// The mobile number, masked.
    pub phone: String,
    /// When it was opened.
    pub created_ms: Timestamp,
    /// Posts held now or later.
    pub posts: Vec<HeldPost>,
    /// Organisations that the person may act for now or later.
    pub mandates: Vec<HeldMandate>,
}

impl Query for AccountSummary {
    const NAME: &'static str = "identity.account_summary";
    const DOC: &'static str =
        "The account of a phone with its posts and mandates, for the operator at the machine.";
    // Addresses are logged on their way, and this one would hold a telephone.
    const PERSONAL: bool = true;
    type Reply = Summary;

    async fn answer(self, ctx: &Ctx) -> Result<Summary, Failure> {
        ctx.authorize(&Resource::of("identity.account", "summary"))?;
        let phone = checks::mobile(&self.phone).map_err(|message| wrong("/phone", message))?;
        let account = accounts::account_by_phone(ctx, phone.expose())
            .await?
            .ok_or_else(|| wrong("/phone", "identity-phone-unknown"))?;
        Ok(Summary {
            account: account.id,
            person: account.person,
            name: mask::name(&account.name),
            phone: mask::phone(&account.phone),
            created_ms: account.created,
            posts: held_posts(ctx, account.id).await?,
            mandates: held_mandates(ctx, account.person).await?,
        })
    }
}
