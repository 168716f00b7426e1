//! Settings of providers outside the house by which people may sign in: `[[openid.provider]]` of the settings file.

use std::path::PathBuf;
use std::sync::Arc;

use minshu_kernel::clock::Clock;
use minshu_kernel::text::LocalText;
use minshu_runtime::outgoing::{HttpClient, Networks, Patience};
use minshu_runtime::outside::{ProviderSettings, Providers};
use serde::Deserialize;

use crate::error::CommandError;
use crate::settings::Settings;

/// The longest secret that is read, in bytes.
const SECRET_MAX: u64 = 4_096;

/// `[openid]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdSettings {
    /// `[[openid.provider]]`
    #[serde(default)]
    pub provider: Vec<Provider>,
    /// Networks that providers may stand in though they are not public.
    #[serde(default)]
    pub networks: Vec<String>,
}

/// `[[openid.provider]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    id: String,
    issuer: String,
    client_id: String,
    secret_file: Option<PathBuf>,
    name: Name,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    claims: Claims,
}

/// A name in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    zh: String,
    en: String,
}

/// Which claims stand in the form of opening an account; what is not said is not read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    name: Option<String>,
    phone: Option<String>,
}

/// The providers of the settings, checked; none is asked before somebody signs in by it.
pub fn open(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Providers, CommandError> {
    let wrong = |place: String, what: String| CommandError::Setting { place, what };
    let allowed = settings.openid.networks.iter().map(|text| {
        text.trim().parse().map_err(|_| {
            let what = format!("\"{text}\" is no network, such as 10.20.0.0/16");
            wrong("[openid] networks".to_owned(), what)
        })
    });
    let allowed = allowed.collect::<Result<_, _>>()?;
    let networks = Networks { allowed, loopback: settings.networks.loopback };
    let client = HttpClient::new(networks, Patience::default());
    let mut providers = Vec::new();
    for one in &settings.openid.provider {
        let place = |key: &str| format!("[[openid.provider]] \"{}\" {key}", one.id);
        let secret = one.secret_file.as_ref().map(|path| {
            let told =
                |what: String| wrong(place("secret_file"), format!("{}: {what}", path.display()));
            let size = std::fs::metadata(path).map_err(|error| told(error.to_string()))?.len();
            if size > SECRET_MAX {
                return Err(told("it is too long to be a secret".to_owned()));
            }
            let text = std::fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
            match text.trim() {
                "" => Err(told("it is empty".to_owned())),
                secret => Ok(secret.to_owned()),
            }
        });
        providers.push(ProviderSettings {
            id: one.id.clone(),
            issuer: one.issuer.clone(),
            client_id: one.client_id.clone(),
            secret: secret.transpose()?,
            name: LocalText::new(&one.name.zh, &one.name.en),
            scopes: one.scopes.clone(),
            name_claim: one.claims.name.clone(),
            phone_claim: one.claims.phone.clone(),
        });
    }
    Providers::new(providers, Arc::new(client), clock.clone())
        .map_err(|bad| wrong(format!("[[openid.provider]] {}", bad.key), bad.what))
}
