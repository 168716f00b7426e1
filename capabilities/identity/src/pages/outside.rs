//! Signing in by providers outside the house: setting out, coming back, and which of them one is linked to.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::outside::{Asserted, OutsideError, Provider, Returned};
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Markup, Page, Reply, SessionChange, Visit, percent};

use super::passkeys::asking;
use super::sessions::{CodeStage, Typed, register_page, sign_in_page};
use crate::actions::arrive::Arrived;
use crate::actions::{Arrive, UnlinkOutside};
use crate::model::Secret;
use crate::passkeys::Purpose as For;
use crate::queries::OutsideLinks;
use crate::queries::outside_links::OutsideLinkList;
use crate::rules::local_path;
use crate::travel::{Travel, proof};

/// The page of one's own links.
const OWN: &str = "/me/outside";

/// A provider as a link of the page of signing in.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub href: String,
    pub label: String,
}

#[derive(Template)]
#[template(path = "offers.html")]
struct OffersPart<'a> {
    t: &'a Speaker,
    offers: Vec<Offer>,
}

/// The page of signing in with the providers by which one may sign in too.
pub(super) fn offered(visit: &Visit, to: &str, page: Page) -> Result<Page, Failure> {
    let t = visit.speaker();
    let to = percent(local_path(to)).into_owned();
    let offer = |provider: Provider| Offer {
        href: format!("/sign-in/outside/{}?to={to}", provider.id),
        label: t.say1("identity-outside-by", "name", t.local(&provider.name)),
    };
    let offers = visit.services.outside.providers().into_iter().map(offer).collect();
    with_offers(&t, offers, page)
}

/// Puts the offers under a page.
pub(super) fn with_offers(t: &Speaker, offers: Vec<Offer>, page: Page) -> Result<Page, Failure> {
    if offers.is_empty() {
        return Ok(page);
    }
    let part = Markup::of(&OffersPart { t, offers })?;
    Ok(Page { body: Markup(format!("{}{part}", page.body)), ..page })
}

#[derive(Template)]
#[template(path = "unknown.html")]
struct UnknownPart<'a> {
    t: &'a Speaker,
    lead: String,
}

fn name(visit: &Visit, id: &str) -> String {
    let all = visit.services.outside.providers();
    let found = all.iter().find(|provider| provider.id == id);
    found.map_or_else(|| id.to_owned(), |found| visit.speaker().local(&found.name).to_owned())
}

/// What people are told; what happened in detail is in the log, for operators.
fn told(visit: &Visit, provider: &str, error: &OutsideError) -> Result<Message, Failure> {
    let key = match error {
        OutsideError::Unknown => return Err(Failure::missing()),
        OutsideError::Down(_) => "identity-outside-down",
        OutsideError::Refused(_) => "identity-outside-refused",
    };
    Ok(Message::new(key).with("name", name(visit, provider)))
}

/// The page of signing in again, with what went wrong: password sign-in goes on as ever.
fn again(visit: &Visit, to: &str, message: &Message, status: u16) -> Result<Reply, Failure> {
    if visit.who.signed_in() {
        return Ok(Reply::done(OWN, message.clone()));
    }
    let t = visit.speaker();
    let state = FormState { summary: Some(t.message(message)), ..FormState::fresh(visit) };
    let passkey = asking(visit, For::SignIn)?;
    let page = sign_in_page(t, &state, (to, ""), CodeStage::None, passkey.as_ref())?;
    let page = page.status(status);
    Ok(offered(visit, to, page)?.into())
}

/// `GET /sign-in/outside/{provider}`: sets out.
pub(super) async fn begin(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let provider: String = visit.param("provider")?;
    let to = local_path(visit.asked("to").unwrap_or("/")).to_owned();
    if visit.who.signed_in() {
        return Ok(Reply::redirect(to));
    }
    let travel = Travel::new(&visit.services, &provider, (visit.csrf.as_str(), to.as_str()), None);
    match set_out(&visit, &travel).await? {
        Ok(address) => Ok(Reply::Away { to: address }),
        Err(error) => again(&visit, &to, &told(&visit, &provider, &error)?, 503),
    }
}

/// `POST /me/outside/link`: sets out to link the account that is signed in.
pub(super) async fn link(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
    let account = visit.who.account().ok_or_else(nobody)?;
    let provider = visit.field("provider").to_owned();
    let travel = Travel::new(&visit.services, &provider, (visit.csrf.as_str(), OWN), Some(account));
    match set_out(&visit, &travel).await? {
        // A form may not end at another site: the page goes on by itself.
        Ok(address) => super::oauth::go_on(&visit, address),
        Err(error) => Ok(Reply::done(OWN, told(&visit, &provider, &error)?)),
    }
}

async fn set_out(visit: &Visit, travel: &Travel) -> Result<Result<String, OutsideError>, Failure> {
    let state = travel.seal(&*visit.services.personal)?;
    let departure = travel.departure(&visit.origin, &state);
    Ok(visit.services.outside.depart(&departure).await)
}

/// `GET /sign-in/outside`: comes back.
pub(super) async fn arrive(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let state = visit.asked("state").unwrap_or_default().to_owned();
    let now = visit.services.clock.now();
    let travel = Travel::open(&*visit.services.personal, &state);
    // Another browser than the one that left, or too late: what came is thrown away.
    let own = travel.filter(|travel| travel.browser == visit.csrf && now < travel.until);
    let Some(travel) = own else {
        return again(&visit, "/", &Message::new("identity-outside-over"), 409);
    };
    let refused = |key| Message::new(key).with("name", name(&visit, &travel.provider));
    let Some(code) = visit.asked("code").filter(|code| (1..=2_000).contains(&code.len())) else {
        return again(&visit, &travel.to, &refused("identity-outside-declined"), 403);
    };
    let returned = Returned {
        code: code.to_owned(),
        issuer: visit.asked("iss").map(str::to_owned),
        departure: travel.departure(&visit.origin, &state),
    };
    let asserted = match visit.services.outside.arrive(returned).await {
        Ok(asserted) => asserted,
        Err(error) => {
            let status = if matches!(error, OutsideError::Down(_)) { 503 } else { 403 };
            return again(&visit, &travel.to, &told(&visit, &travel.provider, &error)?, status);
        }
    };
    let action = Arrive {
        proof: Secret::new(proof(&*visit.services.personal, &state, &asserted)),
        state: Secret::new(state),
        subject: Secret::new(asserted.subject.as_str()),
        device: Some(visit.browser.clone()),
    };
    match visit.act(&action).await {
        Ok(Arrived { step: Some(step), .. }) => Ok(Reply::Redirect {
            to: format!("/sign-in/second?to={}", percent(local_path(&travel.to))),
            session: SessionChange::Wait(step.expose().to_owned()),
            notice: None,
        }),
        Ok(arrived) => match (arrived.token, arrived.linked) {
            (Some(token), _) => Ok(Reply::Redirect {
                to: local_path(&travel.to).to_owned(),
                session: SessionChange::Begin(token.expose().to_owned()),
                notice: None,
            }),
            (None, true) => Ok(Reply::done(OWN, refused("identity-outside-linked"))),
            (None, false) => unknown(&visit, &travel.provider, &asserted),
        },
        Err(failure) if matches!(failure.kind, Kind::Conflict | Kind::Invalid) => {
            again(&visit, &travel.to, &failure.message, failure.kind.status())
        }
        Err(failure) => Err(failure),
    }
}

/// Nobody here is linked to it: an account can be opened. What the provider says of the name and the telephone stands in
/// the form to be checked, and proves nothing.
fn unknown(visit: &Visit, provider: &str, asserted: &Asserted) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let typed = Typed {
        name: asserted.name.as_deref().unwrap_or_default(),
        phone: asserted.phone.as_deref().unwrap_or_default(),
        ..Typed::default()
    };
    let lead = t.say1("identity-outside-unknown", "name", name(visit, provider));
    let part = Markup::of(&UnknownPart { t: &t, lead })?;
    let page = register_page(t, &FormState::fresh(visit), &typed)?;
    Ok(Page { body: Markup(format!("{part}{}", page.body)), ..page }.into())
}

#[derive(Template)]
#[template(path = "outside.html")]
struct OutsidePage {
    t: Speaker,
    csrf: String,
    key: String,
    rows: Vec<Row>,
}

struct Row {
    provider: String,
    name: String,
    note: String,
    link: Option<String>,
    offered: bool,
}

/// `GET /me/outside`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&OutsideLinks {}).await?;
    Ok(page(visit.speaker(), (visit.csrf.clone(), visit.fresh_key()), &found)?.into())
}

/// Renders one's own links.
pub(super) fn page(
    t: Speaker,
    (csrf, key): (String, String),
    found: &OutsideLinkList,
) -> Result<Page, Failure> {
    let rows = found.providers.iter().map(|one| Row {
        provider: one.provider.clone(),
        name: t.local(&one.name).to_owned(),
        note: match (one.linked_ms, one.used_ms) {
            (None, _) => t.say("identity-outside-not-linked"),
            (Some(at), None) => t.say1("identity-outside-since", "at", show::instant(&t, at)),
            (_, Some(at)) => t.say1("identity-outside-used", "at", show::instant(&t, at)),
        },
        link: one.link.map(|link| link.to_string()),
        offered: one.offered,
    });
    let page = OutsidePage { rows: rows.collect(), csrf, key, t };
    Page::new("identity.outside", page.t.say("identity-outside-title"), &page)
}

/// `POST /me/outside/unlink`
pub(super) async fn unlink(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let link = visit.field("link").parse().map_err(|_| Failure::missing())?;
    visit.act(&UnlinkOutside { link }).await?;
    Ok(Reply::done(OWN, Message::new("identity-outside-unlinked")))
}

#[derive(Template)]
#[template(path = "left.html")]
struct LeftPage {
    t: Speaker,
    lead: String,
    label: String,
    end: String,
}

/// `GET /sign-out/outside/{provider}`: signed out here; the session at the provider goes on unless somebody ends it too.
pub(super) async fn left(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let provider: String = visit.param("provider")?;
    let known = visit.services.outside.providers().iter().any(|one| one.id == provider);
    if !known || visit.who.signed_in() {
        return Ok(Reply::redirect("/"));
    }
    let back = format!("{}/", visit.origin);
    let Some(end) = visit.services.outside.leave(&provider, &back).await else {
        return Ok(Reply::redirect("/"));
    };
    let t = visit.speaker();
    let name = name(&visit, &provider);
    let page = LeftPage {
        lead: t.say1("identity-outside-left", "name", name.as_str()),
        label: t.say1("identity-outside-leave", "name", name.as_str()),
        end,
        t,
    };
    Ok(Page::new("identity.left", page.t.say("identity-outside-left-title"), &page)?.into())
}
