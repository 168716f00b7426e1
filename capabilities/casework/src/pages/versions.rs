//! The versions of an item, and what changed from one to the next.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use crate::changes::Change;
use crate::queries::{ItemChanges, ItemVersions};

#[derive(Template)]
#[template(path = "item_versions.html")]
struct VersionsPage {
    t: Speaker,
    item: String,
    name: String,
    in_force: bool,
    versions: Vec<VersionLine>,
    compared: Option<Compared>,
}

struct VersionLine {
    short: String,
    when: String,
    current: bool,
    compare: Option<String>,
}

struct Compared {
    lines: Vec<ChangeLine>,
}

struct ChangeLine {
    about: String,
    before: String,
    after: String,
}

/// The first characters of a version's id: enough to tell them apart.
fn short(version: &str) -> String {
    version.chars().take(8).collect()
}

/// `GET /items/{item}/versions`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let item: String = visit.param("item")?;
    let found = visit.ask(&ItemVersions { item: item.clone() }).await?;
    let periods = &found.periods;
    let versions = periods.iter().enumerate().map(|(place, period)| {
        let since = show::instant(&t, period.since_ms);
        let before = periods.get(place + 1).filter(|before| before.version != period.version);
        VersionLine {
            short: short(&period.version),
            when: match period.until_ms {
                None => t.say1("casework-version-since", "since", since),
                Some(until) => t.say2(
                    "casework-version-between",
                    ("since", since),
                    ("until", show::instant(&t, until)),
                ),
            },
            current: period.until_ms.is_none(),
            compare: before.map(|before| {
                format!("/items/{item}/versions?from={}&to={}", before.version, period.version)
            }),
        }
    });
    let versions = versions.collect();
    let compared = match (visit.asked("from"), visit.asked("to")) {
        (Some(from), Some(to)) => {
            let (item, from, to) = (item.clone(), from.to_owned(), to.to_owned());
            let changes = visit.ask(&ItemChanges { item, from, to }).await?.changes;
            let lines = changes.iter().map(|change| line(&t, change)).collect();
            Some(Compared { lines })
        }
        _ => None,
    };
    let name = t.local(&found.name).to_owned();
    let page = VersionsPage { item, name, in_force: found.in_force, versions, compared, t };
    let title = page.t.say1("casework-versions-of", "name", page.name.as_str());
    Ok(Page::new("casework.item_versions", title, &page)?.into())
}

fn line(t: &Speaker, change: &Change) -> ChangeLine {
    let about = [t.local(&change.kind), &change.entry, t.local(&change.element)];
    let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
    let text =
        |text: &Option<String>| text.clone().unwrap_or_else(|| t.say("casework-version-nothing"));
    ChangeLine {
        about: about.join(" · "),
        before: text(&change.before),
        after: text(&change.after),
    }
}
