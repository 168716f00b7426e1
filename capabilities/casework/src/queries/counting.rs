//! How the time of a case is counted: each stretch with its days, whether they count, and why; with both ends.

use std::collections::BTreeMap;

use jiff::civil::Date;
use minshu_kernel::calendar::{Calendar, LimitUnit, Pause};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::text::{Lang, LocalText, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::CompiledItem;
use crate::deadlines::{self, Counted, Why};
use crate::error::special_key;
use crate::model::{Case, Step};
use crate::pack::SpecialKind;

/// Days that the explanation of a limit shows at most.
pub(super) const DAYS_MAX: usize = 400;

/// A stretch of days that count or do not, for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StretchView {
    /// Its first day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: Date,
    /// Its last day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: Date,
    /// How many days it has.
    pub days: u32,
    /// Whether they count.
    pub counted: bool,
    /// Why.
    pub reason: LocalText,
}

/// A day as the calendar and the case's history explain it.
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) counted: bool,
    pub(super) number: Option<u32>,
    pub(super) reason: LocalText,
    rest: bool,
}

/// The name of a special procedure in both languages.
pub(crate) fn special_name(ctx: &Ctx, kind: SpecialKind) -> LocalText {
    let say = |lang| Speaker::new(ctx.services.texts.clone(), lang).say(special_key(kind));
    LocalText::new(say(Lang::Zh), say(Lang::En))
}

/// Each day from acceptance (or receipt) to an end. While the clock stands, days to come are not foretold.
pub(super) fn days(
    ctx: &Ctx,
    calendar: &Calendar,
    (from, until): (Timestamp, Timestamp),
    unit: LimitUnit,
    stops: &[(Pause, Why)],
) -> Vec<Day> {
    let pauses: Vec<Pause> = stops.iter().map(|(pause, _)| *pause).collect();
    let standing = pauses.iter().any(|pause| pause.to.is_none());
    let today = ctx.now.date();
    let until = if standing { Timestamp::end_of(today).max(from.plus_ms(1)) } else { until };
    let mut why: BTreeMap<Date, LocalText> = BTreeMap::new();
    for (pause, reason) in stops {
        let text = match reason {
            Why::Correction => {
                LocalText::new("在申请人处补正", "with the applicant, for correction")
            }
            Why::Special(kind) => {
                let name = special_name(ctx, *kind);
                LocalText::new(
                    format!("计时停着：{}", name.zh),
                    format!("the clock stood: {}", name.en),
                )
            }
        };
        let last = pause.to.map_or(today, |to| to.plus_ms(-1).date());
        let mut day = pause.from.date();
        while day <= last && why.len() <= DAYS_MAX {
            why.entry(day).or_insert_with(|| text.clone());
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
    }
    let explained = calendar.explain(from, until, unit, &pauses);
    let first = explained.first().map(|day| day.date);
    explained
        .into_iter()
        .take(DAYS_MAX)
        .map(|day| {
            let stood = why.get(&day.date).filter(|_| !day.counted && Some(day.date) != first);
            Day {
                rest: stood.is_none() && !day.counted && Some(day.date) != first,
                reason: stood.cloned().unwrap_or(day.reason),
                date: day.date,
                counted: day.counted,
                number: day.number,
            }
        })
        .collect()
}

/// Days that follow one another and have the same reason, together. A weekend is one thing; a day that is worked in
/// exchange is told on its own.
pub(super) fn stretches(days: &[Day]) -> Vec<StretchView> {
    let weekend = |day: &Day| day.rest && matches!(day.reason.zh.as_str(), "周六" | "周日");
    let reason = |day: &Day| match weekend(day) {
        true => LocalText::new("周末", "weekend"),
        false => day.reason.clone(),
    };
    let mut stretches: Vec<StretchView> = Vec::new();
    for day in days {
        let why = reason(day);
        match stretches.last_mut() {
            Some(last) if last.counted == day.counted && last.reason == why => {
                last.to = day.date;
                last.days += 1;
            }
            _ => stretches.push(StretchView {
                from: day.date,
                to: day.date,
                days: 1,
                counted: day.counted,
                reason: why,
            }),
        }
    }
    stretches
}

/// The end of the limit that the law sets; none before acceptance and while the clock stands.
pub(super) fn statutory_due(
    calendar: &Calendar,
    case: &Case,
    item: &CompiledItem,
    steps: &[Step],
) -> Option<Timestamp> {
    let accepted = case.accepted?;
    let pauses = deadlines::pauses(steps);
    let counted = Counted {
        begun: accepted,
        accepted: Some(accepted),
        pauses: &pauses,
        extended: deadlines::extended(steps),
    };
    let limit = counted.of_case(&item.item, item.item.statutory);
    calendar.due_with_pauses(accepted, limit, &pauses).map(|due| due.instant)
}
