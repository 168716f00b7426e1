//! What is one's own: things and tasks of every capability, for the home page and the top of the front page.

use std::sync::Arc;

use futures_util::future::join_all;
use minshu_kernel::calendar::Calendar;
use minshu_kernel::capability::{MineEntry, TaskEntry};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Lang, Speaker};
use minshu_kernel::web::Visit;

use crate::house::House;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// One's things: what waits for oneself first, then the latest.
    pub mine: Vec<MineEntry>,
    /// One's work, due first.
    pub tasks: Vec<TaskEntry>,
    /// Whether a capability did not answer.
    pub partial: bool,
}

/// Asks every capability at once. One that fails leaves its part out, and the page says so.
pub(super) async fn own(house: &House, visit: &Arc<Visit>) -> Own {
    let mine = join_all(house.contract.mine.iter().map(|read| read(visit.clone(), ())));
    let tasks = join_all(house.contract.tasks.iter().map(|read| read(visit.clone(), ())));
    let (mine, tasks) = futures_util::future::join(mine, tasks).await;
    let mut partial = false;
    let mut own = Own {
        mine: collect(mine, &mut partial),
        tasks: collect(tasks, &mut partial),
        partial: false,
    };
    own.partial = partial;
    own.mine.sort_by_key(|entry| (entry.tone != "act", -entry.at.0));
    own.tasks.sort_by_key(|task| task.due.map_or(i64::MAX, |due| due.0));
    own
}

fn collect<T>(parts: Vec<Result<Vec<T>, Failure>>, partial: &mut bool) -> Vec<T> {
    let mut all = Vec::new();
    for part in parts {
        match part {
            Ok(entries) => all.extend(entries),
            Err(failure) => {
                tracing::warn!(%failure, "a part of somebody's own things is missing");
                *partial = true;
            }
        }
    }
    all
}

/// One of one's things, as it is shown.
pub(super) struct MineView {
    pub title: String,
    pub href: String,
    /// Its number and for whom; may be empty.
    pub about: String,
    pub note: String,
    /// The class behind `tag`.
    pub class: &'static str,
    pub icon: &'static str,
    /// What the tag says; empty where there is none.
    pub tag: String,
}

/// The longest state that stands in a tag; a longer one is a sentence and stands below the name.
fn fits_tag(state: &str, lang: Lang) -> bool {
    let most = if lang == Lang::Zh { 8 } else { 20 };
    state.chars().count() <= most
}

impl MineView {
    pub(super) fn of(t: &Speaker, entry: &MineEntry) -> MineView {
        let (class, icon) = match entry.tone {
            "act" => (" is-warn", "circle-alert"),
            "wait" => (" is-info", "clock"),
            "good" => (" is-good", "check"),
            "bad" => (" is-bad", "x"),
            _ => ("", ""),
        };
        let day = show::date(t, entry.at.date());
        let (note, tag) = if fits_tag(&entry.state, t.lang) {
            (day, entry.state.clone())
        } else {
            let note = [entry.state.as_str(), &day].join(&t.say("platform-separator"));
            let tag =
                if entry.tone == "act" { t.say("platform-home-yours") } else { String::new() };
            (note, tag)
        };
        MineView {
            title: entry.title.clone(),
            href: entry.href.clone(),
            about: entry.about.clone(),
            note,
            class,
            icon,
            tag,
        }
    }
}

/// A piece of one's work, as it is shown.
pub(super) struct TaskView {
    pub title: String,
    pub about: String,
    pub href: String,
    /// Until when and how much is left; empty where nothing presses.
    pub due: String,
    /// `yellow`, `red` or empty.
    pub flag: &'static str,
}

impl TaskView {
    pub(super) fn of(
        t: &Speaker,
        calendar: &Calendar,
        now: Timestamp,
        task: &TaskEntry,
    ) -> TaskView {
        let due = task.due.map(|due| {
            let left = show::remaining_until(t, calendar, now, due);
            [show::due(t, due), left].join(&t.say("platform-separator"))
        });
        TaskView {
            title: task.title.clone(),
            about: task.about.clone(),
            href: task.href.clone(),
            due: due.unwrap_or_default(),
            flag: match task.flag {
                "yellow" => "yellow",
                "red" => "red",
                _ => "",
            },
        }
    }
}
