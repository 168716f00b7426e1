//! Flows and lookups of packs, compiled: every name resolves and every expression fits its target before anything runs.

use std::collections::BTreeMap;

use minshu_kernel::capability::Contract;
use minshu_kernel::event::EventEntry;
use minshu_kernel::expr::{Environment, Expression, Field, Fields, Type};
use minshu_kernel::lookup::Lookups;
use minshu_kernel::mapping::{self, Mapping, Report, unknown};
use minshu_kernel::pack::{At, Compile, Declaring};
use serde_json::Value as Json;

use super::model::{CompensationToml, FlowToml};

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
    pub lookups: Lookups,
    /// The action.
    pub action: &'static str,
    /// Its input.
    pub with: Mapping,
    /// The compensating action and its input.
    pub on_refused: Option<(&'static str, Mapping)>,
}

impl Flow {
    /// The actions that the flow may do.
    pub fn may(&self) -> Vec<String> {
        let compensation = self.on_refused.iter().map(|(action, _)| (*action).to_owned());
        let lookups = self.lookups.queries().map(str::to_owned);
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
    let to = &Declaring { compile, at };
    let known = contract.events.iter().map(|e| e.kind);
    let event = contract.events.iter().find(|e| e.kind == declared.on);
    if event.is_none() {
        unknown(to, "/on", "event", &declared.on, known);
    }
    let of_event = event.map_or(Type::Any, event_type);
    let mut filter = BTreeMap::new();
    for (name, value) in &declared.filter {
        check_filter(to, &of_event, name, value);
        filter.insert(name.clone(), mapping::full_value(to, name, value));
    }
    let environment = Environment::new().with("event", of_event);
    let when = declared
        .when
        .as_ref()
        .and_then(|text| mapping::expression(to, "/when", text, &environment, &Type::Bool));
    let lookups = Lookups::compile(to, "/lookup", compile.queries, &declared.lookup, &environment);
    let environment = lookups.environment(environment, |_| true);
    let (action, with) =
        action_call(to, contract, "", &declared.action, &declared.with, &environment)?;
    let on_refused = match &declared.on_refused {
        None => None,
        Some(CompensationToml { action, with }) => {
            Some(action_call(to, contract, "/on_refused", action, with, &environment)?)
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

fn check_filter(to: &dyn Report, event: &Type, name: &str, value: &Json) {
    let at = format!("/where/{name}");
    let Type::Map(fields) = event else { return };
    let Some(field) = fields.named.get(name) else {
        unknown(to, &at, "field of the event", name, fields.named.keys().map(String::as_str));
        return;
    };
    if !mapping::fits(&field.of, value) {
        to.report(&at, format!("\"{name}\" of the event is a {}, this is {value}", field.of));
    }
}

fn action_call(
    to: &dyn Report,
    contract: &Contract,
    at: &str,
    name: &str,
    with: &BTreeMap<String, Json>,
    environment: &Environment,
) -> Option<(&'static str, Mapping)> {
    let Some(action) = contract.actions.iter().find(|a| a.name == name) else {
        let known = contract.actions.iter().map(|a| a.name);
        unknown(to, &format!("{at}/do"), "action", name, known);
        return None;
    };
    let with = Mapping::compile(to, &format!("{at}/with"), with, &action.input, environment)?;
    Some((action.name, with))
}
