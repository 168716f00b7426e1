//! Retention: records whose time is over are gathered into lists, a person proposes a list and another approves it, then it
//! is carried out; a hold keeps records from it. Which records age, and how one goes, capabilities say
//! ([`minshu_kernel::retention`]).

pub mod carry;
pub mod gather;
pub mod holds;
pub mod model;
pub(crate) mod store;

use minshu_kernel::action::JobDraft;
use minshu_kernel::capability::{Contract, GaugeEntry, MeasureAsk, MeasureEntry, Measured};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, DIVISION_COLUMNS, Filter, ListQuery};
use minshu_kernel::records::{Statement, WriteSet};
use minshu_kernel::values;
use std::sync::Arc;

use crate::house::House;
use crate::platform::actions::gather_disposals::NAME as GATHER;

/// Makes sure that the job is there that looks for records whose time is over.
pub async fn prepare(house: &House) -> Result<(), Failure> {
    if house.contract.record_types.is_empty() {
        return Ok(());
    }
    // Nothing hurries: a start has other things to do.
    let now = house.services.clock.now().plus_ms(10 * 60_000);
    let job = Statement::any(crate::store::BEGIN_JOB, values![GATHER, now, GATHER, "{}"]);
    Ok(house.services.records.apply(WriteSet { statements: vec![job] }).await?)
}

/// The next round of the job.
pub(crate) fn again(ctx: &Ctx, pause_ms: i64, passed: Option<&gather::Passed>) -> JobDraft {
    JobDraft {
        key: GATHER.to_owned(),
        due: Some(ctx.now.plus_ms(pause_ms)),
        action: GATHER,
        input: serde_json::json!({ "passed": passed }),
    }
}

/// Statements of lists, holds and figures.
pub(crate) fn describe(contract: &mut Contract) {
    contract.sql(store::STATEMENTS);
    contract.holdings.push(holds::holding());
    for (name, select, columns, sort, filter) in [
        (
            "LIST_DISPOSALS",
            store::LISTS,
            model::LIST_COLUMNS,
            "begun_ms",
            Filter::new().equal("state", "proposed").holds("items > 0"),
        ),
        (
            "LIST_HOLDS",
            store::HOLDS,
            model::HOLD_COLUMNS,
            "placed_ms",
            Filter::new().equal("lifted", 0_i64),
        ),
    ] {
        let after = Some(After { sort: 0, id: String::new() });
        let query = ListQuery { select, columns, sort, descending: true, filter, after, limit: 50 };
        let county = "350102".parse().ok();
        let terms = [
            minshu_kernel::access::ScopeTerm::default(),
            minshu_kernel::access::ScopeTerm {
                division: county,
                pack: Some("pack".to_owned()),
                ..Default::default()
            },
        ];
        contract.statements.extend(terms.iter().map(|term| (name, query.statement(term).0)));
    }
    contract
        .statements
        .extend(DIVISION_COLUMNS.iter().map(|column| ("GONE_WITHIN", within(column))));
    contract.gauges.extend([
        GaugeEntry {
            name: "platform_disposals_proposed",
            help: "Lists of records that wait for the approval of their disposal.",
            sql: store::PROPOSED,
        },
        GaugeEntry {
            name: "platform_holds_on",
            help: "Holds that keep records from disposal.",
            sql: store::HOLDS_ON,
        },
    ]);
    contract.measures.push(MeasureEntry {
        name: "platform.records_disposed",
        title: ("按期处置的档案", "Records disposed of when their time was over"),
        unit: ("件", "records"),
        read: Arc::new(|ctx, ask| Box::pin(disposed(ctx, ask))),
    });
}

/// The same within a place.
fn within(column: &str) -> String {
    format!("{}\n  AND {column} = $4", store::GONE_WITHIN)
}

async fn disposed(ctx: Arc<Ctx>, ask: MeasureAsk) -> Result<Measured, Failure> {
    let mut values = values![ask.from, ask.until, ask.pack.as_deref()];
    let sql = match ask.division {
        Some(division) => {
            values.push(division.into());
            within(DIVISION_COLUMNS[division.level() as usize])
        }
        None => store::GONE_WITHIN.to_owned(),
    };
    let rows = ctx.services.records.scan(sql.into(), values).await?;
    let records: i64 = rows.first().map_or(Ok(0), |row| row.get("n"))?;
    let value = u32::try_from(records).map(f64::from).ok();
    Ok(Measured { value, records })
}
