//! A licence moves from state to state: what that writes, whoever causes it.

use minshu_kernel::action::Decision;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;

use crate::actions::name_of;
use crate::error::LicencesError;
use crate::events::{LicenceMoved, OfLicence, aggregate};
use crate::issuing::lapsing;
use crate::model::{Licence, LicenceId, Step, Verb};
use crate::store::licences;

/// What is done, why, and who wanted it where two had to agree.
pub(crate) struct Move<'a> {
    pub(crate) verb: Verb,
    pub(crate) reason: &'a str,
    pub(crate) proposer: Option<String>,
}

/// Refuses while another change waits for a second officer.
pub(crate) async fn nothing_waits(ctx: &Ctx, licence: LicenceId) -> Result<(), Failure> {
    match licences::proposal(ctx, licence).await? {
        None => Ok(()),
        Some(_) => Err(LicencesError::Waiting.into()),
    }
}

/// Adds to a decision what moves a licence on: the state, the step, the event, the job for its end.
pub(crate) async fn carry_out<R>(
    ctx: &Ctx,
    licence: &Licence,
    step: Move<'_>,
    decision: Decision<R>,
) -> Result<Decision<R>, Failure> {
    let state = step.verb.leads_to();
    let sequence = licences::steps(ctx, licence.id).await?.last().map_or(0, |last| last.sequence);
    let told = Step {
        sequence: sequence + 1,
        verb: step.verb,
        state,
        actor: ctx.signature(),
        proposer: step.proposer,
        reason: step.reason.to_owned(),
        at: ctx.now,
    };
    let name = name_of(ctx, &licence.kind);
    let event = LicenceMoved { of: OfLicence::of(licence, state, name), verb: step.verb };
    let mut decision = decision
        .write(licences::moved(ctx, licence, state))
        .write(licences::step(ctx, licence, &told).await?)
        .tell(&event, aggregate(licence.id, licence.version + 1))?;
    if state.is_final() {
        decision = decision
            .write(Statement::any(licences::DELETE_PROPOSALS, values![licence.id]))
            .later(lapsing(licence.id, None));
    }
    Ok(decision)
}
