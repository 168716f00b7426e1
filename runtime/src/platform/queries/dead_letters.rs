//! Dead letters of flows.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// Asks for dead letters.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeadLetters {
    /// `parked` (the default), `replayed` or `dropped`.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub state: Option<String>,
}

/// One dead letter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// The flow.
    pub flow: String,
    /// What the event is about: `kind:id`. Its later events wait.
    pub subject: String,
    /// The event.
    pub event: String,
    /// Why the action was refused.
    pub error: String,
    /// `parked`, `replayed` or `dropped`.
    pub state: String,
    /// Why it was dropped.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Its version.
    pub version: i64,
}

/// Dead letters.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetterList {
    /// Oldest first, at most 200.
    pub letters: Vec<DeadLetter>,
}

impl Query for DeadLetters {
    const NAME: &'static str = "platform.dead_letters";
    const DOC: &'static str = "Events whose flow was refused for good; they park their subject.";
    type Reply = DeadLetterList;

    async fn answer(self, ctx: &Ctx) -> Result<DeadLetterList, Failure> {
        ctx.authorize(&Resource::platform())?;
        let state = self.state.as_deref().unwrap_or("parked");
        let rows = ctx.rows(store::DEAD_LETTERS, values![state, 200_i64]).await?;
        let letters = rows
            .iter()
            .map(|row| {
                Ok(DeadLetter {
                    id: row.get("id")?,
                    flow: row.get("flow")?,
                    subject: row.get("subject")?,
                    event: row.get("event")?,
                    error: row.get("error")?,
                    state: row.get("state")?,
                    reason: row.get("reason")?,
                    at: row.get("at_ms")?,
                    version: row.get("version")?,
                })
            })
            .collect::<Result<_, Failure>>()?;
        Ok(DeadLetterList { letters })
    }
}
