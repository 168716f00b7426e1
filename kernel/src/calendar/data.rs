//! The calendar file: holidays with their names, and for each year its periods of rest and the
//! weekend days worked in their stead.

use super::{Calendar, Exception, date_of, day_number, is_weekday};
use crate::text::{LocalText, Message};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// Bytes of a calendar file at most.
const FILE_MAX: usize = 1 << 20;
/// Days of a period of rest at most.
const PERIOD_MAX_DAYS: i64 = 31;
/// Years that a file may speak of.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2200;
/// Mistakes told at most.
const PROBLEMS_MAX: usize = 100;

/// A mistake in a calendar file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {mistake}")]
pub struct CalendarProblem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub mistake: CalendarMistake,
}

/// What is wrong in a calendar file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarMistake {
    /// More than a megabyte.
    #[error("the file is larger than 1 MiB")]
    TooLarge,
    /// Not TOML, or not of the shape.
    #[error("{0}")]
    Syntax(String),
    /// A text that is no date.
    #[error("{0:?} is not a date such as 2026-02-14")]
    Date(String),
    /// A year out of range.
    #[error("{0} is not a year from 1950 to 2200")]
    Year(i16),
    /// A year for the second time.
    #[error("the year {0} stands twice")]
    YearTwice(i16),
    /// A date that does not belong to its year (it may reach a month into the next or last one).
    #[error("{0} does not belong to this year")]
    OtherYear(Date),
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    Backwards,
    /// The period is longer than a month.
    #[error("the period is longer than 31 days")]
    TooLong,
    /// No holiday named.
    #[error("the period names no holiday")]
    NoHoliday,
    /// A holiday that the file does not declare.
    #[error("no holiday {0:?} is declared")]
    UnknownHoliday(String),
    /// A holiday declared for the second time.
    #[error("the holiday {0:?} stands twice")]
    HolidayTwice(String),
    /// A worked day that is a working day anyway.
    #[error("{0} is no Saturday or Sunday")]
    NotWeekend(Date),
    /// A day in two periods, or both off and worked.
    #[error("{0} stands twice")]
    DayTwice(Date),
}

impl CalendarProblem {
    /// What the operator is told.
    pub fn message(&self) -> Message {
        use CalendarMistake as M;
        let date =
            |key: &'static str, date: &Date| Message::new(key).with("date", date.to_string());
        let message = match &self.mistake {
            M::TooLarge => "calendar-file-too-large".into(),
            M::Syntax(what) => Message::new("calendar-file-syntax").with("what", what.as_str()),
            M::Date(text) => Message::new("calendar-bad-date").with("text", text.as_str()),
            M::Year(year) => Message::new("calendar-bad-year").with("year", year.to_string()),
            M::YearTwice(year) => {
                Message::new("calendar-year-twice").with("year", year.to_string())
            }
            M::OtherYear(day) => date("calendar-other-year", day),
            M::Backwards => "calendar-period-backwards".into(),
            M::TooLong => "calendar-period-too-long".into(),
            M::NoHoliday => "calendar-no-holiday".into(),
            M::UnknownHoliday(key) => {
                Message::new("calendar-unknown-holiday").with("holiday", key.as_str())
            }
            M::HolidayTwice(key) => {
                Message::new("calendar-holiday-twice").with("holiday", key.as_str())
            }
            M::NotWeekend(day) => date("calendar-not-weekend", day),
            M::DayTwice(day) => date("calendar-day-twice", day),
        };
        message.with("line", self.line).with("column", self.column)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    holiday: Vec<Holiday>,
    #[serde(default)]
    year: Vec<Year>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    key: Spanned<String>,
    name: LocalText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: Spanned<i16>,
    /// The document number, for the reader of the file.
    #[serde(rename = "notice")]
    _notice: Option<String>,
    #[serde(default)]
    period: Vec<Period>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    holidays: Spanned<Vec<Spanned<String>>>,
    from: Spanned<String>,
    to: Spanned<String>,
    #[serde(default)]
    worked: Vec<Spanned<String>>,
}

pub(super) fn read(text: &str) -> Result<Calendar, Vec<CalendarProblem>> {
    let mut reader = Reader { text, problems: Vec::new(), calendar: Calendar::default() };
    if text.len() > FILE_MAX {
        reader.report(0..0, CalendarMistake::TooLarge);
        return Err(reader.problems);
    }
    match toml::from_str::<File>(text) {
        Ok(file) => reader.take(&file),
        Err(error) => reader.report(
            error.span().unwrap_or(0..0),
            CalendarMistake::Syntax(error.message().to_owned()),
        ),
    }
    if reader.problems.is_empty() {
        reader.calendar.rebalance();
        Ok(reader.calendar)
    } else {
        reader.problems.truncate(PROBLEMS_MAX);
        Err(reader.problems)
    }
}

struct Reader<'a> {
    text: &'a str,
    problems: Vec<CalendarProblem>,
    calendar: Calendar,
}

impl Reader<'_> {
    fn report(&mut self, span: Range<usize>, mistake: CalendarMistake) {
        if self.problems.len() >= PROBLEMS_MAX {
            return;
        }
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.problems.push(CalendarProblem { line, column, mistake });
    }

    fn take(&mut self, file: &File) {
        let mut names = BTreeMap::new();
        for holiday in &file.holiday {
            let key = holiday.key.as_ref();
            if names.insert(key.as_str(), &holiday.name).is_some() {
                self.report(holiday.key.span(), CalendarMistake::HolidayTwice(key.clone()));
            }
        }
        for year in &file.year {
            let number = *year.year.as_ref();
            if !YEARS.contains(&number) {
                self.report(year.year.span(), CalendarMistake::Year(number));
            } else if !self.calendar.known_years.insert(number) {
                self.report(year.year.span(), CalendarMistake::YearTwice(number));
            }
            for period in &year.period {
                self.take_period(number, period, &names);
            }
        }
    }

    fn take_period(&mut self, year: i16, period: &Period, names: &BTreeMap<&str, &LocalText>) {
        let name = self.name(period, names);
        let from = self.date(year, &period.from);
        let to = self.date(year, &period.to);
        if let (Some(from), Some(to)) = (from, to) {
            let (from, to) = (day_number(from), day_number(to));
            if to < from {
                self.report(period.to.span(), CalendarMistake::Backwards);
            } else if to - from >= PERIOD_MAX_DAYS {
                self.report(period.to.span(), CalendarMistake::TooLong);
            } else {
                for number in from..=to {
                    self.declare(number, false, name.clone(), period.from.span());
                }
            }
        }
        let exchanged = LocalText::new(
            format!("调休上班（{}）", name.zh),
            format!("working day in exchange ({})", name.en),
        );
        for worked in &period.worked {
            let Some(day) = self.date(year, worked) else { continue };
            let number = day_number(day);
            if is_weekday(number) {
                self.report(worked.span(), CalendarMistake::NotWeekend(day));
            } else {
                self.declare(number, true, exchanged.clone(), worked.span());
            }
        }
    }

    fn declare(&mut self, number: i64, working: bool, reason: LocalText, span: Range<usize>) {
        if self.calendar.exceptions.insert(number, Exception { working, reason }).is_some() {
            self.report(span, CalendarMistake::DayTwice(date_of(number)));
        }
    }

    /// The names of the period's holidays, joined.
    fn name(&mut self, period: &Period, names: &BTreeMap<&str, &LocalText>) -> LocalText {
        let mut found: Vec<&LocalText> = Vec::new();
        for key in period.holidays.as_ref() {
            match names.get(key.as_ref().as_str()) {
                Some(name) => found.push(name),
                None => {
                    self.report(key.span(), CalendarMistake::UnknownHoliday(key.as_ref().clone()))
                }
            }
        }
        if period.holidays.as_ref().is_empty() {
            self.report(period.holidays.span(), CalendarMistake::NoHoliday);
        }
        let zh: Vec<&str> = found.iter().map(|name| name.zh.as_str()).collect();
        let en: Vec<&str> = found.iter().map(|name| name.en.as_str()).collect();
        LocalText::new(zh.join("、"), en.join(" and "))
    }

    /// A date of the year or of the month before or after it.
    fn date(&mut self, year: i16, text: &Spanned<String>) -> Option<Date> {
        let written = text.as_ref();
        let parsed = if written.len() == 10 { written.parse::<Date>().ok() } else { None };
        let Some(date) = parsed else {
            self.report(text.span(), CalendarMistake::Date(written.chars().take(40).collect()));
            return None;
        };
        let near = (date.year() == year)
            || (date.year() + 1 == year && date.month() == 12)
            || (date.year() == year.saturating_add(1) && date.month() == 1);
        if !near {
            self.report(text.span(), CalendarMistake::OtherYear(date));
            return None;
        }
        Some(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::NATIONAL;
    use proptest::prelude::*;

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let text = r#"
[[holiday]]
key = "a"
name = { zh = "甲", en = "A" }
[[holiday]]
key = "a"
name = { zh = "甲", en = "A" }
[[year]]
year = 2026
period = [
  { holidays = ["b"], from = "2026-01-01", to = "2026-01-03", worked = ["2026-01-05"] },
  { holidays = ["a"], from = "2026-01-03", to = "2026-01-02" },
  { holidays = ["a"], from = "2026-01-03", to = "2026-01-03" },
  { holidays = [], from = "2026-13-03", to = "2026-02-10" },
  { holidays = ["a"], from = "2025-06-01", to = "2026-05-01", worked = ["26-1-1"] },
  { holidays = ["a"], from = "2026-06-01", to = "2026-07-02" },
]
[[year]]
year = 2026
[[year]]
year = 1226
"#;
        let problems = Calendar::from_toml(text).unwrap_err();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        line 6, column 7: the holiday "a" stands twice
        line 11, column 17: no holiday "b" is declared
        line 11, column 73: 2026-01-05 is no Saturday or Sunday
        line 12, column 49: the period ends before it begins
        line 13, column 30: 2026-01-03 stands twice
        line 14, column 16: the period names no holiday
        line 14, column 27: "2026-13-03" is not a date such as 2026-02-14
        line 15, column 30: 2025-06-01 does not belong to this year
        line 15, column 73: "26-1-1" is not a date such as 2026-02-14
        line 16, column 49: the period is longer than 31 days
        line 19, column 8: the year 2026 stands twice
        line 21, column 8: 1226 is not a year from 1950 to 2200
        "#);
        let texts = crate::show::tests::texts();
        for problem in problems {
            assert!(texts.has(&problem.message().key), "{}", problem.message().key);
        }
    }

    #[test]
    fn unknown_keys_and_bad_toml_are_told_with_the_line() {
        let problems = Calendar::from_toml("[[year]]\nyear = 2026\nnotices = \"\"\n").unwrap_err();
        assert_eq!((problems[0].line, problems[0].column), (3, 1));
        let problems = Calendar::from_toml("[[year]]\nyear = \n").unwrap_err();
        assert_eq!(problems[0].line, 2);
        assert!(Calendar::from_toml(&"#".repeat(FILE_MAX + 1)).is_err());
        assert!(Calendar::from_toml("").is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,200}") {
            let _ = Calendar::from_toml(&text);
        }

        #[test]
        fn a_damaged_file_is_answered(at in 0..NATIONAL.len(), put in any::<char>()) {
            let mut text = NATIONAL.to_owned();
            if text.is_char_boundary(at) {
                text.insert(at, put);
                let _ = Calendar::from_toml(&text);
            }
        }
    }
}
