//! One's own drafts.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, Filter, ListQuery};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page_limit;
use crate::model::{CaseId, DraftId};
use crate::stepping::section;
use crate::store::DRAFT_COLUMNS;
use crate::store::drafts::{LIST_DRAFTS, open_name};

/// Asks for one's own drafts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyDrafts {
    /// Begin behind this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// The most rows: 1 to 100, by default 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// Drafts, the latest change first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DraftList {
    /// The drafts.
    pub drafts: Vec<DraftSummary>,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DraftSummary {
    /// The draft.
    pub draft: DraftId,
    /// The item: `pack.item`.
    pub item: String,
    /// The item's name; its id where it is no longer offered.
    pub item_name: LocalText,
    /// On whose behalf, by name.
    pub applicant_name: String,
    /// The case that it corrects.
    pub case: Option<CaseId>,
    /// When it was changed last.
    pub updated_ms: Timestamp,
}

impl Query for MyDrafts {
    const NAME: &'static str = "casework.my_drafts";
    const DOC: &'static str = "One's own drafts, the latest change first.";
    type Reply = DraftList;

    async fn answer(self, ctx: &Ctx) -> Result<DraftList, Failure> {
        let scope = ctx.scope();
        let limit = page_limit(self.limit, 20, 100)?;
        let query = ListQuery {
            select: LIST_DRAFTS,
            columns: DRAFT_COLUMNS,
            sort: "updated_ms",
            descending: true,
            filter: Filter::new(),
            after: self.after,
            limit: limit + 1,
        };
        let rows = query.page(&*ctx.services.records, &scope).await?;
        let section = section(ctx);
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows.iter().take(limit as usize) {
            let item: String = row.get("item")?;
            let name = section
                .item(&item)
                .map_or_else(|| LocalText::new(&item, &item), |found| found.item.name.clone());
            drafts.push(DraftSummary {
                draft: row.id("id")?,
                item_name: name,
                applicant_name: open_name(&ctx.services, row, &row.get::<String>("id")?)?,
                case: row.id_or_null("case_id")?,
                updated_ms: row.get("updated_ms")?,
                item,
            });
        }
        let more = rows.len() > limit as usize;
        let last = drafts.last().filter(|_| more);
        let next = last.map(|d| After { sort: d.updated_ms.0, id: d.draft.to_string() });
        Ok(DraftList { drafts, next })
    }
}
