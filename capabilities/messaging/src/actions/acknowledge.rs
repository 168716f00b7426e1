//! A reader says that a message arrived.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{MessageAcknowledged, aggregate};
use crate::model::MessageId;
use crate::store;

/// Says that a message arrived.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// The message.
    pub message: MessageId,
}

/// When it was said first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledged {
    /// Milliseconds since 1970 in UTC.
    pub acknowledged_ms: Timestamp,
}

impl Action for Acknowledge {
    const NAME: &'static str = "messaging.acknowledge";
    const DOC: &'static str = "Says that a message arrived: it is read, and goes on to nobody else. The first time counts.";
    type Reply = Acknowledged;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Acknowledged>, Failure> {
        let message = store::find(ctx, self.message).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&message.resource()).map_err(Failure::hidden)?;
        if let Some(acknowledged_ms) = message.acknowledged {
            return Ok(Decision::reply(Acknowledged { acknowledged_ms }));
        }
        let write = store::acknowledge(&message, ctx.now);
        let event = MessageAcknowledged {
            message: message.id,
            pack: message.pack,
            template: message.template,
            about: message.about,
        };
        Decision::reply(Acknowledged { acknowledged_ms: ctx.now })
            .write(write)
            .tell(&event, aggregate(message.id, message.version + 1))
    }
}
