//! An application gets tokens for a code, for a refresh token, or for itself (RFC 6749, 4.1.3, 6, 4.4).

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ApplicationState, ConsentId, Secret, TokenId};
use crate::openid::error::OAuthError;
use crate::openid::rules;
use crate::store::applications::{self, Application};
use crate::store::sessions;

/// An application that proves itself.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its id.
    #[schemars(example = &"01928f5e-7b1a-7c3d-8e4f-0123456789ab")]
    pub id: String,
    /// Its secret; none for an application that cannot keep one.
    #[serde(default)]
    pub secret: Option<Secret>,
}

/// Asks for tokens. Which fields are needed follows from the grant.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueTokens {
    /// The application.
    pub client: Client,
    /// `authorization_code`, `refresh_token` or `client_credentials`.
    #[schemars(example = &"client_credentials")]
    pub grant: String,
    /// The code.
    #[serde(default)]
    pub code: Option<Secret>,
    /// The address to which the code went.
    #[serde(default)]
    pub redirect: Option<String>,
    /// What proves the code's challenge.
    #[serde(default)]
    pub verifier: Option<Secret>,
    /// The refresh token.
    #[serde(default)]
    pub refresh: Option<Secret>,
    /// Fewer scopes than were granted.
    #[serde(default)]
    pub scope: Option<String>,
}

/// Tokens.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TokensIssued {
    /// The access token.
    pub access: Secret,
    /// How long it holds, in seconds.
    pub expires_s: i64,
    /// The refresh token, where it was asked for.
    pub refresh: Option<Secret>,
    /// The scopes.
    pub scopes: Vec<String>,
    /// What an ID token would say, where `openid` was granted.
    pub sign_in: Option<SignInTold>,
}

/// What an application is told of a sign-in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignInTold {
    /// The person's name among this application's.
    pub subject: String,
    /// When the person signed in.
    pub auth_ms: Timestamp,
    /// How (RFC 8176).
    pub methods: Vec<String>,
    /// What the application asked to be repeated; may be empty.
    pub nonce: String,
}

/// The application that proves itself, where it may act.
pub(crate) async fn client(ctx: &Ctx, given: &Client) -> Result<Application, Failure> {
    let id: ApplicationId = given.id.parse().map_err(|_| OAuthError::Client)?;
    let found = applications::application(ctx, id).await?.ok_or(OAuthError::Client)?;
    let proved = match (&given.secret, found.confidential) {
        (Some(secret), true) => found.has_secret(secret.expose()),
        (None, false) => true,
        _ => false,
    };
    if !proved || found.state != ApplicationState::Active {
        return Err(OAuthError::Client.into());
    }
    Ok(found)
}

/// What tokens are made of.
struct Granted {
    family: String,
    consent: Option<ConsentId>,
    scopes: Vec<String>,
    auth_ms: Timestamp,
    methods: Vec<String>,
    nonce: String,
}

impl Action for IssueTokens {
    const NAME: &'static str = "identity.issue_tokens";
    const DOC: &'static str = "Gives an application tokens for a code, a refresh token or for itself. A code or a refresh token that comes twice ends every token of its sign-in.";
    const SECRET_REPLY: bool = true;
    type Reply = TokensIssued;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<TokensIssued>, Failure> {
        ctx.authorize(&Resource::of("identity.token", "oauth"))?;
        let application = client(ctx, &self.client).await?;
        match self.grant.as_str() {
            "authorization_code" => self.by_code(ctx, &application).await,
            "refresh_token" => self.by_refresh(ctx, &application).await,
            "client_credentials" => self.by_itself(ctx, &application).await,
            _ => Err(OAuthError::GrantType.into()),
        }
    }
}

/// Ends a family and then refuses: somebody has a copy of what comes twice.
fn replayed(family: String, ctx: &Ctx) -> Decision<TokensIssued> {
    Decision::refuse(OAuthError::Grant)
        .write(Statement::any(applications::UPDATE_FAMILY_ENDED, values![family, ctx.now]))
}

impl IssueTokens {
    async fn by_code(
        &self,
        ctx: &Ctx,
        application: &Application,
    ) -> Result<Decision<TokensIssued>, Failure> {
        let code = self.code.as_ref().ok_or(OAuthError::Request)?;
        let (redirect, verifier) = (self.redirect.as_ref(), self.verifier.as_ref());
        let redirect = redirect.ok_or(OAuthError::Request)?;
        let verifier = verifier.ok_or(OAuthError::Request)?;
        let id = super::give_consent::code_id(code.expose());
        let row = ctx.row(applications::SELECT_CODE, values![id.as_str()]).await?;
        let row = row.ok_or(OAuthError::Grant)?;
        if row.id::<ApplicationId>("application")? != application.id {
            return Err(OAuthError::Grant.into());
        }
        if row.get::<Option<i64>>("used_ms")?.is_some() {
            return Ok(replayed(id, ctx));
        }
        let right = row.get::<Timestamp>("expires_ms")? > ctx.now
            && row.get::<String>("redirect")? == *redirect
            && rules::proves(verifier.expose(), &row.get::<String>("challenge")?);
        let consent: ConsentId = row.id("consent")?;
        if !right || !self.consent_holds(ctx, consent).await? {
            return Err(OAuthError::Grant.into());
        }
        let granted = Granted {
            family: id.clone(),
            consent: Some(consent),
            scopes: applications::list(&row, "scopes")?,
            auth_ms: row.get("auth_ms")?,
            methods: sessions::methods(&row)?,
            nonce: row.get("nonce")?,
        };
        let used = Statement::one(applications::UPDATE_CODE_USED, values![id, ctx.now]);
        Ok(self.issue(ctx, application, granted).await?.write(used))
    }

    async fn by_refresh(
        &self,
        ctx: &Ctx,
        application: &Application,
    ) -> Result<Decision<TokensIssued>, Failure> {
        let token = self.refresh.as_ref().ok_or(OAuthError::Request)?;
        let hash = sessions::token_hash(token.expose());
        let row = ctx.row(applications::SELECT_TOKEN, values![hash]).await?;
        let row: Row = row.ok_or(OAuthError::Grant)?;
        let own = row.id::<ApplicationId>("application")? == application.id;
        if !own || row.get::<String>("kind")? != "refresh" {
            return Err(OAuthError::Grant.into());
        }
        let family: String = row.get("family")?;
        if row.get::<Option<i64>>("used_ms")?.is_some() {
            return Ok(replayed(family, ctx));
        }
        let consent: ConsentId = row.id("consent")?;
        let holds = row.get::<Option<i64>>("ended_ms")?.is_none()
            && row.get::<Timestamp>("expires_ms")? > ctx.now
            && self.consent_holds(ctx, consent).await?;
        if !holds {
            return Err(OAuthError::Grant.into());
        }
        let before = applications::list(&row, "scopes")?;
        let granted = Granted {
            family,
            consent: Some(consent),
            scopes: self.narrowed(before)?,
            auth_ms: row.get("auth_ms")?,
            methods: sessions::methods(&row)?,
            nonce: String::new(),
        };
        let id: TokenId = row.id("id")?;
        let used = Statement::one(applications::UPDATE_TOKEN_USED, values![id, ctx.now]);
        Ok(self.issue(ctx, application, granted).await?.write(used))
    }

    async fn by_itself(
        &self,
        ctx: &Ctx,
        application: &Application,
    ) -> Result<Decision<TokensIssued>, Failure> {
        if !application.confidential {
            return Err(OAuthError::Unauthorized.into());
        }
        let mut own = application.scopes.clone();
        own.retain(|scope| !rules::OWN_SCOPES.contains(&scope.as_str()));
        let granted = Granted {
            family: TokenId::fresh(&*ctx.services.ids).to_string(),
            consent: None,
            scopes: self.narrowed(own)?,
            auth_ms: ctx.now,
            methods: Vec::new(),
            nonce: String::new(),
        };
        self.issue(ctx, application, granted).await
    }

    /// The scopes that are asked for, of those that may be had.
    fn narrowed(&self, may: Vec<String>) -> Result<Vec<String>, Failure> {
        let Some(scope) = self.scope.as_deref().filter(|scope| !scope.is_empty()) else {
            return Ok(may);
        };
        let wanted = rules::scope_words(scope).ok_or(OAuthError::Scope)?;
        match wanted.iter().all(|scope| may.contains(scope)) {
            true => Ok(wanted),
            false => Err(OAuthError::Scope.into()),
        }
    }

    async fn consent_holds(&self, ctx: &Ctx, consent: ConsentId) -> Result<bool, Failure> {
        let row = ctx.row(applications::SELECT_CONSENT_BY_ID, values![consent]).await?;
        Ok(match row {
            Some(row) => row.get::<Option<i64>>("ended_ms")?.is_none(),
            None => false,
        })
    }

    async fn issue(
        &self,
        ctx: &Ctx,
        application: &Application,
        granted: Granted,
    ) -> Result<Decision<TokensIssued>, Failure> {
        let has = |scope: &str| granted.scopes.iter().any(|held| held == scope);
        let fresh = |prefix: &str| {
            Secret::new(format!("{prefix}{}", super::sign_in::fresh_token(ctx).expose()))
        };
        let access = fresh(rules::ACCESS_PREFIX);
        let refresh = (granted.consent.is_some() && has("offline_access"))
            .then(|| fresh(rules::REFRESH_PREFIX));
        let sign_in = match granted.consent.filter(|_| has("openid")) {
            None => None,
            Some(consent) => {
                let row = ctx.row(applications::SELECT_CONSENT_BY_ID, values![consent]).await?;
                Some(SignInTold {
                    subject: row.ok_or(OAuthError::Grant)?.get("subject")?,
                    auth_ms: granted.auth_ms,
                    methods: granted.methods.clone(),
                    nonce: granted.nonce.clone(),
                })
            }
        };
        let end = granted.auth_ms.plus_ms(rules::REFRESH_END_MS);
        let store = |token: &Secret, kind: &str, until: Timestamp| {
            let values = values![
                TokenId::fresh(&*ctx.services.ids),
                sessions::token_hash(token.expose()),
                kind,
                granted.family.as_str(),
                application.id,
                granted.consent,
                applications::json(&granted.scopes),
                granted.auth_ms,
                ctx.now,
                until,
                granted.methods.join(" ")
            ];
            Statement::one(applications::INSERT_TOKEN, values)
        };
        let mut writes = vec![store(&access, "access", ctx.now.plus_ms(rules::ACCESS_MS))];
        let follows = ctx.now.plus_ms(rules::REFRESH_MS).min(end);
        writes.extend(refresh.as_ref().map(|token| store(token, "refresh", follows)));
        writes.extend(granted.consent.map(|consent| {
            Statement::any(applications::UPDATE_CONSENT_USED, values![consent, ctx.now])
        }));
        let mut decision = Decision::reply(TokensIssued {
            access,
            expires_s: rules::ACCESS_MS / 1_000,
            refresh,
            scopes: granted.scopes.clone(),
            sign_in,
        });
        decision.writes.extend(writes);
        Ok(decision)
    }
}
