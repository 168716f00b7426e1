//! The OpenAPI 3.1 document, made from the types of actions and queries.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use minshu_kernel::capability::Contract;
use serde_json::{Map, Value, json};

use crate::house::House;

/// Serves the document.
pub async fn serve(State(house): State<Arc<House>>) -> Response {
    Json(document(&house.contract)).into_response()
}

/// The document of everything that the capabilities offer.
pub fn document(contract: &Contract) -> Value {
    let mut schemas = BTreeMap::new();
    let mut paths = Map::new();
    for action in &contract.actions {
        let input = lift(&action.input, action.name, "Input", &mut schemas);
        let reply = lift(&action.reply, action.name, "Reply", &mut schemas);
        let operation = json!({
            "operationId": action.name,
            "tags": [capability(action.name)],
            "description": action.doc,
            "parameters": [{
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "The same caller, action and key do it once; kept thirty days.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
            }],
            "requestBody": body(&input),
            "responses": responses(&reply),
            "security": [{ "session": [] }, {}],
        });
        paths.insert(path(action.name), json!({ "post": operation }));
    }
    for query in &contract.queries {
        let input = lift(&query.input, query.name, "Input", &mut schemas);
        let reply = lift(&query.reply, query.name, "Reply", &mut schemas);
        let mut operation = json!({
            "operationId": query.name,
            "tags": [capability(query.name)],
            "description": query.doc,
            "responses": responses(&reply),
            "security": [{ "session": [] }, {}],
        });
        let method = if query.personal {
            operation["requestBody"] = body(&input);
            "post"
        } else {
            operation["parameters"] = Value::Array(parameters(&input, &schemas));
            "get"
        };
        paths.insert(path(query.name), json!({ method: operation }));
    }
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Minshu",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "Actions are POST, queries are GET; a query whose input names people is POST too, since addresses are logged on their way. Failures are application/problem+json (RFC 9457).",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "session": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn body(input: &Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": input } } })
}

fn capability(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn path(name: &str) -> String {
    format!("/api/{}", name.replacen('.', "/", 1))
}

/// Lifts a type's own definitions into the document's, under names that cannot clash.
fn lift(schema: &Value, name: &str, kind: &str, schemas: &mut BTreeMap<String, Value>) -> Value {
    let prefix = format!("{name}.{kind}");
    let mut schema = schema.clone();
    let definitions = schema.as_object_mut().and_then(|s| s.remove("$defs"));
    rename(&mut schema, &prefix);
    if let Some(Value::Object(definitions)) = definitions {
        for (own, mut definition) in definitions {
            rename(&mut definition, &prefix);
            schemas.insert(format!("{prefix}.{own}"), definition);
        }
    }
    schema
}

fn rename(value: &mut Value, prefix: &str) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                if let ("$ref", Value::String(text)) = (key.as_str(), &mut *value)
                    && let Some(own) = text.strip_prefix("#/$defs/")
                {
                    *text = format!("#/components/schemas/{prefix}.{own}");
                    continue;
                }
                rename(value, prefix);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, prefix)),
        _ => {}
    }
}

fn parameters(input: &Value, _: &BTreeMap<String, Value>) -> Vec<Value> {
    let required: Vec<&str> = input["required"]
        .as_array()
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let properties = input["properties"].as_object();
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            json!({
                "name": name, "in": "query",
                "required": required.contains(&name.as_str()),
                "schema": schema,
            })
        })
        .collect()
}

fn responses(reply: &Value) -> Value {
    let problem = json!({
        "description": "A problem: what is wrong, where and why.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    json!({
        "200": { "description": "Done.", "content": { "application/json": { "schema": reply } } },
        "400": problem, "401": problem, "403": problem, "404": problem, "409": problem,
        "413": problem, "415": problem, "422": problem, "429": problem, "503": problem,
    })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": { "type": "string", "description": "urn:minshu:problem:<capability>.<code>" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string" },
            "rule": { "type": "string" },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": { "type": "string", "description": "JSON pointer into the input" },
                        "detail": { "type": "string" },
                    },
                },
            },
        },
    })
}
