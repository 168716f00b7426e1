//! A provider outside the house signs somebody in no more.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::OutsideLinkId;
use crate::store::outside;

/// Takes a link to a provider away.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlinkOutside {
    /// The link, as the list of one's own names it.
    pub link: OutsideLinkId,
}

/// Whether there was one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Unlinked {
    /// False where it was gone before.
    pub unlinked: bool,
}

impl Action for UnlinkOutside {
    const NAME: &'static str = "identity.unlink_outside";
    const DOC: &'static str = "Takes a link of one's own account to a provider away: it signs one in no more. The password goes on to.";
    type Reply = Unlinked;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Unlinked>, Failure> {
        ctx.authorize(&Resource::of("identity.account", ctx.who.reference()))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let account = ctx.who.account().ok_or_else(nobody)?;
        let own = outside::links(ctx, account).await?.iter().any(|link| link.id == self.link);
        let gone = Statement::any(outside::DELETE_OUTSIDE, values![self.link, account]);
        Ok(Decision::reply(Unlinked { unlinked: own }).write(gone))
    }
}
