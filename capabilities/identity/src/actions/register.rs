//! Somebody opens an account. Name and number are a claim; a counter proves it later.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{self, AccountRegistered};
use crate::model::{Account, Secret};
use crate::{checks, passwords, store};

/// Opens an account.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The name as on the identity card.
    #[schemars(length(min = 1, max = 50), example = &"林晓燕")]
    pub name: String,
    /// The citizen identity number (GB 11643), 18 characters.
    #[schemars(length(min = 1), example = &"350102199003070020")]
    pub number: String,
    /// A mobile number of the mainland; one account each.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// 10 to 128 characters.
    #[schemars(length(min = 10, max = 128), example = &"a long sentence of one's own")]
    pub password: Secret,
}

/// The account that was opened.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// Its id.
    pub account: AccountId,
}

impl Action for Register {
    const NAME: &'static str = "identity.register";
    const DOC: &'static str =
        "Opens an account. Its name and number are a claim until a counter proves it.";
    type Reply = Registered;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Registered>, Failure> {
        let id = AccountId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.account", id))?;
        let claimed = (self.name.as_str(), self.number.as_str(), self.phone.as_str());
        let claim = checks::claim(ctx, claimed, &self.password).await?;
        let account = Account {
            id,
            phone: claim.phone.expose().to_owned(),
            number: claim.number.expose().to_owned(),
            name: claim.name,
            password: passwords::hash(&self.password, &ctx.services).await?,
            person: None,
            version: 1,
            created: ctx.now,
            phone_verified: false,
        };
        Decision::reply(Registered { account: id })
            .write(store::accounts::insert_account(ctx, &account).await?)
            .tell(&AccountRegistered { account: id }, events::account(id, 1))
    }
}
