//! Lookups: queries of other capabilities that a pack has answered when a form opens or before an action. They run as
//! whoever acts, for a purpose that is audited, and are bounded in number and time.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::action::QueryEntry;
use crate::ctx::Ctx;
use crate::error::Failure;
use crate::expr::{Bindings, Environment, Field, Fields, Type};
use crate::mapping::{Mapping, Report, unknown};
use crate::text::LocalText;

/// The most lookups of one flow or one item, and of one operation.
pub const LOOKUPS_MAX: usize = 8;

/// The longest that an operation waits for the answer of a lookup, in milliseconds.
pub const LOOKUP_MS: u64 = 2_000;

/// The variable that holds the answers in expressions.
const VARIABLE: &str = "lookup";

/// A query that is answered before something is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupToml {
    /// Its name in expressions: `lookup.<name>`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 40))]
    pub name: String,
    /// The query.
    pub ask: String,
    /// Its input: values, or `{ cel = "…" }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Json>,
    /// What the answer is needed for; audited.
    pub purpose: LocalText,
    /// Where it cannot be answered: do not go on, or go on without.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// What a lookup's failure does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It does not go on: an action is refused, a flow waits and tries again.
    #[default]
    Refuse,
    /// It goes on; expressions must guard the answer by `has()`.
    Defer,
}

/// A lookup that may run.
#[derive(Debug, Clone)]
struct Lookup {
    name: String,
    query: &'static str,
    with: Mapping,
    purpose: LocalText,
    on_failure: OnFailure,
    answers: Type,
}

/// The lookups of a declaration, in their order: each may use the answers of those before it.
#[derive(Debug, Clone, Default)]
pub struct Lookups {
    list: Vec<Lookup>,
}

/// Which lookups are to be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed(BTreeSet<usize>);

impl Needed {
    /// These and those.
    #[must_use]
    pub fn and(mut self, other: &Needed) -> Needed {
        self.0.extend(&other.0);
        self
    }
}

/// A lookup that has no answer, where it must have one.
#[derive(Debug, thiserror::Error)]
#[error("lookup {name}: {failure}")]
pub struct NoAnswer {
    /// Its name.
    pub name: String,
    /// What the answer was needed for.
    pub purpose: LocalText,
    /// Why there is none.
    pub failure: Failure,
}

/// The name of the lookup that a path such as `lookup.case.place` reads; empty for all of them.
fn read_name(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(VARIABLE)?;
    match rest.strip_prefix('.') {
        Some(rest) => rest.split(['.', '[']).next(),
        None => rest.is_empty().then_some(""),
    }
}

impl Lookups {
    /// Compiles declared lookups at the pointer `at`; every mistake is reported. `environment` is what their inputs
    /// may read besides the answers before them.
    pub fn compile(
        to: &dyn Report,
        at: &str,
        queries: &[QueryEntry],
        declared: &[LookupToml],
        environment: &Environment,
    ) -> Lookups {
        let mut lookups = Lookups::default();
        for (index, lookup) in declared.iter().enumerate() {
            let at = format!("{at}/{index}");
            if index == LOOKUPS_MAX {
                to.report(&at, format!("at most {LOOKUPS_MAX} lookups"));
                break;
            }
            if declared[..index].iter().any(|other| other.name == lookup.name) {
                let message = format!("there is a lookup \"{}\" already", lookup.name);
                to.report(&format!("{at}/name"), message);
                continue;
            }
            let Some(query) = queries.iter().find(|query| query.name == lookup.ask) else {
                let known = queries.iter().map(|query| query.name);
                unknown(to, &format!("{at}/ask"), "query", &lookup.ask, known);
                continue;
            };
            let scope = lookups.environment(environment.clone(), |_| true);
            let with =
                Mapping::compile(to, &format!("{at}/with"), &lookup.with, &query.input, &scope);
            let Some(with) = with else { continue };
            lookups.list.push(Lookup {
                name: lookup.name.clone(),
                query: query.name,
                with,
                purpose: lookup.purpose.clone(),
                on_failure: lookup.on_failure,
                answers: Type::from_json_schema(&query.reply),
            });
        }
        lookups
    }

    /// With `lookup` in scope: the answers of those whose needs are granted. An answer that may be missing is
    /// optional.
    pub fn environment(&self, base: Environment, granted: impl Fn(&[&str]) -> bool) -> Environment {
        let mut answers = Fields::default();
        for lookup in &self.list {
            let needed = self.needed(lookup.with.reads());
            let through = needed.0.iter().filter_map(|index| self.list.get(*index));
            let reads: Vec<&str> =
                through.chain([lookup]).flat_map(|lookup| lookup.with.reads()).collect();
            if granted(&reads) {
                let optional = lookup.on_failure == OnFailure::Defer;
                let field = Field { of: lookup.answers.clone(), optional };
                answers.named.insert(lookup.name.clone(), field);
            }
        }
        match answers.named.is_empty() {
            true => base,
            false => base.with(VARIABLE, Type::Map(answers)),
        }
    }

    /// The queries that they ask.
    pub fn queries(&self) -> impl Iterator<Item = &'static str> {
        self.list.iter().map(|lookup| lookup.query)
    }

    /// All of them.
    pub fn all(&self) -> Needed {
        Needed((0..self.list.len()).collect())
    }

    /// Those that the paths of an expression read, with those that these need themselves.
    pub fn needed<'r>(&self, reads: impl IntoIterator<Item = &'r str>) -> Needed {
        let mut needed: BTreeSet<usize> = self.read_by(reads).collect();
        // Each reads only those before it, so one pass from the last to the first finds them all.
        for (index, lookup) in self.list.iter().enumerate().rev() {
            if needed.contains(&index) {
                needed.extend(self.read_by(lookup.with.reads()).filter(|before| *before < index));
            }
        }
        Needed(needed)
    }

    /// Those that paths read; `lookup` itself reads all of them.
    fn read_by<'r>(&self, reads: impl IntoIterator<Item = &'r str>) -> impl Iterator<Item = usize> {
        reads.into_iter().filter_map(read_name).flat_map(|name| {
            let those = self.list.iter().enumerate();
            those
                .filter(move |(_, lookup)| name.is_empty() || lookup.name == name)
                .map(|(index, _)| index)
        })
    }

    /// The names of those that nothing needs.
    pub fn idle(&self, needed: &Needed) -> impl Iterator<Item = &str> {
        let idle = self.list.iter().enumerate().filter(|(index, _)| !needed.0.contains(index));
        idle.map(|(_, lookup)| lookup.name.as_str())
    }

    /// Has the needed ones answered, for whoever acts in the context. The answers by their names.
    pub async fn answer(
        &self,
        ctx: &Ctx,
        needed: &Needed,
        scope: &Bindings<'_>,
    ) -> Result<Json, NoAnswer> {
        let mut answers = Json::Object(Map::new());
        for (index, lookup) in self.list.iter().enumerate() {
            if !needed.0.contains(&index) {
                continue;
            }
            let without = |failure| NoAnswer {
                name: lookup.name.clone(),
                purpose: lookup.purpose.clone(),
                failure,
            };
            let input = lookup.with.evaluate(&scope.clone().with(VARIABLE, &answers));
            let input = input.map_err(|failure| without(Failure::internal(failure)))?;
            match (ctx.lookup(lookup.query, input, &lookup.purpose).await, lookup.on_failure) {
                (Ok(answer), _) => answers[lookup.name.as_str()] = answer,
                (Err(_), OnFailure::Defer) => {}
                (Err(failure), OnFailure::Refuse) => return Err(without(failure)),
            }
        }
        Ok(answers)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::text::Message;

    struct Strict;

    impl Report for Strict {
        fn report(&self, pointer: &str, message: String) {
            panic!("{pointer} {message}");
        }

        fn say(&self, message: &Message) -> String {
            format!("{message:?}")
        }

        fn full_id(&self, id: &str) -> String {
            id.to_owned()
        }
    }

    fn lookups() -> Lookups {
        let query = QueryEntry {
            name: "identity.person",
            doc: "",
            personal: false,
            input: json!({ "type": "object", "properties": { "of": { "type": "string" } } }),
            reply: json!({
                "type": "object",
                "required": ["name"],
                "properties": { "name": { "type": "string" } }
            }),
            answer: Arc::new(|_, _| Box::pin(async { Ok(Json::Null) })),
        };
        let lookup = |name: &str, of: &str, on_failure| LookupToml {
            name: name.to_owned(),
            ask: query.name.to_owned(),
            with: [("of".to_owned(), json!({ "cel": of }))].into(),
            purpose: LocalText::new("用途", "Purpose"),
            on_failure,
        };
        let declared = [
            lookup("first", "applicant.name", OnFailure::Refuse),
            lookup("second", "lookup.first.name", OnFailure::Defer),
            lookup("third", "form.name", OnFailure::Refuse),
            lookup("fourth", "lookup.third.name", OnFailure::Refuse),
        ];
        let named = Type::map([("name", Type::String, false)]);
        let scope = Environment::new().with("applicant", named.clone()).with("form", named);
        Lookups::compile(&Strict, "/lookup", &[query], &declared, &scope)
    }

    #[test]
    fn what_an_expression_needs_is_found_through_the_inputs() {
        let lookups = lookups();
        assert_eq!(lookups.needed(["lookup.first.name"]).0, [0].into());
        assert_eq!(lookups.needed(["lookup.second"]).0, [0, 1].into());
        assert_eq!(lookups.needed(["lookup.fourth.name", "lookups.first"]).0, [2, 3].into());
        assert_eq!(lookups.needed(["lookup"]), lookups.all());
        let idle: Vec<&str> = lookups.idle(&lookups.needed(["lookup.second.name"])).collect();
        assert_eq!(idle, ["third", "fourth"]);
    }

    #[test]
    fn what_is_not_granted_is_not_in_scope_even_through_another() {
        let no_form = |reads: &[&str]| !reads.iter().any(|read| read.starts_with("form."));
        let environment = lookups().environment(Environment::new(), no_form);
        let Some(Type::Map(answers)) = environment.get("lookup") else { panic!("no answers") };
        let optional: Vec<(&str, bool)> =
            answers.named.iter().map(|(name, field)| (name.as_str(), field.optional)).collect();
        assert_eq!(optional, [("first", false), ("second", true)]);
    }
}
