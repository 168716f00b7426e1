//! SQL of messaging and its row readers. Personal columns are sealed and opened here, and nowhere else.

use minshu_kernel::access::{Scope, ScopeTerm};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use minshu_kernel::list::{After, Filter, ListQuery, ScopeColumns};
use minshu_kernel::personal::{Place, Sealer, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};
use serde::Serialize;
use uuid::Uuid;

use crate::error::MessagingError;
use crate::model::{Addressee, Content, Message, MessageId, MessageKind, Tone};
use crate::rules::Given;

statements! {
    /// A message.
    SELECT_MESSAGE = "
SELECT id, pack, template, to_account, to_person, to_organisation, kind, tone, content, about,
  division, at_ms, read_ms, acknowledged_ms, passed_from, version
FROM messaging_message
WHERE id = $1";

    /// A new message.
    INSERT_MESSAGE = "
INSERT INTO messaging_message (id, pack, template, to_account, to_person, to_organisation, tone,
  content, given, about, at_ms, unread, read_ms, version, kind, division,
  acknowledged_ms, passed_from)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, TRUE, NULL, 1, $12, $13, NULL, $14)";

    /// A message is read: once, and never unread again.
    UPDATE_READ = "
UPDATE messaging_message
SET unread = FALSE,
  read_ms = $3,
  version = version + 1
WHERE id = $1
  AND version = $2
  AND unread";

    /// A reader says that a message arrived: once.
    UPDATE_ACKNOWLEDGED = "
UPDATE messaging_message
SET unread = FALSE,
  read_ms = COALESCE(read_ms, $3),
  acknowledged_ms = $3,
  version = version + 1
WHERE id = $1
  AND version = $2
  AND acknowledged_ms IS NULL";

    /// The messages about a thing, the latest first.
    SELECT_ABOUT = "
SELECT id, pack, template, to_account, to_person, to_organisation, kind, tone, content, about,
  division, at_ms, read_ms, acknowledged_ms, passed_from, version
FROM messaging_message
WHERE about = $1
ORDER BY at_ms DESC, id DESC
LIMIT 50";

    /// The messages that were passed on from one.
    SELECT_PASSED = "
SELECT id, pack, template, to_account, to_person, to_organisation, kind, tone, content, about,
  division, at_ms, read_ms, acknowledged_ms, passed_from, version
FROM messaging_message
WHERE passed_from = $1
ORDER BY id
LIMIT 100";
}

/// Messages in a list.
const LIST_MESSAGES: &str = "
SELECT id, pack, template, to_account, to_person, to_organisation, kind, tone, content, about,
  division, at_ms, read_ms, acknowledged_ms, passed_from, version
FROM messaging_message";

/// Messages to be counted or marked: nothing sealed is read.
const LIST_MARKS: &str = "
SELECT id, pack, template, about, at_ms, version
FROM messaging_message";

const TABLE: &str = "messaging_message";

/// The scope columns: messages have addressees and no place.
const COLUMNS: ScopeColumns = ScopeColumns {
    kind: "messaging.message",
    divisions: None,
    pack: "pack",
    role: None,
    owner_account: Some("to_account"),
    owner: Some("to_person"),
    owner_organisation: Some("to_organisation"),
};

/// A message to be marked as read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// Its id.
    pub(crate) id: MessageId,
    /// The pack that sent it.
    pub(crate) pack: String,
    /// The template.
    pub(crate) template: String,
    /// What it is about.
    pub(crate) about: Option<String>,
    /// Its version.
    pub(crate) version: i64,
}

fn list(select: &'static str, unread: bool, after: Option<After>, limit: u32) -> ListQuery {
    ListQuery {
        select,
        columns: COLUMNS,
        sort: "at_ms",
        descending: true,
        filter: Filter::new().equal_if("unread", unread.then_some(true)),
        after,
        limit,
    }
}

/// The shapes that lists take: a statement for each kind of term, with the filters and the place that pages use.
pub(crate) fn list_statements() -> Vec<(&'static str, String)> {
    let id = Uuid::nil();
    let own = ScopeTerm::default;
    let terms = [
        own(),
        ScopeTerm { owner_account: Some(AccountId::new(id)), ..own() },
        ScopeTerm { owner: Some(PersonId::new(id)), ..own() },
        ScopeTerm { owner_organisation: Some(OrganisationId::new(id)), ..own() },
    ];
    let after = || Some(After { sort: 0, id: String::new() });
    let lists = [
        ("LIST_MESSAGES", list(LIST_MESSAGES, false, after(), 20)),
        ("LIST_UNREAD", list(LIST_MESSAGES, true, after(), 20)),
        ("LIST_MARKS", list(LIST_MARKS, true, None, 500)),
    ];
    lists
        .iter()
        .flat_map(|(name, query)| terms.iter().map(|term| (*name, query.statement(term).0)))
        .collect()
}

fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place { table: TABLE, column, row }
}

fn seal(sealer: &Sealer, place: Place<'_>, value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let text = serde_json::to_string(value).map_err(Failure::internal)?;
    Ok(sealer.seal_text(place, &text))
}

/// The statement that stores a new message, with the values that it was made from.
pub(crate) async fn insert(
    ctx: &Ctx,
    message: &Message,
    given: &Given<'_>,
) -> Result<Statement, Failure> {
    let id = message.id.to_string();
    let to = &message.to;
    let sealer = ctx.sealer(Subject::owning(to.account, to.person, to.organisation)).await?;
    Ok(Statement::one(
        INSERT_MESSAGE,
        values![
            &id,
            &message.pack,
            &message.template,
            message.to.account,
            message.to.person,
            message.to.organisation,
            message.tone.word(),
            seal(&sealer, place("content", &id), &message.content)?,
            seal(&sealer, place("given", &id), given)?,
            message.about.as_deref(),
            message.at,
            message.kind.word(),
            message.division.map(|division| division.to_string()),
            message.passed_from,
        ],
    ))
}

/// The statement that marks a message as read.
pub(crate) fn mark(id: MessageId, version: i64, now: Timestamp) -> Statement {
    Statement::one(UPDATE_READ, values![id, version, now])
}

/// The statement that keeps that a message arrived.
pub(crate) fn acknowledge(message: &Message, now: Timestamp) -> Statement {
    Statement::one(UPDATE_ACKNOWLEDGED, values![message.id, message.version, now])
}

/// The messages about a thing, the latest first, at most fifty. One that cannot be opened is left out.
pub(crate) async fn about(ctx: &Ctx, about: &str) -> Result<Vec<Message>, Failure> {
    let rows = ctx.rows(SELECT_ABOUT, values![about]).await?;
    Ok(rows.iter().filter_map(|row| read(&ctx.services, row).ok()).collect())
}

/// The messages that were passed on from one.
pub(crate) async fn passed(ctx: &Ctx, from: MessageId) -> Result<Vec<Message>, Failure> {
    let rows = ctx.rows(SELECT_PASSED, values![from]).await?;
    rows.iter().map(|row| read(&ctx.services, row)).collect()
}

/// A message by id.
pub(crate) async fn find(ctx: &Ctx, id: MessageId) -> Result<Option<Message>, Failure> {
    let row = ctx.row(SELECT_MESSAGE, values![id]).await?;
    row.map(|row| read(&ctx.services, &row)).transpose()
}

fn read(services: &Services, row: &Row) -> Result<Message, Failure> {
    let id: MessageId = row.id("id")?;
    let sealed: Vec<u8> = row.get("content")?;
    let text = services.personal.open_text(place("content", &id.to_string()), &sealed)?;
    let content: Content = serde_json::from_str(&text).map_err(Failure::internal)?;
    let tone = Tone::parse(&row.get::<String>("tone")?);
    let kind = MessageKind::parse(&row.get::<String>("kind")?);
    Ok(Message {
        id,
        pack: row.get("pack")?,
        template: row.get("template")?,
        to: Addressee {
            account: row.id_or_null("to_account")?,
            person: row.id_or_null("to_person")?,
            organisation: row.id_or_null("to_organisation")?,
        },
        kind: kind.ok_or(MessagingError::Damaged { id, what: "its kind is an unknown word" })?,
        tone: tone.ok_or(MessagingError::Damaged { id, what: "its tone is an unknown word" })?,
        content,
        about: row.get("about")?,
        at: row.get("at_ms")?,
        read: row.get("read_ms")?,
        division: row.get::<Option<String>>("division")?.and_then(|code| code.parse().ok()),
        acknowledged: row.get("acknowledged_ms")?,
        passed_from: row.id_or_null("passed_from")?,
        version: row.get("version")?,
    })
}

/// Messages within a scope, latest first.
pub(crate) async fn messages(
    ctx: &Ctx,
    scope: &Scope,
    unread: bool,
    after: Option<After>,
    limit: u32,
) -> Result<Vec<Message>, Failure> {
    let query = list(LIST_MESSAGES, unread, after, limit);
    let rows = query.page(&*ctx.services.records, scope).await?;
    rows.iter().map(|row| read(&ctx.services, row)).collect()
}

/// Unread messages within a scope, latest first, as they are counted and marked.
pub(crate) async fn unread(ctx: &Ctx, scope: &Scope, limit: u32) -> Result<Vec<Mark>, Failure> {
    let query = list(LIST_MARKS, true, None, limit);
    let rows = query.page(&*ctx.services.records, scope).await?;
    let mark = |row: &Row| -> Result<Mark, Failure> {
        Ok(Mark {
            id: row.id("id")?,
            pack: row.get("pack")?,
            template: row.get("template")?,
            about: row.get("about")?,
            version: row.get("version")?,
        })
    };
    rows.iter().map(mark).collect()
}
