//! One's own messages.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::list::After;
use minshu_kernel::text::Message as Told;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::MessageView;
use crate::store;

/// The most messages of a page.
const MOST: u32 = 100;
/// The messages of a page where nothing is said.
const USUAL: u32 = 20;

/// Asks for one's messages.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inbox {
    /// Only those that are unread.
    #[serde(default)]
    pub unread: bool,
    /// Begin behind this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// The most rows: 1 to 100, by default 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// Messages, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MessageList {
    /// The messages.
    pub messages: Vec<MessageView>,
    /// Where the next page begins.
    pub next: Option<After>,
}

impl Query for Inbox {
    const NAME: &'static str = "messaging.inbox";
    const DOC: &'static str =
        "One's own messages and those to organisations one may act for, the latest first.";
    type Reply = MessageList;

    async fn answer(self, ctx: &Ctx) -> Result<MessageList, Failure> {
        let scope = ctx.scope();
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            let told = Told::new("messaging-problem-limit").with("most", i64::from(MOST));
            return Err(Failure::invalid(vec![FieldProblem::new("/limit", told)]));
        }
        let mut found = store::messages(ctx, &scope, self.unread, self.after, limit + 1).await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let last = found.last().filter(|_| more);
        let next = last.map(|m| After { sort: m.at.0, id: m.id.to_string() });
        let messages = found.into_iter().map(|m| MessageView::of(ctx, m)).collect();
        Ok(MessageList { messages, next })
    }
}
