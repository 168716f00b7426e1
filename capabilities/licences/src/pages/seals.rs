//! Seals: wanted by one, made when another agrees, ended.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::Problem;
use crate::actions::{ApproveSeal, EndSeal, ProposeSeal};
use crate::model::{SealId, SealState};
use crate::queries::Seals;
use crate::queries::seals::{SealList, SealView};

#[derive(Template)]
#[template(path = "seals.html")]
struct SealsPage {
    t: Speaker,
    problem: Problem,
    csrf: String,
    key: String,
    seals: Vec<Shown>,
    issuers: Vec<Issuer>,
    root: Option<String>,
}

struct Shown {
    id: String,
    name: String,
    class: &'static str,
    icon: &'static str,
    word: String,
    facts: Vec<(String, String)>,
    proposed: bool,
    own: bool,
    may_agree: bool,
    may_end: bool,
}

struct Issuer {
    id: String,
    name: String,
    types: Vec<(String, String)>,
}

/// `GET /licences/seals`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if !visit.could("licences.seals") {
        return Err(Failure::new(Kind::Refused, "kernel.refused"));
    }
    let found = visit.ask(&Seals {}).await?;
    Ok(page(visit.speaker(), FormState::fresh(&visit), &found)?.into())
}

/// `POST /licences/seals`
pub(super) async fn propose(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let types = visit.form.iter().filter(|(name, _)| name == "type");
    let types = types.map(|(_, id)| id.clone()).collect();
    let action = ProposeSeal { issuer: visit.field("issuer").to_owned(), types };
    let done = visit.act(&action).await.map(|_| "licences-seal-proposed");
    settled(&visit, done).await
}

/// `POST /licences/seals/{seal}`
pub(super) async fn handle(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let seal: SealId = visit.param("seal")?;
    let done = match visit.field("do") {
        "approve" => visit.act(&ApproveSeal { seal }).await.map(|_| "licences-seal-made"),
        "end" => visit.act(&EndSeal { seal }).await.map(|_| "licences-seal-ended"),
        _ => Err(Failure::missing()),
    };
    settled(&visit, done).await
}

async fn settled(visit: &Visit, done: Result<&'static str, Failure>) -> Result<Reply, Failure> {
    match done {
        Ok(notice) => Ok(Reply::done("/licences/seals", Message::new(notice))),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(visit, failure)?;
            let found = visit.ask(&Seals {}).await?;
            Ok(page(visit.speaker(), state, &found)?.status(status).into())
        }
    }
}

/// Renders the page.
pub(super) fn page(t: Speaker, state: FormState, found: &SealList) -> Result<Page, Failure> {
    let shown = |seal: &SealView| {
        let (class, icon) = match seal.state {
            SealState::Proposed => (" is-warn", "clock"),
            SealState::Good => (" is-good", "circle-check"),
            SealState::Ended => ("", "x"),
        };
        let types: Vec<&str> = seal.types.iter().map(|name| t.local(name)).collect();
        let mut facts = vec![
            (t.say("licences-seal-serial"), seal.serial.clone()),
            (t.say("licences-uscc"), seal.issuer.clone()),
            (t.say("licences-seal-types"), types.join(&t.say("licences-separator"))),
        ];
        if let Some(until) = seal.until_ms {
            let key = match seal.state {
                SealState::Ended => "licences-seal-ended-at",
                _ => "licences-seal-until",
            };
            facts.push((t.say(key), show::date(&t, until.date())));
        }
        let proposed = seal.state == SealState::Proposed;
        Shown {
            id: seal.seal.to_string(),
            name: seal.name.clone(),
            class,
            icon,
            word: t.say(&format!("licences-seal-{}", seal.state.word())),
            facts,
            proposed,
            own: proposed && seal.own,
            may_agree: proposed && !seal.own,
            may_end: seal.state != SealState::Ended,
        }
    };
    let issuer = |choice: &crate::queries::seals::IssuerChoice| Issuer {
        id: choice.issuer.clone(),
        name: t.local(&choice.name).to_owned(),
        types: choice
            .types
            .iter()
            .map(|kind| (kind.kind.clone(), t.local(&kind.name).to_owned()))
            .collect(),
    };
    let page = SealsPage {
        problem: Problem::of(&t, &state),
        seals: found.seals.iter().map(shown).collect(),
        issuers: found.issuers.iter().map(issuer).collect(),
        root: found.root.clone(),
        csrf: state.csrf,
        key: state.key,
        t,
    };
    Page::new("licences.seals", page.t.say("licences-seals-title"), &page)
}
