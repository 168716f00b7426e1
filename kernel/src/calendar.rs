//! The working-day calendar: which days count, when a limit ends, how long is left. Day one of a
//! limit is the day after acceptance that counts; a limit ends at 24:00 in Asia/Shanghai.
//!
//! Sources: Administrative Licensing Law art. 82 (limits in working days leave out statutory
//! holidays); Civil Code art. 201 (the first day does not count), 202 (months end on the
//! corresponding day, or the month's last), 203 (a last day that is a day of rest is moved to the
//! next working day); the yearly notices of the General Office of the State Council.

mod data;
mod due;
mod limit;

pub use data::{CalendarMistake, CalendarProblem};
pub use due::{Due, ExplainedDay, Pause, Remaining};
pub use limit::{BadLimit, Limit, LimitUnit};

use crate::clock::{DAY_MS, Timestamp};
use crate::text::LocalText;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The arrangements that come with the program, 2024 to 2026.
pub const NATIONAL: &str = include_str!("../data/working-days.toml");

/// Whether a day is a working day, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Whether it is a working day.
    pub working: bool,
    /// Why: the holiday's name, the weekday, the operator's reason.
    pub reason: LocalText,
    /// Whether the arrangement of that year is known; where not, the week alone answers.
    pub certain: bool,
}

/// A day that an operator declares: a typhoon's closure, a local festival, a year's arrangement
/// that is not yet in the program. It wins over everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayOverride {
    /// Which day, `2026-07-17`.
    #[schemars(with = "String", extend("format" = "date", "maxLength" = 10))]
    pub date: Date,
    /// Whether it is a working day.
    pub working: bool,
    /// Why, as people are told.
    pub reason: LocalText,
}

/// A change of the calendar, for the actions that follow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarChange {
    /// Which change it is: the request that made it. Work that goes on in several jobs carries it on.
    #[schemars(length(max = 36), example = &"01928f5e-7b1a-7c3d-8e4f-0123456789ab")]
    pub change: String,
    /// The day that was declared.
    #[schemars(with = "String", extend("format" = "date", "maxLength" = 10))]
    pub date: Date,
}

/// A day that does not follow the week, or follows it for another reason.
#[derive(Debug, Clone)]
struct Exception {
    working: bool,
    reason: LocalText,
}

/// The working-day calendar. Made once and shared; a changed one is made anew.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    known_years: BTreeSet<i16>,
    /// By day number.
    exceptions: BTreeMap<i64, Exception>,
    /// Day number and what all exceptions up to it add to the working days of the week.
    balance: Vec<(i64, i64)>,
}

impl Calendar {
    /// Reads a calendar file (see `kernel/data/working-days.toml` for its shape). All mistakes
    /// are told at once, each at its line and column.
    pub fn from_toml(text: &str) -> Result<Calendar, Vec<CalendarProblem>> {
        data::read(text)
    }

    /// The same calendar with days that an operator declared; of two for one day the later wins.
    #[must_use]
    pub fn with_overrides(mut self, days: impl IntoIterator<Item = DayOverride>) -> Calendar {
        for day in days {
            let exception = Exception { working: day.working, reason: day.reason };
            self.exceptions.insert(day_number(day.date), exception);
        }
        self.rebalance();
        self
    }

    /// The last year whose arrangement is known, so that operators are told when one is missing.
    pub fn last_known_year(&self) -> Option<i16> {
        self.known_years.last().copied()
    }

    /// Whether people work on a day, why, and whether that is certain.
    pub fn is_working(&self, date: Date) -> Day {
        let number = day_number(date);
        match self.exceptions.get(&number) {
            Some(exception) => {
                Day { working: exception.working, reason: exception.reason.clone(), certain: true }
            }
            None => Day {
                working: is_weekday(number),
                reason: week_reason(number),
                certain: self.known_years.contains(&date.year()),
            },
        }
    }

    /// The working days from now to an instant at which something is due, today left out: 0 on the
    /// last day (or when only days of rest are left), negative when overdue. `due` is the end of a
    /// day (24:00), as [`Due::instant`] is. Takes microseconds, however far apart.
    pub fn working_days_between(&self, now: Timestamp, due: Timestamp) -> i64 {
        let today = day_number(now.date());
        let last = day_number(last_day_before(due));
        self.working_before(last + 1) - self.working_before(today + 1)
    }

    fn works(&self, number: i64) -> bool {
        self.exceptions.get(&number).map_or_else(|| is_weekday(number), |e| e.working)
    }

    fn is_certain(&self, number: i64) -> bool {
        self.exceptions.contains_key(&number) || self.known_years.contains(&date_of(number).year())
    }

    /// Working days before a day, counted from an arbitrary origin.
    fn working_before(&self, number: i64) -> i64 {
        // 1969-12-29 was a Monday.
        let since_monday = number + 3;
        let by_week = since_monday.div_euclid(7) * 5 + since_monday.rem_euclid(7).min(5);
        let passed = self.balance.partition_point(|(day, _)| *day < number);
        by_week + passed.checked_sub(1).and_then(|i| self.balance.get(i)).map_or(0, |(_, sum)| *sum)
    }

    fn rebalance(&mut self) {
        let mut sum = 0;
        self.balance.clear();
        for (number, exception) in &self.exceptions {
            let change = i64::from(exception.working) - i64::from(is_weekday(*number));
            if change != 0 {
                sum += change;
                self.balance.push((*number, sum));
            }
        }
    }
}

/// The last day that has a moment before the instant: for 24:00 the day that ends.
fn last_day_before(instant: Timestamp) -> Date {
    instant.plus_ms(-1).date()
}

/// Days since 1970-01-01.
fn day_number(date: Date) -> i64 {
    Timestamp::end_of(date).0.div_euclid(DAY_MS)
}

/// The day of a number; the calendar's first or last day past its ends.
fn date_of(number: i64) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    i32::try_from(number)
        .ok()
        .and_then(|days| jiff::Span::new().try_days(days).ok())
        .and_then(|span| epoch.checked_add(span).ok())
        .unwrap_or(if number < 0 { Date::MIN } else { Date::MAX })
}

/// Monday is 0.
const fn weekday(number: i64) -> i64 {
    (number + 3).rem_euclid(7)
}

const fn is_weekday(number: i64) -> bool {
    weekday(number) < 5
}

fn week_reason(number: i64) -> LocalText {
    match weekday(number) {
        5 => LocalText::new("周六", "Saturday"),
        6 => LocalText::new("周日", "Sunday"),
        _ => LocalText::new("工作日", "working day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    pub(super) fn national() -> Calendar {
        Calendar::from_toml(NATIONAL).unwrap()
    }

    #[test]
    fn the_years_have_their_working_days() {
        // 2024: 366 days, 262 weekdays, 19 of them off, 8 weekend days worked: 251. And so on.
        let calendar = national();
        for (year, days) in [(2024, 251), (2025, 248), (2026, 248)] {
            let mut counted = 0;
            let mut day = date(year, 1, 1);
            while day.year() == year {
                let answer = calendar.is_working(day);
                assert!(answer.certain);
                counted += i64::from(answer.working);
                day = day.tomorrow().unwrap();
            }
            assert_eq!(counted, days, "{year}");
        }
        assert_eq!(calendar.last_known_year(), Some(2026));
    }

    #[test]
    fn a_day_says_why() {
        let calendar = national();
        let day = |y, m, d| {
            let day = calendar.is_working(date(y, m, d));
            (day.working, day.reason.zh, day.reason.en)
        };
        assert_eq!(day(2026, 2, 17), (false, "春节".into(), "Spring Festival".into()));
        assert_eq!(
            day(2026, 2, 28),
            (true, "调休上班（春节）".into(), "working day in exchange (Spring Festival)".into())
        );
        assert_eq!(day(2026, 3, 7), (false, "周六".into(), "Saturday".into()));
        assert_eq!(day(2026, 3, 5), (true, "工作日".into(), "working day".into()));
        assert_eq!(
            day(2025, 10, 6),
            (false, "国庆节、中秋节".into(), "National Day and Mid-Autumn Festival".into())
        );
    }

    #[test]
    fn unknown_years_follow_the_week_and_say_so() {
        let day = national().is_working(date(2031, 10, 1));
        assert!(day.working && !day.certain);
        let day = national().is_working(date(2031, 10, 4));
        assert!(!day.working && !day.certain);
    }

    #[test]
    fn an_operator_can_declare_days() {
        let typhoon = DayOverride {
            date: date(2026, 7, 17),
            working: false,
            reason: LocalText::new("台风停工", "closed for a typhoon"),
        };
        let before = national();
        let after = before.clone().with_overrides([typhoon.clone()]);
        assert!(before.is_working(typhoon.date).working);
        assert_eq!(after.is_working(typhoon.date).reason, typhoon.reason);
        let (from, to) =
            (Timestamp::start_of(date(2026, 7, 1)), Timestamp::end_of(date(2026, 7, 31)));
        assert_eq!(before.working_days_between(from, to) - 1, after.working_days_between(from, to));
        let json = serde_json::to_string(&typhoon).unwrap();
        assert_eq!(serde_json::from_str::<DayOverride>(&json).unwrap(), typhoon);
    }

    #[test]
    fn day_numbers_are_days() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(1969, 12, 31)), -1);
        assert_eq!(weekday(day_number(date(2026, 3, 5))), 3);
        assert_eq!(date_of(i64::MAX), Date::MAX);
        assert_eq!(date_of(i64::MIN), Date::MIN);
        for day in [Date::MIN, date(2026, 3, 5), Date::MAX] {
            assert_eq!(date_of(day_number(day)), day);
        }
    }

    proptest! {
        /// The count by prefix sums is the count by walking.
        #[test]
        fn between_is_what_walking_finds(from in 19_600_i64..20_900, length in -200_i64..200) {
            let calendar = national();
            let (now, due) = (
                Timestamp::start_of(date_of(from)).plus_ms(37_000_000),
                Timestamp::end_of(date_of(from + length)),
            );
            let walked = |a: i64, b: i64| (a + 1..=b).filter(|n| calendar.works(*n)).count() as i64;
            let wanted = walked(from, from + length) - walked(from + length, from);
            prop_assert_eq!(calendar.working_days_between(now, due), wanted);
        }

        #[test]
        fn any_instants_are_answered(now in any::<i64>(), due in any::<i64>()) {
            let _ = national().working_days_between(Timestamp(now), Timestamp(due));
        }
    }
}
