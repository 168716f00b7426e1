//! Whether messages arrived, for the office that they were sent for.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ToldView;
use crate::model::{MessageId, MessageKind};
use crate::rules::is_about;
use crate::{delivery, store};

/// Asks what became of the messages about a thing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// The thing: `kind:id`, such as `casework.case:<id>`.
    #[schemars(length(min = 1, max = 141), example = &"casework.case:01928f5e-7b1a-7c3d-8e4f-000000000001")]
    pub about: String,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptList {
    /// The latest first, at most fifty.
    pub receipts: Vec<Receipt>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// The message.
    pub message: MessageId,
    /// Its one line.
    pub title: LocalText,
    /// What kind it is.
    pub kind: MessageKind,
    /// When it was put into the inbox, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
    /// When it was read first.
    pub read_ms: Option<Timestamp>,
    /// Whether its reader is asked to say that it arrived.
    pub acknowledge: bool,
    /// When that was said.
    pub acknowledged_ms: Option<Timestamp>,
    /// Whether it was passed on because the reader before did not read it.
    pub passed_on: bool,
    /// The texts that tell of it by other channels.
    pub told: Vec<ToldView>,
}

impl Query for Receipts {
    const NAME: &'static str = "messaging.receipts";
    const DOC: &'static str = "Whether the messages about a thing arrived, by channel and time: for those whose post covers the place of the thing.";
    type Reply = ReceiptList;

    async fn answer(self, ctx: &Ctx) -> Result<ReceiptList, Failure> {
        // What one may not see and what is not there look alike: an empty list.
        let _ = ctx.scope();
        if !is_about(&self.about) {
            let problem = FieldProblem::new("/about", "messaging-problem-about");
            return Err(Failure::invalid(vec![problem]));
        }
        let mut receipts = Vec::new();
        for message in store::about(ctx, &self.about).await? {
            if ctx.authorize(&message.receipt()).is_err() {
                continue;
            }
            let told = delivery::of_message(ctx, message.id).await?;
            receipts.push(Receipt {
                message: message.id,
                title: message.content.title,
                kind: message.kind,
                at_ms: message.at,
                read_ms: message.read,
                acknowledge: message.content.acknowledge,
                acknowledged_ms: message.acknowledged,
                passed_on: message.passed_from.is_some(),
                told: told.into_iter().map(ToldView::of).collect(),
            });
        }
        Ok(ReceiptList { receipts })
    }
}
