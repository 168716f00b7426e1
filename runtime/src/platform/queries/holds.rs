//! Holds of the caller's place.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, Filter, ListQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::model::{Deed, HOLD_COLUMNS, Hold, HoldId};
use crate::disposal::{holds, store};

/// Holds of a page.
const PAGE: u32 = 50;

/// Asks for holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// Those that were lifted instead of the others.
    #[serde(default)]
    pub lifted: bool,
    /// Begin behind this one.
    #[serde(default)]
    pub after: Option<After>,
}

/// A hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HoldLine {
    /// Its id.
    pub hold: HoldId,
    /// What is held, in words.
    pub what: String,
    /// The type of records.
    pub record_type: String,
    /// The number that it was placed by; empty for a whole type.
    pub number: String,
    /// Where.
    pub division: DivisionCode,
    /// Its name.
    pub place: String,
    /// Why.
    pub reason: String,
    /// It is over at this instant; without end where there is none.
    pub until_ms: Option<Timestamp>,
    /// Whether it holds now.
    pub on: bool,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_ms: Timestamp,
    /// Who lifted it.
    pub lifted: Option<Deed>,
    /// Whether the caller may lift it.
    pub may_lift: bool,
    /// Its version.
    pub version: i64,
}

/// A page of holds.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HoldPage {
    /// The latest first.
    pub holds: Vec<HoldLine>,
    /// Where the next page begins.
    pub next: Option<After>,
}

impl Query for Holds {
    const NAME: &'static str = "platform.holds";
    const DOC: &'static str = "What keeps records of the caller's place from disposal, and why.";
    type Reply = HoldPage;

    async fn answer(self, ctx: &Ctx) -> Result<HoldPage, Failure> {
        let query = ListQuery {
            select: store::HOLDS,
            columns: HOLD_COLUMNS,
            sort: "placed_ms",
            descending: true,
            filter: Filter::new().equal("lifted", i64::from(self.lifted)),
            after: self.after,
            limit: PAGE + 1,
        };
        let rows = query.page(&*ctx.services.records, &ctx.scope()).await?;
        let mut found = Vec::new();
        for row in rows.iter().take(PAGE as usize) {
            let hold = Hold::read(ctx, row)?;
            let may_lift = hold.lifted.is_none() && ctx.may("platform.lift_hold", &hold.resource());
            found.push(HoldLine {
                hold: hold.id,
                what: holds::what(ctx, &hold),
                on: hold.is_on(ctx.now),
                place: ctx.services.divisions.full_name(hold.division, ctx.lang),
                division: hold.division,
                record_type: hold.record_type,
                number: hold.number,
                reason: hold.reason,
                until_ms: hold.until,
                placed_by: hold.placed_by,
                placed_ms: hold.placed,
                lifted: hold.lifted,
                may_lift,
                version: hold.version,
            });
        }
        let last = found.last().filter(|_| rows.len() > PAGE as usize);
        let next = last.map(|last| After { sort: last.placed_ms.0, id: last.hold.to_string() });
        Ok(HoldPage { holds: found, next })
    }
}
