//! Where one is signed in, and signing out there.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, SessionChange, Visit};

use crate::actions::{EndOtherSessions, EndSession};
use crate::model::SessionId;
use crate::queries::MySessions;
use crate::queries::my_sessions::OwnSession;

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage {
    t: Speaker,
    csrf: String,
    key: String,
    others: bool,
    sessions: Vec<SessionView>,
}

struct SessionView {
    id: String,
    device: String,
    current: bool,
    used: String,
}

/// The page of one's own sessions.
pub(super) fn devices_page(
    t: Speaker,
    state: &FormState,
    sessions: &[OwnSession],
) -> Result<Page, Failure> {
    let view = |session: &OwnSession| SessionView {
        id: session.session.to_string(),
        device: session.device.clone().unwrap_or_else(|| t.say("identity-device-unknown")),
        current: session.current,
        used: t.say2(
            "identity-session-used",
            ("begun", show::instant(&t, session.begun_ms).as_str()),
            ("seen", show::instant(&t, session.seen_ms).as_str()),
        ),
    };
    let template = DevicesPage {
        csrf: state.csrf.clone(),
        key: state.key.clone(),
        others: sessions.iter().any(|session| !session.current),
        sessions: sessions.iter().map(view).collect(),
        t: t.clone(),
    };
    Page::new("identity.devices", t.say("identity-devices-title"), &template)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let sessions = visit.ask(&MySessions {}).await?.sessions;
    Ok(devices_page(visit.speaker(), &FormState::fresh(&visit), &sessions)?.into())
}

pub(super) async fn end(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let session: SessionId = visit.field("session").parse().map_err(|_| Failure::missing())?;
    visit.act(&EndSession { session }).await?;
    if visit.who.assurance.session == Some(session.to_string()) {
        return Ok(Reply::Redirect {
            to: "/".to_owned(),
            session: SessionChange::End,
            notice: Some(Message::new("identity-signed-out")),
        });
    }
    Ok(Reply::done("/me/sessions", "identity-session-ended"))
}

pub(super) async fn end_others(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let over = visit.act(&EndOtherSessions { this_too: false }).await?;
    let told = Message::new("identity-sessions-ended").with("count", i64::from(over.ended));
    Ok(Reply::done("/me/sessions", told))
}
