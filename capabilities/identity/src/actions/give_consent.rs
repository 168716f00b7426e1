//! Somebody lets an application act, and the application gets a code.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ApplicationState, ConsentId, Secret};
use crate::openid::error::OAuthError;
use crate::openid::rules;
use crate::store::{applications, sessions};

/// Consents.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveConsent {
    /// The application.
    pub application: ApplicationId,
    /// The registered address to which the code goes.
    #[schemars(example = &"https://app.example/back")]
    pub redirect: String,
    /// What it may do.
    #[schemars(example = ["openid"])]
    pub scopes: Vec<String>,
    /// The challenge of the application's key, by S256.
    #[schemars(example = &"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    pub challenge: String,
    /// What the ID token repeats; may be empty.
    #[serde(default)]
    pub nonce: String,
    /// The session of the person: it says when they signed in.
    #[schemars(example = &"0000000000000000000000000000000000000000000")]
    pub session: Secret,
}

/// The code.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CodeGiven {
    /// For the application; it holds for a minute and once.
    pub code: Secret,
}

impl Action for GiveConsent {
    const NAME: &'static str = "identity.give_consent";
    const DOC: &'static str =
        "Lets an application act within scopes for whoever is signed in; answers the code for it.";
    const SECRET_REPLY: bool = true;
    type Reply = CodeGiven;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CodeGiven>, Failure> {
        let account = ctx.who.account();
        ctx.authorize(&minshu_kernel::access::Resource {
            owner_account: account,
            ..minshu_kernel::access::Resource::of("identity.application", self.application)
        })?;
        let account =
            account.ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let application = applications::application(ctx, self.application)
            .await?
            .filter(|found| found.state == ApplicationState::Active)
            .ok_or(OAuthError::Client)?;
        if !application.redirects.contains(&self.redirect)
            || !rules::is_challenge(&self.challenge)
            || self.nonce.len() > 300
        {
            return Err(OAuthError::Request.into());
        }
        let within = self.scopes.iter().all(|scope| application.scopes.contains(scope));
        if self.scopes.is_empty() || !within {
            return Err(OAuthError::Scope.into());
        }
        let session = sessions::token_hash(self.session.expose());
        let row = ctx.row(applications::SELECT_SESSION_BEGUN, values![session, account]).await?;
        let row = row.ok_or(OAuthError::Request)?;
        let auth_ms: i64 = row.get("auth_ms")?;
        let methods: Option<String> = row.get("methods")?;
        let code = super::sign_in::fresh_token(ctx);
        let known = applications::consent(ctx, account, application.id).await?;
        let (consent, write) = match known {
            None => {
                let id = ConsentId::fresh(&*ctx.services.ids);
                // Another name of the person for every application (OpenID Connect Core, 8.1).
                let subject = super::sign_in::fresh_token(ctx);
                let scopes = applications::json(&self.scopes);
                let values =
                    values![id, application.id, account, subject.expose(), scopes, ctx.now];
                (id, Statement::one(applications::INSERT_CONSENT, values))
            }
            Some(known) => {
                let mut scopes = if known.ended { Vec::new() } else { known.scopes };
                scopes.extend(self.scopes.iter().cloned());
                scopes.sort_unstable();
                scopes.dedup();
                let values = values![known.id, known.version, applications::json(&scopes), ctx.now];
                (known.id, Statement::one(applications::UPDATE_CONSENT, values))
            }
        };
        let values = values![
            code_id(code.expose()),
            application.id,
            consent,
            self.redirect,
            applications::json(&self.scopes),
            self.challenge,
            self.nonce,
            auth_ms,
            ctx.now.plus_ms(rules::CODE_MS),
            methods
        ];
        Ok(Decision::reply(CodeGiven { code })
            .write(write)
            .write(Statement::one(applications::INSERT_CODE, values)))
    }
}

/// What is stored of a code.
pub(crate) fn code_id(code: &str) -> String {
    sessions::token_hash(code).iter().map(|byte| format!("{byte:02x}")).collect()
}
