//! How many of one's messages are unread.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// More than so many are not counted: nobody reads the number any more.
const MOST: usize = 99;

/// Asks how many of one's messages are unread.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnreadCount {}

/// How many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unread {
    /// The count, at most 99.
    pub count: u32,
    /// Whether there are more.
    pub more: bool,
}

impl Query for UnreadCount {
    const NAME: &'static str = "messaging.unread_count";
    const DOC: &'static str = "How many of one's messages are unread, counted up to 99.";
    type Reply = Unread;

    async fn answer(self, ctx: &Ctx) -> Result<Unread, Failure> {
        let limit = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
        let unread = store::unread(ctx, &ctx.scope(), limit).await?;
        let count = u32::try_from(unread.len().min(MOST)).unwrap_or(u32::MAX);
        Ok(Unread { count, more: unread.len() > MOST })
    }
}
