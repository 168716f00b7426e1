//! A session ends.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Secret, SessionId};
use crate::store::{outside, sessions};

/// Ends a session of one's own.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOut {
    /// The session's token.
    #[schemars(example = &"q3Zk0mG2VYw1c7s9Xb4dT6rH8jL5nP0aUeIoKfQxBvM")]
    pub token: Secret,
}

/// Whether a session was there to end.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedOut {
    /// False where it had ended before: the person is signed out either way.
    pub ended: bool,
    /// The provider outside the house by which the session began, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<String>,
}

impl Action for SignOut {
    const NAME: &'static str = "identity.sign_out";
    const DOC: &'static str =
        "Ends a session of one's own. A session that ended before is no mistake.";
    type Reply = SignedOut;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SignedOut>, Failure> {
        let hash = sessions::token_hash(self.token.expose());
        let row = ctx.row(sessions::SELECT_SESSION, values![hash, ctx.now]).await?;
        let found = match &row {
            None => None,
            Some(row) => Some((row.id::<SessionId>("id")?, row.id::<AccountId>("account")?)),
        };
        // Somebody else's session looks like one that is not there.
        let own = found.filter(|(_, account)| ctx.who.account() == Some(*account));
        let resource = match own {
            Some((id, _)) => Resource::of("identity.session", id),
            None => Resource::of("identity.session", "none"),
        };
        ctx.authorize(&resource)?;
        let outside = match own {
            None => None,
            Some(_) => outside::of_session(ctx, self.token.expose()).await?,
        };
        let decision = Decision::reply(SignedOut { ended: own.is_some(), outside });
        Ok(match own {
            None => decision,
            // Ended twice at the same moment is ended: any number of rows.
            Some((id, _)) => {
                decision.write(Statement::any(sessions::UPDATE_SESSION_ENDED, values![id, ctx.now]))
            }
        })
    }
}
