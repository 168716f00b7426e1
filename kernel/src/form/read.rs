//! From the names and values of a submitted page to JSON: `people.0.name=…`. Bounded, total, and driven by the
//! schema: a name that the form does not have is reported and dropped.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model::{Fields, Kind};
use super::typed;
use crate::error::FieldProblem;
use crate::text::Message;

/// The most pairs of one page.
const PAIRS_MAX: usize = 8_000;
/// The longest name and the longest value, in bytes. A longer value is cut here and refused by the check.
const NAME_BYTES_MAX: usize = 200;
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// What a page sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The form's value. What does not read as a number, a date or an amount stays as the text that was typed.
    pub value: Value,
    /// The button that was pressed, where it is one of the form's own. Rows were already added or removed.
    pub command: Option<FormCommand>,
    /// Names that the form does not have.
    pub problems: Vec<FieldProblem>,
}

/// A button within the form: the page comes back with the change made, and nothing is submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormCommand {
    /// A row was added to the list at this JSON pointer.
    Add {
        /// Such as `/people`.
        list: String,
    },
    /// A row was removed.
    Remove {
        /// Such as `/people`.
        list: String,
        /// From 0.
        index: usize,
    },
    /// A division was picked on one level; its parts can be chosen now.
    Pick {
        /// Such as `/premises/division`.
        field: String,
    },
    /// Show what the answers so far ask for.
    Refresh,
}

/// The submitted pairs as a tree of names.
#[derive(Default)]
struct Node {
    values: Vec<String>,
    parts: BTreeMap<String, Node>,
}

/// Reads a page.
pub(super) fn read(fields: &Fields, pairs: &[(String, String)]) -> Parsed {
    let mut root = Node::default();
    let mut button = None;
    let mut problems = Vec::new();
    for (name, value) in pairs.iter().take(PAIRS_MAX) {
        if let Some(command) = name.strip_prefix('_') {
            if ["add", "remove", "pick", "show"].contains(&command) {
                button = Some((command.to_owned(), value.clone()));
            }
        } else if name.len() > NAME_BYTES_MAX || name.split('.').count() > 12 {
            problems.push(unknown(name));
        } else {
            let node = name
                .split('.')
                .fold(&mut root, |node, part| node.parts.entry(part.to_owned()).or_default());
            node.values.push(cut(value).to_owned());
        }
    }
    if pairs.len() > PAIRS_MAX {
        problems.push(FieldProblem::new("", "form-too-many-values"));
    }
    let mut value = object(fields, &root, "", &mut problems);
    problems.truncate(100);
    let command = button.and_then(|(name, target)| apply(fields, &mut value, &name, &target));
    Parsed { value, command, problems }
}

fn unknown(name: &str) -> FieldProblem {
    let shown: String = name.chars().take(60).collect();
    let pointer = format!("/{}", shown.split('.').collect::<Vec<_>>().join("/"));
    FieldProblem::new(pointer, Message::new("form-unknown-field").with("name", shown))
}

/// At most so many bytes, at a character's border.
fn cut(value: &str) -> &str {
    let mut end = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}

fn object(fields: &Fields, node: &Node, path: &str, problems: &mut Vec<FieldProblem>) -> Value {
    let mut object = Map::new();
    for name in node.parts.keys().filter(|name| fields.get(name).is_none()) {
        problems.push(unknown(&format!("{path}{name}")));
    }
    for field in &fields.list {
        let Some(node) = node.parts.get(&field.name) else {
            if let Kind::Group(_) = field.kind {
                object.insert(field.name.clone(), Value::Object(Map::new()));
            }
            continue;
        };
        let path = format!("{path}{}.", field.name);
        let value = match &field.kind {
            Kind::Group(fields) => Some(self::object(fields, node, &path, problems)),
            Kind::Rows { fields, max, .. } => Some(rows(fields, *max, node, &path, problems)),
            Kind::Several { .. } => several(node),
            Kind::Choice { .. } => last(node).map(|text| Value::String(text.to_owned())),
            Kind::Division(_) => division(node),
            kind => last(node).and_then(|text| typed::value(kind, text)),
        };
        if let Some(value) = value {
            object.insert(field.name.clone(), value);
        }
    }
    Value::Object(object)
}

/// A check box is preceded by a hidden input with its "no": the last value counts.
fn last(node: &Node) -> Option<&str> {
    node.values.last().map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn several(node: &Node) -> Option<Value> {
    let mut values: Vec<Value> = Vec::new();
    for text in node.values.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let value = Value::String(text.to_owned());
        if !values.contains(&value) && values.len() < 200 {
            values.push(value);
        }
    }
    (!values.is_empty()).then_some(Value::Array(values))
}

/// The selects of a division, from prefecture to village, share one name. Where an upper one was changed, the lower
/// ones still hold parts of another: the chain ends there.
fn division(node: &Node) -> Option<Value> {
    let mut chosen: Option<String> = None;
    for text in node.values.iter().take(6) {
        let Some(Value::String(code)) = text_code(text) else { break };
        match &chosen {
            Some(before) if !is_part(&code, before) => break,
            _ => chosen = Some(code),
        }
    }
    chosen.map(Value::String)
}

fn text_code(text: &str) -> Option<Value> {
    let text = text.trim();
    (!text.is_empty()).then(|| Value::String(text.to_owned()))
}

/// Whether a code of the division tree lies within another, by the digits that each level keeps.
fn is_part(code: &str, of: &str) -> bool {
    let kept = match of.len() {
        6 if of.ends_with("0000") => &of[..2],
        6 if of.ends_with("00") => &of[..4],
        _ => of,
    };
    code.len() >= of.len() && code != of && code.starts_with(kept)
}

fn rows(
    fields: &Fields,
    max: usize,
    node: &Node,
    path: &str,
    problems: &mut Vec<FieldProblem>,
) -> Value {
    let mut numbered: BTreeMap<usize, &Node> = BTreeMap::new();
    for (name, node) in &node.parts {
        match name.parse::<usize>() {
            Ok(index) if name.len() <= 4 => {
                numbered.insert(index, node);
            }
            _ => problems.push(unknown(&format!("{path}{name}"))),
        }
    }
    // One more than allowed is kept, so that the check can say that it is one too many.
    let rows = numbered.into_iter().take(max + 1);
    rows.map(|(index, node)| object(fields, node, &format!("{path}{index}."), problems)).collect()
}

/// Does what a button of the form says, where it names something that the form has.
fn apply(fields: &Fields, value: &mut Value, name: &str, target: &str) -> Option<FormCommand> {
    if name == "show" {
        return Some(FormCommand::Refresh);
    }
    if target.len() > NAME_BYTES_MAX {
        return None;
    }
    let (list, index) = match name {
        "remove" => {
            let (list, index) = target.rsplit_once('.')?;
            (list, Some(index.parse::<usize>().ok()?))
        }
        _ => (target, None),
    };
    let kind = find(fields, list)?;
    let pointer = format!("/{}", list.replace('.', "/"));
    match (name, kind) {
        ("pick", Kind::Division(_)) => Some(FormCommand::Pick { field: pointer }),
        ("add", Kind::Rows { fields, max, .. }) => {
            let rows = rows_at(value, &pointer)?;
            if rows.len() < *max {
                rows.push(object(fields, &Node::default(), "", &mut Vec::new()));
            }
            Some(FormCommand::Add { list: pointer })
        }
        ("remove", Kind::Rows { .. }) => {
            let rows = rows_at(value, &pointer)?;
            let index = index.filter(|index| *index < rows.len())?;
            rows.remove(index);
            Some(FormCommand::Remove { list: pointer, index })
        }
        _ => None,
    }
}

/// The kind of the field at a dotted path with row numbers.
fn find<'a>(fields: &'a Fields, path: &str) -> Option<&'a Kind> {
    let mut parts = path.split('.');
    let mut kind = &fields.get(parts.next()?)?.kind;
    while let Some(part) = parts.next() {
        kind = match kind {
            Kind::Group(fields) => &fields.get(part)?.kind,
            Kind::Rows { fields, .. } => {
                part.parse::<usize>().ok()?;
                &fields.get(parts.next()?)?.kind
            }
            _ => return None,
        };
    }
    Some(kind)
}

/// The rows at a pointer; an absent list becomes an empty one.
fn rows_at<'v>(value: &'v mut Value, pointer: &str) -> Option<&'v mut Vec<Value>> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let parent = value.pointer_mut(parent)?.as_object_mut()?;
    parent.entry(name).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
}
