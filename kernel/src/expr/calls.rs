//! The closed list of functions and operators, and what they take.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};

use super::check::{Checked, Checker, Facts, Found};
use super::nearest::nearest;
use super::problem::ExprProblem;
use super::types::Type;
use crate::text::Message;

/// The functions that exist, for hints and references.
pub const FUNCTIONS: [&str; 12] = [
    "has",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "exists",
    "all",
    "filter",
    "map",
    "int",
    "double",
    "string",
];

/// An operator as the text writes it.
fn symbol(operator: &str) -> Option<&'static str> {
    Some(match operator {
        operators::ADD => "+",
        operators::SUBSTRACT => "-",
        operators::MULTIPLY => "*",
        operators::DIVIDE => "/",
        operators::MODULO => "%",
        operators::EQUALS => "==",
        operators::NOT_EQUALS => "!=",
        operators::LESS => "<",
        operators::LESS_EQUALS => "<=",
        operators::GREATER => ">",
        operators::GREATER_EQUALS => ">=",
        _ => return None,
    })
}

/// The text of a literal.
fn literal_text(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

impl Checker<'_> {
    /// An operator, a function, or a member function.
    pub(super) fn call(&mut self, node: &IdedExpr, call: &CallExpr, facts: &Facts) -> Checked {
        let name = call.func_name.as_str();
        match (name, call.target.as_deref(), call.args.as_slice()) {
            (operators::LOGICAL_AND, None, [left, right]) => self.and(left, right, facts),
            (operators::LOGICAL_OR, None, [left, right]) => self.or(left, right, facts),
            (operators::LOGICAL_NOT, None, [operand]) => self.not(operand, facts),
            (operators::CONDITIONAL, None, [condition, yes, no]) => {
                self.choose(node, condition, yes, no, facts)
            }
            (operators::NEGATE, None, [operand]) => {
                let found = self.check(operand, facts)?;
                match found.of {
                    Type::Int | Type::Double => Ok(Found::value(found.of)),
                    of => Err(self.operand_problem(operand, "-", &of, "int, double")),
                }
            }
            (operators::INDEX, None, [target, index]) => self.index(node, target, index, facts),
            (operators::IN, None, [value, container]) => self.within(value, container, facts),
            (operators::EQUALS | operators::NOT_EQUALS, None, [left, right]) => {
                self.equal(node, name, left, right, facts)
            }
            (_, None, [left, right]) if symbol(name).is_some() => {
                self.arithmetic(node, name, left, right, facts)
            }
            ("has", None, args) => self.has(node, args, facts),
            ("exists" | "all" | "filter" | "map", Some(target), args) => {
                self.comprehension(node, name, target, args, facts)
            }
            ("size", Some(target), []) => self.size(target, facts),
            ("size", None, [target]) => self.size(target, facts),
            ("contains" | "startsWith" | "endsWith", Some(target), [part]) => {
                for side in [target, part] {
                    let of = self.check(side, facts)?.of;
                    if !of.is_text() {
                        return Err(self.operand_problem(side, name, &of, "string"));
                    }
                }
                Ok(Found::value(Type::Bool))
            }
            ("int" | "double" | "string", None, [operand]) => self.convert(name, operand, facts),
            _ => Err(self.unknown_call(node, call)),
        }
    }

    fn unknown_call(&self, node: &IdedExpr, call: &CallExpr) -> ExprProblem {
        let name = call.func_name.trim_start_matches('.');
        if FUNCTIONS.contains(&name) {
            let wanted = match name {
                "has" => "has(a.b)",
                "size" => "size(x)",
                "contains" | "startsWith" | "endsWith" => "text.function('…')",
                "int" | "double" | "string" => "type(x)",
                _ => "list.function(x, …)",
            };
            let wanted = wanted.replace("function", name).replace("type", name);
            let message = Message::new("expr-arguments").with("name", name).with("wanted", wanted);
            return self.problem(node, message);
        }
        let span = self.parsed.name_span(node, name);
        let message = Message::new("expr-unknown-function").with("name", name);
        let problem = ExprProblem::new(message, span);
        match nearest(name, FUNCTIONS) {
            Some(meant) => problem.hint(Message::new("expr-hint-did-you-mean").with("name", meant)),
            None => problem
                .hint(Message::new("expr-hint-functions").with("names", FUNCTIONS.join(", "))),
        }
    }

    fn boolean(&mut self, node: &IdedExpr, name: &str, facts: &Facts) -> Checked {
        let found = self.check(node, facts)?;
        if found.of == Type::Bool {
            Ok(found)
        } else {
            Err(self.operand_problem(node, name, &found.of, "bool"))
        }
    }

    fn and(&mut self, left: &IdedExpr, right: &IdedExpr, facts: &Facts) -> Checked {
        let left = self.boolean(left, "&&", facts)?;
        let right = self.boolean(right, "&&", &(facts | &left.when_true))?;
        let mut found = Found::value(Type::Bool);
        found.when_true = &left.when_true | &right.when_true;
        found.when_false = &left.when_false & &right.when_false;
        Ok(found)
    }

    fn or(&mut self, left: &IdedExpr, right: &IdedExpr, facts: &Facts) -> Checked {
        let left = self.boolean(left, "||", facts)?;
        let right = self.boolean(right, "||", &(facts | &left.when_false))?;
        let mut found = Found::value(Type::Bool);
        found.when_true = &left.when_true & &right.when_true;
        found.when_false = &left.when_false | &right.when_false;
        Ok(found)
    }

    fn not(&mut self, operand: &IdedExpr, facts: &Facts) -> Checked {
        let operand = self.boolean(operand, "!", facts)?;
        let mut found = Found::value(Type::Bool);
        found.when_true = operand.when_false;
        found.when_false = operand.when_true;
        Ok(found)
    }

    fn choose(
        &mut self,
        node: &IdedExpr,
        condition: &IdedExpr,
        yes: &IdedExpr,
        no: &IdedExpr,
        facts: &Facts,
    ) -> Checked {
        let condition = self.boolean(condition, "? :", facts)?;
        let yes = self.check(yes, &(facts | &condition.when_true))?;
        let no = self.check(no, &(facts | &condition.when_false))?;
        match yes.of.join(&no.of) {
            Some(of) => Ok(Found::value(of)),
            None => {
                let message = Message::new("expr-branches")
                    .with("left", yes.of.to_string())
                    .with("right", no.of.to_string());
                Err(self.problem(node, message))
            }
        }
    }

    fn equal(
        &mut self,
        node: &IdedExpr,
        name: &str,
        left: &IdedExpr,
        right: &IdedExpr,
        facts: &Facts,
    ) -> Checked {
        let (left_of, right_of) = (self.check(left, facts)?.of, self.check(right, facts)?.of);
        if left_of.comparable(&right_of) {
            return Ok(Found::value(Type::Bool));
        }
        for (side, of, other) in [(left, &left_of, &right_of), (right, &right_of, &left_of)] {
            if let (Expr::Literal(LiteralValue::String(text)), Type::Choice(values)) =
                (&side.expr, other)
            {
                return Err(self.outside_choice(side, text.inner(), values));
            }
            if *of == Type::Null {
                return Err(self.problem(node, "expr-null").hint("expr-hint-null"));
            }
        }
        Err(self.unlike(node, symbol(name).unwrap_or(name), &left_of, &right_of))
    }

    fn outside_choice(&self, node: &IdedExpr, text: &str, values: &[String]) -> ExprProblem {
        let message = Message::new("expr-outside-choice").with("value", text);
        let problem = self.problem(node, message);
        match nearest(text, values.iter().map(String::as_str)) {
            Some(meant) => problem.hint(Message::new("expr-hint-did-you-mean").with("name", meant)),
            None => {
                let names: Vec<&str> = values.iter().take(12).map(String::as_str).collect();
                problem.hint(Message::new("expr-hint-names").with("names", names.join(", ")))
            }
        }
    }

    fn unlike(&self, node: &IdedExpr, symbol: &str, left: &Type, right: &Type) -> ExprProblem {
        let message = Message::new("expr-unlike")
            .with("operator", symbol)
            .with("left", left.to_string())
            .with("right", right.to_string());
        let problem = self.problem(node, message);
        match (left, right) {
            (Type::Int, Type::Double) | (Type::Double, Type::Int) => {
                problem.hint("expr-hint-double")
            }
            (Type::Any, _) | (_, Type::Any) => problem.hint("expr-hint-any"),
            (Type::List(_), _) | (_, Type::List(_)) => problem.hint("expr-hint-list"),
            _ => problem,
        }
    }

    fn arithmetic(
        &mut self,
        node: &IdedExpr,
        name: &str,
        left: &IdedExpr,
        right: &IdedExpr,
        facts: &Facts,
    ) -> Checked {
        let (left_of, right_of) = (self.check(left, facts)?.of, self.check(right, facts)?.of);
        let comparison = matches!(
            name,
            operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS
        );
        let of = match (&left_of, &right_of) {
            (Type::Int, Type::Int) => Some(Type::Int),
            (Type::Double, Type::Double) if name != operators::MODULO => Some(Type::Double),
            (a, b) if a.is_text() && b.is_text() && (comparison || name == operators::ADD) => {
                Some(Type::String)
            }
            (Type::List(_), Type::List(_)) if name == operators::ADD => left_of.join(&right_of),
            _ => None,
        };
        match of {
            Some(_) if comparison => Ok(Found::value(Type::Bool)),
            Some(of) => Ok(Found::value(of)),
            None => Err(self.unlike(node, symbol(name).unwrap_or(name), &left_of, &right_of)),
        }
    }

    /// `list[0]`, `map['name']`, `map[name]`.
    fn index(
        &mut self,
        node: &IdedExpr,
        target: &IdedExpr,
        index: &IdedExpr,
        facts: &Facts,
    ) -> Checked {
        let container = self.infer(target, facts)?;
        let index_of = self.check(index, facts)?.of;
        let literal = literal_text(index);
        let (of, optional) = match &container.of {
            Type::List(of) if index_of == Type::Int => ((**of).clone(), false),
            Type::List(_) => return Err(self.operand_problem(index, "[ ]", &index_of, "int")),
            Type::Map(fields) if index_of.is_text() => match (literal, &fields.others) {
                (Some(name), _) => match container.of.field(name) {
                    Some(field) => (field.of, field.optional),
                    None => return Err(self.unknown_field(index, name, target, fields)),
                },
                (None, Some(of)) if fields.named.is_empty() => ((**of).clone(), true),
                _ => return Err(self.problem(index, "expr-index-computed")),
            },
            Type::Map(_) => return Err(self.operand_problem(index, "[ ]", &index_of, "string")),
            of => return Err(self.operand_problem(target, "[ ]", of, "list, map")),
        };
        let mut found = Found::value(of);
        found.place = container.place.map(|place| match literal {
            Some(name) => place.field(name),
            None => place.each(),
        });
        found.written = container.written.map(|written| self.indexed(&written, index));
        let guarded = found.written.as_ref().is_some_and(|written| facts.contains(written));
        if optional && !guarded {
            let message = Message::new("expr-index-guard")
                .with("index", self.parsed.slice(index))
                .with("of", self.parsed.slice(target));
            return Err(self.problem(node, message));
        }
        Ok(found)
    }

    /// How facts write `container[index]`: by the field's name where it is given, by the index's text otherwise.
    fn indexed(&self, container: &str, index: &IdedExpr) -> String {
        match literal_text(index) {
            Some(name) => format!("{container}.{name}"),
            None => format!("{container}[{}]", self.parsed.slice(index)),
        }
    }

    /// `value in list`, `name in map`.
    fn within(&mut self, value: &IdedExpr, container: &IdedExpr, facts: &Facts) -> Checked {
        let value_of = self.check(value, facts)?.of;
        let found = self.infer(container, facts)?;
        if let Some(place) = &found.place {
            match literal_text(value).filter(|_| matches!(found.of, Type::Map(_))) {
                Some(name) => self.reads.touch(&place.field(name)),
                None => self.reads.whole(place),
            }
        }
        let mut result = Found::value(Type::Bool);
        match &found.of {
            Type::List(of) => {
                if let (Type::Choice(known), Type::Choice(listed), Expr::List(_)) =
                    (&value_of, &**of, &container.expr)
                    && !matches!(value.expr, Expr::Literal(_))
                    && let Some(unknown) = listed.iter().find(|value| !known.contains(value))
                {
                    return Err(self.outside_choice(container, unknown, known));
                }
                if !of.comparable(&value_of) {
                    return Err(self.unlike(container, "in", &value_of, &found.of));
                }
            }
            Type::Map(fields) if value_of.is_text() => {
                let known = literal_text(value).is_some_and(|name| found.of.field(name).is_some());
                if !known && fields.others.is_none() {
                    return Err(self.problem(container, "expr-in-map"));
                }
                if let Some(written) = &found.written {
                    result.when_true.insert(self.indexed(written, value));
                }
            }
            of => {
                let problem = self.operand_problem(container, "in", of, "list, map");
                return Err(if of.is_text() {
                    problem.hint("expr-hint-contains")
                } else {
                    problem
                });
            }
        }
        Ok(result)
    }

    fn size(&mut self, target: &IdedExpr, facts: &Facts) -> Checked {
        let of = self.check(target, facts)?.of;
        match of {
            Type::List(_) | Type::Map(_) | Type::String | Type::Choice(_) => {
                Ok(Found::value(Type::Int))
            }
            of => Err(self.operand_problem(target, "size", &of, "list, map, string")),
        }
    }

    fn convert(&mut self, name: &str, operand: &IdedExpr, facts: &Facts) -> Checked {
        let of = self.check(operand, facts)?.of;
        let number = matches!(of, Type::Int | Type::Double) || of.is_text();
        match name {
            "int" if number => Ok(Found::value(Type::Int)),
            "double" if number => Ok(Found::value(Type::Double)),
            "string" if number || of == Type::Bool => Ok(Found::value(Type::String)),
            "string" => Err(self.operand_problem(operand, name, &of, "int, double, bool, string")),
            _ => Err(self.operand_problem(operand, name, &of, "int, double, string")),
        }
    }
}
