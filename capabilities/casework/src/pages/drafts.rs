//! Filling in: the form with its progress, saving, autosaving, throwing away.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::ctx::{Call, act};
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::form::{Completeness, FormCommand, FormView, Known, Origin};
use minshu_kernel::list::After;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit, say_problems};
use serde_json::{Value as Json, json};

use super::parts::{head, plain_head, returned};
use crate::actions::save_draft::SavedDraft;
use crate::actions::{DiscardDraft, SaveDraft};
use crate::compile::CompiledItem;
use crate::lookups;
use crate::model::DraftId;
use crate::queries::draft::DraftView;
use crate::queries::{DraftById, MyDrafts};

#[derive(Template)]
#[template(path = "drafts.html")]
struct DraftsPage {
    t: Speaker,
    rows: Vec<DraftRow>,
    next: Option<String>,
}

struct DraftRow {
    href: String,
    name: String,
    note: String,
    when: String,
}

/// `GET /drafts`
pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let after = asked_after(&visit);
    let found = visit.ask(&MyDrafts { after, limit: None }).await?;
    let rows = found
        .drafts
        .iter()
        .map(|draft| DraftRow {
            href: format!("/drafts/{}", draft.draft),
            name: t.local(&draft.item_name).to_owned(),
            note: match draft.case {
                Some(_) => t.say1("casework-draft-correction", "name", &*draft.applicant_name),
                None => draft.applicant_name.clone(),
            },
            when: show::instant(&t, draft.updated_ms),
        })
        .collect();
    let next = found.next.map(|after| format!("/drafts?after={after}"));
    let title = t.say("casework-drafts-title");
    Ok(Page::new("casework.drafts", title, &DraftsPage { t, rows, next })?.into())
}

/// The place in a list that a page was asked to begin behind.
pub(super) fn asked_after(visit: &Visit) -> Option<After> {
    visit.asked("after")?.parse().ok()
}

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    t: Speaker,
    draft: DraftId,
    name: String,
    applicant: String,
    saved: bool,
    saved_at: String,
    returned: Option<Markup>,
    steps: Markup,
    version: i64,
    head: Markup,
    plain: Markup,
    fields: Markup,
    /// Whether it was saved from another window meanwhile: what is shown is not what is kept.
    elsewhere: bool,
}

/// A step of the way to the submission.
struct StepLine {
    class: &'static str,
    href: String,
    current: bool,
    icon: &'static str,
    name: String,
    note: String,
}

#[derive(Template)]
#[template(path = "parts/steps.html")]
struct Steps<'a> {
    t: &'a Speaker,
    steps: Vec<StepLine>,
}

/// Which page of a draft is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Form,
    Materials,
    Review,
}

/// The progress of a draft: the form's sections, the materials, the review.
pub(super) fn steps(
    visit: &Visit,
    t: &Speaker,
    view: &DraftView,
    item: &CompiledItem,
    here: Part,
) -> Result<Markup, Failure> {
    let form = item.form.normalise(&view.form);
    let problems = check(visit, item, &form, Completeness::Submit);
    let base = if here == Part::Form { String::new() } else { format!("/drafts/{}", view.draft) };
    let mut steps: Vec<StepLine> = item
        .form
        .progress(&form, &problems)
        .into_iter()
        .map(|section| {
            let left = section.missing + section.wrong;
            let (class, icon, note) = if section.wrong > 0 {
                ("is-wrong", "minus", t.say1("casework-step-wrong", "count", section.wrong))
            } else if section.is_done() && section.begun {
                ("is-done", "check", t.say("casework-step-done"))
            } else if left == 0 {
                ("", "", t.say("casework-step-optional"))
            } else {
                ("", "", t.say1("casework-step-missing", "count", left))
            };
            let name = t.local(&section.title).to_owned();
            let href = format!("{base}#{}", section.name);
            StepLine { class, href, current: false, icon, name, note }
        })
        .collect();
    let missing = view.problems.iter().filter(|p| p.pointer.starts_with("/materials/")).count();
    let (class, icon, note) = match missing {
        0 => ("is-done", "check", t.say("casework-step-materials-done")),
        n => ("", "", t.say1("casework-step-materials-missing", "count", n)),
    };
    steps.push(StepLine {
        class,
        icon,
        note,
        href: format!("/drafts/{}/materials", view.draft),
        current: here == Part::Materials,
        name: t.say("casework-materials"),
    });
    steps.push(StepLine {
        class: "",
        icon: "",
        note: t.say("casework-step-review-note"),
        href: format!("/drafts/{}/review", view.draft),
        current: here == Part::Review,
        name: t.say("casework-review"),
    });
    Markup::of(&Steps { t, steps })
}

/// What is wrong with a form; pointers are relative to the form.
pub(super) fn check(
    visit: &Visit,
    item: &CompiledItem,
    form: &Json,
    completeness: Completeness,
) -> Vec<FieldProblem> {
    let today = visit.services.clock.now().date();
    let known = Known { divisions: &visit.services.divisions, today };
    item.form.validate(form, &known, completeness)
}

/// A form as it is shown: what was typed, what is wrong with it, what the failure as a whole says.
struct Shown<'a> {
    value: &'a Json,
    problems: &'a [FieldProblem],
    state: FormState,
    elsewhere: bool,
}

async fn draft_page(visit: &Visit, view: &DraftView, shown: Shown<'_>) -> Result<Page, Failure> {
    let t = visit.speaker();
    let item = super::pinned(visit, &view.item, &view.item_version).await?;
    let origins: Vec<Origin<'_>> = view
        .prefilled
        .iter()
        .map(|p| Origin { pointer: &p.field, source: &p.source, fixed: p.fixed })
        .collect();
    let fields = item.form.render(&FormView {
        value: shown.value,
        origins: &origins,
        problems: shown.problems,
        speaker: &t,
        divisions: &visit.services.divisions,
        icons: super::parts::ICONS,
        section: None,
        summary: true,
    });
    let name = t.local(&view.item_name).to_owned();
    let template = DraftPage {
        draft: view.draft,
        name: name.clone(),
        applicant: t.say1("casework-applying", "name", view.applicant_name.as_str()),
        saved: shown.state.summary.is_none() && !shown.elsewhere,
        saved_at: t.say1("casework-saved-at", "time", show::time(view.updated_ms)),
        returned: view.returned.as_ref().map(|asked| returned(&t, asked)).transpose()?,
        steps: steps(visit, &t, view, &item, Part::Form)?,
        version: view.version,
        head: head(&shown.state, |pointer| {
            let field = pointer.strip_prefix("/form").unwrap_or(pointer);
            format!("#{}", super::parts::field_id(field))
        })?,
        plain: plain_head(visit)?,
        fields: Markup(fields),
        elsewhere: shown.elsewhere,
        t,
    };
    Page::new("casework.draft", name, &template)
}

/// `GET /drafts/{draft}`: `?check=1` shows what is missing.
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let view = visit.ask(&DraftById { draft: visit.param("draft")? }).await?;
    let problems = match visit.asked("check") {
        Some(_) => {
            let item = super::pinned(&visit, &view.item, &view.item_version).await?;
            check(&visit, &item, &item.form.normalise(&view.form), Completeness::Submit)
        }
        None => Vec::new(),
    };
    let state = FormState::fresh(&visit);
    let shown = Shown { value: &view.form, problems: &problems, state, elsewhere: false };
    Ok(draft_page(&visit, &view, shown).await?.into())
}

/// The code of the refusal to overwrite what another window saved.
const SAVED_ELSEWHERE: &str = "casework.saved_elsewhere";

/// Stores what a page holds. A draft is saved many times from one page, so that no save is the repetition of
/// another: the page's key is left out. `_version` is the one that the page was made from; without it the last one
/// to save wins, which is also how somebody says that this page is the right one.
async fn store(visit: &Visit, draft: DraftId, form: Json) -> Result<SavedDraft, Failure> {
    let base_version = visit.field("_version").parse().ok();
    let action = SaveDraft {
        draft: Some(draft),
        item: None,
        on_behalf: None,
        form: form.clone(),
        base_version,
    };
    let call = Call {
        who: visit.who.clone(),
        operation: String::new(),
        input: Json::Null,
        key: None,
        cause: None,
        request: visit.request,
        lang: visit.lang,
        peer: visit.peer,
    };
    let refused = match act(&*visit.door, call, &action).await {
        Err(failure) if failure.code == SAVED_ELSEWHERE => failure,
        done => return done,
    };
    // What is there already, such as by a button pressed twice, takes nothing from anybody.
    let kept = visit.ask(&DraftById { draft }).await?;
    if kept.form == form {
        return Ok(SavedDraft { draft, version: kept.version, problems: Vec::new() });
    }
    Err(refused)
}

/// `POST /drafts/{draft}`: everything is saved first, then looked at. Rows and divisions are commands of the form.
pub(super) async fn save(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let draft: DraftId = visit.param("draft")?;
    let before = visit.ask(&DraftById { draft }).await?;
    let item = super::pinned(&visit, &before.item, &before.item_version).await?;
    let mut parsed = item.form.parse(&visit.form);
    add_fixed(&before, &mut parsed.value);
    if let Err(failure) = store(&visit, draft, parsed.value.clone()).await {
        let elsewhere = failure.code == SAVED_ELSEWHERE;
        let status = if elsewhere { failure.kind.status() } else { 422 };
        let mut state = FormState::refused(&visit, failure)?;
        if elsewhere {
            // The notice with the choice says it.
            state.summary = None;
        }
        let shown = Shown { value: &parsed.value, problems: &[], state, elsewhere };
        return Ok(draft_page(&visit, &before, shown).await?.status(status).into());
    }
    if let Some(command) = &parsed.command {
        return Ok(Reply::redirect(format!("/drafts/{draft}#{}", command_place(command))));
    }
    let next = visit.field("_do") == "next";
    let completeness = if next { Completeness::Submit } else { Completeness::Draft };
    let mut problems = check(&visit, &item, &item.form.normalise(&parsed.value), completeness);
    problems.extend(parsed.problems);
    if problems.is_empty() {
        return Ok(match next {
            true => Reply::redirect(format!("/drafts/{draft}/materials")),
            false => Reply::done(format!("/drafts/{draft}"), "casework-notice-saved"),
        });
    }
    let view = visit.ask(&DraftById { draft }).await?;
    let state = FormState::fresh(&visit);
    let shown = Shown { value: &parsed.value, problems: &problems, state, elsewhere: false };
    Ok(draft_page(&visit, &view, shown).await?.status(422).into())
}

/// What can only be read is no input, so a page does not send it.
fn add_fixed(view: &DraftView, form: &mut Json) {
    for fixed in view.prefilled.iter().filter(|prefilled| prefilled.fixed) {
        if lookups::is_empty(form.pointer(&fixed.field))
            && let Some(value) = view.form.pointer(&fixed.field)
        {
            lookups::put(form, &fixed.field, value.clone());
        }
    }
}

/// The element to which the page comes back after a command.
fn command_place(command: &FormCommand) -> String {
    match command {
        FormCommand::Add { list } | FormCommand::Remove { list, .. } => {
            super::parts::field_id(list)
        }
        FormCommand::Pick { field } => super::parts::field_id(field),
        FormCommand::Refresh => "main".to_owned(),
    }
}

/// `POST /drafts/{draft}/autosave`: the answer is for the island that saves while one types.
pub(super) async fn autosave(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let draft: DraftId = visit.param("draft")?;
    let view = visit.ask(&DraftById { draft }).await?;
    let item = super::pinned(&visit, &view.item, &view.item_version).await?;
    let mut parsed = item.form.parse(&visit.form);
    add_fixed(&view, &mut parsed.value);
    let saved = store(&visit, draft, parsed.value).await?;
    Ok(Reply::Json(json!({
        "version": saved.version,
        "saved_ms": visit.services.clock.now(),
        "problems": saved.problems,
    })))
}

/// `POST /drafts/{draft}/discard`
pub(super) async fn discard(visit: Arc<Visit>) -> Result<Reply, Failure> {
    visit.act(&DiscardDraft { draft: visit.param("draft")? }).await?;
    Ok(Reply::done("/drafts", "casework-notice-discarded"))
}

/// A refusal that is shown with the form although it is not about a field.
pub(super) fn refused_with(visit: &Visit, failure: Failure) -> Result<FormState, Failure> {
    if failure.kind == Kind::Refused && failure.code.starts_with("casework.") {
        let speaker = visit.speaker();
        let mut state = FormState::fresh(visit);
        state.summary = Some(speaker.message(&failure.message));
        state.problems = say_problems(&speaker, &failure.fields);
        return Ok(state);
    }
    FormState::refused(visit, failure)
}
