//! Working hours: nine to seventeen o'clock on working days.

use minshu_kernel::calendar::Calendar;
use minshu_kernel::clock::{DAY_MS, Timestamp};

const HOUR_MS: i64 = 3_600_000;
const OPENS_MS: i64 = 9 * HOUR_MS;
const CLOSES_MS: i64 = 17 * HOUR_MS;
/// Days that are looked at: more than 400 working hours take, with every holiday between.
const DAYS_MOST: i64 = 200;

/// The instant at which so many working hours have passed since another.
pub fn later(calendar: &Calendar, from: Timestamp, hours: u16) -> Timestamp {
    let mut left = i64::from(hours) * HOUR_MS;
    for day in 0..DAYS_MOST {
        let start = Timestamp::start_of(from.plus_ms(day * DAY_MS).date());
        if !calendar.is_working(start.date()).working {
            continue;
        }
        let opens = from.max(start.plus_ms(OPENS_MS));
        let today = (start.plus_ms(CLOSES_MS).0 - opens.0).max(0);
        if left <= today {
            return opens.plus_ms(left);
        }
        left -= today;
    }
    from.plus_ms(DAYS_MOST * DAY_MS)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use minshu_kernel::calendar::{Calendar, NATIONAL};
    use proptest::prelude::*;

    use super::*;

    fn at(day: i8, hour: i64, minute: i64) -> Timestamp {
        Timestamp::start_of(date(2026, 3, day)).plus_ms(hour * HOUR_MS + minute * 60_000)
    }

    #[test]
    fn nights_and_weekends_do_not_count() {
        let calendar = Calendar::from_toml(NATIONAL).unwrap();
        // 2026-03-05 is a Thursday.
        assert_eq!(later(&calendar, at(5, 10, 0), 4), at(5, 14, 0));
        assert_eq!(later(&calendar, at(5, 15, 30), 4), at(6, 11, 30));
        assert_eq!(later(&calendar, at(6, 16, 0), 2), at(9, 10, 0));
        assert_eq!(later(&calendar, at(7, 12, 0), 1), at(9, 10, 0));
        assert_eq!(later(&calendar, at(5, 3, 0), 8), at(5, 17, 0));
        assert_eq!(later(&calendar, at(5, 20, 0), 9), at(9, 10, 0));
    }

    proptest! {
        #[test]
        fn more_hours_end_later_and_within_working_time(hours in 1_u16..400, minute in 0_i64..20_000) {
            let calendar = Calendar::from_toml(NATIONAL).unwrap();
            let from = at(1, 0, minute);
            let end = later(&calendar, from, hours);
            prop_assert!(end > from && end < later(&calendar, from, hours + 1));
            let (hour, minute) = end.hour_minute();
            prop_assert!((9..17).contains(&hour) || (hour, minute) == (17, 0));
            prop_assert!(calendar.is_working(end.date()).working);
        }
    }
}
