//! The kinds of fields: which keywords each takes and what they mean.

use jiff::civil::Date;
use regex::RegexBuilder;
use serde_json::Value;

use super::compile::{Compiler, Schema};
use super::model::{Choice, DateBound, DateRule, Kind, NumberRule, TextFormat, TextRule};
use super::places::escape;
use crate::division::Level;
use crate::text::{LocalText, Message};

/// The longest text of any field, in characters.
const TEXT_MAX: usize = 4_000;
/// The most rows of a list and the most values of a closed set.
const ITEMS_MAX: usize = 100;
/// Above so many values, a closed set is a select rather than radio buttons.
const RADIO_MAX: usize = 6;
/// The memory of a compiled pattern, in bytes. The engine is linear in the text.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

const FORMATS: &str = "citizen-number, uscc, phone, division, date, email, postcode, long-text";

impl Compiler {
    pub(super) fn string(&mut self, schema: &Schema, pointer: &str) -> Option<Kind> {
        if schema.contains_key("enum") {
            self.keywords(schema, pointer, &["enum", "x-labels", "x-widget"]);
            let options = self.options(schema, pointer);
            let select = match schema.get("x-widget").map(Value::as_str) {
                None => options.len() > RADIO_MAX,
                Some(Some("radio")) => false,
                Some(Some("select")) => true,
                Some(_) => {
                    self.report(&format!("{pointer}/x-widget"), "form-schema-widget");
                    false
                }
            };
            return Some(Kind::Choice { options, select });
        }
        let format = match schema.get("format").map(|format| format.as_str().unwrap_or("")) {
            Some("date") => {
                self.keywords(schema, pointer, &["format", "x-min", "x-max"]);
                let first = self.date_bound(schema, pointer, "x-min");
                let last = self.date_bound(schema, pointer, "x-max");
                return Some(Kind::Date(DateRule { first, last }));
            }
            Some("division") => {
                self.keywords(schema, pointer, &["format", "x-levels"]);
                return Some(Kind::Division(self.level(schema, pointer)));
            }
            None => TextFormat::Plain,
            Some("citizen-number") => TextFormat::CitizenNumber,
            Some("uscc") => TextFormat::Uscc,
            Some("phone") => TextFormat::Phone,
            Some("email") => TextFormat::Email,
            Some("postcode") => TextFormat::Postcode,
            Some("long-text") => TextFormat::Long,
            Some(_) => {
                let message = Message::new("form-schema-format").with("names", FORMATS);
                self.report(&format!("{pointer}/format"), message);
                TextFormat::Plain
            }
        };
        Some(Kind::Text(self.text_rule(schema, pointer, format)))
    }

    fn text_rule(&mut self, schema: &Schema, pointer: &str, format: TextFormat) -> TextRule {
        let usual = match format {
            TextFormat::Plain => 200,
            TextFormat::Long => 2_000,
            TextFormat::CitizenNumber | TextFormat::Uscc => 18,
            TextFormat::Phone => 20,
            TextFormat::Postcode => 6,
            TextFormat::Email => 254,
        };
        if !matches!(format, TextFormat::Plain | TextFormat::Long) {
            self.keywords(schema, pointer, &["format"]);
            return TextRule { format, min: 0, max: usual, pattern: None };
        }
        self.keywords(schema, pointer, &["format", "minLength", "maxLength", "pattern"]);
        let min = self.count(schema, pointer, "minLength", TEXT_MAX).unwrap_or(0);
        let max = self.count(schema, pointer, "maxLength", TEXT_MAX).unwrap_or(usual.max(min));
        if min > max {
            self.report(&format!("{pointer}/minLength"), "form-schema-bounds");
        }
        TextRule { format, min, max, pattern: self.pattern(schema, pointer) }
    }

    /// A pattern holds for the whole text, as people expect, although JSON Schema would let it match anywhere.
    fn pattern(&mut self, schema: &Schema, pointer: &str) -> Option<regex::Regex> {
        let at = format!("{pointer}/pattern");
        let Some(source) = schema.get("pattern")?.as_str() else {
            self.report(&at, "form-schema-text");
            return None;
        };
        if !(source.starts_with('^') && source.ends_with('$') && !source.ends_with("\\$")) {
            self.report(&at, "form-schema-pattern-anchors");
            return None;
        }
        let built = RegexBuilder::new(source)
            .size_limit(PATTERN_BYTES_MAX)
            .dfa_size_limit(PATTERN_BYTES_MAX)
            .nest_limit(16)
            .build();
        match built {
            Ok(pattern) => Some(pattern),
            Err(_) => {
                self.report(&at, "form-schema-pattern");
                None
            }
        }
    }

    fn date_bound(&mut self, schema: &Schema, pointer: &str, name: &str) -> Option<DateBound> {
        match schema.get(name)?.as_str() {
            Some("today") => Some(DateBound::Today),
            Some(text) if text.parse::<Date>().is_ok() => text.parse().ok().map(DateBound::On),
            _ => {
                self.report(&format!("{pointer}/{name}"), "form-schema-date-bound");
                None
            }
        }
    }

    fn level(&mut self, schema: &Schema, pointer: &str) -> Level {
        match schema.get("x-levels").map(Value::as_str) {
            Some(Some("prefecture")) => Level::Prefecture,
            Some(Some("county")) => Level::County,
            Some(Some("township")) => Level::Township,
            Some(Some("village")) => Level::Village,
            _ => {
                self.report(&format!("{pointer}/x-levels"), "form-schema-levels");
                Level::Village
            }
        }
    }

    pub(super) fn array(&mut self, schema: &Schema, pointer: &str, depth: usize) -> Option<Kind> {
        self.keywords(schema, pointer, &["items", "minItems", "maxItems", "uniqueItems"]);
        let min = self.count(schema, pointer, "minItems", ITEMS_MAX).unwrap_or(0);
        let max = self.count(schema, pointer, "maxItems", ITEMS_MAX).unwrap_or(ITEMS_MAX);
        if min > max || max == 0 {
            self.report(&format!("{pointer}/minItems"), "form-schema-bounds");
        }
        let at = format!("{pointer}/items");
        let Some(Value::Object(items)) = schema.get("items") else {
            self.report(&at, "form-schema-items");
            return None;
        };
        match items.get("type").and_then(Value::as_str) {
            Some("object") => {
                let allowed = ["properties", "required", "additionalProperties"];
                self.keywords(items, &at, &allowed);
                for name in ["x-personal", "x-when"] {
                    if items.contains_key(name) {
                        let message = Message::new("form-schema-keyword").with("name", name);
                        self.report(&format!("{at}/{name}"), message);
                    }
                }
                let noun = self.words(items, &at, "label", "title");
                let fields = self.fields(items, &at, depth + 1);
                Some(Kind::Rows { fields, min, max, noun })
            }
            Some("string") if items.contains_key("enum") => {
                for key in
                    items.keys().filter(|key| !["type", "enum", "x-labels"].contains(&key.as_str()))
                {
                    let message = Message::new("form-schema-keyword").with("name", key.as_str());
                    self.report(&format!("{at}/{}", escape(key)), message);
                }
                Some(Kind::Several { options: self.options(items, &at), min, max })
            }
            _ => {
                self.report(&format!("{at}/type"), "form-schema-items");
                None
            }
        }
    }

    /// `enum` with `x-labels`: each value has its name in both languages, and no name is left over.
    fn options(&mut self, schema: &Schema, pointer: &str) -> Vec<Choice> {
        let Some(Value::Array(values)) = schema.get("enum") else {
            self.report(&format!("{pointer}/enum"), "form-schema-enum");
            return Vec::new();
        };
        if values.is_empty() || values.len() > ITEMS_MAX {
            let message = Message::new("form-schema-enum-size").with("max", ITEMS_MAX);
            self.report(&format!("{pointer}/enum"), message);
        }
        let empty = Schema::new();
        let labels = match schema.get("x-labels") {
            Some(Value::Object(labels)) => labels,
            Some(_) => {
                self.report(&format!("{pointer}/x-labels"), "form-schema-labels");
                &empty
            }
            None => &empty,
        };
        let mut options: Vec<Choice> = Vec::new();
        for (index, value) in values.iter().take(ITEMS_MAX).enumerate() {
            let at = format!("{pointer}/enum/{index}");
            let Some(value) = value.as_str().filter(|value| is_value(value)) else {
                self.report(&at, "form-schema-enum");
                continue;
            };
            if options.iter().any(|option| option.value == value) {
                self.report(&at, Message::new("form-schema-enum-twice").with("value", value));
            }
            let label = labels.get(value).and_then(local_text);
            if label.is_none() {
                let message = Message::new("form-schema-label-missing").with("value", value);
                self.report(&at, message);
            }
            let label = label.unwrap_or_else(|| LocalText::new(value, value));
            options.push(Choice { value: value.to_owned(), label });
        }
        for name in labels.keys() {
            if !options.iter().any(|option| option.value == *name) {
                let message =
                    Message::new("form-schema-label-unknown").with("value", name.as_str());
                self.report(&format!("{pointer}/x-labels/{}", escape(name)), message);
            }
        }
        options
    }

    pub(super) fn integer(&mut self, schema: &Schema, pointer: &str) -> Option<Kind> {
        let money = match schema.get("format").map(Value::as_str) {
            None => false,
            Some(Some("money")) => true,
            Some(_) => {
                let message = Message::new("form-schema-format").with("names", "money");
                self.report(&format!("{pointer}/format"), message);
                false
            }
        };
        let unit: &[&str] = if money { &[] } else { &["x-unit"] };
        let allowed = [&["format", "minimum", "maximum"], unit].concat();
        self.keywords(schema, pointer, &allowed);
        let mut bound = |name: &str| {
            let value = schema.get(name)?;
            if value.as_i64().is_none() {
                self.report(&format!("{pointer}/{name}"), "form-schema-integer-bound");
            }
            value.as_i64()
        };
        let (min, max) = (bound("minimum"), bound("maximum"));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            self.report(&format!("{pointer}/minimum"), "form-schema-bounds");
        }
        let rule = NumberRule { min, max, unit: self.unit(schema, pointer) };
        Some(if money { Kind::Money(rule) } else { Kind::Whole(rule) })
    }

    pub(super) fn number(&mut self, schema: &Schema, pointer: &str) -> Option<Kind> {
        self.keywords(schema, pointer, &["minimum", "maximum", "x-unit"]);
        let mut bound = |name: &str| {
            let value = schema.get(name)?;
            if value.as_f64().is_none() {
                self.report(&format!("{pointer}/{name}"), "form-schema-number-bound");
            }
            value.as_f64()
        };
        let (min, max) = (bound("minimum"), bound("maximum"));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            self.report(&format!("{pointer}/minimum"), "form-schema-bounds");
        }
        Some(Kind::Number(NumberRule { min, max, unit: self.unit(schema, pointer) }))
    }

    fn unit(&mut self, schema: &Schema, pointer: &str) -> Option<LocalText> {
        let unit = match schema.get("x-unit")? {
            Value::String(text) if !text.is_empty() => Some(LocalText::new(text, text)),
            other => local_text(other),
        };
        if unit.is_none() {
            self.report(&format!("{pointer}/x-unit"), "form-schema-unit");
        }
        unit
    }

    fn count(&mut self, schema: &Schema, pointer: &str, name: &str, max: usize) -> Option<usize> {
        let value = schema.get(name)?;
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        match count {
            Some(count) if count <= max => Some(count),
            _ => {
                let message = Message::new("form-schema-count").with("max", max);
                self.report(&format!("{pointer}/{name}"), message);
                None
            }
        }
    }
}

/// `{ "zh": …, "en": … }`.
fn local_text(value: &Value) -> Option<LocalText> {
    let text: LocalText = serde_json::from_value(value.clone()).ok()?;
    (!text.zh.trim().is_empty() && !text.en.trim().is_empty()).then_some(text)
}

/// A value of a closed set: short, without blanks at its ends.
fn is_value(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 100
        && value.trim() == value
        && !value.chars().any(char::is_control)
}
