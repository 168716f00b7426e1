//! A clerk has the claimed card and its holder before them.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CardStands, card, kind, of_card, of_nobody_else, of_somebody_else, stands};
use crate::error::CardsError;
use crate::events::{CardProved, aggregate};
use crate::model::{CardId, State};
use crate::{rules, store};

/// Proves a claimed card.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The card.
    pub card: CardId,
    /// The number that the clerk read off it.
    #[schemars(length(min = 1, max = 80), example = &"A1234 5678")]
    pub number_seen: String,
}

impl Action for Confirm {
    const NAME: &'static str = "cards.confirm";
    const DOC: &'static str =
        "A clerk has seen a claimed card in its holder's hand: terminals know it from now on.";
    type Reply = CardStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CardStands>, Failure> {
        let card = card(ctx, self.card).await?;
        of_somebody_else(ctx, &card)?;
        stands(&card, &[State::Claimed])?;
        seen(ctx, &card, &self.number_seen)?;
        of_nobody_else(ctx, &card).await?;
        Decision::reply(CardStands { card: card.id, state: State::Good })
            .write(store::moved(ctx, &card, State::Good, None))
            .tell(&CardProved { of: of_card(ctx, &card) }, aggregate(card.id, card.version + 1))
    }
}

/// Holds what was read off a card against what is bound.
pub(super) fn seen(ctx: &Ctx, card: &crate::model::Card, number: &str) -> Result<(), Failure> {
    let kind = kind(ctx, &card.kind)?;
    match rules::number(&kind, number) {
        Ok(number) if number == card.number => Ok(()),
        _ => Err(CardsError::Differs.into()),
    }
}
