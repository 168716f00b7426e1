//! Joint approval on pages: where each department stands, and the form in which one answers.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Reply, Visit};

use super::clock::{Choice, ChoiceForm};
use super::handling::{ReturnMaterial, Sent, named_materials, take};
use super::parts::{joined, left, limit_words, office_words, plain_head};
use crate::actions::Opine;
use crate::error::CaseworkError;
use crate::model::{Answer, BranchState, Flag, State};
use crate::queries::branches::BranchView;
use crate::queries::case::CaseView;

#[derive(Template)]
#[template(path = "parts/branches.html")]
struct Branches<'a> {
    t: &'a Speaker,
    lead: String,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    office: String,
    when: String,
    looks: String,
    said: String,
    flag: &'static str,
    class: &'static str,
    state: String,
}

/// The key of where a department's part stands.
pub(super) fn state_key(state: BranchState) -> &'static str {
    match state {
        BranchState::Open => "casework-branch-open",
        BranchState::Agreed => "casework-branch-agreed",
        BranchState::Disagreed => "casework-branch-disagreed",
        BranchState::Asked => "casework-branch-asked",
        BranchState::Stopped => "casework-branch-stopped",
    }
}

fn state_class(state: BranchState) -> &'static str {
    match state {
        BranchState::Open => "is-info",
        BranchState::Agreed => "is-good",
        BranchState::Disagreed => "is-bad",
        BranchState::Asked => "is-warn",
        BranchState::Stopped => "",
    }
}

/// Until when a department answers and how much is left, or when it answered.
pub(super) fn when(visit: &Visit, t: &Speaker, case: &CaseView, branch: &BranchView) -> String {
    if let Some(at) = branch.answered_ms {
        return show::instant(t, at);
    }
    let Some(due) = branch.due_ms else {
        return match case.state.open() && branch.state == BranchState::Open {
            true => t.say("casework-clock-stands-short"),
            false => String::new(),
        };
    };
    let until = show::due(t, due);
    match left(visit, t, Some(due), branch.flag) {
        Some(left) => t.say2("casework-until-left", ("until", until), ("left", left.text)),
        None => until,
    }
}

/// Where each department stands; nothing where the case has no joint approval.
pub(super) fn branches(
    visit: &Visit,
    t: &Speaker,
    case: &CaseView,
    officer: bool,
) -> Result<Option<Markup>, Failure> {
    if case.branches.is_empty() {
        return Ok(None);
    }
    let answered = case.branches.iter().filter(|branch| branch.answered_ms.is_some()).count();
    let rows = case
        .branches
        .iter()
        .map(|branch| Row {
            name: t.local(&branch.name).to_owned(),
            office: office_words(t, &branch.office),
            when: when(visit, t, case, branch),
            looks: if officer { looks(t, branch) } else { String::new() },
            said: branch.reason.clone().unwrap_or_default(),
            flag: match branch.flag {
                Flag::Red => "is-red",
                Flag::Yellow => "is-yellow",
                Flag::None => "",
            },
            class: state_class(branch.state),
            state: t.say(match (branch.state, branch.flag) {
                (_, Flag::Red) => "casework-branch-late",
                (_, Flag::Yellow) => "casework-branch-soon",
                (state, _) => state_key(state),
            }),
        })
        .collect();
    let lead = t.say2("casework-joint-lead", ("all", case.branches.len()), ("done", answered));
    Markup::of(&Branches { t, lead, rows }).map(Some)
}

/// What a department looks at, and by which provision.
fn looks(t: &Speaker, branch: &BranchView) -> String {
    let names = branch.materials.iter().chain(&branch.fields);
    let names = names.map(|name| t.local(name).to_owned());
    let names = joined(t, names);
    let basis = branch.basis.as_ref().map(|basis| t.local(basis).to_owned());
    match (names.is_empty(), basis) {
        (true, None) => t.say1("casework-branch-limit", "limit", limit_words(t, &branch.limit)),
        (true, Some(basis)) => basis,
        (false, None) => t.say1("casework-branch-looks", "names", names),
        (false, Some(basis)) => {
            let looks = t.say1("casework-branch-looks", "names", names);
            t.say2("casework-sentences", ("first", looks), ("second", basis))
        }
    }
}

/// The form in which the visitor answers for a department.
pub(super) fn form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    branch: &BranchView,
    sent: Option<&Sent>,
) -> Result<Markup, Failure> {
    let id = format!("opine-{}", branch.branch);
    let sent = sent.filter(|sent| sent.form == id);
    let fresh = FormState::fresh(visit);
    let state = sent.map_or(&fresh, |sent| &sent.state);
    let typed = |name: &str| if sent.is_some() { visit.field(name) } else { "" };
    let choice = |answer: Answer, name: &str, note: &str| Choice {
        value: answer.word().to_owned(),
        name: t.say(name),
        note: t.say(note),
        chosen: typed("choice") == answer.word(),
    };
    let mut choices = vec![
        choice(Answer::Agree, "casework-opine-agree", "casework-opine-agree-note"),
        choice(Answer::Disagree, "casework-opine-disagree", "casework-opine-disagree-note"),
    ];
    if branch.may_ask {
        choices.push(choice(Answer::Ask, "casework-opine-ask", "casework-opine-ask-note"));
    }
    let chosen = |id: &str| {
        sent.is_some() && visit.form.iter().any(|(name, value)| name == "material" && value == id)
    };
    let materials: Vec<ReturnMaterial<'_>> = view
        .materials
        .iter()
        .filter(|_| branch.may_ask)
        .map(|material| ReturnMaterial {
            id: &material.id,
            name: t.local(&material.name).to_owned(),
            chosen: chosen(&material.id),
            typed: typed(&format!("why.{}", material.id)),
            problem: state.problem(&format!("/materials/{}", material.id)),
        })
        .collect();
    Markup::of(&ChoiceForm {
        t,
        case: view.case,
        verb: "opine",
        id: &id,
        branch: &branch.branch,
        head: plain_head(visit)?,
        version: view.version,
        lead: t.say2("casework-opine-lead", ("name", &branch.name), ("due", due(t, branch))),
        legend: t.say("casework-opine-answer"),
        choices,
        choice_problem: state.problem("/answer"),
        until: None,
        materials_open: materials.iter().any(|material| material.chosen),
        materials,
        label: t.say("casework-opine-reasons"),
        hint: t.say("casework-opine-reasons-hint"),
        typed: typed("reason"),
        problem: state.problem("/reasons"),
        again: branch.may_ask && branch.asked_before,
        again_typed: typed("again_reason"),
        again_problem: state.problem("/again_reason"),
        primary: true,
        icon_name: "send",
        button: t.say("casework-opine-button"),
    })
}

fn due(t: &Speaker, branch: &BranchView) -> String {
    branch.due_ms.map(|due| show::due(t, due)).unwrap_or_default()
}

/// `POST /work/{case}/opine`
pub(super) async fn opine(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let branch = visit.field("branch").to_owned();
    let form = format!("opine-{branch}");
    let answer = Answer::parse(visit.field("choice")).ok_or_else(|| {
        CaseworkError::BadStep(vec![FieldProblem::new("/answer", "casework-problem-answer")])
    });
    let asks = matches!(answer, Ok(Answer::Ask));
    let again = visit.field("again_reason").to_owned();
    let action = answer.map(|answer| Opine {
        case,
        branch,
        answer,
        reasons: visit.field("reason").to_owned(),
        materials: if asks { named_materials(&visit) } else { Vec::new() },
        fields: Vec::new(),
        again_reason: Some(again).filter(|text| asks && !text.is_empty()),
    });
    take(&visit, case, &form, "casework-notice-opined", action).await
}

/// Whether the case is in a joint approval now.
pub(super) fn running(case: &CaseView) -> bool {
    case.state == State::Accepted && case.branches.iter().any(|b| b.state == BranchState::Open)
}
