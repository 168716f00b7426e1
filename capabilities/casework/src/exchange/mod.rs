//! Items as tables that departments exchange: a row for each item and for each of its materials, stages, fees and
//! so on, under headers in Chinese. One list of columns ([`columns`]) writes the table, reads it, and names what
//! changed between two versions.

mod cells;
pub mod columns;
pub mod json;
pub mod read;
#[cfg(test)]
mod tests;
pub mod write;

use minshu_kernel::text::LocalText;

/// Where something is wrong with a table or a JSON document that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The line of the table, from 1 (the header is the first); of a JSON document, the item's place, from 1.
    pub row: usize,
    /// The column's header, or the key of a JSON document; empty where the whole row is meant.
    pub column: String,
    /// What is wrong and what to do.
    pub what: LocalText,
}

/// An item that was read, with the pack that it was taken from where that is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    /// The pack; empty where nothing was said.
    pub pack: String,
    /// The declaration.
    pub item: crate::pack::Item,
}

/// The most items of one document.
pub const ITEMS_MAX: usize = 20_000;
/// The largest document, in bytes.
pub const BYTES_MAX: usize = 64 << 20;
/// The most mistakes that are told at once.
pub const TROUBLES_MAX: usize = 1_000;

/// Whether a text can be the id of an item or of a pack, and so the name of a file.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What is wrong with the id of an item or its pack.
fn id_trouble(row: usize, column: &str, id: &str) -> Trouble {
    let short = cells::short(id);
    Trouble {
        row,
        column: column.to_owned(),
        what: LocalText::new(
            format!("“{short}”不能作标识：用小写字母开头，只含小写字母、数字和连字符，最多 64 个"),
            format!(
                "\"{short}\" is no id: a small letter, then small letters, digits and hyphens, 64 at most"
            ),
        ),
    }
}
