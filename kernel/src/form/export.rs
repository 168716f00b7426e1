//! The form's type for CEL and its standard JSON Schema for the API's description.

use serde_json::{Map, Value, json};

use super::conditions::scalar_type;
use super::model::{Choice, DateBound, Field, Fields, Kind, NumberRule, TextFormat, TextRule};
use crate::expr::Type;
use crate::text::Lang;

/// The type of a submitted form.
pub(super) fn field_type(fields: &Fields) -> Type {
    Type::map(fields.list.iter().map(|field| {
        let of = match &field.kind {
            Kind::Group(inner) => field_type(inner),
            Kind::Rows { fields: inner, .. } => Type::list(field_type(inner)),
            kind => scalar_type(kind),
        };
        // A group that may be left out has none of its fields; it is there, empty.
        let of = match (&field.kind, of) {
            (Kind::Group(_), of) if !field.required => all_optional(of),
            (_, of) => of,
        };
        let present = field.kind.is_container() || field.required;
        (field.name.as_str(), of, !present || field.when.is_some())
    }))
}

fn all_optional(of: Type) -> Type {
    match of {
        Type::Map(mut fields) => {
            for field in fields.named.values_mut() {
                // Lists and groups within are there even then, only empty.
                field.optional |= !matches!(field.of, Type::Map(_));
                field.of = all_optional(std::mem::replace(&mut field.of, Type::Null));
            }
            Type::Map(fields)
        }
        other => other,
    }
}

/// JSON Schema 2020-12 without our own keywords. A field with a condition is never required there: the condition is
/// ours to check.
pub(super) fn json_schema(fields: &Fields) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in &fields.list {
        if field.required && field.when.is_none() {
            required.push(Value::String(field.name.clone()));
        }
        properties.insert(field.name.clone(), field_schema(field));
    }
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = Value::Array(required);
    }
    schema
}

fn field_schema(field: &Field) -> Value {
    let mut schema = match &field.kind {
        Kind::Text(rule) => text_schema(rule),
        Kind::Date(rule) => {
            let mut schema = json!({"type": "string", "format": "date"});
            for (word, bound) in [("no earlier than", rule.first), ("no later than", rule.last)] {
                let date = match bound {
                    None => continue,
                    Some(DateBound::Today) => "today".to_owned(),
                    Some(DateBound::On(date)) => date.to_string(),
                };
                schema["$comment"] = Value::String(format!("{word} {date}"));
            }
            schema
        }
        Kind::Division(level) => json!({
            "type": "string",
            "pattern": "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$",
            "$comment": format!("a code of the division tree, down to {}", level.word()),
        }),
        Kind::Choice { options, .. } => json!({"type": "string", "enum": values(options)}),
        Kind::Several { options, min, max } => json!({
            "type": "array",
            "items": {"type": "string", "enum": values(options)},
            "uniqueItems": true,
            "minItems": min,
            "maxItems": max,
        }),
        Kind::Whole(rule) => bounds(json!({"type": "integer"}), rule),
        Kind::Number(rule) => bounds(json!({"type": "number"}), rule),
        Kind::Money(rule) => {
            let mut schema = bounds(json!({"type": "integer", "minimum": 0}), rule);
            schema["$comment"] = json!("fen, a hundredth of a yuan");
            schema
        }
        Kind::YesNo { agree: true } => json!({"type": "boolean", "const": true}),
        Kind::YesNo { agree: false } => json!({"type": "boolean"}),
        Kind::Group(inner) => json_schema(inner),
        Kind::Rows { fields, min, max, .. } => json!({
            "type": "array",
            "items": json_schema(fields),
            "minItems": min,
            "maxItems": max,
        }),
    };
    schema["title"] = json!(field.label.get(Lang::En));
    if let Some(help) = &field.help {
        schema["description"] = json!(help.get(Lang::En));
    }
    schema
}

fn text_schema(rule: &TextRule) -> Value {
    let mut schema = json!({"type": "string", "maxLength": rule.max});
    if rule.min > 0 {
        schema["minLength"] = json!(rule.min);
    }
    let pattern = match rule.format {
        TextFormat::Plain | TextFormat::Long | TextFormat::Phone => {
            rule.pattern.as_ref().map(regex::Regex::as_str)
        }
        TextFormat::CitizenNumber => Some("^[0-9]{17}[0-9X]$"),
        TextFormat::Uscc => Some("^[0-9A-HJ-NP-RTUW-Y]{18}$"),
        TextFormat::Postcode => Some("^[0-9]{6}$"),
        TextFormat::Email => {
            schema["format"] = json!("email");
            None
        }
    };
    if let Some(pattern) = pattern {
        schema["pattern"] = json!(pattern);
    }
    schema
}

fn values(options: &[Choice]) -> Vec<&str> {
    options.iter().map(|option| option.value.as_str()).collect()
}

fn bounds<T: serde::Serialize>(mut schema: Value, rule: &NumberRule<T>) -> Value {
    if let Some(min) = &rule.min {
        schema["minimum"] = json!(min);
    }
    if let Some(max) = &rule.max {
        schema["maximum"] = json!(max);
    }
    schema
}
