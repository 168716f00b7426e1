//! Gives a proposed list back, so that it is looked at again.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::propose_disposal::Stepped;
use crate::disposal::model::{Disposal, DisposalId, ListState, place, reason};
use crate::disposal::store;

/// Gives a list back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnDisposal {
    /// The list.
    pub list: DisposalId,
    /// Its version, as it was seen.
    pub version: i64,
    /// What is to be looked at again, in 4 to 500 characters.
    #[schemars(length(min = 4, max = 500), example = &"请核对第三件是否仍在诉讼期内")]
    pub reason: String,
}

impl Action for ReturnDisposal {
    const NAME: &'static str = "platform.return_disposal";
    const DOC: &'static str = "Gives a proposed list back to be looked at again.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let list = Disposal::for_step(ctx, self.list, self.version, ListState::Proposed).await?;
        let key = list.id.to_string();
        let at = place("platform_disposal", "returned_reason", &key);
        let sealed = ctx.services.personal.seal_text(at, &reason(&self.reason)?);
        let values = values![list.id, list.version, ctx.signature(), ctx.now, sealed];
        let reply = Stepped { list: list.id, version: list.version + 1 };
        Ok(Decision::reply(reply).write(Statement::one(store::RETURN_LIST, values)))
    }
}
