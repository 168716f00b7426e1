//! A form by the labels that people read: `经营场所 / 详细地址`, `从业人员 2 / 姓名`. The labels come from the pack's
//! own form schema, so a scenario names no JSON pointer.

use serde_json::{Map, Value, json};

use crate::words;

/// A form of a pack.
#[derive(Debug, Clone)]
pub struct FormGuide {
    schema: Value,
}

/// A place in a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its JSON pointer in the form.
    pub pointer: String,
    schema: Value,
}

/// How a text becomes a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// The name of a division, whose code is looked up.
    Division,
    /// This value.
    Value(Value),
}

impl FormGuide {
    /// By the schema's text.
    pub fn read(text: &str) -> Result<FormGuide, serde_json::Error> {
        Ok(FormGuide { schema: serde_json::from_str(text)? })
    }

    /// The place that a path of labels names. A list's row is its label with a number from 1; without a number the
    /// list itself is meant. The first label may lie anywhere below; it must be the only one of its kind.
    pub fn place(&self, path: &str) -> Result<Place, String> {
        let mut at = Place { pointer: String::new(), schema: self.schema.clone() };
        for part in path.split('/').map(str::trim) {
            let (label, row) = match part.rsplit_once(' ') {
                Some((label, row)) if row.bytes().all(|b| b.is_ascii_digit()) => {
                    (label.trim(), row.parse::<usize>().ok())
                }
                _ => (part, None),
            };
            let mut found = Vec::new();
            search(&at.schema, &at.pointer, label, &mut found);
            at = match found.len() {
                0 => return Err(format!("表单里没有“{label}”这一栏")),
                1 => found.remove(0),
                n => return Err(format!("表单里有 {n} 处叫“{label}”，请写明在哪一组里")),
            };
            if let Some(row) = row {
                let index = row.checked_sub(1).ok_or_else(|| format!("“{part}”：行从 1 数起"))?;
                let items = at.schema.get("items").cloned();
                let items = items.ok_or_else(|| format!("“{label}”不是列表"))?;
                at = Place { pointer: format!("{}/{index}", at.pointer), schema: items };
            }
        }
        Ok(at)
    }
}

fn search(schema: &Value, pointer: &str, label: &str, found: &mut Vec<Place>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, property) in properties {
        let pointer = format!("{pointer}/{name}");
        if label_of(property) == Some(label) {
            found.push(Place { pointer: pointer.clone(), schema: property.clone() });
        }
        search(property, &pointer, label, found);
    }
}

fn label_of(schema: &Value) -> Option<&str> {
    let zh = schema.pointer("/x-zh/label").or_else(|| schema.get("x-zh").filter(|l| l.is_string()));
    zh.or_else(|| schema.get("title")).and_then(Value::as_str)
}

impl Place {
    /// The value that a text of the story means here. What does not fit stays as it was written: the server is to
    /// refuse it.
    pub fn value(&self, text: &str) -> Wanted {
        let get = |name: &str| self.schema.get(name).and_then(Value::as_str);
        let as_written = || Value::String(text.to_owned());
        let value = match (get("type"), get("format")) {
            (Some("string"), Some("division")) => return Wanted::Division,
            (Some("string"), Some("date")) => {
                words::date(text).map_or_else(as_written, |date| json!(date.to_string()))
            }
            (Some("string"), _) => Value::String(option(&self.schema, text)),
            (Some("integer"), Some("money")) => {
                words::fen(text).map_or_else(as_written, Value::from)
            }
            (Some("integer"), _) => {
                text.replace(',', "").parse::<i64>().map_or_else(|_| as_written(), Value::from)
            }
            (Some("number"), _) => {
                text.replace(',', "").parse::<f64>().map_or_else(|_| as_written(), Value::from)
            }
            (Some("boolean"), _) => match text {
                "是" | "同意" => json!(true),
                "否" => json!(false),
                _ => as_written(),
            },
            (Some("array"), _) => {
                let items = self.schema.get("items").unwrap_or(&Value::Null);
                words::list(text).into_iter().map(|one| json!(option(items, one))).collect()
            }
            _ => as_written(),
        };
        Wanted::Value(value)
    }
}

/// The value of a closed set by its label.
fn option(schema: &Value, text: &str) -> String {
    let labels = schema.get("x-labels").and_then(Value::as_object);
    let found = labels.and_then(|labels| {
        labels.iter().find(|(_, label)| label.get("zh").and_then(Value::as_str) == Some(text))
    });
    found.map_or_else(|| text.to_owned(), |(value, _)| value.clone())
}

/// Puts a value at a pointer, making objects and lists on the way; an empty text takes the value away.
pub fn put(form: &mut Value, pointer: &str, value: Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let mut at = form;
    for part in parent.split('/').skip(1) {
        at = step(at, part);
    }
    if value.as_str() == Some("") {
        if let Value::Object(members) = at {
            members.remove(last);
        }
        return;
    }
    *step(at, last) = value;
}

/// One step down. A number is a row of a list, anything else a member.
fn step<'v>(at: &'v mut Value, part: &str) -> &'v mut Value {
    match part.parse::<usize>() {
        Ok(index) if index < 1_000 => {
            if !at.is_array() {
                *at = json!([]);
            }
            let Value::Array(rows) = at else { unreachable!("it was just made a list") };
            while rows.len() <= index {
                rows.push(json!({}));
            }
            &mut rows[index]
        }
        _ => {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(members) = at else { unreachable!("it was just made an object") };
            members.entry(part).or_insert(Value::Null)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORM: &str = r#"{"type":"object","properties":{
"company":{"type":"object","x-zh":{"label":"企业"},"properties":{
  "name":{"type":"string","x-zh":{"label":"名称"}},
  "phone":{"type":"string","x-zh":{"label":"电话"}}}},
"place":{"type":"string","format":"division","x-zh":{"label":"所在区划"}},
"kinds":{"type":"array","x-zh":{"label":"项目"},"items":{"type":"string","enum":["hot","cold"],
  "x-labels":{"hot":{"zh":"热食","en":"Hot"},"cold":{"zh":"冷食","en":"Cold"}}}},
"people":{"type":"array","x-zh":{"label":"人员"},"items":{"type":"object","properties":{
  "name":{"type":"string","x-zh":{"label":"名称"}},
  "wage":{"type":"integer","format":"money","x-zh":{"label":"工资"}},
  "since":{"type":"string","format":"date","x-zh":{"label":"起始日期"}}}}}}}"#;

    #[test]
    fn labels_lead_to_places() {
        let guide = FormGuide::read(FORM).unwrap();
        let pointer = |path| guide.place(path).map(|place| place.pointer);
        assert_eq!(pointer("电话").as_deref(), Ok("/company/phone"));
        assert_eq!(pointer("企业 / 名称").as_deref(), Ok("/company/name"));
        assert_eq!(pointer("人员 2 / 工资").as_deref(), Ok("/people/1/wage"));
        assert_eq!(pointer("人员").as_deref(), Ok("/people"));
        assert!(pointer("传真").is_err());
        assert!(pointer("人员 0 / 工资").is_err());
    }

    #[test]
    fn texts_become_values_of_their_kind() {
        let guide = FormGuide::read(FORM).unwrap();
        let value = |path: &str, text: &str| guide.place(path).unwrap().value(text);
        assert_eq!(value("所在区划", "鼓楼区"), Wanted::Division);
        assert_eq!(value("项目", "热食、冷食"), Wanted::Value(json!(["hot", "cold"])));
        assert_eq!(value("人员 1 / 工资", "4,500.00"), Wanted::Value(json!(450_000)));
        assert_eq!(value("人员 1 / 工资", "很多"), Wanted::Value(json!("很多")));
        assert_eq!(value("人员 1 / 起始日期", "2026年3月5日"), Wanted::Value(json!("2026-03-05")));
    }

    #[test]
    fn values_are_put_and_taken_away() {
        let mut form = json!({});
        put(&mut form, "/people/1/name", json!("沈志明"));
        put(&mut form, "/company/phone", json!("1"));
        put(&mut form, "/company/phone", json!(""));
        assert_eq!(form, json!({"people": [{}, {"name": "沈志明"}], "company": {}}));
    }

    proptest! {
        #[test]
        fn any_path_is_answered(path in r"([人员企业名称/ 0-9]|人员 1 / ){0,12}", pointer in r"(/[a-c0-9]{0,4}){0,5}") {
            let guide = FormGuide::read(FORM).unwrap();
            let _ = guide.place(&path);
            put(&mut json!({}), &pointer, json!(1));
        }
    }
}
