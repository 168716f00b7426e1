//! Ending somebody's sessions, for whoever looks after accounts.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::must;
use super::parts::{Field, Head, Maker};
use crate::actions::SignOutAccount;

const HERE: &str = "/admin/sessions";

#[derive(Template)]
#[template(path = "admin_sessions.html")]
struct SessionsPage {
    t: Speaker,
    head: Head,
    phone: Field,
}

/// The page: a number, and what happens.
pub(super) fn page(t: Speaker, state: &FormState, phone: &str) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let template = SessionsPage {
        phone: make.phone("/phone", "identity-field-phone", phone),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.admin_sessions", t.say("identity-end-sessions-title"), &template)
}

/// `GET /admin/sessions`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.sign_out_account")?;
    Ok(page(visit.speaker(), &FormState::fresh(&visit), "")?.into())
}

/// `POST /admin/sessions`
pub(super) async fn end(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let phone = visit.field("phone").to_owned();
    match visit.act(&SignOutAccount { phone: phone.clone() }).await {
        Ok(_) => Ok(Reply::done(HERE, "identity-end-sessions-done")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(page(visit.speaker(), &state, &phone)?.status(status).into())
        }
    }
}
