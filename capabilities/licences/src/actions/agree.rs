//! A second officer agrees to what the first one wants done to a licence.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stands, licence};
use crate::error::LicencesError;
use crate::model::{LicenceId, ProposalId};
use crate::moving::{Move, carry_out};
use crate::store::licences;

/// Agrees.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agree {
    /// The licence.
    pub licence: LicenceId,
    /// What waits.
    pub proposal: ProposalId,
}

impl Action for Agree {
    const NAME: &'static str = "licences.agree";
    const DOC: &'static str = "A second officer agrees to what waits for a licence: it is done. Nobody agrees to what they want themselves.";
    type Reply = Stands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let licence = licence(ctx, self.licence).await?;
        let waiting = licences::proposal(ctx, licence.id).await?;
        let waiting = waiting.filter(|p| p.id == self.proposal).ok_or_else(Failure::missing)?;
        if waiting.proposer == ctx.who.reference() {
            let error = LicencesError::OwnProposal;
            let rule = format!("{}: {error}", ctx.operation);
            return Err(Failure { rule: Some(rule), ..error.into() });
        }
        let state = licence.state_at(ctx.now);
        if !waiting.verb.fits(state) {
            return Err(LicencesError::NotSo { state }.into());
        }
        if waiting.licence_version != licence.version {
            return Err(LicencesError::Outdated.into());
        }
        let stands = Stands::done(&licence, waiting.verb.leads_to());
        let gone = Statement::one(licences::DELETE_PROPOSAL, values![waiting.id]);
        let decision = Decision::reply(stands).write(gone);
        let step = Move {
            verb: waiting.verb,
            reason: &waiting.reason,
            proposer: Some(waiting.proposer.clone()),
        };
        carry_out(ctx, &licence, step, decision).await
    }
}
