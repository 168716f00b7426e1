//! An application gets another secret.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::register_application::ApplicationKeys;
use crate::checks;
use crate::openid::rules::OLD_SECRET_MS;
use crate::store::{applications, sessions};

/// Makes another secret.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateApplicationSecret {
    /// The application.
    pub application: ApplicationId,
}

impl Action for RotateApplicationSecret {
    const NAME: &'static str = "identity.rotate_application_secret";
    const DOC: &'static str =
        "Gives an application another secret, told once. The one before holds for a day more.";
    const SECRET_REPLY: bool = true;
    type Reply = ApplicationKeys;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ApplicationKeys>, Failure> {
        let found =
            applications::application(ctx, self.application).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&found.resource())?;
        if !found.confidential {
            return Err(checks::wrong("/application", "identity-application-no-secret"));
        }
        let secret = super::sign_in::fresh_token(ctx);
        let hash = sessions::token_hash(secret.expose());
        let values = values![found.id, found.version, hash, ctx.now.plus_ms(OLD_SECRET_MS)];
        let keys = ApplicationKeys { application: found.id, secret: Some(secret) };
        Ok(Decision::reply(keys)
            .write(Statement::one(applications::UPDATE_APPLICATION_SECRET, values)))
    }
}
