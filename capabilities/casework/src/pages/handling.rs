//! The officer's desk for one case: what was applied for, with what, what happened, and what can be done now.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::action::{Action, Query as _};
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};

use super::cases::read_form;
use super::clock;
use super::joint;
use super::materials::{Of, read_list};
use super::parts::{
    Fact, Left, StateTag, clock as clock_of, left, office_words, plain_head, returned, state_tag,
    summary, timeline,
};
use crate::actions::decide::Outcome;
use crate::actions::{Accept, Advance, Decide, Refuse, Return};
use crate::error::CaseworkError;
use crate::model::{CaseId, MaterialReason, State, Verb};
use crate::queries::case::{CaseView, StageProgress};
use crate::queries::unmasked::Purpose;
use crate::queries::{CaseById, Unmasked};
use crate::stepping::Stepped;

#[derive(Template)]
#[template(path = "handling.html")]
struct HandlingPage {
    t: Speaker,
    number: String,
    name: String,
    applicant: String,
    left: Option<Left>,
    state: StateTag,
    now: String,
    notice: Option<String>,
    /// What is wrong with the form that was sent: it stands on top, wherever on the page the form is.
    summary: Option<Markup>,
    returned: Option<Markup>,
    unmask: Option<Markup>,
    form: Markup,
    materials: Markup,
    forms: Vec<Markup>,
    /// Others have the case: what can still be done leads nowhere on.
    not_yours: bool,
    branches: Option<Markup>,
    clock: Markup,
    timeline: Markup,
    asides: Vec<Markup>,
}

/// Asks what personal values are needed for.
#[derive(Template)]
#[template(path = "parts/handle_unmask.html")]
struct UnmaskForm<'a> {
    t: &'a Speaker,
    case: CaseId,
    csrf: String,
    purposes: Vec<(&'static str, String)>,
    /// What they were read for just now.
    read_for: String,
}

/// The form on top of what was filled in, for those who may read it in full.
fn unmask_form(
    visit: &Visit,
    t: &Speaker,
    case: CaseId,
    read_for: Option<Purpose>,
) -> Result<Option<Markup>, Failure> {
    if !visit.could(Unmasked::NAME) {
        return Ok(None);
    }
    let purposes = Purpose::ALL.map(|purpose| (purpose.word(), t.say(purpose.key())));
    let form = UnmaskForm {
        t,
        case,
        csrf: visit.csrf.clone(),
        purposes: purposes.into(),
        read_for: read_for.map(|purpose| t.say(purpose.key())).unwrap_or_default(),
    };
    Ok(Some(Markup::of(&form)?))
}

/// `POST /work/{case}/unmask`: the page with the personal values in full, once.
pub(super) async fn unmask(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case: CaseId = visit.param("case")?;
    let purpose = Purpose::parse(visit.field("purpose"));
    let mut view = visit.ask(&CaseById { case }).await?;
    if let Some(purpose) = purpose {
        view.form = visit.ask(&Unmasked { case, purpose }).await?.form;
    }
    let notice = purpose.is_none().then(|| visit.speaker().say("casework-unmask-choose"));
    let mut page = page(&visit, &view, None, notice, purpose).await?;
    if purpose.is_none() {
        page = page.status(Kind::Invalid.status());
    }
    Ok(page.into())
}

/// A form that was sent and refused.
pub(super) struct Sent {
    /// Which one.
    pub(super) form: String,
    /// What is wrong with it.
    pub(super) state: FormState,
}

impl Sent {
    /// Where on the page a pointer is mended.
    fn href(&self, pointer: &str) -> String {
        let form = &self.form;
        match (pointer, pointer.strip_prefix("/materials/")) {
            (_, Some(material)) => format!("#{form}-material-{material}"),
            ("/again_reason", _) => format!("#{form}-again"),
            ("/outcome", _) => "#outcome".to_owned(),
            ("/kind" | "/answer" | "/approve", _) => format!("#{form}-choice"),
            ("/until", _) => format!("#{form}-until"),
            _ => format!("#{form}-reason"),
        }
    }
}

#[derive(Template)]
#[template(path = "parts/handle_note.html")]
struct NoteForm<'a> {
    t: &'a Speaker,
    case: CaseId,
    verb: &'static str,
    head: Markup,
    version: i64,
    outcome: &'a str,
    outcome_problem: Option<&'a str>,
    label: String,
    optional: bool,
    hint: String,
    typed: &'a str,
    problem: Option<&'a str>,
    look: &'static str,
    icon_name: &'static str,
    button: String,
}

#[derive(Template)]
#[template(path = "parts/handle_return.html")]
struct ReturnForm<'a> {
    t: &'a Speaker,
    case: CaseId,
    head: Markup,
    version: i64,
    materials: Vec<ReturnMaterial<'a>>,
    typed: &'a str,
    problem: Option<&'a str>,
    again: bool,
    again_typed: &'a str,
    again_problem: Option<&'a str>,
}

pub(super) struct ReturnMaterial<'a> {
    pub(super) id: &'a str,
    pub(super) name: String,
    pub(super) chosen: bool,
    pub(super) typed: &'a str,
    pub(super) problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "parts/handle_fold.html")]
pub(super) struct Fold {
    pub(super) open: bool,
    pub(super) title: String,
    pub(super) body: Markup,
}

/// What a form with one text says: its path, the pointer of the text, its words and its look.
pub(super) struct NoteWords {
    pub(super) verb: &'static str,
    pub(super) pointer: &'static str,
    pub(super) optional: bool,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) button: &'static str,
    pub(super) look: &'static str,
    pub(super) icon: &'static str,
}

const ACCEPT: NoteWords = NoteWords {
    verb: "accept",
    pointer: "/note",
    optional: true,
    label: "casework-accept-note",
    hint: "casework-accept-hint",
    button: "casework-accept",
    look: "is-primary",
    icon: "check",
};
const ADVANCE: NoteWords = NoteWords {
    verb: "advance",
    pointer: "/note",
    optional: true,
    label: "casework-advance-note",
    hint: "casework-advance-hint",
    button: "casework-advance",
    look: "is-primary",
    icon: "arrow-right",
};
const DECIDE: NoteWords = NoteWords {
    verb: "decide",
    pointer: "/reasons",
    optional: false,
    label: "casework-reasons",
    hint: "casework-reasons-hint",
    button: "casework-decide",
    look: "is-primary",
    icon: "stamp",
};
const REFUSE: NoteWords = NoteWords {
    verb: "refuse",
    pointer: "/reasons",
    optional: false,
    label: "casework-reasons",
    hint: "casework-refuse-hint",
    button: "casework-refuse",
    look: "is-danger",
    icon: "x",
};

/// `GET /work/{case}`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let view = visit.ask(&CaseById { case: visit.param("case")? }).await?;
    Ok(page(&visit, &view, None, None, None).await?.into())
}

async fn page(
    visit: &Arc<Visit>,
    view: &CaseView,
    sent: Option<&Sent>,
    notice: Option<String>,
    read_for: Option<Purpose>,
) -> Result<Page, Failure> {
    let t = visit.speaker();
    let name = t.local(&view.item_name).to_owned();
    let case_id = view.case.to_string();
    let returns = view.steps.iter().rev().filter(|step| step.verb == Verb::Return);
    let last_return = returns.filter_map(|step| step.returned.as_ref()).next();
    let template = HandlingPage {
        number: view.number.clone(),
        name: name.clone(),
        applicant: view.applicant_name.clone(),
        left: left(visit, &t, view.due_ms, view.flag),
        state: state_tag(&t, view.state),
        now: whose(&t, view),
        notice,
        summary: sent.map(|sent| summary(&sent.state, |pointer| sent.href(pointer))).transpose()?,
        returned: last_return.map(|asked| returned(&t, asked)).transpose()?,
        unmask: unmask_form(visit, &t, view.case, read_for)?,
        form: read_form(visit, &t, view).await?,
        materials: read_list(&t, &view.materials, Of::Case(&case_id))?,
        forms: forms(visit, &t, view, sent)?,
        not_yours: !view.branches.iter().any(|branch| branch.may_opine)
            && view.may.iter().all(|verb| matches!(verb, Verb::Recall | Verb::Urge)),
        branches: joint::branches(visit, &t, view, true)?,
        clock: clock_of(&t, visit.services.clock.now(), view)?,
        timeline: timeline(visit, &t, view)?,
        asides: visit.asides_about(&format!("casework.case:{case_id}")).await,
        t,
    };
    Page::new("casework.handling", name, &template)
}

/// Whose turn it is, in words.
fn whose(t: &Speaker, view: &CaseView) -> String {
    let stage = view.stages.iter().find(|stage| stage.progress == StageProgress::Now);
    match (&view.office, stage, view.state) {
        (_, _, State::Returned) => t.say("casework-with-applicant"),
        (Some(office), Some(stage), _) => {
            let office = office_words(t, office);
            t.say2("casework-stage-with", ("stage", &stage.name), ("office", office))
        }
        _ => t.say("casework-closed"),
    }
}

/// The forms of what the visitor may do now: the one that leads on first and open, the others folded.
fn forms(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    sent: Option<&Sent>,
) -> Result<Vec<Markup>, Failure> {
    let may = |verb| view.may.contains(&verb);
    let mut forms = Vec::new();
    for branch in view.branches.iter().filter(|branch| branch.may_opine) {
        forms.push(joint::form(visit, t, view, branch, sent)?);
    }
    for (verb, words) in
        [(Verb::Accept, &ACCEPT), (Verb::Advance, &ADVANCE), (Verb::Grant, &DECIDE)]
    {
        if may(verb) {
            forms.push(note_form(visit, t, view, words, sent)?);
        }
    }
    if may(Verb::Return) {
        let body = return_form(visit, t, view, sent)?;
        let open = sent.is_some_and(|sent| sent.form == "return");
        forms.push(Markup::of(&Fold { open, title: t.say("casework-return-button"), body })?);
    }
    if may(Verb::Refuse) {
        let body = note_form(visit, t, view, &REFUSE, sent)?;
        let open = sent.is_some_and(|sent| sent.form == "refuse");
        forms.push(Markup::of(&Fold { open, title: t.say("casework-refuse"), body })?);
    }
    forms.extend(clock::forms(visit, t, view, sent)?);
    Ok(forms)
}

pub(super) fn note_form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    words: &NoteWords,
    sent: Option<&Sent>,
) -> Result<Markup, Failure> {
    let sent = sent.filter(|sent| sent.form == words.verb);
    let fresh = FormState::fresh(visit);
    let state = sent.map_or(&fresh, |sent| &sent.state);
    let typed = |name| if sent.is_some() { visit.field(name) } else { "" };
    Markup::of(&NoteForm {
        t,
        case: view.case,
        verb: words.verb,
        head: plain_head(visit)?,
        version: view.version,
        outcome: typed("outcome"),
        outcome_problem: state.problem("/outcome"),
        label: t.say(words.label),
        optional: words.optional,
        hint: t.say(words.hint),
        typed: typed("reason"),
        problem: state.problem(words.pointer),
        look: words.look,
        icon_name: words.icon,
        button: t.say(words.button),
    })
}

fn return_form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    sent: Option<&Sent>,
) -> Result<Markup, Failure> {
    let sent = sent.filter(|sent| sent.form == "return");
    let fresh = FormState::fresh(visit);
    let state = sent.map_or(&fresh, |sent| &sent.state);
    let typed = |name: &str| if sent.is_some() { visit.field(name) } else { "" };
    let chosen = |id: &str| {
        sent.is_some() && visit.form.iter().any(|(name, value)| name == "material" && value == id)
    };
    let materials = view
        .materials
        .iter()
        .map(|material| ReturnMaterial {
            id: &material.id,
            name: t.local(&material.name).to_owned(),
            chosen: chosen(&material.id),
            typed: typed(&format!("why.{}", material.id)),
            problem: state.problem(&format!("/materials/{}", material.id)),
        })
        .collect();
    Markup::of(&ReturnForm {
        t,
        case: view.case,
        head: plain_head(visit)?,
        version: view.version,
        materials,
        typed: typed("reason"),
        problem: state.problem("/reason"),
        again: view.returned_before,
        again_typed: typed("again_reason"),
        again_problem: state.problem("/again_reason"),
    })
}

#[derive(Template)]
#[template(path = "preview.html")]
struct Preview {
    t: Speaker,
    case: CaseId,
    left: Option<Left>,
    name: String,
    applicant: String,
    number: String,
    facts: Vec<Fact>,
}

/// `GET /work/{case}/preview`: the side preview of the list.
pub(super) async fn preview(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let view = visit.ask(&CaseById { case: visit.param("case")? }).await?;
    let t = visit.speaker();
    let fact = |key: &str, value: String| Fact { label: t.say(key), value };
    let given = view.materials.iter().filter(|m| m.is_given()).count();
    let facts = vec![
        fact("casework-has-it-now", whose(&t, &view)),
        fact("casework-column-place", t.local(&view.place).to_owned()),
        fact("casework-materials", t.say1("casework-materials-given", "count", given)),
    ];
    Ok(Reply::Fragment(Markup::of(&Preview {
        case: view.case,
        left: left(&visit, &t, view.due_ms, view.flag),
        name: t.local(&view.item_name).to_owned(),
        applicant: view.applicant_name.clone(),
        number: view.number.clone(),
        facts,
        t,
    })?))
}

/// Takes a step and comes back to the case; a refusal is shown in its form, and a lost race on top.
pub(super) async fn take<A: Action<Reply = Stepped>>(
    visit: &Arc<Visit>,
    case: CaseId,
    form: &str,
    notice: &'static str,
    action: Result<A, CaseworkError>,
) -> Result<Reply, Failure> {
    let outcome = match action {
        Ok(action) => visit.act(&action).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(_) => Ok(Reply::done(format!("/work/{case}"), notice)),
        Err(failure) => {
            let status = failure.kind.status();
            let conflict = failure.kind == Kind::Conflict;
            let state = FormState::refused(visit, failure)?;
            let view = visit.ask(&CaseById { case }).await?;
            let (sent, notice) = match conflict {
                true => (None, state.summary),
                false => (Some(Sent { form: form.to_owned(), state }), None),
            };
            Ok(page(visit, &view, sent.as_ref(), notice, None).await?.status(status).into())
        }
    }
}

pub(super) fn seen_version(visit: &Visit) -> i64 {
    visit.field("version").parse().unwrap_or(0)
}

pub(super) fn note(visit: &Visit) -> Option<String> {
    Some(visit.field("reason").to_owned()).filter(|text| !text.trim().is_empty())
}

/// `POST /work/{case}/accept`
pub(super) async fn accept(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let action = Accept { case, version: seen_version(&visit), note: note(&visit) };
    take(&visit, case, ACCEPT.verb, "casework-notice-accepted", Ok(action)).await
}

/// `POST /work/{case}/advance`
pub(super) async fn advance(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let action = Advance { case, version: seen_version(&visit), note: note(&visit) };
    take(&visit, case, ADVANCE.verb, "casework-notice-advanced", Ok(action)).await
}

/// `POST /work/{case}/refuse`
pub(super) async fn refuse(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let reasons = visit.field("reason").to_owned();
    let action = Refuse { case, version: seen_version(&visit), reasons };
    take(&visit, case, REFUSE.verb, "casework-notice-refused", Ok(action)).await
}

/// `POST /work/{case}/decide`
pub(super) async fn decide(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let outcome = match visit.field("outcome") {
        "granted" => Ok(Outcome::Granted),
        "denied" => Ok(Outcome::Denied),
        _ => {
            let problem = FieldProblem::new("/outcome", "casework-problem-outcome");
            Err(CaseworkError::BadStep(vec![problem]))
        }
    };
    let reasons = visit.field("reason").to_owned();
    let action =
        outcome.map(|outcome| Decide { case, version: seen_version(&visit), outcome, reasons });
    take(&visit, case, DECIDE.verb, "casework-notice-decided", action).await
}

/// The materials that were named in a form, each with its reason.
pub(super) fn named_materials(visit: &Visit) -> Vec<MaterialReason> {
    let named = visit.form.iter().filter(|(name, _)| name == "material");
    named
        .map(|(_, id)| MaterialReason {
            id: id.clone(),
            reason: visit.field(&format!("why.{id}")).to_owned(),
        })
        .collect()
}

/// `POST /work/{case}/return`
pub(super) async fn return_case(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let materials = named_materials(&visit);
    let again = visit.field("again_reason").to_owned();
    let action = Return {
        case,
        version: seen_version(&visit),
        materials,
        fields: Vec::new(),
        reason: visit.field("reason").to_owned(),
        again_reason: Some(again).filter(|text| !text.is_empty()),
    };
    take(&visit, case, "return", "casework-notice-returned", Ok(action)).await
}
