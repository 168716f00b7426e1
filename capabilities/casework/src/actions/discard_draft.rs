//! A draft is thrown away, with its files.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::DraftId;
use crate::store::{drafts, materials};

/// Throws a draft away.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardDraft {
    /// The draft.
    pub draft: DraftId,
}

/// Nothing more to tell.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Discarded {}

impl Action for DiscardDraft {
    const NAME: &'static str = "casework.discard_draft";
    const DOC: &'static str = "Throws a draft away, with the files that were attached to it.";
    type Reply = Discarded;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Discarded>, Failure> {
        // Even a draft of an item that is no longer offered can be thrown away.
        let row = drafts::find(ctx, self.draft).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&row.draft.resource()).map_err(Failure::hidden)?;
        Ok(Decision::reply(Discarded {})
            .write(Statement::any(materials::DELETE_MATERIALS, values![self.draft]))
            .write(drafts::delete(&row.draft)))
    }
}
