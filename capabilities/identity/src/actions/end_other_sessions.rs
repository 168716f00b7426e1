//! All of one's own sessions are ended but the one at hand.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{self, SessionsEnded};
use crate::store::{accounts, sessions};

/// Ends one's own sessions everywhere else.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndOtherSessions {
    /// Whether the session that asks ends as well.
    #[serde(default)]
    pub this_too: bool,
}

/// How many sessions ended.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionsOver {
    /// How many held until now; 200 where there were more.
    pub ended: u32,
}

impl Action for EndOtherSessions {
    const NAME: &'static str = "identity.end_other_sessions";
    const DOC: &'static str = "Ends all of one's own sessions but the one that asks, or that one too. It holds at once, in every process.";
    type Reply = SessionsOver;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SessionsOver>, Failure> {
        ctx.authorize(&Resource::of("identity.account", ctx.who.reference()))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        let kept = ctx.who.assurance.session.clone().filter(|_| !self.this_too);
        let kept = kept.unwrap_or_default();
        let asked = values![id, ctx.now, sessions::idle_since(ctx.now)];
        let mut ended = 0_u32;
        for row in ctx.rows(sessions::SELECT_OWN_SESSIONS, asked).await? {
            ended += u32::from(row.get::<String>("id")? != kept);
        }
        Decision::reply(SessionsOver { ended })
            .write(Statement::any(sessions::UPDATE_SESSIONS_ENDED, values![id, kept, ctx.now]))
            // The account itself stays as it is, but what happened to it has an order.
            .write(Statement::one(
                accounts::UPDATE_ACCOUNT_VERSION,
                values![account.id, account.version],
            ))
            .tell(&SessionsEnded { account: id }, events::account(id, account.version + 1))
    }
}
