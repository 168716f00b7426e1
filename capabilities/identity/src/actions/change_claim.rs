//! Somebody puts right the name or number of an account that is not proved yet: a slip in opening it must
//! not bar the way at the counter, where the phone could open no second account.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{self, Problems};
use crate::error::IdentityError;
use crate::events::{self, ClaimChanged};
use crate::model::Account;
use crate::rules;
use crate::store::accounts;

/// Changes what one's own account claims.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeClaim {
    /// The name as on the identity card.
    #[schemars(length(min = 1), example = &"林晓燕")]
    pub name: String,
    /// The citizen identity number (GB 11643), 18 characters.
    #[schemars(length(min = 1), example = &"350102199003070020")]
    pub number: String,
}

/// The account whose claim was changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClaimSet {
    /// Its id.
    pub account: AccountId,
}

impl Action for ChangeClaim {
    const NAME: &'static str = "identity.change_claim";
    const DOC: &'static str =
        "Changes the name and number that one's own account claims, as long as it is not proved.";
    type Reply = ClaimSet;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ClaimSet>, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let before = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&before))?;
        if before.person.is_some() {
            return Err(IdentityError::AlreadyProved.into());
        }
        let mut problems = Problems::default();
        let name = problems.take("/name", rules::person_name(&self.name));
        let number = problems.take("/number", checks::number(ctx, &self.number));
        let (Some(name), Some(number)) = (name, number) else { return Err(problems.refused()) };
        problems.finish()?;
        let version = before.version + 1;
        let after = Account { name, number: number.expose().to_owned(), ..before };
        Decision::reply(ClaimSet { account: id })
            .write(accounts::update_claim(ctx, &after).await?)
            .tell(&ClaimChanged { account: id }, events::account(id, version))
    }
}
