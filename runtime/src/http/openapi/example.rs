//! Examples of inputs, put together from what the types' own fields give as examples.

use serde_json::{Map, Value, json};

/// An example of a schema within its root; `None` where a field that must be there has none.
pub fn of(root: &Value, schema: &Value) -> Option<Value> {
    let resolved = resolve(root, schema);
    if let Some(own) = own(schema).or_else(|| own(resolved)) {
        return Some(own.clone());
    }
    let schema = resolved;
    let choices = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
    if let Some(choices) = choices {
        return choices.iter().find(|c| c["type"] != "null").and_then(|c| of(root, c));
    }
    match main_type(schema) {
        Some("object") => properties(root, schema).map(Value::Object),
        Some("array") => match schema.get("items") {
            Some(item) => of(root, item).map(|item| json!([item])),
            None => Some(json!([])),
        },
        Some("integer" | "number") => Some(schema.get("minimum").cloned().unwrap_or(json!(1))),
        Some("boolean") => Some(json!(true)),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => Some(json!("01928f5e-7b1a-7c3d-8e4f-0123456789ab")),
            Some("date") => Some(json!("2026-12-31")),
            _ => None,
        },
        Some(_) => None,
        None => Some(json!({})),
    }
}

/// The example that a property's own schema gives.
pub fn own(schema: &Value) -> Option<&Value> {
    let listed = |name: &str| schema.get(name).and_then(Value::as_array).and_then(|l| l.first());
    listed("examples").or_else(|| schema.get("const")).or_else(|| listed("enum"))
}

fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    pointer.and_then(|p| root.pointer(p)).unwrap_or(schema)
}

fn main_type(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// What must be there, and what may be and says itself how it looks.
fn properties(root: &Value, schema: &Value) -> Option<Map<String, Value>> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut object = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if required.iter().any(|r| r == name) {
            object.insert(name.clone(), of(root, property)?);
        } else if let Some(listed) = property.get("examples") {
            object.insert(name.clone(), listed.get(0)?.clone());
        }
    }
    Some(object)
}
