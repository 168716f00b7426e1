//! The one place that turns a failure into what is sent: RFC 9457 problem+json for programs, an error page for
//! people. Causes go to the log with the request's id and never leave the house.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::text::{Lang, Message, Texts};
use serde_json::{Value as Json, json};

/// Writes the cause to the log where it is ours to mend.
pub fn log(failure: &Failure, request: RequestId) {
    match failure.kind {
        Kind::Internal => tracing::error!(%request, %failure, "a defect"),
        Kind::Unavailable => tracing::warn!(%request, %failure, "not now"),
        // Nothing of what was sent: whose it was stands in the request's own line.
        Kind::Malformed | Kind::TooLarge | Kind::Unsupported | Kind::TooSlow => {
            let fields = failure.fields.len();
            tracing::info!(target: "malformed", %request, code = failure.code, fields, "a malformed input");
        }
        _ => tracing::debug!(%request, %failure, "refused"),
    }
}

/// The title of a kind: a message's key.
pub fn title_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "kernel-title-malformed",
        Kind::Unauthenticated => "kernel-title-unauthenticated",
        Kind::Refused => "kernel-title-refused",
        Kind::Missing => "kernel-title-missing",
        Kind::WrongMethod => "kernel-title-wrong-method",
        Kind::Conflict => "kernel-title-conflict",
        Kind::TooLarge => "kernel-title-too-large",
        Kind::Unsupported => "kernel-title-wrong-kind",
        Kind::Invalid => "kernel-title-invalid",
        Kind::TooSlow => "kernel-title-too-slow",
        Kind::TooMany => "kernel-title-too-many",
        Kind::Unavailable => "kernel-title-unavailable",
        Kind::Internal => "kernel-title-internal",
    }
}

/// The problem as a JSON document (RFC 9457). `show_rule` for those who may know the rule that refused.
pub fn document(
    failure: &Failure,
    texts: &Texts,
    lang: Lang,
    request: RequestId,
    show_rule: bool,
) -> Json {
    let errors: Vec<Json> = failure
        .fields
        .iter()
        .map(|field| json!({ "pointer": field.pointer, "detail": texts.say(lang, &field.message) }))
        .collect();
    let mut problem = json!({
        "type": format!("urn:minshu:problem:{}", failure.code),
        "title": texts.say(lang, &Message::new(title_key(failure.kind))),
        "status": failure.kind.status(),
        "detail": texts.say(lang, &failure.message),
        "instance": format!("urn:uuid:{request}"),
    });
    if !errors.is_empty() {
        problem["errors"] = Json::Array(errors);
    }
    if let (true, Some(rule)) = (show_rule, &failure.rule) {
        problem["rule"] = json!(rule);
    }
    problem
}

/// The status with the headers that belong to it.
pub fn dress(mut response: Response, failure: &Failure) -> Response {
    *response.status_mut() =
        StatusCode::from_u16(failure.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(ms) = failure.retry_after_ms {
        let seconds = ms.div_ceil(1_000).max(1);
        if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
    }
    if failure.kind == Kind::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The answer to a program.
pub fn to_program(
    failure: &Failure,
    texts: &Texts,
    lang: Lang,
    request: RequestId,
    show_rule: bool,
) -> Response {
    log(failure, request);
    let body = document(failure, texts, lang, request, show_rule).to_string();
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    dress(response, failure)
}

/// A short answer where no page can be made.
pub fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}
