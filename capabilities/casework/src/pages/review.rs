//! Before it is sent in: everything read back, what is missing with links, what happens then.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::form::ReadView;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};

use super::drafts::{Part, refused_with, steps};
use super::materials::{Of, read_list};
use super::parts::{Entry, Fact, draft_href, head};
use crate::actions::Submit;
use crate::compile::CompiledItem;
use crate::deadlines;
use crate::model::DraftId;
use crate::queries::DraftById;
use crate::queries::draft::DraftView;
use crate::rules::Standing;
use crate::stepping::Stepped;

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    t: Speaker,
    draft: DraftId,
    name: String,
    applicant: String,
    steps: Markup,
    missing: Vec<Entry>,
    form: Markup,
    hidden: bool,
    materials: Markup,
    then: Vec<Fact>,
    head: Markup,
    version: i64,
    truth_missing: bool,
    submit: String,
}

/// `GET /drafts/{draft}/review`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let view = visit.ask(&DraftById { draft: visit.param("draft")? }).await?;
    let state = FormState::fresh(&visit);
    Ok(page(&visit, &view, state, false).await?.into())
}

async fn page(
    visit: &Visit,
    view: &DraftView,
    state: FormState,
    truth_missing: bool,
) -> Result<Page, Failure> {
    let t = visit.speaker();
    let item = super::pinned(visit, &view.item, &view.item_version).await?;
    let value = item.form.normalise(&view.form);
    // Who typed it checks it: a masked number cannot be checked. In a public place it can be hidden.
    let hidden = visit.asked("hide").is_some();
    let form = item.form.render_read(&ReadView {
        value: &value,
        speaker: &t,
        divisions: &visit.services.divisions,
        masked: hidden,
        heading: 3,
    });
    // A refusal names its places itself; otherwise what is missing is listed.
    let missing = match state.problems.is_empty() {
        true => missing(&t, view, &item),
        false => Vec::new(),
    };
    let template = ReviewPage {
        draft: view.draft,
        name: t.local(&view.item_name).to_owned(),
        applicant: t.say1("casework-applying", "name", view.applicant_name.as_str()),
        steps: steps(visit, &t, view, &item, Part::Review)?,
        missing,
        form: Markup(form),
        hidden,
        materials: read_list(&t, &view.materials, Of::Draft(view.draft))?,
        then: then(visit, &t, view, &item),
        head: head(&state, |pointer| draft_href(view.draft, pointer))?,
        version: view.version,
        truth_missing,
        submit: t.say(match view.case {
            Some(_) => "casework-submit-again",
            None => "casework-submit",
        }),
        t,
    };
    let title = template.t.say("casework-review-title");
    Page::new("casework.review", title, &template)
}

/// What is missing, each with the name of its place.
fn missing(t: &Speaker, view: &DraftView, item: &CompiledItem) -> Vec<Entry> {
    view.problems
        .iter()
        .map(|problem| {
            let label = problem.pointer.strip_prefix("/form").and_then(|p| item.form.label(p));
            let text = match label {
                Some(label) => {
                    t.say2("casework-place-says", ("place", &label), ("text", &*problem.text))
                }
                None => problem.text.clone(),
            };
            Entry { href: draft_href(view.draft, &problem.pointer), text }
        })
        .collect()
}

/// What happens once it is sent in: who looks first, and until when at the latest.
fn then(visit: &Visit, t: &Speaker, view: &DraftView, item: &CompiledItem) -> Vec<Fact> {
    let mut facts = Vec::new();
    let role = item.item.stage.first().map(|stage| stage.role.clone()).unwrap_or_default();
    let packs = visit.services.packs.current();
    if let Some(role) = packs.roles.get(&role) {
        let place = place(visit, view, item);
        let first = match place {
            Some(place) => t.say2("casework-office-text", ("place", place), ("role", &role.name)),
            None => t.local(&role.name).to_owned(),
        };
        facts.push(Fact { label: t.say("casework-then-first"), value: first });
    }
    if view.case.is_none() {
        let calendar = visit.services.calendar.current();
        let now = visit.services.clock.now();
        let standing = Standing::submitted();
        let found = deadlines::after_step(&calendar, &item.item, standing, now, None, &[], None);
        if let Some(due) = found.due {
            let value = show::due(t, due);
            facts.push(Fact { label: t.say("casework-then-accepted"), value });
        }
        let value = show::due(t, found.promised_due);
        facts.push(Fact { label: t.say("casework-due-latest"), value });
    }
    facts
}

/// The place whose offices will handle it, as far as the form tells.
fn place(visit: &Visit, view: &DraftView, item: &CompiledItem) -> Option<String> {
    let divisions = &visit.services.divisions;
    let code = view.form.pointer(&item.item.division_field)?.as_str()?.parse().ok()?;
    let handled = divisions.ancestor_at(code, item.item.handled_at)?;
    Some(divisions.full_name(handled.code(), visit.lang))
}

/// `POST /drafts/{draft}/submit`
pub(super) async fn submit(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let draft: DraftId = visit.param("draft")?;
    if visit.field("true") != "yes" {
        let view = visit.ask(&DraftById { draft }).await?;
        let mut state = FormState::fresh(&visit);
        state.summary = Some(visit.speaker().say("casework-problem-true"));
        return Ok(page(&visit, &view, state, true).await?.status(422).into());
    }
    match send(&visit, draft).await {
        Ok(sent) => {
            let notice = Message::new("casework-notice-submitted").with("number", sent.number);
            Ok(Reply::done(format!("/cases/{}", sent.case), notice))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = refused_with(&visit, failure)?;
            let view = visit.ask(&DraftById { draft }).await?;
            Ok(page(&visit, &view, state, false).await?.status(status).into())
        }
    }
}

async fn send(visit: &Visit, draft: DraftId) -> Result<Stepped, Failure> {
    let version = visit.field("version").parse().ok();
    visit.act(&Submit { draft, version }).await
}
