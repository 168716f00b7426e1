//! What a stranger's telephone shows: how the licence stands at this moment and what its holder chose, or why nothing is
//! shown.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Markup, Page, Reply, Visit};

use super::parts::face;
use crate::actions::Look;
use crate::actions::look::Seen;

#[derive(Template)]
#[template(path = "seen.html")]
struct SeenPage {
    t: Speaker,
    face: Option<Markup>,
    note: String,
    once: bool,
    code: String,
    csrf: String,
    wrong: String,
}

/// `GET /l/{code}`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    look(&visit, false).await
}

/// `POST /l/{code}`: the one look that ends it.
pub(super) async fn open(visit: Arc<Visit>) -> Result<Reply, Failure> {
    look(&visit, true).await
}

async fn look(visit: &Visit, open: bool) -> Result<Reply, Failure> {
    let code: String = visit.param("code")?;
    let (t, csrf) = (visit.speaker(), visit.csrf.as_str());
    match visit.act(&Look { code: code.clone(), open }).await {
        Ok(seen) => Ok(page(t, &seen, &code, csrf)?.into()),
        Err(failure) if failure.code.starts_with("licences.") => {
            Ok(refused(t, &failure)?.status(failure.kind.status()).into())
        }
        Err(failure) => Err(failure),
    }
}

/// Renders what is shown.
pub(super) fn page(t: Speaker, seen: &Seen, code: &str, csrf: &str) -> Result<Page, Failure> {
    let shown = seen.licence.as_ref().map(|licence| face(&t, licence)).transpose()?;
    let page = SeenPage {
        note: t.say2(
            "licences-seen-note",
            ("purpose", seen.purpose.as_str()),
            ("at", show::instant(&t, seen.until_ms)),
        ),
        once: seen.once,
        face: shown,
        code: code.to_owned(),
        csrf: csrf.to_owned(),
        wrong: String::new(),
        t,
    };
    Page::new("licences.seen", page.t.say("licences-seen-title"), &page)
}

/// Renders why nothing is shown.
pub(super) fn refused(t: Speaker, failure: &Failure) -> Result<Page, Failure> {
    let page = SeenPage {
        wrong: t.message(&failure.message),
        face: None,
        note: String::new(),
        once: false,
        code: String::new(),
        csrf: String::new(),
        t,
    };
    Page::new("licences.seen", page.t.say("licences-seen-title"), &page)
}
