//! How stories write dates, amounts and lists.

use jiff::civil::Date;
use minshu_kernel::clock::Timestamp;

/// `2026年3月5日`.
pub fn date(text: &str) -> Option<Date> {
    let (year, rest) = text.trim().split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix('日')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A date as stories write it.
pub fn say_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// The day on which a limit ends: an end at 24:00 belongs to the day that ends then.
pub fn last_day(due_ms: i64) -> Date {
    Timestamp(due_ms).plus_ms(-1).date()
}

/// An instant in Asia/Shanghai.
pub fn instant(day: Date, hour: i64, minute: i64) -> Timestamp {
    Timestamp::start_of(day).plus_ms((hour * 60 + minute) * 60_000)
}

/// `1,234.50` or `1234.5` yuan in fen.
pub fn fen(text: &str) -> Option<i64> {
    minshu_kernel::money::Fen::parse(text.trim().trim_end_matches('元')).ok().map(|fen| fen.0)
}

/// The members of a list: `甲、乙`.
pub fn list(text: &str) -> Vec<&str> {
    text.split('、').map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_and_amounts() {
        assert_eq!(date("2026年3月5日"), Some(jiff::civil::date(2026, 3, 5)));
        assert_eq!(date("2026年2月30日"), None);
        assert_eq!(date("2026-03-05"), None);
        assert_eq!(fen("1,234.50 元"), Some(123_450));
        assert_eq!(list("热食类、 冷食类"), ["热食类", "冷食类"]);
        let day = jiff::civil::date(2026, 3, 11);
        assert_eq!(last_day(Timestamp::end_of(day).0), day);
        assert_eq!(instant(day, 9, 30).hour_minute(), (9, 30));
    }

    proptest! {
        #[test]
        fn dates_come_back(year in 1900_i16..2100, month in 1_i8..13, day in 1_i8..29) {
            let day = jiff::civil::date(year, month, day);
            prop_assert_eq!(date(&say_date(day)), Some(day));
        }

        #[test]
        fn any_text_is_looked_at(text in ".{0,40}") {
            let _ = (date(&text), fen(&text), list(&text));
        }
    }
}
