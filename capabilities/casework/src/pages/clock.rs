//! What can be done about the time of a case: let it stand and run again, extend it once, urge, take a step back.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Reply, Visit};

use super::handling::{Fold, NoteWords, ReturnMaterial, Sent, note, note_form, seen_version, take};
use super::parts::{limit_words, plain_head};
use crate::actions::{AnswerExtension, AskExtension, Recall, Resume, Suspend, Urge};
use crate::error::CaseworkError;
use crate::model::{CaseId, Verb};
use crate::pack::SpecialKind;
use crate::queries::case::CaseView;

/// A form with a choice and a text.
#[derive(Template)]
#[template(path = "parts/handle_choice.html")]
pub(super) struct ChoiceForm<'a> {
    pub(super) t: &'a Speaker,
    pub(super) case: CaseId,
    pub(super) verb: &'static str,
    pub(super) id: &'a str,
    pub(super) branch: &'a str,
    pub(super) head: Markup,
    pub(super) version: i64,
    pub(super) lead: String,
    pub(super) legend: String,
    pub(super) choices: Vec<Choice>,
    pub(super) choice_problem: Option<&'a str>,
    pub(super) until: Option<Until<'a>>,
    pub(super) materials: Vec<ReturnMaterial<'a>>,
    pub(super) materials_open: bool,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) typed: &'a str,
    pub(super) problem: Option<&'a str>,
    pub(super) again: bool,
    pub(super) again_typed: &'a str,
    pub(super) again_problem: Option<&'a str>,
    pub(super) primary: bool,
    pub(super) icon_name: &'static str,
    pub(super) button: String,
}

/// One of several.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) note: String,
    pub(super) chosen: bool,
}

/// A day that may be given.
pub(super) struct Until<'a> {
    pub(super) typed: &'a str,
    pub(super) problem: Option<&'a str>,
}

const RESUME: NoteWords = NoteWords {
    verb: "resume",
    pointer: "/result",
    optional: false,
    label: "casework-resume-result",
    hint: "casework-resume-hint",
    button: "casework-resume",
    look: "is-primary",
    icon: "clock",
};
const ASK: NoteWords = NoteWords {
    verb: "ask-extension",
    pointer: "/reason",
    optional: false,
    label: "casework-extension-why",
    hint: "casework-extension-hint",
    button: "casework-extension-ask",
    look: "",
    icon: "send",
};
const RECALL: NoteWords = NoteWords {
    verb: "recall",
    pointer: "/reason",
    optional: false,
    label: "casework-recall-why",
    hint: "casework-recall-hint",
    button: "casework-recall",
    look: "is-danger",
    icon: "rotate-ccw",
};
const URGE: NoteWords = NoteWords {
    verb: "urge",
    pointer: "/note",
    optional: true,
    label: "casework-urge-note",
    hint: "casework-urge-hint",
    button: "casework-urge",
    look: "",
    icon: "bell",
};

/// The forms of what the visitor may do about the time: the one thing that leads on open, the others folded.
pub(super) fn forms(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    sent: Option<&Sent>,
) -> Result<Vec<Markup>, Failure> {
    let may = |verb| view.may.contains(&verb);
    let mut forms = Vec::new();
    if may(Verb::Extend) {
        forms.push(answer_form(visit, t, view, sent)?);
    }
    if may(Verb::Resume) {
        forms.push(note_form(visit, t, view, &RESUME, sent)?);
    }
    let open = |form: &str| sent.is_some_and(|sent| sent.form == form);
    if may(Verb::Suspend) {
        let body = suspend_form(visit, t, view, sent)?;
        let title = t.say("casework-suspend-fold");
        forms.push(Markup::of(&Fold { open: open("suspend"), title, body })?);
    }
    let folded = [
        (Verb::AskExtension, &ASK, "casework-extension-fold"),
        (Verb::Urge, &URGE, "casework-urge-fold"),
        (Verb::Recall, &RECALL, "casework-recall-fold"),
    ];
    for (verb, words, title) in folded {
        if may(verb) {
            let body = note_form(visit, t, view, words, sent)?;
            forms.push(Markup::of(&Fold { open: open(words.verb), title: t.say(title), body })?);
        }
    }
    Ok(forms)
}

fn suspend_form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    sent: Option<&Sent>,
) -> Result<Markup, Failure> {
    let sent = sent.filter(|sent| sent.form == "suspend");
    let fresh = FormState::fresh(visit);
    let state = sent.map_or(&fresh, |sent| &sent.state);
    let typed = |name: &str| if sent.is_some() { visit.field(name) } else { "" };
    let choices = view
        .specials
        .iter()
        .map(|special| {
            let limit = limit_words(t, &special.limit);
            Choice {
                value: special.kind.word().to_owned(),
                name: t.local(&special.name).to_owned(),
                note: t.say2("casework-suspend-most", ("limit", limit), ("basis", &special.basis)),
                chosen: typed("choice") == special.kind.word(),
            }
        })
        .collect();
    Markup::of(&ChoiceForm {
        t,
        case: view.case,
        verb: "suspend",
        id: "suspend",
        branch: "",
        head: plain_head(visit)?,
        version: view.version,
        lead: t.say("casework-suspend-lead"),
        legend: t.say("casework-suspend-kind"),
        choices,
        choice_problem: state.problem("/kind"),
        until: Some(Until { typed: typed("until"), problem: state.problem("/until") }),
        materials: Vec::new(),
        materials_open: false,
        label: t.say("casework-suspend-why"),
        hint: t.say("casework-suspend-why-hint"),
        typed: typed("reason"),
        problem: state.problem("/reason"),
        again: false,
        again_typed: "",
        again_problem: None,
        primary: false,
        icon_name: "circle-pause",
        button: t.say("casework-suspend"),
    })
}

fn answer_form(
    visit: &Visit,
    t: &Speaker,
    view: &CaseView,
    sent: Option<&Sent>,
) -> Result<Markup, Failure> {
    let sent = sent.filter(|sent| sent.form == "extension");
    let fresh = FormState::fresh(visit);
    let state = sent.map_or(&fresh, |sent| &sent.state);
    let typed = |name: &str| if sent.is_some() { visit.field(name) } else { "" };
    let choice = |value: &str, name: &str, note: &str| Choice {
        value: value.to_owned(),
        name: t.say(name),
        note: t.say(note),
        chosen: typed("choice") == value,
    };
    Markup::of(&ChoiceForm {
        t,
        case: view.case,
        verb: "extension",
        id: "extension",
        branch: "",
        head: plain_head(visit)?,
        version: view.version,
        lead: view
            .extension_asked
            .as_ref()
            .map(|why| t.say1("casework-extension-asked-because", "reason", why.as_str()))
            .unwrap_or_default(),
        legend: t.say("casework-extension-answer"),
        choices: vec![
            choice("yes", "casework-extension-yes", "casework-extension-yes-note"),
            choice("no", "casework-extension-no", "casework-extension-no-note"),
        ],
        choice_problem: state.problem("/approve"),
        until: None,
        materials: Vec::new(),
        materials_open: false,
        label: t.say("casework-reasons"),
        hint: t.say("casework-extension-reasons-hint"),
        typed: typed("reason"),
        problem: state.problem("/reason"),
        again: false,
        again_typed: "",
        again_problem: None,
        primary: true,
        icon_name: "stamp",
        button: t.say("casework-extension-button"),
    })
}

/// `POST /work/{case}/suspend`
pub(super) async fn suspend(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let problem = |pointer: &str, message: &'static str| {
        CaseworkError::BadStep(vec![FieldProblem::new(pointer, message)])
    };
    let kind = SpecialKind::parse(visit.field("choice"))
        .ok_or_else(|| problem("/kind", "casework-problem-special"));
    let until = match visit.field("until") {
        "" => Ok(None),
        day => day.parse().map(Some).map_err(|_| problem("/until", "casework-problem-day")),
    };
    let action = kind.and_then(|kind| {
        let reason = visit.field("reason").to_owned();
        Ok(Suspend { case, version: seen_version(&visit), kind, until: until?, reason })
    });
    take(&visit, case, "suspend", "casework-notice-suspended", action).await
}

/// `POST /work/{case}/resume`
pub(super) async fn resume(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let result = visit.field("reason").to_owned();
    let action = Resume { case, version: seen_version(&visit), result };
    take(&visit, case, RESUME.verb, "casework-notice-resumed", Ok(action)).await
}

/// `POST /work/{case}/ask-extension`
pub(super) async fn ask_extension(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let reason = visit.field("reason").to_owned();
    let action = AskExtension { case, version: seen_version(&visit), reason };
    take(&visit, case, ASK.verb, "casework-notice-extension-asked", Ok(action)).await
}

/// `POST /work/{case}/extension`
pub(super) async fn answer_extension(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let approve = match visit.field("choice") {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(CaseworkError::BadStep(vec![FieldProblem::new(
            "/approve",
            "casework-problem-approve",
        )])),
    };
    let reason = visit.field("reason").to_owned();
    let action = approve.map(|approve| AnswerExtension { case, approve, reason });
    take(&visit, case, "extension", "casework-notice-extension-answered", action).await
}

/// `POST /work/{case}/recall`
pub(super) async fn recall(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let reason = visit.field("reason").to_owned();
    let action = Recall { case, version: seen_version(&visit), reason };
    take(&visit, case, RECALL.verb, "casework-notice-recalled", Ok(action)).await
}

/// `POST /work/{case}/urge`
pub(super) async fn urge(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let case = visit.param("case")?;
    let action = Urge { case, note: note(&visit) };
    take(&visit, case, URGE.verb, "casework-notice-urged", Ok(action)).await
}
