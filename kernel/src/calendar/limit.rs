//! Limits as packs declare them: `15 working days`, `20 calendar days`, `3 months`, `48 hours`.

use crate::text::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// In what a limit is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitUnit {
    /// Days on which people work (工作日).
    WorkingDays,
    /// Days of the calendar (自然日).
    CalendarDays,
    /// Months, from a day to the corresponding one.
    Months,
    /// Hours by the clock, day and night.
    Hours,
}

impl LimitUnit {
    /// The greatest amount: some ten years.
    pub const fn max(self) -> u32 {
        match self {
            LimitUnit::WorkingDays => 2_500,
            LimitUnit::CalendarDays => 3_660,
            LimitUnit::Months => 120,
            LimitUnit::Hours => 8_760,
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            LimitUnit::WorkingDays => ("working day", "working days"),
            LimitUnit::CalendarDays => ("calendar day", "calendar days"),
            LimitUnit::Months => ("month", "months"),
            LimitUnit::Hours => ("hour", "hours"),
        }
    }
}

/// A limit: an amount from 1 and its unit. Written `15 working days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    amount: u32,
    unit: LimitUnit,
}

/// Why a text is not a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLimit {
    /// Not a number and a unit.
    #[error("a limit is a number and a unit, such as \"15 working days\"")]
    Shape,
    /// The first word is no whole number.
    #[error("{0:?} is not a whole number; write a limit such as \"15 working days\"")]
    Number(String),
    /// Days of which kind?
    #[error("\"days\" may be working days or calendar days: say which")]
    WhichDays,
    /// No such unit.
    #[error("{0:?} is no unit; use working days, calendar days, months or hours")]
    Unit(String),
    /// Nothing.
    #[error("a limit is at least 1")]
    Zero,
    /// Too many.
    #[error("a limit is at most {0}")]
    TooMany(Limit),
}

impl BadLimit {
    /// What the author of the pack is told.
    pub fn message(&self) -> Message {
        match self {
            BadLimit::Shape => "calendar-limit-shape".into(),
            BadLimit::Number(found) => {
                Message::new("calendar-limit-number").with("found", found.as_str())
            }
            BadLimit::WhichDays => "calendar-limit-which-days".into(),
            BadLimit::Unit(found) => {
                Message::new("calendar-limit-unit").with("found", found.as_str())
            }
            BadLimit::Zero => "calendar-limit-zero".into(),
            BadLimit::TooMany(limit) => {
                Message::new("calendar-limit-too-many").with("most", limit.to_string())
            }
        }
    }
}

impl Limit {
    /// A limit of 1 to [`LimitUnit::max`] units.
    pub fn new(amount: u32, unit: LimitUnit) -> Result<Limit, BadLimit> {
        match amount {
            0 => Err(BadLimit::Zero),
            n if n > unit.max() => Err(BadLimit::TooMany(Limit { amount: unit.max(), unit })),
            amount => Ok(Limit { amount, unit }),
        }
    }

    /// How many.
    pub const fn amount(self) -> u32 {
        self.amount
    }

    /// Of what.
    pub const fn unit(self) -> LimitUnit {
        self.unit
    }

    /// As people read it: 15 个工作日, 3 months.
    pub fn message(self) -> Message {
        let key = match self.unit {
            LimitUnit::WorkingDays => "calendar-working-days",
            LimitUnit::CalendarDays => "calendar-calendar-days",
            LimitUnit::Months => "calendar-months",
            LimitUnit::Hours => "calendar-hours",
        };
        Message::new(key).with("n", i64::from(self.amount))
    }
}

impl FromStr for Limit {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        let cut = |word: &str| word.chars().take(40).collect::<String>();
        let mut words = text.split_whitespace();
        let (Some(number), Some(first)) = (words.next(), words.next()) else {
            return Err(BadLimit::Shape);
        };
        let second = words.next();
        if words.next().is_some() {
            return Err(BadLimit::Shape);
        }
        let unit = match (first, second) {
            ("working", Some("day" | "days")) => LimitUnit::WorkingDays,
            ("calendar", Some("day" | "days")) => LimitUnit::CalendarDays,
            ("month" | "months", None) => LimitUnit::Months,
            ("hour" | "hours", None) => LimitUnit::Hours,
            ("day" | "days", None) => return Err(BadLimit::WhichDays),
            (first, second) => {
                let found = second.map_or(first.to_owned(), |second| format!("{first} {second}"));
                return Err(BadLimit::Unit(cut(&found)));
            }
        };
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadLimit::Number(cut(number)));
        }
        // More digits than fit are too many all the same.
        Limit::new(number.parse().unwrap_or(u32::MAX), unit)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, many) = self.unit.words();
        write!(f, "{} {}", self.amount, if self.amount == 1 { one } else { many })
    }
}

impl Serialize for Limit {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A limit: a whole number from 1 and a unit.",
            "pattern": "^\\s*[0-9]+\\s+((working|calendar)\\s+days?|months?|hours?)\\s*$",
            "examples": ["15 working days", "20 calendar days", "3 months", "48 hours"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits_are_read() {
        for (text, amount, unit) in [
            ("15 working days", 15, LimitUnit::WorkingDays),
            ("1 working day", 1, LimitUnit::WorkingDays),
            ("20 calendar days", 20, LimitUnit::CalendarDays),
            ("3 months", 3, LimitUnit::Months),
            (" 48  hours ", 48, LimitUnit::Hours),
        ] {
            assert_eq!(text.parse::<Limit>(), Limit::new(amount, unit), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        let told: Vec<String> = [
            "",
            "15",
            "15 days",
            "15 weeks",
            "x working days",
            "1.5 months",
            "-3 months",
            "0 working days",
            "121 months",
            "99999999999999 hours",
            "15 working days later",
            "15 working hours",
        ]
        .map(|text| format!("{text:?}: {}", text.parse::<Limit>().unwrap_err()))
        .to_vec();
        insta::assert_snapshot!(told.join("\n"), @r#"
        "": a limit is a number and a unit, such as "15 working days"
        "15": a limit is a number and a unit, such as "15 working days"
        "15 days": "days" may be working days or calendar days: say which
        "15 weeks": "weeks" is no unit; use working days, calendar days, months or hours
        "x working days": "x" is not a whole number; write a limit such as "15 working days"
        "1.5 months": "1.5" is not a whole number; write a limit such as "15 working days"
        "-3 months": "-3" is not a whole number; write a limit such as "15 working days"
        "0 working days": a limit is at least 1
        "121 months": a limit is at most 120 months
        "99999999999999 hours": a limit is at most 8760 hours
        "15 working days later": a limit is a number and a unit, such as "15 working days"
        "15 working hours": "working hours" is no unit; use working days, calendar days, months or hours
        "#);
    }

    #[test]
    fn in_packs_it_is_a_text() {
        let limit: Limit = serde_json::from_str("\"15 working days\"").unwrap();
        assert_eq!(serde_json::to_string(&limit).unwrap(), "\"15 working days\"");
        assert!(serde_json::from_str::<Limit>("15").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = text.parse::<Limit>();
        }

        #[test]
        fn what_is_written_is_read_back(amount in 1_u32..=120, unit in 0_usize..4) {
            let unit = [
                LimitUnit::WorkingDays, LimitUnit::CalendarDays, LimitUnit::Months, LimitUnit::Hours,
            ][unit];
            let limit = Limit::new(amount, unit).unwrap();
            prop_assert_eq!(limit.to_string().parse::<Limit>(), Ok(limit));
        }
    }
}
