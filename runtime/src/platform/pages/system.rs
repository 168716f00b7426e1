//! One system: what it is, what can be done here, its clauses with their state, who is in charge; and the scenario
//! that proves it, as it is run.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::pack::PackInfo;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Markup, Page, Reply, Visit};

use super::Pages;
use super::parts::{StateView, chapter_name, chapter_of, chapter_title, icons, part_name};
use crate::house::House;
use crate::register::State;
use crate::standings::{StandingSystem, Standings};

#[derive(Template)]
#[template(path = "pages/system.html")]
pub(super) struct SystemPage {
    pub t: Speaker,
    pub icons: String,
    pub id: String,
    pub name: String,
    pub lead: String,
    pub description: String,
    pub state: StateView,
    pub planned: bool,
    pub chapter: &'static str,
    pub folder: String,
    /// Where the plan names it: 第六章　益民服务，政务（6.1）.
    pub place: String,
    pub panels: Vec<Markup>,
    pub clauses: Vec<ClauseView>,
    pub run: Option<String>,
    pub carried: Vec<Carrier>,
    pub scenario: bool,
}

/// One thing that the system must be shown to do.
pub(super) struct ClauseView {
    pub text: String,
    pub state: StateView,
}

/// A capability that carries it.
pub(super) struct Carrier {
    pub name: String,
    pub built: bool,
}

/// The name of a capability; one that this program does not know is called by its id.
pub(super) fn capability_name(t: &Speaker, id: &str) -> String {
    let key = format!("platform-capability-{id}");
    if t.texts().has(&key) { t.say(&key) } else { id.to_owned() }
}

impl SystemPage {
    pub(super) fn of(
        t: Speaker,
        system: &StandingSystem,
        standings: &Standings,
        built: &[&str],
    ) -> SystemPage {
        let pack = &system.pack;
        let state = system.standing.state;
        let chapter = chapter_of(&pack.chapter);
        let run = standings.run_at.filter(|_| state != State::Planned);
        let carrier = |id: &String| Carrier {
            name: capability_name(&t, id),
            built: built.contains(&id.as_str()),
        };
        SystemPage {
            icons: icons(),
            id: pack.id.clone(),
            name: t.local(&pack.name).to_owned(),
            lead: t.local(&pack.lead).to_owned(),
            description: t.local(&pack.description).to_owned(),
            state: StateView::of(&t, state),
            planned: state == State::Planned,
            chapter: chapter.map_or("", |c| chapter_name(&t, c)),
            folder: pack.chapter.clone(),
            place: place_in_plan(&t, pack),
            panels: Vec::new(),
            clauses: clauses(&t, system),
            run: run.map(|at| t.say1("platform-system-run", "when", show::instant(&t, at))),
            carried: pack.uses.iter().map(carrier).collect(),
            scenario: false,
            t,
        }
    }
}

fn clauses(t: &Speaker, system: &StandingSystem) -> Vec<ClauseView> {
    let state_of = |id: &String| {
        let proved = system.standing.passed.contains(id);
        match (proved, system.standing.state) {
            (true, _) => StateView {
                label: t.say("platform-clause-proved"),
                ..StateView::of(t, State::Working)
            },
            (false, State::Planned) => StateView::of(t, State::Planned),
            (false, _) => StateView {
                label: t.say("platform-clause-open"),
                ..StateView::of(t, State::Unproved)
            },
        }
    };
    let clause = |clause: &minshu_kernel::pack::Clause| ClauseView {
        text: sentence(t.local(&clause.text)),
        state: state_of(&clause.id),
    };
    system.pack.clauses.iter().map(clause).collect()
}

/// English clauses are verbatim spans from the middle of a line: they begin with a capital here.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn place_in_plan(t: &Speaker, pack: &PackInfo) -> String {
    let Some(chapter) = chapter_of(&pack.chapter) else { return pack.plan.clone() };
    let title = chapter_title(t, chapter);
    match part_name(t, &pack.plan) {
        None => title,
        Some(part) => {
            let part = t.say2("platform-plan-part", ("name", part), ("number", pack.plan.as_str()));
            [title, part].join(&t.say("platform-separator"))
        }
    }
}

/// The pieces that the pack names, in its order; where it names none, those of the capabilities that carry it.
async fn panels(house: &House, visit: &Arc<Visit>, pack: &PackInfo) -> Vec<Markup> {
    let all = &house.contract.panels;
    let wanted: Vec<_> = if pack.panels.is_empty() {
        let carries = |name: &str| pack.uses.iter().any(|u| name.split('.').next() == Some(u));
        all.iter().filter(|panel| carries(panel.name)).collect()
    } else {
        pack.panels.iter().filter_map(|name| all.iter().find(|p| p.name == name)).collect()
    };
    let mut shown = Vec::new();
    for panel in wanted {
        match (panel.render)(visit.clone(), pack.id.clone()).await {
            Ok(Some(markup)) => shown.push(markup),
            Ok(None) => {}
            // One piece that fails must not take the page away from the others.
            Err(failure) => tracing::warn!(%failure, panel = panel.name, "a panel is missing"),
        }
    }
    shown
}

/// Shows a system.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let id: String = visit.param("id")?;
    let house = &pages.house;
    let standings = house.standings();
    let system = standings.system(&id).ok_or_else(Failure::missing)?;
    let built: Vec<&str> = house.capabilities.iter().map(|c| c.name()).collect();
    let mut page = SystemPage::of(visit.speaker(), system, &standings, &built);
    page.panels = panels(house, &visit, &system.pack).await;
    page.scenario = !house.packs.scenarios(&id).is_empty();
    Ok(Page::new("platform.system", page.name.clone(), &page)?.into())
}

#[derive(Template)]
#[template(path = "pages/scenario.html")]
pub(super) struct ScenarioPage {
    pub t: Speaker,
    pub id: String,
    pub name: String,
    pub files: Vec<(String, String)>,
}

/// Shows the scenarios of a system as their text.
pub(super) async fn show_scenario(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let id: String = visit.param("id")?;
    let standings = pages.house.standings();
    let system = standings.system(&id).ok_or_else(Failure::missing)?;
    let files = pages.house.packs.scenarios(&id);
    if files.is_empty() {
        return Err(Failure::missing());
    }
    let t = visit.speaker();
    let name = t.local(&system.pack.name).to_owned();
    let title = t.say1("platform-scenario-title", "name", name.as_str());
    let files = files.into_iter().map(|file| (file.path, file.text)).collect();
    let page = ScenarioPage { t, id, name, files };
    Ok(Page::new("platform.scenario", title, &page)?.into())
}
