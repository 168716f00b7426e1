//! Mandates: who may act for which organisation.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use crate::model::{Mandate, MandateId};
use crate::store::posts::term;

statements! {
    /// A mandate by its id.
    SELECT_MANDATE = "
SELECT id, organisation, person, from_ms, until_ms, ended_ms, version
FROM identity_mandate
WHERE id = $1";
    /// The mandate of a person for an organisation that nobody ended.
    SELECT_MANDATE_OPEN = "
SELECT id, organisation, person, from_ms, until_ms, ended_ms, version
FROM identity_mandate
WHERE organisation = $1 AND person = $2 AND ended_ms IS NULL";
    /// The mandates of a person that hold at this instant or will hold, with the organisations' names.
    SELECT_MANDATES_OF_PERSON = "
SELECT m.id, m.organisation, m.person, m.from_ms, m.until_ms, m.ended_ms, m.version,
       o.name AS organisation_name, o.uscc
FROM identity_mandate m
JOIN identity_organisation o ON o.id = m.organisation
WHERE m.person = $1
  AND m.ended_ms IS NULL
  AND (m.until_ms IS NULL OR m.until_ms > $2)
ORDER BY m.created_ms, m.id
LIMIT 500";
    /// Who may act for an organisation at this instant.
    SELECT_HOLDERS = "
SELECT person
FROM identity_mandate
WHERE organisation = $1
  AND ended_ms IS NULL
  AND from_ms <= $2
  AND (until_ms IS NULL OR until_ms > $2)
ORDER BY created_ms, id
LIMIT 20";
    /// A new mandate. The same may have been recorded meanwhile: then it touches nothing.
    INSERT_MANDATE = "
INSERT INTO identity_mandate
    (id, organisation, person, from_ms, until_ms, ended_ms, evidence, recorded_by, ended_by, version,
     created_ms)
VALUES ($1, $2, $3, $4, $5, NULL, $6, $7, NULL, 1, $8)
ON CONFLICT DO NOTHING";
    /// A mandate that is over.
    UPDATE_MANDATE_ENDED = "
UPDATE identity_mandate
SET ended_ms = $3,
    ended_by = $4,
    version = version + 1
WHERE id = $1 AND version = $2 AND ended_ms IS NULL";
}

/// Reads a mandate's row.
pub(crate) fn read_mandate(row: &Row) -> Result<Mandate, Failure> {
    Ok(Mandate {
        id: row.id("id")?,
        organisation: row.id("organisation")?,
        person: row.id("person")?,
        term: term(row)?,
        version: row.get("version")?,
    })
}

/// A mandate by its id.
pub(crate) async fn mandate(ctx: &Ctx, id: MandateId) -> Result<Option<Mandate>, Failure> {
    let row = ctx.row(SELECT_MANDATE, values![id]).await?;
    row.map(|row| read_mandate(&row)).transpose()
}

/// The statement that records a mandate. The evidence is what a clerk wrote about the person: it rests under the
/// person's key.
pub(crate) async fn insert(
    ctx: &Ctx,
    mandate: &Mandate,
    evidence: &str,
) -> Result<Statement, Failure> {
    let key = mandate.id.to_string();
    let at = Place { table: "identity_mandate", column: "evidence", row: &key };
    let sealer = ctx.sealer(Subject::Person(mandate.person)).await?;
    Ok(Statement::one(
        INSERT_MANDATE,
        values![
            mandate.id,
            mandate.organisation,
            mandate.person,
            mandate.term.from_ms,
            mandate.term.until_ms,
            sealer.seal_text(at, evidence),
            ctx.who.reference(),
            ctx.now,
        ],
    ))
}

/// The statement that ends a mandate.
pub(crate) fn end(ctx: &Ctx, mandate: &Mandate) -> Statement {
    // One that ran out by itself ended then, not now.
    let ended = mandate.term.until_ms.filter(|end| *end < ctx.now).unwrap_or(ctx.now);
    Statement::one(
        UPDATE_MANDATE_ENDED,
        values![mandate.id, mandate.version, ended, ctx.who.reference()],
    )
}
