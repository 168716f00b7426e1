//! A TOML file as JSON, with the place of every key and value: so that a mistake that is found in the
//! value is told with file, line and column.

use std::collections::HashMap;

use serde_json::{Map, Number, Value as Json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most levels of nesting in a pack's file.
const MOST_DEPTH: usize = 24;

/// A TOML file that was read.
#[derive(Debug)]
pub struct SpannedToml {
    /// Its content.
    pub value: Json,
    /// The byte offset of each key (of each item, in a list), by JSON pointer.
    offsets: HashMap<String, usize>,
    text: String,
}

/// A mistake of syntax: line, column and what is wrong.
pub type SyntaxProblem = (usize, usize, String);

impl SpannedToml {
    /// Reads a file; every mistake of syntax is told.
    pub fn parse(text: &str) -> Result<SpannedToml, Vec<SyntaxProblem>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let mut told: Vec<SyntaxProblem> = errors
                .iter()
                .map(|error| {
                    let (line, column) = line_column(text, error.span().map_or(0, |s| s.start));
                    (line, column, error.message().to_owned())
                })
                .collect();
            told.sort();
            return Err(told);
        }
        let mut offsets = HashMap::new();
        let mut problems = Vec::new();
        let value = table_to_json(table.get_ref(), "", &mut offsets, &mut problems, 0);
        if problems.is_empty() {
            return Ok(SpannedToml { value: Json::Object(value), offsets, text: text.to_owned() });
        }
        Err(problems
            .into_iter()
            .map(|(offset, what)| {
                let (line, column) = line_column(text, offset);
                (line, column, what)
            })
            .collect())
    }

    /// Line and column of a pointer, or of the nearest place above it that is known.
    pub fn locate(&self, pointer: &str) -> (usize, usize) {
        let mut pointer = pointer;
        loop {
            if let Some(offset) = self.offsets.get(pointer) {
                return line_column(&self.text, *offset);
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return (1, 1),
            }
        }
    }
}

/// Line and column, from 1, columns in characters.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

type Offsets = HashMap<String, usize>;
type Problems = Vec<(usize, String)>;

fn table_to_json(
    table: &DeTable<'_>,
    pointer: &str,
    offsets: &mut Offsets,
    problems: &mut Problems,
    depth: usize,
) -> Map<String, Json> {
    let mut object = Map::new();
    for (key, value) in table.iter() {
        let name = key.get_ref().to_string();
        let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        offsets.insert(below.clone(), key.span().start);
        let json = value_to_json(value, &below, offsets, problems, depth + 1);
        object.insert(name, json);
    }
    object
}

fn value_to_json(
    value: &Spanned<DeValue<'_>>,
    pointer: &str,
    offsets: &mut Offsets,
    problems: &mut Problems,
    depth: usize,
) -> Json {
    if depth > MOST_DEPTH {
        problems.push((value.span().start, format!("deeper than {MOST_DEPTH} levels")));
        return Json::Null;
    }
    match value.get_ref() {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(integer) => {
            let digits = integer.as_str().replace('_', "");
            match i64::from_str_radix(&digits, integer.radix()) {
                Ok(number) => Json::Number(number.into()),
                Err(_) => {
                    problems.push((value.span().start, "the number is too large".to_owned()));
                    Json::Null
                }
            }
        }
        DeValue::Float(float) => {
            let number = float.as_str().replace('_', "").parse().ok().and_then(Number::from_f64);
            number.map_or_else(
                || {
                    problems.push((value.span().start, "not a finite number".to_owned()));
                    Json::Null
                },
                Json::Number,
            )
        }
        DeValue::Boolean(truth) => Json::Bool(*truth),
        DeValue::Datetime(datetime) => Json::String(datetime.to_string()),
        DeValue::Array(items) => Json::Array(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let below = format!("{pointer}/{index}");
                    offsets.insert(below.clone(), item.span().start);
                    value_to_json(item, &below, offsets, problems, depth + 1)
                })
                .collect(),
        ),
        DeValue::Table(table) => {
            Json::Object(table_to_json(table, pointer, offsets, problems, depth))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_item_has_its_place() {
        let text = "id = \"a\"\n\n[[casework.item]]\nname = { zh = \"甲\", en = \"A\" }\nstages = [\n  \"x\",\n  \"y\",\n]\n";
        let toml = SpannedToml::parse(text).unwrap();
        assert_eq!(toml.value["casework"]["item"][0]["name"]["zh"], "甲");
        assert_eq!(toml.locate("/id"), (1, 1));
        assert_eq!(toml.locate("/casework/item/0/name/en"), (4, 20));
        assert_eq!(toml.locate("/casework/item/0/stages/1"), (7, 3));
        assert_eq!(toml.locate("/casework/item/0/absent"), toml.locate("/casework/item/0"));
    }

    #[test]
    fn every_mistake_of_syntax_is_told() {
        let problems = SpannedToml::parse("a = \nb = 1\nc = = 2\n").unwrap_err();
        assert!(problems.len() >= 2, "{problems:?}");
        assert_eq!(problems[0].0, 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = SpannedToml::parse(&text);
        }
    }
}
