//! The check of a single value: what is wrong with it, why, and what to do.

use jiff::civil::Date;
use serde_json::Value;

use super::check::Lookups;
use super::model::{Choice, DateRule, Kind, NumberRule, TextFormat, TextRule};
use super::texts;
use crate::codes::{citizen, phone, uscc};
use crate::division::Level;
use crate::money::Fen;
use crate::text::{LocalText, Message};

/// The greatest number of a field without bounds of its own: fifteen digits are kept exactly.
const NUMBER_MAX: f64 = 999_999_999_999_999.0;

/// Checks values that are there.
pub(super) struct Values<'a> {
    pub(super) lookups: &'a dyn Lookups,
    pub(super) complete: bool,
}

impl Values<'_> {
    /// What is wrong with a value that is there.
    pub(super) fn wrong(
        &self,
        kind: &Kind,
        given: &Value,
        help: Option<&LocalText>,
    ) -> Option<Message> {
        match kind {
            Kind::Text(rule) => match given {
                Value::String(text) => self.text(rule, text, help),
                _ => Some("form-wanted-text".into()),
            },
            Kind::Date(rule) => self.date(rule, given),
            Kind::Division(level) => self.division(*level, given),
            Kind::Choice { options, .. } => choice(options, given),
            Kind::Several { options, min, max } => {
                several(options, *min, *max, given, self.complete)
            }
            Kind::Whole(rule) => match given.as_i64() {
                Some(number) => within(rule, number, |bound| grouped(&bound.to_string())),
                None => Some("form-wanted-whole".into()),
            },
            Kind::Number(rule) => match given.as_f64() {
                Some(number) => {
                    let (min, max) =
                        (rule.min.or(Some(-NUMBER_MAX)), rule.max.or(Some(NUMBER_MAX)));
                    let rule = NumberRule { min, max, unit: rule.unit.clone() };
                    within(&rule, number, |bound| grouped(&bound.to_string()))
                }
                None => Some("form-wanted-number".into()),
            },
            Kind::Money(rule) => money(rule, given),
            Kind::YesNo { agree } => match given {
                Value::Bool(false) if *agree && self.complete => Some("form-must-agree".into()),
                Value::Bool(_) => None,
                _ => Some("form-wanted-yes-no".into()),
            },
            Kind::Group(_) | Kind::Rows { .. } => None,
        }
    }

    fn text(&self, rule: &TextRule, text: &str, help: Option<&LocalText>) -> Option<Message> {
        let multiline = rule.format == TextFormat::Long;
        if text.chars().any(|c| c.is_control() && !(multiline && matches!(c, '\n' | '\t'))) {
            return Some("form-control-character".into());
        }
        let wrong = match rule.format {
            TextFormat::Plain | TextFormat::Long => None,
            TextFormat::CitizenNumber => {
                citizen::check(text, self.lookups.today()).err().map(|problem| problem.message())
            }
            TextFormat::Uscc => uscc::check(text).err().map(|problem| problem.message()),
            TextFormat::Phone => phone::check(text).err().map(|problem| problem.message()),
            TextFormat::Email => (!is_email(text)).then(|| "form-email".into()),
            TextFormat::Postcode => {
                let right = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
                (!right).then(|| "form-postcode".into())
            }
        };
        if wrong.is_some() {
            return wrong;
        }
        let length = text.chars().count();
        if length > rule.max {
            let over = Message::new("form-too-long").with("max", rule.max);
            return Some(over.with("over", length - rule.max));
        }
        if length < rule.min {
            let short = Message::new("form-too-short").with("min", rule.min);
            return Some(short.with("length", length));
        }
        match &rule.pattern {
            Some(pattern) if !pattern.is_match(text) => Some(match help {
                Some(help) => Message::new("form-pattern-help").with("help", help),
                None => "form-pattern".into(),
            }),
            _ => None,
        }
    }

    fn date(&self, rule: &DateRule, given: &Value) -> Option<Message> {
        let date = given.as_str().filter(|text| text.len() == 10);
        let Some(date) = date.and_then(|text| text.parse::<Date>().ok()) else {
            return Some("form-wanted-date".into());
        };
        if !(1800..=2200).contains(&date.year()) {
            return Some(Message::new("form-date-year").with("year", i64::from(date.year())));
        }
        let today = self.lookups.today();
        let bound =
            |key: &'static str, bound| Some(Message::new(key).with("date", texts::date(bound)));
        match (rule.first.map(|first| first.date(today)), rule.last.map(|last| last.date(today))) {
            (Some(first), _) if date < first => bound("form-date-early", first),
            (_, Some(last)) if date > last => bound("form-date-late", last),
            _ => None,
        }
    }

    fn division(&self, wanted: Level, given: &Value) -> Option<Message> {
        let Some(code) = given.as_str() else { return Some("form-wanted-division".into()) };
        let Some(level) = self.lookups.division(code) else {
            let shown: String = code.chars().take(20).collect();
            return Some(Message::new("form-division-unknown").with("code", shown));
        };
        let name = texts::level(wanted);
        if level > wanted {
            return Some(Message::new("form-division-deep").with("level", name));
        }
        if self.complete && level < wanted && self.lookups.has_parts(code) {
            return Some(Message::new("form-division-shallow").with("level", name));
        }
        None
    }
}

fn choice(options: &[Choice], given: &Value) -> Option<Message> {
    let known = given.as_str().is_some_and(|value| options.iter().any(|o| o.value == value));
    (!known).then(|| "form-not-an-option".into())
}

fn several(
    options: &[Choice],
    min: usize,
    max: usize,
    given: &Value,
    complete: bool,
) -> Option<Message> {
    let Some(values) = given.as_array() else { return Some("form-wanted-list".into()) };
    if values.len() > options.len().max(max) {
        return Some(Message::new("form-several-max").with("max", max.min(options.len())));
    }
    for (index, value) in values.iter().enumerate() {
        if let Some(message) = choice(options, value) {
            return Some(message);
        }
        if values[..index].contains(value) {
            return Some("form-several-twice".into());
        }
    }
    if values.len() > max {
        return Some(Message::new("form-several-max").with("max", max));
    }
    if complete && values.len() < min {
        return Some(Message::new("form-several-min").with("min", min));
    }
    None
}

fn money(rule: &NumberRule<i64>, given: &Value) -> Option<Message> {
    let Some(fen) = given.as_i64() else {
        return Some(match given.as_str().map(Fen::parse) {
            Some(Err(problem)) => problem.message(),
            _ => "form-wanted-money".into(),
        });
    };
    // Nobody owes less than nothing, unless the schema says so.
    let min = rule.min.or(Some(0));
    let rule = NumberRule { min, max: rule.max.or(Some(Fen::MAX_TYPED.0)), unit: None };
    within(&rule, fen, |bound| Fen(bound).to_string())
}

fn within<T: PartialOrd + Copy>(
    rule: &NumberRule<T>,
    number: T,
    show: impl Fn(T) -> String,
) -> Option<Message> {
    let say = |key: &'static str, bound: T| {
        let unit = rule.unit.clone().unwrap_or_else(|| LocalText::new("", ""));
        // A blank stands between a number and a unit that is a word: 4 平方米, 4 m², 4%.
        let blank = |unit: String| match unit.starts_with(char::is_alphabetic) {
            true => format!(" {unit}"),
            false => unit,
        };
        let unit = LocalText { zh: blank(unit.zh), en: blank(unit.en) };
        Some(Message::new(key).with("bound", show(bound)).with("unit", unit))
    };
    match (rule.min, rule.max) {
        (Some(min), _) if number < min => say("form-too-small", min),
        (_, Some(max)) if number > max => say("form-too-large", max),
        _ => None,
    }
}

/// A number in digits, without an exponent.
pub(super) fn plain_number(number: &serde_json::Number) -> String {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => whole.to_string(),
        (None, Some(number)) => number.to_string(),
        (None, None) => number.to_string(),
    }
}

/// Thousands grouped, as numbers are written for people: `1,234.5`.
pub(super) fn grouped(number: &str) -> String {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut groups: Vec<&str> = Vec::new();
    let mut left = whole;
    while left.len() > 3 {
        let (head, tail) = left.split_at(left.len() - 3);
        groups.push(tail);
        left = head;
    }
    groups.push(left);
    groups.reverse();
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", groups.join(","))
}

/// An address as mail servers take it: one `@`, a local part, a domain with a dot (RFC 5321, section 4.1.2, without
/// quoted local parts and literal addresses).
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let local_right = !local.is_empty()
        && local.len() <= 64
        && dots(local)
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    local_right && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_mail() {
        for good in ["a@b.cn", "lin.xiao+1@mail.fujian.gov.cn"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["a@b", "@b.cn", "a b@c.cn", "a@@b.cn", "a@b..cn", ".a@b.cn", "a@-b.cn", "林@b.cn"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn thousands_are_grouped() {
        for (plain, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.5", "-1,234,567.5"),
            ("1e30", "1e30"),
        ] {
            assert_eq!(grouped(plain), shown);
        }
    }
}
