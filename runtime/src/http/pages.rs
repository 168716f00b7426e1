//! Pages: a request becomes a visit, the capability's handler answers, the shell is wrapped around. Files of
//! a form stream into the objects seam before the handler is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template as _;
use axum::body::to_bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use minshu_kernel::BoxFuture;
use minshu_kernel::access::Principal;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::objects::{Body, Limits};
use minshu_kernel::text::{Lang, Speaker};
use minshu_kernel::web::{Method, Route, Upload, Visit};

use super::api::{incoming, unlimited};
use super::cookies::{DEVICE, NOTICE, STEP, VISITOR};
use super::reply;
use super::session::{Preferences, SessionToken, encode_path};
use super::{BODY_BYTES, problem, shell};
use crate::house::House;

/// The most pairs of a form or query.
const MOST_PAIRS: usize = 4_000;
/// The most files of one form.
const MOST_FILES: usize = 20;
/// The longest text of one multipart field.
const MOST_FIELD_BYTES: usize = 64 * 1024;

/// What the shell and the reply need of a request.
#[derive(Debug, Clone)]
pub struct Frame {
    /// How the page is shown.
    pub preferences: Preferences,
    /// The visitor's token.
    pub visitor: String,
    /// Whether the visitor's cookie has still to be set.
    pub new_visitor: bool,
    /// The token that forms carry.
    pub csrf: String,
    /// Path and query, for links that come back.
    pub here: String,
    /// The notice that is shown once, as the cookie holds it.
    pub notice: Option<String>,
    /// Whether htmx asks for a fragment.
    pub fragment: bool,
    /// The request's id.
    pub request: minshu_kernel::ids::RequestId,
    /// The sender's address.
    pub peer: Option<std::net::IpAddr>,
}

/// A multipart field as a body for the objects seam.
pub struct FieldBody<'f>(pub Field<'f>);

impl Body for FieldBody<'_> {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(async move { self.0.chunk().await.map_err(|e| e.to_string()) })
    }
}

fn frame(house: &House, request: &Request, session: &SessionToken) -> Frame {
    let headers = request.headers();
    let known = house
        .edge
        .cookies()
        .read(headers, VISITOR)
        .filter(|v| v.len() == 32 && v.bytes().all(|b| b.is_ascii_hexdigit()));
    let visitor = known.map_or_else(|| house.fresh_visitor(), str::to_owned);
    let here = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    Frame {
        preferences: Preferences::read(headers),
        csrf: house.form_token(&visitor, session),
        new_visitor: known.is_none(),
        visitor,
        here,
        notice: house.edge.cookies().read(headers, NOTICE).map(str::to_owned),
        fragment: headers.contains_key("hx-request") && !headers.contains_key("hx-boosted"),
        request: incoming(request).id,
        peer: incoming(request).peer,
    }
}

/// Serves a capability's page.
pub async fn serve(
    route: Route,
    State(house): State<Arc<House>>,
    Path(params): Path<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let mut session = SessionToken::read(request.headers(), house.edge.cookies());
    if route.endpoint && !session.bearer {
        session = SessionToken::default();
    }
    let frame = frame(&house, &request, &session);
    let who = match house.principal(&session).await {
        Ok(who) => who,
        // A program gets the problem, and is not sent to a page that it cannot use.
        Err(failure) if session.bearer => return api_problem(&house, &request, &failure),
        Err(failure) => {
            return failed(&house, &frame, &Arc::new(Principal::anonymous()), failure).await;
        }
    };
    let answer = match visit(&house, &route, &frame, &session, &who, params, request).await {
        Ok(visit) => (route.handler)(Arc::new(visit)).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(answer) => reply::answer(&house, &frame, &who, answer).await,
        Err(failure) if route.endpoint => {
            let (texts, lang) = (&house.services.texts, frame.preferences.lang);
            problem::to_program(&failure, texts, lang, frame.request, false)
        }
        Err(failure) => failed(&house, &frame, &who, failure).await,
    }
}

/// Any address that no route has.
pub async fn missing(State(house): State<Arc<House>>, request: Request) -> Response {
    if is_api(&request) {
        let failure = Failure::new(Kind::Missing, "kernel.no_operation");
        return api_problem(&house, &request, &failure);
    }
    apart(&house, request, Failure::missing()).await
}

/// An address that is there for other methods; the router adds `Allow`.
pub async fn wrong_method(State(house): State<Arc<House>>, request: Request) -> Response {
    let failure = Failure::new(Kind::WrongMethod, "kernel.wrong_method");
    if is_api(&request) {
        return api_problem(&house, &request, &failure);
    }
    apart(&house, request, failure).await
}

/// The error page of an address that no route serves.
async fn apart(house: &House, request: Request, failure: Failure) -> Response {
    let session = SessionToken::read(request.headers(), house.edge.cookies());
    let frame = frame(house, &request, &session);
    drop(request);
    let who = match house.principal(&session).await {
        Ok(who) => who,
        Err(_) => Arc::new(Principal::anonymous()),
    };
    failed(house, &frame, &who, failure).await
}

fn is_api(request: &Request) -> bool {
    request.uri().path().starts_with("/api/")
}

fn api_problem(house: &House, request: &Request, failure: &Failure) -> Response {
    let lang = Preferences::read(request.headers()).lang;
    problem::to_program(failure, &house.services.texts, lang, incoming(request).id, false)
}

/// An error page; who is not signed in is sent to sign in and comes back.
async fn failed(house: &House, frame: &Frame, who: &Arc<Principal>, failure: Failure) -> Response {
    problem::log(&failure, frame.request);
    if failure.kind == Kind::Unauthenticated && !frame.fragment {
        let to = format!("/sign-in?to={}", minshu_kernel::web::percent(&frame.here));
        return Redirect::to(&encode_path(&to)).into_response();
    }
    let response = shell::error_page(house, frame, who, &failure).await;
    problem::dress(reply::dress(house, frame, response), &failure)
}

/// A refusal that no shell is made for, so that it costs next to nothing.
pub fn bare(house: &House, lang: Lang, id: RequestId, failure: &Failure) -> Response {
    problem::log(failure, id);
    let t = Speaker::new(house.services.texts.clone(), lang);
    let title = t.say(problem::title_key(failure.kind));
    let detail = t.message(&failure.message);
    match (Bare { lang: lang.tag(), title, detail, id: id.to_string() }).render() {
        Ok(text) => problem::dress(reply::html(text), failure),
        Err(_) => problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong"),
    }
}

#[derive(askama::Template)]
#[template(
    source = r#"<!doctype html><html lang="{{ lang }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{ title }}</title></head><body><main><h1>{{ title }}</h1><p>{{ detail }}</p><p><small>{{ id }}</small></p></main></body></html>"#,
    ext = "html"
)]
struct Bare {
    lang: &'static str,
    title: String,
    detail: String,
    id: String,
}

async fn visit(
    house: &Arc<House>,
    route: &Route,
    frame: &Frame,
    session: &SessionToken,
    who: &Arc<Principal>,
    params: BTreeMap<String, String>,
    request: Request,
) -> Result<Visit, Failure> {
    let query = pairs(request.uri().query().unwrap_or(""))?;
    let path = request.uri().path().to_owned();
    let mut visit = Visit {
        services: house.services.clone(),
        door: house.clone(),
        who: who.clone(),
        lang: frame.preferences.lang,
        request: frame.request,
        path,
        params,
        query,
        form: Vec::new(),
        uploads: Vec::new(),
        fragment: frame.fragment,
        csrf: frame.csrf.clone(),
        key: None,
        session: session.token.clone(),
        device: house
            .edge
            .cookies()
            .read(request.headers(), DEVICE)
            .filter(|t| t.len() <= 100)
            .map(str::to_owned),
        step: house
            .edge
            .cookies()
            .read(request.headers(), STEP)
            .filter(|t| t.len() <= 100)
            .map(str::to_owned),
        peer: frame.peer,
        browser: super::session::browser(request.headers()),
        authorization: request
            .headers()
            .get(header::AUTHORIZATION)
            .filter(|_| route.endpoint)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        origin: house.origin(&request),
        asides: house.contract.asides.clone(),
    };
    if route.method == Method::Post {
        let header_token =
            request.headers().get("x-csrf-token").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let mut proved = route.endpoint;
        proved |= header_token
            .as_deref()
            .is_some_and(|given| house.form_token_fits(given, &frame.visitor, session));
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        if kind.is_some_and(|k| k.starts_with("multipart/form-data")) {
            let Some(limits) = &route.uploads else {
                return Err(Failure::new(Kind::Unsupported, "kernel.no_files_here"));
            };
            let token = |given: &str| house.form_token_fits(given, &frame.visitor, session);
            read_multipart(house, &mut visit, limits, &mut proved, &token, request).await?;
        } else {
            let body = to_bytes(request.into_body(), BODY_BYTES)
                .await
                .map_err(|_| Failure::new(Kind::TooLarge, "kernel.body_too_large"))?;
            let text = std::str::from_utf8(&body)
                .map_err(|_| Failure::new(Kind::Malformed, "kernel.not_a_form"))?;
            visit.form = pairs(text)?;
        }
        let own = visit.form.iter().find(|(name, _)| is_token_field(name));
        proved = proved
            || own.is_some_and(|(_, given)| house.form_token_fits(given, &frame.visitor, session));
        if !proved {
            return Err(Failure::new(Kind::Refused, "kernel.form_token"));
        }
        visit.key = visit.form.iter().find(|(n, _)| n == "_key").map(|(_, v)| v.clone());
        visit.key = visit.key.filter(|key| (1..=200).contains(&key.len()));
        visit.form.retain(|(name, _)| !is_token_field(name) && name != "_key");
    }
    Ok(visit)
}

fn is_token_field(name: &str) -> bool {
    matches!(name, "_csrf" | "csrf")
}

fn pairs(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes())
        .take(MOST_PAIRS + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if pairs.len() > MOST_PAIRS {
        return Err(Failure::new(Kind::TooLarge, "kernel.body_too_large"));
    }
    Ok(pairs)
}

/// Reads a form with files. The token must stand before the first file, so that nothing is stored for a
/// stranger; files of somebody who is not signed in are not stored either.
async fn read_multipart(
    house: &House,
    visit: &mut Visit,
    limits: &Limits,
    proved: &mut bool,
    token_fits: &(dyn Fn(&str) -> bool + Sync),
    request: Request,
) -> Result<(), Failure> {
    let malformed = || Failure::new(Kind::Malformed, "kernel.not_multipart");
    let mut form =
        Multipart::from_request(unlimited(request), &()).await.map_err(|_| malformed())?;
    let mut total = 0_usize;
    while let Some(mut field) = form.next_field().await.map_err(|_| malformed())? {
        let name = field.name().unwrap_or("").to_owned();
        let Some(file_name) = field.file_name().map(clean_file_name) else {
            let mut text = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(|_| malformed())? {
                total += chunk.len();
                if text.len() + chunk.len() > MOST_FIELD_BYTES || total > BODY_BYTES {
                    return Err(Failure::new(Kind::TooLarge, "kernel.body_too_large"));
                }
                text.extend_from_slice(&chunk);
            }
            let text = String::from_utf8(text).map_err(|_| malformed())?;
            *proved = *proved || (is_token_field(&name) && token_fits(&text));
            visit.form.push((name, text));
            if visit.form.len() > MOST_PAIRS {
                return Err(Failure::new(Kind::TooLarge, "kernel.body_too_large"));
            }
            continue;
        };
        if !*proved {
            return Err(Failure::new(Kind::Refused, "kernel.form_token"));
        }
        if !visit.who.signed_in() {
            return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
        }
        if file_name.is_empty() {
            // A file field that was left empty.
            continue;
        }
        if visit.uploads.len() >= MOST_FILES {
            return Err(Failure::new(Kind::TooLarge, "kernel.too_many_files"));
        }
        let stored = house.uploads.receive(&visit.who, &mut FieldBody(field), limits).await?;
        if let Err(refused) = &stored {
            house.audit_upload(&visit.who, visit.request, refused).await?;
        }
        visit.uploads.push(Upload { field: name, name: file_name, stored });
    }
    Ok(())
}

/// The name without folders and control characters, at most 200 characters.
fn clean_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    last.chars().filter(|c| !c.is_control()).take(200).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_loses_its_folders() {
        assert_eq!(clean_file_name("C:\\temp\\平面图.pdf"), "平面图.pdf");
        assert_eq!(clean_file_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_file_name("a\u{0}b\n.pdf"), "ab.pdf");
        assert_eq!(clean_file_name(""), "");
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_read_or_refused(text in ".{0,300}") {
            let _ = pairs(&text);
        }
    }
}
