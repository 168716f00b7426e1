//! Correction: people ask that what is held about them be put right; whoever is responsible decides within fifteen working
//! days. What is wrong is changed by the action that the field has anyway; this keeps the asking, the answer and the time.

pub mod model;
pub(crate) mod store;

use std::sync::Arc;

use minshu_kernel::access::ScopeTerm;
use minshu_kernel::capability::{Contract, GaugeEntry, MeasureAsk, MeasureEntry, Measured};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldRecord, Holding, Leaving};
use minshu_kernel::list::{After, DIVISION_COLUMNS, Filter, ListQuery};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use serde_json::json;

use model::{COLUMNS, Correction};

/// Statements, the holding and figures.
pub(crate) fn describe(contract: &mut Contract) {
    contract.sql(store::STATEMENTS);
    contract.holdings.push(Holding {
        name: "platform.corrections",
        title: "platform-held-corrections",
        purpose: "platform-held-corrections-purpose",
        basis: "platform-held-corrections-basis",
        period: "platform-held-corrections-period",
        read: |ctx, most| Box::pin(read(ctx, most)),
        leave: |ctx| Box::pin(leave(ctx)),
    });
    let query = ListQuery {
        select: store::CORRECTIONS,
        columns: COLUMNS,
        sort: "due_ms",
        descending: false,
        filter: Filter::new().equal("state", "open"),
        after: Some(After { sort: 0, id: String::new() }),
        limit: 50,
    };
    let terms = [
        ScopeTerm::default(),
        ScopeTerm {
            division: "350102".parse().ok(),
            pack: Some("pack".to_owned()),
            ..ScopeTerm::default()
        },
    ];
    let lists = terms.iter().map(|term| ("LIST_CORRECTIONS", query.statement(term).0));
    contract.statements.extend(lists);
    let places = DIVISION_COLUMNS.iter().map(|column| ("DECIDED_WITHIN", within(column)));
    contract.statements.extend(places);
    contract.gauges.push(GaugeEntry {
        name: "platform_corrections_overdue",
        help: "Requests for correction that were not decided within their limit.",
        sql: store::OVERDUE_CORRECTIONS,
    });
    contract.measures.push(MeasureEntry {
        name: "platform.corrections_in_time_share",
        title: ("更正请求按时答复的比例", "Share of requests for correction decided in time"),
        unit: ("%", "%"),
        read: Arc::new(|ctx, ask| Box::pin(in_time(ctx, ask))),
    });
}

/// The same within a place.
fn within(column: &str) -> String {
    format!("{}\n  AND {column} = $4", store::DECIDED_WITHIN)
}

async fn in_time(ctx: Arc<Ctx>, ask: MeasureAsk) -> Result<Measured, Failure> {
    let mut values = values![ask.from, ask.until, ask.pack.as_deref()];
    let sql = match ask.division {
        Some(division) => {
            values.push(division.into());
            within(DIVISION_COLUMNS[division.level() as usize])
        }
        None => store::DECIDED_WITHIN.to_owned(),
    };
    let rows = ctx.services.records.scan(sql.into(), values).await?;
    let number = |column| rows.first().map_or(Ok(0), |row| row.get::<i64>(column));
    let (records, good) = (number("n")?, number("in_time")?);
    let share = u32::try_from(good).ok().zip(u32::try_from(records).ok().filter(|n| *n > 0));
    let value = share.map(|(good, all)| 100.0 * f64::from(good) / f64::from(all));
    Ok(Measured { value, records })
}

/// Who asks, as columns hold it; an id that nobody has where there is none.
fn whose(ctx: &Ctx) -> (String, String) {
    let account = ctx.who.account().map(|id| id.to_string()).unwrap_or_default();
    (account, ctx.who.person.map(|id| id.to_string()).unwrap_or_default())
}

/// One's own requests, the latest first.
pub async fn own(ctx: &Ctx, most: u32) -> Result<Vec<Correction>, Failure> {
    let (account, person) = whose(ctx);
    let asked = values![account, person, i64::from(most)];
    let rows = ctx.services.records.scan(store::OWN_CORRECTIONS.into(), asked).await?;
    rows.iter().map(|row| Correction::read(ctx, row)).collect()
}

async fn read(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let held = |request: Correction| HeldRecord {
        resource: "platform.correction",
        id: request.id.to_string(),
        title: request.words.title.clone(),
        at: request.decided.unwrap_or(request.asked),
        href: Some("/me/corrections".to_owned()),
        data: json!({
            "words": request.words, "state": request.state, "asked_ms": request.asked,
            "due_ms": request.due, "decided_ms": request.decided, "outcome": request.outcome,
        }),
        files: Vec::new(),
    };
    Ok(own(ctx, most).await?.into_iter().map(held).collect())
}

async fn leave(ctx: &Ctx) -> Result<Leaving, Failure> {
    let (account, person) = whose(ctx);
    let gone = Statement::any(store::ERASE_CORRECTIONS, values![account, person]);
    Ok(Leaving { writes: vec![gone], ..Leaving::default() })
}
