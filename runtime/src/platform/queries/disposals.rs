//! Lists of records whose time is over.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, Filter, ListQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::model::{Deed, Disposal, DisposalId, LIST_COLUMNS, ListState, record_type};
use crate::disposal::store;

/// Lists of a page.
const PAGE: u32 = 50;

/// Asks for lists of the caller's place.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disposals {
    /// How they stand; those that are gathered where it is absent.
    #[serde(default)]
    pub state: Option<ListState>,
    /// Begin behind this one.
    #[serde(default)]
    pub after: Option<After>,
}

/// A list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisposalLine {
    /// Its id.
    pub list: DisposalId,
    /// The type of its records.
    pub record_type: String,
    /// What the type is called.
    pub type_title: String,
    /// What starts their time.
    pub starts: String,
    /// What the class is called.
    pub class: String,
    /// The pack.
    pub pack: Option<String>,
    /// For how many full years they were to be kept.
    pub years: u16,
    /// The legal ground of that.
    pub basis: String,
    /// Where they lie.
    pub division: DivisionCode,
    /// Its name.
    pub place: String,
    /// How it stands.
    pub state: ListState,
    /// How many records are on it; at the end those that it began with.
    pub items: i64,
    /// When the time of the oldest began.
    pub oldest_ms: Option<Timestamp>,
    /// When the time of the latest began.
    pub latest_ms: Option<Timestamp>,
    /// When it was begun.
    pub begun_ms: Timestamp,
    /// Who proposed it.
    pub proposed: Option<Deed>,
    /// Who gave it back last.
    pub returned: Option<Deed>,
    /// Who approved it.
    pub approved: Option<Deed>,
    /// When it was carried out.
    pub done_ms: Option<Timestamp>,
    /// How many records are gone.
    pub gone: i64,
    /// How many stayed after all.
    pub kept: i64,
    /// How many files are gone.
    pub files: i64,
    /// SM3 of the ids of what is gone, sorted, each with a line feed behind it; in hexadecimal.
    pub digest: Option<String>,
    /// Its version.
    pub version: i64,
}

/// A page of lists.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DisposalPage {
    /// The latest first.
    pub lists: Vec<DisposalLine>,
    /// Where the next page begins.
    pub next: Option<After>,
}

/// A list in the caller's language.
pub(crate) fn line(ctx: &Ctx, list: Disposal) -> DisposalLine {
    let t = ctx.speaker();
    let kind = record_type(ctx, &list.record_type);
    DisposalLine {
        list: list.id,
        type_title: kind.map_or_else(|| list.record_type.clone(), |kind| t.say(kind.title)),
        starts: kind.map(|kind| t.say(kind.starts)).unwrap_or_default(),
        record_type: list.record_type,
        class: t.local(&list.class_name).to_owned(),
        pack: list.pack,
        years: list.years,
        basis: t.local(&list.basis).to_owned(),
        place: ctx.services.divisions.full_name(list.division, ctx.lang),
        division: list.division,
        state: list.state,
        items: list.items,
        oldest_ms: list.oldest,
        latest_ms: list.latest,
        begun_ms: list.begun,
        proposed: list.proposed,
        returned: list.returned,
        approved: list.approved,
        done_ms: list.done,
        gone: list.gone,
        kept: list.kept,
        files: list.files,
        digest: list.digest,
        version: list.version,
    }
}

impl Query for Disposals {
    const NAME: &'static str = "platform.disposals";
    const DOC: &'static str = "Lists of records whose time is over, in the caller's place: gathered, proposed, being carried out, or done, which are the certificates.";
    type Reply = DisposalPage;

    async fn answer(self, ctx: &Ctx) -> Result<DisposalPage, Failure> {
        let state = self.state.unwrap_or(ListState::Gathering);
        let filter = Filter::new().equal("state", state.word());
        let query = ListQuery {
            select: store::LISTS,
            columns: LIST_COLUMNS,
            sort: "begun_ms",
            descending: true,
            // A list from which everything was taken out is nobody's work.
            filter: if state == ListState::Gathering { filter.holds("items > 0") } else { filter },
            after: self.after,
            limit: PAGE + 1,
        };
        let rows = query.page(&*ctx.services.records, &ctx.scope()).await?;
        let mut lists = Vec::new();
        for row in rows.iter().take(PAGE as usize) {
            lists.push(line(ctx, Disposal::read(ctx, row)?));
        }
        let last = lists.last().filter(|_| rows.len() > PAGE as usize);
        let next = last.map(|last| After { sort: last.begun_ms.0, id: last.list.to_string() });
        Ok(DisposalPage { lists, next })
    }
}
