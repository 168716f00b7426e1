//! A records keeper proposes a list: from now on it is as it is, and somebody else decides on it.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::model::{Disposal, DisposalId, ListState, place, reason};
use crate::disposal::store;

/// Proposes the disposal of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeDisposal {
    /// The list.
    pub list: DisposalId,
    /// Its version, as it was seen.
    pub version: i64,
    /// What was looked at and why they may go, in 4 to 500 characters.
    #[schemars(length(min = 4, max = 500), example = &"保管期限已满，经鉴定无继续保存价值")]
    pub reason: String,
}

/// How the list stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Stepped {
    /// The list.
    pub list: DisposalId,
    /// Its version now.
    pub version: i64,
}

impl Action for ProposeDisposal {
    const NAME: &'static str = "platform.propose_disposal";
    const DOC: &'static str = "Proposes the disposal of a list: no record comes on it or leaves it any more, and somebody else approves it or gives it back.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let list = Disposal::for_step(ctx, self.list, self.version, ListState::Gathering).await?;
        if list.items == 0 {
            return Err(Failure::new(Kind::Conflict, "platform.disposal_empty"));
        }
        let key = list.id.to_string();
        let at = place("platform_disposal", "proposed_reason", &key);
        let sealed = ctx.services.personal.seal_text(at, &reason(&self.reason)?);
        let values =
            values![list.id, list.version, ctx.signature(), ctx.who.person, ctx.now, sealed];
        let reply = Stepped { list: list.id, version: list.version + 1 };
        Ok(Decision::reply(reply).write(Statement::one(store::PROPOSE, values)))
    }
}
