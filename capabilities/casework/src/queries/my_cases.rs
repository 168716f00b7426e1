//! One's own cases.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, Filter, ListQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseSummary, page_limit};
use crate::store::CASE_COLUMNS;
use crate::store::cases::{LIST_CASES, read_line};

/// Asks for one's own cases.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyCases {
    /// Only those that are open, or only those that are closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Begin behind this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// The most rows: 1 to 100, by default 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// Cases, the latest submission first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CaseList {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// Where the next page begins.
    pub next: Option<After>,
}

impl Query for MyCases {
    const NAME: &'static str = "casework.my_cases";
    const DOC: &'static str =
        "One's own cases and those of organisations one may act for, the latest submission first.";
    type Reply = CaseList;

    async fn answer(self, ctx: &Ctx) -> Result<CaseList, Failure> {
        let scope = ctx.scope();
        let limit = page_limit(self.limit, 20, 100)?;
        let query = ListQuery {
            select: LIST_CASES,
            columns: CASE_COLUMNS,
            sort: "submitted_ms",
            descending: true,
            filter: Filter::new().equal_if("open", self.open),
            after: self.after,
            limit: limit + 1,
        };
        let rows = query.page(&*ctx.services.records, &scope).await?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in rows.iter().take(limit as usize) {
            cases.push(CaseSummary::of(ctx, read_line(&ctx.services, row)?).await?);
        }
        let more = rows.len() > limit as usize;
        let last = cases.last().filter(|_| more);
        let next = last.map(|c| After { sort: c.submitted_ms.0, id: c.case.to_string() });
        Ok(CaseList { cases, next })
    }
}
