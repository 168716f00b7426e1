//! What is answered of cards, one file a noun, and the view they share.

pub mod at_counter;
pub mod mine;
pub mod resolve;

pub use at_counter::AtCounter;
pub use mine::Mine;
pub use resolve::Resolve;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::name_of;
use crate::model::{Card, CardId, Loss, State};
use crate::rules;

/// A card as its holder and a counter see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CardView {
    /// The card.
    pub card: CardId,
    /// Its kind: `pack.kind`.
    pub kind: String,
    /// What the kind is called.
    pub name: LocalText,
    /// The number's last four characters.
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// Why it is stopped.
    pub loss: Option<Loss>,
    /// When its state changed last, milliseconds since 1970 in UTC.
    pub changed_ms: Timestamp,
}

impl CardView {
    pub(crate) fn of(ctx: &Ctx, card: &Card) -> CardView {
        CardView {
            card: card.id,
            kind: card.kind.clone(),
            name: name_of(ctx, &card.kind),
            number: rules::masked(&card.number),
            state: card.state,
            loss: card.loss,
            changed_ms: card.changed,
        }
    }
}

/// A kind that may be bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KindView {
    /// Its id: `pack.kind`.
    pub kind: String,
    /// What it is called.
    pub name: LocalText,
    /// Who issues it.
    pub issuer: LocalText,
    /// Where the number stands on it.
    pub help: Option<LocalText>,
}

/// The kinds in force.
pub(crate) fn kinds(ctx: &Ctx) -> Vec<KindView> {
    let section = ctx.section::<crate::compile::Section>(crate::NAME);
    let view = |kind: &std::sync::Arc<crate::compile::Kind>| KindView {
        kind: kind.id.clone(),
        name: kind.name.clone(),
        issuer: kind.issuer.clone(),
        help: kind.help.clone(),
    };
    section.kinds.values().map(view).collect()
}
