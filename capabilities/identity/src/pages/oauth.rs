//! The addresses of OAuth 2.1 and OpenID Connect: each is an action or a query, dressed as the standards say.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Route, SessionChange, Visit, percent};
use serde_json::{Value as Json, json};

use super::parts::{Head, Maker};
use crate::actions::issue_tokens::Client;
use crate::actions::{GiveConsent, IssueTokens, RevokeToken};
use crate::model::Secret;
use crate::openid::error::OAuthError;
use crate::openid::{rules, signing};
use crate::queries::authorization::Asking;
use crate::queries::{Authorization, InspectToken, Profile};

/// How long an ID token holds, in seconds.
const ID_TOKEN_S: i64 = 600;

/// The routes.
pub(super) fn routes() -> [Route; 11] {
    [
        Route::get("/.well-known/openid-configuration", metadata).endpoint(),
        Route::get("/.well-known/oauth-authorization-server", metadata).endpoint(),
        Route::get("/oauth/jwks", jwks).endpoint(),
        Route::get("/oauth/authorize", authorize),
        Route::post("/oauth/authorize", decide),
        Route::get("/oauth/continue", go_on_here),
        Route::post("/oauth/token", token).endpoint(),
        Route::post("/oauth/revoke", revoke).endpoint(),
        Route::post("/oauth/introspect", introspect).endpoint(),
        Route::get("/oauth/userinfo", userinfo).endpoint(),
        Route::post("/oauth/userinfo", userinfo).endpoint(),
    ]
}

fn issuer(visit: &Visit) -> Result<&str, Failure> {
    match visit.origin.as_str() {
        "" => Err(OAuthError::NoAddress.into()),
        origin => Ok(origin),
    }
}

/// RFC 8414 and OpenID Connect Discovery.
async fn metadata(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let issuer = issuer(&visit)?;
    let at = |path: &str| format!("{issuer}/oauth/{path}");
    let sets = rules::scope_sets(&*visit.services.access);
    let scopes: Vec<&str> =
        rules::OWN_SCOPES.into_iter().chain(sets.iter().map(|set| set.id)).collect();
    let proofs = ["client_secret_basic", "client_secret_post", "none"];
    let secrets = ["client_secret_basic", "client_secret_post"];
    Ok(Reply::Json(json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "revocation_endpoint": at("revoke"),
        "introspection_endpoint": at("introspect"),
        "jwks_uri": at("jwks"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_methods_supported": proofs,
        "introspection_endpoint_auth_methods_supported": secrets,
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "amr", "acr", "name", "proved"],
        "acr_values_supported": rules::ACR,
        "prompt_values_supported": ["none", "login", "consent"],
        "ui_locales_supported": ["zh", "en"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "service_documentation": format!("{issuer}/api/openapi.json"),
    })))
}

async fn jwks(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let keys = signing::jwks(&*visit.services.personal, visit.services.clock.now());
    Ok(Reply::Json(keys))
}

/// A request to act for somebody, as far as it stands by itself.
struct Request {
    pairs: Vec<(String, String)>,
    asking: Asking,
    redirect: String,
    state: String,
    scopes: Vec<String>,
}

/// What the application is told at its own address.
struct Told(&'static str);

impl Request {
    fn value<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
        pairs.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
    }

    fn get(&self, name: &str) -> &str {
        Self::value(&self.pairs, name)
    }

    /// Who asks, at an address that is registered: before that, nobody is sent anywhere.
    async fn read(visit: &Visit, pairs: &[(String, String)]) -> Result<Request, Failure> {
        let repeated = pairs
            .iter()
            .enumerate()
            .any(|(place, (name, _))| pairs.iter().skip(place + 1).any(|(other, _)| other == name));
        if repeated || pairs.len() > 40 {
            return Err(OAuthError::Request.into());
        }
        let redirect = Self::value(pairs, "redirect_uri").to_owned();
        let asking = visit
            .ask(&Authorization {
                client: Self::value(pairs, "client_id").to_owned(),
                redirect: redirect.clone(),
                session: visit.session.as_deref().map(Secret::new),
            })
            .await
            .map_err(|failure| match failure.code {
                // To a person this is a broken link, not a sign-in that is wanting.
                "identity.oauth_invalid_client" => OAuthError::Request.into(),
                _ => failure,
            })?;
        let state = Self::value(pairs, "state").to_owned();
        Ok(Request { pairs: pairs.to_vec(), asking, redirect, state, scopes: Vec::new() })
    }

    /// What of the rest is wrong, in the standards' words.
    fn check(&mut self) -> Result<(), Told> {
        if self.get("response_type") != "code" {
            return Err(Told("unsupported_response_type"));
        }
        let mode = self.get("response_mode");
        if !matches!(mode, "" | "query") || self.state.len() > 1_000 {
            return Err(Told("invalid_request"));
        }
        if !self.get("request").is_empty() {
            return Err(Told("request_not_supported"));
        }
        if !self.get("request_uri").is_empty() {
            return Err(Told("request_uri_not_supported"));
        }
        let challenge = rules::is_challenge(self.get("code_challenge"));
        if !challenge
            || self.get("code_challenge_method") != "S256"
            || self.get("nonce").len() > 300
        {
            return Err(Told("invalid_request"));
        }
        let scopes = rules::scope_words(self.get("scope")).ok_or(Told("invalid_scope"))?;
        if scopes.is_empty() || scopes.iter().any(|scope| !self.asking.scopes.contains(scope)) {
            return Err(Told("invalid_scope"));
        }
        self.scopes = scopes;
        Ok(())
    }

    fn back(&self, issuer: &str, more: [(&str, &str); 1]) -> Reply {
        let [more] = more;
        let parameters = [more, ("state", self.state.as_str()), ("iss", issuer)];
        Reply::Away { to: rules::with_parameters(&self.redirect, &parameters) }
    }

    async fn with_code(&self, visit: &Visit, issuer: &str) -> Result<Reply, Failure> {
        let given = GiveConsent {
            application: self.asking.application,
            redirect: self.redirect.clone(),
            scopes: self.scopes.clone(),
            challenge: self.get("code_challenge").to_owned(),
            nonce: self.get("nonce").to_owned(),
            session: Secret::new(visit.session.as_deref().unwrap_or("")),
        };
        let code = visit.act(&given).await?.code;
        Ok(self.back(issuer, [("code", code.expose())]))
    }
}

fn query_of(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    t: Speaker,
    head: Head,
    name: String,
    organisation: String,
    to: String,
    may: Vec<String>,
    lasts: bool,
    pairs: Vec<(String, String)>,
}

/// What a scope lets an application do, for people.
pub(super) fn scope_text(t: &Speaker, visit: &Visit, scope: &str) -> String {
    match scope {
        "openid" => t.say("identity-scope-openid"),
        "profile" => t.say("identity-scope-profile"),
        "offline_access" => t.say("identity-scope-offline"),
        other => {
            let sets = rules::scope_sets(&*visit.services.access);
            let zh = t.lang == minshu_kernel::text::Lang::Zh;
            let found = sets.iter().find(|set| set.id == other);
            found.map_or(other, |set| if zh { set.name.0 } else { set.name.1 }).to_owned()
        }
    }
}

async fn authorize(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let issuer = issuer(&visit)?.to_owned();
    let mut request = Request::read(&visit, &visit.query).await?;
    if let Err(Told(error)) = request.check() {
        return Ok(request.back(&issuer, [("error", error)]));
    }
    let prompts: Vec<&str> = request.get("prompt").split(' ').filter(|p| !p.is_empty()).collect();
    let silent = prompts == ["none"];
    if prompts.contains(&"none") && !silent {
        return Ok(request.back(&issuer, [("error", "invalid_request")]));
    }
    let max_age: Option<i64> = request.get("max_age").parse().ok();
    let now = visit.services.clock.now();
    let old = match (request.asking.auth_ms, max_age) {
        (None, _) => true,
        (Some(at), Some(max)) => now.0 - at.0 > max.clamp(0, 10_000_000) * 1_000,
        (Some(_), None) => false,
    };
    if !visit.who.signed_in() || old || prompts.contains(&"login") {
        if silent {
            return Ok(request.back(&issuer, [("error", "login_required")]));
        }
        // Once signed in again, one is not asked to a second time.
        let mut pairs = visit.query.clone();
        pairs.retain(|(name, value)| name != "prompt" || value == "consent");
        let to = format!("/oauth/continue?{}", query_of(&pairs));
        let session = match visit.who.signed_in() {
            true => SessionChange::End,
            false => SessionChange::Keep,
        };
        let to = format!("/sign-in?to={}", percent(&to));
        return Ok(Reply::Redirect { to, session, notice: None });
    }
    let covered = request.scopes.iter().all(|scope| request.asking.consented.contains(scope));
    if covered && !prompts.contains(&"consent") {
        return request.with_code(&visit, &issuer).await;
    }
    if silent {
        return Ok(request.back(&issuer, [("error", "consent_required")]));
    }
    let t = visit.speaker();
    let state = FormState::fresh(&visit);
    let origin = rules::origin(&request.redirect);
    let template = ConsentPage {
        head: Maker::new(&t, &state, "").head(),
        name: t.local(&request.asking.name).to_owned(),
        organisation: request.asking.organisation.clone(),
        to: origin.clone().unwrap_or_default(),
        may: request
            .scopes
            .iter()
            .filter(|scope| *scope != "offline_access")
            .map(|scope| scope_text(&t, &visit, scope))
            .collect(),
        lasts: request.scopes.iter().any(|scope| scope == "offline_access"),
        pairs: request.pairs.clone(),
        t: t.clone(),
    };
    let mut page = Page::new("identity.consent", t.say("identity-consent-title"), &template)?;
    page.form_ends_at = origin;
    Ok(page.into())
}

async fn decide(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let issuer = issuer(&visit)?.to_owned();
    if !visit.who.signed_in() {
        return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
    }
    let pairs: Vec<_> = visit.form.iter().filter(|(name, _)| name != "decision").cloned().collect();
    let mut request = Request::read(&visit, &pairs).await?;
    if let Err(Told(error)) = request.check() {
        return Ok(request.back(&issuer, [("error", error)]));
    }
    match visit.field("decision") {
        "allow" => request.with_code(&visit, &issuer).await,
        _ => Ok(request.back(&issuer, [("error", "access_denied")])),
    }
}

#[derive(Template)]
#[template(path = "continue.html")]
struct ContinuePage {
    t: Speaker,
    to: String,
}

/// After signing in: a page of its own ends the redirects of the sign-in form, which browsers hold against the policy.
async fn go_on_here(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let to = format!("/oauth/authorize?{}", query_of(&visit.query));
    go_on(&visit, to)
}

/// A page that goes on by itself.
pub(super) fn go_on(visit: &Visit, to: String) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let template = ContinuePage { t: t.clone(), to };
    Ok(Page::new("identity.continue", t.say("identity-continue-title"), &template)?.into())
}

/// The application of a request: from the header, or from the form; not from both (RFC 6749, 2.3).
fn client_of(visit: &Visit) -> Result<Client, Failure> {
    let names = visit.form.iter().map(|(name, _)| name);
    let mut seen: Vec<&String> = Vec::new();
    for name in names {
        if seen.contains(&name) || seen.len() > 40 {
            return Err(OAuthError::Request.into());
        }
        seen.push(name);
    }
    match &visit.authorization {
        Some(header) => {
            let (id, secret) = rules::basic(header).ok_or(OAuthError::Client)?;
            let named = visit.field("client_id");
            if !visit.field("client_secret").is_empty() || !(named.is_empty() || named == id) {
                return Err(OAuthError::Request.into());
            }
            Ok(Client { id, secret: Some(Secret::new(secret)) })
        }
        None => {
            let secret = visit.field("client_secret");
            let secret = (!secret.is_empty()).then(|| Secret::new(secret));
            Ok(Client { id: visit.field("client_id").to_owned(), secret })
        }
    }
}

/// A refusal as RFC 6749, 5.2 has it; what is no refusal of OAuth is passed on.
fn refused(visit: &Visit, failure: Failure) -> Result<Reply, Failure> {
    let Some(error) = failure.code.strip_prefix("identity.oauth_") else { return Err(failure) };
    let mut headers = vec![("cache-control", "no-store".to_owned())];
    let mut status = failure.kind.status();
    if error == "invalid_client" {
        match &visit.authorization {
            Some(_) => headers.push(("www-authenticate", "Basic realm=\"minshu\"".to_owned())),
            None => status = 400,
        }
    }
    let said = minshu_kernel::text::Speaker::new(
        visit.services.texts.clone(),
        minshu_kernel::text::Lang::En,
    )
    .message(&Message::new(failure.code.replace(['.', '_'], "-")));
    let body = json!({ "error": error, "error_description": said });
    Ok(Reply::Document { status, headers, body })
}

fn given(visit: &Visit, name: &str) -> Option<String> {
    Some(visit.field(name)).filter(|value| !value.is_empty()).map(str::to_owned)
}

async fn token(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let done = async {
        let issuer = issuer(&visit)?.to_owned();
        let client = client_of(&visit)?;
        let client_id = client.id.clone();
        if visit.field("grant_type").is_empty() {
            return Err(OAuthError::Request.into());
        }
        let action = IssueTokens {
            client,
            grant: visit.field("grant_type").to_owned(),
            code: given(&visit, "code").map(Secret::new),
            redirect: given(&visit, "redirect_uri"),
            verifier: given(&visit, "code_verifier").map(Secret::new),
            refresh: given(&visit, "refresh_token").map(Secret::new),
            scope: given(&visit, "scope"),
        };
        let issued = visit.act(&action).await?;
        let mut body = json!({
            "access_token": issued.access.expose(),
            "token_type": "Bearer",
            "expires_in": issued.expires_s,
            "scope": issued.scopes.join(" "),
        });
        if let Some(refresh) = &issued.refresh {
            body["refresh_token"] = json!(refresh.expose());
        }
        if let Some(told) = &issued.sign_in {
            let now = visit.services.clock.now();
            let seconds = now.0.div_euclid(1_000);
            let mut claims = json!({
                "iss": issuer, "sub": told.subject, "aud": client_id,
                "exp": seconds + ID_TOKEN_S, "iat": seconds,
                "auth_time": told.auth_ms.0.div_euclid(1_000),
                "amr": told.methods, "acr": rules::acr(&told.methods),
            });
            if !told.nonce.is_empty() {
                claims["nonce"] = json!(told.nonce);
            }
            let signed = signing::sign(&*visit.services.personal, now, &claims);
            let signed = signed.ok_or_else(|| Failure::internal("the keys give no signing key"))?;
            body["id_token"] = Json::String(signed);
        }
        Ok(body)
    };
    match done.await {
        Ok(body) => {
            let headers = vec![("cache-control", "no-store".to_owned())];
            Ok(Reply::Document { status: 200, headers, body })
        }
        Err(failure) => refused(&visit, failure),
    }
}

async fn revoke(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let done = async {
        let client = client_of(&visit)?;
        let token = given(&visit, "token").ok_or(OAuthError::Request)?;
        visit.act(&RevokeToken { client, token: Secret::new(token) }).await
    };
    match done.await {
        Ok(_) => Ok(Reply::Document { status: 200, headers: Vec::new(), body: json!({}) }),
        Err(failure) => refused(&visit, failure),
    }
}

async fn introspect(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let done = async {
        let client = client_of(&visit)?;
        let token = given(&visit, "token").ok_or(OAuthError::Request)?;
        visit.ask(&InspectToken { client, token: Secret::new(token) }).await
    };
    match done.await {
        Ok(told) => Ok(Reply::Json(serde_json::to_value(told).map_err(Failure::internal)?)),
        Err(failure) => refused(&visit, failure),
    }
}

async fn userinfo(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let challenge = |more: &str| {
        let header = format!("Bearer realm=\"minshu\"{more}");
        vec![("www-authenticate", header), ("cache-control", "no-store".to_owned())]
    };
    if visit.authorization.is_none() {
        // Who shows nothing is told no more than what to show (RFC 6750, 3.1).
        return Ok(Reply::Document { status: 401, headers: challenge(""), body: json!({}) });
    }
    let refused = match visit.ask(&Profile {}).await {
        Ok(claims) => {
            return Ok(Reply::Json(serde_json::to_value(claims).map_err(Failure::internal)?));
        }
        Err(failure) => failure,
    };
    let (status, error) = match refused.kind {
        Kind::Refused => (403, "insufficient_scope"),
        Kind::Unauthenticated => (401, "invalid_token"),
        _ => return Err(refused),
    };
    let scope = if status == 403 { ", scope=\"openid\"" } else { "" };
    let headers = challenge(&format!(", error=\"{error}\"{scope}"));
    Ok(Reply::Document { status, headers, body: json!({ "error": error }) })
}
