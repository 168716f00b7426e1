//! A message: opening it marks it as read.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::courier::Channel;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{Page, Reply, Visit};

use super::{Look, look};
use crate::actions::{Acknowledge, MarkRead};
use crate::delivery::State;
use crate::model::Tone;
use crate::queries::{MessageById, MessageView, ToldView};

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    t: Speaker,
    csrf: String,
    key: String,
    acknowledge: Option<String>,
    acknowledged: String,
    title: String,
    datetime: String,
    when: String,
    sender: String,
    look: Look,
    paragraphs: Vec<String>,
    told: Vec<String>,
    link: Option<String>,
    go: &'static str,
}

/// `GET /inbox/{message}`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let message = visit.ask(&MessageById { message: visit.param("message")? }).await?;
    if message.read_ms.is_none()
        && let Err(failure) = visit.act(&MarkRead { message: message.message }).await
        // A message can be read while nothing can be written: it stays unread until the next time.
        && !matches!(failure.kind, Kind::Unavailable | Kind::Conflict | Kind::TooMany)
    {
        return Err(failure);
    }
    Ok(page(visit.speaker(), (visit.csrf.clone(), visit.fresh_key()), &message)?.into())
}

/// `POST /inbox/{message}/acknowledge`
pub(super) async fn acknowledge(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let message = visit.param("message")?;
    visit.act(&Acknowledge { message }).await?;
    Ok(Reply::done(format!("/inbox/{message}"), Message::new("messaging-notice-acknowledged")))
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    (csrf, key): (String, String),
    message: &MessageView,
) -> Result<Page, Failure> {
    let title = t.local(&message.title).to_owned();
    let open = message.acknowledge && message.acknowledged_ms.is_none();
    let said_at = message.acknowledged_ms.filter(|_| message.acknowledge);
    let template = MessagePage {
        csrf,
        key,
        acknowledge: open.then(|| format!("/inbox/{}/acknowledge", message.message)),
        acknowledged: said_at
            .map(|at| t.say1("messaging-acknowledged", "at", show::instant(&t, at)))
            .unwrap_or_default(),
        datetime: message.at_ms.rfc3339(),
        when: show::instant(&t, message.at_ms),
        sender: message.sender.as_ref().map(|name| t.local(name).to_owned()).unwrap_or_default(),
        look: look(message.tone),
        paragraphs: paragraphs(t.local(&message.text)),
        told: message.told.iter().map(|told| said(&t, told)).collect(),
        link: message.link.clone(),
        go: if message.tone == Tone::Act { "messaging-go-act" } else { "messaging-go" },
        title: title.clone(),
        t,
    };
    Page::new("messaging.message", title, &template)
}

/// What became of a text that told of the message.
pub(super) fn said(t: &Speaker, told: &ToldView) -> String {
    let key = match (told.state, told.reason.as_str()) {
        (State::Queued, "") => "messaging-told-queued",
        (State::Queued, _) => "messaging-told-waits",
        (State::Sent, _) => "messaging-told-sent",
        (State::Delivered, _) => "messaging-told-delivered",
        (State::Failed, "read") => "messaging-told-read",
        (State::Failed, "expired") => "messaging-told-expired",
        (State::Failed, _) => "messaging-told-failed",
    };
    let channel = t.say(match told.channel {
        Channel::Sms => "messaging-channel-sms-one",
        Channel::Email => "messaging-channel-email-one",
    });
    let at = show::instant(t, told.ended_ms.unwrap_or(told.at_ms));
    t.say2(key, ("channel", channel), ("at", at))
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
