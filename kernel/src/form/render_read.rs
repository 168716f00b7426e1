//! The filled-in form to be read: by its applicant before it is sent, by officers, on paper.

use askama::Template;
use jiff::civil::Date;
use serde_json::Value;

use super::check::is_filled;
use super::check_values::{grouped, plain_number};
use super::conditions::{Asked, settle};
use super::model::{Choice, Field, Fields, Kind, NumberRule, TextFormat};
use super::personal::mask_one;
use super::render::{rendered, row_name};
use crate::division::Divisions;
use crate::money::Fen;
use crate::show;
use crate::text::Speaker;

/// What is to be read, and by whom.
#[derive(Clone, Copy)]
pub struct ReadView<'a> {
    /// The value.
    pub value: &'a Value,
    /// The reader's language.
    pub speaker: &'a Speaker,
    /// The division tree, for full names.
    pub divisions: &'a Divisions,
    /// Whether personal fields are masked.
    pub masked: bool,
    /// The level of the sections' headings, 2 to 5.
    pub heading: usize,
}

/// A stretch of the page.
enum Part {
    Facts(Vec<Shown>),
    Group(Group),
    Table(Table),
}

/// A label and its value in lines.
struct Shown {
    label: String,
    class: &'static str,
    lines: Vec<String>,
}

struct Group {
    heading: usize,
    title: String,
    body: String,
}

struct Table {
    heading: usize,
    title: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Shown>>,
}

struct Column {
    label: String,
    number: bool,
}

#[derive(Template)]
#[template(path = "form/read.html")]
struct Read {
    parts: Vec<Part>,
}

pub(super) fn render(fields: &Fields, view: &ReadView<'_>) -> String {
    let asked = settle(fields, view.value);
    let reader = Reader { view, asked: &asked };
    reader.fields(fields, view.value, "", view.heading.clamp(2, 5))
}

/// The value of one field as it is read.
pub(super) fn lines(
    view: &ReadView<'_>,
    asked: &Asked,
    field: &Field,
    given: &Value,
) -> Vec<String> {
    Reader { view, asked }.shown(field, given).lines
}

struct Reader<'a> {
    view: &'a ReadView<'a>,
    asked: &'a Asked,
}

impl Reader<'_> {
    fn fields(&self, fields: &Fields, value: &Value, at: &str, heading: usize) -> String {
        let mut parts: Vec<Part> = Vec::new();
        for field in &fields.list {
            let at = format!("{at}/{}", field.name);
            if !self.asked.is_asked(&at) {
                continue;
            }
            let given = value.get(&field.name).unwrap_or(&Value::Null);
            match &field.kind {
                Kind::Group(inner) => {
                    if is_filled(given) {
                        let body = self.fields(inner, given, &at, (heading + 1).min(6));
                        let title = self.view.speaker.local(&field.label).to_owned();
                        parts.push(Part::Group(Group { heading, title, body }));
                    }
                }
                Kind::Rows { fields: inner, noun, .. } => {
                    let rows = given.as_array().map_or(&[][..], Vec::as_slice);
                    if !rows.is_empty() {
                        parts.push(self.rows(field, inner, noun.as_ref(), rows, &at, heading));
                    }
                }
                _ => {
                    let shown = self.shown(field, given);
                    match parts.last_mut() {
                        Some(Part::Facts(facts)) => facts.push(shown),
                        _ => parts.push(Part::Facts(vec![shown])),
                    }
                }
            }
        }
        rendered(&Read { parts })
    }

    /// A table where rows hold plain fields, a section for each row otherwise.
    fn rows(
        &self,
        field: &Field,
        inner: &Fields,
        noun: Option<&crate::text::LocalText>,
        rows: &[Value],
        at: &str,
        heading: usize,
    ) -> Part {
        let title = self.view.speaker.local(&field.label).to_owned();
        if inner.list.iter().any(|field| field.kind.is_container()) {
            let mut body = Vec::new();
            for (index, row) in rows.iter().enumerate() {
                let title = self.view.speaker.local(&row_name(noun, index + 1)).to_owned();
                let at = format!("{at}/{index}");
                let inner = self.fields(inner, row, &at, (heading + 2).min(6));
                body.push(Part::Group(Group { heading: (heading + 1).min(6), title, body: inner }));
            }
            return Part::Group(Group { heading, title, body: rendered(&Read { parts: body }) });
        }
        // A column that no row fills is left out.
        let shown: Vec<&Field> = inner
            .list
            .iter()
            .filter(|field| {
                field.required || rows.iter().any(|row| row.get(&field.name).is_some_and(is_filled))
            })
            .collect();
        let columns = shown
            .iter()
            .map(|field| Column {
                label: self.view.speaker.local(&field.label).to_owned(),
                number: matches!(field.kind, Kind::Whole(_) | Kind::Number(_) | Kind::Money(_)),
            })
            .collect();
        let rows = rows
            .iter()
            .map(|row| {
                let cells = shown
                    .iter()
                    .map(|field| self.shown(field, row.get(&field.name).unwrap_or(&Value::Null)));
                cells
                    .map(|mut cell| {
                        if cell.class == "num" {
                            cell.class = "is-number";
                        }
                        cell
                    })
                    .collect()
            })
            .collect();
        Part::Table(Table { heading, title, columns, rows })
    }

    fn shown(&self, field: &Field, given: &Value) -> Shown {
        let speaker = self.view.speaker;
        let label = speaker.local(&field.label).to_owned();
        if !is_filled(given) {
            let lines = vec![speaker.say("form-not-filled")];
            return Shown { label, class: "muted", lines };
        }
        if self.view.masked && field.personal {
            return Shown { label, class: "code", lines: vec![mask_one(field, given)] };
        }
        let class = match &field.kind {
            Kind::Text(rule) => match rule.format {
                TextFormat::CitizenNumber | TextFormat::Uscc => "code",
                TextFormat::Phone | TextFormat::Postcode => "num",
                _ => "",
            },
            Kind::Whole(_) | Kind::Number(_) | Kind::Money(_) => "num",
            _ => "",
        };
        Shown { label, class, lines: self.lines(&field.kind, given) }
    }

    fn lines(&self, kind: &Kind, given: &Value) -> Vec<String> {
        let speaker = self.view.speaker;
        // What does not fit its field is shown as it was typed.
        let plain = || match given {
            Value::String(text) => text.lines().map(str::to_owned).collect(),
            other => vec![other.to_string()],
        };
        let line = match (kind, given) {
            (Kind::Date(_), Value::String(text)) => {
                text.parse::<Date>().ok().map(|date| show::date(speaker, date))
            }
            (Kind::Division(_), Value::String(code)) => {
                let code =
                    code.parse().ok().filter(|code| self.view.divisions.get(*code).is_some());
                code.map(|code| self.view.divisions.full_name(code, speaker.lang))
            }
            (Kind::Choice { options, .. }, Value::String(value)) => self.option(options, value),
            (Kind::Several { options, .. }, Value::Array(values)) => {
                let names = values.iter().filter_map(Value::as_str);
                let names: Vec<String> = names
                    .map(|value| self.option(options, value).unwrap_or_else(|| value.to_owned()))
                    .collect();
                Some(names.join(&speaker.say("form-separator").replace('_', " ")))
            }
            (Kind::YesNo { .. }, Value::Bool(yes)) => {
                Some(speaker.say(if *yes { "form-yes" } else { "form-no" }))
            }
            (Kind::Money(_), Value::Number(number)) => {
                number.as_i64().map(|fen| Fen(fen).to_string())
            }
            (Kind::Whole(rule), Value::Number(number)) => Some(self.with_unit(number, rule)),
            (Kind::Number(rule), Value::Number(number)) => Some(self.with_unit(number, rule)),
            _ => None,
        };
        line.map_or_else(plain, |line| vec![line])
    }

    fn option(&self, options: &[Choice], value: &str) -> Option<String> {
        let option = options.iter().find(|option| option.value == value)?;
        Some(self.view.speaker.local(&option.label).to_owned())
    }

    fn with_unit<T>(&self, number: &serde_json::Number, rule: &NumberRule<T>) -> String {
        let number = grouped(&plain_number(number));
        match &rule.unit {
            Some(unit) => format!("{number} {}", self.view.speaker.local(unit)),
            None => number,
        }
    }
}
