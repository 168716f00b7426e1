//! The office's desk: licences of its place, issued, changed, moved.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit, percent};

use super::parts::{Field, Problem, StateTag};
use super::wallet;
use crate::actions::issue::HolderInput;
use crate::actions::{
    Agree, Cancel, Change, Decline, Issue, Resume, Revoke, Stands, Suspend, Transfer, Withdraw,
};
use crate::error::LicencesError;
use crate::model::{HolderKind, LicenceId, ProposalId, Values};
use crate::pack::{FieldKind, FieldToml};
use crate::queries::register::RegisterPage;
use crate::queries::types::TypeView;
use crate::queries::{LicenceById, Register, Types};

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    t: Speaker,
    search: Field,
    types: Vec<(String, String)>,
    rows: Vec<Row>,
    next: String,
}

struct Row {
    id: String,
    name: String,
    holder: String,
    identifier: String,
    issued: String,
    state: StateTag,
}

fn of_the_desk(visit: &Visit) -> Result<(), Failure> {
    match visit.could("licences.register") {
        true => Ok(()),
        false => Err(Failure::new(Kind::Refused, "kernel.refused")),
    }
}

/// `GET /licences/desk`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    of_the_desk(&visit)?;
    let typed = visit.asked("identifier").unwrap_or_default().trim().to_owned();
    let after = visit.asked("after").and_then(|after| after.parse().ok());
    let identifier = Some(typed.clone()).filter(|text| !text.is_empty());
    let found = visit.ask(&Register { identifier, after, ..Register::default() }).await?;
    let types = match visit.could("licences.issue") {
        true => visit.ask(&Types {}).await?.types,
        false => Vec::new(),
    };
    Ok(page(visit.speaker(), &FormState::fresh(&visit), &found, &types, &typed)?.into())
}

/// Renders the desk.
pub(super) fn page(
    t: Speaker,
    state: &FormState,
    found: &RegisterPage,
    types: &[TypeView],
    typed: &str,
) -> Result<Page, Failure> {
    let row = |line: &crate::queries::LicenceLine| Row {
        id: line.licence.to_string(),
        name: t.local(&line.name).to_owned(),
        holder: line.holder.clone(),
        identifier: line.identifier.clone(),
        issued: t.say1("licences-issued-at", "at", show::date(&t, line.issued_ms.date())),
        state: StateTag::of(&t, line.state),
    };
    let next = found.next.as_ref().map(|next| format!("/licences/desk?after={next}"));
    let page = DeskPage {
        search: Field::new(
            &t,
            state,
            ("identifier", "/identifier"),
            t.say("licences-identifier"),
            typed,
        )
        .typed_as_code(),
        types: types
            .iter()
            .map(|kind| (kind.kind.clone(), t.local(&kind.name).to_owned()))
            .collect(),
        rows: found.licences.iter().map(row).collect(),
        next: next.unwrap_or_default(),
        t,
    };
    Page::new("licences.desk", page.t.say("licences-desk-title"), &page)
}

#[derive(Template)]
#[template(path = "draw.html")]
struct DrawPage {
    t: Speaker,
    state: FormState,
    title: String,
    lead: String,
    action: String,
    go: String,
    problem: Problem,
    fields: Vec<Field>,
}

async fn kind(visit: &Visit, id: &str) -> Result<TypeView, Failure> {
    let types = visit.ask(&Types {}).await?.types;
    types.into_iter().find(|kind| kind.kind == id).ok_or_else(Failure::missing)
}

fn value_field(t: &Speaker, state: &FormState, field: &FieldToml, value: &str) -> Field {
    let name = format!("value.{}", field.id);
    let pointer = format!("/values/{}", field.id);
    let label = t.local(&field.name).to_owned();
    let mut made = Field::new(t, state, (&name, &pointer), label, value);
    made.optional = field.optional;
    if field.kind == FieldKind::Date {
        made.kind = "date";
        made.most = 10;
    }
    made
}

fn typed_values(visit: &Visit, fields: &[FieldToml]) -> Values {
    let value = |field: &FieldToml| {
        (field.id.clone(), visit.field(&format!("value.{}", field.id)).to_owned())
    };
    fields.iter().map(value).collect()
}

/// `GET /licences/desk/issue?type=…`
pub(super) async fn draw(visit: Arc<Visit>) -> Result<Reply, Failure> {
    of_the_desk(&visit)?;
    let kind = kind(&visit, visit.asked("type").unwrap_or_default()).await?;
    Ok(issue_page(&visit, FormState::fresh(&visit), &kind)?.into())
}

fn issue_page(visit: &Visit, state: FormState, kind: &TypeView) -> Result<Page, Failure> {
    let t = visit.speaker();
    let organisation = kind.holder == HolderKind::Organisation;
    let number = if organisation { "licences-uscc" } else { "licences-citizen" };
    let typed = |name| visit.field(name);
    let mut place = Field::new(
        &t,
        &state,
        ("division", "/division"),
        t.say("licences-division"),
        typed("division"),
    )
    .hinted(t.say("licences-division-hint"));
    place.most = 12;
    if place.value.is_empty() {
        // One's own place, where it can only be one.
        let mut places: Vec<String> =
            visit.who.grants.iter().map(|grant| grant.division.to_string()).collect();
        places.dedup();
        if let [only] = places.as_slice() {
            place.value = only.clone();
        }
    }
    let mut fields = vec![
        Field::new(
            &t,
            &state,
            ("holder_name", "/holder/name"),
            t.say("licences-holder"),
            typed("holder_name"),
        ),
        Field::new(
            &t,
            &state,
            ("holder_number", "/holder/number"),
            t.say(number),
            typed("holder_number"),
        )
        .typed_as_code(),
        place,
    ];
    let values = kind
        .fields
        .iter()
        .map(|field| value_field(&t, &state, field, visit.field(&format!("value.{}", field.id))));
    fields.extend(values);
    let name = t.local(&kind.name).to_owned();
    let page = DrawPage {
        title: t.say1("licences-issue-title", "name", name.as_str()),
        lead: t.say("licences-issue-lead"),
        action: format!("/licences/desk/issue?type={}", percent(&kind.kind)),
        go: t.say("licences-issue-do"),
        problem: Problem::of(&t, &state),
        fields,
        state,
        t,
    };
    Page::new("licences.draw", page.title.clone(), &page)
}

/// `POST /licences/desk/issue?type=…`
pub(super) async fn issue(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let kind = kind(&visit, visit.asked("type").unwrap_or_default()).await?;
    let done = match visit.field("division").trim().parse() {
        Err(_) => {
            let problem = FieldProblem::new("/division", "licences-division-wrong");
            Err(LicencesError::BadValues(vec![problem]).into())
        }
        Ok(division) => {
            let action = Issue {
                kind: kind.kind.clone(),
                holder: HolderInput {
                    name: visit.field("holder_name").to_owned(),
                    number: visit.field("holder_number").to_owned(),
                    person: None,
                    organisation: None,
                },
                values: typed_values(&visit, &kind.fields),
                division,
                from: None,
                about: None,
            };
            visit.act(&action).await
        }
    };
    match done {
        Ok(stands) => {
            let to = format!("/licences/desk/{}", stands.licence);
            Ok(Reply::done(to, Message::new("licences-issued-done")))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(issue_page(&visit, state, &kind)?.status(status).into())
        }
    }
}

/// `GET /licences/desk/{licence}/change`
pub(super) async fn draw_change(visit: Arc<Visit>) -> Result<Reply, Failure> {
    of_the_desk(&visit)?;
    Ok(change_page(&visit, FormState::fresh(&visit), false).await?.into())
}

async fn change_page(visit: &Visit, state: FormState, typed: bool) -> Result<Page, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    let view = visit.ask(&LicenceById { licence }).await?;
    let kind = kind(visit, &view.line.kind).await?;
    let t = visit.speaker();
    let mut name = Field::new(
        &t,
        &state,
        ("holder_name", "/holder_name"),
        t.say("licences-holder-new"),
        visit.field("holder_name"),
    )
    .hinted(t.say("licences-holder-new-hint"));
    name.optional = true;
    let mut fields = vec![name];
    fields.extend(kind.fields.iter().map(|field| {
        let old = view.fields.iter().find(|held| held.id == field.id);
        // What is masked is not written back: it stays unless something new is typed.
        let old = old.filter(|held| !held.personal).map_or("", |held| held.value.as_str());
        let name = format!("value.{}", field.id);
        let value = if typed { visit.field(&name) } else { old };
        let mut made = value_field(&t, &state, field, value);
        if field.personal {
            made.optional = true;
            made.hint = t.say("licences-value-stays");
        }
        made
    }));
    fields.push(Field::new(
        &t,
        &state,
        ("reason", "/reason"),
        t.say("licences-reason"),
        visit.field("reason"),
    ));
    let name = t.local(&view.line.name).to_owned();
    let page = DrawPage {
        title: t.say1("licences-change-title", "name", name.as_str()),
        lead: t.say("licences-change-lead"),
        action: format!("/licences/desk/{licence}/change"),
        go: t.say("licences-change-do"),
        problem: Problem::of(&t, &state),
        fields,
        state,
        t,
    };
    Page::new("licences.draw", page.title.clone(), &page)
}

/// `POST /licences/desk/{licence}/change`
pub(super) async fn change(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    let view = visit.ask(&LicenceById { licence }).await?;
    let kind = kind(&visit, &view.line.kind).await?;
    let mut values = typed_values(&visit, &kind.fields);
    values.retain(|id, value| {
        let personal = kind.fields.iter().any(|field| field.id == *id && field.personal);
        !(personal && value.trim().is_empty())
    });
    let name = visit.field("holder_name").trim();
    let action = Change {
        licence,
        values,
        holder_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        reason: visit.field("reason").to_owned(),
    };
    match visit.act(&action).await {
        Ok(stands) => {
            let to = format!("/licences/desk/{}", stands.licence);
            Ok(Reply::done(to, Message::new("licences-changed-done")))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(change_page(&visit, state, true).await?.status(status).into())
        }
    }
}

/// `POST /licences/desk/{licence}`
pub(super) async fn handle(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    let reason = visit.field("reason").to_owned();
    let done = match visit.field("do") {
        "suspend" => visit.act(&Suspend { licence, reason }).await,
        "resume" => visit.act(&Resume { licence, reason }).await,
        "withdraw" => visit.act(&Withdraw { licence, reason }).await,
        "cancel" => visit.act(&Cancel { licence, reason }).await,
        "transfer" => visit.act(&Transfer { licence, reason }).await,
        "revoke" => visit.act(&Revoke { licence, reason }).await,
        _ => Err(Failure::missing()),
    };
    settled(&visit, licence, done).await
}

/// `POST /licences/desk/{licence}/waiting`
pub(super) async fn waiting(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    let proposal: ProposalId = visit.field("proposal").parse().map_err(|_| Failure::missing())?;
    let done = match visit.field("do") {
        "agree" => visit.act(&Agree { licence, proposal }).await,
        "decline" => visit.act(&Decline { licence, proposal }).await,
        _ => Err(Failure::missing()),
    };
    settled(&visit, licence, done).await
}

async fn settled(
    visit: &Visit,
    licence: LicenceId,
    done: Result<Stands, Failure>,
) -> Result<Reply, Failure> {
    match done {
        Ok(stands) => {
            let notice = match stands.proposal {
                Some(_) => Message::new("licences-proposed-done"),
                None => Message::new("licences-moved-done").with("state", stands.state.word()),
            };
            Ok(Reply::done(format!("/licences/desk/{licence}"), notice))
        }
        Err(failure) => {
            let state = FormState::refused(visit, failure)?;
            let typed = visit.field("reason");
            match wallet::one(visit, state, true, typed).await? {
                Reply::Page(page) => Ok(page.status(422).into()),
                other => Ok(other),
            }
        }
    }
}
