//! One item on one screen, and the start of an application.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};
use serde_json::json;

use super::parts::{head, joined, limit_words, locals};
use super::service_guide::{self, CounterLine, Fact};
use crate::actions::SaveDraft;
use crate::deadlines;
use crate::entitlement;
use crate::pack::{Applicant, Item, Material, Necessity};
use crate::queries::ItemById;
use crate::queries::item::ItemView;
use crate::rules::Standing;

/// An item in a list.
pub(super) struct Card {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) summary: String,
    pub(super) promised: String,
    pub(super) fee: String,
    pub(super) closed: bool,
}

impl Card {
    pub(super) fn of(t: &Speaker, card: &crate::queries::items::ItemCard) -> Card {
        Card {
            href: format!("/items/{}", card.id),
            name: t.local(&card.name).to_owned(),
            summary: t.local(&card.summary).to_owned(),
            promised: limit_words(t, &card.promised),
            fee: t.say(if card.free { "casework-free-short" } else { "casework-charged" }),
            closed: card.closed,
        }
    }
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    t: Speaker,
    id: String,
    tags: Vec<String>,
    name: String,
    summary: String,
    applicant: String,
    conditions: Vec<String>,
    needed: String,
    needed_names: String,
    needed_sometimes: Option<String>,
    promised: String,
    statutory: String,
    latest: String,
    fees: Vec<FeeLine>,
    way: String,
    way_why: Option<String>,
    counter: Option<String>,
    phone: Option<String>,
    materials: Vec<MaterialLine>,
    stages: Vec<String>,
    steps: Vec<String>,
    counters: Vec<CounterLine>,
    questions: Vec<(String, String)>,
    facts: Vec<Fact>,
    result: String,
    result_sample: Option<String>,
    supervision: Option<String>,
    basis: Vec<String>,
    department: Option<String>,
    pack: String,
    pack_name: String,
    handled: String,
    lead: String,
    start: Markup,
}

struct FeeLine {
    name: String,
    amount: String,
    basis: String,
    standard: Option<String>,
    reduction: Option<String>,
}

struct MaterialLine {
    name: String,
    notes: Vec<String>,
    necessity: String,
    blank: Option<String>,
    sample: Option<String>,
}

/// What stands where one begins.
enum StartState {
    Closed(String),
    SignIn,
    NoMandate,
    Choose,
}

struct Choice {
    value: String,
    label: String,
    note: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "parts/start.html")]
struct Start<'a> {
    t: &'a Speaker,
    item: &'a str,
    state: StartState,
    head: Markup,
    choices: Vec<Choice>,
    unproved: bool,
}

/// `GET /items/{item}`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let state = FormState::fresh(&visit);
    Ok(item_page(&visit, state).await?.into())
}

async fn item_page(visit: &Visit, state: FormState) -> Result<Page, Failure> {
    let t = visit.speaker();
    let view = visit.ask(&ItemById { item: visit.param("item")? }).await?;
    let start = start_part(visit, &t, &view, &state).await?;
    let item = &view.item;
    let (sometimes, always): (Vec<&Material>, Vec<&Material>) = item
        .material
        .iter()
        .filter(|m| m.necessity == Necessity::Required)
        .partition(|m| m.when.is_some());
    let names = |of: &[&Material]| joined(&t, of.iter().map(|m| t.local(&m.name).to_owned()));
    let name = t.local(&item.name).to_owned();
    let elements = &item.elements;
    let (way, way_why) = service_guide::way(&t, elements);
    let template = ItemPage {
        id: view.id.clone(),
        tags: service_guide::tags(&t, elements),
        way,
        way_why,
        steps: locals(&t, &elements.steps),
        counters: service_guide::counters(&t, elements),
        questions: elements
            .faq
            .iter()
            .map(|question| {
                (t.local(&question.ask).to_owned(), t.local(&question.answer).to_owned())
            })
            .collect(),
        facts: service_guide::facts(&t, item),
        result_sample: item.result.sample.clone(),
        supervision: elements.supervision.clone(),
        department: elements.department.as_ref().map(|d| t.local(&d.name).to_owned()),
        pack: view.pack.clone(),
        pack_name: t.local(&view.pack_name).to_owned(),
        name: name.clone(),
        summary: t.local(&item.summary).to_owned(),
        applicant: t.say(applicant_key(item.applicant)),
        conditions: locals(&t, &item.conditions),
        needed: t.say1("casework-needed", "count", always.len()),
        needed_names: names(&always),
        needed_sometimes: match sometimes.is_empty() {
            true => None,
            false => Some(t.say1("casework-needed-sometimes", "names", names(&sometimes))),
        },
        promised: t.message(&item.promised.message()),
        statutory: t.say1("casework-statutory-is", "limit", t.message(&item.statutory.message())),
        latest: latest(visit, &t, item),
        fees: item
            .fees
            .iter()
            .map(|fee| FeeLine {
                name: t.local(&fee.name).to_owned(),
                amount: fee.fen.to_string(),
                basis: t.local(&fee.basis).to_owned(),
                standard: fee.standard.as_ref().map(|text| t.local(text).to_owned()),
                reduction: fee.reduction.as_ref().map(|text| t.local(text).to_owned()),
            })
            .collect(),
        counter: item.counter.as_ref().map(|text| t.local(text).to_owned()),
        phone: item.phone.clone(),
        materials: item.material.iter().map(|m| material_line(&t, m)).collect(),
        stages: item
            .stage
            .iter()
            .map(|stage| {
                let limit = t.message(&stage.limit.message());
                t.say2("casework-stage-takes", ("name", &stage.name), ("limit", limit))
            })
            .collect(),
        result: t.local(&item.result.name).to_owned(),
        basis: locals(&t, &item.basis),
        handled: t.say1("casework-handled-at", "level", item.handled_at.name()),
        lead: t.local(&view.lead).to_owned(),
        start,
        t,
    };
    Page::new("casework.item", name, &template)
}

fn applicant_key(applicant: Applicant) -> &'static str {
    match applicant {
        Applicant::Person => "casework-applicant-person",
        Applicant::Organisation => "casework-applicant-organisation",
        Applicant::Any => "casework-applicant-any",
    }
}

/// When it would be decided at the latest, if it were sent in today.
fn latest(visit: &Visit, t: &Speaker, item: &Item) -> String {
    let calendar = visit.services.calendar.current();
    let now = visit.services.clock.now();
    let standing = Standing::submitted();
    let deadlines = deadlines::after_step(&calendar, item, standing, now, None, &[], None);
    let day = deadlines.promised_due.plus_ms(-1).date();
    t.say1("casework-latest", "date", show::date(t, day))
}

fn material_line(t: &Speaker, material: &Material) -> MaterialLine {
    let mut notes = Vec::new();
    notes.extend(material.help.as_ref().map(|text| t.local(text).to_owned()));
    notes.extend(material.source.as_ref().map(|text| t.local(text).to_owned()));
    notes.extend(service_guide::material_notes(t, material));
    if material.when.is_some() {
        notes.push(t.say("casework-material-sometimes"));
    }
    notes.push(super::materials::bounds_words(
        t,
        material.kinds.iter().map(|kind| kind.word().to_owned()),
        material.max_mib,
        material.max_files,
    ));
    let necessity = match material.necessity {
        Necessity::Required => "casework-material-required",
        Necessity::Optional => "casework-material-optional",
    };
    MaterialLine {
        name: t.local(&material.name).to_owned(),
        notes,
        necessity: t.say(necessity),
        blank: material.blank.clone(),
        sample: material.sample.clone(),
    }
}

async fn start_part(
    visit: &Visit,
    t: &Speaker,
    view: &ItemView,
    state: &FormState,
) -> Result<Markup, Failure> {
    let mut choices = Vec::new();
    let chosen = visit.field("on_behalf");
    if visit.who.signed_in() {
        if view.item.applicant.takes_persons() {
            choices.push(Choice {
                value: String::new(),
                label: t.say1("casework-start-myself", "name", visit.who.name.as_str()),
                note: String::new(),
                chosen: chosen.is_empty(),
            });
        }
        if view.item.applicant.takes_organisations() {
            for choice in entitlement::choices(visit).await? {
                let value = choice.organisation.to_string();
                choices.push(Choice {
                    chosen: value == chosen,
                    value,
                    label: t.say1("casework-start-on-behalf", "name", choice.name),
                    note: choice.uscc,
                });
            }
        }
    }
    let start_state = match (&view.item.closed, visit.who.signed_in(), choices.is_empty()) {
        (Some(closed), _, _) => StartState::Closed(t.local(&closed.reason).to_owned()),
        (None, false, _) => StartState::SignIn,
        (None, true, true) => StartState::NoMandate,
        (None, true, false) => StartState::Choose,
    };
    Markup::of(&Start {
        t,
        item: &view.id,
        state: start_state,
        head: head(state, |_| "#on_behalf".to_owned())?,
        unproved: !visit.who.proved,
        choices,
    })
}

/// `GET /items/{item}/applicants`: on whose behalf one may apply, for programs that send drafts in.
pub(super) async fn applicants(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let item: String = visit.param("item")?;
    let view = visit.ask(&ItemById { item }).await?;
    if !visit.who.signed_in() {
        let kind = minshu_kernel::error::Kind::Unauthenticated;
        return Err(Failure::new(kind, "kernel.sign_in"));
    }
    let takes = view.item.applicant;
    let on_behalf = match takes.takes_organisations() {
        true => entitlement::choices(&visit).await?,
        false => Vec::new(),
    };
    Ok(Reply::Json(json!({ "myself": takes.takes_persons(), "on_behalf": on_behalf })))
}

/// `POST /items/{item}/start`
pub(super) async fn start(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let item: String = visit.param("item")?;
    let begun = begin(&visit, item).await;
    match begun {
        Ok(draft) => Ok(Reply::redirect(format!("/drafts/{draft}"))),
        Err(failure) => {
            let state = FormState::refused(&visit, failure)?;
            Ok(item_page(&visit, state).await?.status(422).into())
        }
    }
}

async fn begin(visit: &Visit, item: String) -> Result<crate::model::DraftId, Failure> {
    let on_behalf = match visit.field("on_behalf") {
        "" => None,
        chosen => Some(chosen.parse().map_err(|_| entitlement::no_mandate())?),
    };
    let action =
        SaveDraft { draft: None, item: Some(item), on_behalf, form: json!({}), base_version: None };
    Ok(visit.act(&action).await?.draft)
}
