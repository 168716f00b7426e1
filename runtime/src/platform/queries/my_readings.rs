//! Who did what with one's own things, and what for: from the audit chain, without those who only did their own.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// Things of one kind that are looked at, the latest.
const THINGS: u32 = 50;
/// Entries of one thing.
const ENTRIES: i64 = 50;
/// Entries in all.
const TOLD: usize = 200;

/// Asks who saw and handled one's own things.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyReadings {}

/// What somebody did with one of one's own things.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// When.
    pub at_ms: Timestamp,
    /// `account`, `flow`, `job`, `console`, `application`: who it was is for the audit, not for each other.
    pub by: String,
    /// The operation.
    pub operation: String,
    /// What it was needed for, where that was said.
    pub purpose: Option<String>,
    /// What it was: the name of the thing.
    pub about: String,
    /// Where that is seen.
    pub href: Option<String>,
}

/// What others did.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReadingList {
    /// The latest first, 200 at most.
    pub readings: Vec<Reading>,
}

impl Query for MyReadings {
    const NAME: &'static str = "platform.my_readings";
    const DOC: &'static str = "Who saw and handled one's own things and what for, the latest first: others alone, and by what they are.";
    type Reply = ReadingList;

    async fn answer(self, ctx: &Ctx) -> Result<ReadingList, Failure> {
        let account = ctx.who.account();
        ctx.authorize(&Resource { owner_account: account, ..Resource::platform() })?;
        let own = ctx.who.reference();
        let mut readings = Vec::new();
        for holding in &*ctx.services.holdings {
            for thing in (holding.read)(ctx, THINGS).await? {
                let asked = values![thing.resource, &thing.id, ENTRIES];
                for row in ctx.rows(store::AUDIT_OF_RESOURCE, asked).await? {
                    let principal: String = row.get("principal")?;
                    let outcome: String = row.get("outcome")?;
                    if principal.starts_with(&own) || outcome != "done" {
                        continue;
                    }
                    let rule: String = row.get("rule")?;
                    readings.push(Reading {
                        at_ms: row.get("at_ms")?,
                        by: principal.split(':').next().unwrap_or_default().to_owned(),
                        operation: row.get("operation")?,
                        // `operation: purpose`, as lookups are noted.
                        purpose: rule.split_once(": ").map(|(_, purpose)| purpose.to_owned()),
                        about: thing.title.clone(),
                        href: thing.href.clone(),
                    });
                }
            }
        }
        readings.sort_by_key(|reading: &Reading| std::cmp::Reverse(reading.at_ms.0));
        readings.truncate(TOLD);
        Ok(ReadingList { readings })
    }
}
