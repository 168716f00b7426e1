//! Whoever opened something in an emergency closes it before its time.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OpeningId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dismiss::Ended;
use crate::error::IdentityError;
use crate::events::{self, GlassClosed};
use crate::store::openings;

/// Closes an own opening.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseOpening {
    /// The opening.
    pub opening: OpeningId,
}

impl Action for CloseOpening {
    const NAME: &'static str = "identity.close_opening";
    const DOC: &'static str = "Closes what one opened in an emergency, before its time.";
    type Reply = Ended;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Ended>, Failure> {
        let opening = openings::opening(ctx, self.opening).await?;
        let own = Resource {
            owner_account: opening.as_ref().map(|opening| opening.account),
            ..Resource::of("identity.opening", self.opening)
        };
        ctx.authorize(&own).map_err(Failure::hidden)?;
        let opening = opening.ok_or_else(Failure::missing)?;
        if !opening.open(ctx.now) {
            return Err(IdentityError::AlreadyEnded.into());
        }
        let event = GlassClosed { opening: opening.id, account: opening.account };
        Decision::reply(Ended { ended_ms: ctx.now })
            .write(Statement::one(
                openings::UPDATE_OPENING_ENDED,
                values![opening.id, opening.version, ctx.now],
            ))
            .tell(&event, events::opening(opening.id, opening.version + 1))
    }
}
