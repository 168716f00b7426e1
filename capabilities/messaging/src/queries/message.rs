//! A message, for whoever it went to.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MessageView, ToldView};
use crate::delivery;
use crate::model::MessageId;
use crate::store;

/// Asks for a message.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageById {
    /// The message.
    pub message: MessageId,
}

impl Query for MessageById {
    const NAME: &'static str = "messaging.message";
    const DOC: &'static str = "A message. Asking does not mark it as read.";
    type Reply = MessageView;

    async fn answer(self, ctx: &Ctx) -> Result<MessageView, Failure> {
        let message = store::find(ctx, self.message).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&message.resource()).map_err(Failure::hidden)?;
        let told = delivery::of_message(ctx, message.id).await?;
        let told = told.into_iter().map(ToldView::of).collect();
        Ok(MessageView { told, ..MessageView::of(ctx, message) })
    }
}
