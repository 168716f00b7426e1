//! A developer or an operator enters an application; an operator approves it before it may do anything.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{ApplicationId, OrganisationId};
use minshu_kernel::records::Statement;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::Problems;
use crate::model::Secret;
use crate::openid::rules as oauth;
use crate::rules;
use crate::store::{applications, organisations, sessions};

/// Enters an application.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterApplication {
    /// The organisation that answers for it.
    pub organisation: OrganisationId,
    /// Its name in both languages, at most 60 characters each.
    pub name: LocalText,
    /// Whether it can keep a secret; an application on people's own devices cannot.
    pub confidential: bool,
    /// The addresses to which people are sent back, character by character.
    #[schemars(example = ["https://app.example/back"])]
    pub redirects: Vec<String>,
    /// The most that it may ask for: `openid`, `profile`, `offline_access`, permission sets.
    #[schemars(example = ["openid", "profile"])]
    pub scopes: Vec<String>,
}

/// The application that was entered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationKeys {
    /// Its id, which is its `client_id`.
    pub application: ApplicationId,
    /// Its secret, told once; none for an application that cannot keep one.
    pub secret: Option<Secret>,
}

impl Action for RegisterApplication {
    const NAME: &'static str = "identity.register_application";
    const DOC: &'static str = "Enters an application of an organisation; it may do nothing until an operator approves it. Its secret is told once.";
    const SECRET_REPLY: bool = true;
    type Reply = ApplicationKeys;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ApplicationKeys>, Failure> {
        let id = ApplicationId::fresh(&*ctx.services.ids);
        let owner = organisations::organisation(ctx, self.organisation)
            .await?
            .ok_or_else(Failure::missing)?;
        ctx.authorize(&applications::resource(id, owner.id, owner.division))?;
        let mut problems = Problems::default();
        let zh = problems.take("/name/zh", rules::line(&self.name.zh, rules::POST_NAME_MAX));
        let en = problems.take("/name/en", rules::line(&self.name.en, rules::POST_NAME_MAX));
        if self.redirects.len() > oauth::REDIRECTS_MAX {
            problems.note("/redirects", "identity-redirects-many");
        }
        let mut redirects = Vec::new();
        for (place, text) in self.redirects.iter().take(oauth::REDIRECTS_MAX).enumerate() {
            redirects.extend(problems.take(&format!("/redirects/{place}"), oauth::redirect(text)));
        }
        if redirects.is_empty() && self.scopes.iter().any(|scope| scope == "openid") {
            problems.note("/redirects", "identity-redirects-missing");
        }
        let sets = oauth::scope_sets(&*ctx.services.access);
        for (place, scope) in self.scopes.iter().enumerate() {
            let known = oauth::OWN_SCOPES.contains(&scope.as_str())
                || sets.iter().any(|set| set.id == scope);
            if !known || place >= oauth::SCOPES_MAX {
                problems.note(&format!("/scopes/{place}"), "identity-scope-unknown");
            }
        }
        if self.scopes.is_empty() {
            problems.note("/scopes", "identity-scopes-missing");
        }
        let (Some(zh), Some(en)) = (zh, en) else { return Err(problems.refused()) };
        problems.finish()?;
        let secret = self.confidential.then(|| super::sign_in::fresh_token(ctx));
        let hash = secret.as_ref().map(|secret| sessions::token_hash(secret.expose()));
        let values = values![
            id,
            zh,
            en,
            owner.id,
            self.confidential,
            applications::json(&redirects),
            applications::json(&self.scopes),
            hash,
            60,
            10_000,
            ctx.now
        ];
        Ok(Decision::reply(ApplicationKeys { application: id, secret })
            .write(Statement::one(applications::INSERT_APPLICATION, values)))
    }
}
