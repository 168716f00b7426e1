//! A clerk binds a card for whoever stands at the counter with it.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CardStands, fresh, kind, of_card, of_nobody_else, of_somebody_else};
use crate::events::{CardProved, aggregate};
use crate::model::{Card, State};
use crate::queries::at_counter::holder_of_account;
use crate::store;

/// Binds a card that a clerk has seen.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    /// The proved account of whoever holds it, as `cards.at_counter` tells it.
    pub account: AccountId,
    /// Its kind: `pack.kind`.
    #[schemars(length(min = 1, max = 130), example = &"startup-multicard.social-security")]
    pub kind: String,
    /// The number that the clerk read off it.
    #[schemars(length(min = 1, max = 80), example = &"A1234 5678")]
    pub number: String,
}

impl Action for Enter {
    const NAME: &'static str = "cards.enter";
    const DOC: &'static str =
        "Binds a card that a clerk has seen in its holder's hand: terminals know it from now on.";
    type Reply = CardStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CardStands>, Failure> {
        ctx.authorize(&Resource::of("cards.card", "counter"))?;
        let person = holder_of_account(ctx, self.account).await?;
        let kind = kind(ctx, &self.kind)?;
        let card: Card = fresh(ctx, person, &kind, &self.number, State::Good).await?;
        of_somebody_else(ctx, &card)?;
        of_nobody_else(ctx, &card).await?;
        Decision::reply(CardStands { card: card.id, state: card.state })
            .write(store::insert(ctx, &card).await?)
            .tell(&CardProved { of: of_card(ctx, &card) }, aggregate(card.id, 1))
    }
}
