//! Items as a JSON document: `{"format": "minshu-items", "version": 1, "items": [{"pack": …, "item": {…}}]}`, the
//! declarations with their names in packs.

use minshu_kernel::text::LocalText;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{BYTES_MAX, Brought, ITEMS_MAX, Trouble, id_trouble, is_id};
use crate::compile::elements;
use crate::pack::Item;

/// The value of `format`.
const FORMAT: &str = "minshu-items";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<T> {
    format: String,
    version: u32,
    items: Vec<T>,
}

/// An item in the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<T> {
    #[serde(default)]
    pack: String,
    item: T,
}

/// The document of items, each with its pack.
pub fn document<'a>(items: impl IntoIterator<Item = (&'a str, &'a Item)>) -> Json {
    let items: Vec<Json> = items
        .into_iter()
        .map(|(pack, item)| serde_json::json!({ "pack": pack, "item": item }))
        .collect();
    serde_json::json!({ "format": FORMAT, "version": 1, "items": items })
}

/// Reads a document; every item's mistakes are told.
pub fn read(bytes: &[u8]) -> Result<Vec<Brought>, Vec<Trouble>> {
    let whole = |zh: String, en: String| {
        vec![Trouble { row: 0, column: String::new(), what: LocalText::new(zh, en) }]
    };
    if bytes.len() > BYTES_MAX {
        return Err(whole("文件超过 64 MB".into(), "the file is larger than 64 MiB".into()));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let document: Document<Entry<Json>> = serde_json::from_slice(bytes).map_err(|error| {
        whole(
            format!(
                "不是事项 JSON 文件（第 {} 行第 {} 列）：{error}",
                error.line(),
                error.column()
            ),
            format!("no JSON document of items: {error}"),
        )
    })?;
    if document.format != FORMAT || document.version != 1 {
        return Err(whole(
            "format 应是 minshu-items，version 应是 1".into(),
            "format is minshu-items and version is 1".into(),
        ));
    }
    if document.items.len() > ITEMS_MAX {
        return Err(whole(
            format!("一次最多 {ITEMS_MAX} 个事项"),
            format!("at most {ITEMS_MAX} items at once"),
        ));
    }
    let mut brought: Vec<Brought> = Vec::new();
    let mut troubles = Vec::new();
    for (place, entry) in document.items.into_iter().enumerate() {
        let row = place + 1;
        match serde_path_to_error::deserialize::<_, Item>(entry.item) {
            Err(error) => troubles.push(Trouble {
                row,
                column: format!("/{}", error.path().to_string().replace('.', "/")),
                what: LocalText::new(
                    format!("读不出来：{}", error.inner()),
                    error.inner().to_string(),
                ),
            }),
            Ok(item) => {
                if brought.iter().any(|b| b.pack == entry.pack && b.item.id == item.id) {
                    troubles.push(Trouble {
                        row,
                        column: "/id".into(),
                        what: LocalText::new(
                            format!("事项 {} 出现了两次", item.id),
                            format!("the item {} stands twice", item.id),
                        ),
                    });
                    continue;
                }
                if !is_id(&item.id) {
                    troubles.push(id_trouble(row, "/id", &item.id));
                }
                if !entry.pack.is_empty() && !is_id(&entry.pack) {
                    troubles.push(id_trouble(row, "pack", &entry.pack));
                }
                let found = elements::mistakes(&item);
                troubles.extend(found.into_iter().map(|(column, what)| Trouble {
                    row,
                    column,
                    what,
                }));
                brought.push(Brought { pack: entry.pack, item });
            }
        }
    }
    if troubles.is_empty() { Ok(brought) } else { Err(troubles) }
}
