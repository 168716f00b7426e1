//! Messages that their template could not make: each waits by itself until an operator mends what is wrong.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::id_type;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::text::Speaker;
use minshu_kernel::{statements, values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::Send;
use crate::error::MessagingError;

id_type!(ParkedId, "A message that its template could not make.");

statements! {
    /// A message is parked.
    INSERT_PARKED = "
INSERT INTO messaging_parked (id, pack, template, sender, code, problems, about, given, at_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";

    /// A parked message.
    SELECT_PARKED = "
SELECT id, pack, template, sender, code, problems, about, given, at_ms, version
FROM messaging_parked
WHERE id = $1";

    /// Parked messages, the oldest first.
    LIST_PARKED = "
SELECT id, pack, template, sender, code, problems, about, given, at_ms, version
FROM messaging_parked
ORDER BY at_ms, id
LIMIT $1";

    /// A parked message was sent or given up.
    DELETE_PARKED = "
DELETE FROM messaging_parked
WHERE id = $1
  AND version = $2";
}

/// A mistake: where, and the key of what is wrong. Values are named and never told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mistake {
    /// JSON pointer into what the flow gives, such as `/values/number`.
    pub pointer: String,
    /// What is wrong, as the operator reads it.
    pub what: String,
}

/// A parked message without what it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parked {
    /// Its id.
    pub parked: ParkedId,
    /// The pack of the template; empty where there is no such template.
    pub pack: String,
    /// The template.
    pub template: String,
    /// Who sent it: `flow:pack.flow`.
    pub sender: String,
    /// The code of the problem.
    pub code: String,
    /// Every mistake with its place.
    pub mistakes: Vec<Mistake>,
    /// What it is about.
    pub about: Option<String>,
    /// Since when it waits, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
}

/// A row: what is told of it, what it was made from, its version.
pub(crate) struct Found {
    pub(crate) parked: Parked,
    pub(crate) sealed: Vec<u8>,
    pub(crate) version: i64,
}

fn place(id: &str) -> Place<'_> {
    Place { table: "messaging_parked", column: "given", row: id }
}

/// The statement that parks a message.
pub(crate) async fn insert(
    ctx: &Ctx,
    send: &Send,
    pack: &str,
    failure: &Failure,
) -> Result<Statement, Failure> {
    let id = ParkedId::fresh(&*ctx.services.ids).to_string();
    let to = &send.to;
    let sealer = ctx.sealer(Subject::owning(to.account, to.person, to.organisation)).await?;
    let given = serde_json::to_string(send).map_err(Failure::internal)?;
    let t = Speaker::new(ctx.services.texts.clone(), minshu_kernel::text::Lang::Zh);
    let said = |problem: &FieldProblem| Mistake {
        pointer: problem.pointer.clone(),
        what: t.message(&problem.message),
    };
    let mistakes: Vec<Mistake> = failure.fields.iter().map(said).collect();
    let mistakes = serde_json::to_string(&mistakes).map_err(Failure::internal)?;
    let template: String = send.template.chars().take(130).collect();
    let sender = ctx.who.reference();
    Ok(Statement::one(
        INSERT_PARKED,
        values![
            &id,
            pack,
            template,
            sender,
            failure.code,
            mistakes,
            send.about.as_deref().filter(|about| crate::rules::is_about(about)),
            sealer.seal_text(place(&id), &given),
            ctx.now,
        ],
    ))
}

fn read(row: &Row) -> Result<Found, Failure> {
    let problems: String = row.get("problems")?;
    Ok(Found {
        parked: Parked {
            parked: row.id("id")?,
            pack: row.get("pack")?,
            template: row.get("template")?,
            sender: row.get("sender")?,
            code: row.get("code")?,
            mistakes: serde_json::from_str(&problems)
                .map_err(|_| MessagingError::DamagedText { what: "the mistakes of a message" })?,
            about: row.get("about")?,
            at_ms: row.get("at_ms")?,
        },
        sealed: row.get("given")?,
        version: row.get("version")?,
    })
}

/// A parked message.
pub(crate) async fn find(ctx: &Ctx, id: ParkedId) -> Result<Option<Found>, Failure> {
    ctx.row(SELECT_PARKED, values![id]).await?.as_ref().map(read).transpose()
}

/// Parked messages, the oldest first.
pub(crate) async fn list(ctx: &Ctx, most: i64) -> Result<Vec<Parked>, Failure> {
    let rows = ctx.rows(LIST_PARKED, values![most]).await?;
    rows.iter().map(|row| Ok(read(row)?.parked)).collect()
}

/// What a parked message was to be made from.
pub(crate) fn given(ctx: &Ctx, found: &Found) -> Result<Send, Failure> {
    let id = found.parked.parked.to_string();
    let text = ctx.services.personal.open_text(place(&id), &found.sealed)?;
    serde_json::from_str(&text).map_err(Failure::internal)
}

/// The statement that takes a parked message away.
pub(crate) fn remove(found: &Found) -> Statement {
    Statement::one(DELETE_PARKED, values![found.parked.parked, found.version])
}
