//! The inbox: by day, the latest first, unread ones first within their day.

use std::sync::Arc;

use askama::Template;
use jiff::civil::Date;
use minshu_kernel::action::Query as _;
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::error::Failure;
use minshu_kernel::list::After;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{Page, Reply, Visit};

use super::{Look, look};
use crate::actions::MarkAllRead;
use crate::queries::inbox::MessageList;
use crate::queries::unread_count::Unread;
use crate::queries::{Inbox, MessageView, Preferences, UnreadCount};

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    t: Speaker,
    csrf: String,
    key: String,
    lead: String,
    unread: u32,
    unread_shown: String,
    only_unread: bool,
    paged: bool,
    first: String,
    next: String,
    empty: String,
    bad_mail: String,
    days: Vec<Day>,
}

/// The messages of a day.
struct Day {
    name: String,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    datetime: String,
    time: String,
    sender: String,
    look: Look,
    unread: bool,
}

/// What the page is asked to show.
pub(super) struct Asked {
    pub(super) only_unread: bool,
    pub(super) after: Option<After>,
}

impl Asked {
    fn of(visit: &Visit) -> Asked {
        let after = visit.asked("after").and_then(|text| text.parse().ok());
        Asked { only_unread: visit.asked("unread").is_some(), after }
    }

    fn first(&self) -> String {
        if self.only_unread { "/inbox?unread=1".to_owned() } else { "/inbox".to_owned() }
    }

    fn next(&self, after: &After) -> String {
        let unread = if self.only_unread { "unread=1&" } else { "" };
        format!("/inbox?{unread}after={after}")
    }
}

/// `GET /inbox`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let asked = Asked::of(&visit);
    let inbox = Inbox { unread: asked.only_unread, after: asked.after.clone(), limit: None };
    let found = visit.ask(&inbox).await?;
    let unread = visit.ask(&UnreadCount {}).await?;
    let form = (visit.csrf.clone(), visit.fresh_key());
    let now = visit.services.clock.now();
    let bad = match visit.could(Preferences::NAME) {
        true => visit.ask(&Preferences {}).await?.mail.filter(|mail| mail.bad_ms.is_some()),
        false => None,
    };
    let t = visit.speaker();
    let bad_mail = bad.map(|mail| t.say1("messaging-inbox-mail-bad", "mail", mail.mail));
    Ok(page(t, now, form, &asked, &found, &unread, bad_mail.unwrap_or_default())?.into())
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    now: Timestamp,
    (csrf, key): (String, String),
    asked: &Asked,
    found: &MessageList,
    unread: &Unread,
    bad_mail: String,
) -> Result<Page, Failure> {
    let shown = if unread.more { format!("{}+", unread.count) } else { unread.count.to_string() };
    let lead = match (unread.count, unread.more) {
        (0, _) if found.messages.is_empty() => String::new(),
        (0, _) => t.say("messaging-lead-read"),
        (_, true) => t.say1("messaging-lead-many", "n", i64::from(unread.count)),
        (count, false) => t.say1("messaging-lead-unread", "n", i64::from(count)),
    };
    let empty = if asked.only_unread { "messaging-empty-unread" } else { "messaging-empty" };
    let template = InboxPage {
        csrf,
        key,
        lead,
        unread: unread.count,
        unread_shown: shown,
        only_unread: asked.only_unread,
        paged: asked.after.is_some(),
        first: asked.first(),
        next: found.next.as_ref().map(|after| asked.next(after)).unwrap_or_default(),
        empty: t.say(empty),
        bad_mail,
        days: days(&t, now, &found.messages),
        t,
    };
    let title = template.t.say("messaging-inbox-title");
    Page::new("messaging.inbox", title, &template)
}

fn days(t: &Speaker, now: Timestamp, messages: &[MessageView]) -> Vec<Day> {
    let by_day = messages.chunk_by(|a, b| a.at_ms.date() == b.at_ms.date());
    by_day
        .filter_map(|messages| {
            let date = messages.first()?.at_ms.date();
            let mut rows: Vec<Row> = messages.iter().map(|message| row(t, message)).collect();
            // The sort is stable: within each half the latest stays first.
            rows.sort_by_key(|row| !row.unread);
            Some(Day { name: day_name(t, now, date), rows })
        })
        .collect()
}

fn day_name(t: &Speaker, now: Timestamp, date: Date) -> String {
    let said = show::date(t, date);
    if date == now.date() {
        t.say1("messaging-today", "date", said)
    } else if date == now.plus_ms(-DAY_MS).date() {
        t.say1("messaging-yesterday", "date", said)
    } else {
        said
    }
}

fn row(t: &Speaker, message: &MessageView) -> Row {
    Row {
        href: format!("/inbox/{}", message.message),
        title: t.local(&message.title).to_owned(),
        datetime: message.at_ms.rfc3339(),
        time: show::time(message.at_ms),
        sender: message.sender.as_ref().map(|name| t.local(name).to_owned()).unwrap_or_default(),
        look: look(message.tone),
        unread: message.read_ms.is_none(),
    }
}

/// `POST /inbox/read-all`
pub(super) async fn read_all(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let marked = visit.act(&MarkAllRead {}).await?;
    let notice = if marked.left {
        Message::new("messaging-notice-some-read").with("count", i64::from(marked.marked))
    } else {
        Message::new("messaging-notice-all-read")
    };
    Ok(Reply::done("/inbox", notice))
}
