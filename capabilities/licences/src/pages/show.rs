//! A holder holds a licence out: chooses, gets the code, takes it back.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::{Field, Problem, qr};
use crate::actions::{EndShowing, Show};
use crate::model::{LicenceId, State};
use crate::queries::LicenceById;
use crate::queries::licence::LicenceView;

#[derive(Template)]
#[template(path = "show.html")]
struct ShowPage {
    t: Speaker,
    state: FormState,
    id: String,
    name: String,
    problem: Problem,
    purpose: Field,
    choices: Vec<Choice>,
    once: bool,
}

struct Choice {
    id: String,
    name: String,
    on: bool,
    masked: bool,
}

#[derive(Template)]
#[template(path = "qr.html")]
struct QrPage {
    t: Speaker,
    id: String,
    name: String,
    until: String,
    side: usize,
    path: String,
    purpose: String,
    shows: String,
    link: String,
    showing: String,
    csrf: String,
}

/// What was chosen.
pub(super) struct Chosen<'a> {
    pub(super) purpose: &'a str,
    pub(super) fields: Option<Vec<String>>,
    pub(super) once: bool,
}

async fn view(visit: &Visit) -> Result<LicenceView, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    visit.ask(&LicenceById { licence }).await
}

/// `GET /me/licences/{licence}/show`
pub(super) async fn ask(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let view = view(&visit).await?;
    if !view.own || view.line.state != State::Valid {
        return Ok(Reply::redirect(format!("/me/licences/{}", view.line.licence)));
    }
    let chosen = Chosen { purpose: "", fields: None, once: false };
    Ok(form(visit.speaker(), FormState::fresh(&visit), &view, &chosen)?.into())
}

/// `POST /me/licences/{licence}/show`: the code is on this page alone, and on no other one afterwards.
pub(super) async fn make(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let fields: Vec<String> =
        visit.form.iter().filter(|(name, _)| name == "field").map(|(_, id)| id.clone()).collect();
    let purpose = visit.field("purpose");
    let once = visit.field("once") == "yes";
    let action = Show {
        licence: visit.param("licence")?,
        purpose: purpose.to_owned(),
        fields: Some(fields.clone()),
        once,
        minutes: None,
    };
    let made = visit.act(&action).await;
    let view = view(&visit).await?;
    match made {
        Ok(shown) => {
            let link = format!("{}/l/{}", visit.origin, shown.code);
            let names = view.fields.iter().filter(|field| fields.contains(&field.id));
            let t = visit.speaker();
            let names: Vec<&str> = names.map(|field| t.local(&field.name)).collect();
            let separator = t.say("licences-separator");
            let shows = match names.is_empty() {
                true => t.say("licences-qr-state-only"),
                false => names.join(&separator),
            };
            let until = show::instant(&t, shown.until_ms);
            Ok(code(
                t,
                &view,
                (&link, &shown.showing.to_string()),
                (purpose, &shows, &until),
                &visit.csrf,
            )?
            .into())
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let chosen = Chosen { purpose, fields: Some(fields), once };
            Ok(form(visit.speaker(), state, &view, &chosen)?.status(status).into())
        }
    }
}

/// `POST /me/licences/{licence}/showings/{showing}`
pub(super) async fn end(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    visit.act(&EndShowing { showing: visit.param("showing")? }).await?;
    Ok(Reply::done(format!("/me/licences/{licence}"), Message::new("licences-taken-back")))
}

/// Renders the choice.
pub(super) fn form(
    t: Speaker,
    state: FormState,
    view: &LicenceView,
    chosen: &Chosen<'_>,
) -> Result<Page, Failure> {
    let choice = |field: &crate::queries::FieldView| Choice {
        on: chosen.fields.as_ref().map_or(field.shown, |fields| fields.contains(&field.id)),
        id: field.id.clone(),
        name: t.local(&field.name).to_owned(),
        masked: field.personal,
    };
    let label = t.say("licences-purpose");
    let page = ShowPage {
        id: view.line.licence.to_string(),
        name: t.local(&view.line.name).to_owned(),
        problem: Problem::of(&t, &state),
        purpose: Field::new(&t, &state, ("purpose", "/purpose"), label, chosen.purpose)
            .hinted(t.say("licences-purpose-hint")),
        choices: view.fields.iter().map(choice).collect(),
        once: chosen.once,
        state,
        t,
    };
    Page::new("licences.show", page.t.say("licences-show"), &page)
}

/// Renders the code.
pub(super) fn code(
    t: Speaker,
    view: &LicenceView,
    (link, showing): (&str, &str),
    (purpose, shows, until): (&str, &str, &str),
    csrf: &str,
) -> Result<Page, Failure> {
    let (side, path) = qr(link)?;
    let page = QrPage {
        id: view.line.licence.to_string(),
        name: t.local(&view.line.name).to_owned(),
        until: until.to_owned(),
        side,
        path,
        purpose: purpose.to_owned(),
        shows: shows.to_owned(),
        link: link.to_owned(),
        showing: showing.to_owned(),
        csrf: csrf.to_owned(),
        t,
    };
    Page::new("licences.qr", page.name.clone(), &page)
}
