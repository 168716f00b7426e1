//! Accounts that a clerk began to give back, for the second officer.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::RecoveryId;
use crate::store::{accounts, recoveries};

/// Asks for what waits for a second officer.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recoveries {}

/// An account that waits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryLine {
    /// Its id.
    pub recovery: RecoveryId,
    /// The owner's name, masked.
    pub name: String,
    /// The owner's mobile number, masked.
    pub phone: String,
    /// Whether the second factor goes as well.
    pub factor: bool,
    /// When it was begun.
    pub begun_ms: Timestamp,
    /// Whether whoever asks began it, and so cannot confirm it.
    pub own: bool,
}

/// What waits, the oldest first, at most 50.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryList {
    /// The accounts.
    pub recoveries: Vec<RecoveryLine>,
}

impl Query for Recoveries {
    const NAME: &'static str = "identity.recoveries";
    const DOC: &'static str = "The accounts that a clerk began to give back to their owners, for the officer who confirms.";
    type Reply = RecoveryList;

    async fn answer(self, ctx: &Ctx) -> Result<RecoveryList, Failure> {
        ctx.authorize(&Resource::of("identity.account", "recoveries"))?;
        let mut list = Vec::new();
        for open in recoveries::waiting(ctx).await? {
            let Some(account) = accounts::account(ctx, open.account).await? else { continue };
            list.push(RecoveryLine {
                recovery: open.id,
                name: mask::name(&account.name),
                phone: mask::phone(&account.phone),
                factor: open.factor,
                begun_ms: open.begun,
                own: ctx.who.account() == Some(open.begun_by),
            });
        }
        Ok(RecoveryList { recoveries: list })
    }
}
