//! One's own cases: where each is, who has it, until when, and what is to be done oneself.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::form::ReadView;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};

use super::drafts::asked_after;
use super::joint;
use super::materials::{Of, read_list};
use super::parts::{
    Fact, Left, StateTag, clock, head, left, office_words, plain_head, returned, state_tag,
    timeline,
};
use crate::actions::{BeginCorrection, Urge, Withdraw};
use crate::model::{CaseId, Flag, State, Verb};
use crate::queries::case::CaseView;
use crate::queries::{CaseById, MyCases};

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage {
    t: Speaker,
    rows: Vec<CaseRow>,
    next: Option<String>,
}

struct CaseRow {
    href: String,
    name: String,
    number: String,
    applicant: String,
    when: String,
    state: StateTag,
}

/// `GET /cases`
pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let asked = MyCases { open: None, after: asked_after(&visit), limit: None };
    let found = visit.ask(&asked).await?;
    let rows = found
        .cases
        .iter()
        .map(|case| CaseRow {
            href: format!("/cases/{}", case.case),
            name: t.local(&case.item_name).to_owned(),
            number: case.number.clone(),
            applicant: case.applicant_name.clone(),
            when: show::date(&t, case.submitted_ms.date()),
            state: state_tag(&t, case.state),
        })
        .collect();
    let next = found.next.map(|after| format!("/cases?after={after}"));
    let title = t.say("casework-cases-title");
    Ok(Page::new("casework.cases", title, &CasesPage { t, rows, next })?.into())
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    t: Speaker,
    case: CaseId,
    number: String,
    name: String,
    applicant: String,
    /// How far over its limit the current step is.
    late: Option<Left>,
    waiting: bool,
    next_label: String,
    next_title: String,
    next_text: String,
    returned: Option<Markup>,
    correct_head: Markup,
    timeline: Markup,
    form: Markup,
    material_count: usize,
    materials: Markup,
    urge: Option<UrgeForm>,
    branches: Option<Markup>,
    withdraw: Option<WithdrawForm>,
    clock: Markup,
    who: Vec<Fact>,
}

struct UrgeForm {
    /// From when it is possible, where that is still to come.
    from: Option<String>,
    head: Markup,
    typed: String,
}

struct WithdrawForm {
    open: bool,
    head: Markup,
    typed: String,
    problem: Option<String>,
}

/// The filled-in form of a case to be read; personal values are masked already.
pub(super) async fn read_form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
) -> Result<Markup, Failure> {
    let item = super::pinned(visit, &view.item, &view.item_version).await?;
    Ok(Markup(item.form.render_read(&ReadView {
        value: &view.form,
        speaker: t,
        divisions: &visit.services.divisions,
        masked: false,
        heading: 3,
    })))
}

/// `GET /cases/{case}`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let state = FormState::fresh(&visit);
    let view = visit.ask(&CaseById { case: visit.param("case")? }).await?;
    Ok(page(&visit, &view, &state).await?.into())
}

async fn page(visit: &Visit, view: &CaseView, state: &FormState) -> Result<Page, Failure> {
    let t = visit.speaker();
    let name = t.local(&view.item_name).to_owned();
    let late = left(visit, &t, view.due_ms, Flag::Red);
    let late = late.filter(|_| view.due_ms.is_some_and(|due| due <= visit.services.clock.now()));
    let (next_label, next_title, next_text) = next(&t, view, late.is_some());
    let case_id = view.case.to_string();
    let may = |verb| view.may.contains(&verb);
    let template = CasePage {
        case: view.case,
        number: view.number.clone(),
        name: name.clone(),
        applicant: view.applicant_name.clone(),
        late,
        waiting: !may(Verb::Resubmit),
        next_label,
        next_title,
        next_text,
        returned: match &view.returned {
            Some(asked) if may(Verb::Resubmit) => Some(returned(&t, asked)?),
            _ => None,
        },
        correct_head: plain_head(visit)?,
        timeline: timeline(visit, &t, view)?,
        form: read_form(visit, &t, view).await?,
        material_count: view.materials.iter().filter(|m| !m.files.is_empty()).count(),
        materials: read_list(&t, &view.materials, Of::Case(&case_id))?,
        branches: joint::branches(visit, &t, view, false)?,
        urge: urge_form(visit, &t, view, state)?,
        withdraw: match may(Verb::Withdraw) {
            true => Some(WithdrawForm {
                open: state.summary.is_some() && visit.path.ends_with("/withdraw"),
                head: match visit.path.ends_with("/urge") {
                    true => plain_head(visit)?,
                    false => head(state, |_| "#reason".to_owned())?,
                },
                typed: visit.field("reason").to_owned(),
                problem: state.problem("/reason").map(str::to_owned),
            }),
            false => None,
        },
        clock: clock(&t, visit.services.clock.now(), view)?,
        who: who(&t, view),
        t,
    };
    Page::new("casework.case", name, &template)
}

/// The form in which the applicant urges the office, or from when that is possible.
fn urge_form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    state: &FormState,
) -> Result<Option<UrgeForm>, Failure> {
    if !view.may.contains(&Verb::Urge) {
        return Ok(None);
    }
    let from = view.urge_from_ms.map(|from| {
        let day = show::date(t, from.date());
        t.say1("casework-urge-from", "day", day)
    });
    Ok(Some(UrgeForm {
        from,
        head: match visit.path.ends_with("/urge") {
            true => head(state, |_| "#urge-note".to_owned())?,
            false => plain_head(visit)?,
        },
        typed: visit.field("note").to_owned(),
    }))
}

/// The one next thing: its small heading, its title, and what there is to know.
fn next(t: &Speaker, view: &CaseView, late: bool) -> (String, String, String) {
    let office = view.office.as_ref().map(|office| office_words(t, office)).unwrap_or_default();
    match view.state {
        State::Returned => (
            t.say("casework-next-do"),
            t.say("casework-next-correct"),
            t.say("casework-clock-stands"),
        ),
        State::Accepted if view.suspended.is_some() => {
            let suspended = view.suspended.as_ref();
            let name = suspended.map(|s| t.local(&s.name).to_owned()).unwrap_or_default();
            let until = suspended.map(|s| show::due(t, s.until_ms)).unwrap_or_default();
            let text = t.say2("casework-next-stands-text", ("name", name), ("until", until));
            (t.say("casework-next-nothing"), t.say("casework-next-stands"), text)
        }
        State::Accepted if joint::running(view) => {
            let open = view.branches.iter().filter(|branch| branch.answered_ms.is_none());
            let until = show::due(t, view.promised_due_ms);
            let text =
                t.say2("casework-next-joint-text", ("count", open.count()), ("until", until));
            (t.say("casework-next-nothing"), t.say("casework-next-joint"), text)
        }
        State::Submitted | State::Accepted => {
            let until = view.due_ms.map(|due| show::due(t, due)).unwrap_or_default();
            let key = if late { "casework-next-late-text" } else { "casework-next-wait-text" };
            let text = t.say2(key, ("office", office), ("until", until));
            (t.say("casework-next-nothing"), t.say("casework-next-wait"), text)
        }
        State::Granted => (
            t.say("casework-next-closed"),
            t.say1("casework-next-granted", "name", &view.result),
            t.say("casework-next-granted-text"),
        ),
        State::Denied => (
            t.say("casework-next-closed"),
            t.say("casework-next-denied"),
            t.say("casework-next-remedy"),
        ),
        State::NotAccepted => (
            t.say("casework-next-closed"),
            t.say("casework-next-not-accepted"),
            t.say("casework-next-remedy"),
        ),
        State::Withdrawn => (
            t.say("casework-next-closed"),
            t.say("casework-next-withdrawn"),
            t.say("casework-next-withdrawn-text"),
        ),
    }
}

fn who(t: &Speaker, view: &CaseView) -> Vec<Fact> {
    let mut facts: Vec<Fact> = view
        .stages
        .iter()
        .map(|stage| Fact {
            label: t.local(&stage.name).to_owned(),
            value: t.local(&stage.role_name).to_owned(),
        })
        .collect();
    let now = match (&view.office, view.state) {
        (Some(office), _) => office_words(t, office),
        (None, State::Returned) => t.say("casework-with-applicant"),
        (None, _) => t.say("casework-closed"),
    };
    facts.insert(0, Fact { label: t.say("casework-has-it-now"), value: now });
    facts.push(Fact { label: t.say("casework-place"), value: t.local(&view.place).to_owned() });
    facts
}

/// `POST /cases/{case}/withdraw`
pub(super) async fn withdraw(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case: CaseId = visit.param("case")?;
    let action = Withdraw { case, version: None, reason: visit.field("reason").to_owned() };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done(format!("/cases/{case}"), "casework-notice-withdrawn")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let view = visit.ask(&CaseById { case }).await?;
            Ok(page(&visit, &view, &state).await?.status(status).into())
        }
    }
}

/// `POST /cases/{case}/urge`
pub(super) async fn urge(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case: CaseId = visit.param("case")?;
    let note = Some(visit.field("note").to_owned()).filter(|text| !text.trim().is_empty());
    match visit.act(&Urge { case, note }).await {
        Ok(_) => Ok(Reply::done(format!("/cases/{case}"), "casework-notice-urged")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let view = visit.ask(&CaseById { case }).await?;
            Ok(page(&visit, &view, &state).await?.status(status).into())
        }
    }
}

/// `POST /cases/{case}/correct`
pub(super) async fn correct(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let correction = visit.act(&BeginCorrection { case: visit.param("case")? }).await?;
    Ok(Reply::redirect(format!("/drafts/{}", correction.draft)))
}
