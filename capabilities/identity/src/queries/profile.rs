//! What an application may know of the person for whom it acts.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::openid::error::OAuthError;
use crate::store::applications;

/// Asks for the person's claims.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {}

/// The person's claims (OpenID Connect Core, 5.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Claims {
    /// The person's name among this application's.
    pub sub: String,
    /// The person's name, where `profile` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether a counter proved that the account is the person's, where `profile` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved: Option<bool>,
}

impl Query for Profile {
    const NAME: &'static str = "identity.profile";
    const DOC: &'static str =
        "What an application may know of the person for whom it acts, by its access token.";
    type Reply = Claims;

    async fn answer(self, ctx: &Ctx) -> Result<Claims, Failure> {
        let account = ctx.who.account();
        ctx.authorize(&Resource {
            owner_account: account,
            ..Resource::of("identity.account", ctx.who.reference())
        })?;
        let (Some(account), Some(acting)) = (account, &ctx.who.application) else {
            return Err(OAuthError::Token.into());
        };
        let held = values![account, acting.application];
        let row = ctx.row(applications::SELECT_CONSENT, held).await?.ok_or(OAuthError::Token)?;
        let profile = acting.scopes.iter().any(|scope| scope == "profile");
        Ok(Claims {
            sub: row.get("subject")?,
            name: profile.then(|| ctx.who.name.clone()),
            proved: profile.then_some(ctx.who.proved),
        })
    }
}
