//! Passkeys on pages: a form whose answer an island fetches from the browser, the list of one's own, and adding one.
//! Without script the form stands aside and says so; every other way goes on.

use std::sync::Arc;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit, percent};

use super::parts::{Field, Head, Maker};
use super::sessions::{entered, signing_in_again};
use crate::actions::{AddPasskey, RemovePasskey, SignInWithPasskey};
use crate::model::Secret;
use crate::passkeys::{Answer, Purpose, Ticket};
use crate::queries::my_passkeys::PasskeyList;
use crate::queries::{MyFactors, MyPasskeys};

/// The page that lists them.
const OWN: &str = "/me/security";
/// The page of adding one.
const NEW: &str = "/me/security/passkeys/new";

/// What a page asks a browser: a sealed ticket, and the options as JSON.
pub(super) struct Asking {
    pub ticket: String,
    pub options: String,
}

/// What a page asks for a passkey that is there; none where the address of this site has no passkeys.
pub(super) fn asking(visit: &Visit, purpose: Purpose) -> Result<Option<Asking>, Failure> {
    let ticket = Ticket::new(&visit.services, purpose, (&visit.csrf, &visit.origin));
    let Some(options) = ticket.request() else { return Ok(None) };
    let ticket = ticket.seal(&*visit.services.personal)?;
    Ok(Some(Asking { ticket, options: options?.to_string() }))
}

/// The form that sends a passkey's answer.
#[derive(Template)]
#[template(path = "parts/passkey.html")]
pub(super) struct PasskeyForm {
    t: Speaker,
    action: &'static str,
    to: String,
    csrf: String,
    key: String,
    ticket: String,
    options: String,
    label: &'static str,
    /// Whether the browser may offer it while one types.
    autofill: bool,
}

impl askama::filters::HtmlSafe for PasskeyForm {}

impl PasskeyForm {
    /// A form for a page: where it is sent, and where it goes on to.
    pub(super) fn of(
        t: &Speaker,
        state: &FormState,
        (action, to): (&'static str, &str),
        asking: &Asking,
    ) -> PasskeyForm {
        PasskeyForm {
            action,
            to: to.to_owned(),
            csrf: state.csrf.clone(),
            key: state.key.clone(),
            ticket: asking.ticket.clone(),
            options: asking.options.clone(),
            autofill: action == "/sign-in/passkey",
            label: if action == "/sign-in/passkey" {
                "identity-passkey-sign-in"
            } else {
                "identity-passkey-use"
            },
            t: t.clone(),
        }
    }
}

/// What a form brought of a passkey; none where it brought none.
pub(super) fn answer(visit: &Visit) -> Option<Answer> {
    let credential = visit.field("credential");
    (!credential.is_empty()).then(|| Answer {
        ticket: Secret::new(visit.field("ticket")),
        browser: Secret::new(visit.csrf.as_str()),
        credential: Secret::new(credential),
    })
}

/// `POST /sign-in/passkey`
pub(super) async fn sign_in(visit: Arc<Visit>) -> Result<Reply, Failure> {
    // Sent without script: there is no answer, and the page says what to do.
    let none = || Answer {
        ticket: Secret::new(""),
        browser: Secret::new(visit.csrf.as_str()),
        credential: Secret::new(""),
    };
    let action = SignInWithPasskey {
        answer: answer(&visit).unwrap_or_else(none),
        device: Some(visit.browser.clone()),
        known: visit.device.as_deref().map(Secret::new),
        remember: true,
    };
    match visit.act(&action).await {
        Ok(begun) => Ok(entered(begun, visit.field("to"))),
        Err(failure) => signing_in_again(&visit, failure),
    }
}

/// A passkey in the list.
pub(super) struct Row {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub note: String,
}

/// One's own passkeys as the page lists them.
pub(super) fn rows(t: &Speaker, list: &PasskeyList) -> Vec<Row> {
    let row = |key: &crate::queries::my_passkeys::HeldPasskey| {
        let added = t.say1("identity-passkey-added", "at", show::instant(t, key.created_ms));
        let used = match key.used_ms {
            Some(at) => t.say1("identity-passkey-used", "at", show::instant(t, at)),
            None => t.say("identity-passkey-unused"),
        };
        Row {
            id: key.passkey.to_string(),
            name: key.name.clone(),
            kind: t.say(match key.synced {
                true => "identity-passkey-synced",
                false => "identity-passkey-single",
            }),
            note: t.say2("identity-passkey-note", ("added", added), ("used", used)),
        }
    };
    list.passkeys.iter().map(row).collect()
}

#[derive(Template)]
#[template(path = "passkey.html")]
struct NewPage {
    t: Speaker,
    head: Head,
    name: Field,
    asking: Option<Asking>,
}

/// The page of adding one; `asking` is none where the address of this site has no passkeys.
pub(super) fn new_page(
    t: Speaker,
    state: &FormState,
    name: &str,
    asking: Option<Asking>,
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let field = make.text("/name", "identity-passkey-name", name);
    let template = NewPage {
        name: field.hint(t.say("identity-passkey-name-hint")),
        asking,
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.passkey", t.say("identity-passkey-add"), &template)
}

fn again() -> Reply {
    Reply::redirect(format!("/me/again?to={}", percent(NEW)))
}

/// What a page asks for a new passkey of whoever is signed in.
async fn adding(visit: &Visit) -> Result<Option<Asking>, Failure> {
    let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
    let account = visit.who.account().ok_or_else(nobody)?;
    let held = visit.ask(&MyPasskeys {}).await?;
    let phone = visit.ask(&MyFactors {}).await?.phone;
    let known = held.passkeys.iter().map(|key| {
        let id = URL_SAFE_NO_PAD.decode(&key.credential).map_err(Failure::internal)?;
        Ok((id, key.transports))
    });
    let known: Vec<(Vec<u8>, u8)> = known.collect::<Result<_, Failure>>()?;
    let purpose = Purpose::Add(account);
    let ticket = Ticket::new(&visit.services, purpose, (&visit.csrf, &visit.origin));
    let Some(options) = ticket.creation(account, (&phone, &known)) else { return Ok(None) };
    let options = options?.to_string();
    Ok(Some(Asking { ticket: ticket.seal(&*visit.services.personal)?, options }))
}

/// `GET /me/security/passkeys/new`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    // Asked before the browser makes a key that would then be refused.
    if visit.ask(&MyFactors {}).await?.fresh_until_ms.is_none() {
        return Ok(again());
    }
    let asking = adding(&visit).await?;
    Ok(new_page(visit.speaker(), &FormState::fresh(&visit), &visit.browser, asking)?.into())
}

/// `POST /me/security/passkeys`
pub(super) async fn add(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let name = visit.field("name").to_owned();
    let none = || Answer {
        ticket: Secret::new(""),
        browser: Secret::new(visit.csrf.as_str()),
        credential: Secret::new(""),
    };
    let action = AddPasskey { name: name.clone(), answer: answer(&visit).unwrap_or_else(none) };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done(OWN, "identity-passkey-added-done")),
        Err(failure) if failure.code == "identity.prove_again" => Ok(again()),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let asking = adding(&visit).await?;
            Ok(new_page(visit.speaker(), &state, &name, asking)?.status(status).into())
        }
    }
}

/// `POST /me/security/passkeys/remove`
pub(super) async fn remove(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let passkey = visit.field("passkey").parse().map_err(|_| Failure::missing())?;
    match visit.act(&RemovePasskey { passkey }).await {
        Ok(_) => Ok(Reply::done(OWN, "identity-passkey-removed")),
        Err(failure) if failure.code == "identity.prove_again" => {
            Ok(Reply::redirect(format!("/me/again?to={}", percent(OWN))))
        }
        Err(failure) => Err(failure),
    }
}
