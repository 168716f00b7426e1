//! Everything in one's inbox is marked as read.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{MessageRead, aggregate};
use crate::store;

/// The most messages that are marked in one write set.
const MOST: usize = 400;

/// Marks one's unread messages as read.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkAllRead {}

/// How many were marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AllMarked {
    /// Messages that were unread and are not any more.
    pub marked: u32,
    /// Whether unread ones are left: at most 400 are marked at once, the latest first.
    pub left: bool,
}

impl Action for MarkAllRead {
    const NAME: &'static str = "messaging.mark_all_read";
    const DOC: &'static str = "Marks one's unread messages as read, and those of organisations one may act for: the latest 400.";
    type Reply = AllMarked;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<AllMarked>, Failure> {
        ctx.authorize(&Resource {
            kind: "messaging.inbox",
            owner_account: ctx.who.account(),
            ..Resource::default()
        })?;
        let limit = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
        let unread = store::unread(ctx, &ctx.scope(), limit).await?;
        let left = unread.len() > MOST;
        let marked = u32::try_from(unread.len().min(MOST)).unwrap_or(u32::MAX);
        let mut decision = Decision::reply(AllMarked { marked, left });
        for mark in unread.into_iter().take(MOST) {
            let about = aggregate(mark.id, mark.version + 1);
            let event = MessageRead {
                message: mark.id,
                pack: mark.pack,
                template: mark.template,
                about: mark.about,
            };
            decision = decision.write(store::mark(mark.id, mark.version, ctx.now));
            decision = decision.tell(&event, about)?;
        }
        Ok(decision)
    }
}
