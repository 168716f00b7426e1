//! An officer's work: what is in one's hands, due first, or all that is open in one's place; and for those who supervise
//! what carries a flag there, and the extensions that wait for an answer.

use minshu_kernel::access::{Scope, ScopeTerm};
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, Filter, ListQuery, ScopeColumns};
use minshu_kernel::records::Row;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseSummary, page_limit};
use crate::model::{Flag, State};
use crate::stepping::section;
use crate::store::CASE_COLUMNS;
use crate::store::branches::{BRANCH_COLUMNS, COUNT_BRANCHES, LIST_BRANCHES};
use crate::store::cases::{COUNT_CASES, LIST_CASES, read_line};

/// Counting stops here: a list of five hundred or of a million is the same to whoever works it off.
const COUNT_MAX: u32 = 500;

/// Asks for work.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkList {
    /// What to show: in one's hands (the default), or all that is open in one's place.
    #[serde(default)]
    pub view: WorkView,
    /// Of this role alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub role: Option<String>,
    /// In this state alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// With this flag alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<Flag>,
    /// Begin behind this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// The most rows: 1 to 200, by default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
}

/// Which cases a work list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WorkView {
    /// Those whose turn is one's own.
    #[default]
    Mine,
    /// All that are open in one's place.
    Place,
    /// All in one's place that carry a flag, departments' parts of joint approvals among them.
    Flagged,
    /// All in one's place whose extension waits for an answer.
    Asked,
}

/// Work, the first due first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Work {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// The load.
    pub counts: WorkCounts,
}

/// How much there is; counting stops at 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkCounts {
    /// In one's hands.
    pub mine: u32,
    /// Of these, with a red flag.
    pub red: u32,
    /// Of these, with a yellow flag.
    pub yellow: u32,
    /// All that are open in one's place.
    pub place: u32,
    /// All in one's place that carry a flag.
    pub flagged: u32,
    /// All in one's place whose extension waits for an answer.
    pub asked: u32,
}

impl Query for WorkList {
    const NAME: &'static str = "casework.work_list";
    const DOC: &'static str =
        "The cases in one's hands, or all that are open in one's place; the first due first.";
    type Reply = Work;

    async fn answer(self, ctx: &Ctx) -> Result<Work, Failure> {
        let place = by_pack(ctx, ctx.scope());
        let mine = mine(ctx, &place);
        let limit = page_limit(self.limit, 50, 200)?;
        let rows = self.rows(ctx, &mine, &place, limit + 1).await?;
        let mut cases = Vec::with_capacity(rows.len());
        for (part, row) in rows.iter().take(limit as usize) {
            cases.push(match part {
                true => CaseSummary::of_branch(ctx, row).await?,
                false => CaseSummary::of(ctx, read_line(&ctx.services, row)?).await?,
            });
        }
        let next = match rows.get(limit as usize - 1) {
            Some((_, last)) if rows.len() > limit as usize => {
                Some(After { sort: last.get("due_ms")?, id: last.get("id")? })
            }
            _ => None,
        };
        let mut in_place = 0;
        for state in OPEN_STATES {
            in_place += count(ctx, &place, Filter::new().equal("state", state)).await?;
        }
        let flagged = |flag| with_flag(Filter::new(), Some(flag));
        let counts = WorkCounts {
            mine: both(ctx, &mine, Filter::new()).await?,
            red: both(ctx, &mine, flagged(Flag::Red)).await?,
            yellow: both(ctx, &mine, flagged(Flag::Yellow)).await?,
            place: in_place.min(COUNT_MAX),
            flagged: both(ctx, &place, Filter::new().holds("flag <> 'none'")).await?,
            asked: count(ctx, &place, Filter::new().holds("asks IS NOT NULL")).await?,
        };
        Ok(Work { cases, next, counts })
    }
}

impl WorkList {
    /// The rows of the page. What is in one's hands is one index range for each role; what is open in a place is
    /// one for each open state, merged.
    async fn rows(
        &self,
        ctx: &Ctx,
        mine: &Scope,
        place: &Scope,
        limit: u32,
    ) -> Result<Vec<(bool, Row)>, Failure> {
        let filter = with_flag(Filter::new(), self.flag);
        let query = |filter: Filter| ListQuery {
            select: LIST_CASES,
            columns: CASE_COLUMNS,
            sort: "due_ms",
            descending: false,
            filter: filter.equal_if("role", self.role.clone()),
            after: self.after.clone(),
            limit,
        };
        let parts = |filter: Filter| ListQuery {
            select: LIST_BRANCHES,
            columns: BRANCH_COLUMNS,
            ..query(filter)
        };
        let records = &*ctx.services.records;
        // Each with whether it is a department's part.
        let mut found: Vec<(bool, Vec<Row>)> = Vec::new();
        match self.view {
            WorkView::Mine => {
                let cases = query(filter.clone().equal_if("state", self.state));
                found.push((false, cases.page(records, mine).await?));
                // A joint approval runs in accepted cases.
                if self.state.is_none_or(|state| state == State::Accepted) {
                    found.push((true, parts(filter).page(records, mine).await?));
                }
            }
            WorkView::Place => {
                let asked = |state: &State| self.state.is_none_or(|asked| asked == *state);
                for state in OPEN_STATES.into_iter().filter(asked) {
                    let cases = query(filter.clone().equal("state", state));
                    found.push((false, cases.page(records, place).await?));
                }
            }
            WorkView::Flagged => {
                let flagged = filter.holds("flag <> 'none'");
                found.push((false, query(flagged.clone()).page(records, place).await?));
                found.push((true, parts(flagged).page(records, place).await?));
            }
            WorkView::Asked => {
                let asked = filter.holds("asks IS NOT NULL");
                found.push((false, query(asked).page(records, place).await?));
            }
        }
        let mut keyed = Vec::new();
        for (part, rows) in found {
            for row in rows {
                let key = (row.get::<i64>("due_ms")?, row.get::<String>("id")?);
                keyed.push((key, (part, row)));
            }
        }
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        keyed.truncate(limit as usize);
        Ok(keyed.into_iter().map(|(_, row)| row).collect())
    }
}

/// The states in which somebody still has something to do.
const OPEN_STATES: [State; 3] = [State::Submitted, State::Accepted, State::Returned];

/// A term of a platform's role names no pack: one for each pack that has items, as the indexes have it.
fn by_pack(ctx: &Ctx, scope: Scope) -> Scope {
    let section = section(ctx);
    let mut packs: Vec<&str> = section.items().map(|item| item.pack.as_str()).collect();
    packs.dedup();
    let mut terms = Vec::new();
    for term in scope.terms {
        if term.pack.is_some() || term.only.is_some() {
            terms.push(term);
            continue;
        }
        let with = |pack: &&str| ScopeTerm { pack: Some((*pack).to_owned()), ..term.clone() };
        terms.extend(packs.iter().map(with));
    }
    Scope { terms }
}

/// What is in one's hands: the terms of one's own roles within the scope.
fn mine(ctx: &Ctx, scope: &Scope) -> Scope {
    let within = |pack: &str, division| {
        scope.terms.iter().any(|term| {
            term.only.is_none()
                && term.pack.as_deref().is_none_or(|p| p == pack)
                && term.division.is_none_or(|d| d.contains(division))
        })
    };
    let mut terms: Vec<ScopeTerm> = Vec::new();
    for grant in ctx.who.grants.iter().filter(|g| g.until.is_none_or(|until| ctx.now < until)) {
        let Some((pack, _)) = grant.role.split_once('.') else { continue };
        // The role's id names its pack already.
        let term = ScopeTerm {
            role: Some(grant.role.clone()),
            division: Some(grant.division),
            except: scope.terms.first().map(|term| term.except.clone()).unwrap_or_default(),
            ..ScopeTerm::default()
        };
        if within(pack, grant.division) && !terms.contains(&term) {
            terms.push(term);
        }
    }
    Scope { terms }
}

/// With a flag. Cases that have one are few, and an index holds them alone.
fn with_flag(filter: Filter, flag: Option<Flag>) -> Filter {
    match flag {
        None => filter,
        Some(Flag::None) => filter.equal("flag", Flag::None),
        Some(flag) => filter.equal("flag", flag).holds("flag <> 'none'"),
    }
}

/// Cases and departments' parts.
async fn both(ctx: &Ctx, scope: &Scope, filter: Filter) -> Result<u32, Failure> {
    let parts = counted(ctx, (COUNT_BRANCHES, BRANCH_COLUMNS), scope, filter.clone()).await?;
    let cases = count(ctx, scope, filter).await?;
    Ok(cases.saturating_add(parts).min(COUNT_MAX))
}

async fn count(ctx: &Ctx, scope: &Scope, filter: Filter) -> Result<u32, Failure> {
    counted(ctx, (COUNT_CASES, CASE_COLUMNS), scope, filter).await
}

async fn counted(
    ctx: &Ctx,
    (select, columns): (&'static str, ScopeColumns),
    scope: &Scope,
    filter: Filter,
) -> Result<u32, Failure> {
    let query = ListQuery {
        select,
        columns,
        sort: "due_ms",
        descending: false,
        filter,
        after: None,
        limit: COUNT_MAX,
    };
    let mut total = 0_i64;
    for term in &scope.terms {
        let (sql, values) = query.statement(term);
        let sql = format!("SELECT COUNT(*) AS n\nFROM ({sql}) AS page");
        let rows = ctx.services.records.point(sql.into(), values).await?;
        total += rows.first().map(|row| row.get::<i64>("n")).transpose()?.unwrap_or(0);
    }
    Ok(u32::try_from(total).unwrap_or(COUNT_MAX).min(COUNT_MAX))
}
