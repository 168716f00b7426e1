//! A chapter of the plan: its systems by the plan's parts, and who is in charge.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use super::Pages;
use super::parts::{
    Counts, RegisterRow, chapter_name, chapter_of, chapter_title, icons, part_name,
};
use crate::register::Chapter;
use crate::standings::Standings;

#[derive(Template)]
#[template(path = "pages/chapter.html")]
pub(super) struct ChapterPage {
    pub t: Speaker,
    pub icons: String,
    pub title: String,
    pub name: &'static str,
    pub counts: String,
    pub bricks: Vec<&'static str>,
    pub parts: Vec<Part>,
    pub leads: Vec<Lead>,
}

/// Systems of one part of the chapter.
pub(super) struct Part {
    /// Its heading; empty where the plan does not divide the chapter.
    pub name: &'static str,
    pub rows: Vec<RegisterRow>,
}

/// A unit in charge and for how many systems.
pub(super) struct Lead {
    pub name: String,
    pub systems: String,
}

impl ChapterPage {
    pub(super) fn of(t: Speaker, chapter: &Chapter, standings: &Standings) -> ChapterPage {
        let mut counts = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        let mut leads: Vec<(String, i64)> = Vec::new();
        for system in standings.chapter(chapter.folder) {
            counts.push(system.standing.state);
            let name = part_name(&t, &system.pack.plan).unwrap_or("");
            let row = RegisterRow::of(&t, system);
            match leads.iter_mut().find(|(lead, _)| *lead == row.lead) {
                Some((_, n)) => *n += 1,
                None => leads.push((row.lead.clone(), 1)),
            }
            match parts.iter_mut().find(|part| part.name == name) {
                Some(part) => part.rows.push(row),
                None => parts.push(Part { name, rows: vec![row] }),
            }
        }
        let counts = Counts::of(counts);
        let total = t.say1("platform-systems-count", "n", show::number(counts.total()));
        let lead = |(name, n): (String, i64)| Lead {
            name,
            systems: t.say1("platform-systems-count", "n", show::number(n)),
        };
        ChapterPage {
            icons: icons(),
            title: chapter_title(&t, chapter),
            name: chapter_name(&t, chapter),
            counts: [total, counts.words(&t)].join(&t.say("platform-colon")),
            bricks: counts.bricks(),
            parts,
            leads: leads.into_iter().map(lead).collect(),
            t,
        }
    }
}

/// Shows it.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let folder: String = visit.param("folder")?;
    let chapter = chapter_of(&folder).ok_or_else(Failure::missing)?;
    let page = ChapterPage::of(visit.speaker(), chapter, &pages.house.standings());
    Ok(Page::new("platform.chapter", page.title.clone(), &page)?.into())
}
