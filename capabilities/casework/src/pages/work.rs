//! The officer's work list: the first due first, filters that are links, a preview beside.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::action::Action as _;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use super::drafts::asked_after;
use super::parts::{Left, left};
use crate::actions::AnswerExtension;
use crate::error::state_key;
use crate::model::{CaseId, Flag, State};
use crate::queries::work_list::{WorkCounts, WorkView};
use crate::queries::{CaseSummary, WorkList};

/// Where counting stops.
const COUNT_SHOWN_MAX: u32 = 500;

#[derive(Template)]
#[template(path = "work.html")]
struct WorkPage {
    t: Speaker,
    red: String,
    yellow: String,
    mine: String,
    lead: String,
    filters: Vec<FilterLink>,
    rows: Vec<Row>,
    next: Option<String>,
}

struct FilterLink {
    href: String,
    current: bool,
    icon: &'static str,
    name: String,
    count: String,
}

struct Row {
    case: CaseId,
    left: Option<Left>,
    due: String,
    name: String,
    applicant: String,
    stage: String,
    place: String,
    number: String,
}

/// What the address asks for.
struct Asked {
    view: WorkView,
    state: Option<State>,
    flag: Option<Flag>,
}

impl Asked {
    fn read(visit: &Visit) -> Asked {
        Asked {
            view: match visit.asked("view") {
                Some("place") => WorkView::Place,
                Some("flagged") => WorkView::Flagged,
                Some("asked") => WorkView::Asked,
                _ => WorkView::Mine,
            },
            state: visit.asked("state").and_then(State::parse),
            flag: visit.asked("flag").and_then(Flag::parse),
        }
    }

    fn query(&self) -> String {
        let mut parts = Vec::new();
        match self.view {
            WorkView::Mine => {}
            WorkView::Place => parts.push("view=place".to_owned()),
            WorkView::Flagged => parts.push("view=flagged".to_owned()),
            WorkView::Asked => parts.push("view=asked".to_owned()),
        }
        parts.extend(self.state.map(|state| format!("state={}", state.word())));
        parts.extend(self.flag.map(|flag| format!("flag={}", flag.word())));
        parts.join("&")
    }
}

/// `GET /work`
pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let asked = Asked::read(&visit);
    let query = WorkList {
        view: asked.view,
        role: None,
        state: asked.state,
        flag: asked.flag,
        after: asked_after(&visit),
        limit: None,
    };
    let work = visit.ask(&query).await?;
    let rows = work.cases.iter().map(|case| row(&visit, &t, case)).collect();
    let next = work.next.map(|after| {
        let asked = asked.query();
        let gap = if asked.is_empty() { "" } else { "&" };
        format!("/work?{asked}{gap}after={after}")
    });
    let today = show::date(&t, visit.services.clock.now().date());
    let title = t.say("casework-work-title");
    let template = WorkPage {
        red: counted(work.counts.red),
        yellow: counted(work.counts.yellow),
        mine: counted(work.counts.mine),
        lead: t.say1("casework-work-lead", "date", today),
        filters: filters(&visit, &t, &asked, work.counts),
        rows,
        next,
        t,
    };
    Ok(Page::new("casework.work", title, &template)?.into())
}

fn counted(count: u32) -> String {
    if count >= COUNT_SHOWN_MAX { format!("{COUNT_SHOWN_MAX}+") } else { count.to_string() }
}

fn filters(visit: &Visit, t: &Speaker, asked: &Asked, counts: WorkCounts) -> Vec<FilterLink> {
    let link = |to: Asked, icon, name: String, count: Option<u32>| {
        let query = to.query();
        let href = if query.is_empty() { "/work".to_owned() } else { format!("/work?{query}") };
        FilterLink {
            current: query == asked.query(),
            href,
            icon,
            name,
            count: count.map(counted).unwrap_or_default(),
        }
    };
    let mine = |state, flag| Asked { view: WorkView::Mine, state, flag };
    let place = |state| Asked { view: WorkView::Place, state, flag: None };
    let mut links = vec![
        link(mine(None, None), "", t.say("casework-filter-mine"), Some(counts.mine)),
        link(mine(None, Some(Flag::Red)), "flag", t.say("casework-flag-red"), Some(counts.red)),
        link(
            mine(None, Some(Flag::Yellow)),
            "flag",
            t.say("casework-flag-yellow"),
            Some(counts.yellow),
        ),
        link(mine(Some(State::Submitted), None), "", t.say("casework-filter-submitted"), None),
        link(mine(Some(State::Accepted), None), "", t.say("casework-filter-accepted"), None),
        link(place(None), "", t.say("casework-filter-place"), Some(counts.place)),
        link(place(Some(State::Returned)), "", t.say("casework-filter-returned"), None),
    ];
    // Those who supervise see to what is late, whoever has it.
    if visit.could(AnswerExtension::NAME) {
        let view = |view| Asked { view, state: None, flag: None };
        let name = t.say("casework-filter-flagged");
        links.push(link(view(WorkView::Flagged), "flag", name, Some(counts.flagged)));
        let name = t.say("casework-filter-asked");
        links.push(link(view(WorkView::Asked), "clock", name, Some(counts.asked)));
    }
    links
}

fn row(visit: &Visit, t: &Speaker, case: &CaseSummary) -> Row {
    Row {
        case: case.case,
        left: left(visit, t, case.due_ms, case.flag),
        due: case.due_ms.map(|due| show::date(t, due.plus_ms(-1).date())).unwrap_or_default(),
        name: t.local(&case.item_name).to_owned(),
        applicant: case.applicant_name.clone(),
        stage: match case.state {
            State::Returned => t.say(state_key(State::Returned)),
            _ => t.local(&case.stage_name).to_owned(),
        },
        place: visit
            .services
            .divisions
            .get(case.division)
            .map_or_else(|| t.local(&case.place), |division| division.name())
            .to_owned(),
        number: case.number.clone(),
    }
}
