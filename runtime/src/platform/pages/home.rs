//! The home page of whoever is signed in: the one next thing, one's work, one's things.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use super::Pages;
use super::own::{MineView, Own, TaskView, own};
use super::parts::icons;
use minshu_kernel::calendar::Calendar;

#[derive(Template)]
#[template(path = "pages/home.html")]
pub(super) struct HomePage {
    pub t: Speaker,
    pub icons: String,
    pub greeting: String,
    pub today: String,
    pub summary: String,
    pub next: Option<Next>,
    pub tasks: Vec<TaskView>,
    pub mine: Vec<MineView>,
    /// Whether nothing is here at all.
    pub empty: bool,
    pub partial: bool,
}

/// The one next thing to do.
pub(super) struct Next {
    pub title: String,
    /// Its number and for whom; may be empty.
    pub whose: String,
    pub about: String,
    pub href: String,
}

/// The greeting of an hour in Shanghai.
pub(super) const fn greeting_key(hour: u8) -> &'static str {
    match hour {
        5..=10 => "platform-greeting-morning",
        11..=12 => "platform-greeting-noon",
        13..=17 => "platform-greeting-afternoon",
        _ => "platform-greeting-evening",
    }
}

impl HomePage {
    pub(super) fn of(
        t: Speaker,
        calendar: &Calendar,
        (name, now): (&str, Timestamp),
        mut own: Own,
    ) -> HomePage {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let of_tone = |tone: &str| count(own.mine.iter().filter(|e| e.tone == tone).count());
        let parts = [
            ("platform-home-act", of_tone("act")),
            ("platform-home-waiting", of_tone("wait")),
            ("platform-home-tasks-count", count(own.tasks.len())),
        ];
        let said: Vec<String> =
            parts.iter().filter(|(_, n)| *n > 0).map(|(key, n)| t.say1(key, "n", *n)).collect();
        let summary = if said.is_empty() {
            t.say("platform-home-nothing")
        } else {
            let end = t.say("platform-full-stop");
            format!("{}{end}", said.join(&t.say("platform-separator")))
        };
        let empty = own.mine.is_empty() && own.tasks.is_empty() && !own.partial;
        let next = own.mine.first().filter(|e| e.tone == "act").map(|entry| Next {
            title: entry.title.clone(),
            whose: entry.about.clone(),
            about: entry.state.clone(),
            href: entry.href.clone(),
        });
        if next.is_some() {
            own.mine.remove(0);
        }
        let (hour, _) = now.hour_minute();
        HomePage {
            icons: icons(),
            greeting: t.say1(greeting_key(hour), "name", name),
            today: show::date(&t, now.date()),
            summary,
            next,
            tasks: own.tasks.iter().map(|task| TaskView::of(&t, calendar, now, task)).collect(),
            mine: own.mine.iter().map(|entry| MineView::of(&t, entry)).collect(),
            empty,
            partial: own.partial,
            t,
        }
    }
}

/// Shows it.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    if !visit.who.signed_in() {
        return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
    }
    let own = own(&pages.house, &visit).await;
    let calendar = visit.services.calendar.current();
    let now = visit.services.clock.now();
    let page = HomePage::of(visit.speaker(), &calendar, (&visit.who.name, now), own);
    let title = page.t.say("platform-navigation-home");
    Ok(Page::new("platform.home", title, &page)?.into())
}
