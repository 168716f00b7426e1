//! One's own citizen identity number in clear, once it was proved: told to the person alone, so that what other registers
//! hold under the number is found as theirs. No application of others is told it.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::store::accounts;

/// Asks for one's own number.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnNumber {}

/// One's own number.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct OwnNumberData {
    /// The number on the card; none before it was proved.
    pub number: Option<String>,
}

impl Query for OwnNumber {
    const NAME: &'static str = "identity.own_number";
    const DOC: &'static str = "One's own citizen identity number, once it was proved: told to the person alone and to no application.";
    type Reply = OwnNumberData;

    async fn answer(self, ctx: &Ctx) -> Result<OwnNumberData, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&Resource {
            owner_account: Some(account.id),
            ..checks::account_resource(&account)
        })?;
        let itself = ctx.who.proved && ctx.who.application.is_none();
        let number = match account.person.filter(|_| itself) {
            None => None,
            Some(person) => accounts::person(ctx, person).await?.map(|(_, number)| number),
        };
        Ok(OwnNumberData { number })
    }
}
