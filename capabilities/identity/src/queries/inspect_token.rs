//! What a token is good for (RFC 7662), told to the application whose it is.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::issue_tokens::{Client, client};
use crate::model::{ConsentId, Secret};
use crate::openid::error::OAuthError;
use crate::store::{applications, sessions};

/// Asks about a token.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectToken {
    /// The application, which must keep a secret.
    pub client: Client,
    /// One of its tokens.
    #[schemars(example = &"mat_0000000000000000000000000000000000000000000")]
    pub token: Secret,
}

/// What a token is good for; of one that does not hold, or is another's, nothing is told.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Inspected {
    /// Whether it holds.
    pub active: bool,
    /// Its scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ApplicationId>,
    /// The person's name among the application's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// When it ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// `Bearer` for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
}

impl Query for InspectToken {
    const NAME: &'static str = "identity.inspect_token";
    const DOC: &'static str =
        "Whether a token of the application still holds, and what for (RFC 7662).";
    const PERSONAL: bool = true;
    type Reply = Inspected;

    async fn answer(self, ctx: &Ctx) -> Result<Inspected, Failure> {
        ctx.authorize(&Resource::of("identity.token", "oauth"))?;
        let application = client(ctx, &self.client).await?;
        if !application.confidential {
            return Err(OAuthError::Client.into());
        }
        let hash = sessions::token_hash(self.token.expose());
        let Some(row) = ctx.row(applications::SELECT_TOKEN, values![hash]).await? else {
            return Ok(Inspected::default());
        };
        let expires: Timestamp = row.get("expires_ms")?;
        let holds = row.id::<ApplicationId>("application")? == application.id
            && row.get::<Option<i64>>("ended_ms")?.is_none()
            && row.get::<Option<i64>>("used_ms")?.is_none()
            && expires > ctx.now;
        if !holds {
            return Ok(Inspected::default());
        }
        let consent: Option<ConsentId> = row.id_or_null("consent")?;
        let sub = match consent {
            None => None,
            Some(consent) => {
                let row = ctx.row(applications::SELECT_CONSENT_BY_ID, values![consent]).await?;
                row.map(|row| row.get("subject")).transpose()?
            }
        };
        let bearer = row.get::<String>("kind")? == "access";
        Ok(Inspected {
            active: true,
            scope: Some(applications::list(&row, "scopes")?.join(" ")),
            client_id: Some(application.id),
            sub,
            exp: Some(expires.0.div_euclid(1_000)),
            iat: Some(row.get::<i64>("created_ms")?.div_euclid(1_000)),
            token_type: bearer.then(|| "Bearer".to_owned()),
        })
    }
}
