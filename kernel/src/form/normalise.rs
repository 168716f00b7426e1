//! One writing of a value: texts tidied, members in the order of the form, answers to questions that are not asked
//! dropped. Sections and lists are always there, so that conditions can look into them.

use serde_json::{Map, Value};

use super::conditions::{Asked, settle};
use super::model::{Fields, Kind};
use super::typed;

/// Tidies, then drops what is not asked.
pub(super) fn normalise(fields: &Fields, value: &Value) -> Value {
    let Value::Object(object) = value else { return value.clone() };
    let tidied = tidy(fields, object);
    let asked = settle(fields, &tidied);
    match tidied {
        Value::Object(object) => Value::Object(drop_hidden(fields, object, &asked, "")),
        other => other,
    }
}

/// Members in the order of the form; what the form does not have follows, for the check to refuse.
fn tidy(fields: &Fields, object: &Map<String, Value>) -> Value {
    let mut tidied = Map::new();
    for field in &fields.list {
        let given = object.get(&field.name).filter(|given| !is_blank(given));
        let value = match (&field.kind, given) {
            (Kind::Group(inner), Some(Value::Object(given))) => Some(tidy(inner, given)),
            (Kind::Group(inner), None) => Some(tidy(inner, &Map::new())),
            (Kind::Rows { fields: inner, .. }, Some(Value::Array(rows))) => {
                let rows = rows.iter().map(|row| match row {
                    Value::Object(row) => tidy(inner, row),
                    other => other.clone(),
                });
                Some(Value::Array(rows.collect()))
            }
            (Kind::Rows { .. }, None) => Some(Value::Array(Vec::new())),
            (kind, Some(given)) => scalar(kind, given),
            (_, None) => None,
        };
        if let Some(value) = value {
            tidied.insert(field.name.clone(), value);
        }
    }
    for (name, value) in object {
        if fields.get(name).is_none() {
            tidied.insert(name.clone(), value.clone());
        }
    }
    Value::Object(tidied)
}

/// Nothing was given, or a text of blanks.
fn is_blank(given: &Value) -> bool {
    match given {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn scalar(kind: &Kind, given: &Value) -> Option<Value> {
    match (kind, given) {
        (Kind::Text(rule), Value::String(text)) => {
            let text = typed::text(rule.format, text);
            (!text.is_empty()).then_some(Value::String(text))
        }
        (Kind::Date(_) | Kind::Division(_), Value::String(text)) => typed::value(kind, text),
        (Kind::Several { .. }, Value::Array(values)) if values.is_empty() => None,
        (_, other) => Some(other.clone()),
    }
}

fn drop_hidden(
    fields: &Fields,
    object: Map<String, Value>,
    asked: &Asked,
    pointer: &str,
) -> Map<String, Value> {
    let mut kept = Map::new();
    for (name, value) in object {
        let at = format!("{pointer}/{name}");
        if !asked.is_asked(&at) {
            continue;
        }
        let value = match (fields.get(&name).map(|field| &field.kind), value) {
            (Some(Kind::Group(inner)), Value::Object(group)) => {
                Value::Object(drop_hidden(inner, group, asked, &at))
            }
            (Some(Kind::Rows { fields: inner, .. }), Value::Array(rows)) => {
                let rows = rows.into_iter().enumerate().map(|(index, row)| match row {
                    Value::Object(row) => {
                        Value::Object(drop_hidden(inner, row, asked, &format!("{at}/{index}")))
                    }
                    other => other,
                });
                Value::Array(rows.collect())
            }
            (_, value) => value,
        };
        kept.insert(name, value);
    }
    kept
}
