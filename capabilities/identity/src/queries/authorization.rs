//! What a request to act for somebody asks, for the page that asks for consent.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ApplicationState, Secret};
use crate::openid::error::OAuthError;
use crate::store::{applications, sessions};

/// Asks about an application at one of its addresses.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// The application's `client_id`.
    #[schemars(example = &"01928f5e-7b1a-7c3d-8e4f-0123456789ab")]
    pub client: String,
    /// The address to which people are sent back.
    #[schemars(example = &"https://app.example/back")]
    pub redirect: String,
    /// The session of the person, where one is signed in.
    #[serde(default)]
    pub session: Option<Secret>,
}

/// The application.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Asking {
    /// The application.
    pub application: ApplicationId,
    /// Its name.
    pub name: LocalText,
    /// Whose it is.
    pub organisation: String,
    /// The most that it may ask for.
    pub scopes: Vec<String>,
    /// What the person let it do before; nothing where another program could pass for it.
    pub consented: Vec<String>,
    /// When the person signed in, where the session is known.
    pub auth_ms: Option<Timestamp>,
}

impl Query for Authorization {
    const NAME: &'static str = "identity.authorization";
    const DOC: &'static str = "Which application asks to act for somebody, whose it is, and what was allowed before. Nothing is answered for an address that is not registered.";
    const PERSONAL: bool = true;
    type Reply = Asking;

    async fn answer(self, ctx: &Ctx) -> Result<Asking, Failure> {
        ctx.authorize(&Resource::of("identity.application", self.client.as_str()))?;
        let id: ApplicationId = self.client.parse().map_err(|_| OAuthError::Client)?;
        let found = applications::application(ctx, id)
            .await?
            .filter(|found| found.state == ApplicationState::Active)
            .ok_or(OAuthError::Client)?;
        if !found.redirects.contains(&self.redirect) {
            return Err(OAuthError::Request.into());
        }
        let (mut consented, mut auth_ms) = (Vec::new(), None);
        if let (Some(account), Some(session)) = (ctx.who.account(), &self.session) {
            let held = applications::consent(ctx, account, id).await?;
            // A program without a secret proves itself by its address alone, and only an address by https is its own:
            // at any other the person is asked each time (RFC 8252, 8.6).
            let own = found.confidential || self.redirect.starts_with("https://");
            let held = held.filter(|held| !held.ended && own);
            consented = held.map(|held| held.scopes).unwrap_or_default();
            let hash = sessions::token_hash(session.expose());
            let row = ctx.row(applications::SELECT_SESSION_BEGUN, values![hash, account]).await?;
            auth_ms = row.map(|row| row.get("auth_ms")).transpose()?;
        }
        Ok(Asking {
            application: id,
            name: found.name,
            organisation: found.organisation_name,
            scopes: found.scopes,
            consented,
            auth_ms,
        })
    }
}
