//! Puts records whose time is over on lists: a bounded number a round, by the index of their type, without a lock.

use std::collections::BTreeMap;

use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::{DivisionCode, Level};
use minshu_kernel::error::Failure;
use minshu_kernel::list::After;
use minshu_kernel::records::{Statement, Value};
use minshu_kernel::retention::{AgedRecord, AgeingClass, DueAsk, over_before};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::DisposalId;
use super::store;

/// Records of one round.
const ROUND: u32 = 200;
/// A list takes no more records from here on: somebody has to look at it.
const FULL: i64 = 1_000;
/// The ids of one look.
const LOOK: usize = 10;

/// How far a pass is: behind this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passed {
    /// The type.
    #[schemars(length(max = 80))]
    pub record_type: String,
    /// The class.
    #[schemars(length(max = 160))]
    pub class: String,
    /// The record.
    pub after: After,
}

/// What a round found.
pub struct Round {
    /// What is written.
    pub writes: Vec<Statement>,
    /// How many records came on lists.
    pub records: usize,
    /// Where the next round begins; nothing where the pass is over.
    pub next: Option<Passed>,
}

/// A round of a pass.
pub async fn round(ctx: &Ctx, passed: Option<Passed>) -> Result<Round, Failure> {
    let mut round = Round { writes: Vec::new(), records: 0, next: None };
    let mut looked = 0;
    let mut passed = passed;
    for kind in &*ctx.services.record_types {
        if passed.as_ref().is_some_and(|passed| passed.record_type != kind.name) {
            continue;
        }
        for class in (kind.classes)(ctx).await? {
            // A class that is no more ends the pass; the next one begins anew.
            let after = match &passed {
                Some(at) if at.class != class.id => continue,
                Some(at) => Some(at.after.clone()),
                None => None,
            };
            passed = None;
            let Some(years) = class.years else { continue };
            let before = over_before(ctx.now.date(), years);
            let limit = ROUND - looked;
            let ask = DueAsk { class: &class, before, after, limit };
            let due = (kind.due)(ctx, ask).await?;
            looked += u32::try_from(due.len()).unwrap_or(limit);
            let last = due.last().map(|last| After { sort: last.aged.0, id: last.id.clone() });
            put(ctx, kind.name, &class, years, due, &mut round).await?;
            if let (true, Some(after)) = (looked >= ROUND, last) {
                let record_type = kind.name.to_owned();
                round.next = Some(Passed { record_type, class: class.id, after });
                return Ok(round);
            }
        }
    }
    Ok(round)
}

/// Those of the records that are on no list yet come on lists of their places.
async fn put(
    ctx: &Ctx,
    kind: &str,
    class: &AgeingClass,
    years: u16,
    due: Vec<AgedRecord>,
    round: &mut Round,
) -> Result<(), Failure> {
    let mut places: BTreeMap<DivisionCode, Vec<AgedRecord>> = BTreeMap::new();
    for some in due.chunks(LOOK) {
        let ids = (0..LOOK).map(|at| some.get(at).unwrap_or(&some[0]).id.as_str());
        let mut asked: Vec<Value> = vec![kind.into()];
        asked.extend(ids.map(Value::from));
        asked.push(ctx.now.into());
        let rows = ctx.rows(store::KNOWN_RECORDS, asked).await?;
        let known: Vec<String> =
            rows.iter().map(|row| row.get("record")).collect::<Result<_, _>>()?;
        for record in some.iter().filter(|record| !known.contains(&record.id)) {
            // The records of a county are looked at together, whichever of its townships they lie in.
            let county = ctx.services.divisions.ancestor_at(record.division, Level::County);
            let place = county.map_or(record.division, |county| county.code());
            places.entry(place).or_default().push(record.clone());
        }
    }
    for (division, records) in places {
        let asked = values![&class.id, division, kind, i64::from(years), FULL];
        let (list, version) = match ctx.row(store::OPEN_LIST, asked).await? {
            Some(row) => (row.id("id")?, row.get("version")?),
            None => {
                let list = DisposalId::fresh(&*ctx.services.ids);
                round.writes.push(begin(ctx, list, kind, class, years, division));
                (list, 1)
            }
        };
        round.records += records.len();
        round.writes.extend(records.into_iter().map(|record| {
            let values = values![kind, record.id, list, record.aged, ctx.now];
            Statement::any(store::PUT_ITEM, values)
        }));
        round.writes.push(Statement::one(store::COUNT_LIST, values![list, version]));
    }
    Ok(())
}

fn begin(
    ctx: &Ctx,
    list: DisposalId,
    kind: &str,
    class: &AgeingClass,
    years: u16,
    division: DivisionCode,
) -> Statement {
    let mut values = values![
        list,
        kind,
        &class.id,
        &class.name.zh,
        &class.name.en,
        class.pack.as_deref(),
        i64::from(years),
        &class.basis.zh,
        &class.basis.en,
        division,
    ];
    values.extend(ctx.services.divisions.levels(division).map(Value::from));
    values.push(ctx.now.into());
    Statement::one(store::BEGIN_LIST, values)
}
