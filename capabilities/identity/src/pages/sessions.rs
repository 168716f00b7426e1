//! Signing in and out, and opening an account.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, SessionChange, Visit, percent};

use super::outside::offered;
use super::parts::{Field, Head, Maker, given};
use super::passkeys::{Asking, PasskeyForm, answer, asking};
use crate::actions::sign_in::SessionBegun;
use crate::actions::{FinishSignIn, Register, SendCode, SignIn, SignOut};
use crate::model::{Purpose, Secret};
use crate::passkeys::Purpose as For;
use crate::rules::local_path;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    t: Speaker,
    to: String,
    head: Head,
    phone: Field,
    password: Field,
    code: Option<Field>,
    sent: bool,
    passkey: Option<PasskeyForm>,
}

/// Whether the page of signing in asks for a code to the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeStage {
    /// It does not.
    None,
    /// It does.
    Asked,
    /// It does, and one is on its way.
    Sent,
}

/// The page of signing in: `to` is where one came from, `phone` what was typed.
pub(super) fn sign_in_page(
    t: Speaker,
    state: &FormState,
    (to, phone): (&str, &str),
    stage: CodeStage,
    passkey: Option<&Asking>,
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let to = local_path(to);
    // The browser offers passkeys in the field where it offers names.
    let name = if passkey.is_some() { "username webauthn" } else { "username" };
    let code = || {
        let field = make.code("/code", "identity-field-code", "").numeric();
        field.hint(t.say("identity-code-hint")).complete("one-time-code")
    };
    let template = SignInPage {
        passkey: passkey.map(|asking| PasskeyForm::of(&t, state, ("/sign-in/passkey", to), asking)),
        to: to.to_owned(),
        phone: make.phone("/phone", "identity-field-phone", phone).complete(name),
        password: make.password("/password", "identity-field-password", "current-password"),
        code: (stage != CodeStage::None).then(code),
        sent: stage == CodeStage::Sent,
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.sign_in", t.say("identity-sign-in-title"), &template)
}

pub(super) async fn show_sign_in(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let to = visit.asked("to").unwrap_or("/");
    if visit.who.signed_in() {
        return Ok(Reply::redirect(local_path(to)));
    }
    let state = FormState::fresh(&visit);
    let passkey = asking(&visit, For::SignIn)?;
    let page = sign_in_page(visit.speaker(), &state, (to, ""), CodeStage::None, passkey.as_ref())?;
    Ok(offered(&visit, to, page)?.into())
}

pub(super) async fn sign_in(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let phone = visit.field("phone").to_owned();
    let password = Secret::new(visit.field("password"));
    let code = given(&visit, "code").map(Secret::new);
    match visit.act(&from_browser(&visit, &phone, password, code)).await {
        Ok(begun) => Ok(entered(begun, visit.field("to"))),
        Err(failure) => {
            let status = failure.kind.status();
            let asks = failure.code == "identity.code_first"
                || failure.message.key == "identity-wait-code"
                || visit.form.iter().any(|(name, _)| name == "code");
            let stage = if asks { CodeStage::Asked } else { CodeStage::None };
            let state = FormState::refused(&visit, failure)?;
            let typed = (visit.field("to"), phone.as_str());
            let passkey = asking(&visit, For::SignIn)?;
            let page = sign_in_page(visit.speaker(), &state, typed, stage, passkey.as_ref())?;
            let page = page.status(status);
            Ok(offered(&visit, visit.field("to"), page)?.into())
        }
    }
}

/// The page of signing in, with why a passkey did not do it.
pub(super) fn signing_in_again(visit: &Visit, failure: Failure) -> Result<Reply, Failure> {
    let status = failure.kind.status();
    let state = FormState::refused(visit, failure)?;
    let passkey = asking(visit, For::SignIn)?;
    let typed = (visit.field("to"), "");
    let t = visit.speaker();
    let page = sign_in_page(t, &state, typed, CodeStage::None, passkey.as_ref())?;
    Ok(offered(visit, visit.field("to"), page.status(status))?.into())
}

/// Signing in from a browser, which the account knows from then on.
fn from_browser(visit: &Visit, phone: &str, password: Secret, code: Option<Secret>) -> SignIn {
    SignIn {
        phone: phone.to_owned(),
        password,
        device: Some(visit.browser.clone()),
        known: visit.device.as_deref().map(Secret::new),
        remember: true,
        code,
    }
}

fn session_of(begun: SessionBegun) -> SessionChange {
    let text = |secret: Secret| secret.expose().to_owned();
    match (begun.token.map(text), begun.known.map(text), begun.step.map(text)) {
        (Some(session), Some(device), _) => SessionChange::BeginKnown { session, device },
        (Some(session), None, _) => SessionChange::Begin(session),
        (None, _, Some(step)) => SessionChange::Wait(step),
        (None, _, None) => SessionChange::Keep,
    }
}

/// On to where one came from, or to the second step.
pub(super) fn entered(begun: SessionBegun, to: &str) -> Reply {
    let to = match begun.step {
        Some(_) => format!("/sign-in/second?to={}", percent(local_path(to))),
        None => local_path(to).to_owned(),
    };
    Reply::Redirect { to, session: session_of(begun), notice: None }
}

#[derive(Template)]
#[template(path = "second.html")]
struct SecondPage {
    t: Speaker,
    to: String,
    head: Head,
    code: Field,
    passkey: Option<PasskeyForm>,
}

/// The page of the second step.
pub(super) fn second_page(
    t: Speaker,
    state: &FormState,
    to: &str,
    passkey: Option<&Asking>,
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let to = local_path(to);
    let code = make.code("/code", "identity-field-totp", "").complete("one-time-code");
    let template = SecondPage {
        passkey: passkey.map(|asking| PasskeyForm::of(&t, state, ("/sign-in/second", to), asking)),
        to: to.to_owned(),
        code: code.hint(t.say("identity-second-hint")),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.second", t.say("identity-second-title"), &template)
}

pub(super) async fn show_second(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let to = visit.asked("to").unwrap_or("/");
    if visit.who.signed_in() {
        return Ok(Reply::redirect(local_path(to)));
    }
    if visit.step.is_none() {
        return Ok(Reply::redirect(format!("/sign-in?to={}", percent(local_path(to)))));
    }
    let passkey = asking(&visit, For::SignIn)?;
    let state = FormState::fresh(&visit);
    Ok(second_page(visit.speaker(), &state, to, passkey.as_ref())?.into())
}

pub(super) async fn second(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let to = visit.field("to");
    let action = FinishSignIn {
        step: Secret::new(visit.step.as_deref().unwrap_or_default()),
        code: Some(Secret::new(visit.field("code"))),
        passkey: answer(&visit),
        device: Some(visit.browser.clone()),
        known: visit.device.as_deref().map(Secret::new),
        remember: true,
    };
    match visit.act(&action).await {
        Ok(begun) => Ok(entered(begun, to)),
        Err(failure) if failure.code == "identity.step_over" => Ok(Reply::done(
            format!("/sign-in?to={}", percent(local_path(to))),
            "identity-step-over",
        )),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let passkey = asking(&visit, For::SignIn)?;
            let page = second_page(visit.speaker(), &state, to, passkey.as_ref())?;
            Ok(page.status(status).into())
        }
    }
}

/// Sends a code to the telephone that was typed, and shows the page again.
pub(super) async fn send_code(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let phone = visit.field("phone").to_owned();
    let typed = (visit.field("to"), phone.as_str());
    match visit.act(&SendCode { phone: phone.clone(), purpose: Purpose::SignIn }).await {
        Ok(_) => {
            let state = FormState::fresh(&visit);
            Ok(sign_in_page(visit.speaker(), &state, typed, CodeStage::Sent, None)?.into())
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let page = sign_in_page(visit.speaker(), &state, typed, CodeStage::Asked, None)?;
            Ok(page.status(status).into())
        }
    }
}

pub(super) async fn sign_out(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let mut outside = None;
    if visit.who.signed_in()
        && let Some(token) = &visit.session
    {
        outside = visit.act(&SignOut { token: Secret::new(token.as_str()) }).await?.outside;
    }
    // Signed out here in any case; whether there too is asked on a page of its own.
    let to = outside.map_or_else(|| "/".to_owned(), |id| format!("/sign-out/outside/{id}"));
    Ok(Reply::Redirect {
        to,
        session: SessionChange::End,
        notice: Some(Message::new("identity-signed-out")),
    })
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    t: Speaker,
    head: Head,
    name: Field,
    number: Field,
    phone: Field,
    password: Field,
}

/// What was typed on the page of opening an account; the password is not kept.
#[derive(Default)]
pub(super) struct Typed<'a> {
    pub name: &'a str,
    pub number: &'a str,
    pub phone: &'a str,
}

/// The page of opening an account.
pub(super) fn register_page(
    t: Speaker,
    state: &FormState,
    typed: &Typed<'_>,
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let template = RegisterPage {
        name: make.text("/name", "identity-field-name", typed.name).complete("name"),
        number: make
            .code("/number", "identity-field-number", typed.number)
            .hint(t.say("identity-number-hint")),
        phone: make
            .phone("/phone", "identity-field-phone", typed.phone)
            .hint(t.say("identity-phone-hint"))
            .complete("username"),
        password: make
            .password("/password", "identity-field-password", "new-password")
            .hint(t.say1("identity-password-hint", "min", crate::rules::PASSWORD_MIN)),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.register", t.say("identity-register-title"), &template)
}

pub(super) async fn show_register(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if visit.who.signed_in() {
        return Ok(Reply::redirect("/me"));
    }
    Ok(register_page(visit.speaker(), &FormState::fresh(&visit), &Typed::default())?.into())
}

pub(super) async fn register(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = Typed {
        name: visit.field("name"),
        number: visit.field("number"),
        phone: visit.field("phone"),
    };
    let password = Secret::new(visit.field("password"));
    let action = Register {
        name: typed.name.to_owned(),
        number: typed.number.to_owned(),
        phone: typed.phone.to_owned(),
        password: password.clone(),
    };
    if let Err(failure) = visit.act(&action).await {
        let status = failure.kind.status();
        let state = FormState::refused(&visit, failure)?;
        return Ok(register_page(visit.speaker(), &state, &typed)?.status(status).into());
    }
    // Signed in at once: the page of one's account says what is still to be done and where.
    let sign_in = from_browser(&visit, typed.phone, password, None);
    let session = match visit.act(&sign_in).await {
        Ok(begun) => session_of(begun),
        // Somebody guessed at this phone before it had an account: the wait holds for the owner as well.
        Err(_) => SessionChange::Keep,
    };
    Ok(Reply::Redirect {
        to: "/me".to_owned(),
        session,
        notice: Some(Message::new("identity-registered")),
    })
}
