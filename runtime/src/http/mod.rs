//! HTTP: the API, the pages in their shell, assets, health. One router, made from what the capabilities offer.

pub mod api;
pub mod assets;
pub mod cookies;
pub mod demo;
pub mod edge;
mod gate;
pub mod limits;
pub mod openapi;
pub mod operations;
pub mod pages;
mod patience;
pub mod problem;
pub mod reply;
mod reports;
pub mod session;
pub mod shell;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Redirect, Response};
use axum::routing::{self, MethodRouter};
use axum::{Json, Router};
use http::{HeaderName, HeaderValue, header};
use minshu_kernel::ids::RequestId;
use minshu_kernel::web::{Method, Route};
use schemars::JsonSchema;
use serde::Serialize;
use tracing::Instrument as _;

use crate::house::House;

/// The demonstration: accounts that one click enters.
#[derive(Debug, Clone)]
pub struct Demonstration {
    /// The accounts, in the order of the banner.
    pub accounts: Vec<DemonstrationAccount>,
    /// What would have gone to telephones and mailboxes.
    pub pocket: Option<Arc<crate::carriers::Pocket>>,
}

/// One account of the demonstration.
#[derive(Debug, Clone)]
pub struct DemonstrationAccount {
    /// Such as `resident`.
    pub id: &'static str,
    /// What is shown: Chinese, English.
    pub label: (&'static str, &'static str),
    /// What it signs in with.
    pub phone: String,
    /// Its password.
    pub password: String,
}

/// What every request carries behind the first middleware.
#[derive(Debug, Clone, Copy)]
pub struct Incoming {
    /// Its id, quoted on error pages and in logs.
    pub id: RequestId,
    /// The sender's address, by the rules of [`edge`]; `None` where the request came without a connection.
    pub peer: Option<IpAddr>,
}

/// The largest JSON or form body without files, in bytes.
pub const BODY_BYTES: usize = 512 * 1024;

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// The router of the house.
pub fn router(house: Arc<House>) -> Router {
    let mut router = Router::new()
        .route("/health/live", routing::get(|| async { "ok" }))
        .route("/health/ready", routing::get(ready))
        .route("/robots.txt", routing::get(robots))
        .route("/favicon.ico", routing::get(favicon))
        .route("/api/openapi.json", routing::get(openapi::serve))
        .route("/api/platform/build", routing::get(build))
        .route("/api/platform/standings", routing::get(standings))
        .route("/api/uploads", routing::post(api::upload))
        .route("/divisions", routing::get(api::divisions))
        .route("/assets/{file}", routing::get(assets::serve))
        .route("/preferences/{kind}/{value}", routing::get(session::set_preference))
        .route("/reports/sms", routing::post(reports::take))
        .route("/demo/enter", routing::post(demo::enter));
    // A route for each operation, so that a wrong method is answered with the right one.
    for entry in &house.contract.actions {
        let name = entry.name;
        let act = move |house, request| api::act(house, name, request);
        router = router.route(&openapi::path(name), routing::post(act));
    }
    for entry in &house.contract.queries {
        let name = entry.name;
        let ask = move |house, request| api::ask(house, name, request);
        let ask_by_body = move |house, request| api::act(house, name, request);
        let method = if entry.personal { routing::post(ask_by_body) } else { routing::get(ask) };
        router = router.route(&openapi::path(name), method);
    }
    let mut pages: BTreeMap<&'static str, MethodRouter<Arc<House>>> = BTreeMap::new();
    let own = crate::platform::pages::house_routes(&house);
    for route in house.contract.routes.iter().cloned().chain(own) {
        let entry = pages.remove(route.path).unwrap_or_default();
        pages.insert(route.path, with_route(entry, route));
    }
    for (path, methods) in pages {
        router = router.route(path, methods);
    }
    router
        .fallback(pages::missing)
        .method_not_allowed_fallback(pages::wrong_method)
        .layer(axum::middleware::from_fn_with_state(house.clone(), guard))
        .with_state(house)
}

fn with_route(entry: MethodRouter<Arc<House>>, route: Route) -> MethodRouter<Arc<House>> {
    let method = route.method;
    let handler = move |state: State<Arc<House>>, params, request: Request| {
        pages::serve(route.clone(), state, params, request)
    };
    match method {
        Method::Get => entry.get(handler),
        Method::Post => entry.post(handler),
    }
}

async fn ready(State(house): State<Arc<House>>) -> Result<&'static str, http::StatusCode> {
    use minshu_kernel::records::Records as _;
    if house.stopping() {
        return Err(http::StatusCode::SERVICE_UNAVAILABLE);
    }
    let sql = crate::store::CHAIN;
    let asked = minshu_kernel::values!["audit"];
    match house.db.point(sql.into(), asked).await {
        Ok(_) => Ok("ok"),
        Err(_) => Err(http::StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// What robots may read: everything public, none of the addresses that only people use.
async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /api/\nDisallow: /demo/\nDisallow: /preferences/\nDisallow: /search\n"
}

/// Browsers ask for this address unasked.
async fn favicon() -> Redirect {
    Redirect::temporary(&shell::ASSETS.favicon)
}

/// Which build runs, with which packs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Build {
    /// Its name: the commit.
    pub build: String,
    /// The hash of the packs in force.
    pub packs: String,
    /// The version.
    pub version: &'static str,
}

async fn build(State(house): State<Arc<House>>) -> Json<Build> {
    Json(Build {
        build: house.build.clone(),
        packs: house.standings().packs.clone(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// How every system stands, in the register's order: id, plan, state, clauses passed and open, build.
async fn standings(State(house): State<Arc<House>>) -> Json<Vec<crate::register::Standing>> {
    let standings = house.standings();
    Json(standings.systems.iter().map(|system| system.standing.clone()).collect())
}

/// Gives the request its id, checks the host in a demonstration, sets the headers of every answer, and logs a line.
#[expect(clippy::disallowed_methods, reason = "the elapsed time of a log line")]
async fn guard(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    let begun = std::time::Instant::now();
    let id = RequestId::fresh(&*house.services.ids);
    let connection = request.extensions().get::<edge::Connection>().copied();
    let peer = house.edge.sender(connection.as_ref(), request.headers());
    let outer = house.edge.outer_id(connection.as_ref(), request.headers());
    request.extensions_mut().insert(Incoming { id, peer });
    let mut line = gate::Line::of(&request, id, outer);
    let believed = connection.is_some_and(|own| house.edge.trusts(own.peer.ip().to_canonical()));
    let span = line.span(&request, believed);
    let mut response = if house.demonstration.is_some() && !is_loopback_host(&request) {
        problem::plain(
            http::StatusCode::MISDIRECTED_REQUEST,
            "the demonstration answers on this machine only",
        )
    } else {
        gate::pass(&house, request, peer, &mut line, next).instrument(span.clone()).await
    };
    span.record("http.response.status_code", response.status().as_u16());
    drop(span);
    line.write(&response, begun.elapsed());
    line.count(&house.metrics, &response);
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    set(header::CACHE_CONTROL, "no-store");
    if house.edge.secure() {
        let stay = match house.edge.hsts_subdomains {
            true => "max-age=31536000; includeSubDomains",
            false => "max-age=31536000",
        };
        set(header::STRICT_TRANSPORT_SECURITY, stay);
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// A page elsewhere must not reach the demonstration by a name that resolves to this machine.
fn is_loopback_host(request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("");
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
