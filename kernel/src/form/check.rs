//! The check of a value: every rule of the schema, whole or as far as it is filled in. Total over any JSON.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::check_values::Values;
use super::conditions::{Asked, settle};
use super::model::{Field, Fields, Kind};
use crate::division::Level;
use crate::error::FieldProblem;
use crate::text::Message;

/// The most problems that one check reports: the first hundred are enough to go on with.
const PROBLEMS_MAX: usize = 100;

/// What the check asks others.
pub trait Lookups {
    /// The level of a division, where there is such a code.
    fn division(&self, code: &str) -> Option<Level>;
    /// Whether a division has parts to choose from. Where a township has no villages, the township will do.
    fn has_parts(&self, code: &str) -> bool;
    /// Today in Asia/Shanghai.
    fn today(&self) -> Date;
}

/// How much of a value must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// What is there must be right; the rest may follow.
    Draft,
    /// Everything that is required must be there.
    Submit,
}

/// Checks a value. The problems come in the order of the page.
pub(super) fn check(
    fields: &Fields,
    value: &Value,
    lookups: &dyn Lookups,
    completeness: Completeness,
) -> Vec<FieldProblem> {
    let asked = settle(fields, value);
    let mut check = Check {
        lookups,
        complete: completeness == Completeness::Submit,
        asked: &asked,
        problems: Vec::new(),
    };
    match value {
        Value::Object(object) => check.fields(fields, object, ""),
        _ => check.report("", "form-wanted-object"),
    }
    for (pointer, failure) in &asked.failed {
        check.report(pointer, failure.message());
    }
    check.problems
}

struct Check<'a> {
    lookups: &'a dyn Lookups,
    complete: bool,
    asked: &'a Asked,
    problems: Vec<FieldProblem>,
}

impl Check<'_> {
    fn report(&mut self, pointer: &str, message: impl Into<Message>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(FieldProblem::new(pointer, message));
        }
    }

    fn fields(&mut self, fields: &Fields, object: &Map<String, Value>, pointer: &str) {
        for field in &fields.list {
            let at = format!("{pointer}/{}", field.name);
            if self.asked.is_asked(&at) {
                let given = object.get(&field.name).filter(|given| !given.is_null());
                self.field(field, given, &at);
            }
        }
        for name in object.keys().filter(|name| fields.get(name).is_none()) {
            let shown: String = name.chars().take(60).collect();
            let at = format!("{pointer}/{}", super::places::escape(&shown));
            self.report(&at, Message::new("form-unknown-field").with("name", shown));
        }
    }

    fn field(&mut self, field: &Field, given: Option<&Value>, at: &str) {
        match (&field.kind, given) {
            (Kind::Group(inner), given) => self.group(field, inner, given, at),
            (Kind::Rows { fields, min, max, .. }, given) => {
                self.rows(field, fields, (*min, *max), given, at);
            }
            (_, None) => {
                if self.complete && field.required {
                    self.report(at, required(&field.kind));
                }
            }
            (kind, Some(given)) => {
                let values = Values { lookups: self.lookups, complete: self.complete };
                if let Some(message) = values.wrong(kind, given, field.help.as_ref()) {
                    self.report(at, message);
                }
            }
        }
    }

    /// A group that is not required may be left out whole; once begun, its own rules hold.
    fn group(&mut self, field: &Field, inner: &Fields, given: Option<&Value>, at: &str) {
        let empty = Map::new();
        let object = match given {
            Some(Value::Object(object)) => object,
            None => &empty,
            Some(_) => return self.report(at, "form-wanted-object"),
        };
        let begun = object.values().any(is_filled);
        if begun || field.required {
            self.fields(inner, object, at);
        } else {
            let complete = std::mem::replace(&mut self.complete, false);
            self.fields(inner, object, at);
            self.complete = complete;
        }
    }

    fn rows(
        &mut self,
        field: &Field,
        inner: &Fields,
        (min, max): (usize, usize),
        given: Option<&Value>,
        at: &str,
    ) {
        let rows = match given {
            Some(Value::Array(rows)) => rows.as_slice(),
            None => &[],
            Some(_) => return self.report(at, "form-wanted-list"),
        };
        if rows.len() > max {
            self.report(at, Message::new("form-rows-max").with("max", max));
        }
        let least = if field.required { min.max(1) } else { min };
        let must = field.required || !rows.is_empty();
        if self.complete && must && rows.len() < least {
            self.report(at, Message::new("form-rows-min").with("min", least));
        }
        for (index, row) in rows.iter().take(max).enumerate() {
            let at = format!("{at}/{index}");
            match row {
                Value::Object(row) => self.fields(inner, row, &at),
                _ => self.report(&at, "form-wanted-object"),
            }
        }
    }
}

/// Whether anything was filled in.
pub(super) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(object) => object.values().any(is_filled),
        Value::Array(values) => !values.is_empty(),
        Value::String(text) => !text.trim().is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// What somebody is told who left a required field out.
fn required(kind: &Kind) -> Message {
    Message::new(match kind {
        Kind::YesNo { agree: true } => "form-must-agree",
        kind if kind.is_chosen() => "form-required-choice",
        _ => "form-required",
    })
}
