//! One of one's own sessions is ended from another one.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_out::SignedOut;
use crate::model::SessionId;
use crate::store::sessions;

/// Ends a session of one's own by its id.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSession {
    /// The session, as the list of one's own names it.
    pub session: SessionId,
}

impl Action for EndSession {
    const NAME: &'static str = "identity.end_session";
    const DOC: &'static str = "Ends a session of one's own by its id: a lost telephone, a browser in a library. It holds at once, in every process. A session that ended before is no mistake.";
    type Reply = SignedOut;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SignedOut>, Failure> {
        ctx.authorize(&Resource::of("identity.session", self.session))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let account = ctx.who.account().ok_or_else(nobody)?;
        // Somebody else's session looks like one that is not there.
        let asked = values![account, ctx.now, sessions::idle_since(ctx.now)];
        let wanted = self.session.to_string();
        let mut own = false;
        for row in ctx.rows(sessions::SELECT_OWN_SESSIONS, asked).await? {
            own = own || row.get::<String>("id")? == wanted;
        }
        Ok(Decision::reply(SignedOut { ended: own, outside: None }).write(Statement::any(
            sessions::UPDATE_OWN_SESSION_ENDED,
            values![self.session, account, ctx.now],
        )))
    }
}
