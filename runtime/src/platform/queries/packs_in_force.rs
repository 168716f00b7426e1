//! The set of packs in force: which, since when, and who put it there.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::packs::standing;

/// Asks which set of packs is in force.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PacksInForce {}

/// The set of packs in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct InForce {
    /// Its hash: SM3 over all files.
    pub hash: String,
    /// The hash of the set before; empty where there was none.
    pub hash_before: String,
    /// Since when.
    pub since: Timestamp,
    /// Who put it in force: a principal's reference.
    pub by: String,
    /// The user of the machine who typed the command, by number.
    pub system_user: Option<i64>,
    /// Whether it came with the start of a server.
    pub at_start: bool,
    /// How many packs it holds.
    pub packs: i64,
    /// How many of them declare something.
    pub declaring: i64,
}

impl Query for PacksInForce {
    const NAME: &'static str = "platform.packs_in_force";
    const DOC: &'static str = "Which set of packs is in force, since when, and who put it there.";
    type Reply = InForce;

    async fn answer(self, ctx: &Ctx) -> Result<InForce, Failure> {
        ctx.authorize(&Resource::platform())?;
        let found = standing(&*ctx.services.records).await?.ok_or_else(Failure::missing)?;
        let set = ctx.services.packs.current();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(InForce {
            hash: found.hash,
            hash_before: found.hash_before,
            since: Timestamp(found.since_ms),
            by: found.principal,
            system_user: found.system_user,
            at_start: found.at_start,
            packs: count(set.packs.len()),
            declaring: count(set.packs.iter().filter(|pack| pack.declares).count()),
        })
    }
}
