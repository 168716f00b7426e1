//! What a handler answers becomes a response: a page in its shell, a fragment, another address, a file.

use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use minshu_kernel::access::Principal;
use minshu_kernel::objects::Body;
use minshu_kernel::text::{Arg, Message};
use minshu_kernel::web::{Reply, SessionChange};
use serde_json::json;

use super::cookies::{Cookies, DEVICE, DEVICE_S, NOTICE, SESSION, STEP, STEP_S, VISITOR};
use super::pages::Frame;
use super::session::{encode_path, local_path};
use super::shell;
use crate::house::House;

/// How long a session's cookie is kept by the browser; the session itself ends earlier.
const SESSION_COOKIE_S: i64 = 12 * 3_600;
/// How long a notice waits for its page.
const NOTICE_S: i64 = 60;

/// The response to a handler's answer.
pub async fn answer(house: &House, frame: &Frame, who: &Arc<Principal>, reply: Reply) -> Response {
    let response = match reply {
        Reply::Document { status, headers, body } => document(status, headers, &body),
        Reply::Away { to } => away(&to),
        Reply::Page(page) => shell::page(house, frame, who, page).await,
        Reply::Fragment(markup) => html(markup.0),
        Reply::Json(document) => axum::Json(document).into_response(),
        Reply::Redirect { to, session, notice } => {
            redirect(house.edge.cookies(), &to, &session, notice.as_ref())
        }
        Reply::File { name, kind, inline, body } => file(&name, &kind, inline, body),
    };
    dress(house, frame, response)
}

/// An HTML answer.
pub fn html(text: String) -> Response {
    let mut response = text.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// The headers that every answer to a browser carries.
pub fn dress(house: &House, frame: &Frame, mut response: Response) -> Response {
    let cookies = house.edge.cookies();
    let is_page = response.status() != StatusCode::SEE_OTHER && !frame.fragment;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("hx-request, cookie, accept-language"));
    if frame.new_visitor
        && let Some(cookie) = cookies.set(VISITOR, &frame.visitor, 400 * 86_400)
    {
        headers.append(header::SET_COOKIE, cookie);
    }
    if is_page
        && frame.notice.is_some()
        && let Some(cookie) = cookies.set(NOTICE, "", 0)
    {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

fn document(
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: &serde_json::Value,
) -> Response {
    let mut response = axum::Json(body).into_response();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn away(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

fn redirect(
    cookies: Cookies,
    to: &str,
    session: &SessionChange,
    notice: Option<&Message>,
) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&encode_path(local_path(to))) {
        headers.insert(header::LOCATION, value);
    }
    if *session == SessionChange::End {
        // What scripts kept of the person goes too; pages are not stored at all.
        headers.insert("clear-site-data", HeaderValue::from_static("\"storage\""));
    }
    let device = match session {
        SessionChange::BeginKnown { device, .. } => cookies.set(DEVICE, device, DEVICE_S),
        _ => None,
    };
    let step = match session {
        SessionChange::Wait(token) => cookies.set(STEP, token, STEP_S),
        SessionChange::Keep => None,
        _ => cookies.set(STEP, "", 0),
    };
    let session = match session {
        SessionChange::Keep | SessionChange::Wait(_) => None,
        SessionChange::Begin(token) | SessionChange::BeginKnown { session: token, .. } => {
            cookies.set(SESSION, token, SESSION_COOKIE_S)
        }
        SessionChange::End => cookies.set(SESSION, "", 0),
    };
    let notice = notice.and_then(|n| cookies.set(NOTICE, &write_notice(n), NOTICE_S));
    for cookie in device.into_iter().chain(step).chain(session).chain(notice) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// A notice as a cookie holds it: the key and plain arguments.
pub fn write_notice(message: &Message) -> String {
    let args: Vec<_> = message
        .args
        .iter()
        .map(|(name, value)| match value {
            Arg::Text(text) => json!([name, text]),
            Arg::Number(number) => json!([name, number]),
            Arg::Local(text) => json!([name, text.zh]),
            Arg::Key(key) => json!([name, key]),
        })
        .collect();
    BASE64.encode(json!([message.key, args]).to_string())
}

/// Reads a notice. The browser could have written anything: only texts and numbers are taken, and only a
/// known key is said.
pub fn read_notice(cookie: &str) -> Option<Message> {
    let bytes = BASE64.decode(cookie.get(..cookie.len().min(2_000))?).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let mut message = Message::new(value.get(0)?.as_str()?.to_owned());
    for pair in value.get(1)?.as_array()?.iter().take(5) {
        let name = match pair.get(0)?.as_str()? {
            "number" => "number",
            "name" => "name",
            "date" => "date",
            "count" => "count",
            "office" => "office",
            _ => continue,
        };
        message = match pair.get(1)? {
            serde_json::Value::Number(n) => message.with(name, n.as_i64()?),
            other => message.with(name, other.as_str()?),
        };
    }
    Some(message)
}

fn file(name: &str, kind: &str, inline: bool, body: Box<dyn Body>) -> Response {
    let stream = futures_util::stream::unfold(body, |mut body| async move {
        match body.next().await {
            Ok(Some(chunk)) => Some((Ok::<Bytes, std::io::Error>(chunk), body)),
            Ok(None) => None,
            Err(error) => Some((Err(std::io::Error::other(error)), body)),
        }
    });
    let mut response = HttpBody::from_stream(stream).into_response();
    let headers = response.headers_mut();
    let kind =
        HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    let how = if inline { "inline" } else { "attachment" };
    // RFC 6266: the name in UTF-8, percent-encoded.
    let disposition = format!("{how}; filename*=UTF-8''{}", minshu_kernel::web::percent(name));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    // What somebody uploaded never runs as a page of ours.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_its_cookie() {
        let message = Message::new("casework-submitted").with("number", "SP350102-2026-000001");
        assert_eq!(read_notice(&write_notice(&message)), Some(message));
        assert_eq!(read_notice("not a notice"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_cookie_makes_it_panic(text in ".{0,100}") {
            let _ = read_notice(&text);
        }
    }
}
