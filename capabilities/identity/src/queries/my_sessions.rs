//! Where one is signed in.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::SessionId;
use crate::store::sessions;

/// Asks for one's own sessions of this moment.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MySessions {}

/// A session of one's own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OwnSession {
    /// Its id, by which it can be ended.
    pub session: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The kind of browser or the name of the program, as it said itself; none where it said nothing.
    pub device: Option<String>,
    /// When it began, in milliseconds since 1970 (UTC).
    pub begun_ms: Timestamp,
    /// When it was last used, to five minutes.
    pub seen_ms: Timestamp,
    /// When it ends at the latest.
    pub expires_ms: Timestamp,
}

/// The sessions that hold.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionList {
    /// The newest first, at most 200.
    pub sessions: Vec<OwnSession>,
}

impl Query for MySessions {
    const NAME: &'static str = "identity.my_sessions";
    const DOC: &'static str = "The sessions of one's own account that hold at this moment.";
    type Reply = SessionList;

    async fn answer(self, ctx: &Ctx) -> Result<SessionList, Failure> {
        ctx.authorize(&Resource::of("identity.account", ctx.who.reference()))?;
        let Some(account) = ctx.who.account() else {
            return Ok(SessionList { sessions: Vec::new() });
        };
        let asked = values![account, ctx.now, sessions::idle_since(ctx.now)];
        let mut list = Vec::new();
        for row in ctx.rows(sessions::SELECT_OWN_SESSIONS, asked).await? {
            let session: SessionId = row.id("id")?;
            let begun_ms: Timestamp = row.get("created_ms")?;
            list.push(OwnSession {
                session,
                current: ctx.who.assurance.session == Some(session.to_string()),
                device: row.get("device")?,
                begun_ms,
                seen_ms: row.get::<Option<Timestamp>>("seen_ms")?.unwrap_or(begun_ms),
                expires_ms: row.get("expires_ms")?,
            });
        }
        Ok(SessionList { sessions: list })
    }
}
