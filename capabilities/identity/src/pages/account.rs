//! One's own account.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::{Field, Head, Maker};
use super::{MandateView, role_list, term_text};
use crate::actions::{ChangeClaim, ChangePassword};
use crate::model::Secret;
use crate::queries::counters::Counter;
use crate::queries::me::MyAccount;
use crate::queries::{Counters, Me, OutsideLinks};

/// The most counters that the page names.
const COUNTERS_SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    t: Speaker,
    proved: bool,
    name: String,
    number: String,
    phone: String,
    created: String,
    proved_at: String,
    counters: Vec<CounterView>,
    mandates: Vec<MandateView>,
    posts: Vec<PostView>,
    /// Whether there are providers outside the house, or links to one that was.
    elsewhere: bool,
}

struct CounterView {
    name: String,
    place: String,
}

struct PostView {
    organisation: String,
    name: String,
    place: String,
    term: String,
    roles: String,
    substitute: bool,
}

/// The page of one's account; `counters` is where it can be proved.
pub(super) fn me_page(
    t: Speaker,
    account: &MyAccount,
    counters: &[Counter],
    elsewhere: bool,
) -> Result<Page, Failure> {
    let template = MePage {
        elsewhere,
        proved: account.proved,
        name: account.name.clone(),
        number: account.number.clone(),
        phone: account.phone.clone(),
        created: show::instant(&t, account.created_ms),
        proved_at: account.proved_ms.map(|at| show::instant(&t, at)).unwrap_or_default(),
        counters: counters
            .iter()
            .take(COUNTERS_SHOWN)
            .map(|counter| CounterView {
                name: counter.name.clone(),
                place: t.local(&counter.division).to_owned(),
            })
            .collect(),
        mandates: account.mandates.iter().map(|held| MandateView::of(&t, held)).collect(),
        posts: account
            .posts
            .iter()
            .map(|held| PostView {
                organisation: held.organisation_name.clone(),
                name: t.local(&held.name).to_owned(),
                place: t.local(&held.division).to_owned(),
                term: term_text(&t, held.from_ms, held.until_ms),
                roles: role_list(&t, &held.roles),
                substitute: held.substitute,
            })
            .collect(),
        t: t.clone(),
    };
    Page::new("identity.me", t.say("identity-me-title"), &template)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let account = visit.ask(&Me {}).await?;
    let counters = match account.proved {
        true => Vec::new(),
        false => visit.ask(&Counters {}).await?.counters,
    };
    let elsewhere = !visit.ask(&OutsideLinks {}).await?.providers.is_empty();
    Ok(me_page(visit.speaker(), &account, &counters, elsewhere)?.into())
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    t: Speaker,
    head: Head,
    old: Field,
    new: Field,
}

/// The page of choosing another password.
pub(super) fn password_page(t: Speaker, state: &FormState) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let template = PasswordPage {
        old: make.password("/old", "identity-field-old-password", "current-password"),
        new: make.password("/new", "identity-field-new-password", "new-password").hint(t.say1(
            "identity-password-hint",
            "min",
            crate::rules::PASSWORD_MIN,
        )),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.password", t.say("identity-change-password"), &template)
}

pub(super) async fn show_password(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if !visit.who.signed_in() {
        return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
    }
    Ok(password_page(visit.speaker(), &FormState::fresh(&visit))?.into())
}

pub(super) async fn change_password(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let action = ChangePassword {
        old: Secret::new(visit.field("old")),
        new: Secret::new(visit.field("new")),
        keep: visit.session.as_deref().map(Secret::new),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/me", "identity-password-changed")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(password_page(visit.speaker(), &state)?.status(status).into())
        }
    }
}

#[derive(Template)]
#[template(path = "claim.html")]
struct ClaimPage {
    t: Speaker,
    head: Head,
    name: Field,
    number: Field,
}

/// The page of putting one's claim right: name and number as typed.
pub(super) fn claim_page(t: Speaker, state: &FormState, typed: [&str; 2]) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let template = ClaimPage {
        name: make.text("/name", "identity-field-name", typed[0]).complete("name"),
        number: make
            .code("/number", "identity-field-number", typed[1])
            .hint(t.say("identity-number-hint")),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.claim", t.say("identity-change-claim"), &template)
}

pub(super) async fn show_claim(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if visit.who.proved {
        return Ok(Reply::redirect("/me"));
    }
    // The number is masked everywhere, so it is typed anew as a whole.
    let account = visit.ask(&Me {}).await?;
    let typed = [account.name.as_str(), ""];
    Ok(claim_page(visit.speaker(), &FormState::fresh(&visit), typed)?.into())
}

pub(super) async fn change_claim(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = [visit.field("name"), visit.field("number")];
    let action = ChangeClaim { name: typed[0].to_owned(), number: typed[1].to_owned() };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/me", "identity-claim-changed")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(claim_page(visit.speaker(), &state, typed)?.status(status).into())
        }
    }
}
