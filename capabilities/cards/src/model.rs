//! The things of cards. No rules and no SQL here.

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::id_type;
use minshu_kernel::ids::PersonId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

id_type!(CardId, "A card bound to a person.");

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its holder says that it is theirs; no office has seen it, and no terminal knows it.
    Claimed,
    /// Seen by an office: it stands for its holder.
    Good,
    /// Reported lost: it stands for nobody, wherever it is shown.
    Stopped,
    /// Given up: nothing of it is kept.
    Ended,
}

impl State {
    /// Every state.
    pub const ALL: [State; 4] = [State::Claimed, State::Good, State::Stopped, State::Ended];

    /// The word in columns and texts.
    pub const fn word(self) -> &'static str {
        match self {
            State::Claimed => "claimed",
            State::Good => "good",
            State::Stopped => "stopped",
            State::Ended => "ended",
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Why a card is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Loss {
    /// It cannot be found.
    Lost,
    /// It was taken.
    Stolen,
    /// Somebody else uses it.
    Misused,
}

impl Loss {
    /// Every reason.
    pub const ALL: [Loss; 3] = [Loss::Lost, Loss::Stolen, Loss::Misused];

    /// The word in columns and texts.
    pub const fn word(self) -> &'static str {
        match self {
            Loss::Lost => "lost",
            Loss::Stolen => "stolen",
            Loss::Misused => "misused",
        }
    }

    /// The reason of a word.
    pub fn parse(word: &str) -> Option<Loss> {
        Loss::ALL.into_iter().find(|loss| loss.word() == word)
    }
}

/// A card of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// Its kind: `pack.kind`.
    pub kind: String,
    /// Whose it is, or is said to be.
    pub person: PersonId,
    /// The number on it, without blanks.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// Why it is stopped.
    pub loss: Option<Loss>,
    /// Since when it is bound.
    pub bound: Timestamp,
    /// When its state changed last.
    pub changed: Timestamp,
    /// Raised at every change.
    pub version: i64,
}

impl Card {
    /// The card as access sees it: it is its holder's, and has no place.
    pub fn resource(&self) -> Resource {
        Resource { owner: Some(self.person), ..Resource::of("cards.card", self.id) }
    }
}
