//! A holder takes a code back before its time is over.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::licence;
use crate::model::ShowingId;
use crate::store::showings;

/// Takes a code back.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndShowing {
    /// The showing.
    pub showing: ShowingId,
}

/// What was taken back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShowingEnded {
    /// The showing.
    pub showing: ShowingId,
}

impl Action for EndShowing {
    const NAME: &'static str = "licences.end_showing";
    const DOC: &'static str = "Takes a code back: from this moment it shows nothing.";
    type Reply = ShowingEnded;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ShowingEnded>, Failure> {
        // The holder of the licence is asked for, so that nobody learns of somebody else's showing.
        let found = showings::find(ctx, self.showing).await?;
        let of = found.as_ref().map(|showing| showing.licence);
        let Some((showing, of)) = found.zip(of) else {
            ctx.authorize(&super::own(ctx))?;
            return Err(Failure::missing());
        };
        licence(ctx, of).await?;
        let decision = Decision::reply(ShowingEnded { showing: showing.id });
        Ok(match showing.ended {
            Some(_) => decision,
            None => decision.write(showings::ended(ctx, &showing)),
        })
    }
}
