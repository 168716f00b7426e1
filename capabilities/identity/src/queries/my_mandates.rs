//! The organisations that one may act for, for forms that ask on whose behalf.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HeldMandate, held_mandates};

/// Asks for one's own mandates of this moment.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyMandates {}

/// The mandates that hold now; none for an account that is not proved.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MandateList {
    /// In the order in which they were recorded.
    pub mandates: Vec<HeldMandate>,
}

impl Query for MyMandates {
    const NAME: &'static str = "identity.my_mandates";
    const DOC: &'static str = "The organisations that one may act for at this moment.";
    type Reply = MandateList;

    async fn answer(self, ctx: &Ctx) -> Result<MandateList, Failure> {
        ctx.authorize(&Resource {
            owner_account: ctx.who.account(),
            ..Resource::of("identity.account", ctx.who.reference())
        })?;
        let person = ctx.who.person.filter(|_| ctx.who.proved);
        let mut mandates = held_mandates(ctx, person).await?;
        mandates.retain(|held| held.from_ms <= ctx.now);
        Ok(MandateList { mandates })
    }
}
