//! Sign-in by providers outside the house: OpenID Connect 1.0 as a relying party, with the authorization code flow, PKCE,
//! state and nonce. Requests go through the house's own client, which decides where they may go.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::BoxFuture;
use minshu_kernel::clock::{Clock, Timestamp};
use minshu_kernel::outgoing::OutgoingError;
use minshu_kernel::outside::{Asserted, Departure, Outside, OutsideError, Provider, Returned};
use minshu_kernel::text::LocalText;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenVerifier, CoreJwsSigningAlgorithm as Alg,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, LogoutRequest, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope,
    TokenResponse as _,
};
use serde_json::Value as Json;
use tokio::sync::Mutex;

use crate::outgoing::HttpClient;

/// How long what a provider publishes of itself is believed before it is asked again.
const FRESH_MS: i64 = 60 * 60_000;
/// How soon a provider is asked again because a key is unknown: whoever sends strange tokens cannot make us a nuisance.
const AGAIN_MS: i64 = 60_000;
/// By how much the clocks of both may differ.
const SKEW_MS: i64 = 60_000;
/// The longest value of a claim that is taken, in characters.
const CLAIM_MAX: usize = 200;
/// Signatures that are believed: asymmetric ones alone.
const SIGNATURES: [Alg; 6] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPssSha256,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::EdDsa,
];

/// Settings of one provider.
#[derive(Clone)]
pub struct ProviderSettings {
    /// Its id: small letters, digits and hyphens.
    pub id: String,
    /// The issuer, exactly as its tokens name it.
    pub issuer: String,
    /// How this installation is registered there.
    pub client_id: String,
    /// The secret that it was given; none for a public client.
    pub secret: Option<String>,
    /// Its name for people.
    pub name: LocalText,
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that holds the name; what is not said is not read.
    pub name_claim: Option<String>,
    /// The claim that holds the telephone.
    pub phone_claim: Option<String>,
}

/// A setting of a provider that is wrong: its key and what about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct BadProvider {
    /// The key below `[[openid.provider]]`.
    pub key: &'static str,
    /// What is wrong with it.
    pub what: String,
}

/// What a provider published of itself, and when it was fetched.
#[derive(Clone)]
struct Known {
    metadata: Arc<ProviderMetadataWithLogout>,
    at: Timestamp,
}

struct Held {
    settings: ProviderSettings,
    issuer: IssuerUrl,
    known: Mutex<Option<Known>>,
}

/// The providers of the settings.
pub struct Providers {
    held: Vec<Held>,
    client: Arc<HttpClient>,
    clock: Arc<dyn Clock>,
}

impl Providers {
    /// Checks the settings; nothing is asked of a provider before somebody signs in by it.
    pub fn new(
        settings: Vec<ProviderSettings>,
        client: Arc<HttpClient>,
        clock: Arc<dyn Clock>,
    ) -> Result<Providers, BadProvider> {
        let mut held: Vec<Held> = Vec::new();
        for settings in settings {
            let bad = |key, what: String| BadProvider { key, what };
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if settings.id.is_empty() || settings.id.len() > 40 || !settings.id.chars().all(plain) {
                let what = format!("\"{}\" is no id: small letters, digits, hyphens", settings.id);
                return Err(bad("id", what));
            }
            if held.iter().any(|other| other.settings.id == settings.id) {
                return Err(bad("id", format!("there is a provider \"{}\" already", settings.id)));
            }
            if settings.client_id.is_empty() {
                return Err(bad("client_id", "say how this installation is registered".to_owned()));
            }
            client
                .permits(&settings.issuer)
                .map_err(|error| bad("issuer", format!("\"{}\": {error}", settings.issuer)))?;
            let issuer = IssuerUrl::new(settings.issuer.clone())
                .map_err(|error| bad("issuer", error.to_string()))?;
            held.push(Held { settings, issuer, known: Mutex::new(None) });
        }
        Ok(Providers { held, client, clock })
    }

    fn find(&self, id: &str) -> Result<&Held, OutsideError> {
        self.held.iter().find(|held| held.settings.id == id).ok_or(OutsideError::Unknown)
    }

    /// How the provider is asked: by the house's own client, within its rules.
    fn wire(
        &self,
    ) -> impl Fn(HttpRequest) -> BoxFuture<'static, Result<HttpResponse, OutgoingError>> + use<>
    {
        let client = self.client.clone();
        move |request| {
            let client = client.clone();
            Box::pin(async move { client.exchange(request).await })
        }
    }

    /// What the provider publishes of itself: kept for an hour, and fetched anew where a key is unknown. One that is down
    /// is believed as it was known last.
    async fn known(&self, held: &Held, anew: bool) -> Result<Known, OutsideError> {
        let mut known = held.known.lock().await;
        let now = self.clock.now();
        let keep = if anew { AGAIN_MS } else { FRESH_MS };
        if let Some(known) = known.as_ref().filter(|known| now.0 - known.at.0 < keep) {
            return Ok(known.clone());
        }
        let client = self.wire();
        match ProviderMetadataWithLogout::discover_async(held.issuer.clone(), &client).await {
            Ok(metadata) => {
                let fresh = Known { metadata: Arc::new(metadata), at: now };
                *known = Some(fresh.clone());
                Ok(fresh)
            }
            Err(error) => {
                let why = causes(&error);
                tracing::warn!(provider = held.settings.id, why, "an OpenID provider is not well");
                known.clone().ok_or(OutsideError::Down(why))
            }
        }
    }

    async fn prove(&self, held: &Held, returned: &Returned) -> Result<Asserted, OutsideError> {
        if returned.issuer.as_ref().is_some_and(|issuer| *issuer != held.settings.issuer) {
            return Err(refused("the answer names another issuer (RFC 9207)"));
        }
        let known = self.known(held, false).await?;
        let settings = &held.settings;
        let client = CoreClient::from_provider_metadata(
            (*known.metadata).clone(),
            ClientId::new(settings.client_id.clone()),
            settings.secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(returned.departure.back.clone()).map_err(refused)?);
        let http = self.wire();
        let answer = client
            .exchange_code(AuthorizationCode::new(returned.code.clone()))
            .map_err(|error| OutsideError::Down(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(returned.departure.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => {
                    refused(format!("the token endpoint said {}", one_line(&said.to_string())))
                }
                RequestTokenError::Request(error) => OutsideError::Down(causes(&error)),
                RequestTokenError::Parse(error, _) => {
                    refused(format!("the answer of the token endpoint: {error}"))
                }
                RequestTokenError::Other(why) => OutsideError::Down(one_line(&why)),
            })?;
        let token = answer.id_token().ok_or_else(|| refused("there is no ID token"))?;
        let nonce = Nonce::new(returned.departure.nonce.clone());
        let now = self.clock.now();
        let first = token.claims(&self.strict(client.id_token_verifier(), now), &nonce);
        // A key that is unknown may be a new one: the provider is asked once more, not more often than once a minute.
        let claims = match first {
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let again = self.known(held, true).await?;
                let client = CoreClient::from_provider_metadata(
                    (*again.metadata).clone(),
                    ClientId::new(settings.client_id.clone()),
                    settings.secret.clone().map(ClientSecret::new),
                );
                let verifier = self.strict(client.id_token_verifier(), now);
                token.claims(&verifier, &nonce).map(|claims| claims.subject().to_string())
            }
            claims => claims.map(|claims| claims.subject().to_string()),
        };
        let subject = claims.map_err(|error| refused(causes(&error)))?;
        if subject.is_empty() || subject.chars().count() > CLAIM_MAX {
            return Err(refused("the subject is empty or too long"));
        }
        // The signature was proved over exactly these bytes.
        let told = claims_of(&token.to_string());
        let claim = |name: &Option<String>| {
            let text = told.get(name.as_deref()?)?.as_str()?.trim();
            let fits = !text.is_empty()
                && text.chars().count() <= CLAIM_MAX
                && !text.chars().any(char::is_control);
            fits.then(|| text.to_owned())
        };
        Ok(Asserted {
            subject,
            name: claim(&settings.name_claim),
            phone: claim(&settings.phone_claim),
        })
    }

    /// A verifier that believes asymmetric signatures alone and goes by the house's clock.
    fn strict<'v>(
        &self,
        verifier: CoreIdTokenVerifier<'v>,
        now: Timestamp,
    ) -> CoreIdTokenVerifier<'v> {
        let at = |ms: i64| chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
        let (late, early) = (at(now.0 - SKEW_MS), at(now.0 + SKEW_MS));
        verifier.set_allowed_algs(SIGNATURES).set_time_fn(move || late).set_issue_time_verifier_fn(
            move |issued| {
                if issued <= early { Ok(()) } else { Err("issued in the future".to_owned()) }
            },
        )
    }
}

impl Outside for Providers {
    fn providers(&self) -> Vec<Provider> {
        let provider = |held: &Held| Provider {
            id: held.settings.id.clone(),
            name: held.settings.name.clone(),
        };
        self.held.iter().map(provider).collect()
    }

    fn depart<'a>(
        &'a self,
        departure: &'a Departure,
    ) -> BoxFuture<'a, Result<String, OutsideError>> {
        Box::pin(async move {
            let held = self.find(&departure.provider)?;
            let known = self.known(held, false).await?;
            let back = RedirectUrl::new(departure.back.clone()).map_err(refused)?;
            let client = CoreClient::from_provider_metadata(
                (*known.metadata).clone(),
                ClientId::new(held.settings.client_id.clone()),
                None,
            )
            .set_redirect_uri(back);
            let proof = PkceCodeVerifier::new(departure.verifier.clone());
            let (state, nonce) = (departure.state.clone(), departure.nonce.clone());
            let (address, _, _) = client
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    move || CsrfToken::new(state),
                    move || Nonce::new(nonce),
                )
                .add_scopes(held.settings.scopes.iter().cloned().map(Scope::new))
                .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&proof))
                .url();
            Ok(address.into())
        })
    }

    fn arrive<'a>(&'a self, returned: Returned) -> BoxFuture<'a, Result<Asserted, OutsideError>> {
        Box::pin(async move {
            let held = self.find(&returned.departure.provider)?;
            let proved = self.prove(held, &returned).await;
            if let Err(error) = &proved {
                let (provider, why) = (returned.departure.provider.as_str(), error.to_string());
                tracing::warn!(provider, why, "a sign-in by an OpenID provider is refused");
            }
            proved
        })
    }

    fn leave<'a>(&'a self, provider: &'a str, back: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            let held = self.find(provider).ok()?;
            let known = held.known.lock().await.clone()?;
            let end = known.metadata.additional_metadata().end_session_endpoint.clone()?;
            let request = LogoutRequest::from(end)
                .set_client_id(ClientId::new(held.settings.client_id.clone()))
                .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(back.to_owned()).ok()?);
            Some(request.http_get_url().into())
        })
    }
}

fn refused(why: impl ToString) -> OutsideError {
    OutsideError::Refused(one_line(&why.to_string()))
}

/// An error and what is behind it, in one bounded line.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    let all: Vec<String> = all.map(ToString::to_string).collect();
    one_line(&all.join(": "))
}

fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(300).map(plain).collect()
}

/// The claims of a token whose signature was proved.
fn claims_of(token: &str) -> BTreeMap<String, Json> {
    let payload = token.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
