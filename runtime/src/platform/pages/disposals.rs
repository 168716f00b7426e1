//! Records whose time is over: lists by how they stand, and one list with its records, its steps, and in the end its
//! certificate, which is printed as it is shown.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::list::After;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::Pages;
use super::parts::icons;
use crate::disposal::model::{Deed, DisposalId, ListState, MOST};
use crate::platform::actions::approve_disposal::ApproveDisposal;
use crate::platform::actions::propose_disposal::ProposeDisposal;
use crate::platform::actions::return_disposal::ReturnDisposal;
use crate::platform::actions::take_out_records::TakeOutRecords;
use crate::platform::queries::disposal::{DisposalById, DisposalView};
use crate::platform::queries::disposals::{DisposalLine, Disposals};

const LIST: &str = "/records/disposals";

/// How lists stand, as filters.
const STATES: [(ListState, &str); 4] = [
    (ListState::Gathering, "platform-disposal-gathering"),
    (ListState::Proposed, "platform-disposal-proposed"),
    (ListState::Approved, "platform-disposal-approved"),
    (ListState::Done, "platform-disposal-done"),
];

#[derive(Template)]
#[template(path = "pages/disposals.html")]
pub(super) struct DisposalsPage {
    pub t: Speaker,
    pub icons: String,
    pub filters: Vec<(String, String, bool)>,
    pub none: String,
    pub rows: Vec<Row>,
    /// The address of the next page; empty where there is none.
    pub next: String,
}

/// A list among others.
pub(super) struct Row {
    pub href: String,
    pub name: String,
    pub about: String,
    pub place: String,
    pub count: String,
    pub span: String,
    pub note: String,
}

fn label(t: &Speaker, state: ListState) -> String {
    let key = STATES.iter().find(|(of, _)| *of == state).map_or("", |(_, key)| *key);
    t.say(key)
}

/// From the oldest to the latest day.
fn span(t: &Speaker, line: &DisposalLine) -> String {
    let day = |at: Timestamp| show::date(t, at.date());
    match (line.oldest_ms.map(day), line.latest_ms.map(day)) {
        (Some(from), Some(to)) if from != to => {
            t.say2("platform-calendar-range", ("from", from), ("to", to))
        }
        (Some(day), _) => day,
        (None, _) => "–".to_owned(),
    }
}

fn years(t: &Speaker, line: &DisposalLine) -> String {
    t.say1("platform-disposal-years", "n", i64::from(line.years))
}

/// The last thing that happened to a list.
fn last(t: &Speaker, line: &DisposalLine) -> String {
    let said = |key: &str, at: Timestamp| t.say1(key, "at", show::instant(t, at));
    let (returned, proposed, approved) = (&line.returned, &line.proposed, &line.approved);
    match (line.state, returned, proposed, approved, line.done_ms) {
        (ListState::Done, _, _, _, Some(at)) => said("platform-disposal-done-at", at),
        (ListState::Approved, _, _, Some(deed), _) => {
            said("platform-disposal-approved-at", deed.at_ms)
        }
        (ListState::Proposed, _, Some(deed), _, _) => {
            said("platform-disposal-proposed-at", deed.at_ms)
        }
        (_, Some(deed), _, _, _) => said("platform-disposal-returned-at", deed.at_ms),
        _ => said("platform-disposal-begun-at", line.begun_ms),
    }
}

impl DisposalsPage {
    pub(super) fn of(
        t: Speaker,
        state: ListState,
        lines: &[DisposalLine],
        next: Option<&After>,
    ) -> DisposalsPage {
        let filter = |(of, key): &(ListState, &str)| {
            (format!("{LIST}?state={}", of.word()), t.say(key), *of == state)
        };
        let row = |line: &DisposalLine| Row {
            href: format!("{LIST}/{}", line.list),
            name: line.class.clone(),
            about: format!("{}{}{}", line.type_title, t.say("platform-separator"), years(&t, line)),
            place: line.place.clone(),
            count: show::number(match line.state {
                ListState::Done => line.gone,
                _ => line.items,
            }),
            span: span(&t, line),
            note: last(&t, line),
        };
        DisposalsPage {
            icons: icons(),
            filters: STATES.iter().map(filter).collect(),
            none: t.say(match state {
                ListState::Gathering => "platform-disposal-none-gathering",
                ListState::Proposed => "platform-disposal-none-proposed",
                ListState::Approved => "platform-disposal-none-approved",
                ListState::Done => "platform-disposal-none-done",
            }),
            rows: lines.iter().map(row).collect(),
            next: next
                .map(|after| format!("{LIST}?state={}&after={after}", state.word()))
                .unwrap_or_default(),
            t,
        }
    }
}

/// Shows lists.
pub(super) async fn show(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let asked = visit.asked("state");
    let found = STATES.iter().find(|(state, _)| Some(state.word()) == asked);
    let state = found.map_or(ListState::Gathering, |(state, _)| *state);
    let after = visit.asked("after").and_then(|after| after.parse().ok());
    let page = visit.ask(&Disposals { state: Some(state), after }).await?;
    let t = visit.speaker();
    let title = t.say("platform-navigation-disposals");
    let page = DisposalsPage::of(t, state, &page.lists, page.next.as_ref());
    Ok(Page::new("platform.disposals", title, &page)?.into())
}

#[derive(Template)]
#[template(path = "pages/disposal.html")]
pub(super) struct DisposalPage {
    pub t: Speaker,
    pub icons: String,
    pub id: String,
    pub title: String,
    pub state: String,
    /// The class of the state's tag.
    pub class: &'static str,
    pub done: bool,
    /// Whether it ended with nothing removed.
    pub nothing: bool,
    pub facts: Vec<(String, String)>,
    pub digest: String,
    pub steps: Vec<StepView>,
    pub records: Vec<RecordView>,
    pub next: String,
    /// Whether records can be taken out and the list proposed.
    pub keeps: bool,
    /// Whether the list can be approved and given back.
    pub approves: bool,
    /// Whether it can be given back alone, since whoever looks proposed it.
    pub own: bool,
    pub version: i64,
    pub form: FormState,
    /// What was to be done where it was refused: the reason stands at that form.
    pub tried: String,
    pub reason: String,
}

/// A step of a list.
pub(super) struct StepView {
    pub what: String,
    pub who: String,
    pub reason: String,
}

/// A record.
pub(super) struct RecordView {
    pub id: String,
    pub number: String,
    pub about: String,
    pub day: String,
    pub held: String,
}

impl DisposalPage {
    /// What is wrong with the reason of a form.
    pub(super) fn problem(&self, form: &str, pointer: &str) -> &str {
        match self.tried == form {
            true => self.form.problem(pointer).unwrap_or(""),
            false => "",
        }
    }

    /// What was typed as the reason of a form.
    pub(super) fn typed(&self, form: &str) -> &str {
        if self.tried == form { &self.reason } else { "" }
    }
}

fn step(t: &Speaker, key: &str, deed: &Deed) -> StepView {
    StepView {
        what: t.say1(key, "at", show::instant(t, deed.at_ms)),
        who: deed.by.clone(),
        reason: deed.reason.clone(),
    }
}

/// What whoever looks may do with a list.
#[derive(Clone, Copy, Default)]
pub(super) struct Rights {
    pub keeps: bool,
    pub approves: bool,
}

/// What was tried and refused.
#[derive(Default)]
pub(super) struct Tried {
    pub what: String,
    pub reason: String,
}

impl DisposalPage {
    pub(super) fn of(
        t: Speaker,
        view: &DisposalView,
        rights: Rights,
        form: FormState,
        tried: Tried,
    ) -> DisposalPage {
        let line = &view.list;
        let fact = |key: &str, value: String| (t.say(key), value);
        let mut facts = vec![
            fact("platform-disposal-type", line.type_title.clone()),
            fact("platform-disposal-place", line.place.clone()),
            fact(
                "platform-disposal-period",
                format!("{}{}{}", years(&t, line), t.say("platform-separator"), line.starts),
            ),
            fact("platform-disposal-basis", line.basis.clone()),
            fact("platform-disposal-span", span(&t, line)),
        ];
        if matches!(line.state, ListState::Approved | ListState::Done) {
            facts.push(fact("platform-disposal-gone", show::number(line.gone)));
            facts.push(fact("platform-disposal-kept", show::number(line.kept)));
            facts.push(fact("platform-disposal-files", show::number(line.files)));
        } else {
            facts.push(fact("platform-disposal-count", show::number(line.items)));
        }
        let mut steps = Vec::new();
        for (key, deed) in [
            ("platform-disposal-returned-at", &line.returned),
            ("platform-disposal-proposed-at", &line.proposed),
            ("platform-disposal-approved-at", &line.approved),
        ] {
            steps.extend(deed.iter().map(|deed| step(&t, key, deed)));
        }
        if let Some(at) = line.done_ms {
            let what = t.say1("platform-disposal-done-at", "at", show::instant(&t, at));
            steps.push(StepView { what, who: String::new(), reason: String::new() });
        }
        let records = view.records.iter().map(|record| RecordView {
            id: record.record.clone(),
            number: record.number.clone(),
            about: record.about.clone(),
            day: show::date(&t, record.aged_ms.date()),
            held: record.held.clone().unwrap_or_default(),
        });
        let proposed = line.state == ListState::Proposed;
        DisposalPage {
            icons: icons(),
            id: line.list.to_string(),
            title: line.class.clone(),
            state: label(&t, line.state),
            class: match line.state {
                ListState::Gathering => "is-info",
                ListState::Proposed | ListState::Approved => "is-warn",
                ListState::Done => "is-good",
            },
            done: line.state == ListState::Done,
            nothing: line.gone == 0,
            facts,
            digest: line.digest.clone().unwrap_or_default(),
            steps,
            records: records.collect(),
            next: view
                .next
                .as_ref()
                .map(|after| format!("{LIST}/{}?after={after}", line.list))
                .unwrap_or_default(),
            keeps: rights.keeps && line.state == ListState::Gathering && line.items > 0,
            approves: view.may_approve,
            own: proposed && rights.approves && !view.may_approve,
            version: line.version,
            form,
            tried: tried.what,
            reason: tried.reason,
            t,
        }
    }
}

async fn page(
    visit: &Visit,
    id: DisposalId,
    form: FormState,
    tried: Tried,
    status: u16,
) -> Result<Reply, Failure> {
    let after = visit.asked("after").and_then(|after| after.parse().ok());
    let view = visit.ask(&DisposalById { list: id, after }).await?;
    let rights = Rights {
        keeps: visit.could("platform.propose_disposal"),
        approves: visit.could("platform.return_disposal"),
    };
    let page = DisposalPage::of(visit.speaker(), &view, rights, form, tried);
    let title = page.title.clone();
    Ok(Page::new("platform.disposal", title, &page)?.status(status).into())
}

/// Shows a list.
pub(super) async fn show_one(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let form = FormState::fresh(&visit);
    page(&visit, visit.param("list")?, form, Tried::default(), 200).await
}

/// Takes a step with a list.
pub(super) async fn change(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let list: DisposalId = visit.param("list")?;
    let version = visit.field("version").parse().map_err(|_| Failure::missing())?;
    let reason: String = visit.field("reason").chars().take(MOST + 1).collect();
    let what = visit.field("do").to_owned();
    let done = match what.as_str() {
        "take_out" => {
            let chosen = visit.form.iter().filter(|(name, _)| name == "record");
            let records = chosen.take(100).map(|(_, id)| id.chars().take(40).collect()).collect();
            let reason = reason.clone();
            let action = TakeOutRecords { list, version, records, reason };
            visit.act(&action).await.map(|_| "platform-disposal-taken-out")
        }
        "propose" => {
            let action = ProposeDisposal { list, version, reason: reason.clone() };
            visit.act(&action).await.map(|_| "platform-disposal-proposed-now")
        }
        "return" => {
            let action = ReturnDisposal { list, version, reason: reason.clone() };
            visit.act(&action).await.map(|_| "platform-disposal-returned-now")
        }
        "approve" => {
            let action = ApproveDisposal { list, version, reason: reason.clone() };
            visit.act(&action).await.map(|_| "platform-disposal-approved-now")
        }
        _ => return Err(Failure::new(Kind::Malformed, "kernel.not_a_form")),
    };
    match done {
        Ok(notice) => Ok(Reply::done(format!("{LIST}/{list}"), notice)),
        Err(failure) => {
            let status = failure.kind.status();
            let form = FormState::refused(&visit, failure)?;
            page(&visit, list, form, Tried { what, reason }, status).await
        }
    }
}
