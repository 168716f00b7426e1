//! Housekeeping: what is of no use any more goes, a bounded number at a time. The house adds the statements, which come
//! from what the capabilities declare (`housekeeping.rs`).

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The action's name.
pub const NAME: &str = "platform.sweep";

/// Takes away what is of no use any more.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {}

/// What was taken away.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Swept {
    /// Rows.
    pub rows: usize,
    /// Objects.
    pub objects: usize,
}

impl Action for Sweep {
    const NAME: &'static str = NAME;
    const DOC: &'static str = "Takes away what is of no use any more: replies of old requests, sessions that ran out, files that were never attached. A job does it again and again.";
    type Reply = Swept;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Swept>, Failure> {
        ctx.authorize(&Resource::platform())?;
        Ok(Decision::reply(Swept::default()))
    }
}
