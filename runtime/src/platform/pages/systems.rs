//! All systems of the plan, by chapter; filtered by state, chapter and text with plain links and a form.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit, percent};

use super::parts::{
    Counts, RegisterRow, STATES, chapter_name, chapter_of, icon_of, icons, label_of,
};
use super::{Pages, typed};
use crate::register::{CHAPTERS, Chapter, State};
use crate::standings::{StandingSystem, Standings};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrowed {
    pub q: String,
    pub chapter: Option<&'static Chapter>,
    pub state: Option<State>,
}

impl Narrowed {
    fn asked(visit: &Visit) -> Narrowed {
        let state = visit.asked("state");
        Narrowed {
            q: typed(visit, "q"),
            chapter: visit.asked("chapter").and_then(chapter_of),
            state: STATES.into_iter().find(|s| Some(s.word()) == state),
        }
    }

    fn takes_text(&self, system: &StandingSystem) -> bool {
        let pack = &system.pack;
        let texts = [&pack.name.zh, &pack.name.en, &pack.lead.zh, &pack.lead.en, &pack.id];
        let in_chapter = self.chapter.is_none_or(|c| c.folder == pack.chapter);
        in_chapter && {
            let wanted = self.q.to_lowercase();
            wanted.split_whitespace().all(|w| texts.iter().any(|t| t.to_lowercase().contains(w)))
        }
    }

    /// The address of the list in another state, the rest kept.
    fn address(&self, state: Option<State>) -> String {
        let mut pairs = Vec::new();
        if !self.q.is_empty() {
            pairs.push(format!("q={}", percent(&self.q)));
        }
        pairs.extend(self.chapter.map(|c| format!("chapter={}", c.folder)));
        pairs.extend(state.map(|s| format!("state={}", s.word())));
        if pairs.is_empty() {
            "/systems".to_owned()
        } else {
            format!("/systems?{}", pairs.join("&"))
        }
    }
}

#[derive(Template)]
#[template(path = "pages/systems.html")]
pub(super) struct SystemsPage {
    pub t: Speaker,
    pub icons: String,
    pub title: String,
    /// When the scenarios were run on this build, or that they were not.
    pub run: String,
    pub q: String,
    /// The state that the form keeps; empty where all are shown.
    pub state: &'static str,
    pub options: Vec<ChapterOption>,
    pub filters: Vec<Filter>,
    pub chapters: Vec<ChapterRows>,
}

/// A chapter in the form's list.
pub(super) struct ChapterOption {
    pub folder: &'static str,
    pub name: &'static str,
    pub chosen: bool,
}

/// A filter as a link.
pub(super) struct Filter {
    pub href: String,
    pub icon: &'static str,
    pub label: String,
    pub count: String,
    pub current: bool,
}

/// The rows of one chapter.
pub(super) struct ChapterRows {
    pub folder: &'static str,
    pub name: &'static str,
    pub bricks: Vec<&'static str>,
    pub rows: Vec<RegisterRow>,
}

impl SystemsPage {
    pub(super) fn of(t: Speaker, standings: &Standings, narrowed: &Narrowed) -> SystemsPage {
        let found: Vec<&StandingSystem> =
            standings.systems.iter().filter(|s| narrowed.takes_text(s)).collect();
        let counts = Counts::of(found.iter().map(|s| s.standing.state));
        let mut filters = vec![Filter {
            href: narrowed.address(None),
            icon: "",
            label: t.say("platform-systems-all"),
            count: show::number(counts.total()),
            current: narrowed.state.is_none(),
        }];
        filters.extend(STATES.into_iter().map(|state| Filter {
            href: narrowed.address(Some(state)),
            icon: icon_of(state),
            label: label_of(&t, state),
            count: show::number(counts.count(state)),
            current: narrowed.state == Some(state),
        }));
        let shown = |system: &&&StandingSystem| {
            narrowed.state.is_none_or(|state| state == system.standing.state)
        };
        let rows_of = |chapter: &'static Chapter| {
            let rows: Vec<RegisterRow> = found
                .iter()
                .filter(|s| s.pack.chapter == chapter.folder)
                .filter(shown)
                .map(|s| RegisterRow::of(&t, s))
                .collect();
            let states = standings.chapter(chapter.folder).map(|s| s.standing.state);
            ChapterRows {
                folder: chapter.folder,
                name: chapter_name(&t, chapter),
                bricks: Counts::of(states).bricks(),
                rows,
            }
        };
        let total = i64::try_from(standings.systems.len()).unwrap_or(i64::MAX);
        SystemsPage {
            icons: icons(),
            title: t.say1("platform-systems-title", "n", show::number(total)),
            run: match standings.run_at {
                Some(at) => t.say1("platform-systems-run", "when", show::instant(&t, at)),
                None => t.say("platform-systems-not-run"),
            },
            q: narrowed.q.clone(),
            state: narrowed.state.map_or("", State::word),
            options: CHAPTERS
                .iter()
                .map(|chapter| ChapterOption {
                    folder: chapter.folder,
                    name: chapter_name(&t, chapter),
                    chosen: narrowed.chapter.is_some_and(|c| c.folder == chapter.folder),
                })
                .collect(),
            filters,
            chapters: CHAPTERS.iter().map(rows_of).filter(|c| !c.rows.is_empty()).collect(),
            t,
        }
    }
}

/// Shows the list.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let narrowed = Narrowed::asked(&visit);
    let page = SystemsPage::of(visit.speaker(), &pages.house.standings(), &narrowed);
    Ok(Page::new("platform.systems", page.title.clone(), &page)?.into())
}
