//! The things of cards. No rules and no SQL here.

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::id_type;
use minshu_kernel::ids::PersonId;
use minshu_kernel::words;

id_type!(CardId, "A card bound to a person.");

words! {
    /// Where a card stands.
    State {
        /// Its holder says that it is theirs; no office has seen it, and no terminal knows it.
        Claimed = "claimed",
        /// Seen by an office: it stands for its holder.
        Good = "good",
        /// Reported lost: it stands for nobody, wherever it is shown.
        Stopped = "stopped",
        /// Given up: nothing of it is kept.
        Ended = "ended",
    }
}

words! {
    /// Why a card is stopped.
    Loss {
        /// It cannot be found.
        Lost = "lost",
        /// It was taken.
        Stolen = "stolen",
        /// Somebody else uses it.
        Misused = "misused",
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
