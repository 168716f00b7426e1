//! Values that packs give to inputs and fields: fixed ones, and `{ cel = "…" }`. Compiled against the schema of
//! their target, so that a name, a type or a missing value is told when the pack is loaded.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::expr::{Bindings, Environment, ExprFailure, Expression, Field, Fields, Type, nearest};
use crate::text::Message;

/// Where the mistakes of a declaration go.
pub trait Report {
    /// A mistake at a JSON pointer below the declaration.
    fn report(&self, pointer: &str, message: String);

    /// A message in English: mistakes of packs are told to engineers.
    fn say(&self, message: &Message) -> String;

    /// The full id of what the pack of the declaration names: `clerk` is `pack.clerk`.
    fn full_id(&self, id: &str) -> String;
}

/// The values of an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapping {
    fields: BTreeMap<String, Given>,
}

/// A value and what becomes of it where it is nothing.
#[derive(Debug, Clone, PartialEq)]
struct Given {
    source: Source,
    leaves_out_null: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// It is written in the pack.
    Fixed(Json),
    /// It is computed.
    Computed(Expression),
    /// An object of such values.
    Object(Mapping),
}

impl Source {
    /// The value, from the values in scope.
    pub fn evaluate(&self, scope: &Bindings<'_>) -> Result<Json, ExprFailure> {
        match self {
            Source::Fixed(value) => Ok(value.clone()),
            Source::Computed(expression) => expression.evaluate(scope),
            Source::Object(mapping) => mapping.evaluate(scope),
        }
    }

    /// The fields that it reads, such as `lookup.case.place`.
    pub fn reads(&self) -> Vec<&str> {
        match self {
            Source::Fixed(_) => Vec::new(),
            Source::Computed(expression) => expression.reads().iter().map(String::as_str).collect(),
            Source::Object(mapping) => mapping.reads(),
        }
    }
}

impl Mapping {
    /// Compiles the values of an input against its schema: every name is known, every required one is given,
    /// every expression has the type of its target. `at` is the pointer of the values.
    pub fn compile(
        to: &dyn Report,
        at: &str,
        with: &BTreeMap<String, Json>,
        schema: &Json,
        environment: &Environment,
    ) -> Option<Mapping> {
        let Type::Map(target) = Type::from_json_schema(schema) else {
            return Some(Mapping::default());
        };
        fields(to, at, with.iter(), &target, environment)
    }

    /// The input, from the values in scope. What is nothing and may be left out is left out.
    pub fn evaluate(&self, scope: &Bindings<'_>) -> Result<Json, ExprFailure> {
        let mut object = serde_json::Map::new();
        for (name, given) in &self.fields {
            let value = given.source.evaluate(scope)?;
            if !(value.is_null() && given.leaves_out_null) {
                object.insert(name.clone(), value);
            }
        }
        Ok(Json::Object(object))
    }

    /// The fields that its expressions read.
    pub fn reads(&self) -> Vec<&str> {
        self.fields.values().flat_map(|given| given.source.reads()).collect()
    }
}

/// Reports that a name is not known, with the one that was meant where that can be guessed.
pub fn unknown<'k>(
    to: &dyn Report,
    at: &str,
    kind: &str,
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) {
    let hint = nearest(name, known).map(|n| format!("; did you mean \"{n}\"?"));
    to.report(at, format!("there is no {kind} \"{name}\"{}", hint.unwrap_or_default()));
}

/// Compiles an expression; a mistake is reported with the part of the text that it is about.
pub fn expression(
    to: &dyn Report,
    at: &str,
    text: &str,
    environment: &Environment,
    wanted: &Type,
) -> Option<Expression> {
    match Expression::compile(text, environment, wanted) {
        Ok(expression) => Some(expression),
        Err(problem) => {
            let hint = problem.hint.as_ref().map(|h| format!(" ({})", to.say(h)));
            let place = text.get(problem.start..problem.end).unwrap_or("");
            let what = format!(
                "{}{} at \"{place}\" in: {text}",
                to.say(&problem.message),
                hint.unwrap_or_default()
            );
            to.report(at, what);
            None
        }
    }
}

/// Compiles one value for a field of this name.
pub fn source(
    to: &dyn Report,
    at: &str,
    name: &str,
    value: &Json,
    field: &Field,
    environment: &Environment,
) -> Option<Source> {
    let wanted = &field.of;
    if let Json::Object(object) = value {
        if let (1, Some(Json::String(text))) = (object.len(), object.get("cel")) {
            let at = format!("{at}/cel");
            return expression(to, &at, text, environment, &field.given()).map(Source::Computed);
        }
        let free = || Fields { others: Some(Box::new(Type::Any)), ..Fields::default() };
        let target = match wanted {
            Type::Map(fields) => fields.clone(),
            Type::Nullable(inner) => match &**inner {
                Type::Map(fields) => fields.clone(),
                _ => free(),
            },
            _ => free(),
        };
        return fields(to, at, object.iter(), &target, environment).map(Source::Object);
    }
    let fitting = match (wanted, value) {
        (Type::Choice(choices), Json::String(text)) if !choices.contains(text) => {
            unknown(to, at, "choice", text, choices.iter().map(String::as_str));
            return None;
        }
        (Type::Any, _) | (_, Json::Array(_)) => true,
        (wanted, value) => fits(wanted, value),
    };
    if !fitting {
        to.report(at, format!("\"{name}\" is a {wanted}, this is {value}"));
        return None;
    }
    Some(Source::Fixed(full_value(to, name, value)))
}

fn fields<'v>(
    to: &dyn Report,
    at: &str,
    with: impl Iterator<Item = (&'v String, &'v Json)>,
    target: &Fields,
    environment: &Environment,
) -> Option<Mapping> {
    let mut good = true;
    let mut mapping = Mapping::default();
    for (name, value) in with {
        let place = format!("{at}/{name}");
        let field = match (target.named.get(name), &target.others) {
            (Some(field), _) => field.clone(),
            (None, Some(others)) => Field { of: (**others).clone(), optional: true },
            (None, None) => {
                unknown(to, &place, "input", name, target.named.keys().map(String::as_str));
                good = false;
                continue;
            }
        };
        match source(to, &place, name, value, &field, environment) {
            Some(source) => {
                let given = Given { source, leaves_out_null: field.leaves_out_null() };
                mapping.fields.insert(name.clone(), given);
            }
            None => good = false,
        }
    }
    for (name, field) in &target.named {
        if !field.optional && !mapping.fields.contains_key(name) && good {
            to.report(at, format!("the input \"{name}\" ({}) is missing", field.of));
            good = false;
        }
    }
    good.then_some(mapping)
}

/// Whether a fixed value may stand where the type is wanted.
pub fn fits(wanted: &Type, value: &Json) -> bool {
    match (wanted, value) {
        (Type::Nullable(inner), value) => fits(inner, value),
        (Type::Choice(_) | Type::String, Json::String(_)) => true,
        (wanted, Json::Bool(_)) => wanted.accepts(&Type::Bool),
        (wanted, Json::Number(n)) if n.is_i64() => wanted.accepts(&Type::Int),
        (wanted, Json::Number(_)) => wanted.accepts(&Type::Double),
        _ => false,
    }
}

/// Ids of this pack are written short: `item = "enforcement"` means this pack's.
pub fn full_value(to: &dyn Report, name: &str, value: &Json) -> Json {
    match value {
        Json::String(text) if matches!(name, "item" | "rule" | "template" | "kind_of_thing") => {
            Json::String(to.full_id(text))
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct Told(RefCell<Vec<String>>);

    impl Report for Told {
        fn report(&self, pointer: &str, message: String) {
            self.0.borrow_mut().push(format!("{pointer} {message}"));
        }

        fn say(&self, message: &Message) -> String {
            message.key.to_string()
        }

        fn full_id(&self, id: &str) -> String {
            format!("pack.{id}")
        }
    }

    fn environment() -> Environment {
        let event = Type::map([("owner", Type::String, true), ("at", Type::Int, false)]);
        Environment::new().with("event", event)
    }

    fn schema() -> Json {
        json!({
            "type": "object",
            "required": ["item", "at", "to"],
            "properties": {
                "item": {"type": "string"},
                "at": {"type": "integer"},
                "to": {"type": "object", "properties": {"owner": {"type": ["string", "null"]}}},
                "note": {"type": "string"},
                "values": {"type": "object", "additionalProperties": {"type": "string"}}
            }
        })
    }

    fn compiled(with: Json) -> Result<Mapping, Vec<String>> {
        let told = Told::default();
        let with: BTreeMap<String, Json> = serde_json::from_value(with).unwrap();
        let mapping = Mapping::compile(&told, "/with", &with, &schema(), &environment());
        mapping.ok_or(told.0.into_inner())
    }

    #[test]
    fn what_may_be_absent_is_handed_on_or_left_out() {
        let owner = json!({ "cel": "has(event.owner) ? event.owner : null" });
        let mapping = compiled(json!({
            "item": "licence", "at": { "cel": "event.at" }, "to": { "owner": owner },
            "note": owner, "values": { "owner": owner },
        }))
        .unwrap();
        let value = |event: Json| mapping.evaluate(&Bindings::new().with("event", &event)).unwrap();
        assert_eq!(
            value(json!({ "at": 5, "owner": "x" })),
            json!({
                "item": "pack.licence", "at": 5, "to": { "owner": "x" }, "note": "x",
                "values": { "owner": "x" },
            })
        );
        let nothing = json!({ "item": "pack.licence", "at": 5, "to": {}, "values": {} });
        assert_eq!(value(json!({ "at": 5 })), nothing);
        assert_eq!(value(json!({ "at": 5, "owner": null })), nothing);
        let mut reads = mapping.reads();
        reads.dedup();
        assert_eq!(reads, ["event.at", "event.owner"]);
    }

    #[test]
    fn mistakes_are_told_at_their_place() {
        let nothing = json!({ "cel": "has(event.owner) ? event.owner : null" });
        for (with, wanted) in [
            (json!({ "at": 1, "to": {} }), "/with the input \"item\" (string) is missing"),
            (json!({ "item": nothing, "at": 1, "to": {} }), "/with/item/cel expr-result"),
            (
                json!({ "item": "x", "at": "1", "to": {} }),
                "/with/at \"at\" is a int, this is \"1\"",
            ),
            (
                json!({ "item": "x", "at": 1, "to": { "ower": "x" } }),
                "/with/to/ower there is no input",
            ),
            (json!({ "itme": "x", "at": 1, "to": {} }), "did you mean \"item\"?"),
        ] {
            let told = compiled(with).unwrap_err();
            assert!(told.iter().any(|t| t.contains(wanted)), "{told:?}");
        }
    }
}
