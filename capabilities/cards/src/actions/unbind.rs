//! A card is given up. A stopped one is not given up on line: whoever stole it could bind it anew elsewhere.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CardStands, card, of_card, stands};
use crate::events::{CardEnded, aggregate};
use crate::model::{CardId, State};
use crate::store;

/// Gives a card up.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unbind {
    /// The card.
    pub card: CardId,
}

impl Action for Unbind {
    const NAME: &'static str = "cards.unbind";
    const DOC: &'static str = "Binds a card to its holder no more. One that is stopped stays stopped: a counter gives it up.";
    type Reply = CardStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CardStands>, Failure> {
        let card = card(ctx, self.card).await?;
        if super::is_own(ctx, &card) {
            stands(&card, &[State::Claimed, State::Good])?;
        }
        Decision::reply(CardStands { card: card.id, state: State::Ended })
            .write(store::gone(&card))
            .tell(&CardEnded { of: of_card(ctx, &card) }, aggregate(card.id, card.version + 1))
    }
}
