//! The demonstration's telephone and mailbox: what would have been sent. Elsewhere there is no such page.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::courier::Channel;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use super::Pages;
use crate::carriers::Shown;

#[derive(Template)]
#[template(path = "pages/telephone.html")]
struct TelephonePage {
    t: Speaker,
    texts: Vec<Text>,
}

struct Text {
    channel: String,
    to: String,
    when: String,
    subject: String,
    paragraphs: Vec<String>,
}

/// `GET /demo/telephone`
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let demonstration = pages.house.demonstration.as_ref().ok_or_else(Failure::missing)?;
    let pocket = demonstration.pocket.as_ref().ok_or_else(Failure::missing)?;
    Ok(page(visit.speaker(), &pocket.shown())?.into())
}

/// Renders the page.
pub(super) fn page(t: Speaker, shown: &[Shown]) -> Result<Page, Failure> {
    let text = |shown: &Shown| Text {
        channel: t.say(match shown.parcel.channel {
            Channel::Sms => "platform-telephone-sms",
            Channel::Email => "platform-telephone-email",
        }),
        to: shown.parcel.to.clone(),
        when: show::instant(&t, shown.at),
        subject: shown.parcel.subject.clone(),
        paragraphs: shown.parcel.text.lines().map(str::to_owned).collect(),
    };
    let texts = shown.iter().map(text).collect();
    let page = TelephonePage { t, texts };
    Page::new("platform.telephone", page.t.say("platform-telephone-title"), &page)
}
