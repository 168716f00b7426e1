//! When a limit ends, what counted on the way, and how much is left.

use super::{Calendar, Limit, LimitUnit, date_of, day_number, last_day_before, week_reason};
use crate::clock::Timestamp;
use crate::text::LocalText;
use jiff::civil::Date;
use serde::Serialize;

/// Days that an explanation holds at most.
const EXPLAINED_MAX_DAYS: i64 = 1_100;
/// Milliseconds in an hour.
const HOUR_MS: i64 = 3_600_000;

/// When a limit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The last day.
    pub date: Date,
    /// Its end, 24:00 in Asia/Shanghai (which is 00:00 of the next day); with a limit in hours the
    /// exact instant.
    pub instant: Timestamp,
    /// Whether the arrangements of all days that matter are known. Where not, a notice of the
    /// State Council still to come may move it.
    pub certain: bool,
}

/// A time in which the clock of a limit stands: a correction, an expert review, a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// From this instant.
    pub from: Timestamp,
    /// Up to this instant, which is not in it; none while the clock still stands.
    pub to: Option<Timestamp>,
}

/// How much is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remaining {
    /// It ends on a later day; so many working days up to and with the last, today left out.
    /// It is 0 where only days of rest are left.
    Left(u32),
    /// Today is the last day.
    Today,
    /// It has ended; so many working days since, with today. It is 0 where only days of rest
    /// have passed.
    Overdue(u32),
}

/// A day of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedDay {
    /// Which day.
    pub date: Date,
    /// Whether it counts.
    pub counted: bool,
    /// Which day of the limit it is, from 1; none where it does not count.
    pub number: Option<u32>,
    /// Why it counts or not.
    pub reason: LocalText,
}

/// Pauses in order and merged, as day numbers: first and last day touched.
struct StandingDays(Vec<(i64, i64)>);

impl StandingDays {
    fn new(pauses: &[(Timestamp, Timestamp)]) -> StandingDays {
        let mut days: Vec<(i64, i64)> = pauses
            .iter()
            .filter(|(from, to)| from < to)
            .map(|(from, to)| (day_number(from.date()), day_number(last_day_before(*to))))
            .collect();
        days.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(days.len());
        for (first, last) in days {
            match merged.last_mut() {
                Some((_, end)) if first <= *end + 1 => *end = last.max(*end),
                _ => merged.push((first, last)),
            }
        }
        StandingDays(merged)
    }

    /// The last day of the standing that touches a day.
    fn until(&self, number: i64) -> Option<i64> {
        let index = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(index).filter(|(first, _)| *first <= number).map(|(_, last)| *last)
    }
}

impl Calendar {
    /// When a limit ends that starts with acceptance at an instant.
    ///
    /// - Working days: day one is the first working day after the day of acceptance.
    /// - Calendar days and months: the day of acceptance does not count; months end on the
    ///   corresponding day or the month's last; a last day that is a day of rest moves to the next
    ///   working day.
    /// - Hours: by the clock from the instant itself.
    pub fn due(&self, start: Timestamp, limit: Limit) -> Due {
        self.reach(start, limit, &[])
    }

    /// The same with pauses. The rule: **a day on which the clock stood at any moment does not
    /// count**, neither the day it stopped nor the day it went on; a last day moved off a rest is
    /// not put on such a day either. Limits in hours get the exact time back instead. None while
    /// the clock stands and the limit had not ended before: nothing is due until it goes on. A
    /// pause that ends before it begins is none.
    pub fn due_with_pauses(&self, start: Timestamp, limit: Limit, pauses: &[Pause]) -> Option<Due> {
        let closed: Vec<(Timestamp, Timestamp)> =
            pauses.iter().filter_map(|pause| pause.to.map(|to| (pause.from, to))).collect();
        let due = self.reach(start, limit, &closed);
        let standing = pauses.iter().any(|pause| pause.to.is_none() && pause.from < due.instant);
        (!standing).then_some(due)
    }

    fn reach(&self, start: Timestamp, limit: Limit, closed: &[(Timestamp, Timestamp)]) -> Due {
        let first = day_number(start.date());
        let standing = StandingDays::new(closed);
        let amount = i64::from(limit.amount());
        let last = match limit.unit() {
            LimitUnit::Hours => return reach_hours(start, amount, closed),
            LimitUnit::WorkingDays => self.after_working_days(first, amount, &standing),
            LimitUnit::CalendarDays => self.off_rest(first, first + amount, &standing),
            LimitUnit::Months => {
                let months = jiff::Span::new().months(i32::try_from(amount).unwrap_or(0));
                let end = start.date().checked_add(months).unwrap_or(Date::MAX);
                self.off_rest(first, day_number(end), &standing)
            }
        };
        let certain = match limit.unit() {
            LimitUnit::WorkingDays => self.all_certain(first + 1, last),
            _ => self.is_certain(last),
        };
        let date = date_of(last);
        Due { date, instant: Timestamp::end_of(date), certain }
    }

    fn after_working_days(&self, first: i64, amount: i64, standing: &StandingDays) -> i64 {
        let mut counted = 0;
        let mut day = first;
        while counted < amount && day < day_number(Date::MAX) {
            day += 1;
            if let Some(until) = standing.until(day) {
                day = until;
            } else if self.works(day) {
                counted += 1;
            }
        }
        day
    }

    /// Each standing day after the first puts the end off by one; then it moves off rest.
    fn off_rest(&self, first: i64, end: i64, standing: &StandingDays) -> i64 {
        let most = day_number(Date::MAX);
        let mut end = end;
        for (from, until) in &standing.0 {
            let from = (*from).max(first + 1);
            if from > end {
                break;
            }
            end = (end + (until - from + 1).max(0)).min(most);
        }
        while end < most && (!self.works(end) || standing.until(end).is_some()) {
            end += 1;
        }
        end
    }

    fn all_certain(&self, first: i64, last: i64) -> bool {
        // A year is known whole, so that one day of each tells; days declared by an operator
        // matter only in years that are not known, and do not make the others certain.
        let years = date_of(first).year()..=date_of(last).year();
        years.into_iter().all(|year| self.known_years.contains(&year))
    }

    /// How much is left at an instant until another, as [`Due::instant`] has it.
    pub fn remaining(&self, now: Timestamp, due: Timestamp) -> Remaining {
        let days = self.working_days_between(now, due);
        let count = u32::try_from(days.unsigned_abs()).unwrap_or(u32::MAX);
        if now >= due {
            Remaining::Overdue(count)
        } else if now.date() == last_day_before(due) {
            Remaining::Today
        } else {
            Remaining::Left(count)
        }
    }

    /// Day by day from acceptance to an instant (now, or [`Due::instant`]): what counted and why.
    /// The day of acceptance comes first and does not count. With working days only days on which
    /// people work count, with other units every day does; a day on which the clock stood never
    /// does. At most 1 100 days.
    pub fn explain(
        &self,
        start: Timestamp,
        until: Timestamp,
        unit: LimitUnit,
        pauses: &[Pause],
    ) -> Vec<ExplainedDay> {
        let first = day_number(start.date());
        let last = day_number(last_day_before(until)).min(first + EXPLAINED_MAX_DAYS - 1);
        let all: Vec<(Timestamp, Timestamp)> =
            pauses.iter().map(|p| (p.from, p.to.unwrap_or(Timestamp(i64::MAX)))).collect();
        let standing = StandingDays::new(&all);
        let mut number = 0;
        (first..=last)
            .map(|day| {
                let (counted, reason) = if day == first {
                    (false, LocalText::new("受理当天不计", "day of acceptance, not counted"))
                } else if standing.until(day).is_some() {
                    (false, LocalText::new("计时暂停", "the clock stood"))
                } else if unit == LimitUnit::WorkingDays {
                    let day = self.is_working(date_of(day));
                    (day.working, day.reason)
                } else {
                    let reason = self.exceptions.get(&day).map(|e| e.reason.clone());
                    (true, reason.unwrap_or_else(|| week_reason(day)))
                };
                number += u32::from(counted);
                let number = counted.then_some(number);
                ExplainedDay { date: date_of(day), counted, number, reason }
            })
            .collect()
    }
}

/// Hours by the clock; what a pause takes is given back.
fn reach_hours(start: Timestamp, hours: i64, closed: &[(Timestamp, Timestamp)]) -> Due {
    let mut pauses: Vec<(Timestamp, Timestamp)> =
        closed.iter().copied().filter(|(from, to)| from < to).collect();
    pauses.sort_unstable();
    let mut instant = start.plus_ms(hours * HOUR_MS);
    let mut passed = start;
    for (from, to) in pauses {
        let from = from.max(passed);
        if from >= instant {
            break;
        }
        if to > from {
            instant = instant.plus_ms(to.0.saturating_sub(from.0));
            passed = to;
        }
    }
    Due { date: last_day_before(instant), instant, certain: true }
}

#[cfg(test)]
mod tests {
    use super::super::NATIONAL;
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn national() -> Calendar {
        Calendar::from_toml(NATIONAL).unwrap()
    }

    /// Ten in the morning of a day.
    fn at(day: Date) -> Timestamp {
        Timestamp::start_of(day).plus_ms(10 * HOUR_MS)
    }

    fn due_date(start: Date, limit: &str) -> Date {
        let due = national().due(at(start), limit.parse().unwrap());
        assert!(due.certain);
        assert_eq!(due.instant, Timestamp::end_of(due.date));
        due.date
    }

    #[test]
    fn working_days_over_spring_festival_2026() {
        // February 2026: 13 Fri; 14 Sat worked; 15 Sun to 23 Mon off; 24 Tue to 27 Fri;
        // 28 Sat worked; 1 March Sun off.
        for (start, days, end) in [
            // 13 (1), 14 (2), 24 (3), 25 (4), 26 (5).
            (date(2026, 2, 12), 5, date(2026, 2, 26)),
            // 14 (1).
            (date(2026, 2, 13), 1, date(2026, 2, 14)),
            // 24 (1).
            (date(2026, 2, 14), 1, date(2026, 2, 24)),
            // Accepted in the holidays: 24 (1).
            (date(2026, 2, 18), 1, date(2026, 2, 24)),
            // 24 25 26 27 28 (5), 2 March (6).
            (date(2026, 2, 23), 6, date(2026, 3, 2)),
            // 11 12 13 14 (4), 24 25 26 27 28 (9), 2 3 4 5 6 March (14), 9 (15).
            (date(2026, 2, 10), 15, date(2026, 3, 9)),
            // Accepted on a Sunday: 2 March (1).
            (date(2026, 3, 1), 1, date(2026, 3, 2)),
        ] {
            assert_eq!(due_date(start, &format!("{days} working days")), end, "{start} {days}");
        }
    }

    #[test]
    fn working_days_over_national_day_2025_and_2026() {
        for (start, days, end) in [
            // 2025: 28 September Sun worked; 1 to 8 October off; 11 October Sat worked.
            // 28 (1), 29 (2), 30 (3), 9 (4), 10 (5), 11 (6), 13 (7).
            (date(2025, 9, 26), 3, date(2025, 9, 30)),
            (date(2025, 9, 26), 4, date(2025, 10, 9)),
            (date(2025, 9, 26), 6, date(2025, 10, 11)),
            (date(2025, 9, 26), 7, date(2025, 10, 13)),
            (date(2025, 9, 30), 1, date(2025, 10, 9)),
            // 2026: 20 September Sun worked; 25 to 27 off; 1 to 7 October off; 10 October Sat
            // worked. 20 to 24 (5), 28 29 30 (8), 8 (9), 9 (10), 10 (11), 12 (12).
            (date(2026, 9, 18), 1, date(2026, 9, 20)),
            (date(2026, 9, 18), 6, date(2026, 9, 28)),
            (date(2026, 9, 18), 9, date(2026, 10, 8)),
            (date(2026, 9, 18), 11, date(2026, 10, 10)),
            (date(2026, 9, 18), 12, date(2026, 10, 12)),
            // Over New Year into 2026: 30, 31 (2); 1 to 3 off; Sunday 4 worked (3).
            (date(2025, 12, 29), 3, date(2026, 1, 4)),
        ] {
            assert_eq!(due_date(start, &format!("{days} working days")), end, "{start} {days}");
        }
    }

    #[test]
    fn calendar_days_and_months_end_on_a_working_day() {
        for (start, limit, end) in [
            // 2 March + 10 = 12 March, a Thursday.
            (date(2026, 3, 2), "10 calendar days", date(2026, 3, 12)),
            // 2 March + 5 = 7 March, Saturday: Monday 9.
            (date(2026, 3, 2), "5 calendar days", date(2026, 3, 9)),
            // 10 February + 7 = 17, New Year's Day of the moon: 24.
            (date(2026, 2, 10), "7 calendar days", date(2026, 2, 24)),
            // 8 February + 20 = 28, a Saturday worked in exchange: it stays.
            (date(2026, 2, 8), "20 calendar days", date(2026, 2, 28)),
            // The corresponding day: 5 March to 5 June, a Friday.
            (date(2026, 3, 5), "3 months", date(2026, 6, 5)),
            // 31 March has none in April: the 30th, a Thursday.
            (date(2026, 3, 31), "1 month", date(2026, 4, 30)),
            // 31 January to 28 February, worked in exchange.
            (date(2026, 1, 31), "1 month", date(2026, 2, 28)),
            // 29 February 2024 + 12 months: 28 February 2025, a Friday.
            (date(2024, 2, 29), "12 months", date(2025, 2, 28)),
            // 1 April to 1 May, Labour Day until the 5th: the 6th.
            (date(2026, 4, 1), "1 month", date(2026, 5, 6)),
        ] {
            assert_eq!(due_date(start, limit), end, "{start} {limit}");
        }
    }

    #[test]
    fn hours_run_day_and_night() {
        let start = at(date(2026, 2, 16));
        let due = national().due(start, "48 hours".parse().unwrap());
        assert_eq!(due.instant, at(date(2026, 2, 18)));
        assert_eq!((due.date, due.certain), (date(2026, 2, 18), true));
        // A pause of 3 hours that overlaps another of 2 by 1 takes 4.
        let pause = |from: i64, to: i64| Pause {
            from: start.plus_ms(from * HOUR_MS),
            to: Some(start.plus_ms(to * HOUR_MS)),
        };
        let pauses = [pause(4, 6), pause(2, 5), pause(-5, -1), pause(90, 99)];
        let due = national().due_with_pauses(start, "48 hours".parse().unwrap(), &pauses);
        assert_eq!(due.map(|due| due.instant), Some(start.plus_ms(52 * HOUR_MS)));
    }

    #[test]
    fn the_hour_of_acceptance_does_not_matter() {
        let limit = "5 working days".parse().unwrap();
        let day = date(2026, 3, 5);
        let first = national().due(Timestamp::start_of(day), limit);
        let last = national().due(Timestamp::end_of(day).plus_ms(-1), limit);
        assert_eq!(first, last);
        assert_eq!(first.date, date(2026, 3, 12));
        assert_eq!(first.instant.rfc3339(), "2026-03-12T16:00:00.000Z");
    }

    #[test]
    fn past_the_known_years_it_is_uncertain() {
        let due = national().due(at(date(2026, 12, 28)), "5 working days".parse().unwrap());
        // 29 30 31 (3), 1 January by the week (4), 4 (5).
        assert_eq!((due.date, due.certain), (date(2027, 1, 4), false));
        let due = national().due(at(date(2026, 12, 28)), "3 working days".parse().unwrap());
        assert_eq!((due.date, due.certain), (date(2026, 12, 31), true));
    }

    #[test]
    fn a_day_on_which_the_clock_stood_does_not_count() {
        let limit = "5 working days".parse().unwrap();
        let start = at(date(2026, 3, 2));
        let hours =
            |day: i8, hour: i64| Timestamp::start_of(date(2026, 3, day)).plus_ms(hour * HOUR_MS);
        let due =
            |pauses: &[Pause]| national().due_with_pauses(start, limit, pauses).map(|due| due.date);
        // Without: 3 4 5 6 9.
        assert_eq!(due(&[]), Some(date(2026, 3, 9)));
        // One hour of the 4th: 3 5 6 9 10.
        let hour = Pause { from: hours(4, 10), to: Some(hours(4, 11)) };
        assert_eq!(due(&[hour]), Some(date(2026, 3, 10)));
        // From the 4th into the 6th, in two parts that overlap: 3 9 10 11 12.
        let long = Pause { from: hours(4, 17), to: Some(hours(6, 9)) };
        assert_eq!(due(&[long, hour]), Some(date(2026, 3, 12)));
        // Up to 24:00 of the 4th: the 5th counts.
        let night = Pause { from: hours(4, 23), to: Some(hours(5, 0)) };
        assert_eq!(due(&[night]), Some(date(2026, 3, 10)));
        // Over a weekend only, backwards, or of no length: nothing changes.
        let weekend = Pause { from: hours(7, 0), to: Some(hours(9, 0)) };
        let backwards = Pause { from: hours(5, 3), to: Some(hours(4, 3)) };
        let none = Pause { from: hours(5, 3), to: Some(hours(5, 3)) };
        assert_eq!(due(&[weekend, backwards, none]), Some(date(2026, 3, 9)));
        // While it stands nothing is due; a stop after the end changes nothing.
        assert_eq!(due(&[Pause { from: hours(9, 23), to: None }]), None);
        assert_eq!(due(&[Pause { from: hours(10, 0), to: None }]), Some(date(2026, 3, 9)));
    }

    #[test]
    fn pauses_put_off_calendar_days_and_months() {
        let start = at(date(2026, 3, 2));
        let pause = Pause { from: at(date(2026, 3, 4)), to: Some(at(date(2026, 3, 6))) };
        let due = |limit: &str, pauses: &[Pause]| {
            national().due_with_pauses(start, limit.parse().unwrap(), pauses).unwrap().date
        };
        // 12 March and three days: 15, a Sunday, so the 16th.
        assert_eq!(due("10 calendar days", &[pause]), date(2026, 3, 16));
        // 2 April and three days: 5, Qingming until the 6th, so the 7th.
        assert_eq!(due("1 month", &[pause]), date(2026, 4, 7));
        // A pause from before acceptance takes only what follows it: 3 March.
        let early = Pause { from: at(date(2026, 2, 1)), to: Some(at(date(2026, 3, 3))) };
        assert_eq!(due("10 calendar days", &[early]), date(2026, 3, 13));
    }

    #[test]
    fn what_is_left() {
        let calendar = national();
        let due = Timestamp::end_of(date(2026, 3, 9));
        let left = |day: Date| calendar.remaining(at(day), due);
        assert_eq!(left(date(2026, 2, 27)), Remaining::Left(7));
        assert_eq!(left(date(2026, 3, 6)), Remaining::Left(1));
        assert_eq!(left(date(2026, 3, 8)), Remaining::Left(1));
        assert_eq!(left(date(2026, 3, 9)), Remaining::Today);
        assert_eq!(left(date(2026, 3, 10)), Remaining::Overdue(1));
        assert_eq!(left(date(2026, 3, 16)), Remaining::Overdue(5));
        let friday = Timestamp::end_of(date(2026, 3, 6));
        assert_eq!(calendar.remaining(at(date(2026, 3, 7)), friday), Remaining::Overdue(0));
        assert_eq!(calendar.remaining(friday, friday), Remaining::Overdue(0));
        let sunday = Timestamp::end_of(date(2026, 3, 8));
        assert_eq!(calendar.remaining(at(date(2026, 3, 6)), sunday), Remaining::Left(0));
    }

    #[test]
    fn an_explanation_counts_to_the_limit() {
        let calendar = national();
        let start = at(date(2026, 2, 12));
        let limit: Limit = "3 working days".parse().unwrap();
        let pauses = [Pause {
            from: at(date(2026, 2, 24)),
            to: Some(at(date(2026, 2, 24)).plus_ms(HOUR_MS)),
        }];
        let due = calendar.due_with_pauses(start, limit, &pauses).unwrap();
        let days = calendar.explain(start, due.instant, limit.unit(), &pauses);
        let shown: Vec<String> = days
            .iter()
            .map(|day| {
                let number = day.number.map_or("-".to_owned(), |n| n.to_string());
                format!("{} {number} {} / {}", day.date, day.reason.zh, day.reason.en)
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        2026-02-12 - 受理当天不计 / day of acceptance, not counted
        2026-02-13 1 工作日 / working day
        2026-02-14 2 调休上班（春节） / working day in exchange (Spring Festival)
        2026-02-15 - 春节 / Spring Festival
        2026-02-16 - 春节 / Spring Festival
        2026-02-17 - 春节 / Spring Festival
        2026-02-18 - 春节 / Spring Festival
        2026-02-19 - 春节 / Spring Festival
        2026-02-20 - 春节 / Spring Festival
        2026-02-21 - 春节 / Spring Festival
        2026-02-22 - 春节 / Spring Festival
        2026-02-23 - 春节 / Spring Festival
        2026-02-24 - 计时暂停 / the clock stood
        2026-02-25 3 工作日 / working day
        ");
        let forever = calendar.explain(start, Timestamp(i64::MAX), limit.unit(), &[]);
        assert_eq!(forever.len() as i64, EXPLAINED_MAX_DAYS);
    }

    proptest! {
        /// A limit of n working days has n counted days, and its last day counts.
        #[test]
        fn the_explanation_agrees_with_the_end(
            start in 19_700_i64..20_800,
            amount in 1_u32..60,
            pauses in prop::collection::vec((0_i64..60, 0_i64..200), 0..4),
        ) {
            let calendar = national();
            let start = at(date_of(start));
            let limit = Limit::new(amount, LimitUnit::WorkingDays).unwrap();
            let pauses: Vec<Pause> = pauses
                .into_iter()
                .map(|(day, hours)| {
                    let from = start.plus_ms(day * 24 * HOUR_MS);
                    Pause { from, to: Some(from.plus_ms(hours * HOUR_MS)) }
                })
                .collect();
            let due = calendar.due_with_pauses(start, limit, &pauses).unwrap();
            let days = calendar.explain(start, due.instant, limit.unit(), &pauses);
            prop_assert_eq!(days.last().and_then(|day| day.number), Some(amount));
            if pauses.is_empty() {
                prop_assert_eq!(
                    calendar.working_days_between(start, due.instant), i64::from(amount)
                );
            }
        }

        #[test]
        fn any_input_is_answered(
            start in any::<i64>(),
            unit in 0_usize..4,
            amount in 1_u32..120,
            pauses in prop::collection::vec(
                (any::<i64>(), prop::option::of(any::<i64>())), 0..4,
            ),
        ) {
            let unit = [
                LimitUnit::WorkingDays, LimitUnit::CalendarDays, LimitUnit::Months, LimitUnit::Hours,
            ][unit];
            let limit = Limit::new(amount, unit).unwrap();
            let pauses: Vec<Pause> = pauses
                .into_iter()
                .map(|(from, to)| Pause { from: Timestamp(from), to: to.map(Timestamp) })
                .collect();
            let _ = national().due_with_pauses(Timestamp(start), limit, &pauses);
        }
    }
}
