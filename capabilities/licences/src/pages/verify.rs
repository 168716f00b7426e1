//! Anybody verifies a licence: by what stands on it, or by its document.

use std::sync::Arc;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::ObjectsError;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};

use super::parts::{Field, Problem, face};
use crate::actions::Verify;
use crate::actions::verify::Verified;
use crate::error::LicencesError;
use crate::model::State;

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    t: Speaker,
    problem: Problem,
    csrf: String,
    identifier: Field,
    check: Field,
    answer: Option<Answer>,
}

struct Answer {
    class: &'static str,
    icon: &'static str,
    note: String,
    face: Option<Markup>,
    findings: Vec<(String, &'static str, &'static str, String, String)>,
}

/// `GET /verify`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    Ok(page(visit.speaker(), FormState::fresh(&visit), None, ("", ""))?.into())
}

/// `POST /verify`
pub(super) async fn by_identifier(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = (visit.field("identifier"), visit.field("check"));
    let action = Verify {
        identifier: Some(typed.0.to_owned()),
        check: Some(typed.1.to_owned()),
        document: None,
    };
    answer(&visit, visit.act(&action).await, typed)
}

/// `POST /verify/document`
pub(super) async fn by_document(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let unreadable = |key: &'static str| Err(LicencesError::Unreadable(key.into()).into());
    let verified = match visit.uploads.first().map(|upload| &upload.stored) {
        None => unreadable("licences-document-missing"),
        Some(Err(ObjectsError::TooLarge { .. })) => unreadable("licences-document-large"),
        Some(Err(ObjectsError::Empty)) => unreadable("licences-document-missing"),
        Some(Err(_)) => unreadable("licences-document-kind"),
        Some(Ok(stored)) => {
            let mut body = visit.services.objects.get(&stored.address).await?;
            let mut bytes = Vec::new();
            while let Some(piece) = body.next().await.map_err(Failure::internal)? {
                bytes.extend_from_slice(&piece);
            }
            let document = Some(STANDARD.encode(&bytes));
            visit.act(&Verify { identifier: None, check: None, document }).await
        }
    };
    answer(&visit, verified, ("", ""))
}

fn answer(
    visit: &Visit,
    verified: Result<Verified, Failure>,
    typed: (&str, &str),
) -> Result<Reply, Failure> {
    match verified {
        Ok(found) => {
            Ok(page(visit.speaker(), FormState::fresh(visit), Some(&found), typed)?.into())
        }
        Err(failure) => {
            let status = failure.kind.status();
            let mut state = FormState::refused(visit, failure)?;
            // A document has no field of its own to stand beside.
            if let Some(text) = state.problem("/document").map(str::to_owned) {
                state.summary = Some(text);
                state.problems.clear();
            }
            Ok(page(visit.speaker(), state, None, typed)?.status(status).into())
        }
    }
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    state: FormState,
    found: Option<&Verified>,
    typed: (&str, &str),
) -> Result<Page, Failure> {
    let answer = found.map(|found| told(&t, found)).transpose()?;
    let page = VerifyPage {
        problem: Problem::of(&t, &state),
        identifier: Field::new(
            &t,
            &state,
            ("identifier", "/identifier"),
            t.say("licences-identifier"),
            typed.0,
        )
        .hinted(t.say("licences-identifier-hint"))
        .typed_as_code(),
        check: Field::new(&t, &state, ("check", "/check"), t.say("licences-check"), typed.1)
            .typed_as_code(),
        answer,
        csrf: state.csrf,
        t,
    };
    Page::new("licences.verify", page.t.say("licences-verify-title"), &page)
}

fn told(t: &Speaker, found: &Verified) -> Result<Answer, Failure> {
    let sound = found.seals.iter().all(|finding| finding.holds != Some(false));
    let holds = found.licence.as_ref().map(|licence| licence.state == State::Valid);
    let (class, icon, key) = match (found.untouched, holds, sound) {
        (_, Some(true), _) => (" is-good", "circle-check", "licences-verified-good"),
        (_, Some(false), _) => (" is-bad", "circle-alert", "licences-verified-over"),
        (_, None, true) => (" is-warn", "info", "licences-verified-foreign"),
        (_, None, false) => (" is-bad", "circle-alert", "licences-verified-broken"),
    };
    let finding = |finding: &crate::document::Finding| {
        let (class, icon, key) = match finding.holds {
            Some(true) => (" is-good", "check", "licences-step-holds"),
            Some(false) => (" is-bad", "x", "licences-step-fails"),
            None => ("", "minus", "licences-step-none"),
        };
        let name = t.say(&format!("licences-check-{}", finding.step.replace('_', "-")));
        (name, class, icon, t.say(key), finding.told(t))
    };
    Ok(Answer {
        class,
        icon,
        note: t.say(key),
        face: found.licence.as_ref().map(|licence| face(t, licence)).transpose()?,
        findings: found.seals.iter().map(finding).collect(),
    })
}
