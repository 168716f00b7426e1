//! Pages of messaging: the inbox, a message, and the unread ones among one's own things.

mod channels;
mod inbox;
mod message;
mod preferences;
mod receipts;
mod stop;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::MineEntry;
use minshu_kernel::error::Failure;
use minshu_kernel::web::{Markup, Route, Visit};

pub(crate) use receipts::show as receipts;

use crate::model::Tone;
use crate::queries::{Inbox, UnreadCount};

/// The address of the icons' sprite.
const ICONS: &str = "/assets/icons.svg";

/// The routes of all pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/inbox", inbox::show),
        Route::post("/inbox/read-all", inbox::read_all),
        Route::get("/inbox/{message}", message::show),
        Route::post("/inbox/{message}/acknowledge", message::acknowledge),
        Route::get("/me/messages", preferences::show),
        Route::post("/me/messages", preferences::choose),
        Route::post("/me/messages/mail", preferences::claim),
        Route::post("/me/messages/mail/prove", preferences::prove),
        Route::post("/me/messages/mail/remove", preferences::remove),
        Route::get("/mail/stop/{stop}", stop::show),
        Route::post("/mail/stop/{stop}", stop::stop).endpoint(),
        Route::get("/operations/channels", channels::show),
        Route::post("/operations/channels/parked", channels::settle),
        Route::post("/operations/channels/{channel}", channels::set),
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

/// One's unread messages, in one line: the inbox has them one by one. What there is to do stands among one's own
/// things already, by the capability that has it; its message is no second thing to do.
pub(crate) async fn mine(visit: Arc<Visit>) -> Result<Vec<MineEntry>, Failure> {
    if !visit.could("messaging.inbox") {
        return Ok(Vec::new());
    }
    let t = visit.speaker();
    let asked = Inbox { unread: true, after: None, limit: Some(1) };
    let found = visit.ask(&asked).await?;
    let Some(latest) = found.messages.first() else { return Ok(Vec::new()) };
    let newest = t.local(&latest.title).to_owned();
    let entry = MineEntry {
        title: newest.clone(),
        about: String::new(),
        state: t.say("messaging-mine-unread"),
        tone: match latest.tone {
            Tone::Quiet | Tone::Wait | Tone::Act => "quiet",
            Tone::Good => "good",
            Tone::Bad => "bad",
        },
        href: format!("/inbox/{}", latest.message),
        at: latest.at_ms,
    };
    if found.next.is_none() {
        return Ok(vec![entry]);
    }
    let unread = visit.ask(&UnreadCount {}).await?;
    let key = if unread.more { "messaging-mine-many" } else { "messaging-mine-several" };
    Ok(vec![MineEntry {
        title: t.say1(key, "n", i64::from(unread.count)),
        about: t.say1("messaging-mine-latest", "title", newest),
        tone: "quiet",
        href: "/inbox?unread=1".to_owned(),
        ..entry
    }])
}
