//! Stopping mails of a kind by the address in a mail: a person confirms it on a page, a mail program posts at once
//! (RFC 8058).

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use crate::actions::StopMail;
use crate::model::MessageKind;
use crate::stop::Stop;

#[derive(Template)]
#[template(path = "stop.html")]
struct StopPage {
    t: Speaker,
    action: String,
    name: String,
    done: bool,
}

/// `GET /mail/stop/{stop}`: changes nothing, since programs look at addresses in mails too.
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let text: String = visit.param("stop")?;
    let stop = Stop::read(&*visit.services.personal, &text).ok_or_else(Failure::missing)?;
    Ok(page(visit.speaker(), stop.kind, &text, false)?.into())
}

/// `POST /mail/stop/{stop}`
pub(super) async fn stop(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let text: String = visit.param("stop")?;
    let stopped = visit.act(&StopMail { stop: text.clone() }).await?;
    Ok(page(visit.speaker(), stopped.kind, &text, true)?.into())
}

/// Renders the page.
pub(super) fn page(t: Speaker, kind: MessageKind, stop: &str, done: bool) -> Result<Page, Failure> {
    let name = t.say(&format!("messaging-kind-{}", kind.word()));
    let page = StopPage { action: format!("/mail/stop/{stop}"), name, done, t };
    Page::new("messaging.stop", page.t.say("messaging-stop-title"), &page)
}
