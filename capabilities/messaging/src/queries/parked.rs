//! Messages that their template could not make, for operators.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::parked::{self, Parked};

/// The most that are told at once.
const MOST: i64 = 50;

/// Asks which messages are parked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkedMessages {}

/// Parked messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParkedList {
    /// The oldest first, at most fifty.
    pub parked: Vec<Parked>,
}

impl Query for ParkedMessages {
    const NAME: &'static str = "messaging.parked_messages";
    const DOC: &'static str = "Messages that their template could not make: which template and flow, what is wrong and where. Nothing that they would have said is told.";
    type Reply = ParkedList;

    async fn answer(self, ctx: &Ctx) -> Result<ParkedList, Failure> {
        ctx.authorize(&Resource::platform())?;
        Ok(ParkedList { parked: parked::list(ctx, MOST).await? })
    }
}
