//! Conditions and value mappings of packs: the Common Expression Language (CEL), parsed and evaluated by the `cel`
//! crate and checked in between by our own type checker, so that a name, a field or a type that does not fit is
//! found when the pack is loaded.
//!
//! The language is closed: the operators of CEL, `has`, `size`, `contains`, `startsWith`, `endsWith`, `in`,
//! `exists`, `all`, `filter`, `map` (one level), and the conversions `int`, `double`, `string`.
//! Source: Common Expression Language specification, language definition (cel-spec).

mod bind;
mod calls;
mod check;
mod nearest;
mod parse;
mod place;
mod problem;
mod schema;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use bind::Bindings;
pub use calls::FUNCTIONS;
pub use nearest::nearest;
pub use problem::{ExprFailure, ExprProblem};
pub use types::{Environment, Field, Fields, Type};

use cel::common::ast::Expr;
use check::{Checker, Facts};
use place::Want;

use crate::text::Message;

/// An expression that fits its environment and gives the wanted type. Cheap to clone.
#[derive(Clone)]
pub struct Expression {
    inner: Arc<Inner>,
}

struct Inner {
    text: String,
    of: Type,
    wanted: Type,
    program: cel::Program,
    reads: Vec<String>,
    variables: BTreeMap<String, (Type, Want)>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.inner.text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.inner.text == other.inner.text
            && self.inner.of == other.inner.of
            && self.inner.wanted == other.inner.wanted
    }
}

impl Expression {
    /// Parses and checks a text of at most 160 characters on one line against the environment; its value must be of
    /// the wanted type. The first mistake is given with its bytes within the text.
    pub fn compile(
        text: &str,
        environment: &Environment,
        wanted: &Type,
    ) -> Result<Expression, ExprProblem> {
        let parsed = parse::parse(text)?;
        let mut checker = Checker::new(&parsed, environment);
        let found = checker.check(&parsed.tree, &Facts::new())?;
        let empty_list = matches!(&parsed.tree.expr, Expr::List(list) if list.elements.is_empty());
        let list_wanted = match wanted {
            Type::Nullable(of) => matches!(**of, Type::List(_)),
            of => matches!(of, Type::List(_)),
        };
        let fits = wanted.accepts(&found.of) || (empty_list && list_wanted);
        if !fits {
            let message = Message::new("expr-result")
                .with("wanted", wanted.to_string())
                .with("found", found.of.to_string());
            return Err(ExprProblem::new(message, 0..text.len()));
        }
        let (reads, wants) = checker.reads.finish();
        let variables = wants
            .into_iter()
            .filter_map(|(name, want)| {
                environment.get(&name).map(|of| (name.clone(), (of.clone(), want)))
            })
            .collect();
        let (of, wanted) = (found.of, wanted.clone());
        let unsupported = || ExprProblem::new("expr-unsupported", 0..text.len());
        let program = parsed.program.ok_or_else(unsupported)?;
        let inner = Inner { text: text.to_owned(), of, wanted, program, reads, variables };
        Ok(Expression { inner: Arc::new(inner) })
    }

    /// The text it was compiled from.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The type of its value.
    pub fn result_type(&self) -> &Type {
        &self.inner.of
    }

    /// The fields it reads, such as `form.people[].number`, in order.
    pub fn reads(&self) -> &[String] {
        &self.inner.reads
    }

    /// Its value. Whole numbers stay whole. Members that are nothing (`null`) where the wanted type lets them be
    /// absent are left out. Every failure is an error and none is `false`.
    ///
    /// Only the fields of [`reads`](Self::reads) are looked at, at most 20 000 values and lists of 1 000, which
    /// bounds the time.
    pub fn evaluate(&self, bindings: &Bindings<'_>) -> Result<Value, ExprFailure> {
        let mut context = cel::Context::with_env(Arc::clone(&parse::STANDARD));
        let mut converter = bind::Converter::new();
        for (name, (of, want)) in &self.inner.variables {
            let value = bindings.get(name).ok_or_else(|| ExprFailure::Unbound(name.clone()))?;
            let value = converter.convert(value, of, want, 0);
            let value = value.map_err(|failure| failure.within(name))?;
            context.add_variable_from_value(name.as_str(), value);
        }
        Ok(self.inner.wanted.leave_out(bind::to_json(&self.inner.program.execute(&context)?)?))
    }

    /// Its value as a condition: for expressions compiled with [`Type::Bool`] wanted.
    pub fn holds(&self, bindings: &Bindings<'_>) -> Result<bool, ExprFailure> {
        match self.evaluate(bindings)? {
            Value::Bool(value) => Ok(value),
            other => Err(ExprFailure::Other(format!("a condition gave {other}"))),
        }
    }
}
