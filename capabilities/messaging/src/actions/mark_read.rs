//! A message was opened.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{MessageRead, aggregate};
use crate::model::MessageId;
use crate::store;

/// Marks a message as read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// The message.
    pub message: MessageId,
}

/// When it was read first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Marked {
    /// Milliseconds since 1970 in UTC.
    pub read_ms: Timestamp,
}

impl Action for MarkRead {
    const NAME: &'static str = "messaging.mark_read";
    const DOC: &'static str =
        "Marks a message as read. One that was read before stays as it is; the first time counts.";
    type Reply = Marked;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Marked>, Failure> {
        let message = store::find(ctx, self.message).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&message.resource()).map_err(Failure::hidden)?;
        if let Some(read_ms) = message.read {
            return Ok(Decision::reply(Marked { read_ms }));
        }
        let event = MessageRead {
            message: message.id,
            pack: message.pack,
            template: message.template,
            about: message.about,
        };
        Decision::reply(Marked { read_ms: ctx.now })
            .write(store::mark(message.id, message.version, ctx.now))
            .tell(&event, aggregate(message.id, message.version + 1))
    }
}
