//! Somebody else than who proposed it approves a list: it is carried out.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::propose_disposal::Stepped;
use crate::disposal::model::{Disposal, DisposalId, ListState, place, reason};
use crate::disposal::{carry, store};

/// Approves the disposal of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveDisposal {
    /// The list.
    pub list: DisposalId,
    /// Its version, as it was seen.
    pub version: i64,
    /// Why it is approved, in 4 to 500 characters.
    #[schemars(length(min = 4, max = 500), example = &"同意处置")]
    pub reason: String,
}

/// Whether whoever acts is the one who proposed a list, by whatever account and for whomever.
pub(crate) fn proposed_it(ctx: &Ctx, list: &Disposal) -> bool {
    let own = ctx.who.reference();
    let by = list.proposed.as_ref().map(|deed| deed.by.as_str()).unwrap_or_default();
    let person = ctx.who.person.map(|id| id.to_string());
    by.split(' ').next() == Some(own.as_str())
        || (person.is_some() && person == list.proposed_person)
}

impl Action for ApproveDisposal {
    const NAME: &'static str = "platform.approve_disposal";
    const DOC: &'static str = "Approves a proposed list: its records are removed for good. Nobody approves what he proposed himself, by whatever account.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let list = Disposal::for_step(ctx, self.list, self.version, ListState::Proposed).await?;
        if proposed_it(ctx, &list) {
            let rule = format!("{}: who proposed a list does not approve it", ctx.operation);
            let failure = Failure::new(Kind::Refused, "platform.own_disposal");
            return Err(Failure { rule: Some(rule), ..failure });
        }
        let key = list.id.to_string();
        let at = place("platform_disposal", "approved_reason", &key);
        let sealed = ctx.services.personal.seal_text(at, &reason(&self.reason)?);
        let values = values![list.id, list.version, ctx.signature(), ctx.now, sealed];
        let reply = Stepped { list: list.id, version: list.version + 1 };
        Ok(Decision::reply(reply)
            .write(Statement::one(store::APPROVE, values))
            .later(carry::job(ctx, list.id, 0)))
    }
}
