//! One's own cards.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CardView, KindView, kinds};
use crate::actions::{myself, own};
use crate::store;

/// Asks for one's own cards.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mine {}

/// One's own cards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MyCards {
    /// Whether one was proved: only then cards are bound.
    pub proved: bool,
    /// The cards, in the order in which they were bound.
    pub cards: Vec<CardView>,
    /// The kinds that may be bound.
    pub kinds: Vec<KindView>,
}

impl Query for Mine {
    const NAME: &'static str = "cards.mine";
    const DOC: &'static str = "One's own cards with the last four characters of their numbers, and the kinds that may be bound.";
    type Reply = MyCards;

    async fn answer(self, ctx: &Ctx) -> Result<MyCards, Failure> {
        ctx.authorize(&own(ctx))?;
        let person = myself(ctx);
        let held = match person {
            None => Vec::new(),
            Some(person) => store::of_person(ctx, person).await?,
        };
        Ok(MyCards {
            proved: person.is_some(),
            cards: held.iter().map(|card| CardView::of(ctx, card)).collect(),
            kinds: kinds(ctx),
        })
    }
}
