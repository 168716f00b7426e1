//! Licences that are held out, who looked, and who guesses.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::personal::Sealer;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use super::place;
use crate::error::LicencesError;
use crate::model::{LicenceId, Look, LookId, Showing, ShowingId, Way};

statements! {
    /// A showing by its code.
    SELECT_BY_CODE = "
SELECT id, licence, purpose, fields, once, made_ms, until_ms, used_ms, ended_ms, version
FROM licences_showing
WHERE code = $1";

    /// A showing.
    SELECT_SHOWING = "
SELECT id, licence, purpose, fields, once, made_ms, until_ms, used_ms, ended_ms, version
FROM licences_showing
WHERE id = $1";

    /// The showings of a licence, the latest first.
    SELECT_SHOWINGS = "
SELECT id, licence, purpose, fields, once, made_ms, until_ms, used_ms, ended_ms, version
FROM licences_showing
WHERE licence = $1
ORDER BY id DESC
LIMIT 50";

    /// A new showing.
    INSERT_SHOWING = "
INSERT INTO licences_showing (id, licence, code, purpose, fields, once, made_ms, until_ms, used_ms, ended_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, 1)";

    /// The first look at a showing: of two that come together for a showing of one look, one loses.
    USE_SHOWING = "
UPDATE licences_showing
SET used_ms = $3,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// Its holder takes it back.
    END_SHOWING = "
UPDATE licences_showing
SET ended_ms = $3,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// Somebody looked.
    INSERT_LOOK = "
INSERT INTO licences_look (id, licence, showing, way, looker, at_ms)
VALUES ($1, $2, $3, $4, $5, $6)";

    /// Who looked at a licence, the latest first.
    SELECT_LOOKS = "
SELECT id, showing, way, looker, at_ms
FROM licences_look
WHERE licence = $1
ORDER BY id DESC
LIMIT 100";

    /// When the next try of a sender is read.
    SELECT_ATTEMPT = "
SELECT next_ms
FROM licences_attempt
WHERE id = $1";

    /// A try that did not fit: the instant moves on by `$4`, from `$3` at the earliest, which is `$5`.
    COUNT_ATTEMPT = "
INSERT INTO licences_attempt (id, next_ms, last_ms)
VALUES ($1, $5, $2)
ON CONFLICT (id) DO UPDATE
SET next_ms = CASE
    WHEN licences_attempt.next_ms > $3 THEN licences_attempt.next_ms + $4
    ELSE $5
  END,
  last_ms = $2";
}

const TABLE: &str = "licences_showing";

/// The blind index of a code.
fn key(ctx: &Ctx, code: &str) -> Vec<u8> {
    ctx.services.personal.index("licences_showing.code", code)
}

/// The statement that holds a licence out.
pub(crate) fn insert(ctx: &Ctx, showing: &Showing, code: &str, sealer: &Sealer) -> Statement {
    let id = showing.id.to_string();
    Statement::one(
        INSERT_SHOWING,
        values![
            &id,
            showing.licence,
            key(ctx, code),
            sealer.seal_text(place(TABLE, "purpose", &id), &showing.purpose),
            showing.fields.join(" "),
            showing.once,
            showing.made,
            showing.until,
        ],
    )
}

/// The statement that notes the first look.
pub(crate) fn used(ctx: &Ctx, showing: &Showing) -> Statement {
    Statement::one(USE_SHOWING, values![showing.id, showing.version, ctx.now])
}

/// The statement that takes it back.
pub(crate) fn ended(ctx: &Ctx, showing: &Showing) -> Statement {
    Statement::one(END_SHOWING, values![showing.id, showing.version, ctx.now])
}

/// The statement that notes a look.
pub(crate) fn look(
    ctx: &Ctx,
    licence: LicenceId,
    showing: Option<ShowingId>,
    way: Way,
) -> Statement {
    let id = LookId::fresh(&*ctx.services.ids);
    let showing = showing.map(|id| id.to_string());
    Statement::one(
        INSERT_LOOK,
        values![id, licence, showing, way.word(), ctx.who.signature(), ctx.now],
    )
}

/// A showing by its code.
pub(crate) async fn by_code(ctx: &Ctx, code: &str) -> Result<Option<Showing>, Failure> {
    let row = ctx.row(SELECT_BY_CODE, values![key(ctx, code)]).await?;
    row.map(|row| read(ctx, &row)).transpose()
}

/// A showing by id.
pub(crate) async fn find(ctx: &Ctx, id: ShowingId) -> Result<Option<Showing>, Failure> {
    let row = ctx.row(SELECT_SHOWING, values![id]).await?;
    row.map(|row| read(ctx, &row)).transpose()
}

/// The showings of a licence.
pub(crate) async fn of_licence(ctx: &Ctx, licence: LicenceId) -> Result<Vec<Showing>, Failure> {
    ctx.rows(SELECT_SHOWINGS, values![licence]).await?.iter().map(|row| read(ctx, row)).collect()
}

fn read(ctx: &Ctx, row: &Row) -> Result<Showing, Failure> {
    let id: ShowingId = row.id("id")?;
    let sealed: Vec<u8> = row.get("purpose")?;
    let at = id.to_string();
    let fields: String = row.get("fields")?;
    Ok(Showing {
        id,
        licence: row.id("licence")?,
        purpose: ctx.services.personal.open_text(place(TABLE, "purpose", &at), &sealed)?,
        fields: fields.split_whitespace().map(str::to_owned).collect(),
        once: row.get("once")?,
        made: row.get("made_ms")?,
        until: row.get("until_ms")?,
        used: row.get::<Option<Timestamp>>("used_ms")?,
        ended: row.get::<Option<Timestamp>>("ended_ms")?,
        version: row.get("version")?,
    })
}

/// Who looked at a licence.
pub(crate) async fn looks(ctx: &Ctx, licence: LicenceId) -> Result<Vec<Look>, Failure> {
    let read = |row: &Row| {
        let way = Way::parse(&row.get::<String>("way")?);
        Ok(Look {
            showing: row.id_or_null("showing")?,
            way: way.ok_or(LicencesError::Damaged(licence))?,
            looker: row.get("looker")?,
            at: row.get("at_ms")?,
        })
    };
    ctx.rows(SELECT_LOOKS, values![licence]).await?.iter().map(read).collect()
}
