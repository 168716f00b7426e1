//! The moves of a licence that an officer makes: suspend, resume, withdraw, cancel, transfer, revoke. Where the type wants
//! two officers, the first one's wish waits for the second.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stands, kind, licence};
use crate::error::LicencesError;
use crate::model::{LicenceId, Verb};
use crate::moving::{Move, carry_out, nothing_waits};
use crate::rules;
use crate::store::licences;

async fn decide(
    ctx: &Ctx,
    id: LicenceId,
    verb: Verb,
    reason: &str,
) -> Result<Decision<Stands>, Failure> {
    let licence = licence(ctx, id).await?;
    // A type that no pack declares any more: its licences can still be ended, by one officer.
    let kind = kind(ctx, &licence.kind).ok();
    if kind.as_ref().is_some_and(|kind| !kind.allows(verb)) {
        return Err(LicencesError::NotThisType.into());
    }
    let state = licence.state_at(ctx.now);
    if !verb.fits(state) {
        return Err(LicencesError::NotSo { state }.into());
    }
    nothing_waits(ctx, licence.id).await?;
    let reason = rules::text("/reason", reason, rules::REASON_MAX)?;
    if kind.is_some_and(|kind| kind.wants_two(verb)) {
        let (proposal, write) = licences::propose(ctx, &licence, verb, &reason).await?;
        let stands = Stands { proposal: Some(proposal), ..Stands::done(&licence, state) };
        return Ok(Decision::reply(stands).write(write));
    }
    let decision = Decision::reply(Stands::done(&licence, verb.leads_to()));
    carry_out(ctx, &licence, Move { verb, reason: &reason, proposer: None }, decision).await
}

macro_rules! moves {
    ($($(#[$doc:meta])* $name:ident, $operation:literal, $verb:expr, $told:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The licence.
            pub licence: LicenceId,
            /// Why, as the holder and the history read it.
            #[schemars(length(min = 1, max = 500), example = &"现场检查发现不再符合许可条件")]
            pub reason: String,
        }

        impl Action for $name {
            const NAME: &'static str = $operation;
            const DOC: &'static str = $told;
            type Reply = Stands;

            async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
                decide(ctx, self.licence, $verb, &self.reason).await
            }
        }
    )+};
}

moves! {
    /// Suspends a licence.
    Suspend, "licences.suspend", Verb::Suspend,
        "Suspends a licence: from this moment it does not hold, until it is resumed.";
    /// Resumes a suspended licence.
    Resume, "licences.resume", Verb::Resume, "Makes a suspended licence hold again.";
    /// Withdraws a licence.
    Withdraw, "licences.withdraw", Verb::Withdraw,
        "Withdraws a licence whose ground fell away without its holder's fault. It does not hold any more.";
    /// Cancels a licence.
    Cancel, "licences.cancel", Verb::Cancel,
        "Strikes a licence off, mostly on its holder's own wish. It does not hold any more.";
    /// Transfers a licence to another place.
    Transfer, "licences.transfer", Verb::Transfer,
        "Closes a licence here because it goes on in another place's register.";
    /// Revokes a licence.
    Revoke, "licences.revoke", Verb::Revoke,
        "Takes a licence away from its holder. It does not hold any more.";
}
