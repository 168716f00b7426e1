//! An application gives a token back (RFC 7009).

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::issue_tokens::{Client, client};
use crate::model::Secret;
use crate::store::{applications, sessions};

/// Gives a token back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeToken {
    /// The application.
    pub client: Client,
    /// An access or a refresh token.
    #[schemars(example = &"mat_0000000000000000000000000000000000000000000")]
    pub token: Secret,
}

/// Nothing is told about the token.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Revoked {}

impl Action for RevokeToken {
    const NAME: &'static str = "identity.revoke_token";
    const DOC: &'static str =
        "Ends a token of the application, with every other of the same sign-in (RFC 7009).";
    type Reply = Revoked;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Revoked>, Failure> {
        ctx.authorize(&Resource::of("identity.token", "oauth"))?;
        let application = client(ctx, &self.client).await?;
        let hash = sessions::token_hash(self.token.expose());
        let mut decision = Decision::reply(Revoked {});
        if let Some(row) = ctx.row(applications::SELECT_TOKEN, values![hash]).await?
            && row.id::<ApplicationId>("application")? == application.id
        {
            let family: String = row.get("family")?;
            decision = decision
                .write(Statement::any(applications::UPDATE_FAMILY_ENDED, values![family, ctx.now]));
        }
        Ok(decision)
    }
}
