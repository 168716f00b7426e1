//! Puts a checked set of packs in force. Only the loader can: it brings the set that it checked.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::packs::apply::NEXT;
use crate::packs::standing;
use crate::store;

/// Puts the set that was just checked in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPacks {
    /// The hash of the set in force up to now; empty where there is none.
    #[schemars(length(max = 64), example = &"8d3f0c1e5a7b92c4d6e8f00112233445566778899aabbccddeeff00112233445")]
    pub before: String,
    /// The hash of the set.
    #[schemars(length(max = 64), example = &"5b1e77a09c42d8f3160a2b4c6d8e9f01a3b5c7d9eb0d2f41638597a9cbddef02")]
    pub after: String,
    /// The user of the machine who typed the command, by number.
    #[serde(default)]
    pub system_user: Option<u32>,
    /// Whether it came with the start of a server.
    #[serde(default)]
    pub at_start: bool,
}

/// The set in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PacksApplied {
    /// Its hash.
    pub hash: String,
}

/// Another set of packs is in force.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PacksExchanged {
    /// The hash of the set before; empty where there was none.
    pub before: String,
    /// The hash of the set in force.
    pub after: String,
    /// Who put it in force: a principal's reference.
    pub by: String,
    /// The user of the machine who typed the command, by number.
    pub system_user: Option<u32>,
    /// Whether it came with the start of a server.
    pub at_start: bool,
}

impl Event for PacksExchanged {
    const TYPE: &'static str = "platform.packs.exchanged";
    const DOC: &'static str = "Another set of packs is in force.";
}

impl Action for ApplyPacks {
    const NAME: &'static str = "platform.apply_packs";
    const DOC: &'static str = "Puts a set of packs in force; `minshu packs apply` checks it first.";
    type Reply = PacksApplied;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PacksApplied>, Failure> {
        ctx.authorize(&Resource::of("platform.packs", &self.after))?;
        let next = NEXT.try_with(std::sync::Arc::clone).ok().filter(|n| n.hash == self.after);
        let next =
            next.ok_or_else(|| Failure::new(Kind::Conflict, "platform.packs_not_checked"))?;
        let standing = standing(&*ctx.services.records).await?;
        let (found, version) = standing.map_or((String::new(), 0), |s| (s.hash, s.version));
        if found != self.before {
            return Err(Failure::new(Kind::Conflict, "platform.packs_moved"));
        }
        let by = ctx.who.reference();
        let exchange = match version {
            0 => Statement::one(
                store::FIRST_PACKS_IN_FORCE,
                values![&self.after, ctx.now, &by, self.system_user, self.at_start],
            ),
            _ => Statement::one(
                store::EXCHANGE_PACKS,
                values![version, &self.after, ctx.now, &by, self.system_user, self.at_start],
            ),
        };
        let event = PacksExchanged {
            before: self.before,
            after: self.after.clone(),
            by,
            system_user: self.system_user,
            at_start: self.at_start,
        };
        let aggregate =
            Aggregate { kind: "platform.packs", id: "packs".to_owned(), version: version + 1 };
        let decision = Decision::reply(PacksApplied { hash: self.after });
        let kept = next.keep.iter().cloned().fold(decision, Decision::write);
        kept.write(exchange).tell(&event, aggregate)
    }
}
