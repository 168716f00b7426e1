//! Sealed audit entries, latest first.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store;

/// Asks for entries before a position, or for those of one thing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditEntries {
    /// Before this position; the latest where it is absent.
    #[serde(default)]
    pub before: Option<i64>,
    /// The kind of thing, such as `casework.case`.
    #[serde(default)]
    #[schemars(length(max = 80))]
    pub resource_kind: Option<String>,
    /// Its id.
    #[serde(default)]
    #[schemars(length(max = 80))]
    pub resource_id: Option<String>,
    /// The most entries, at most 200.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
}

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AuditLine {
    /// Its id.
    pub id: String,
    /// Its position in the chain; absent while it is not sealed.
    pub position: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// Who: `account:…`, `flow:…`, `job`, `console`.
    pub principal: String,
    /// The action.
    pub operation: String,
    /// What it was done on.
    pub resource_kind: String,
    /// Its id.
    pub resource_id: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// The rule that refused.
    pub rule: String,
}

/// Entries.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AuditList {
    /// Latest first.
    pub entries: Vec<AuditLine>,
}

impl Query for AuditEntries {
    const NAME: &'static str = "platform.audit_entries";
    const DOC: &'static str = "Entries of the audit chain, latest first.";
    type Reply = AuditList;

    async fn answer(self, ctx: &Ctx) -> Result<AuditList, Failure> {
        ctx.authorize(&Resource::platform())?;
        let limit = i64::from(self.limit.unwrap_or(50).clamp(1, 200));
        let rows = match (&self.resource_kind, &self.resource_id) {
            (Some(kind), Some(id)) => {
                ctx.rows(store::AUDIT_OF_RESOURCE, values![kind, id, limit]).await?
            }
            _ => {
                let before = self.before.unwrap_or(i64::MAX);
                ctx.rows(store::AUDIT_LATEST, values![before, limit]).await?
            }
        };
        let entries = rows
            .iter()
            .map(|row| {
                Ok(AuditLine {
                    id: row.get("id")?,
                    position: row.get("position")?,
                    at: row.get("at_ms")?,
                    principal: row.get("principal")?,
                    operation: row.get("operation")?,
                    resource_kind: row.get("resource_kind")?,
                    resource_id: row.get("resource_id")?,
                    outcome: row.get("outcome")?,
                    rule: row.get("rule")?,
                })
            })
            .collect::<Result<_, Failure>>()?;
        Ok(AuditList { entries })
    }
}
