//! Carries an approved list out, a round at a time. The house adds what goes ([`crate::disposal::carry`]): whether a file is
//! still of use, only the house knows.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::model::{Disposal, DisposalId};

/// The action's name.
pub const NAME: &str = "platform.dispose";

/// Carries a list out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispose {
    /// The list.
    pub list: DisposalId,
}

/// What a round did.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Disposed {
    /// Records that are gone.
    pub gone: i64,
    /// Records that stay after all.
    pub kept: i64,
    /// Files that are gone.
    pub files: i64,
    /// Whether the list is done.
    pub over: bool,
}

impl Action for Dispose {
    const NAME: &'static str = NAME;
    const DOC: &'static str = "Removes some records of an approved list, with their files and keys, and writes the certificate at the end. What is held stays. A job does it round by round.";
    type Reply = Disposed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Disposed>, Failure> {
        let list = Disposal::find(ctx, self.list).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&list.resource())?;
        Ok(Decision::reply(Disposed::default()))
    }
}
