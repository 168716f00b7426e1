//! Facts that cards tell: ids, and what a kind is called. Numbers stand in none.

use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::ids::PersonId;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Card, CardId, Loss};

/// What every event of a card tells.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OfCard {
    /// The card.
    pub card: CardId,
    /// Its kind: `pack.kind`.
    pub kind: String,
    /// The pack that declares the kind.
    pub pack: String,
    /// What the kind is called.
    pub name: LocalText,
    /// Whose it is.
    pub person: PersonId,
}

impl OfCard {
    /// Of a card of a kind of this name.
    pub fn of(card: &Card, name: LocalText) -> OfCard {
        OfCard {
            card: card.id,
            pack: card.kind.split('.').next().unwrap_or_default().to_owned(),
            kind: card.kind.clone(),
            name,
            person: card.person,
        }
    }
}

/// An office has seen a card and who it is of: it stands for its holder from now on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CardProved {
    /// The card.
    #[serde(flatten)]
    pub of: OfCard,
}

impl Event for CardProved {
    const TYPE: &'static str = "cards.card.proved";
    const DOC: &'static str = "A card was seen by an office and stands for its holder from now on.";
}

/// A card was stopped.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CardStopped {
    /// The card.
    #[serde(flatten)]
    pub of: OfCard,
    /// Why.
    pub loss: Loss,
}

impl Event for CardStopped {
    const TYPE: &'static str = "cards.card.stopped";
    const DOC: &'static str =
        "A card was reported lost: it stands for nobody, wherever it is shown.";
}

/// A stopped card is good again.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CardRestored {
    /// The card.
    #[serde(flatten)]
    pub of: OfCard,
}

impl Event for CardRestored {
    const TYPE: &'static str = "cards.card.restored";
    const DOC: &'static str =
        "A stopped card was seen by an office in its holder's hand: it is good again.";
}

/// A card was given up.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CardEnded {
    /// The card.
    #[serde(flatten)]
    pub of: OfCard,
}

impl Event for CardEnded {
    const TYPE: &'static str = "cards.card.ended";
    const DOC: &'static str = "A card is bound to its holder no more.";
}

/// The card as the aggregate of its events, at its version after the write.
pub fn aggregate(card: CardId, version: i64) -> Aggregate {
    Aggregate { kind: "cards.card", id: card.to_string(), version }
}
