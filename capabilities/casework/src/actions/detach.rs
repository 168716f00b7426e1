//! A file is taken out of a draft.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{DraftId, MaterialId};
use crate::store::{drafts, materials};

/// Takes a file out of a draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detach {
    /// The draft.
    pub draft: DraftId,
    /// The file.
    pub file: MaterialId,
}

/// Nothing more to tell.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Detached {}

impl Action for Detach {
    const NAME: &'static str = "casework.detach";
    const DOC: &'static str = "Takes a file out of a draft.";
    type Reply = Detached;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Detached>, Failure> {
        let row = drafts::find(ctx, self.draft).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&row.draft.resource()).map_err(Failure::hidden)?;
        let file = materials::find(ctx, self.file).await?;
        if file.is_none_or(|file| file.draft != Some(self.draft)) {
            return Err(Failure::missing());
        }
        Ok(Decision::reply(Detached {})
            .write(Statement::one(materials::DELETE_MATERIAL, values![self.file, self.draft]))
            .write(drafts::touch(ctx, &row.draft)))
    }
}
