//! One list with its records, as those see them who judge whether they may go.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::After;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::disposals::{DisposalLine, line};
use crate::disposal::model::{Disposal, DisposalId, ListState, record_type};
use crate::disposal::{holds, store};
use crate::platform::actions::approve_disposal::proposed_it;

/// Records of a page.
const PAGE: i64 = 50;

/// Asks for a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisposalById {
    /// The list.
    pub list: DisposalId,
    /// Begin behind this record.
    #[serde(default)]
    pub after: Option<After>,
}

/// A record of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisposalRecord {
    /// Its id.
    pub record: String,
    /// Its number.
    pub number: String,
    /// Whom it is about; people's names are masked.
    pub about: String,
    /// When its time began.
    pub aged_ms: Timestamp,
    /// Why it stays, where a hold keeps it.
    pub held: Option<String>,
}

/// A list with records of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisposalView {
    /// The list.
    pub list: DisposalLine,
    /// Records that are on it, the oldest first. None once it is carried out.
    pub records: Vec<DisposalRecord>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// Whether the caller may approve it: nobody approves what he proposed himself.
    pub may_approve: bool,
}

impl Query for DisposalById {
    const NAME: &'static str = "platform.disposal";
    const DOC: &'static str =
        "A list of records whose time is over: what is on it, names masked, and what is held.";
    type Reply = DisposalView;

    async fn answer(self, ctx: &Ctx) -> Result<DisposalView, Failure> {
        let list = Disposal::find(ctx, self.list).await?.ok_or_else(Failure::missing)?;
        let resource = list.resource();
        ctx.authorize(&resource).map_err(Failure::hidden)?;
        let after = self.after.map_or((i64::MIN, String::new()), |a| (a.sort, a.id));
        let asked = values![list.id, "listed", after.0, after.1, PAGE + 1];
        let rows = ctx.rows(store::ITEMS, asked).await?;
        let mut records = Vec::new();
        let kind = record_type(ctx, &list.record_type);
        for row in rows.iter().take(PAGE as usize) {
            let record: String = row.get("record")?;
            let aged_ms: Timestamp = row.get("aged_ms")?;
            let face = match kind {
                Some(kind) => (kind.look)(ctx, &record).await?.map(|face| (kind, face)),
                None => None,
            };
            let held = match &face {
                Some((kind, face)) => holds::keeping(ctx, kind, &record, face).await?,
                None => None,
            };
            let (number, about) = face.map(|(_, f)| (f.number, f.about)).unwrap_or_default();
            let held = held.map(|hold| hold.reason);
            records.push(DisposalRecord { record, number, about, aged_ms, held });
        }
        let last = records.last().filter(|_| rows.len() > PAGE as usize);
        let next = last.map(|last| After { sort: last.aged_ms.0, id: last.record.clone() });
        let may_approve = list.state == ListState::Proposed
            && ctx.may("platform.approve_disposal", &resource)
            && !proposed_it(ctx, &list);
        Ok(DisposalView { list: line(ctx, list), records, next, may_approve })
    }
}
