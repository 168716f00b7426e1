//! How things are written for people, in both languages: dates, times, what is left of a limit,
//! numbers, sizes, durations. Times are those of Asia/Shanghai.

use crate::calendar::{Calendar, Remaining};
use crate::clock::Timestamp;
use crate::text::{Arg, Message, Speaker};
use jiff::civil::Date;

/// The weekdays' messages, Monday first.
const WEEKDAYS: [&str; 7] = [
    "show-weekday-1",
    "show-weekday-2",
    "show-weekday-3",
    "show-weekday-4",
    "show-weekday-5",
    "show-weekday-6",
    "show-weekday-7",
];
/// The months' messages.
const MONTHS: [&str; 12] = [
    "show-month-1",
    "show-month-2",
    "show-month-3",
    "show-month-4",
    "show-month-5",
    "show-month-6",
    "show-month-7",
    "show-month-8",
    "show-month-9",
    "show-month-10",
    "show-month-11",
    "show-month-12",
];

/// Bytes in a kibibyte; written KB, as people do.
const KILO: u64 = 1_024;

/// A date as a message, for use where there is no speaker yet: 2026年3月5日（周四）, Thu 5 March 2026.
pub fn date_message(date: Date) -> Message {
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    let month = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    // The year goes in as a text: it is no quantity.
    Message::new("show-date")
        .with("year", date.year().to_string())
        .with("month", Arg::Key(MONTHS[month]))
        .with("day", i64::from(date.day()))
        .with("weekday", Arg::Key(WEEKDAYS[weekday]))
}

/// A date: 2026年3月5日（周四）, Thu 5 March 2026.
pub fn date(speaker: &Speaker, date: Date) -> String {
    speaker.message(&date_message(date))
}

/// Hour and minute: 10:32.
pub fn time(instant: Timestamp) -> String {
    let (hour, minute) = instant.hour_minute();
    format!("{hour:02}:{minute:02}")
}

/// An instant: 2026年3月5日（周四）10:32, Thu 5 March 2026, 10:32.
pub fn instant(speaker: &Speaker, instant: Timestamp) -> String {
    let day = date(speaker, instant.date());
    speaker.say2("show-instant", ("date", day), ("time", time(instant)))
}

/// When something is due. The end of a day is written as 24:00 of that day, never as 00:00 of the
/// next: 2026年3月12日（周四）24:00, end of Thu 12 March 2026.
pub fn due(speaker: &Speaker, due: Timestamp) -> String {
    if due == Timestamp::start_of(due.date()) {
        let day = date(speaker, due.plus_ms(-1).date());
        speaker.say1("show-due-day", "date", day)
    } else {
        instant(speaker, due)
    }
}

/// What is left: 还有 6 个工作日, 今天到期, 已逾期 2 个工作日.
pub fn remaining(speaker: &Speaker, remaining: Remaining) -> String {
    match remaining {
        Remaining::Left(0) => speaker.say("show-left-rest-days"),
        Remaining::Left(days) => speaker.say1("show-left", "n", i64::from(days)),
        Remaining::Today => speaker.say("show-due-today"),
        Remaining::Overdue(0) => speaker.say("show-overdue"),
        Remaining::Overdue(days) => speaker.say1("show-overdue-days", "n", i64::from(days)),
    }
}

/// What is left at an instant until another, by the working-day calendar.
pub fn remaining_until(
    speaker: &Speaker,
    calendar: &Calendar,
    now: Timestamp,
    due: Timestamp,
) -> String {
    remaining(speaker, calendar.remaining(now, due))
}

/// A whole number in groups of three: 1,234,567. The same in both languages.
pub fn number(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// A count in groups of three: 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The size of a file, with one decimal below ten: 512 字节, 3.2 MB, 18 MB. A kilobyte is 1,024
/// bytes. Rounded up, so that a file over a limit never reads as the limit itself.
pub fn file_size(speaker: &Speaker, bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];
    if bytes < KILO {
        return speaker.say1("show-bytes", "n", i64::try_from(bytes).unwrap_or(0));
    }
    let mut unit = KILO;
    for name in UNITS {
        let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(unit));
        if tenths <= 100 {
            return match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} {name}"),
                (whole, tenth) => format!("{whole}.{tenth} {name}"),
            };
        }
        let whole = bytes.div_ceil(unit);
        if whole < KILO || name == "PB" {
            return format!("{} {name}", grouped(whole));
        }
        unit = unit.saturating_mul(KILO);
    }
    grouped(bytes)
}

/// A length of time by its two largest units: 3 天 4 小时, 25 minutes, 350 毫秒. Negative ones count
/// as none.
pub fn duration(speaker: &Speaker, ms: i64) -> String {
    const UNITS: [(&str, i64); 4] = [
        ("show-days", 86_400_000),
        ("show-hours", 3_600_000),
        ("show-minutes", 60_000),
        ("show-seconds", 1_000),
    ];
    let ms = ms.max(0);
    if ms < 1_000 {
        return speaker.say1("show-milliseconds", "n", ms);
    }
    for (index, (key, length)) in UNITS.iter().enumerate() {
        if ms < *length {
            continue;
        }
        let first = speaker.say1(key, "n", ms / length);
        let second = UNITS
            .get(index + 1)
            .map(|(key, shorter)| (key, ms % length / shorter))
            .filter(|(_, count)| *count > 0);
        return match second {
            Some((key, count)) => format!("{first} {}", speaker.say1(key, "n", count)),
            None => first,
        };
    }
    speaker.say1("show-milliseconds", "n", ms)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::text::{Lang, Texts};
    use jiff::civil::date as day;
    use std::fmt::Write as _;
    use std::sync::Arc;

    /// The texts of the kernel, for tests of messages in other modules.
    pub(crate) fn texts() -> Arc<Texts> {
        Texts::load(&[crate::TEXTS]).unwrap()
    }

    /// A line for each language.
    fn both(say: impl Fn(&Speaker) -> String) -> String {
        let texts = texts();
        let mut lines = String::new();
        for lang in Lang::ALL {
            let _ = writeln!(lines, "{}", say(&Speaker::new(texts.clone(), lang)));
        }
        lines
    }

    fn at(date: Date, hour: i64, minute: i64) -> Timestamp {
        Timestamp::start_of(date).plus_ms((hour * 60 + minute) * 60_000)
    }

    #[test]
    fn dates_and_times() {
        let thursday = day(2026, 3, 5);
        insta::assert_snapshot!(both(|s| {
            [
                date(s, thursday),
                date(s, day(2024, 12, 29)),
                instant(s, at(thursday, 10, 32)),
                instant(s, at(thursday, 0, 5)),
                due(s, Timestamp::end_of(thursday)),
                due(s, at(thursday, 17, 30)),
            ]
            .join(" | ")
        }), @"
        2026年3月5日（周四） | 2024年12月29日（周日） | 2026年3月5日（周四）10:32 | 2026年3月5日（周四）00:05 | 2026年3月5日（周四）24:00 | 2026年3月5日（周四）17:30
        Thu 5 March 2026 | Sun 29 December 2024 | Thu 5 March 2026, 10:32 | Thu 5 March 2026, 00:05 | end of Thu 5 March 2026 | Thu 5 March 2026, 17:30
        ");
        assert_eq!(time(at(thursday, 9, 5)), "09:05");
    }

    #[test]
    fn every_weekday_and_month_has_its_name() {
        insta::assert_snapshot!(both(|s| {
            (1..=12).map(|m| date(s, day(2026, m, m))).collect::<Vec<_>>().join("; ")
        }), @"
        2026年1月1日（周四）; 2026年2月2日（周一）; 2026年3月3日（周二）; 2026年4月4日（周六）; 2026年5月5日（周二）; 2026年6月6日（周六）; 2026年7月7日（周二）; 2026年8月8日（周六）; 2026年9月9日（周三）; 2026年10月10日（周六）; 2026年11月11日（周三）; 2026年12月12日（周六）
        Thu 1 January 2026; Mon 2 February 2026; Tue 3 March 2026; Sat 4 April 2026; Tue 5 May 2026; Sat 6 June 2026; Tue 7 July 2026; Sat 8 August 2026; Wed 9 September 2026; Sat 10 October 2026; Wed 11 November 2026; Sat 12 December 2026
        ");
    }

    #[test]
    fn what_is_left_of_a_limit() {
        insta::assert_snapshot!(both(|s| {
            [
                Remaining::Left(6),
                Remaining::Left(1),
                Remaining::Left(0),
                Remaining::Today,
                Remaining::Overdue(0),
                Remaining::Overdue(1),
                Remaining::Overdue(12),
            ]
            .map(|left| remaining(s, left))
            .join(" | ")
        }), @"
        还有 6 个工作日 | 还有 1 个工作日 | 下一个工作日之前到期 | 今天到期 | 已逾期 | 已逾期 1 个工作日 | 已逾期 12 个工作日
        6 working days left | 1 working day left | due before the next working day | due today | overdue | 1 working day overdue | 12 working days overdue
        ");
        let calendar = Calendar::from_toml(crate::calendar::NATIONAL).unwrap();
        let due = Timestamp::end_of(day(2026, 3, 13));
        insta::assert_snapshot!(both(|s| remaining_until(s, &calendar, at(day(2026, 3, 5), 9, 0), due)), @"
        还有 6 个工作日
        6 working days left
        ");
    }

    #[test]
    fn numbers_are_grouped() {
        for (n, wanted) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(number(n), wanted);
        }
    }

    #[test]
    fn sizes_of_files() {
        insta::assert_snapshot!(both(|s| {
            [
                0, 1, 512, 1_024, 1_536, 10_240, 10_241, 1_047_552, 1_048_575, 10 << 20,
                (10 << 20) + 1, 3_300_000, 5 << 30, u64::MAX,
            ]
            .map(|bytes| file_size(s, bytes))
            .join(" | ")
        }), @"
        0 字节 | 1 字节 | 512 字节 | 1 KB | 1.5 KB | 10 KB | 11 KB | 1,023 KB | 1 MB | 10 MB | 11 MB | 3.2 MB | 5 GB | 16,384 PB
        0 bytes | 1 byte | 512 bytes | 1 KB | 1.5 KB | 10 KB | 11 KB | 1,023 KB | 1 MB | 10 MB | 11 MB | 3.2 MB | 5 GB | 16,384 PB
        ");
    }

    #[test]
    fn durations_have_two_units() {
        insta::assert_snapshot!(both(|s| {
            [
                -5, 0, 350, 1_000, 59_999, 60_000, 61_000, 1_500_000, 3_600_000, 5_400_000,
                86_400_000, 273_600_000, 172_830_000,
            ]
            .map(|ms| duration(s, ms))
            .join(" | ")
        }), @"
        0 毫秒 | 0 毫秒 | 350 毫秒 | 1 秒 | 59 秒 | 1 分钟 | 1 分钟 1 秒 | 25 分钟 | 1 小时 | 1 小时 30 分钟 | 1 天 | 3 天 4 小时 | 2 天
        0 milliseconds | 0 milliseconds | 350 milliseconds | 1 second | 59 seconds | 1 minute | 1 minute 1 second | 25 minutes | 1 hour | 1 hour 30 minutes | 1 day | 3 days 4 hours | 2 days
        ");
    }

    /// Every message of the problems, read by eye in both languages.
    #[test]
    fn problems_are_told_in_plain_words() {
        use crate::calendar::{Limit, LimitUnit};
        use crate::codes::{citizen, phone, uscc};
        use crate::money::Fen;
        let today = day(2026, 3, 5);
        let messages: Vec<Message> = [
            "",
            "1",
            "110105491231002",
            "11O10519491231002X",
            "11010519491231002Y",
            "190105194912310020",
            "350102187812310020",
            "350102199013010020",
            "350102199002300020",
            "350102202603060020",
            "110105194912310020",
        ]
        .iter()
        .map(|text| citizen::check(text, today).unwrap_err().message())
        .chain(
            [
                "",
                "1",
                "350100100012345",
                "1137O800MB28559184",
                "11370800MB2855918好",
                "1137A800MB28559184",
                "C1370800MB28559184",
                "11370800MB28559284",
                "11370800MB28559185",
            ]
            .iter()
            .map(|text| uscc::check(text).unwrap_err().message()),
        )
        .chain(
            [
                "",
                "138a",
                "+1 202",
                "4008123123",
                "87654321",
                "1381234567",
                "12812345678",
                "011",
                "0591876543",
                "0591-12345678",
            ]
            .iter()
            .map(|text| phone::check(text).unwrap_err().message()),
        )
        .chain([
            phone::check(&"1".repeat(50)).unwrap_err().message(),
            phone::check_mobile("0591-87654321").unwrap_err().message(),
        ])
        .chain(
            ["", "12a", "1,23", "1.234", "99999999999999999"]
                .iter()
                .map(|text| Fen::parse(text).unwrap_err().message()),
        )
        .chain([Fen::parse(&"1".repeat(50)).unwrap_err().message()])
        .chain(
            ["15", "x months", "15 days", "15 weeks", "0 months", "999 months"]
                .iter()
                .map(|text| text.parse::<Limit>().unwrap_err().message()),
        )
        .chain(
            [LimitUnit::WorkingDays, LimitUnit::CalendarDays, LimitUnit::Months, LimitUnit::Hours]
                .iter()
                .flat_map(|unit| [1, 15].map(|n| Limit::new(n, *unit).unwrap().message())),
        )
        .collect();
        let told = both(|s| messages.iter().map(|m| s.message(m)).collect::<Vec<_>>().join("\n"));
        assert!(!told.contains('['), "{told}");
        insta::assert_snapshot!(told);
    }
}
