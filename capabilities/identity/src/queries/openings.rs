//! What was opened in an emergency in one's place, for whoever judges it: what waits first, the longest due first.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OpeningId};
use minshu_kernel::list::{After, Filter, ListQuery};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::division_name;
use crate::model::{OpeningReason, Verdict};
use crate::store::{accounts, openings};

/// Counting stops here.
const COUNT_MAX: u32 = 200;

/// Asks for openings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Openings {
    /// Those that were judged instead of those that wait.
    #[serde(default)]
    pub judged: bool,
    /// Begin behind this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// The most rows: 1 to 100, by default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// An opening.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpeningLine {
    /// The opening; entries of the audit chain name it.
    pub opening: OpeningId,
    /// Who opened it.
    pub account: AccountId,
    /// The name of whoever opened it.
    pub name: String,
    /// What kind of thing.
    pub kind: String,
    /// The thing.
    pub resource: String,
    /// Its number.
    pub number: String,
    /// What it is, in words.
    pub about: LocalText,
    /// The pack of the thing.
    pub pack: String,
    /// Where the thing lies: its whole name.
    pub place: LocalText,
    /// Why.
    pub reason: OpeningReason,
    /// What was written about it.
    pub words: String,
    /// When it was opened.
    pub opened_ms: Timestamp,
    /// Until when it is or was open.
    pub until_ms: Timestamp,
    /// Whether it is open now.
    pub open: bool,
    /// Until when somebody else is to judge it.
    pub review_due_ms: Timestamp,
    /// Whether it waits longer than it should.
    pub overdue: bool,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Whether the asker may judge it: nobody judges the own.
    pub may_review: bool,
}

/// A page of openings.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct OpeningPage {
    /// The openings.
    pub openings: Vec<OpeningLine>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// How many wait; counting stops at 200.
    pub waiting: u32,
    /// How many of these wait longer than they should.
    pub overdue: u32,
}

impl Query for Openings {
    const NAME: &'static str = "identity.openings";
    const DOC: &'static str = "What was opened in an emergency in one's place: what waits for a verdict, the longest due first, or what was judged.";
    type Reply = OpeningPage;

    async fn answer(self, ctx: &Ctx) -> Result<OpeningPage, Failure> {
        let scope = ctx.scope();
        let limit = self.limit.unwrap_or(50).clamp(1, 100);
        let query = ListQuery {
            select: openings::SELECT_LIST,
            columns: openings::COLUMNS,
            sort: "review_due_ms",
            descending: self.judged,
            filter: Filter::new().equal("waits", i64::from(!self.judged)),
            after: self.after.clone(),
            limit: limit + 1,
        };
        let rows = query.page(&*ctx.services.records, &scope).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows.iter().take(limit as usize) {
            found.push(line(ctx, openings::read(ctx, row)?).await?);
        }
        let next = found.last().filter(|_| rows.len() > limit as usize);
        let next =
            next.map(|last| After { sort: last.review_due_ms.0, id: last.opening.to_string() });
        let waiting = count(ctx, Filter::new()).await?;
        let overdue = count(ctx, Filter::new().compare("review_due_ms", "<", ctx.now)).await?;
        Ok(OpeningPage { openings: found, next, waiting, overdue })
    }
}

/// How many openings of the asker's scope wait.
pub(crate) async fn count(ctx: &Ctx, filter: Filter) -> Result<u32, Failure> {
    let query = ListQuery {
        select: openings::COUNT_LIST,
        columns: openings::COLUMNS,
        sort: "review_due_ms",
        descending: false,
        filter: filter.equal("waits", 1_i64),
        after: None,
        limit: COUNT_MAX,
    };
    let rows = query.page(&*ctx.services.records, &ctx.scope()).await?;
    Ok(u32::try_from(rows.len()).unwrap_or(COUNT_MAX))
}

/// An opening as lists show it.
pub(crate) async fn line(ctx: &Ctx, row: openings::OpeningRow) -> Result<OpeningLine, Failure> {
    let account = accounts::account(ctx, row.account).await?;
    let person = ctx.who.person;
    let same = person.is_some()
        && (person == row.person || account.as_ref().is_some_and(|a| a.person == person));
    let own = ctx.who.account() == Some(row.account) || same;
    Ok(OpeningLine {
        opening: row.id,
        account: row.account,
        name: account.map(|account| account.name).unwrap_or_default(),
        open: row.open(ctx.now),
        overdue: row.verdict.is_none() && row.review_due < ctx.now,
        may_review: !own && row.verdict.is_none(),
        place: division_name(ctx, row.division),
        kind: row.kind,
        resource: row.resource,
        number: row.number,
        about: row.about,
        pack: row.pack,
        reason: row.reason,
        words: row.words,
        opened_ms: row.opened,
        until_ms: row.ended.unwrap_or(row.until),
        review_due_ms: row.review_due,
        verdict: row.verdict,
    })
}
