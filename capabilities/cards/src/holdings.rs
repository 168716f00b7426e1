//! What cards hold about people: their cards. They go when the holder leaves.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldRecord, Holding, Leaving};
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};
use serde_json::json;

use crate::actions::{myself, name_of};
use crate::store;

statements! {
    /// The cards of somebody who leaves.
    ERASE_CARDS = "
DELETE FROM cards_card
WHERE person = $1";
}

/// The kind that cards hold.
pub(crate) fn holding() -> Holding {
    Holding {
        name: "cards.cards",
        title: "cards-held",
        purpose: "cards-held-purpose",
        basis: "cards-held-basis",
        period: "cards-held-period",
        read: |ctx, most| Box::pin(read(ctx, most)),
        leave: |ctx| Box::pin(leave(ctx)),
    }
}

async fn read(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let Some(person) = myself(ctx) else { return Ok(Vec::new()) };
    let speaker = ctx.speaker();
    let held = store::of_person(ctx, person).await?;
    let record = |card: crate::model::Card| HeldRecord {
        resource: "cards.card",
        id: card.id.to_string(),
        title: speaker.local(&name_of(ctx, &card.kind)).to_owned(),
        at: card.changed,
        href: Some("/me/cards".to_owned()),
        data: json!({ "kind": card.kind, "number": card.number, "state": card.state, "bound_ms": card.bound }),
        files: Vec::new(),
    };
    Ok(held.into_iter().rev().take(most as usize).map(record).collect())
}

async fn leave(ctx: &Ctx) -> Result<Leaving, Failure> {
    let Some(person) = myself(ctx) else { return Ok(Leaving::default()) };
    let writes = vec![Statement::any(ERASE_CARDS, values![person])];
    Ok(Leaving { writes, ..Leaving::default() })
}
