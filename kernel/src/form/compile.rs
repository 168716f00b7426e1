//! JSON Schema text to form. Every mistake is collected, with its line and column; nothing is guessed.

use serde_json::{Map, Value};

use super::model::{Field, Fields, Kind};
use super::places::{Places, escape};
use crate::expr::nearest;
use crate::text::{LocalText, Message};

/// The longest schema text, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// The most fields, rows' fields counted once.
const FIELDS_MAX: usize = 300;
/// The deepest nesting of groups and rows.
const DEPTH_MAX: usize = 4;

/// A mistake in a form's schema.
#[derive(Debug, Clone, PartialEq)]
pub struct FormProblem {
    /// Where, as a JSON pointer into the schema.
    pub pointer: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: Message,
    /// What to write instead, where that is known.
    pub hint: Option<Message>,
}

pub(super) type Schema = Map<String, Value>;

/// What every field may carry.
const COMMON: [&str; 7] = ["type", "title", "description", "x-zh", "x-en", "x-personal", "x-when"];

/// Reads a schema and collects what is wrong with it.
pub(super) struct Compiler {
    places: Places,
    pub(super) problems: Vec<FormProblem>,
    fields: usize,
}

/// The form's title and its fields.
pub(super) fn compile(text: &str) -> Result<(LocalText, Fields), Vec<FormProblem>> {
    let mut compiler = Compiler { places: Places::default(), problems: Vec::new(), fields: 0 };
    if text.len() > TEXT_BYTES_MAX {
        compiler.report("", Message::new("form-schema-too-large").with("max", TEXT_BYTES_MAX));
        return Err(compiler.problems);
    }
    let schema: Value = match serde_json::from_str(text) {
        Ok(schema) => schema,
        Err(error) => {
            let message = Message::new("form-schema-json").with("what", error.to_string());
            let (line, column) = (error.line().max(1), error.column().max(1));
            let pointer = String::new();
            return Err(vec![FormProblem { pointer, line, column, message, hint: None }]);
        }
    };
    compiler.places = Places::of(text);
    for pointer in std::mem::take(&mut compiler.places.repeated) {
        compiler.report(&pointer, "form-schema-repeated");
    }
    let Value::Object(schema) = schema else {
        compiler.report("", "form-schema-object");
        return Err(compiler.problems);
    };
    let allowed = ["$schema", "$id", "properties", "required", "additionalProperties"];
    compiler.keywords(&schema, "", &allowed);
    compiler.expect_type(&schema, "", "object");
    let title = compiler.label(&schema, "");
    let mut fields = compiler.fields(&schema, "", 1);
    super::conditions::attach(&mut fields, &schema, &mut compiler);
    if compiler.problems.is_empty() {
        Ok((title, fields))
    } else {
        compiler.problems.sort_by_key(|problem| (problem.line, problem.column));
        Err(compiler.problems)
    }
}

impl Compiler {
    pub(super) fn report(&mut self, pointer: &str, message: impl Into<Message>) {
        self.report_with_hint(pointer, message.into(), None);
    }

    pub(super) fn report_with_hint(
        &mut self,
        pointer: &str,
        message: Message,
        hint: Option<Message>,
    ) {
        let place = self.places.find(pointer);
        let (line, column) = (place.line, place.column);
        self.problems.push(FormProblem {
            pointer: pointer.to_owned(),
            line,
            column,
            message,
            hint,
        });
    }

    /// Keywords that are not in the subset are mistakes: a keyword that is passed over promises what is not kept.
    pub(super) fn keywords(&mut self, schema: &Schema, pointer: &str, allowed: &[&str]) {
        for key in schema.keys() {
            if COMMON.contains(&key.as_str()) || allowed.contains(&key.as_str()) {
                continue;
            }
            let message = Message::new("form-schema-keyword").with("name", key.as_str());
            let hint = nearest(key, COMMON.iter().chain(allowed).copied())
                .map(|meant| Message::new("expr-hint-did-you-mean").with("name", meant));
            self.report_with_hint(&format!("{pointer}/{}", escape(key)), message, hint);
        }
    }

    fn expect_type(&mut self, schema: &Schema, pointer: &str, wanted: &'static str) {
        if schema.get("type").and_then(Value::as_str) != Some(wanted) {
            let at = format!("{pointer}/type");
            self.report(&at, Message::new("form-schema-type-wanted").with("wanted", wanted));
        }
    }

    /// The members of an object: its fields in their order.
    pub(super) fn fields(&mut self, schema: &Schema, pointer: &str, depth: usize) -> Fields {
        let mut fields = Fields::default();
        if depth > DEPTH_MAX {
            let message = Message::new("form-schema-depth").with("max", DEPTH_MAX);
            self.report(&format!("{pointer}/properties"), message);
            return fields;
        }
        if schema.get("additionalProperties").is_some_and(|value| *value != Value::Bool(false)) {
            self.report(&format!("{pointer}/additionalProperties"), "form-schema-additional");
        }
        let Some(Value::Object(properties)) = schema.get("properties") else {
            self.report(&format!("{pointer}/properties"), "form-schema-no-properties");
            return fields;
        };
        let required = self.required(schema, pointer, properties);
        for (name, schema) in properties {
            let at = format!("{pointer}/properties/{}", escape(name));
            self.fields += 1;
            if self.fields == FIELDS_MAX + 1 {
                self.report(&at, Message::new("form-schema-too-many").with("max", FIELDS_MAX));
            }
            if self.fields > FIELDS_MAX {
                break;
            }
            if !is_name(name) {
                self.report(&at, Message::new("form-schema-name").with("name", name.as_str()));
            }
            let Value::Object(schema) = schema else {
                self.report(&at, "form-schema-object");
                continue;
            };
            let is_required = required.contains(&name.as_str());
            if let Some(field) = self.field(name, schema, &at, is_required, depth) {
                fields.list.push(field);
            }
        }
        fields
    }

    fn required<'s>(
        &mut self,
        schema: &'s Schema,
        pointer: &str,
        properties: &Schema,
    ) -> Vec<&'s str> {
        let mut required = Vec::new();
        match schema.get("required") {
            None => {}
            Some(Value::Array(names)) => {
                for (index, name) in names.iter().enumerate() {
                    let at = format!("{pointer}/required/{index}");
                    match name.as_str() {
                        Some(name) if !properties.contains_key(name) => {
                            let message =
                                Message::new("form-schema-required-unknown").with("name", name);
                            self.report(&at, message);
                        }
                        Some(name) => required.push(name),
                        None => self.report(&at, "form-schema-required"),
                    }
                }
            }
            Some(_) => self.report(&format!("{pointer}/required"), "form-schema-required"),
        }
        required
    }

    fn field(
        &mut self,
        name: &str,
        schema: &Schema,
        pointer: &str,
        required: bool,
        depth: usize,
    ) -> Option<Field> {
        let label = self.label(schema, pointer);
        let help = self.words(schema, pointer, "help", "description");
        let placeholder = self.words(schema, pointer, "placeholder", "");
        let personal = self.flag(schema, pointer, "x-personal");
        let kind = self.kind(schema, pointer, depth)?;
        if personal && kind.is_container() {
            self.report(&format!("{pointer}/x-personal"), "form-schema-personal-container");
        }
        let name = name.to_owned();
        Some(Field { name, label, help, placeholder, required, personal, when: None, kind })
    }

    fn kind(&mut self, schema: &Schema, pointer: &str, depth: usize) -> Option<Kind> {
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => {
                self.keywords(schema, pointer, &["properties", "required", "additionalProperties"]);
                Some(Kind::Group(self.fields(schema, pointer, depth + 1)))
            }
            Some("array") => self.array(schema, pointer, depth),
            Some("string") => self.string(schema, pointer),
            Some("integer") => self.integer(schema, pointer),
            Some("number") => self.number(schema, pointer),
            Some("boolean") => {
                self.keywords(schema, pointer, &["const"]);
                let agree = schema.get("const");
                if agree.is_some_and(|value| *value != Value::Bool(true)) {
                    self.report(&format!("{pointer}/const"), "form-schema-const");
                }
                Some(Kind::YesNo { agree: agree.is_some() })
            }
            _ => {
                self.report(&format!("{pointer}/type"), "form-schema-type");
                None
            }
        }
    }

    /// The name in both languages: `x-zh.label` and `x-en.label`, or `title` for both.
    fn label(&mut self, schema: &Schema, pointer: &str) -> LocalText {
        let before = self.problems.len();
        self.words(schema, pointer, "label", "title").unwrap_or_else(|| {
            if self.problems.len() == before {
                self.report(pointer, "form-schema-label");
            }
            LocalText::new("", "")
        })
    }

    /// A text in both languages, or the fallback for both. One language alone is a mistake.
    pub(super) fn words(
        &mut self,
        schema: &Schema,
        pointer: &str,
        name: &str,
        fallback: &str,
    ) -> Option<LocalText> {
        let zh = self.word(schema, pointer, "x-zh", name);
        let en = self.word(schema, pointer, "x-en", name);
        let both = match schema.get(fallback) {
            None => None,
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Some(_) => {
                self.report(&format!("{pointer}/{fallback}"), "form-schema-text");
                None
            }
        };
        match (zh.or_else(|| both.clone()), en.or(both)) {
            (Some(zh), Some(en)) => Some(LocalText { zh, en }),
            (None, None) => None,
            (zh, _) => {
                let absent = if zh.is_none() { "x-zh" } else { "x-en" };
                let message = Message::new("form-schema-one-language")
                    .with("name", name)
                    .with("absent", absent);
                self.report(&format!("{pointer}/{absent}"), message);
                None
            }
        }
    }

    fn word(&mut self, schema: &Schema, pointer: &str, lang: &str, name: &str) -> Option<String> {
        let at = format!("{pointer}/{lang}");
        let object = match schema.get(lang)? {
            Value::Object(object) => object,
            _ => {
                if name == "label" {
                    self.report(&at, "form-schema-words");
                }
                return None;
            }
        };
        if name == "label" {
            for key in object.keys() {
                if !["label", "help", "placeholder"].contains(&key.as_str()) {
                    let message = Message::new("form-schema-keyword").with("name", key.as_str());
                    self.report(&format!("{at}/{}", escape(key)), message);
                }
            }
        }
        match object.get(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => {
                self.report(&format!("{at}/{name}"), "form-schema-text");
                None
            }
        }
    }

    pub(super) fn flag(&mut self, schema: &Schema, pointer: &str, name: &str) -> bool {
        match schema.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.report(&format!("{pointer}/{name}"), "form-schema-flag");
                false
            }
        }
    }
}

/// Lower-case letters, digits and `_`, beginning with a letter, at most 40: so that names serve as CEL
/// identifiers, as names of inputs and as ids in HTML without escaping.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 40
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !matches!(name, "true" | "false" | "null" | "in")
}
