//! What every request passes before its handler: the limits of its address and its account, the pace of its body; and
//! the line that it leaves in the log. The line holds ids and no path as sent: a path may name what somebody looks for.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::text::Message;
use tracing::Span;

use super::limits::{Class, Verdict};
use super::session::{Preferences, SessionToken};
use super::{pages, patience, problem};
use crate::house::House;
use crate::observe::Metrics;
use crate::trace;

/// A request's line in the log.
pub struct Line {
    id: RequestId,
    outer: Option<String>,
    method: &'static str,
    route: Option<MatchedPath>,
    who: String,
    trace: String,
}

impl Line {
    /// What is known when the request comes.
    pub fn of(request: &Request, id: RequestId, outer: Option<String>) -> Line {
        let known = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS];
        let names = ["GET", "POST", "HEAD", "OPTIONS"];
        let place = known.iter().position(|method| method == request.method());
        let method = place.and_then(|place| names.get(place).copied()).unwrap_or("other");
        let route = request.extensions().get::<MatchedPath>().cloned();
        Line { id, outer, method, route, who: String::new(), trace: String::new() }
    }

    /// A span of its own, if anybody collects them: on from the caller's, where a trusted proxy says so.
    pub fn span(&mut self, request: &Request, believed: bool) -> Span {
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let span = tracing::info_span!(
            target: trace::TARGET,
            "request",
            otel.kind = "server",
            request = %self.id,
            http.request.method = self.method,
            http.route = route,
            http.response.status_code = tracing::field::Empty
        );
        if believed && !span.is_disabled() {
            trace::under(&span, trace::of_headers(request.headers()));
        }
        self.trace = trace::id(&span);
        span
    }

    /// Writes it when the answer begins.
    pub fn write(&self, response: &Response, took: Duration) {
        let (id, method, who, trace) = (&self.id, self.method, &self.who, &self.trace);
        let route = self.route.as_ref().map_or("-", MatchedPath::as_str);
        let outer = self.outer.as_deref().unwrap_or("");
        let status = response.status().as_u16();
        let bytes = response.body().size_hint().exact();
        let ms = took.as_secs_f64() * 1_000.0;
        if status >= 500 {
            tracing::warn!(target: "access", request = %id, outer, method, route, status, ms, bytes, who, trace, "answered");
        } else if route.starts_with("/assets/") || route.starts_with("/health/") {
            tracing::debug!(target: "access", request = %id, outer, method, route, status, ms, bytes, who, trace, "answered");
        } else {
            tracing::info!(target: "access", request = %id, outer, method, route, status, ms, bytes, who, trace, "answered");
        }
    }

    /// Counts it by the route's pattern.
    pub fn count(&self, metrics: &Metrics, response: &Response) {
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        metrics.request(self.method, route, response.status());
    }
}

/// Counts the request and hands it on, or refuses it.
pub async fn pass(
    house: &Arc<House>,
    request: Request,
    peer: Option<IpAddr>,
    line: &mut Line,
    next: Next,
) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let headers = request.headers();
    let session = SessionToken::read(headers, house.edge.cookies());
    // Whose request it is; where that cannot be found out now, the handler tells.
    let class = Class::of(&request).filter(|_| limited(house, peer));
    let now = house.services.clock.now().0.unsigned_abs();
    let (edge, mut verdict) = (&house.edge, None);
    if let (Some(class), Some(peer)) = (class, peer) {
        let said = edge.buckets.address(&edge.limits, class, peer, now);
        if said.wait_ms > 0 {
            return too_many(house, headers, api, line.id, said);
        }
        verdict = Some(said);
    }
    if session.token.is_some()
        && let Ok(who) = house.principal(&session).await
        && who.signed_in()
    {
        line.who = who.reference();
        if let Some(class) = class {
            let said = edge.buckets.account(&edge.limits, class, &line.who, now);
            if said.wait_ms > 0 {
                return too_many(house, headers, api, line.id, said);
            }
            verdict = verdict.filter(|own| own.left < said.left).or(Some(said));
        }
    }
    let headers = headers.clone();
    let (request, late) = patience::paced(request, edge.body_first);
    // A page asks several times; all of it is of one set of packs.
    let mut response = house.packs.steady(next.run(request)).await;
    if late.load(Ordering::Relaxed) {
        response =
            refuse(house, &headers, api, line.id, &Failure::new(Kind::TooSlow, "kernel.too_slow"));
        // What still comes on this connection is the rest of that body.
        response
            .headers_mut()
            .insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    if let Some(verdict) = verdict.filter(|_| api) {
        tell(&mut response, verdict);
    }
    response
}

/// Whether the sender's address is counted: this machine's own is where the settings say so.
fn limited(house: &House, peer: Option<IpAddr>) -> bool {
    peer.is_some_and(|peer| house.edge.limit_loopback || !peer.is_loopback())
}

fn tell(response: &mut Response, verdict: Verdict) {
    if verdict.limit == 0 {
        return;
    }
    for (name, value) in verdict.headers() {
        if let Some(value) = value {
            response.headers_mut().insert(name, value);
        }
    }
}

fn too_many(
    house: &House,
    headers: &HeaderMap,
    api: bool,
    id: RequestId,
    verdict: Verdict,
) -> Response {
    let seconds = i64::try_from(verdict.wait_ms.div_ceil(1_000)).unwrap_or(60);
    let failure = Failure {
        message: Message::new("kernel-too-many-requests").with("seconds", seconds),
        retry_after_ms: Some(verdict.wait_ms),
        ..Failure::new(Kind::TooMany, "kernel.too_many_requests")
    };
    let mut response = refuse(house, headers, api, id, &failure);
    tell(&mut response, verdict);
    response
}

/// A refusal that asks no database: a problem for programs, a page of plain words for people.
fn refuse(
    house: &House,
    headers: &HeaderMap,
    api: bool,
    id: RequestId,
    failure: &Failure,
) -> Response {
    let lang = Preferences::read(headers).lang;
    match api {
        true => problem::to_program(failure, &house.services.texts, lang, id, false),
        false => pages::bare(house, lang, id, failure),
    }
}
