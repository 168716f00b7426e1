//! Signing in and out, and opening an account.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, SessionChange, Visit};

use super::parts::{Field, Head, Maker};
use crate::actions::{Register, SignIn, SignOut};
use crate::model::Secret;
use crate::rules::local_path;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    t: Speaker,
    to: String,
    head: Head,
    phone: Field,
    password: Field,
}

/// The page of signing in: `to` is where one came from, `phone` what was typed.
pub(super) fn sign_in_page(
    t: Speaker,
    state: &FormState,
    to: &str,
    phone: &str,
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let template = SignInPage {
        to: local_path(to).to_owned(),
        phone: make.phone("/phone", "identity-field-phone", phone).complete("username"),
        password: make.password("/password", "identity-field-password", "current-password"),
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
    Ok(sign_in_page(visit.speaker(), &FormState::fresh(&visit), to, "")?.into())
}

pub(super) async fn sign_in(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let phone = visit.field("phone").to_owned();
    let password = Secret::new(visit.field("password"));
    let device = Some(visit.browser.clone());
    match visit.act(&SignIn { phone: phone.clone(), password, device }).await {
        Ok(begun) => Ok(Reply::Redirect {
            to: local_path(visit.field("to")).to_owned(),
            session: SessionChange::Begin(begun.token.expose().to_owned()),
            notice: None,
        }),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let page = sign_in_page(visit.speaker(), &state, visit.field("to"), &phone)?;
            Ok(page.status(status).into())
        }
    }
}

pub(super) async fn sign_out(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if visit.who.signed_in()
        && let Some(token) = &visit.session
    {
        visit.act(&SignOut { token: Secret::new(token.as_str()) }).await?;
    }
    Ok(Reply::Redirect {
        to: "/".to_owned(),
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
    let device = Some(visit.browser.clone());
    let sign_in = SignIn { phone: typed.phone.to_owned(), password, device };
    let session = match visit.act(&sign_in).await {
        Ok(begun) => SessionChange::Begin(begun.token.expose().to_owned()),
        // Somebody guessed at this phone before it had an account: the wait holds for the owner as well.
        Err(_) => SessionChange::Keep,
    };
    Ok(Reply::Redirect {
        to: "/me".to_owned(),
        session,
        notice: Some(Message::new("identity-registered")),
    })
}
