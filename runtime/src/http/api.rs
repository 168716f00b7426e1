//! The JSON API: `POST /api/<capability>/<action>`, `GET /api/<capability>/<query>`, uploads, divisions.

use std::sync::Arc;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, header};
use minshu_kernel::access::{Allowance, Principal};
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::division::{BadDivisionCode, Division, DivisionCode};
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::objects::{Limits, ObjectAddress};
use minshu_kernel::text::Message;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::cookies::VISITOR;
use super::pages::FieldBody;
use super::session::{Preferences, SessionToken};
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
        let session = SessionToken::read(headers, house.edge.cookies());
        if changes && session.token.is_some() && !session.bearer {
            let given = headers.get("x-csrf-token").and_then(|v| v.to_str().ok()).unwrap_or("");
            let visitor = house.edge.cookies().read(headers, VISITOR).unwrap_or("");
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

    /// Counts the call where an application makes it; what is left of its quota goes to `left`.
    async fn admitted(&self, house: &House, left: &mut Option<Allowance>) -> Result<(), Failure> {
        if let (Some(_), Some(authenticator)) = (&self.who.application, &house.authenticator) {
            *left = authenticator.admit(&self.who).await?;
        }
        Ok(())
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
            peer: self.incoming.peer,
        }
    }
}

/// The id that the first middleware gave.
pub fn incoming(request: &Request) -> Incoming {
    request.extensions().get::<Incoming>().copied().unwrap_or_else(|| Incoming {
        id: minshu_kernel::ids::RequestId::new(uuid::Uuid::nil()),
        peer: None,
    })
}

async fn answer(
    house: &House,
    headers: &HeaderMap,
    id: Incoming,
    result: Result<Value, Failure>,
) -> Response {
    match result {
        Ok(reply) => Json(reply).into_response(),
        Err(failure) => {
            let lang = Preferences::read(headers).lang;
            let shown = match &failure.rule {
                Some(rule) => {
                    match house.principal(&SessionToken::read(headers, house.edge.cookies())).await
                    {
                        Ok(who) => house.may_know_rule(&who, rule),
                        Err(_) => false,
                    }
                }
                None => false,
            };
            problem::to_program(&failure, &house.services.texts, lang, id.id, shown)
        }
    }
}

/// With what is left of an application's quota.
fn with_allowance(mut response: Response, left: Option<Allowance>) -> Response {
    let Some(left) = left else { return response };
    let headers = [
        ("ratelimit-limit", left.limit),
        ("ratelimit-remaining", left.remaining),
        ("ratelimit-reset", left.reset_s),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, value.into());
    }
    response
}

/// Does an action, or answers a query whose input names people.
pub async fn act(
    State(house): State<Arc<House>>,
    operation: &'static str,
    request: Request,
) -> Response {
    let (headers, id) = (request.headers().clone(), incoming(&request));
    let mut left = None;
    let result = async {
        let caller = Caller::of(&house, &headers, id, true).await?;
        caller.admitted(&house, &mut left).await?;
        let key = idempotency_key(&headers)?;
        if !is_of_type(&headers, "application/json") {
            return Err(Failure::new(Kind::Unsupported, "kernel.json_wanted"));
        }
        let body = to_bytes(request.into_body(), BODY_BYTES)
            .await
            .map_err(|_| Failure::new(Kind::TooLarge, "kernel.body_too_large"))?;
        let mut input: Value = serde_json::from_slice(&body).map_err(|error| {
            let message = Message::new("kernel-unreadable").with("what", error.to_string());
            Failure {
                fields: vec![FieldProblem::new("", message)],
                ..Failure::new(Kind::Malformed, "kernel.not_json")
            }
        })?;
        whole_numbers(&mut input);
        let call = caller.call(operation.to_owned(), input, key);
        match house.queries.get(operation) {
            Some(_) => house.ask(call).await,
            None => house.act(call).await,
        }
    }
    .await;
    with_allowance(answer(&house, &headers, id, result).await, left)
}

/// Whether the body is said to be of a media type; its case and its parameters are no matter (RFC 9110, 8.3.1).
fn is_of_type(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = given.and_then(|given| given.split(';').next()).unwrap_or("");
    kind.trim().eq_ignore_ascii_case(wanted)
}

/// A number without a fraction is an integer, however it is written (JSON Schema, 4.2.3): `3.0` is read as `3`.
fn whole_numbers(value: &mut Value) {
    /// Up to here every integer has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Array(list) => list.iter_mut().for_each(whole_numbers),
        Value::Object(object) => object.values_mut().for_each(whole_numbers),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < EXACT);
            if let Some(whole) = whole {
                #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
                let whole = whole as i64;
                *value = json!(whole);
            }
        }
        _ => {}
    }
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
    operation: &'static str,
    request: Request,
) -> Response {
    let (headers, id) = (request.headers().clone(), incoming(&request));
    let pairs = pairs(&request);
    let mut left = None;
    let result = async {
        let caller = Caller::of(&house, &headers, id, false).await?;
        caller.admitted(&house, &mut left).await?;
        let entry = house.queries.get(operation);
        let entry = entry.ok_or_else(|| Failure::new(Kind::Missing, "kernel.no_operation"))?;
        let input = query_input(&entry.input, &pairs)?;
        house.ask(caller.call(operation.to_owned(), input, None)).await
    }
    .await;
    with_allowance(answer(&house, &headers, id, result).await, left)
}

/// The pairs behind the question mark.
fn pairs(request: &Request) -> Vec<(String, String)> {
    let query = request.uri().query().unwrap_or("");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn wrong_parameter(name: &str, message: Message) -> Failure {
    Failure::invalid(vec![FieldProblem::new(format!("/{name}"), message)])
}

/// The query's pairs as its input: each value by the type that the schema gives its name.
fn query_input(schema: &Value, pairs: &[(String, String)]) -> Result<Value, Failure> {
    let mut input = Map::new();
    for (name, text) in pairs {
        let property = schema.get("properties").and_then(|p| p.get(name));
        let Some(property) = property else {
            let message = Message::new("kernel-unknown-parameter").with("name", name.as_str());
            return Err(wrong_parameter(name, message));
        };
        let value = typed(schema, property, text);
        if let Some(message) = out_of_bounds(resolve(schema, property), &value) {
            return Err(wrong_parameter(name, message));
        }
        match input.get_mut(name) {
            Some(Value::Array(list)) => list.push(value),
            None if has_type(schema, property, "array") => {
                input.insert(name.clone(), Value::Array(vec![value]));
            }
            Some(_) => {
                let message = Message::new("kernel-repeated-parameter").with("name", name.as_str());
                return Err(wrong_parameter(name, message));
            }
            None => {
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

/// What a value breaks of the bounds that its schema sets.
fn out_of_bounds(property: &Value, value: &Value) -> Option<Message> {
    let bound = |name: &str| property.get(name).and_then(Value::as_i64);
    match value {
        Value::String(text) => {
            let most = bound("maxLength")?;
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            (length > most).then(|| Message::new("kernel-too-long").with("most", most))
        }
        Value::Number(number) => {
            let (least, most) = (bound("minimum")?, bound("maximum")?);
            let fits = number.as_i64().is_some_and(|n| (least..=most).contains(&n));
            let told = Message::new("kernel-out-of-range").with("least", least);
            (!fits).then(|| told.with("most", most))
        }
        _ => None,
    }
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

/// A file that was staged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Uploaded {
    /// Its address.
    #[schemars(with = "String")]
    pub object: ObjectAddress,
    /// Its media type, by its content.
    pub kind: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Stages a file: `multipart/form-data` with one field `file`. Answers its address, for an action to take.
pub async fn upload(State(house): State<Arc<House>>, request: Request) -> Response {
    let (headers, id) = (request.headers().clone(), incoming(&request));
    let result = async {
        let caller = Caller::of(&house, &headers, id, true).await?;
        if !caller.who.signed_in() {
            return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
        }
        if !is_of_type(&headers, "multipart/form-data") {
            return Err(Failure::new(Kind::Unsupported, "kernel.multipart_wanted"));
        }
        let bad = || Failure::new(Kind::Malformed, "kernel.not_multipart");
        let read = Multipart::from_request(unlimited(request), &()).await;
        let mut form = read.map_err(|_| bad())?;
        let field = form.next_field().await.map_err(|_| bad())?;
        let field = field.filter(|field| field.name() == Some("file")).ok_or_else(bad)?;
        let limits = Limits { max_bytes: UPLOAD_BYTES, kinds: Vec::new() };
        let stored = house.uploads.receive(&caller.who, &mut FieldBody(field), &limits).await?;
        if let Err(refused) = &stored {
            house.audit_upload(&caller.who, id.id, refused).await?;
        }
        let stored = stored?;
        if form.next_field().await.map_err(|_| bad())?.is_some() {
            return Err(bad());
        }
        serde_json::to_value(Uploaded {
            object: stored.address,
            kind: stored.kind,
            bytes: stored.bytes,
        })
        .map_err(Failure::internal)
    }
    .await;
    answer(&house, &headers, id, result).await
}

/// Files are bounded by the objects seam while they stream, not by the body as a whole.
pub fn unlimited(mut request: Request) -> Request {
    axum::extract::DefaultBodyLimit::disable().apply(&mut request);
    request
}

/// The divisions below one: for the pickers of forms.
pub async fn divisions(State(house): State<Arc<House>>, request: Request) -> Response {
    let tree = &house.services.divisions;
    let given = pairs(&request).into_iter().find(|(name, _)| name == "parent");
    let result = match given.as_ref().map(|(_, code)| code.parse()) {
        None => Ok(tree.roots().map(entry).collect::<Vec<_>>()),
        Some(Ok(code)) => Ok(tree.children(code).map(entry).collect()),
        Some(Err(error)) => {
            let error: BadDivisionCode = error;
            let what = error.to_string();
            Err(wrong_parameter("parent", Message::new("kernel-unreadable").with("what", what)))
        }
    };
    answer(&house, request.headers(), incoming(&request), result.map(|list| json!(list))).await
}

/// A division of the tree.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DivisionEntry {
    /// Its code.
    pub code: DivisionCode,
    /// Its own name, without those above it.
    pub name: String,
}

fn entry(division: Division<'_>) -> DivisionEntry {
    DivisionEntry { code: division.code(), name: division.name().to_owned() }
}
