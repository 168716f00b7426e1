//! Somebody says that a card is theirs. No terminal knows it before an office has seen it; whether somebody else has it
//! is not told here, so that nobody tries numbers out.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CardStands, fresh, kind, myself, own};
use crate::error::CardsError;
use crate::model::State;
use crate::store;

/// Claims a card.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// Its kind: `pack.kind`.
    #[schemars(length(min = 1, max = 130), example = &"startup-multicard.social-security")]
    pub kind: String,
    /// The number on it, as people type it.
    #[schemars(length(min = 1, max = 80), example = &"A1234 5678")]
    pub number: String,
}

impl Action for Bind {
    const NAME: &'static str = "cards.bind";
    const DOC: &'static str = "Says that a card is one's own. It stands for nothing until a counter has seen it (`cards.confirm`).";
    type Reply = CardStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CardStands>, Failure> {
        ctx.authorize(&own(ctx))?;
        let person = myself(ctx).ok_or(CardsError::NotProved)?;
        let kind = kind(ctx, &self.kind)?;
        let card = fresh(ctx, person, &kind, &self.number, State::Claimed).await?;
        Ok(Decision::reply(CardStands { card: card.id, state: card.state })
            .write(store::insert(ctx, &card).await?))
    }
}
