//! The routes that are no action and no query: what runs, how it stands, files, divisions.

use minshu_kernel::action::schema_of;
use serde_json::{Map, Value, json};

use super::{BODY_KINDS, responses};
use crate::http::{Build, api};
use crate::register::Standing;

/// A route's method and operation, by its path.
pub fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    paths.insert("/api/platform/build".to_owned(), json!({ "get": build() }));
    paths.insert("/api/platform/standings".to_owned(), json!({ "get": standings() }));
    paths.insert("/api/uploads".to_owned(), json!({ "post": upload() }));
    paths.insert("/divisions".to_owned(), json!({ "get": divisions() }));
    paths
}

/// An operation that everybody may use.
fn public(name: &str, summary: &str, reply: &Value) -> Value {
    json!({
        "operationId": name,
        "tags": ["platform"],
        "summary": summary,
        "description": format!("{summary}.\n\nOpen to: everybody."),
        "responses": responses("application/json", reply, &[]),
        "security": [{}],
    })
}

fn build() -> Value {
    public("platform.build", "Which build runs, with which packs", &inline(schema_of::<Build>()))
}

fn standings() -> Value {
    public(
        "platform.standings",
        "How every system stands, in the register's order",
        &json!({ "type": "array", "items": inline(schema_of::<Standing>()) }),
    )
}

fn divisions() -> Value {
    let reply = json!({ "type": "array", "items": inline(schema_of::<api::DivisionEntry>()) });
    let mut operation = public(
        "platform.divisions",
        "The divisions right below one; without a code, the provinces that the platform serves",
        &reply,
    );
    operation["parameters"] = json!([{
        "name": "parent", "in": "query", "required": false,
        "description": "A code of the division tree.",
        "schema": schema_of::<minshu_kernel::division::DivisionCode>(),
        "example": "350100",
    }]);
    operation
}

fn upload() -> Value {
    let reply = inline(schema_of::<api::Uploaded>());
    json!({
        "operationId": "platform.upload",
        "tags": ["platform"],
        "summary": "Stages a file for an action to take",
        "description": "Stages a file. An action such as `casework.attach` takes its address, from the same caller, \
            within a day.\n\nOpen to: everybody who is signed in.",
        "requestBody": { "required": true, "content": { "multipart/form-data": { "schema": {
            "type": "object",
            "required": ["file"],
            "additionalProperties": false,
            "properties": { "file": {
                "type": "string",
                "contentMediaType": "application/octet-stream",
                "description": "The file, at most 100 MiB.",
            } },
        } } } },
        "responses": responses("application/json", &reply, BODY_KINDS),
        "security": [{ "session": [] }],
    })
}

/// A schema whose definitions stand where they are used.
fn inline(mut schema: Value) -> Value {
    let definitions = schema.as_object_mut().and_then(|s| s.remove("$defs"));
    let properties = schema["properties"].as_object_mut();
    for property in properties.into_iter().flat_map(|p| p.values_mut()) {
        let name = property["$ref"].as_str().and_then(|r| r.strip_prefix("#/$defs/"));
        if let (Some(definitions), Some(name)) = (&definitions, name) {
            *property = definitions[name].clone();
        }
    }
    schema
}
