//! What the house knows of whoever is signed in.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HeldMandate, HeldPost, held_mandates, held_posts};
use crate::checks;
use crate::store::accounts;

/// Asks for one's own account.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Me {}

/// One's own account; numbers are masked.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct MyAccount {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The citizen identity number, masked.
    pub number: String,
    /// The mobile number, masked.
    pub phone: String,
    /// Whether it was proved to belong to the person.
    pub proved: bool,
    /// When it was opened.
    pub created_ms: Timestamp,
    /// When it was proved.
    pub proved_ms: Option<Timestamp>,
    /// Posts held now or later.
    pub posts: Vec<HeldPost>,
    /// Organisations that one may act for now or later.
    pub mandates: Vec<HeldMandate>,
}

impl Query for Me {
    const NAME: &'static str = "identity.me";
    const DOC: &'static str = "One's own account: name, masked numbers, proof, posts and mandates.";
    type Reply = MyAccount;

    async fn answer(self, ctx: &Ctx) -> Result<MyAccount, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        // What a proved person is called is on the card; before that, what was claimed.
        let name = match account.person {
            None => None,
            Some(person) => accounts::person(ctx, person).await?.map(|(name, _)| name),
        };
        let proof = ctx.row(accounts::SELECT_PROOF, values![id]).await?;
        Ok(MyAccount {
            account: id,
            name: name.unwrap_or(account.name),
            number: mask::citizen(&account.number),
            phone: mask::phone(&account.phone),
            proved: account.person.is_some(),
            created_ms: account.created,
            proved_ms: proof.map(|row| row.get("at_ms")).transpose()?,
            posts: held_posts(ctx, id).await?,
            mandates: held_mandates(ctx, account.person).await?,
        })
    }
}
