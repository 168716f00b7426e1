//! Personal fields: taken out to be encrypted apart, put back to be shown, masked for others.

use serde_json::{Map, Value};

use super::model::{Field, Fields, Kind, TextFormat};
use crate::codes::mask;

/// The places of personal fields; `*` stands for any row: `/people/*/number`.
pub(super) fn pointers(fields: &Fields) -> Vec<String> {
    let mut found = Vec::new();
    collect(fields, "", &mut found);
    found
}

fn collect(fields: &Fields, pointer: &str, found: &mut Vec<String>) {
    for field in &fields.list {
        let at = format!("{pointer}/{}", field.name);
        match &field.kind {
            Kind::Group(inner) => collect(inner, &at, found),
            Kind::Rows { fields: inner, .. } => collect(inner, &format!("{at}/*"), found),
            _ if field.personal => found.push(at),
            _ => {}
        }
    }
}

/// What may rest in clear, and all else by JSON pointer. Whatever somebody wrote may name a person (an address, a
/// remark, a name in the wrong place), and a draft may hold anything: so only what was chosen from a closed set stays.
pub(super) fn split(fields: &Fields, value: &Value) -> (Value, Map<String, Value>) {
    let mut clear = value.clone();
    let mut personal = Map::new();
    if clear.is_object() {
        take(fields, &mut clear, "", &mut personal);
    } else if !clear.is_null() {
        personal.insert(String::new(), std::mem::take(&mut clear));
    }
    (clear, personal)
}

fn take(fields: &Fields, value: &mut Value, pointer: &str, personal: &mut Map<String, Value>) {
    let Value::Object(object) = value else { return };
    let names: Vec<String> = object.keys().cloned().collect();
    for name in names {
        let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let field = fields.get(&name);
        match (field.map(|field| &field.kind), object.get_mut(&name)) {
            (Some(Kind::Group(inner)), Some(group @ Value::Object(_))) => {
                take(inner, group, &at, personal);
            }
            (Some(Kind::Rows { fields: inner, .. }), Some(Value::Array(rows)))
                if rows.iter().all(Value::is_object) =>
            {
                for (index, row) in rows.iter_mut().enumerate() {
                    take(inner, row, &format!("{at}/{index}"), personal);
                }
            }
            (_, Some(value)) if field.is_some_and(|field| rests_in_clear(field, value)) => {}
            _ => {
                if let Some(value) = object.shift_remove(&name) {
                    personal.insert(at, value);
                }
            }
        }
    }
}

/// Whether a value tells nothing that the form itself does not say: one of the choices that it offers.
fn rests_in_clear(field: &Field, value: &Value) -> bool {
    /// The longest code of a division.
    const DIVISION_DIGITS: usize = 12;
    let among = |options: &[super::model::Choice], value: &Value| {
        value.as_str().is_some_and(|text| options.iter().any(|option| option.value == text))
    };
    !field.personal
        && match (&field.kind, value) {
            (_, Value::Null) => true,
            (Kind::YesNo { .. }, Value::Bool(_)) => true,
            (Kind::Choice { options, .. }, value) => among(options, value),
            (Kind::Several { options, .. }, Value::Array(values)) => {
                values.iter().all(|value| among(options, value))
            }
            (Kind::Division(_), Value::String(code)) => {
                code.len() <= DIVISION_DIGITS && code.bytes().all(|b| b.is_ascii_digit())
            }
            _ => false,
        }
}

/// The whole again, its members in the order of the form. Pointers that lead nowhere are passed over: their row
/// was removed from the clear part.
pub(super) fn join(fields: &Fields, clear: &Value, personal: &Map<String, Value>) -> Value {
    if let (Value::Null, Some(whole)) = (clear, personal.get("")) {
        return whole.clone();
    }
    let mut whole = clear.clone();
    for (pointer, value) in personal {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(parent)) = whole.pointer_mut(parent) {
            parent.insert(name.replace("~1", "/").replace("~0", "~"), value.clone());
        }
    }
    order(fields, whole)
}

/// Members in the order of the form, all else after them.
fn order(fields: &Fields, value: Value) -> Value {
    let Value::Object(mut object) = value else { return value };
    let mut ordered = Map::new();
    for field in &fields.list {
        let Some(value) = object.shift_remove(&field.name) else { continue };
        let value = match (&field.kind, value) {
            (Kind::Group(inner), value) => order(inner, value),
            (Kind::Rows { fields: inner, .. }, Value::Array(rows)) => {
                rows.into_iter().map(|row| order(inner, row)).collect()
            }
            (_, value) => value,
        };
        ordered.insert(field.name.clone(), value);
    }
    ordered.extend(object);
    Value::Object(ordered)
}

/// The value with its personal parts masked. For showing only: a masked number is a text of stars.
pub(super) fn masked(fields: &Fields, value: &Value) -> Value {
    let mut masked = value.clone();
    mask_in(fields, &mut masked);
    masked
}

fn mask_in(fields: &Fields, value: &mut Value) {
    let Value::Object(object) = value else { return };
    for field in &fields.list {
        let Some(value) = object.get_mut(&field.name) else { continue };
        match &field.kind {
            Kind::Group(inner) => mask_in(inner, value),
            Kind::Rows { fields: inner, .. } => {
                for row in value.as_array_mut().into_iter().flatten() {
                    mask_in(inner, row);
                }
            }
            _ if field.personal => *value = Value::String(mask_one(field, value)),
            _ => {}
        }
    }
}

/// One personal value as others see it.
pub(super) fn mask_one(field: &Field, value: &Value) -> String {
    match (&field.kind, value) {
        (Kind::Text(rule), Value::String(text)) => match rule.format {
            TextFormat::CitizenNumber => mask::citizen(text),
            TextFormat::Phone => mask::phone(text),
            TextFormat::Plain if text.chars().count() <= 12 => mask::name(text),
            _ => "****".to_owned(),
        },
        _ => "****".to_owned(),
    }
}
