//! A card is lost: it is stopped wherever it is shown, at once; all of its holder's with it where that is wanted.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{card, of_card, stands};
use crate::events::{CardStopped, aggregate};
use crate::model::{CardId, Loss, State};
use crate::store;

/// Stops a card, or all cards of its holder.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportLoss {
    /// The card.
    pub card: CardId,
    /// What happened.
    pub loss: Loss,
    /// Whether every other card of its holder is gone as well.
    #[serde(default)]
    pub all: bool,
}

/// What was stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stopped {
    /// The cards that are stopped now and were good before.
    pub stopped: Vec<CardId>,
}

impl Action for ReportLoss {
    const NAME: &'static str = "cards.report_loss";
    const DOC: &'static str = "Stops a card everywhere at once, or with `all` every good card of its holder. A counter that sees the card makes it good again.";
    type Reply = Stopped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stopped>, Failure> {
        let card = card(ctx, self.card).await?;
        let mut lost = vec![card];
        if self.all {
            let mut held = store::of_person(ctx, lost[0].person).await?;
            held.retain(|card| card.state == State::Good);
            // Where there is nothing to stop, the card that was named says why.
            if !held.is_empty() {
                lost = held;
            }
        }
        for card in &lost {
            stands(card, &[State::Good])?;
        }
        let reply = Stopped { stopped: lost.iter().map(|card| card.id).collect() };
        let mut decision = Decision::reply(reply);
        for card in &lost {
            let event = CardStopped { of: of_card(ctx, card), loss: self.loss };
            decision = decision
                .write(store::moved(ctx, card, State::Stopped, Some(self.loss)))
                .tell(&event, aggregate(card.id, card.version + 1))?;
        }
        Ok(decision)
    }
}
