//! The time of a licence is over: the clock's own step. Whoever asks before this runs is told the same already.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stands, licence};
use crate::model::{LicenceId, State, Verb};
use crate::moving::{Move, carry_out};

/// Lapses a licence.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lapse {
    /// The licence.
    pub licence: LicenceId,
}

impl Action for Lapse {
    const NAME: &'static str = "licences.lapse";
    const DOC: &'static str = "Ends a licence whose time is over; one that holds still, or ended already, stays as it is.";
    type Reply = Stands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let licence = licence(ctx, self.licence).await?;
        let over = licence.state_at(ctx.now) == State::Lapsed && licence.state != State::Lapsed;
        if !over {
            return Ok(Decision::reply(Stands::done(&licence, licence.state)));
        }
        let decision = Decision::reply(Stands::done(&licence, State::Lapsed));
        let step = Move { verb: Verb::Lapse, reason: "", proposer: None };
        carry_out(ctx, &licence, step, decision).await
    }
}
