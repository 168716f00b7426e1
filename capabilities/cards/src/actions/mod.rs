//! What is done with cards, one file a verb.

pub mod bind;
pub mod confirm;
pub mod enter;
pub mod lift;
pub mod report_loss;
pub mod unbind;

pub use bind::Bind;
pub use confirm::Confirm;
pub use enter::Enter;
pub use lift::Lift;
pub use report_loss::ReportLoss;
pub use unbind::Unbind;

use std::sync::Arc;

use minshu_kernel::access::Resource;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::PersonId;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Kind, Section};
use crate::error::CardsError;
use crate::events::OfCard;
use crate::model::{Card, CardId, State};
use crate::{rules, store};

/// Where a card stands after an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardStands {
    /// The card.
    pub card: CardId,
    /// Where it stands.
    pub state: State,
}

/// One's own cards as access sees them.
pub(crate) fn own(ctx: &Ctx) -> Resource {
    Resource {
        owner: ctx.who.person,
        owner_account: ctx.who.account(),
        ..Resource::of("cards.card", "own")
    }
}

/// The person that was proved behind whoever asks.
pub(crate) fn myself(ctx: &Ctx) -> Option<PersonId> {
    ctx.who.person.filter(|_| ctx.who.proved)
}

/// A kind in force.
pub(crate) fn kind(ctx: &Ctx, id: &str) -> Result<Arc<Kind>, CardsError> {
    let section = ctx.section::<Section>(crate::NAME);
    section.kinds.get(id).cloned().ok_or_else(|| CardsError::UnknownKind(id.to_owned()))
}

/// What a kind is called; its id where it is not declared any more.
pub(crate) fn name_of(ctx: &Ctx, id: &str) -> LocalText {
    kind(ctx, id).map_or_else(|_| LocalText::new(id, id), |kind| kind.name.clone())
}

/// What an event tells of a card.
pub(crate) fn of_card(ctx: &Ctx, card: &Card) -> OfCard {
    OfCard::of(card, name_of(ctx, &card.kind))
}

/// A card that one may touch; that there is another's is not told.
async fn card(ctx: &Ctx, id: CardId) -> Result<Card, Failure> {
    let card = store::find(ctx, id).await?.ok_or_else(Failure::missing)?;
    ctx.authorize(&card.resource()).map_err(Failure::hidden)?;
    Ok(card)
}

/// Whether it is one's own.
fn is_own(ctx: &Ctx, card: &Card) -> bool {
    ctx.who.person == Some(card.person)
}

/// Refuses a clerk who sees to the own card: somebody else has to have seen it.
fn of_somebody_else(ctx: &Ctx, card: &Card) -> Result<(), Failure> {
    match is_own(ctx, card) {
        false => Ok(()),
        true => {
            let error = CardsError::OwnCard;
            let rule = format!("{}: {error}", ctx.operation);
            Err(Failure { rule: Some(rule), ..error.into() })
        }
    }
}

/// Refuses a card that stands elsewhere.
fn stands(card: &Card, states: &[State]) -> Result<(), CardsError> {
    match states.contains(&card.state) {
        true => Ok(()),
        false => Err(CardsError::NotSo { state: card.state.word() }),
    }
}

/// A new card of a person, where the number is right and there is room for it.
async fn fresh(
    ctx: &Ctx,
    person: PersonId,
    kind: &Kind,
    number: &str,
    state: State,
) -> Result<Card, Failure> {
    let number = rules::number(kind, number).map_err(CardsError::BadNumber)?;
    let held = store::of_person(ctx, person).await?;
    let of_kind: Vec<&Card> = held.iter().filter(|card| card.kind == kind.id).collect();
    if of_kind.iter().any(|card| card.number == number) {
        return Err(CardsError::Already.into());
    }
    if of_kind.len() >= usize::from(kind.most) {
        return Err(CardsError::TooMany { most: kind.most }.into());
    }
    Ok(Card {
        id: CardId::fresh(&*ctx.services.ids),
        kind: kind.id.clone(),
        person,
        number,
        state,
        loss: None,
        bound: ctx.now,
        changed: ctx.now,
        version: 1,
    })
}

/// Refuses a number that an office has seen in somebody else's hand.
async fn of_nobody_else(ctx: &Ctx, card: &Card) -> Result<(), Failure> {
    match store::proved(ctx, &card.kind, &card.number).await? {
        Some(other) if other.id != card.id => Err(CardsError::OfAnother.into()),
        _ => Ok(()),
    }
}
