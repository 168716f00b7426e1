//! Jobs that failed and are tried again.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// Asks for failed jobs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailedJobs {}

/// One job.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FailedJob {
    /// Its key.
    pub id: String,
    /// When it was due.
    pub due: Timestamp,
    /// The action.
    pub action: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it failed last.
    pub error: String,
}

/// Failed jobs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FailedJobList {
    /// Oldest first, at most 200.
    pub jobs: Vec<FailedJob>,
}

impl Query for FailedJobs {
    const NAME: &'static str = "platform.failed_jobs";
    const DOC: &'static str = "Jobs that failed and are tried again.";
    type Reply = FailedJobList;

    async fn answer(self, ctx: &Ctx) -> Result<FailedJobList, Failure> {
        ctx.authorize(&Resource::platform())?;
        let rows = ctx.rows(store::FAILED_JOBS, values![200_i64]).await?;
        let jobs = rows
            .iter()
            .map(|row| {
                Ok(FailedJob {
                    id: row.get("id")?,
                    due: row.get("due_ms")?,
                    action: row.get("action")?,
                    attempts: row.get("attempts")?,
                    error: row.get("last_error")?,
                })
            })
            .collect::<Result<_, Failure>>()?;
        Ok(FailedJobList { jobs })
    }
}
