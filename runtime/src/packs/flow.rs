//! Flows and lookups of packs, compiled: every name resolves and every expression fits its target before anything runs.

use std::collections::BTreeMap;

use minshu_kernel::capability::Contract;
use minshu_kernel::event::EventEntry;
use minshu_kernel::expr::{Environment, Expression, Field, Fields, Type, nearest};
use minshu_kernel::pack::{At, Compile};
use serde_json::Value as Json;

use super::model::{CompensationToml, FlowToml, LookupToml, OnFailure};

/// The values of an action's or query's input.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    fields: BTreeMap<String, Source>,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
enum Source {
    Fixed(Json),
    Computed(Expression),
    Object(Mapping),
}

/// A lookup of a flow.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// Its name in expressions.
    pub name: String,
    /// The query.
    pub query: &'static str,
    /// Its input.
    pub with: Mapping,
    /// Whether the flow goes on without an answer.
    pub on_failure: OnFailure,
}

/// A flow that may run.
#[derive(Debug, Clone)]
pub struct Flow {
    /// `pack.flow`.
    pub id: String,
    /// The event's type.
    pub on: &'static str,
    /// Fields of the event that must have these values.
    pub filter: BTreeMap<String, Json>,
    /// A condition over the event.
    pub when: Option<Expression>,
    /// Queries that are answered first.
    pub lookups: Vec<Lookup>,
    /// The action.
    pub action: &'static str,
    /// Its input.
    pub with: Mapping,
    /// The compensating action and its input.
    pub on_refused: Option<(&'static str, Mapping)>,
}

impl Mapping {
    /// The input, from the values in scope.
    pub fn evaluate(
        &self,
        scope: &minshu_kernel::expr::Bindings<'_>,
    ) -> Result<Json, minshu_kernel::expr::ExprFailure> {
        let mut object = serde_json::Map::new();
        for (name, source) in &self.fields {
            let value = match source {
                Source::Fixed(value) => value.clone(),
                Source::Computed(expression) => expression.evaluate(scope)?,
                Source::Object(mapping) => mapping.evaluate(scope)?,
            };
            object.insert(name.clone(), value);
        }
        Ok(Json::Object(object))
    }
}

impl Flow {
    /// The actions that the flow may do.
    pub fn may(&self) -> Vec<String> {
        let compensation = self.on_refused.iter().map(|(action, _)| (*action).to_owned());
        let lookups = self.lookups.iter().map(|l| l.query.to_owned());
        std::iter::once(self.action.to_owned()).chain(compensation).chain(lookups).collect()
    }
}

/// The type of `event` in expressions: its own fields and the envelope's.
fn event_type(entry: &EventEntry) -> Type {
    let mut fields = match Type::from_json_schema(&entry.schema) {
        Type::Map(fields) => fields,
        _ => Fields::default(),
    };
    for (name, of) in [("id", Type::String), ("time", Type::Int)] {
        fields.named.entry(name.to_owned()).or_insert(Field { of, optional: false });
    }
    Type::Map(fields)
}

/// Compiles a flow; every mistake is reported.
pub fn compile(
    compile: &Compile<'_>,
    contract: &Contract,
    at: &At,
    declared: &FlowToml,
) -> Option<Flow> {
    let before = compile.problems.borrow().len();
    let known = contract.events.iter().map(|e| e.kind);
    let event = contract.events.iter().find(|e| e.kind == declared.on);
    if event.is_none() {
        unknown(compile, &at.below("/on"), "event", &declared.on, known);
    }
    let of_event = event.map_or(Type::Any, event_type);
    let mut filter = BTreeMap::new();
    for (name, value) in &declared.filter {
        let place = at.below(&format!("/where/{name}"));
        check_filter(compile, &place, &of_event, name, value);
        filter.insert(name.clone(), full_value(compile, at, name, value));
    }
    let mut environment = Environment::new().with("event", of_event);
    let when = declared
        .when
        .as_ref()
        .and_then(|text| expression(compile, &at.below("/when"), text, &environment, &Type::Bool));
    let mut lookups = Vec::new();
    let mut answers = Fields::default();
    for (index, lookup) in declared.lookup.iter().enumerate() {
        let place = at.below(&format!("/lookup/{index}"));
        let Some((compiled, of)) = compile_lookup(compile, contract, &place, lookup, &environment)
        else {
            continue;
        };
        let optional = lookup.on_failure == OnFailure::Defer;
        answers.named.insert(lookup.name.clone(), Field { of, optional });
        environment = environment.with("lookup", Type::Map(answers.clone()));
        lookups.push(compiled);
    }
    let (action, with) =
        action_call(compile, contract, at, &declared.action, &declared.with, &environment)?;
    let on_refused = match &declared.on_refused {
        None => None,
        Some(CompensationToml { action, with }) => {
            let place = at.below("/on_refused");
            Some(action_call(compile, contract, &place, action, with, &environment)?)
        }
    };
    let flow = Flow {
        id: compile.full_id(at, &declared.id),
        on: event?.kind,
        filter,
        when,
        lookups,
        action,
        with,
        on_refused,
    };
    (compile.problems.borrow().len() == before).then_some(flow)
}

fn unknown<'k>(
    compile: &Compile<'_>,
    at: &At,
    kind: &str,
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) {
    let hint = nearest(name, known).map(|n| format!("; did you mean \"{n}\"?"));
    compile.problem(at, format!("there is no {kind} \"{name}\"{}", hint.unwrap_or_default()));
}

fn check_filter(compile: &Compile<'_>, at: &At, event: &Type, name: &str, value: &Json) {
    let Type::Map(fields) = event else { return };
    let Some(field) = fields.named.get(name) else {
        let known = fields.named.keys().map(String::as_str);
        unknown(compile, at, "field of the event", name, known);
        return;
    };
    if !type_of(value).is_some_and(|of| fits(&field.of, &of)) {
        compile.problem(at, format!("\"{name}\" of the event is a {}, this is {value}", field.of));
    }
}

/// Whether a fixed value of this type may be compared with the field.
fn fits(field: &Type, value: &Type) -> bool {
    match field {
        Type::Choice(_) | Type::String => *value == Type::String,
        Type::Nullable(inner) => fits(inner, value),
        other => other.accepts(value),
    }
}

fn type_of(value: &Json) -> Option<Type> {
    match value {
        Json::String(_) => Some(Type::String),
        Json::Bool(_) => Some(Type::Bool),
        Json::Number(n) if n.is_i64() => Some(Type::Int),
        Json::Number(_) => Some(Type::Double),
        _ => None,
    }
}

/// Ids of this pack are written short: `item = "enforcement"` means this pack's.
fn full_value(compile: &Compile<'_>, at: &At, name: &str, value: &Json) -> Json {
    match value {
        Json::String(text) if matches!(name, "item" | "rule" | "template" | "kind_of_thing") => {
            Json::String(compile.full_id(at, text))
        }
        other => other.clone(),
    }
}

fn expression(
    compile: &Compile<'_>,
    at: &At,
    text: &str,
    environment: &Environment,
    wanted: &Type,
) -> Option<Expression> {
    match Expression::compile(text, environment, wanted) {
        Ok(expression) => Some(expression),
        Err(problem) => {
            let hint = problem.hint.as_ref().map(|h| format!(" ({})", compile.say(h)));
            let place = text.get(problem.start..problem.end).unwrap_or("");
            let what = format!(
                "{}{} at \"{place}\" in: {text}",
                compile.say(&problem.message),
                hint.unwrap_or_default()
            );
            compile.problem(at, what);
            None
        }
    }
}

fn compile_lookup(
    compile: &Compile<'_>,
    contract: &Contract,
    at: &At,
    lookup: &LookupToml,
    environment: &Environment,
) -> Option<(Lookup, Type)> {
    let Some(query) = contract.queries.iter().find(|q| q.name == lookup.ask) else {
        let known = contract.queries.iter().map(|q| q.name);
        unknown(compile, &at.below("/ask"), "query", &lookup.ask, known);
        return None;
    };
    let with = mapping(compile, &at.below("/with"), at, &lookup.with, &query.input, environment)?;
    let compiled = Lookup {
        name: lookup.name.clone(),
        query: query.name,
        with,
        on_failure: lookup.on_failure,
    };
    Some((compiled, Type::from_json_schema(&query.reply)))
}

fn action_call(
    compile: &Compile<'_>,
    contract: &Contract,
    at: &At,
    name: &str,
    with: &BTreeMap<String, Json>,
    environment: &Environment,
) -> Option<(&'static str, Mapping)> {
    let Some(action) = contract.actions.iter().find(|a| a.name == name) else {
        let known = contract.actions.iter().map(|a| a.name);
        unknown(compile, &at.below("/do"), "action", name, known);
        return None;
    };
    let mapping = mapping(compile, &at.below("/with"), at, with, &action.input, environment)?;
    Some((action.name, mapping))
}

/// Compiles the values of an input against its schema: every name is known, every required one is given,
/// every expression has the type of its target.
fn mapping(
    compile: &Compile<'_>,
    at: &At,
    pack: &At,
    with: &BTreeMap<String, Json>,
    schema: &Json,
    environment: &Environment,
) -> Option<Mapping> {
    let Type::Map(target) = Type::from_json_schema(schema) else {
        return Some(Mapping::default());
    };
    fields(compile, at, pack, with.iter(), &target, environment)
}

fn fields<'v>(
    compile: &Compile<'_>,
    at: &At,
    pack: &At,
    with: impl Iterator<Item = (&'v String, &'v Json)>,
    target: &Fields,
    environment: &Environment,
) -> Option<Mapping> {
    let mut good = true;
    let mut mapping = Mapping::default();
    for (name, value) in with {
        let place = at.below(&format!("/{name}"));
        let wanted = match (target.named.get(name), &target.others) {
            (Some(field), _) => field.of.clone(),
            (None, Some(others)) => (**others).clone(),
            (None, None) => {
                let known = target.named.keys().map(String::as_str);
                unknown(compile, &place, "input", name, known);
                good = false;
                continue;
            }
        };
        match source(compile, &place, pack, name, value, &wanted, environment) {
            Some(source) => {
                mapping.fields.insert(name.clone(), source);
            }
            None => good = false,
        }
    }
    for (name, field) in &target.named {
        if !field.optional && !mapping.fields.contains_key(name) && good {
            compile.problem(at, format!("the input \"{name}\" ({}) is missing", field.of));
            good = false;
        }
    }
    good.then_some(mapping)
}

fn source(
    compile: &Compile<'_>,
    at: &At,
    pack: &At,
    name: &str,
    value: &Json,
    wanted: &Type,
    environment: &Environment,
) -> Option<Source> {
    if let Json::Object(object) = value {
        if let (1, Some(Json::String(text))) = (object.len(), object.get("cel")) {
            let at = at.below("/cel");
            return expression(compile, &at, text, environment, wanted).map(Source::Computed);
        }
        let target = match wanted {
            Type::Map(fields) => fields.clone(),
            Type::Nullable(inner) => match &**inner {
                Type::Map(fields) => fields.clone(),
                _ => Fields { others: Some(Box::new(Type::Any)), ..Fields::default() },
            },
            _ => Fields { others: Some(Box::new(Type::Any)), ..Fields::default() },
        };
        return fields(compile, at, pack, object.iter(), &target, environment).map(Source::Object);
    }
    let fitting = match (wanted, value) {
        (Type::Choice(choices), Json::String(text)) if !choices.contains(text) => {
            unknown(compile, at, "choice", text, choices.iter().map(String::as_str));
            return None;
        }
        (Type::Any, _) | (_, Json::Array(_)) => true,
        (wanted, value) => type_of(value).is_some_and(|of| fits(wanted, &of)),
    };
    if !fitting {
        compile.problem(at, format!("\"{name}\" is a {wanted}, this is {value}"));
        return None;
    }
    Some(Source::Fixed(full_value(compile, pack, name, value)))
}
