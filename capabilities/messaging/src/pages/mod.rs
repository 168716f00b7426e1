//! Pages of messaging: the inbox, a message, and the unread ones among one's own things.

mod inbox;
mod message;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::MineEntry;
use minshu_kernel::error::Failure;
use minshu_kernel::web::{Markup, Route, Visit};

use crate::model::Tone;
use crate::queries::Inbox;

/// The address of the icons' sprite.
const ICONS: &str = "/assets/icons.svg";
/// How many unread messages other pages show.
const SHOWN: u32 = 20;

/// The routes of all pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/inbox", inbox::show),
        Route::post("/inbox/read-all", inbox::read_all),
        Route::get("/inbox/{message}", message::show),
    ]
}

#[derive(Template)]
#[template(path = "parts/icon.html")]
struct Icon<'a> {
    name: &'a str,
    size: &'a str,
    sprite: &'a str,
}

/// An icon of the set, for templates.
pub(crate) fn icon(name: &str) -> Markup {
    Icon { name, size: "", sprite: ICONS }.render().map(Markup).unwrap_or_default()
}

/// A large icon of the set.
pub(crate) fn large_icon(name: &str) -> Markup {
    Icon { name, size: " is-large", sprite: ICONS }.render().map(Markup).unwrap_or_default()
}

/// How a tone is shown: the modifier of its tag, its icon and its word's key. A quiet one has no tag.
struct Look {
    class: &'static str,
    icon: &'static str,
    key: &'static str,
}

fn look(tone: Tone) -> Look {
    let (class, icon, key) = match tone {
        Tone::Quiet => ("", "", ""),
        Tone::Wait => (" is-info", "clock", "messaging-tone-wait"),
        Tone::Act => (" is-warn", "circle-alert", "messaging-tone-act"),
        Tone::Good => (" is-good", "circle-check", "messaging-tone-good"),
        Tone::Bad => (" is-bad", "x", "messaging-tone-bad"),
    };
    Look { class, icon, key }
}

/// One's unread messages. What there is to do stands among one's own things already, by the capability that has it;
/// its message is no second thing to do.
pub(crate) async fn mine(visit: Arc<Visit>) -> Result<Vec<MineEntry>, Failure> {
    if !visit.could("messaging.inbox") {
        return Ok(Vec::new());
    }
    let t = visit.speaker();
    let asked = Inbox { unread: true, after: None, limit: Some(SHOWN) };
    let found = visit.ask(&asked).await?;
    Ok(found
        .messages
        .iter()
        .map(|message| MineEntry {
            title: t.local(&message.title).to_owned(),
            state: t.say("messaging-mine-unread"),
            tone: match message.tone {
                Tone::Quiet | Tone::Wait | Tone::Act => "quiet",
                Tone::Good => "good",
                Tone::Bad => "bad",
            },
            href: format!("/inbox/{}", message.message),
            at: message.at_ms,
        })
        .collect())
}
