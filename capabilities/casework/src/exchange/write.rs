//! Items as a table: UTF-8 with a mark of it, so that spreadsheets take it for what it is, and no cell that a
//! spreadsheet would run.

use minshu_kernel::error::Failure;
use serde_json::Value as Json;

use super::cells;
use super::columns::{ITEM_ID, PACK, REST, ROW_KIND, ROWS, Rows, Shape, headers};
use super::read::cell;
use crate::pack::Item;

/// A row of an item: its kind, and what stands in its cells by header.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRow {
    /// The word of its kind.
    pub word: &'static str,
    /// Its kind in English.
    pub en: &'static str,
    /// The entry's id within its list, or its place from 1; empty for the item itself.
    pub entry: String,
    /// Header, its English name, text. What has no column stands under [`REST`] as JSON.
    pub cells: Vec<(&'static str, &'static str, String)>,
}

/// The rows of an item. Nothing of the declaration is left out.
pub fn rows_of(item: &Item) -> Result<Vec<ItemRow>, Failure> {
    let mut left = serde_json::to_value(item).map_err(Failure::internal)?;
    let mut lists = Vec::new();
    for rows in ROWS.iter().filter(|rows| !rows.list.is_empty()) {
        let Some(Json::Array(entries)) = left.pointer_mut(rows.list).map(Json::take) else {
            continue;
        };
        for (place, mut entry) in entries.into_iter().enumerate() {
            let id = entry.get("id").and_then(Json::as_str).map(str::to_owned);
            let id = id.unwrap_or_else(|| (place + 1).to_string());
            lists.push(ItemRow {
                word: rows.word,
                en: rows.en,
                entry: id,
                cells: take_cells(rows, &mut entry),
            });
        }
    }
    let item_rows = &ROWS[0];
    if let Some(members) = left.as_object_mut() {
        members.remove("id");
    }
    let own = ItemRow {
        word: item_rows.word,
        en: item_rows.en,
        entry: String::new(),
        cells: take_cells(item_rows, &mut left),
    };
    Ok(std::iter::once(own).chain(lists).collect())
}

/// The cells of a row; what they say is taken out of the value, and what is left becomes the last cell.
fn take_cells(rows: &Rows, value: &mut Json) -> Vec<(&'static str, &'static str, String)> {
    let mut cells = Vec::new();
    for column in rows.columns {
        let Some(found) = value.pointer_mut(column.at) else { continue };
        let Some(text) = cells::write(column.shape, found) else { continue };
        // Only what reads back as it was; the rest keeps what does not.
        let tidy =
            !text.is_empty() && text.trim() == text && !text.contains(['\r', '\0', '\u{feff}']);
        if tidy && cell(column, &text).as_ref() == Ok(&*found) {
            found.take();
            cells.push((column.header, column.en, text));
        }
    }
    prune(value);
    if !value.is_null() {
        cells.push((REST, "Other declarations", value.to_string()));
    }
    cells
}

/// Takes out what holds nothing: what was written into cells, and empty lists.
fn prune(value: &mut Json) {
    let empty = match value {
        Json::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|_, value| !value.is_null());
            members.is_empty()
        }
        Json::Array(list) => list.is_empty(),
        _ => false,
    };
    if empty {
        *value = Json::Null;
    }
}

/// Marks with which a spreadsheet begins a formula, and the apostrophe that guards against it.
pub(super) const GUARDED: [char; 11] =
    ['=', '+', '-', '@', '\t', '\'', '＝', '＋', '－', '＠', '\n'];

/// A text that no spreadsheet runs: one that begins like a formula has an apostrophe before it.
fn guarded(text: &str) -> String {
    if text.starts_with(GUARDED) { format!("'{text}") } else { text.to_owned() }
}

/// The table of items, each with its pack.
pub fn csv<'a>(items: impl IntoIterator<Item = (&'a str, &'a Item)>) -> Result<Vec<u8>, Failure> {
    let headers = headers();
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(&headers).map_err(Failure::internal)?;
    for (pack, item) in items {
        for row in rows_of(item)? {
            let record = headers.iter().map(|header| match *header {
                ROW_KIND => row.word.to_owned(),
                ITEM_ID => guarded(&item.id),
                PACK => guarded(pack),
                header => {
                    let cell = row.cells.iter().find(|(own, _, _)| *own == header);
                    cell.map_or(String::new(), |(_, _, text)| guarded(text))
                }
            });
            writer.write_record(record).map_err(Failure::internal)?;
        }
    }
    writer.into_inner().map_err(|error| Failure::internal(error.to_string()))
}

/// Whether a column holds codes of digits, which spreadsheets like to turn into numbers.
pub(super) fn is_text(shape: Shape) -> bool {
    matches!(shape, Shape::Text)
}
