//! Texts on their way to telephones and mailboxes: what rests of them, and when a channel is tried again.

use minshu_kernel::carrier::Parcel;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::id_type;
use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::{Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::text::Lang;
use minshu_kernel::{statements, values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::MessagingError;
use crate::model::MessageId;

id_type!(DeliveryId, "A text on its way to one telephone or mailbox.");

/// How long a text that was taken up may take before it is taken up again: longer than any channel waits.
pub(crate) const LEASE_MS: i64 = 60_000;
const SECOND: i64 = 1_000;
/// The longest wait between two trials of a channel.
const LONGEST_MS: i64 = 10 * 60 * SECOND;
/// The longest wait that a receiver may ask for.
const LONGEST_ASKED_MS: i64 = 60 * 60 * SECOND;

statements! {
    /// A new text.
    INSERT_DELIVERY = "
INSERT INTO messaging_delivery (id, message, account, channel, sealed, state, reason, reference, attempts,
  at_ms, next_ms, expires_ms, ended_ms, version)
VALUES ($1, $2, $3, $4, $5, 'queued', '', '', 0, $6, $7, $8, NULL, 1)";

    /// A text.
    SELECT_DELIVERY = "
SELECT id, message, account, channel, sealed, state, reason, attempts, at_ms, next_ms, expires_ms, ended_ms, version
FROM messaging_delivery
WHERE id = $1";

    /// The texts of a message.
    SELECT_DELIVERIES_OF = "
SELECT id, message, account, channel, sealed, state, reason, attempts, at_ms, next_ms, expires_ms, ended_ms, version
FROM messaging_delivery
WHERE message = $1
ORDER BY at_ms, id
LIMIT 100";

    /// Texts that are due.
    SELECT_DUE = "
SELECT id, version
FROM messaging_delivery
WHERE channel = $1
  AND state = 'queued'
  AND next_ms <= $2
ORDER BY next_ms, id
LIMIT $3";

    /// Texts that are of no use any more.
    SELECT_EXPIRED = "
SELECT id, version
FROM messaging_delivery
WHERE channel = $1
  AND state = 'queued'
  AND expires_ms <= $2
ORDER BY expires_ms, id
LIMIT $3";

    /// A text is taken up.
    LEASE_DELIVERY = "
UPDATE messaging_delivery
SET next_ms = $3,
  attempts = attempts + 1,
  version = version + 1
WHERE id = $1
  AND version = $2
  AND state = 'queued'";

    /// A text waits again.
    WAIT_DELIVERY = "
UPDATE messaging_delivery
SET next_ms = $3,
  reason = $4,
  version = version + 1
WHERE id = $1
  AND version = $2
  AND state = 'queued'";

    /// A text came to an end, as far as this house has a hand in it: nothing of what it said is kept.
    END_DELIVERY = "
UPDATE messaging_delivery
SET state = $3,
  reason = $4,
  reference = $5,
  sealed = NULL,
  ended_ms = $6,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// How a channel does.
    SELECT_CHANNEL = "
SELECT id, paused, failures, retry_ms, last_error, failed_ms, sent_ms, version
FROM messaging_channel
WHERE id = $1";

    /// How much waits for a channel, and since when.
    COUNT_QUEUED = "
SELECT COUNT(*) AS n, MIN(at_ms) AS oldest
FROM messaging_delivery
WHERE channel = $1
  AND state = 'queued'";

    /// Channels, what they said last, and what is due at each: how many and since when.
    SELECT_WATCH = "
SELECT c.id, c.paused, c.failures, c.last_error, COUNT(d.id) AS n, COALESCE(MIN(d.next_ms), 0) AS since_ms
FROM messaging_channel AS c
LEFT JOIN messaging_delivery AS d ON d.channel = c.id AND d.state = 'queued' AND d.next_ms <= $1
GROUP BY c.id, c.paused, c.failures, c.last_error
ORDER BY c.id";

    /// Texts whose message is gone.
    LOST_MESSAGE = "
SELECT d.id
FROM messaging_delivery AS d
LEFT JOIN messaging_message AS m ON m.id = d.message
WHERE d.message IS NOT NULL
  AND m.id IS NULL
ORDER BY d.id
LIMIT 100";

    /// A channel took something over.
    CHANNEL_WORKS = "
UPDATE messaging_channel
SET failures = 0,
  retry_ms = 0,
  sent_ms = $2,
  version = version + 1
WHERE id = $1";

    /// A channel took nothing.
    CHANNEL_FAILS = "
UPDATE messaging_channel
SET failures = failures + 1,
  retry_ms = $2,
  last_error = $3,
  failed_ms = $4,
  version = version + 1
WHERE id = $1";

    /// An operator pauses a channel, lets it go on, or has it tried at once.
    SET_CHANNEL = "
UPDATE messaging_channel
SET paused = $3,
  retry_ms = 0,
  version = version + 1
WHERE id = $1
  AND version = $2";
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It waits for the channel.
    Queued,
    /// The channel took it over.
    Sent,
    /// It reached the telephone.
    Delivered,
    /// It did not and will not.
    Failed,
}

impl State {
    /// The word in columns and the API.
    pub const fn word(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Sent => "sent",
            State::Delivered => "delivered",
            State::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Option<State> {
        let all = [State::Queued, State::Sent, State::Delivered, State::Failed];
        all.into_iter().find(|state| state.word() == word)
    }
}

/// A text without what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The message that it tells of; none for a text that an operation sent.
    pub message: Option<MessageId>,
    /// Whom it goes to.
    pub account: Option<AccountId>,
    /// By which channel.
    pub channel: Channel,
    /// Where it stands.
    pub state: State,
    /// Why it waits or failed: words of a receiver, or a key of our own.
    pub reason: String,
    /// How often it was taken up.
    pub attempts: i64,
    /// When it was written.
    pub at: Timestamp,
    /// When it is tried again.
    pub next: Timestamp,
    /// After this instant it is not sent any more.
    pub expires: Timestamp,
    /// When it came to an end.
    pub ended: Option<Timestamp>,
    /// Its version.
    pub version: i64,
}

/// What a text says and where it goes; sealed at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) link: Option<String>,
    /// The path of this site where mails of its kind are stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stop: Option<String>,
    pub(crate) english: bool,
}

impl Letter {
    /// An empty one to an address.
    pub(crate) fn to(to: String) -> Letter {
        Letter {
            to,
            subject: String::new(),
            text: String::new(),
            link: None,
            stop: None,
            english: false,
        }
    }
}

/// How a channel does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Health {
    pub(crate) paused: bool,
    pub(crate) failures: i64,
    pub(crate) retry: Timestamp,
    pub(crate) last_error: String,
    pub(crate) failed: Option<Timestamp>,
    pub(crate) sent: Option<Timestamp>,
    pub(crate) version: i64,
}

/// How long a channel rests after so many failures in a row, at least one.
pub fn rest_ms(failures: i64) -> i64 {
    ((5 * SECOND) << (failures - 1).clamp(0, 10)).min(LONGEST_MS)
}

/// The wait that a receiver asked for, within bounds.
pub fn asked_ms(asked: Option<i64>) -> i64 {
    asked.unwrap_or(0).clamp(0, LONGEST_ASKED_MS)
}

fn place(id: &str) -> Place<'_> {
    Place { table: "messaging_delivery", column: "sealed", row: id }
}

/// A text that is written now.
pub(crate) struct Fresh {
    pub(crate) message: Option<MessageId>,
    pub(crate) account: Option<AccountId>,
    pub(crate) channel: Channel,
    pub(crate) letter: Letter,
    /// Not before this instant.
    pub(crate) from: Timestamp,
    pub(crate) expires: Timestamp,
}

impl Fresh {
    /// One to nobody in particular, from now on.
    pub(crate) fn new(channel: Channel, now: Timestamp, expires: Timestamp) -> Fresh {
        let letter = Letter::to(String::new());
        Fresh { message: None, account: None, channel, letter, from: now, expires }
    }
}

/// The statement that writes a text to an account. It rests under that account's key: an erasure takes it along.
pub(crate) async fn insert_own(
    ctx: &Ctx,
    account: AccountId,
    fresh: Fresh,
) -> Result<Statement, Failure> {
    let sealer = ctx.sealer(Subject::Account(account)).await?;
    write(ctx, &Fresh { account: Some(account), ..fresh }, |at, clear| sealer.seal_text(at, clear))
}

/// The statement that writes a text to nobody in particular: an operation sends it, and it is over within minutes.
pub(crate) fn insert(ctx: &Ctx, fresh: &Fresh) -> Result<Statement, Failure> {
    write(ctx, fresh, |at, clear| ctx.services.personal.seal_text(at, clear))
}

fn write(
    ctx: &Ctx,
    fresh: &Fresh,
    seal: impl Fn(Place<'_>, &str) -> Vec<u8>,
) -> Result<Statement, Failure> {
    let id = DeliveryId::fresh(&*ctx.services.ids).to_string();
    let clear = serde_json::to_string(&fresh.letter).map_err(Failure::internal)?;
    let sealed = seal(place(&id), &clear);
    let word = fresh.channel.word();
    Ok(Statement::one(
        INSERT_DELIVERY,
        values![
            &id,
            fresh.message,
            fresh.account,
            word,
            sealed,
            ctx.now,
            fresh.from,
            fresh.expires
        ],
    ))
}

pub(crate) fn read(row: &Row) -> Result<Delivery, Failure> {
    let damaged = |what| MessagingError::DamagedText { what };
    let channel: String = row.get("channel")?;
    let state: String = row.get("state")?;
    Ok(Delivery {
        id: row.id("id")?,
        message: row.id_or_null("message")?,
        account: row.id_or_null("account")?,
        channel: Channel::parse(&channel).ok_or_else(|| damaged("its channel is unknown"))?,
        state: State::parse(&state).ok_or_else(|| damaged("its state is unknown"))?,
        reason: row.get("reason")?,
        attempts: row.get("attempts")?,
        at: row.get("at_ms")?,
        next: row.get("next_ms")?,
        expires: row.get("expires_ms")?,
        ended: row.get("ended_ms")?,
        version: row.get("version")?,
    })
}

/// A text by id.
pub(crate) async fn find(ctx: &Ctx, id: DeliveryId) -> Result<Option<Delivery>, Failure> {
    ctx.row(SELECT_DELIVERY, values![id]).await?.as_ref().map(read).transpose()
}

/// The texts that tell of a message, in the order in which they were written.
pub(crate) async fn of_message(ctx: &Ctx, message: MessageId) -> Result<Vec<Delivery>, Failure> {
    ctx.rows(SELECT_DELIVERIES_OF, values![message]).await?.iter().map(read).collect()
}

/// A text with what it says, while it waits.
pub(crate) async fn parcel(
    ctx: &Ctx,
    id: DeliveryId,
) -> Result<Option<(Delivery, Parcel)>, Failure> {
    let Some(row) = ctx.row(SELECT_DELIVERY, values![id]).await? else { return Ok(None) };
    let delivery = read(&row)?;
    let Some(sealed) = row.get::<Option<Vec<u8>>>("sealed")? else { return Ok(None) };
    let id = delivery.id.to_string();
    let clear = ctx.services.personal.open_text(place(&id), &sealed)?;
    let letter: Letter = serde_json::from_str(&clear).map_err(Failure::internal)?;
    let parcel = Parcel {
        id,
        channel: delivery.channel,
        to: letter.to,
        subject: letter.subject,
        text: letter.text,
        link: letter.link,
        stop: letter.stop,
        lang: if letter.english { Lang::En } else { Lang::Zh },
    };
    Ok(Some((delivery, parcel)))
}

/// How a channel does.
pub(crate) async fn health(ctx: &Ctx, channel: Channel) -> Result<Health, Failure> {
    let row = ctx.row(SELECT_CHANNEL, values![channel.word()]).await?;
    let row = row.ok_or_else(|| Failure::internal("a channel has no row"))?;
    Ok(Health {
        paused: row.get("paused")?,
        failures: row.get("failures")?,
        retry: row.get("retry_ms")?,
        last_error: row.get("last_error")?,
        failed: row.get("failed_ms")?,
        sent: row.get("sent_ms")?,
        version: row.get("version")?,
    })
}

/// The statement that ends a text.
pub(crate) fn end(
    id: DeliveryId,
    version: i64,
    state: State,
    (reason, reference): (&str, &str),
    now: Timestamp,
) -> Statement {
    Statement::one(END_DELIVERY, values![id, version, state.word(), reason, reference, now])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_rests_longer_each_time_and_is_never_given_up() {
        let rests: Vec<i64> = (1..=9).map(|n| rest_ms(n) / SECOND).collect();
        assert_eq!(rests, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
        assert_eq!(rest_ms(i64::MAX), LONGEST_MS);
        assert_eq!((asked_ms(None), asked_ms(Some(-5))), (0, 0));
        assert_eq!(asked_ms(Some(i64::MAX)), LONGEST_ASKED_MS);
    }
}
