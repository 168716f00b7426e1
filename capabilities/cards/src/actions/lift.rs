//! A stopped card was found: a clerk sees it in its holder's hand.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::confirm::seen;
use super::{CardStands, card, of_card, of_somebody_else, stands};
use crate::events::{CardRestored, aggregate};
use crate::model::{CardId, State};
use crate::store;

/// Makes a stopped card good again.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// The card.
    pub card: CardId,
    /// The number that the clerk read off it.
    #[schemars(length(min = 1, max = 80), example = &"A1234 5678")]
    pub number_seen: String,
}

impl Action for Lift {
    const NAME: &'static str = "cards.lift";
    const DOC: &'static str = "Makes a stopped card good again: a clerk has seen it in its holder's hand. Nobody does it for themselves on line.";
    type Reply = CardStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CardStands>, Failure> {
        let card = card(ctx, self.card).await?;
        of_somebody_else(ctx, &card)?;
        stands(&card, &[State::Stopped])?;
        seen(ctx, &card, &self.number_seen)?;
        Decision::reply(CardStands { card: card.id, state: State::Good })
            .write(store::moved(ctx, &card, State::Good, None))
            .tell(&CardRestored { of: of_card(ctx, &card) }, aggregate(card.id, card.version + 1))
    }
}
