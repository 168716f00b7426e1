//! Quotas of applications, shared by all processes: each takes blocks from the records and counts them down.

use std::collections::HashMap;

use minshu_kernel::access::{Acting, Allowance};
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::ctx::Services;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::records::{RecordsError, Statement, WriteSet};
use minshu_kernel::values;
use tokio::sync::Mutex;

use crate::store::applications::TAKE_USAGE;

const MINUTE_MS: i64 = 60_000;
/// The most operations that a process takes at once: so far the count of several may be behind.
const BLOCK: i64 = 16;
/// The most applications whose blocks are kept.
const MOST_KEPT: usize = 10_000;

struct Block {
    minute: i64,
    left: i64,
    /// What is left of the minute's quota beyond what was taken here.
    taken: i64,
}

/// The blocks that this process took.
#[derive(Default)]
pub(crate) struct Quotas(Mutex<HashMap<ApplicationId, Block>>);

/// The name of an application's count of a day.
pub(crate) fn day_id(application: ApplicationId, now: Timestamp) -> String {
    format!("{application}:d:{}", now.date())
}

impl Quotas {
    /// Counts one operation.
    pub(crate) async fn admit(
        &self,
        services: &Services,
        acting: &Acting,
    ) -> Result<Allowance, Failure> {
        let now = services.clock.now();
        let minute = now.0.div_euclid(MINUTE_MS);
        let mut kept = self.0.lock().await;
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, block| block.minute == minute);
        }
        let entry = kept.entry(acting.application).or_insert(Block { minute, left: 0, taken: 0 });
        if entry.minute != minute {
            *entry = Block { minute, left: 0, taken: 0 };
        }
        if entry.left == 0 {
            let block = (acting.quota.minute / BLOCK).clamp(1, BLOCK);
            self.take(services, acting, now, block).await?;
            entry.left = block;
            entry.taken += block;
        }
        entry.left -= 1;
        Ok(Allowance {
            limit: acting.quota.minute,
            remaining: (acting.quota.minute - entry.taken + entry.left).max(0),
            reset_s: ((minute + 1) * MINUTE_MS - now.0).div_euclid(1_000) + 1,
        })
    }

    async fn take(
        &self,
        services: &Services,
        acting: &Acting,
        now: Timestamp,
        block: i64,
    ) -> Result<(), Failure> {
        let minute = now.0.div_euclid(MINUTE_MS);
        let take =
            |id: String, most: i64| Statement::one(TAKE_USAGE, values![id, now, block, most]);
        let statements = vec![
            take(format!("{}:m:{minute}", acting.application), acting.quota.minute),
            take(day_id(acting.application, now), acting.quota.day),
        ];
        match services.records.apply(WriteSet { statements }).await {
            Ok(()) => Ok(()),
            Err(RecordsError::Lost { statement, .. }) => {
                let until = match statement {
                    0 => (minute + 1) * MINUTE_MS,
                    _ => Timestamp::start_of(now.date()).0 + DAY_MS,
                };
                Err(Failure {
                    retry_after_ms: u64::try_from(until - now.0).ok(),
                    ..Failure::new(Kind::TooMany, "identity.quota")
                })
            }
            Err(error) => Err(error.into()),
        }
    }
}
