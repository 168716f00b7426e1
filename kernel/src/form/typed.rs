//! What people type, as JSON. A text that is not what its field wants stays the text it was: it is shown again as
//! it was typed, kept in drafts, and refused by the check.

use jiff::civil::Date;
use serde_json::{Number, Value};

use super::model::{Kind, TextFormat};
use crate::codes::{citizen, half_width, is_blank, phone, uscc};
use crate::money::Fen;

/// The value of a field from the text of its input; nothing where nothing was typed.
pub(super) fn value(kind: &Kind, text: &str) -> Option<Value> {
    let text = tidy(text);
    if text.trim().is_empty() {
        return None;
    }
    let read = match kind {
        Kind::Text(rule) => return Some(Value::String(self::text(rule.format, &text))),
        Kind::Date(_) => date(&text).map(|date| Value::String(date.to_string())),
        Kind::Division(_) => Some(Value::String(digits(&text))),
        Kind::Whole(_) => whole(&text).map(Value::from),
        Kind::Number(_) => number(&text).map(Value::Number),
        Kind::Money(_) => Fen::parse(&text).ok().map(|fen| Value::from(fen.0)),
        Kind::YesNo { .. } => match text.trim() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Choice { .. } | Kind::Several { .. } | Kind::Group(_) | Kind::Rows { .. } => None,
    };
    Some(read.unwrap_or_else(|| Value::String(text.trim().to_owned())))
}

/// A text in the writing of its format.
pub(super) fn text(format: TextFormat, text: &str) -> String {
    match format {
        TextFormat::Plain => one_line(text),
        TextFormat::Long => tidy(text).trim().to_owned(),
        TextFormat::CitizenNumber => match citizen::check(text, Date::MAX) {
            Ok(number) => number.expose().to_owned(),
            Err(_) => close(text).to_ascii_uppercase(),
        },
        TextFormat::Uscc => match uscc::check(text) {
            Ok(code) => code.as_str().to_owned(),
            Err(_) => close(text).to_ascii_uppercase(),
        },
        TextFormat::Phone => match phone::check(text) {
            Ok(number) => number.expose().to_owned(),
            Err(_) => text.chars().map(half_width).collect::<String>().trim().to_owned(),
        },
        TextFormat::Email => close(text),
        TextFormat::Postcode => digits(text),
    }
}

/// Line ends as `\n`, no other control characters.
fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// A text of one line: blanks at the ends are dropped and line ends become blanks.
fn one_line(text: &str) -> String {
    let text: String =
        tidy(text).chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// Ordinary characters without blanks.
fn close(text: &str) -> String {
    text.chars().map(half_width).filter(|c| !is_blank(*c)).collect()
}

fn digits(text: &str) -> String {
    close(text)
}

/// `2026-03-05`, `2026/3/5`, `2026.3.5`, `2026年3月5日`, `20260305`.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = close(text);
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Date::new(
            text[..4].parse().ok()?,
            text[4..6].parse().ok()?,
            text[6..].parse().ok()?,
        )
        .ok();
    }
    let text = text.strip_suffix('日').unwrap_or(&text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let plain = |part: &str, max| {
        (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if year.len() != 4 || !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The digits of a number whose thousands may be grouped by commas or blanks.
fn ungrouped(text: &str) -> Option<String> {
    let text: String = text.chars().map(half_width).collect();
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let groups: Vec<&str> = whole.split([',', ' ']).collect();
    let grouped = groups.len() > 1;
    let first = groups[0].trim_start_matches('-');
    let well_grouped = !grouped
        || ((1..=3).contains(&first.len()) && groups[1..].iter().all(|group| group.len() == 3));
    let plain = groups[1..].iter().chain([&first]).all(|g| g.bytes().all(|b| b.is_ascii_digit()))
        && !first.is_empty()
        && groups[0].len() - first.len() <= 1
        && fraction.bytes().all(|b| b.is_ascii_digit());
    if !well_grouped || !plain || text.len() > 40 || (text.contains('.') && fraction.is_empty()) {
        return None;
    }
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{}{point}{fraction}", groups.concat()))
}

fn whole(text: &str) -> Option<i64> {
    ungrouped(text)?.parse().ok()
}

fn number(text: &str) -> Option<Number> {
    let text = ungrouped(text)?;
    match text.parse::<i64>() {
        Ok(whole) => Some(Number::from(whole)),
        Err(_) => Number::from_f64(text.parse::<f64>().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::model::NumberRule;
    use proptest::prelude::*;
    use serde_json::json;

    fn number_kind() -> Kind {
        Kind::Number(NumberRule { min: None, max: None, unit: None })
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (typed, wanted) in [
            ("126.5", json!(126.5)),
            ("１，２３４．５", json!(1234.5)),
            ("1 234 567", json!(1_234_567)),
            ("-3", json!(-3)),
            ("0.10", json!(0.1)),
            ("1,23", json!("1,23")),
            ("3.", json!("3.")),
            ("1e9", json!("1e9")),
            ("--1", json!("--1")),
            ("38万", json!("38万")),
            ("NaN", json!("NaN")),
        ] {
            assert_eq!(value(&number_kind(), typed), Some(wanted), "{typed}");
        }
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for typed in
            ["2026-03-05", "2026-3-5", "2026/03/05", "2026年3月5日", "２０２６．３．５", "20260305"]
        {
            assert_eq!(
                date(typed).map(|d| d.to_string()).as_deref(),
                Some("2026-03-05"),
                "{typed}"
            );
        }
        for typed in ["2026-02-30", "26-3-5", "2026-3", "2026-3-5-1", "明天", "2026-+3-5"] {
            assert_eq!(date(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_kept_or_read(text in "\\PC{0,40}") {
            let empty = value(&number_kind(), &text).is_none();
            prop_assert_eq!(empty, tidy(&text).trim().is_empty());
            date(&text);
        }

        #[test]
        fn whole_numbers_come_back(number in any::<i64>()) {
            let kind = Kind::Whole(NumberRule { min: None, max: None, unit: None });
            prop_assert_eq!(value(&kind, &number.to_string()), Some(json!(number)));
        }
    }
}
