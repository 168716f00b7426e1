//! A message: opening it marks it as read.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use super::{Look, look};
use crate::actions::MarkRead;
use crate::model::Tone;
use crate::queries::{MessageById, MessageView};

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    t: Speaker,
    title: String,
    datetime: String,
    when: String,
    sender: String,
    look: Look,
    paragraphs: Vec<String>,
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
    Ok(page(visit.speaker(), &message)?.into())
}

/// Renders the page.
pub(super) fn page(t: Speaker, message: &MessageView) -> Result<Page, Failure> {
    let title = t.local(&message.title).to_owned();
    let template = MessagePage {
        datetime: message.at_ms.rfc3339(),
        when: show::instant(&t, message.at_ms),
        sender: message.sender.as_ref().map(|name| t.local(name).to_owned()).unwrap_or_default(),
        look: look(message.tone),
        paragraphs: paragraphs(t.local(&message.text)),
        link: message.link.clone(),
        go: if message.tone == Tone::Act { "messaging-go-act" } else { "messaging-go" },
        title: title.clone(),
        t,
    };
    Page::new("messaging.message", title, &template)
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
