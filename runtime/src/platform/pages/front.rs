//! The front page: one question, what can be done, the sixteen chapters and how much of each works.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::DocumentEntry;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit, percent};

use super::Pages;
use super::documents::{first_sentence, is_item};
use super::own::{MineView, TaskView, own};
use super::parts::{Counts, chapter_name, chapter_number, icons};
use crate::register::CHAPTERS;
use crate::standings::Standings;

/// The most items that the page offers.
const MOST_ITEMS: usize = 6;
/// The most lines of one's own things and of one's work.
const MOST_OWN: usize = 3;
/// The most suggestions below the question.
const MOST_SUGGESTIONS: usize = 4;

#[derive(Template)]
#[template(path = "pages/front.html")]
pub(super) struct FrontPage {
    pub t: Speaker,
    pub icons: String,
    pub suggestions: Vec<Suggestion>,
    pub own: Option<OwnView>,
    pub items: Vec<ItemView>,
    pub title: String,
    pub chapters: Vec<ChapterView>,
}

/// A search to start from: the name of something that exists.
pub(super) struct Suggestion {
    pub text: String,
    pub href: String,
}

/// The first lines of one's own things and work.
pub(super) struct OwnView {
    pub tasks: Vec<TaskView>,
    pub mine: Vec<MineView>,
}

/// Something that can be applied for.
pub(super) struct ItemView {
    pub name: String,
    pub note: String,
    pub href: String,
}

/// A chapter.
pub(super) struct ChapterView {
    pub folder: &'static str,
    pub number: String,
    pub name: &'static str,
    pub icon: &'static str,
    pub bricks: Vec<&'static str>,
    pub counts: String,
}

impl FrontPage {
    pub(super) fn of(
        t: Speaker,
        standings: &Standings,
        documents: &[DocumentEntry],
        own: Option<OwnView>,
    ) -> FrontPage {
        let items: Vec<&DocumentEntry> = documents.iter().filter(|d| is_item(d)).collect();
        let suggestions = items.iter().take(MOST_SUGGESTIONS).map(|d| {
            let text = t.local(&d.title).to_owned();
            Suggestion { href: format!("/search?q={}", percent(&text)), text }
        });
        let item = |d: &&DocumentEntry| ItemView {
            name: t.local(&d.title).to_owned(),
            note: first_sentence(t.local(&d.text), 40),
            href: d.href.clone(),
        };
        let total = show::number(i64::try_from(standings.systems.len()).unwrap_or(i64::MAX));
        FrontPage {
            icons: icons(),
            suggestions: suggestions.collect(),
            own,
            items: items.iter().take(MOST_ITEMS).map(item).collect(),
            title: t.say1("platform-front-plan", "n", total),
            chapters: CHAPTERS
                .iter()
                .map(|chapter| {
                    let own = standings.chapter(chapter.folder);
                    let counts = Counts::of(own.map(|s| s.standing.state));
                    ChapterView {
                        folder: chapter.folder,
                        number: chapter_number(&t, chapter),
                        name: chapter_name(&t, chapter),
                        icon: chapter.icon,
                        bricks: counts.bricks(),
                        counts: counts.words(&t),
                    }
                })
                .collect(),
            t,
        }
    }
}

/// Shows it.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let documents = pages.documents.all(&pages.house).await;
    let own = if visit.who.signed_in() { own_view(&pages, &visit, &t).await } else { None };
    let title = t.say("platform-line");
    let page = FrontPage::of(t, &pages.house.standings(), &documents, own);
    Ok(Page::new("platform.front", title, &page)?.into())
}

async fn own_view(pages: &Pages, visit: &Arc<Visit>, t: &Speaker) -> Option<OwnView> {
    let own = own(&pages.house, visit).await;
    if own.mine.is_empty() && own.tasks.is_empty() {
        return None;
    }
    let calendar = visit.services.calendar.current();
    let now = visit.services.clock.now();
    let task = |task| TaskView::of(t, &calendar, now, task);
    Some(OwnView {
        tasks: own.tasks.iter().take(MOST_OWN).map(task).collect(),
        mine: own.mine.iter().take(MOST_OWN).map(|entry| MineView::of(t, entry)).collect(),
    })
}
