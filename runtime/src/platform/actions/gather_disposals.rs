//! Records whose time is over come on lists: a job that begins itself again.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::{again, gather};

/// The action's name.
pub const NAME: &str = "platform.gather_disposals";
/// From one pass to the next.
const PAUSE_MS: i64 = 6 * 3_600_000;
/// From one round of a pass to the next.
const SHORT_PAUSE_MS: i64 = 500;

/// Puts records whose time is over on lists.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatherDisposals {
    /// How far the pass is; nothing begins a new one.
    #[serde(default)]
    pub passed: Option<gather::Passed>,
}

/// What was found.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Gathered {
    /// Records that came on lists.
    pub records: usize,
}

impl Action for GatherDisposals {
    const NAME: &'static str = NAME;
    const DOC: &'static str = "Puts records whose time is over on lists by type, class and county. It removes nothing. A job does it again and again.";
    type Reply = Gathered;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Gathered>, Failure> {
        ctx.authorize(&Resource::platform())?;
        let round = gather::round(ctx, self.passed).await?;
        let pause = if round.next.is_some() { SHORT_PAUSE_MS } else { PAUSE_MS };
        let mut decision = Decision::reply(Gathered { records: round.records });
        decision.writes = round.writes;
        Ok(decision.later(again(ctx, pause, round.next.as_ref())))
    }
}
