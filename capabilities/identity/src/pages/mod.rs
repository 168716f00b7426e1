//! The pages of identity. A handler reads the form, does the action or asks the query, and renders; a
//! refused form is shown again with what was typed and what is wrong.

mod account;
mod admin_sessions;
mod applications;
mod counter;
mod data;
mod devices;
mod emergency;
mod oauth;
mod organisations;
mod outside;
mod own_posts;
pub(crate) mod parts;
mod passkeys;
mod posts;
mod recovery;
mod security;
mod sessions;

use std::sync::Arc;

use minshu_kernel::access::Resource;
use minshu_kernel::capability::{BadgeEntry, Contract, MineEntry, NavigationEntry, Waiting};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::list::Filter;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Route, Visit};

use crate::model::Term;
use crate::queries::{HeldMandate, Me, RoleName, openings};

/// Adds routes, navigation and the line of one's own things.
pub(crate) fn describe(contract: &mut Contract) {
    contract.routes.extend([
        Route::get("/sign-in", sessions::show_sign_in),
        Route::post("/sign-in", sessions::sign_in),
        Route::post("/sign-in/code", sessions::send_code),
        Route::get("/sign-in/second", sessions::show_second),
        Route::post("/sign-in/second", sessions::second),
        Route::post("/sign-out", sessions::sign_out),
        Route::post("/sign-in/passkey", passkeys::sign_in),
        Route::get("/register", sessions::show_register),
        Route::post("/register", sessions::register),
        Route::get("/me", account::show),
        Route::get("/me/claim", account::show_claim),
        Route::post("/me/claim", account::change_claim),
        Route::get("/me/password", account::show_password),
        Route::post("/me/password", account::change_password),
        Route::get("/me/posts", own_posts::show),
        Route::post("/me/posts/{post}/substitutes", own_posts::name),
        Route::post("/me/posts/substitutes/end", own_posts::end),
        Route::get("/me/data", data::show),
        Route::post("/me/data/export", data::export),
        Route::post("/me/data/erase", data::erase),
        Route::get("/sign-in/outside", outside::arrive),
        Route::get("/sign-in/outside/{provider}", outside::begin),
        Route::get("/sign-out/outside/{provider}", outside::left),
        Route::get("/me/outside", outside::show),
        Route::post("/me/outside/link", outside::link),
        Route::post("/me/outside/unlink", outside::unlink),
        Route::get("/recover", recovery::show),
        Route::post("/recover", recovery::recover),
        Route::post("/recover/code", recovery::send_code),
        Route::post("/me/phone/code", recovery::send_own_code),
        Route::post("/me/phone", recovery::verify),
        Route::post("/me/security/recovery/stop", recovery::stop),
        Route::get("/counter/recoveries", recovery::list),
        Route::post("/counter/recoveries", recovery::begin),
        Route::post("/counter/recoveries/confirm", recovery::confirm),
        Route::get("/me/security", security::show),
        Route::post("/me/security/totp", security::begin_totp),
        Route::post("/me/security/totp/confirm", security::confirm_totp),
        Route::post("/me/security/totp/remove", security::remove),
        Route::post("/me/security/codes", security::renew),
        Route::get("/me/security/passkeys/new", passkeys::show),
        Route::post("/me/security/passkeys", passkeys::add),
        Route::post("/me/security/passkeys/remove", passkeys::remove),
        Route::get("/me/again", security::show_again),
        Route::post("/me/again", security::prove_again),
        Route::get("/me/sessions", devices::show),
        Route::post("/me/sessions/end", devices::end),
        Route::post("/me/sessions/end-others", devices::end_others),
        Route::get("/me/applications", applications::mine),
        Route::post("/me/applications", applications::end),
        Route::get("/applications", applications::list),
        Route::post("/applications", applications::register),
        Route::post("/applications/decide", applications::decide),
        Route::post("/applications/rotate", applications::rotate),
        Route::get("/counter/people", counter::show),
        Route::post("/counter/people", counter::search),
        Route::post("/counter/people/prove", counter::prove),
        Route::post("/counter/mandates", counter::record_mandate),
        Route::post("/counter/mandates/end", counter::end_mandate),
        Route::get("/emergency", emergency::show),
        Route::post("/emergency", emergency::open),
        Route::post("/emergency/close", emergency::close),
        Route::get("/reviews", emergency::list),
        Route::post("/reviews/{opening}", emergency::review),
        Route::get("/admin/sessions", admin_sessions::show),
        Route::post("/admin/sessions", admin_sessions::end),
        Route::get("/admin/organisations", organisations::list),
        Route::post("/admin/organisations", organisations::add),
        Route::get("/admin/organisations/{organisation}", organisations::show),
        Route::post("/admin/organisations/{organisation}", organisations::change),
        Route::post("/admin/organisations/{organisation}/posts", organisations::add_post),
        Route::get("/admin/posts/{post}", posts::show),
        Route::post("/admin/posts/{post}", posts::change),
        Route::post("/admin/posts/{post}/appoint", posts::appoint),
        Route::post("/admin/posts/{post}/dismiss", posts::dismiss),
    ]);
    contract.routes.extend(oauth::routes());
    contract.navigation.extend([
        NavigationEntry {
            key: "identity-nav-counter",
            href: "/counter/people",
            icon: "id-card",
            operation: "identity.claims",
            order: 60,
        },
        NavigationEntry {
            key: "identity-nav-emergency",
            href: "/emergency",
            icon: "lock",
            operation: "identity.break_glass",
            order: 62,
        },
        NavigationEntry {
            key: "identity-nav-reviews",
            href: "/reviews",
            icon: "badge-check",
            operation: "identity.openings",
            order: 63,
        },
        NavigationEntry {
            key: "identity-nav-organisations",
            href: "/admin/organisations",
            icon: "building-2",
            operation: "identity.organisations",
            order: 80,
        },
        NavigationEntry {
            key: "identity-nav-end-sessions",
            href: "/admin/sessions",
            icon: "lock",
            operation: "identity.sign_out_account",
            order: 82,
        },
        NavigationEntry {
            key: "identity-nav-applications",
            href: "/applications",
            icon: "building-2",
            operation: "identity.decide_application",
            order: 81,
        },
    ]);
    contract.badges.push(BadgeEntry {
        href: "/reviews",
        operation: "identity.openings",
        key: "identity-nav-reviews-waiting",
        read: Arc::new(|ctx, ()| {
            Box::pin(async move {
                let count = openings::count(&ctx, Filter::new()).await?;
                Ok(Waiting { count, more: false })
            })
        }),
    });
    contract.tasks.push(Arc::new(|visit, ()| Box::pin(emergency::tasks(visit))));
    contract.tasks.push(Arc::new(|visit, ()| Box::pin(own_posts::tasks(visit))));
    contract.mine.push(Arc::new(|visit, ()| Box::pin(mine(visit))));
}

/// A line for an account that is not proved yet: what to do about it is on its page.
async fn mine(visit: Arc<Visit>) -> Result<Vec<MineEntry>, Failure> {
    if !visit.who.signed_in() || visit.who.proved {
        return Ok(Vec::new());
    }
    let account = visit.ask(&Me {}).await?;
    let t = visit.speaker();
    Ok(vec![MineEntry {
        title: t.say("identity-mine-unproved"),
        about: String::new(),
        state: t.say("identity-mine-unproved-state"),
        tone: "act",
        href: "/me".to_owned(),
        at: account.created_ms,
    }])
}

/// Refuses a page before anything is asked, as the operation itself would.
fn must(visit: &Visit, operation: &'static str) -> Result<(), Failure> {
    visit.ctx(operation).authorize(&Resource::of("identity.page", operation))
}

/// A term for people: from a day, up to a day and with it.
fn term_text(t: &Speaker, from: Timestamp, until: Option<Timestamp>) -> String {
    let from = show::date(t, from.date());
    match until {
        None => t.say1("identity-term-open", "from", from),
        Some(until) => {
            let last = show::date(t, until.plus_ms(-1).date());
            t.say2("identity-term", ("from", from), ("until", last))
        }
    }
}

/// A term that may have been ended before its time.
fn whole_term(t: &Speaker, term: Term) -> String {
    let end = match (term.until_ms, term.ended_ms) {
        (Some(until), Some(ended)) => Some(until.min(ended)),
        (until, ended) => until.or(ended),
    };
    term_text(t, term.from_ms, end)
}

/// The names of roles in one line.
fn role_list(t: &Speaker, roles: &[RoleName]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| t.local(&role.name)).collect();
    names.join(&t.say("form-separator"))
}

/// A mandate in a list.
pub(crate) struct MandateView {
    pub id: String,
    pub name: String,
    pub code: String,
    pub term: String,
}

impl MandateView {
    fn of(t: &Speaker, held: &HeldMandate) -> MandateView {
        MandateView {
            id: held.mandate.to_string(),
            name: held.organisation_name.clone(),
            code: held.uscc.clone().unwrap_or_default(),
            term: term_text(t, held.from_ms, held.until_ms),
        }
    }
}

#[cfg(test)]
mod tests;
