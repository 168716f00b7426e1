//! SQL of cards and its row readers. Numbers are sealed and opened here, and nowhere else.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::PersonId;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use crate::error::CardsError;
use crate::model::{Card, CardId, Loss, State};

statements! {
    /// A card.
    SELECT_CARD = "
SELECT id, kind, person, number, state, reason, bound_ms, changed_ms, version
FROM cards_card
WHERE id = $1";

    /// The cards of a person, in the order in which they were bound. Few: each kind has its most.
    SELECT_OF_PERSON = "
SELECT id, kind, person, number, state, reason, bound_ms, changed_ms, version
FROM cards_card
WHERE person = $1
ORDER BY id
LIMIT 200";

    /// The card of a kind and number that an office has seen.
    SELECT_PROVED = "
SELECT id, kind, person, number, state, reason, bound_ms, changed_ms, version
FROM cards_card
WHERE number_key = $1
  AND state IN ('good', 'stopped')";

    /// A new card.
    INSERT_CARD = "
INSERT INTO cards_card (id, kind, person, number, number_key, state, reason, bound_ms, changed_ms,
  version)
VALUES ($1, $2, $3, $4, $5, $6, '', $7, $7, 1)";

    /// A card that is given up: nothing of it is kept.
    DELETE_CARD = "
DELETE FROM cards_card
WHERE id = $1
  AND version = $2";

    /// Another state.
    UPDATE_STATE = "
UPDATE cards_card
SET state = $3,
  reason = $4,
  changed_ms = $5,
  version = version + 1
WHERE id = $1
  AND version = $2";
}

fn place(row: &str) -> Place<'_> {
    Place { table: "cards_card", column: "number", row }
}

/// The blind index of a number of a kind.
fn key(ctx: &Ctx, kind: &str, number: &str) -> Vec<u8> {
    ctx.services.personal.index("cards_card.number", &format!("{kind}\n{number}"))
}

/// The statement that stores a new card.
pub(crate) async fn insert(ctx: &Ctx, card: &Card) -> Result<Statement, Failure> {
    let id = card.id.to_string();
    let sealer = ctx.sealer(Subject::Person(card.person)).await?;
    Ok(Statement::one(
        INSERT_CARD,
        values![
            &id,
            &card.kind,
            card.person,
            sealer.seal_text(place(&id), &card.number),
            key(ctx, &card.kind, &card.number),
            card.state.word(),
            card.bound,
        ],
    ))
}

/// The statement that moves a card on.
pub(crate) fn moved(ctx: &Ctx, card: &Card, state: State, loss: Option<Loss>) -> Statement {
    let reason = loss.map_or("", Loss::word);
    Statement::one(UPDATE_STATE, values![card.id, card.version, state.word(), reason, ctx.now])
}

/// The statement that gives a card up.
pub(crate) fn gone(card: &Card) -> Statement {
    Statement::one(DELETE_CARD, values![card.id, card.version])
}

/// A card by id.
pub(crate) async fn find(ctx: &Ctx, id: CardId) -> Result<Option<Card>, Failure> {
    let row = ctx.row(SELECT_CARD, values![id]).await?;
    row.map(|row| read(ctx, &row)).transpose()
}

/// The cards of a person.
pub(crate) async fn of_person(ctx: &Ctx, person: PersonId) -> Result<Vec<Card>, Failure> {
    let rows = ctx.rows(SELECT_OF_PERSON, values![person]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// The card of a kind and number that an office has seen.
pub(crate) async fn proved(ctx: &Ctx, kind: &str, number: &str) -> Result<Option<Card>, Failure> {
    let row = ctx.row(SELECT_PROVED, values![key(ctx, kind, number)]).await?;
    row.map(|row| read(ctx, &row)).transpose()
}

fn read(ctx: &Ctx, row: &Row) -> Result<Card, Failure> {
    let id: CardId = row.id("id")?;
    let sealed: Vec<u8> = row.get("number")?;
    let state = State::parse(&row.get::<String>("state")?);
    Ok(Card {
        id,
        kind: row.get("kind")?,
        person: row.id("person")?,
        number: ctx.services.personal.open_text(place(&id.to_string()), &sealed)?,
        state: state.ok_or(CardsError::Damaged { id })?,
        loss: Loss::parse(&row.get::<String>("reason")?),
        bound: row.get("bound_ms")?,
        changed: row.get("changed_ms")?,
        version: row.get("version")?,
    })
}
