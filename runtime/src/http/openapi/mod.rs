//! The OpenAPI 3.1 document, made from the types of actions and queries and from who may use them.

mod example;
mod plain;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use minshu_kernel::access::Basis;
use minshu_kernel::capability::Contract;
use minshu_kernel::error::Kind;
use serde_json::{Map, Value, json};

use crate::house::House;

const DESCRIPTION: &str = "\
Actions are `POST` with a JSON body, queries are `GET`; a query whose input names people is `POST` too, since addresses are \
logged on their way. `identity.sign_in` answers a token for `Authorization: Bearer`.

An action that carries `Idempotency-Key` is done once for the same caller, action and key within thirty days; a \
repetition is given the first answer, the same key with another body is refused with 409.

Lists are read in pages: `limit` is the length of one, and `next` of the answer, handed in as `after`, begins the \
following one. `next` is null on the last page. Its text is opaque: it is handed back as it came.

Every failure is `application/problem+json` (RFC 9457). `type` never changes and is what a program decides on; `title` \
and `detail` are for people, in Chinese or in English by `Accept-Language`; `errors` name the wrong values by JSON \
pointer; `instance` is the number to quote when asking for help. Instants are milliseconds since 1970 in UTC, their \
names end in `_ms`; money is whole fen.";

/// Serves the document.
pub async fn serve(State(house): State<Arc<House>>) -> Response {
    Json(document(&house.contract)).into_response()
}

/// The address of an operation: `capability.verb` as `/api/capability/verb`.
pub fn path(name: &str) -> String {
    format!("/api/{}", name.replacen('.', "/", 1))
}

/// The document of everything that the capabilities offer.
pub fn document(contract: &Contract) -> Value {
    let mut schemas = BTreeMap::new();
    let mut paths = plain::paths();
    for action in &contract.actions {
        let input = lift(&action.input, action.name, "Input", &mut schemas);
        let reply = lift(&action.reply, action.name, "Reply", &mut schemas);
        let mut operation = operation(contract, action.name, action.doc, &reply, ACTION_KINDS);
        operation["requestBody"] = body(&action.input, &input);
        // A reply with a secret is kept by nobody, so that there is nothing to answer a repetition with.
        if !action.secret_reply {
            operation["parameters"] =
                json!([{ "$ref": "#/components/parameters/Idempotency-Key" }]);
        }
        paths.insert(path(action.name), json!({ "post": operation }));
    }
    for query in &contract.queries {
        let input = lift(&query.input, query.name, "Input", &mut schemas);
        let reply = lift(&query.reply, query.name, "Reply", &mut schemas);
        let also = if query.personal { BODY_KINDS } else { &[] };
        let mut operation = operation(contract, query.name, query.doc, &reply, also);
        let method = if query.personal {
            operation["requestBody"] = body(&query.input, &input);
            "post"
        } else {
            operation["parameters"] = Value::Array(parameters(&query.input, &input));
            "get"
        };
        paths.insert(path(query.name), json!({ method: operation }));
    }
    schemas.insert("Problem".to_owned(), problem_schema(contract));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Minshu",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": DESCRIPTION,
        },
        "servers": [{ "url": "/" }],
        "tags": tags(&paths),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": problems(),
            "headers": headers(),
            "parameters": {
                "Idempotency-Key": {
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "The same caller, action and key do it once; kept for thirty days.",
                    "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
                    "example": "order-4711-submit",
                },
            },
            "securitySchemes": { "session": {
                "type": "http", "scheme": "bearer", "description": "The token of `identity.sign_in`.",
            } },
        },
    })
}

/// A body with its example: `own` is its type's schema, `lifted` the same with the document's references.
fn body(own: &Value, lifted: &Value) -> Value {
    let mut body = json!({ "schema": lifted });
    if let Some(example) = example::of(own, own) {
        body["example"] = example;
    }
    json!({ "required": true, "content": { "application/json": body } })
}

fn capability(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn tags(paths: &Map<String, Value>) -> Vec<Value> {
    let operations = paths.values().flat_map(|path| path.as_object().into_iter().flatten());
    let named = operations.filter_map(|(_, operation)| operation["tags"][0].as_str());
    let names: std::collections::BTreeSet<&str> = named.collect();
    names.into_iter().map(|name| json!({ "name": name })).collect()
}

/// What every operation has. `also`: the kinds of failure that only some have.
fn operation(
    contract: &Contract,
    name: &'static str,
    doc: &str,
    reply: &Value,
    also: &[Kind],
) -> Value {
    let (security, who) = opening(contract, name);
    let summary = doc.split(". ").next().unwrap_or(doc).trim_end_matches('.');
    json!({
        "operationId": name,
        "tags": [capability(name)],
        "summary": summary,
        "description": format!("{doc}\n\nOpen to: {who}."),
        "responses": responses("application/json", reply, also),
        "security": security,
    })
}

/// Whether a token is needed, and in words who may.
fn opening(contract: &Contract, name: &str) -> (Value, String) {
    let sets = || contract.permission_sets.iter().filter(|set| set.may.contains(&name));
    let has = |basis: Basis| sets().any(|set| set.basis == basis);
    let posts: Vec<String> =
        sets().filter(|set| set.basis == Basis::Post).map(|set| format!("`{}`", set.id)).collect();
    let mut who = Vec::new();
    if has(Basis::Everyone) {
        who.push("everybody".to_owned());
    }
    if has(Basis::SignedIn) {
        who.push("everybody who is signed in".to_owned());
    }
    if has(Basis::Owner) {
        who.push("whoever it belongs to".to_owned());
    }
    if has(Basis::Emergency) {
        who.push("whoever opened it in an emergency".to_owned());
    }
    if !posts.is_empty() {
        who.push(format!("posts with {}", posts.join(" or ")));
    }
    if who.is_empty() {
        who.push("the platform itself; a caller over HTTP is refused".to_owned());
    }
    let security = match has(Basis::Everyone) {
        true => json!([{}, { "session": [] }]),
        false => json!([{ "session": [] }]),
    };
    (security, who.join(", "))
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

/// The parameters of a query: `own` is its type's schema, `lifted` the same with the document's references.
fn parameters(own: &Value, lifted: &Value) -> Vec<Value> {
    let required = own["required"].as_array().cloned().unwrap_or_default();
    let properties = lifted["properties"].as_object();
    properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let required = required.iter().any(|r| r == name);
            let mut parameter = json!({
                "name": name, "in": "query", "required": required, "schema": schema,
            });
            if let Some(text) = schema.get("description") {
                parameter["description"] = text.clone();
            }
            let example = match required {
                true => example::of(own, &own["properties"][name]),
                false => example::own(schema).cloned(),
            };
            if let Some(example) = example {
                parameter["example"] = example;
            }
            parameter
        })
        .collect()
}

/// What only requests with a body are answered with.
const BODY_KINDS: &[Kind] = &[Kind::Malformed, Kind::TooSlow, Kind::TooLarge, Kind::Unsupported];
/// What only actions are answered with.
const ACTION_KINDS: &[Kind] =
    &[Kind::Malformed, Kind::TooSlow, Kind::Conflict, Kind::TooLarge, Kind::Unsupported];
/// What every operation may be answered with.
const USUAL_KINDS: &[Kind] = &[
    Kind::Unauthenticated,
    Kind::Refused,
    Kind::Missing,
    Kind::Invalid,
    Kind::TooMany,
    Kind::Unavailable,
    Kind::Internal,
];

/// The name and the meaning of the responses of a kind of failure.
fn response(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Malformed => ("Malformed", "The request cannot be read."),
        Kind::Unauthenticated => {
            ("Unauthenticated", "Nobody is signed in, or the session has ended.")
        }
        Kind::Refused => ("Refused", "The caller may not."),
        Kind::Missing => ("Missing", "There is no such thing, or the caller may not know of it."),
        Kind::WrongMethod => ("WrongMethod", "The address is there for other methods."),
        Kind::Conflict => (
            "Conflict",
            "Somebody was first, or the step does not fit: read again and decide again.",
        ),
        Kind::TooLarge => ("TooLarge", "Too many bytes."),
        Kind::Unsupported => {
            ("Unsupported", "The body or the file is of a kind that is not taken.")
        }
        Kind::Invalid => ("Invalid", "Values are wrong; `errors` says which and what to do."),
        Kind::TooSlow => ("TooSlow", "The body did not come within its time."),
        Kind::TooMany => ("TooMany", "Too many requests; wait as `Retry-After` says."),
        Kind::Unavailable => ("Unavailable", "Not now; try again as `Retry-After` says."),
        Kind::Internal => ("Internal", "A defect of the platform; quote `instance`."),
    }
}

fn responses(media_type: &str, reply: &Value, also: &[Kind]) -> Value {
    let mut responses = Map::new();
    let done = json!({
        "description": "Done.",
        "headers": { "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } },
        "content": { media_type: { "schema": reply } },
    });
    responses.insert("200".to_owned(), done);
    for kind in USUAL_KINDS.iter().chain(also) {
        let place = format!("#/components/responses/{}", response(*kind).0);
        responses.insert(kind.status().to_string(), json!({ "$ref": place }));
    }
    Value::Object(responses)
}

/// A response for each kind of failure.
fn problems() -> Map<String, Value> {
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let of = |kind: &Kind| {
        let (name, description) = response(*kind);
        let mut headers = json!({ "X-Request-Id": header("X-Request-Id") });
        match kind {
            Kind::TooMany | Kind::Unavailable => headers["Retry-After"] = header("Retry-After"),
            Kind::Unauthenticated => headers["WWW-Authenticate"] = header("WWW-Authenticate"),
            _ => {}
        }
        let response = json!({
            "description": description,
            "headers": headers,
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
            } },
        });
        (name.to_owned(), response)
    };
    USUAL_KINDS.iter().chain(ACTION_KINDS).map(of).collect()
}

fn headers() -> Value {
    json!({
        "X-Request-Id": {
            "description": "The request's id, the same as in `instance` of a problem.",
            "required": true,
            "schema": { "type": "string", "format": "uuid" },
        },
        "Retry-After": {
            "description": "After how many seconds to try again.",
            "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
        "WWW-Authenticate": {
            "description": "`Bearer`.",
            "required": true,
            "schema": { "type": "string" },
        },
    })
}

fn problem_schema(contract: &Contract) -> Value {
    let mut types: Vec<String> = contract
        .problem_types
        .iter()
        .map(|problem| format!("urn:minshu:problem:{}", problem.code))
        .collect();
    types.sort();
    types.dedup();
    json!({
        "type": "object",
        "description": "What is wrong, where and why (RFC 9457).",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {
                "type": "string",
                "description": "What a program decides on. Names are never changed; further ones may come.",
                "enum": types,
            },
            "title": { "type": "string", "description": "The kind of failure in words." },
            "status": { "type": "integer", "description": "The HTTP status." },
            "detail": { "type": "string", "description": "What is wrong, why, and what to do." },
            "instance": { "type": "string", "format": "uri", "description": "The number to quote." },
            "rule": { "type": "string", "description": "The rule that refused, for those who may know it." },
            "errors": {
                "type": "array",
                "description": "The values that are wrong.",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "pointer": { "type": "string", "description": "JSON pointer into the input (RFC 6901)." },
                        "detail": { "type": "string", "description": "What is wrong there, and what to do." },
                    },
                },
            },
        },
        "example": {
            "type": "urn:minshu:problem:kernel.invalid",
            "title": "Some answers need correcting",
            "status": 422,
            "detail": "Please correct the marked answers.",
            "instance": "urn:uuid:01928f5e-7b1a-7c3d-8e4f-0123456789ab",
            "errors": [{ "pointer": "/limit", "detail": "A page has 1 to 100 rows." }],
        },
    })
}
