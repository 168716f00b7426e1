//! `x-when`: whether a field is asked at all. A condition reads fields that stand before its own, so that one pass in
//! the order of the page settles them all and no two conditions wait for each other.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::compile::{Compiler, Schema};
use super::model::{Field, Fields, Kind};
use super::places::escape;
use crate::expr::{Bindings, Environment, ExprFailure, ExprProblem, Expression, Type};

/// Compiles the conditions of a form, once all its fields are known.
pub(super) fn attach(fields: &mut Fields, schema: &Schema, compiler: &mut Compiler) {
    let known = fields.clone();
    let mut walk = Attach { known: &known, compiler };
    walk.fields(fields, schema, "", &mut Vec::new());
}

struct Attach<'a> {
    known: &'a Fields,
    compiler: &'a mut Compiler,
}

impl Attach<'_> {
    fn fields(
        &mut self,
        fields: &mut Fields,
        schema: &Schema,
        pointer: &str,
        path: &mut Vec<String>,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for field in &mut fields.list {
            let Some(Value::Object(schema)) = properties.and_then(|all| all.get(&field.name))
            else {
                continue;
            };
            let at = format!("{pointer}/properties/{}", escape(&field.name));
            path.push(field.name.clone());
            if let Some(text) = schema.get("x-when") {
                let at = format!("{at}/x-when");
                match text.as_str() {
                    Some(text) => field.when = self.condition(text, &at, path),
                    None => self.compiler.report(&at, "form-schema-text"),
                }
            }
            match &mut field.kind {
                Kind::Group(inner) => self.fields(inner, schema, &at, path),
                Kind::Rows { fields: inner, .. } => {
                    if let Some(Value::Object(items)) = schema.get("items") {
                        self.fields(inner, items, &format!("{at}/items"), path);
                    }
                }
                _ => {}
            }
            path.pop();
        }
    }

    fn condition(&mut self, text: &str, at: &str, path: &[String]) -> Option<Expression> {
        let (form, row) = types_before(self.known, path);
        let problem = match Expression::compile(text, &environment(form, row), &Type::Bool) {
            Ok(expression) => return Some(expression),
            Err(problem) => problem,
        };
        // A name that exists further down is no unknown name: say what is wrong about it.
        let whole = environment(asked_type(self.known), rows_type(self.known, path));
        let unknown = |problem: &ExprProblem| {
            matches!(&*problem.message.key, "expr-unknown-field" | "expr-unknown-variable")
        };
        let known_later = match Expression::compile(text, &whole, &Type::Bool) {
            Ok(_) => true,
            Err(later) => !unknown(&later),
        };
        if unknown(&problem) && known_later {
            self.compiler.report(at, "form-schema-when-later");
        } else {
            self.compiler.report_with_hint(at, problem.message, problem.hint);
        }
        None
    }
}

fn environment(form: Type, row: Option<Type>) -> Environment {
    let environment = Environment::new().with("form", form);
    match row {
        Some(row) => environment.with("row", row),
        None => environment,
    }
}

/// The fields before the one at `path`: of the form, and of the innermost row that the path goes through.
fn types_before(fields: &Fields, path: &[String]) -> (Type, Option<Type>) {
    let mut row = None;
    let form = before(fields, path, &mut row);
    (form, row)
}

fn before(fields: &Fields, path: &[String], row: &mut Option<Type>) -> Type {
    let mut known = Vec::new();
    for field in &fields.list {
        if Some(&field.name) == path.first() {
            match &field.kind {
                Kind::Group(inner) if path.len() > 1 => {
                    known.push((field.name.as_str(), before(inner, &path[1..], row), false));
                }
                Kind::Rows { fields: inner, .. } if path.len() > 1 => {
                    let own = before(inner, &path[1..], row);
                    // The innermost row is the one meant: it was settled first.
                    row.get_or_insert(own);
                }
                _ => {}
            }
            break;
        }
        known.push((field.name.as_str(), asked_field(field), may_be_absent(field)));
    }
    Type::map(known)
}

fn rows_type(fields: &Fields, path: &[String]) -> Option<Type> {
    let mut row = None;
    let mut fields = fields;
    for name in path {
        let field = fields.get(name)?;
        if let Kind::Rows { fields: inner, .. } = &field.kind {
            row = Some(asked_type(inner));
        }
        match field.kind.fields() {
            Some(inner) => fields = inner,
            None => break,
        }
    }
    row
}

/// A form while it is being filled in: anything may still be absent, sections and lists apart.
fn asked_type(fields: &Fields) -> Type {
    Type::map(fields.list.iter().map(|f| (f.name.as_str(), asked_field(f), may_be_absent(f))))
}

fn may_be_absent(field: &Field) -> bool {
    !field.kind.is_container() || field.when.is_some()
}

fn asked_field(field: &Field) -> Type {
    match &field.kind {
        Kind::Group(fields) => asked_type(fields),
        Kind::Rows { fields, .. } => Type::list(asked_type(fields)),
        other => scalar_type(other),
    }
}

/// The type of a field that holds no other fields.
pub(super) fn scalar_type(kind: &Kind) -> Type {
    match kind {
        Kind::Text(_) | Kind::Date(_) | Kind::Division(_) => Type::String,
        Kind::Choice { options, .. } => {
            Type::Choice(options.iter().map(|option| option.value.clone()).collect())
        }
        Kind::Several { options, .. } => {
            Type::list(Type::Choice(options.iter().map(|option| option.value.clone()).collect()))
        }
        Kind::Whole(_) | Kind::Money(_) => Type::Int,
        Kind::Number(_) => Type::Double,
        Kind::YesNo { .. } => Type::Bool,
        Kind::Group(_) | Kind::Rows { .. } => Type::Any,
    }
}

/// Which fields are not asked, given what was filled in so far.
#[derive(Debug, Default)]
pub(super) struct Asked {
    hidden: HashSet<String>,
    /// Fields whose condition has no value (a division by zero, an overflow): they are asked, and said to be in doubt.
    pub(super) failed: Vec<(String, ExprFailure)>,
}

impl Asked {
    /// Whether the field at the pointer is asked.
    pub(super) fn is_asked(&self, pointer: &str) -> bool {
        !self.hidden.contains(pointer)
    }
}

/// Settles every condition in the order of the page. Answers to hidden fields, and answers that do not fit their
/// field, count as not given.
pub(super) fn settle(fields: &Fields, value: &Value) -> Asked {
    let mut settle = Settle { form: json!({}), asked: Asked::default() };
    if has_conditions(fields) {
        settle.fields(fields, value, "", None);
    }
    settle.asked
}

fn has_conditions(fields: &Fields) -> bool {
    fields
        .list
        .iter()
        .any(|field| field.when.is_some() || field.kind.fields().is_some_and(has_conditions))
}

struct Settle {
    form: Value,
    asked: Asked,
}

impl Settle {
    fn fields(&mut self, fields: &Fields, value: &Value, pointer: &str, row: Option<&str>) {
        for field in &fields.list {
            let at = format!("{pointer}/{}", field.name);
            if !self.holds(field, &at, row) {
                self.asked.hidden.insert(at);
                continue;
            }
            let given = value.get(&field.name);
            match &field.kind {
                Kind::Group(inner) => {
                    self.put(pointer, &field.name, Value::Object(Map::new()));
                    self.fields(inner, given.unwrap_or(&Value::Null), &at, row);
                }
                Kind::Rows { fields: inner, max, .. } => {
                    let rows = given.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                    let rows = &rows[..rows.len().min(*max)];
                    let blank = vec![json!({}); rows.len()];
                    self.put(pointer, &field.name, Value::Array(blank));
                    for (index, given) in rows.iter().enumerate() {
                        let at = format!("{at}/{index}");
                        self.fields(inner, given, &at, Some(&at));
                    }
                }
                kind => {
                    if let Some(given) = given.filter(|given| fits(kind, given)) {
                        self.put(pointer, &field.name, given.clone());
                    }
                }
            }
        }
    }

    fn put(&mut self, pointer: &str, name: &str, value: Value) {
        if let Some(Value::Object(object)) = self.form.pointer_mut(pointer) {
            object.insert(name.to_owned(), value);
        }
    }

    fn holds(&mut self, field: &Field, at: &str, row: Option<&str>) -> bool {
        let Some(when) = &field.when else { return true };
        let mut bindings = Bindings::new().with("form", &self.form);
        let row = row.and_then(|row| self.form.pointer(row));
        if let Some(row) = row {
            bindings = bindings.with("row", row);
        }
        match when.holds(&bindings) {
            Ok(holds) => holds,
            Err(failure) => {
                self.asked.failed.push((at.to_owned(), failure));
                true
            }
        }
    }
}

/// Whether an answer has the type of its field, so that a condition can look at it.
fn fits(kind: &Kind, given: &Value) -> bool {
    match kind {
        Kind::Text(_) | Kind::Date(_) | Kind::Division(_) | Kind::Choice { .. } => {
            given.as_str().is_some_and(|text| !text.is_empty())
        }
        Kind::Several { max, .. } => given
            .as_array()
            .is_some_and(|values| values.len() <= *max && values.iter().all(Value::is_string)),
        Kind::Whole(_) | Kind::Money(_) => given.is_i64(),
        Kind::Number(_) => given.is_number(),
        Kind::YesNo { .. } => given.is_boolean(),
        Kind::Group(_) | Kind::Rows { .. } => false,
    }
}

/// The fields that any condition reads, such as `form.kind`: the page offers to update itself beside them.
pub(super) fn read_by_conditions(fields: &Fields, reads: &mut Vec<String>, row: &str) {
    for field in &fields.list {
        if let Some(when) = &field.when {
            for read in when.reads() {
                let read = match read.strip_prefix("row.") {
                    Some(rest) => format!("{row}{rest}"),
                    None => read.strip_prefix("form.").unwrap_or(read).to_owned(),
                };
                if !reads.contains(&read) {
                    reads.push(read);
                }
            }
        }
        match &field.kind {
            Kind::Group(inner) => read_by_conditions(inner, reads, row),
            Kind::Rows { fields: inner, .. } => {
                read_by_conditions(inner, reads, &format!("{row}{}[].", field.name));
            }
            _ => {}
        }
    }
}
