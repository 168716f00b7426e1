//! What one officer wants done to a licence is not done: another says no, or the first takes it back.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stands, licence};
use crate::model::{LicenceId, ProposalId};
use crate::store::licences;

/// Declines.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// The licence.
    pub licence: LicenceId,
    /// What waits.
    pub proposal: ProposalId,
}

impl Action for Decline {
    const NAME: &'static str = "licences.decline";
    const DOC: &'static str = "What waits for a licence is not done: the licence stays as it is.";
    type Reply = Stands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let licence = licence(ctx, self.licence).await?;
        let waiting = licences::proposal(ctx, licence.id).await?;
        let waiting = waiting.filter(|p| p.id == self.proposal).ok_or_else(Failure::missing)?;
        let gone = Statement::one(licences::DELETE_PROPOSAL, values![waiting.id]);
        Ok(Decision::reply(Stands::done(&licence, licence.state_at(ctx.now))).write(gone))
    }
}
