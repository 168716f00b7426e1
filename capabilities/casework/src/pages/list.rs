//! What can be applied for: the list with what to choose by, and items to be taken along as a table or as JSON.

use std::sync::Arc;

use askama::Template;
use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::Body;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{Page, Reply, Visit, percent};
use serde::de::DeserializeOwned;

use super::items::Card;
use crate::exchange::{json, write};
use crate::pack::Item;
use crate::queries::items::{Facet, Facets};
use crate::queries::{Guides, ItemSet, Items};

#[derive(Template)]
#[template(path = "items.html")]
struct ItemsPage {
    t: Speaker,
    q: String,
    applicants: Vec<Link>,
    selects: Vec<Select>,
    chosen: bool,
    hidden: Vec<(&'static str, String)>,
    guides: Vec<GuideLink>,
    found: String,
    /// Many items of which nothing was chosen: a line for each department, which unfolds.
    folded: bool,
    groups: Vec<Group>,
    export: String,
}

struct Link {
    href: String,
    name: String,
    current: bool,
}

struct Select {
    name: &'static str,
    label: String,
    options: Vec<Choice>,
}

struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

struct GuideLink {
    href: String,
    name: String,
    summary: String,
}

struct Group {
    id: usize,
    name: String,
    title: String,
    items: Vec<Card>,
}

/// The most items that are shown without folding them.
const OPEN_MAX: usize = 20;

/// What the address asks for, as it stands there.
struct Asked(Vec<(&'static str, String)>);

const NAMES: [&str; 6] = ["q", "applicant", "topic", "department", "kind", "online"];

impl Asked {
    fn of(visit: &Visit) -> Asked {
        let value = |name| visit.asked(name).unwrap_or("").trim().chars().take(100).collect();
        Asked(NAMES.iter().map(|name| (*name, value(name))).collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
    }

    /// The address with another value of one name.
    fn with(&self, name: &str, value: &str) -> String {
        let pairs =
            self.0.iter().map(|(own, kept)| (*own, if *own == name { value } else { kept }));
        let pairs: Vec<String> = pairs
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect();
        if pairs.is_empty() { "/items".to_owned() } else { format!("/items?{}", pairs.join("&")) }
    }

    /// A word of a closed list; what is none of its words asks for nothing.
    fn word<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.get(name).into()).ok()
    }

    fn query(&self) -> Items {
        let text = |name| Some(self.get(name).to_owned()).filter(|text| !text.is_empty());
        Items {
            q: text("q"),
            pack: None,
            department: text("department"),
            kind: self.word("kind"),
            topic: self.word("topic"),
            applicant: self.word("applicant"),
            online: self.word("online"),
        }
    }
}

/// `GET /items`
pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let asked = Asked::of(&visit);
    let found = visit.ask(&asked.query()).await?;
    let guides = visit.ask(&Guides {}).await?;
    let mut groups: Vec<Group> = Vec::new();
    for card in &found.items {
        let name = t.local(card.department.as_ref().unwrap_or(&card.pack_name));
        let shown = Card::of(&t, card);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.items.push(shown),
            None => {
                let id = groups.len() + 1;
                let (name, title) = (name.to_owned(), String::new());
                groups.push(Group { id, name, title, items: vec![shown] });
            }
        }
    }
    for group in &mut groups {
        let (name, count) = (group.name.as_str(), group.items.len());
        group.title = t.say2("casework-items-choice", ("name", name), ("count", count));
    }
    // People read a screen or two of names; more than that is looked for by department, topic or words.
    groups.sort_by_key(|group| std::cmp::Reverse(group.items.len()));
    let nothing_asked = asked.0.iter().all(|(_, value)| value.is_empty());
    let folded = nothing_asked && found.items.len() > OPEN_MAX;
    let department = asked.get("department");
    let export = match department.is_empty() {
        true => String::new(),
        false => format!("?department={}", percent(department)),
    };
    let page = ItemsPage {
        q: asked.get("q").to_owned(),
        applicants: applicants(&t, &asked),
        selects: selects(&t, &asked, &found.facets),
        chosen: NAMES[2..].iter().any(|name| !asked.get(name).is_empty()),
        hidden: hidden(&asked),
        guides: guides
            .guides
            .iter()
            .map(|guide| GuideLink {
                href: format!("/guides/{}", guide.id),
                name: t.local(&guide.name).to_owned(),
                summary: t.local(&guide.summary).to_owned(),
            })
            .collect(),
        found: t.say1("casework-items-count", "count", found.items.len()),
        folded,
        groups,
        export,
        t,
    };
    let title = page.t.say("casework-items-title");
    Ok(Page::new("casework.items", title, &page)?.into())
}

/// What the search form keeps beside the words.
fn hidden(asked: &Asked) -> Vec<(&'static str, String)> {
    let kept = asked.0.iter().filter(|(name, value)| *name != "q" && !value.is_empty());
    kept.cloned().collect()
}

fn applicants(t: &Speaker, asked: &Asked) -> Vec<Link> {
    [
        ("", "casework-items-everybody"),
        ("person", "casework-items-persons"),
        ("organisation", "casework-items-organisations"),
    ]
    .into_iter()
    .map(|(value, key)| Link {
        href: asked.with("applicant", value),
        name: t.say(key),
        current: asked.get("applicant") == value,
    })
    .collect()
}

fn selects(t: &Speaker, asked: &Asked, facets: &Facets) -> Vec<Select> {
    let select = |name: &'static str, key: &str, list: &[Facet]| {
        let chosen = asked.get(name);
        let all = Choice {
            value: String::new(),
            name: t.say("casework-items-any"),
            chosen: chosen.is_empty(),
        };
        let named = |name: &LocalText, count| {
            t.say2("casework-items-choice", ("name", name), ("count", i64::from(count)))
        };
        let options = list.iter().map(|facet| Choice {
            value: facet.value.clone(),
            name: named(&facet.name, facet.count),
            chosen: facet.value == chosen,
        });
        Select { name, label: t.say(key), options: std::iter::once(all).chain(options).collect() }
    };
    let selects = vec![
        select("topic", "casework-items-topic", &facets.topics),
        select("department", "casework-items-department", &facets.departments),
        select("kind", "casework-items-kind", &facets.kinds),
        select("online", "casework-items-depth", &facets.online),
    ];
    // Where items say nothing of it, there is nothing to choose.
    selects.into_iter().filter(|select| select.options.len() > 1).collect()
}

/// What is asked to be taken along.
async fn taken(visit: &Visit) -> Result<Vec<(String, Item)>, Failure> {
    let text = |name| visit.asked(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let division = text("division").map(|code| code.parse()).transpose();
    let asked = ItemSet {
        pack: text("pack"),
        department: text("department"),
        division: division.map_err(|_| Failure::missing())?,
    };
    let found = visit.ask(&asked).await?;
    Ok(found.items.into_iter().map(|whole| (whole.pack, whole.item)).collect())
}

/// A file that was made at once.
struct Whole(Option<Bytes>);

impl Body for Whole {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(async { Ok(self.0.take()) })
    }
}

fn file(name: &str, kind: &str, content: Vec<u8>) -> Reply {
    Reply::File {
        name: name.to_owned(),
        kind: kind.to_owned(),
        inline: false,
        body: Box::new(Whole(Some(content.into()))),
    }
}

/// `GET /items/export/csv`
pub(super) async fn export_csv(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let items = taken(&visit).await?;
    let table = write::csv(items.iter().map(|(pack, item)| (pack.as_str(), item)))?;
    Ok(file("items.csv", "text/csv", table))
}

/// `GET /items/export/json`
pub(super) async fn export_json(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let items = taken(&visit).await?;
    let document = json::document(items.iter().map(|(pack, item)| (pack.as_str(), item)));
    let text = serde_json::to_vec_pretty(&document).map_err(Failure::internal)?;
    Ok(file("items.json", "application/json", text))
}
