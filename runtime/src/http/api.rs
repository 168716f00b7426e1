//! The JSON API: `POST /api/<capability>/<action>`, `GET /api/<capability>/<query>`, uploads, divisions.

use std::sync::Arc;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRequest as _, Multipart, Path, Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, header};
use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::objects::Limits;
use minshu_kernel::text::Message;
use serde_json::{Map, Value, json};

use super::pages::FieldBody;
use super::session::{Preferences, SessionToken, VISITOR, cookie};
use super::{BODY_BYTES, Incoming, problem};
use crate::house::House;

/// The largest file that an API client may stage.
const UPLOAD_BYTES: u64 = 100 << 20;

struct Caller {
    who: Arc<Principal>,
    preferences: Preferences,
    incoming: Incoming,
}

impl Caller {
    /// Who calls. A session in a cookie changes something only with the form's token beside it, so that no other
    /// site's page can send it.
    async fn of(
        house: &House,
        headers: &HeaderMap,
        incoming: Incoming,
        changes: bool,
    ) -> Result<Caller, Failure> {
        let session = SessionToken::read(headers);
        if changes && session.token.is_some() && !session.bearer {
            let given = headers.get("x-csrf-token").and_then(|v| v.to_str().ok()).unwrap_or("");
            let visitor = cookie(headers, VISITOR).unwrap_or("");
            if !house.form_token_fits(given, visitor, &session) {
                return Err(Failure::new(Kind::Refused, "kernel.form_token"));
            }
        }
        Ok(Caller {
            who: house.principal(&session).await?,
            preferences: Preferences::read(headers),
            incoming,
        })
    }

    fn call(self, operation: String, input: Value, key: Option<String>) -> Call {
        Call {
            who: self.who,
            operation,
            input,
            key,
            cause: None,
            request: self.incoming.id,
            lang: self.preferences.lang,
        }
    }
}

/// The id that the first middleware gave.
pub fn incoming(request: &Request) -> Incoming {
    request
        .extensions()
        .get::<Incoming>()
        .copied()
        .unwrap_or_else(|| Incoming { id: minshu_kernel::ids::RequestId::new(uuid::Uuid::nil()) })
}

fn answer(
    house: &House,
    headers: &HeaderMap,
    id: Incoming,
    result: Result<Value, Failure>,
) -> Response {
    match result {
        Ok(reply) => Json(reply).into_response(),
        Err(failure) => {
            let lang = Preferences::read(headers).lang;
            let signed_in = failure.kind == Kind::Refused;
            problem::to_program(&failure, &house.services.texts, lang, id.id, signed_in)
        }
    }
}

/// Does an action, or answers a query whose input names people.
pub async fn act(
    State(house): State<Arc<House>>,
    Path((capability, operation)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (headers, id) = (request.headers().clone(), incoming(&request));
    let result = async {
        let caller = Caller::of(&house, &headers, id, true).await?;
        let key = idempotency_key(&headers)?;
        let is_json = headers
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|kind| kind.split(';').next() == Some("application/json"));
        if !is_json {
            return Err(Failure::new(Kind::Unsupported, "kernel.json_wanted"));
        }
        let body = to_bytes(request.into_body(), BODY_BYTES)
            .await
            .map_err(|_| Failure::new(Kind::TooLarge, "kernel.body_too_large"))?;
        let input: Value = serde_json::from_slice(&body).map_err(|error| {
            let message = Message::new("kernel-unreadable").with("what", error.to_string());
            Failure {
                fields: vec![FieldProblem::new("", message)],
                ..Failure::new(Kind::Malformed, "kernel.not_json")
            }
        })?;
        let operation = format!("{capability}.{operation}");
        match house.queries.get(operation.as_str()) {
            Some(query) if query.personal => house.ask(caller.call(operation, input, None)).await,
            _ => house.act(caller.call(operation, input, key)).await,
        }
    }
    .await;
    answer(&house, &headers, id, result)
}

/// The `Idempotency-Key` header: up to 200 visible characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let good = value
        .to_str()
        .ok()
        .filter(|key| (1..=200).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
    match good {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Failure::new(Kind::Malformed, "kernel.bad_key")),
    }
}

/// Asks a query.
pub async fn ask(
    State(house): State<Arc<House>>,
    Path((capability, operation)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
    request: Request,
) -> Response {
    let (headers, id) = (request.headers().clone(), incoming(&request));
    let result = async {
        let caller = Caller::of(&house, &headers, id, false).await?;
        let operation = format!("{capability}.{operation}");
        let entry = house.queries.get(operation.as_str());
        let entry = entry.ok_or_else(|| Failure::new(Kind::Missing, "kernel.no_operation"))?;
        if entry.personal {
            return Err(Failure::new(Kind::Malformed, "kernel.ask_by_post"));
        }
        let input = query_input(&entry.input, &pairs)?;
        house.ask(caller.call(operation, input, None)).await
    }
    .await;
    answer(&house, &headers, id, result)
}

/// The query's pairs as its input: each value by the type that the schema gives its name.
fn query_input(schema: &Value, pairs: &[(String, String)]) -> Result<Value, Failure> {
    let mut input = Map::new();
    for (name, text) in pairs {
        let property = schema.get("properties").and_then(|p| p.get(name));
        let Some(property) = property else {
            let message = Message::new("kernel-unknown-parameter").with("name", name.as_str());
            return Err(Failure::invalid(vec![FieldProblem::new(format!("/{name}"), message)]));
        };
        let value = typed(schema, property, text);
        match input.get_mut(name) {
            Some(Value::Array(list)) => list.push(value),
            _ if has_type(schema, property, "array") => {
                input.insert(name.clone(), Value::Array(vec![value]));
            }
            _ => {
                input.insert(name.clone(), value);
            }
        }
    }
    Ok(Value::Object(input))
}

fn resolve<'s>(schema: &'s Value, property: &'s Value) -> &'s Value {
    let pointer = property.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    pointer.and_then(|p| schema.pointer(p)).unwrap_or(property)
}

fn has_type(schema: &Value, property: &Value, wanted: &str) -> bool {
    let property = resolve(schema, property);
    let own = match property.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|n| n == wanted),
        _ => false,
    };
    let any = property.get("anyOf").and_then(Value::as_array);
    own || any.is_some_and(|all| all.iter().any(|one| has_type(schema, one, wanted)))
}

fn typed(schema: &Value, property: &Value, text: &str) -> Value {
    let item = resolve(schema, property).get("items").unwrap_or(property);
    if has_type(schema, item, "integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return json!(number);
    }
    if has_type(schema, item, "boolean") && matches!(text, "true" | "false") {
        return json!(text == "true");
    }
    json!(text)
}

/// Stages a file: `multipart/form-data` with one field `file`. Answers its address, for an action to take.
pub async fn upload(State(house): State<Arc<House>>, request: Request) -> Response {
    let (headers, id) = (request.headers().clone(), incoming(&request));
    let result = async {
        let caller = Caller::of(&house, &headers, id, true).await?;
        if !caller.who.signed_in() {
            return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
        }
        let bad = |_| Failure::new(Kind::Malformed, "kernel.not_multipart");
        let mut form = Multipart::from_request(unlimited(request), &()).await.map_err(bad)?;
        while let Some(field) = form
            .next_field()
            .await
            .map_err(|_| Failure::new(Kind::Malformed, "kernel.not_multipart"))?
        {
            if field.name() != Some("file") {
                continue;
            }
            let limits = Limits { max_bytes: UPLOAD_BYTES, kinds: Vec::new() };
            let stored = house.services.objects.put(&mut FieldBody(field), &limits).await?;
            house.uploads.keep(&caller.who, &stored).await?;
            return Ok(json!({
                "object": stored.address,
                "kind": stored.kind,
                "bytes": stored.bytes,
            }));
        }
        Err(Failure::new(Kind::Malformed, "kernel.not_multipart"))
    }
    .await;
    answer(&house, &headers, id, result)
}

/// Files are bounded by the objects seam while they stream, not by the body as a whole.
pub fn unlimited(mut request: Request) -> Request {
    axum::extract::DefaultBodyLimit::disable().apply(&mut request);
    request
}

/// The divisions below one: for the pickers of forms.
pub async fn divisions(
    State(house): State<Arc<House>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let parent = pairs.iter().find(|(n, _)| n == "parent").and_then(|(_, v)| v.parse().ok());
    let tree = &house.services.divisions;
    let list: Vec<Value> = match parent {
        Some(code) => tree.children(code).map(entry).collect(),
        None => tree.roots().map(entry).collect(),
    };
    Json(list).into_response()
}

fn entry(division: minshu_kernel::division::Division<'_>) -> Value {
    json!({ "code": division.code(), "name": division.name() })
}
