//! What changed between two versions of an item, in words of the table that departments exchange.

use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::exchange::write::{ItemRow, rows_of};
use crate::pack::PinnedItem;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What it is about: the item, a material, a stage, a field of the form.
    pub kind: LocalText,
    /// Its id within the item; empty for the item itself.
    pub entry: String,
    /// The element; empty where the whole entry came or went.
    pub element: LocalText,
    /// What stood there; absent where there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What stands there; absent where there is nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// The changes from one version to another, in the order of the declaration.
pub(crate) fn between(from: &PinnedItem, to: &PinnedItem) -> Result<Vec<Change>, Failure> {
    let (before, after) = (rows_of(&from.item)?, rows_of(&to.item)?);
    let mut changes = Vec::new();
    for row in &before {
        match find(&after, row) {
            Some(other) => cells(row, other, &mut changes),
            None => changes.push(whole(row, true)),
        }
    }
    for row in after.iter().filter(|row| find(&before, row).is_none()) {
        changes.push(whole(row, false));
    }
    fields(&from.form, &to.form, &mut changes);
    Ok(changes)
}

fn find<'r>(rows: &'r [ItemRow], like: &ItemRow) -> Option<&'r ItemRow> {
    rows.iter().find(|row| row.word == like.word && row.entry == like.entry)
}

/// An entry that came or went, by its name or text.
fn whole(row: &ItemRow, gone: bool) -> Change {
    let named = row.cells.iter().find(|(header, _, _)| ["名称", "说明"].contains(header));
    let text = named.map_or_else(|| row.entry.clone(), |(_, _, text)| text.clone());
    Change {
        kind: LocalText::new(row.word, row.en),
        entry: row.entry.clone(),
        element: LocalText::new("", ""),
        before: Some(text.clone()).filter(|_| gone),
        after: Some(text).filter(|_| !gone),
    }
}

fn cells(before: &ItemRow, after: &ItemRow, changes: &mut Vec<Change>) {
    let text = |row: &ItemRow, header: &str| {
        let found = row.cells.iter().find(|(own, _, _)| *own == header);
        found.map(|(_, _, text)| text.clone())
    };
    let mut headers: Vec<(&str, &str)> =
        before.cells.iter().map(|(header, en, _)| (*header, *en)).collect();
    for (header, en, _) in &after.cells {
        if !headers.iter().any(|(own, _)| own == header) {
            headers.push((header, en));
        }
    }
    for (header, en) in headers {
        let (was, is) = (text(before, header), text(after, header));
        if was != is {
            changes.push(Change {
                kind: LocalText::new(before.word, before.en),
                entry: before.entry.clone(),
                element: LocalText::new(header, en),
                before: was,
                after: is,
            });
        }
    }
}

/// The fields of the form that came, went, or are asked otherwise.
fn fields(before: &str, after: &str, changes: &mut Vec<Change>) {
    let parse = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
    let (before, after) = (found_fields(&parse(before)), found_fields(&parse(after)));
    let mut tell = |pointer: &str, was: Option<&Field>, is: Option<&Field>| {
        let label = is.or(was).map_or_else(|| LocalText::new("", ""), |field| field.label.clone());
        changes.push(Change {
            kind: LocalText::new("表单字段", "Field of the form"),
            entry: pointer.to_owned(),
            element: label,
            before: was.map(|field| field.schema.clone()),
            after: is.map(|field| field.schema.clone()),
        });
    };
    for (pointer, field) in &before {
        match after.iter().find(|(other, _)| other == pointer) {
            Some((_, other)) if other.schema == field.schema => {}
            other => tell(pointer, Some(field), other.map(|(_, field)| field)),
        }
    }
    for (pointer, field) in &after {
        if !before.iter().any(|(other, _)| other == pointer) {
            tell(pointer, None, Some(field));
        }
    }
}

struct Field {
    label: LocalText,
    /// The schema of the field itself, without the fields below it.
    schema: String,
}

fn found_fields(form: &Json) -> Vec<(String, Field)> {
    fn walk(schema: &Json, at: &str, found: &mut Vec<(String, Field)>) {
        let items = schema.get("items").filter(|items| items.get("properties").is_some());
        if let Some(items) = items {
            return walk(items, &format!("{at}/*"), found);
        }
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return };
        let required = schema.get("required").and_then(Json::as_array);
        for (name, schema) in properties {
            let at = format!("{at}/{name}");
            let label = |lang: &str| {
                let label = schema.get(lang).and_then(|words| words.get("label"));
                label.and_then(Json::as_str).unwrap_or(name).to_owned()
            };
            let mut own = schema.clone();
            if let Some(members) = own.as_object_mut() {
                members.remove("properties");
                if members.get("items").is_some_and(|items| items.get("properties").is_some()) {
                    members.remove("items");
                }
                members.remove("required");
                let asked = required.is_some_and(|names| names.iter().any(|n| n == name));
                members.insert("required".to_owned(), Json::Bool(asked));
            }
            let label = LocalText::new(label("x-zh"), label("x-en"));
            found.push((at.clone(), Field { label, schema: own.to_string() }));
            walk(schema, &at, found);
        }
    }
    let mut found = Vec::new();
    walk(form, "", &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::FileKind;
    use crate::testing::{item_with_limits, material};

    #[test]
    fn what_changed_is_told_by_element_entry_and_field() {
        let mut item = item_with_limits("20 working days", "10 working days", &["5 working days"]);
        item.material = vec![material("plan", &[FileKind::Pdf], 20), material("old", &[], 1)];
        let form = |fields: Json| serde_json::json!({ "properties": fields }).to_string();
        let name = serde_json::json!({ "type": "string", "x-zh": { "label": "姓名" } });
        let from = PinnedItem {
            section: 1,
            pack: "pack".into(),
            item: item.clone(),
            form: form(serde_json::json!({ "name": name, "gone": { "type": "integer" } })),
        };
        let mut to = from.clone();
        assert_eq!(between(&from, &to).unwrap(), []);
        to.item.promised = "7 working days".parse().unwrap();
        to.item.material[0].max_mib = 30;
        to.item.material.remove(1);
        to.item.material.push(material("new", &[FileKind::Ofd], 5));
        let longer =
            serde_json::json!({ "type": "string", "maxLength": 9, "x-zh": { "label": "姓名" } });
        to.form = form(serde_json::json!({ "name": longer }));
        let told: Vec<String> = between(&from, &to)
            .unwrap()
            .into_iter()
            .map(|c| {
                let word = |text: Option<String>| text.unwrap_or_else(|| "—".into());
                format!(
                    "{} {} {}: {} → {}",
                    c.kind.zh,
                    c.entry,
                    c.element.zh,
                    word(c.before),
                    word(c.after)
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
