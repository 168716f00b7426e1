//! Things that were opened in an emergency. What people wrote about it rests sealed.

use minshu_kernel::access::{Opening, Resource};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OpeningId, PersonId};
use minshu_kernel::list::{DIVISION_COLUMNS, ScopeColumns};
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement, Value};
use minshu_kernel::text::LocalText;
use minshu_kernel::{statements, values};

use crate::error::IdentityError;
use crate::model::{OpeningReason, Verdict};

statements! {
    /// What an account has open at this instant.
    SELECT_OPEN = "
SELECT id, kind, resource, number, until_ms
FROM identity_opening
WHERE account = $1 AND until_ms > $2 AND ended_ms IS NULL
ORDER BY until_ms, id
LIMIT 20";
    /// An opening by its id.
    SELECT_OPENING = "
SELECT id, account, person, kind, resource, number, about_zh, about_en, pack, division, reason, words,
       opened_ms, until_ms, ended_ms, review_due_ms, reviewed_ms, reviewed_by, justified, verdict_words, version
FROM identity_opening
WHERE id = $1";
    /// The latest openings of an account.
    SELECT_OWN_OPENINGS = "
SELECT id, account, person, kind, resource, number, about_zh, about_en, pack, division, reason, words,
       opened_ms, until_ms, ended_ms, review_due_ms, reviewed_ms, reviewed_by, justified, verdict_words, version
FROM identity_opening
WHERE account = $1
ORDER BY until_ms DESC, id DESC
LIMIT 20";
    /// A new opening.
    INSERT_OPENING = "
INSERT INTO identity_opening
    (id, account, person, kind, resource, number, about_zh, about_en, pack, division, province, prefecture,
     county, township, village, reason, words, opened_ms, until_ms, ended_ms, review_due_ms, reviewed_ms,
     reviewed_by, justified, verdict_words, waits, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, NULL, $20,
        NULL, NULL, NULL, NULL, 1, 1)";
    /// Whoever opened it closes it.
    UPDATE_OPENING_ENDED = "
UPDATE identity_opening
SET ended_ms = $3,
    version = version + 1
WHERE id = $1 AND version = $2 AND ended_ms IS NULL";
    /// Somebody else judged it.
    UPDATE_OPENING_REVIEWED = "
UPDATE identity_opening
SET reviewed_ms = $3,
    reviewed_by = $4,
    justified = $5,
    verdict_words = $6,
    waits = 0,
    version = version + 1
WHERE id = $1 AND version = $2 AND reviewed_ms IS NULL";
    /// Who holds, at this instant, a post of a role that serves a division.
    SELECT_OVERSEERS = "
SELECT DISTINCT t.account
FROM identity_post_role r
JOIN identity_post p ON p.id = r.post
JOIN identity_appointment t ON t.post = p.id
WHERE r.role = $1
  AND p.division = $2
  AND t.ended_ms IS NULL
  AND t.from_ms <= $3
  AND (t.until_ms IS NULL OR t.until_ms > $3)
ORDER BY t.account
LIMIT 50";
}

/// Openings in a list, as they are read.
pub(crate) const SELECT_LIST: &str = "
SELECT id, account, person, kind, resource, number, about_zh, about_en, pack, division, reason, words,
       opened_ms, until_ms, ended_ms, review_due_ms, reviewed_ms, reviewed_by, justified, verdict_words, version
FROM identity_opening";

/// Openings to be counted.
pub(crate) const COUNT_LIST: &str = "
SELECT id, review_due_ms
FROM identity_opening";

/// The scope columns: an opening lies where its resource does.
pub(crate) const COLUMNS: ScopeColumns = ScopeColumns {
    kind: "identity.opening",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: None,
    owner_account: None,
    owner: None,
    owner_organisation: None,
};

const TABLE: &str = "identity_opening";

/// A row of the table.
pub(crate) struct OpeningRow {
    pub id: OpeningId,
    pub account: AccountId,
    pub person: Option<PersonId>,
    pub kind: String,
    pub resource: String,
    pub number: String,
    pub about: LocalText,
    pub pack: String,
    pub division: DivisionCode,
    pub reason: OpeningReason,
    pub words: String,
    pub opened: Timestamp,
    pub until: Timestamp,
    pub ended: Option<Timestamp>,
    pub review_due: Timestamp,
    pub verdict: Option<Verdict>,
    pub version: i64,
}

impl OpeningRow {
    /// The opening as access sees it: it lies where its resource does.
    pub(crate) fn resource(&self) -> Resource {
        resource(self.id, &self.pack, self.division)
    }

    /// Whether it is open at an instant.
    pub(crate) fn open(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.until
    }
}

/// An opening as access sees it.
pub(crate) fn resource(id: OpeningId, pack: &str, division: DivisionCode) -> Resource {
    Resource {
        pack: Some(pack.to_owned()),
        division: Some(division),
        ..Resource::of("identity.opening", id)
    }
}

fn place<'a>(column: &'a str, row: &'a str) -> Place<'a> {
    Place { table: TABLE, column, row }
}

/// Reads a row and opens what people wrote.
pub(crate) fn read(ctx: &Ctx, row: &Row) -> Result<OpeningRow, Failure> {
    let id: OpeningId = row.id("id")?;
    let key = id.to_string();
    let personal = &*ctx.services.personal;
    let sealed: Vec<u8> = row.get("words")?;
    let reason: String = row.get("reason")?;
    let reviewed: Option<Timestamp> = row.get("reviewed_ms")?;
    let verdict = match reviewed {
        None => None,
        Some(at) => {
            let sealed: Vec<u8> = row.get("verdict_words")?;
            Some(Verdict {
                at_ms: at,
                by: row.id("reviewed_by")?,
                justified: row.get("justified")?,
                words: personal.open_text(place("verdict_words", &key), &sealed)?,
            })
        }
    };
    Ok(OpeningRow {
        id,
        account: row.id("account")?,
        person: row.id_or_null("person")?,
        kind: row.get("kind")?,
        resource: row.get("resource")?,
        number: row.get("number")?,
        about: LocalText::new(row.get::<String>("about_zh")?, row.get::<String>("about_en")?),
        pack: row.get("pack")?,
        division: super::posts::division(row)?,
        reason: reason.parse().map_err(|_| IdentityError::Unreadable(TABLE))?,
        words: personal.open_text(place("words", &key), &sealed)?,
        opened: row.get("opened_ms")?,
        until: row.get("until_ms")?,
        ended: row.get("ended_ms")?,
        review_due: row.get("review_due_ms")?,
        verdict,
        version: row.get("version")?,
    })
}

/// An opening of a principal, from its row.
pub(crate) fn read_open(row: &Row) -> Result<Opening, Failure> {
    Ok(Opening {
        id: row.id("id")?,
        kind: row.get("kind")?,
        resource: row.get("resource")?,
        number: row.get("number")?,
        until: row.get("until_ms")?,
    })
}

/// An opening by its id.
pub(crate) async fn opening(ctx: &Ctx, id: OpeningId) -> Result<Option<OpeningRow>, Failure> {
    let row = ctx.row(SELECT_OPENING, values![id]).await?;
    row.map(|row| read(ctx, &row)).transpose()
}

/// The latest openings of an account.
pub(crate) async fn of_account(ctx: &Ctx, id: AccountId) -> Result<Vec<OpeningRow>, Failure> {
    let rows = ctx.rows(SELECT_OWN_OPENINGS, values![id]).await?;
    rows.iter().map(|row| read(ctx, row)).collect()
}

/// The statement of a new opening.
pub(crate) async fn insert(ctx: &Ctx, opening: &OpeningRow) -> Result<Statement, Failure> {
    let key = opening.id.to_string();
    let sealer = ctx.sealer(Subject::Account(opening.account)).await?;
    let levels = ctx.services.divisions.levels(opening.division).map(Value::from);
    let [province, prefecture, county, township, village] = levels;
    Ok(Statement::one(
        INSERT_OPENING,
        values![
            opening.id,
            opening.account,
            opening.person,
            opening.kind.as_str(),
            opening.resource.as_str(),
            opening.number.as_str(),
            opening.about.zh.as_str(),
            opening.about.en.as_str(),
            opening.pack.as_str(),
            opening.division.to_string(),
            province,
            prefecture,
            county,
            township,
            village,
            opening.reason,
            sealer.seal_text(place("words", &key), &opening.words),
            opening.opened,
            opening.until,
            opening.review_due
        ],
    ))
}

/// The statement of a verdict, sealed under the key of whoever opened it: the words are about that person.
pub(crate) async fn review(
    ctx: &Ctx,
    opening: &OpeningRow,
    verdict: &Verdict,
) -> Result<Statement, Failure> {
    let key = opening.id.to_string();
    let sealer = ctx.sealer(Subject::Account(opening.account)).await?;
    Ok(Statement::one(
        UPDATE_OPENING_REVIEWED,
        values![
            opening.id,
            opening.version,
            verdict.at_ms,
            verdict.by,
            verdict.justified,
            sealer.seal_text(place("verdict_words", &key), &verdict.words)
        ],
    ))
}
