//! The type checker: names, fields, guards. Functions and operators are in `calls`.
//!
//! What `has()` and `in` prove flows through `&&`, `||`, `!` and `?:`, in the order in which the text is read.

use std::collections::BTreeSet;

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, ListExpr, LiteralValue, MapExpr, SelectExpr};

use super::nearest::nearest;
use super::parse::Parsed;
use super::place::{Place, Reads};
use super::problem::ExprProblem;
use super::types::{Environment, Field, Fields, Type};
use crate::text::Message;

/// Places proved to be there, as the text writes them: `form.note`, `limits[property]`.
pub(super) type Facts = BTreeSet<String>;

/// What the checker found out about a node.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its type.
    pub(super) of: Type,
    /// Where its value comes from, where that is a place in a variable.
    pub(super) place: Option<Place>,
    /// How the text writes that place, for facts about it.
    pub(super) written: Option<String>,
    /// What is proved where it is true.
    pub(super) when_true: Facts,
    /// What is proved where it is false.
    pub(super) when_false: Facts,
}

impl Found {
    pub(super) fn value(of: Type) -> Found {
        Found { of, place: None, written: None, when_true: Facts::new(), when_false: Facts::new() }
    }
}

/// The variable of a comprehension.
struct Local {
    name: String,
    of: Type,
    place: Option<Place>,
}

pub(super) struct Checker<'a> {
    pub(super) parsed: &'a Parsed<'a>,
    environment: &'a Environment,
    local: Option<Local>,
    pub(super) reads: Reads,
}

pub(super) type Checked = Result<Found, ExprProblem>;

impl<'a> Checker<'a> {
    pub(super) fn new(parsed: &'a Parsed<'a>, environment: &'a Environment) -> Self {
        Checker { parsed, environment, local: None, reads: Reads::default() }
    }

    /// Checks a node whose value is used.
    pub(super) fn check(&mut self, node: &IdedExpr, facts: &Facts) -> Checked {
        let found = self.infer(node, facts)?;
        if let Some(place) = &found.place {
            self.reads.whole(place);
        }
        Ok(found)
    }

    /// Checks a node of which a part is used: the part is what is read.
    pub(super) fn infer(&mut self, node: &IdedExpr, facts: &Facts) -> Checked {
        match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(name) => self.variable(node, name),
            Expr::Select(select) => self.select(node, select, facts),
            Expr::List(list) => self.list(list, facts),
            Expr::Map(map) => self.map(map, facts),
            Expr::Call(call) => self.call(node, call, facts),
            Expr::Comprehension(_) | Expr::Struct(_) | Expr::Unspecified => {
                Err(self.problem(node, "expr-unsupported"))
            }
        }
    }

    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Checked {
        Ok(Found::value(match literal {
            LiteralValue::Boolean(_) => Type::Bool,
            LiteralValue::Int(_) => Type::Int,
            LiteralValue::Double(_) => Type::Double,
            LiteralValue::Null => Type::Null,
            LiteralValue::String(text) => Type::Choice(vec![text.inner().to_owned()]),
            LiteralValue::UInt(_) | LiteralValue::Bytes(_) => {
                return Err(self.problem(node, "expr-unsupported"));
            }
        }))
    }

    fn variable(&self, node: &IdedExpr, name: &str) -> Checked {
        if let Some(local) = self.local.as_ref().filter(|local| local.name == name) {
            let mut found = Found::value(local.of.clone());
            found.place = local.place.clone();
            found.written = Some(name.to_owned());
            return Ok(found);
        }
        if let Some(of) = self.environment.get(name) {
            let mut found = Found::value(of.clone());
            found.place = Some(Place::variable(name));
            found.written = Some(name.to_owned());
            return Ok(found);
        }
        let message = Message::new("expr-unknown-variable").with("name", name);
        let problem = self.problem(node, message);
        let locals = self.local.iter().map(|local| local.name.as_str());
        Err(match nearest(name, self.environment.names().chain(locals)) {
            Some(meant) => problem.hint(did_you_mean(meant)),
            None => problem.hints(names_are(self.environment.names())),
        })
    }

    fn select(&mut self, node: &IdedExpr, select: &SelectExpr, facts: &Facts) -> Checked {
        let operand = self.infer(&select.operand, facts)?;
        let field = self.field(node, select, &operand)?;
        let mut found = Found::value(field.of);
        found.place = operand.place.as_ref().map(|place| place.field(&select.field));
        found.written =
            operand.written.as_ref().map(|written| format!("{written}.{}", select.field));
        let guarded = found.written.as_ref().is_some_and(|written| facts.contains(written));
        if field.optional && !guarded {
            return Err(self.not_guarded(node, found.written.as_deref()));
        }
        Ok(found)
    }

    pub(super) fn not_guarded(&self, node: &IdedExpr, written: Option<&str>) -> ExprProblem {
        let slice = self.parsed.slice(node);
        let message = Message::new("expr-not-guarded").with("path", written.unwrap_or(slice));
        let problem = self.problem(node, message);
        match written {
            Some(written) if !written.contains('[') => {
                problem.hint(Message::new("expr-hint-guard").with("path", written))
            }
            _ => problem,
        }
    }

    /// The field that is selected, or what is wrong with it.
    fn field(
        &self,
        node: &IdedExpr,
        select: &SelectExpr,
        operand: &Found,
    ) -> Result<Field, ExprProblem> {
        if let Some(field) = operand.of.field(&select.field) {
            return Ok(field);
        }
        let Type::Map(fields) = &operand.of else {
            let span = self.parsed.field_span(node, &select.field);
            let message = Message::new("expr-no-fields")
                .with("of", operand.of.to_string())
                .with("name", select.field.as_str());
            return Err(ExprProblem::new(message, span));
        };
        let mut problem = self.unknown_field(node, &select.field, &select.operand, fields);
        let span = self.parsed.field_span(node, &select.field);
        (problem.start, problem.end) = (span.start, span.end);
        Err(problem)
    }

    pub(super) fn unknown_field(
        &self,
        node: &IdedExpr,
        name: &str,
        operand: &IdedExpr,
        fields: &Fields,
    ) -> ExprProblem {
        let message = Message::new("expr-unknown-field")
            .with("name", name)
            .with("of", self.parsed.slice(operand));
        let problem = self.problem(node, message);
        let names = || fields.named.keys().map(String::as_str);
        match nearest(name, names()) {
            Some(meant) => problem.hint(did_you_mean(meant)),
            None => problem.hints(names_are(names())),
        }
    }

    /// `has(a.b)`: whether the field is there.
    pub(super) fn has(&mut self, node: &IdedExpr, args: &[IdedExpr], facts: &Facts) -> Checked {
        let [argument] = args else { return Err(self.problem(node, "expr-has")) };
        let Expr::Select(select) = &argument.expr else {
            return Err(self.problem(argument, "expr-has"));
        };
        let operand = self.infer(&select.operand, facts)?;
        self.field(argument, select, &operand)?;
        let (Some(place), Some(written)) = (&operand.place, &operand.written) else {
            return Err(self.problem(argument, "expr-has"));
        };
        self.reads.touch(&place.field(&select.field));
        let mut found = Found::value(Type::Bool);
        found.when_true.insert(format!("{written}.{}", select.field));
        Ok(found)
    }

    fn list(&mut self, list: &ListExpr, facts: &Facts) -> Checked {
        let mut of: Option<Type> = None;
        for element in &list.elements {
            let found = self.check(element, facts)?;
            of = Some(match of {
                None => found.of,
                Some(before) => before.join(&found.of).ok_or_else(|| {
                    let message = Message::new("expr-mixed-list")
                        .with("left", before.to_string())
                        .with("right", found.of.to_string());
                    self.problem(element, message)
                })?,
            });
        }
        Ok(Found::value(Type::list(of.unwrap_or(Type::Any))))
    }

    fn map(&mut self, map: &MapExpr, facts: &Facts) -> Checked {
        let mut fields = Fields::default();
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
            let Expr::Literal(LiteralValue::String(name)) = &entry.key.expr else {
                return Err(self.problem(&entry.key, "expr-map-key"));
            };
            let of = self.check(&entry.value, facts)?.of;
            let field = Field { of, optional: false };
            if fields.named.insert(name.inner().to_owned(), field).is_some() {
                return Err(self.problem(&entry.key, "expr-map-key"));
            }
        }
        Ok(Found::value(Type::Map(fields)))
    }

    /// `list.exists(x, …)` and the like: the variable stands for each element while the body is checked.
    pub(super) fn comprehension(
        &mut self,
        node: &IdedExpr,
        name: &str,
        target: &IdedExpr,
        args: &[IdedExpr],
        facts: &Facts,
    ) -> Checked {
        let [variable, body] = args else {
            let message = Message::new("expr-arguments")
                .with("name", name)
                .with("wanted", format!("list.{name}(x, …)"));
            return Err(self.problem(node, message));
        };
        if self.local.is_some() {
            return Err(ExprProblem::new("expr-nested", self.parsed.name_span(node, name)));
        }
        let Expr::Ident(variable_name) = &variable.expr else {
            return Err(self.problem(variable, "expr-comprehension-variable"));
        };
        if self.environment.get(variable_name).is_some() || variable_name.starts_with('.') {
            let message = Message::new("expr-shadows").with("name", variable_name.as_str());
            return Err(self.problem(variable, message));
        }
        let list = self.infer(target, facts)?;
        let Type::List(of) = &list.of else {
            return Err(self.operand_problem(target, name, &list.of, "list"));
        };
        let place = list.place.as_ref().map(Place::each);
        if let Some(place) = &place {
            self.reads.touch(place);
        }
        // A filtered list hands its elements on whole.
        if let (Some(place), "filter") = (&list.place, name) {
            self.reads.whole(place);
        }
        self.local = Some(Local { name: variable_name.clone(), of: (**of).clone(), place });
        let result = self.check(body, facts);
        self.local = None;
        let result = result?;
        if name != "map" && result.of != Type::Bool {
            return Err(self.operand_problem(body, name, &result.of, "bool"));
        }
        Ok(Found::value(match name {
            "map" => Type::list(result.of),
            "filter" => list.of.clone(),
            _ => Type::Bool,
        }))
    }

    pub(super) fn problem(&self, node: &IdedExpr, message: impl Into<Message>) -> ExprProblem {
        ExprProblem::new(message, self.parsed.span(node))
    }

    pub(super) fn operand_problem(
        &self,
        node: &IdedExpr,
        name: &str,
        found: &Type,
        wanted: &str,
    ) -> ExprProblem {
        let message = Message::new("expr-operand")
            .with("name", name)
            .with("wanted", wanted)
            .with("found", found.to_string());
        self.problem(node, message)
    }
}

fn did_you_mean(name: &str) -> Message {
    Message::new("expr-hint-did-you-mean").with("name", name)
}

fn names_are<'a>(names: impl Iterator<Item = &'a str>) -> Option<Message> {
    let mut names: Vec<&str> = names.take(13).collect();
    if names.len() > 12 {
        names[12] = "…";
    }
    (!names.is_empty()).then(|| Message::new("expr-hint-names").with("names", names.join(", ")))
}
