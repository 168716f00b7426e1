//! Reads a table that a department delivers: UTF-8 with and without its mark, GBK (as GB 18030), UTF-16 from
//! spreadsheets; commas, semicolons or tabs. Everything that is wrong is told by line and column; where anything is
//! wrong nothing is taken.

use std::borrow::Cow;
use std::collections::HashMap;

use minshu_kernel::expr::nearest;
use minshu_kernel::text::LocalText;
use serde_json::{Map, Value as Json};

use super::cells::{self, plain, short};
use super::columns::{Column, ITEM_ID, PACK, REST, ROW_KIND, ROWS, Rows, headers, rows};
use super::write::{GUARDED, is_text};
use super::{BYTES_MAX, Brought, ITEMS_MAX, TROUBLES_MAX, Trouble, id_trouble, is_id};
use crate::compile::elements;
use crate::pack::Item;

/// The most characters of a cell: what a spreadsheet holds.
const CELL_MAX: usize = 32_767;
/// The most columns of a table.
const COLUMNS_MAX: usize = 500;

/// What was found so far.
#[derive(Default)]
struct Troubles(Vec<Trouble>);

impl Troubles {
    fn say(
        &mut self,
        row: usize,
        column: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.push(row, column, LocalText::new(zh, en));
    }

    fn push(&mut self, row: usize, column: impl Into<String>, what: LocalText) {
        if self.0.len() < TROUBLES_MAX {
            self.0.push(Trouble { row, column: column.into(), what });
        }
    }
}

/// An item that is being put together.
struct Building {
    pack: String,
    id: String,
    value: Json,
    /// The line of the item's own row.
    line: usize,
    /// The lines of the entries of each list.
    lines: HashMap<&'static str, Vec<usize>>,
    clean: bool,
}

/// A column of the table that was read.
enum Head {
    Kind,
    Id,
    Pack,
    Rest,
    Named(&'static str),
    Unknown,
}

/// Reads a table.
pub fn csv(bytes: &[u8]) -> Result<Vec<Brought>, Vec<Trouble>> {
    let mut troubles = Troubles::default();
    let items = read(bytes, &mut troubles);
    let mut brought = Vec::new();
    for building in items {
        if building.clean {
            brought.extend(finish(building, &mut troubles));
        }
    }
    troubles.0.sort_by_key(|trouble| trouble.row);
    if troubles.0.is_empty() { Ok(brought) } else { Err(troubles.0) }
}

/// The text of the bytes, whatever a spreadsheet saved it as.
fn decode<'b>(bytes: &'b [u8], troubles: &mut Troubles) -> Cow<'b, str> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, bad) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if bad {
            not_readable(troubles);
        }
        return text;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let (text, bad) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    if bad {
        not_readable(troubles);
    }
    text
}

fn not_readable(troubles: &mut Troubles) {
    troubles.say(
        0,
        "",
        "文件编码认不出来，请另存为 CSV UTF-8 再交",
        "the encoding is not known; save it as CSV UTF-8",
    );
}

/// The delimiter and the text behind a line `sep=…`.
fn delimiter(text: &str) -> (u8, &str) {
    if let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP="))
        && let Some(mark) = rest.bytes().next().filter(|b| b",;\t|".contains(b))
    {
        let rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        return (mark, rest);
    }
    let first = text.lines().next().unwrap_or("");
    let count = |mark: u8| first.bytes().filter(|b| *b == mark).count();
    let best = [b',', b'\t', b';'].into_iter().rev().max_by_key(|mark| count(*mark));
    (best.unwrap_or(b','), text)
}

fn read(bytes: &[u8], troubles: &mut Troubles) -> Vec<Building> {
    if bytes.len() > BYTES_MAX {
        troubles.say(0, "", "文件超过 64 MB", "the file is larger than 64 MiB");
        return Vec::new();
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        troubles.say(
            0,
            "",
            "这是表格软件的工作簿，请另存为 CSV UTF-8 再交",
            "this is a workbook; save it as CSV UTF-8",
        );
        return Vec::new();
    }
    let text = decode(bytes, troubles);
    if !troubles.0.is_empty() {
        return Vec::new();
    }
    let (delimiter, text) = delimiter(&text);
    let skipped = usize::from(
        text.len() < bytes.len() && bytes.get(..4).is_some_and(|b| b.eq_ignore_ascii_case(b"sep=")),
    );
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut heads = Vec::new();
    let mut items: Vec<Building> = Vec::new();
    let mut last: HashMap<String, usize> = HashMap::new();
    let mut record = csv::StringRecord::new();
    let mut begun = false;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                troubles.say(
                    0,
                    "",
                    format!("表格读到一半读不下去：{error}"),
                    format!("the table cannot be read to its end: {error}"),
                );
                break;
            }
        }
        let line =
            record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(0)) + skipped;
        let cells: Vec<String> = record.iter().map(tidy).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if !begun {
            begun = true;
            heads = head(&cells, line, troubles);
            if heads.is_empty() {
                return Vec::new();
            }
            continue;
        }
        row(&heads, &cells, line, &mut items, &mut last, troubles);
        if items.len() > ITEMS_MAX {
            troubles.say(
                line,
                "",
                format!("一次最多 {ITEMS_MAX} 个事项"),
                format!("at most {ITEMS_MAX} items at once"),
            );
            break;
        }
    }
    if !begun {
        troubles.say(0, "", "文件里没有内容", "there is nothing in the file");
    }
    items
}

/// A cell without what spreadsheets and people put around it: blanks, a byte-order mark, `="…"`, the guard of our own.
fn tidy(cell: &str) -> String {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let cell = cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"')).unwrap_or(cell);
    let cell = cell.strip_prefix('\'').filter(|rest| rest.starts_with(GUARDED)).unwrap_or(cell);
    cell.replace("\r\n", "\n")
}

fn head(cells: &[String], line: usize, troubles: &mut Troubles) -> Vec<Head> {
    let known = headers();
    let mut heads = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    if cells.len() > COLUMNS_MAX {
        troubles.say(line, "", "表头超过 500 列", "more than 500 columns");
        return Vec::new();
    }
    for cell in cells {
        let wanted = plain(cell);
        let found = known.iter().copied().find(|header| plain(header) == wanted);
        let Some(header) = found else {
            if !cell.is_empty() {
                let near = nearest(cell, known.iter().copied());
                let (zh, en) = near.map_or((String::new(), String::new()), |near| {
                    (format!("，是不是“{near}”"), format!("; did you mean {near}?"))
                });
                troubles.say(
                    line,
                    short(cell),
                    format!("没有这一列{zh}"),
                    format!("no such column{en}"),
                );
            }
            heads.push(Head::Unknown);
            continue;
        };
        if seen.contains(&header) {
            troubles.say(line, header, "这一列出现了两次", "the column stands twice");
        }
        seen.push(header);
        heads.push(match header {
            ROW_KIND => Head::Kind,
            ITEM_ID => Head::Id,
            PACK => Head::Pack,
            REST => Head::Rest,
            header => Head::Named(header),
        });
    }
    for needed in [ROW_KIND, ITEM_ID] {
        if !seen.contains(&needed) {
            troubles.say(
                line,
                needed,
                format!("表头缺“{needed}”这一列；第一行应是表头"),
                format!("the column {needed} is missing; the first line holds the headers"),
            );
            heads.clear();
        }
    }
    heads
}

fn row(
    heads: &[Head],
    cells: &[String],
    line: usize,
    items: &mut Vec<Building>,
    last: &mut HashMap<String, usize>,
    troubles: &mut Troubles,
) {
    let before = troubles.0.len();
    let at = |wanted: fn(&Head) -> bool| {
        let place = heads.iter().position(wanted);
        place.and_then(|place| cells.get(place)).map_or("", String::as_str)
    };
    let word = at(|head| matches!(head, Head::Kind));
    let Some(kind) = rows(&plain(word)) else {
        let known: Vec<&str> = ROWS.iter().map(|rows| rows.word).collect();
        let known = known.join("、");
        return troubles.say(
            line,
            ROW_KIND,
            format!("行类“{}”不认识，可以写：{known}", short(word)),
            format!("\"{}\" is no kind of row; known: {known}", short(word)),
        );
    };
    let id = at(|head| matches!(head, Head::Id));
    let pack = at(|head| matches!(head, Head::Pack));
    if kind.list.is_empty() {
        if id.is_empty() {
            troubles.say(line, ITEM_ID, "事项没有标识", "the item has no id");
        } else if !is_id(id) {
            troubles.0.push(id_trouble(line, ITEM_ID, id));
        }
        if !pack.is_empty() && !is_id(pack) {
            troubles.0.push(id_trouble(line, PACK, pack));
        }
        if items.iter().any(|item| item.id == id && item.pack == pack) {
            troubles.say(
                line,
                ITEM_ID,
                format!("事项 {} 出现了两次", short(id)),
                format!("the item {} stands twice", short(id)),
            );
        }
        last.insert(id.to_owned(), items.len());
        items.push(Building {
            pack: pack.to_owned(),
            id: id.to_owned(),
            value: Json::Null,
            line,
            lines: HashMap::new(),
            clean: true,
        });
    }
    let owner = if id.is_empty() { items.len().checked_sub(1) } else { last.get(id).copied() };
    let Some(item) = owner.and_then(|place| items.get_mut(place)) else {
        return troubles.say(
            line,
            ITEM_ID,
            format!("前面没有标识为“{}”的事项行", short(id)),
            format!("no item row with the id \"{}\" stands before", short(id)),
        );
    };
    let (mut value, missing) = entry(heads, cells, line, kind, troubles);
    if kind.list.is_empty() {
        if let Json::Object(members) = &mut value {
            members.insert("id".to_owned(), Json::from(id));
        }
        item.value = value;
    } else {
        item.lines.entry(kind.list).or_default().push(line);
        append(&mut item.value, kind.list, value);
    }
    if missing || troubles.0.len() > before {
        item.clean = false;
    }
}

/// What the cells of a row say.
fn entry(
    heads: &[Head],
    cells: &[String],
    line: usize,
    kind: &Rows,
    troubles: &mut Troubles,
) -> (Json, bool) {
    let mut value = Json::Object(Map::new());
    let mut missing = false;
    let rest = heads.iter().position(|head| matches!(head, Head::Rest));
    if let Some(text) = rest.and_then(|place| cells.get(place)).filter(|text| !text.is_empty()) {
        match serde_json::from_str::<Json>(text) {
            Ok(rest @ Json::Object(_)) => value = rest,
            _ => troubles.say(
                line,
                REST,
                "“其他声明”应是一个 JSON 对象",
                "other declarations are a JSON object",
            ),
        }
    }
    for (place, head) in heads.iter().enumerate() {
        let Head::Named(header) = head else { continue };
        let text = cells.get(place).map_or("", String::as_str);
        let column = kind.columns.iter().find(|column| column.header == *header);
        match (column, text.is_empty()) {
            (_, true) => {}
            (None, false) => troubles.say(
                line,
                *header,
                format!("{}行不填这一列", kind.word),
                format!("a row of the kind {} has nothing in this column", kind.word),
            ),
            (Some(column), false) => match cell(column, text) {
                Ok(found) => put(&mut value, column.at, found),
                Err(what) => troubles.push(line, *header, what),
            },
        }
    }
    for column in kind.columns.iter().filter(|column| column.required) {
        if value.pointer(column.at).is_none_or(Json::is_null)
            && !troubles.0.iter().any(|t| t.row == line && t.column == column.header)
        {
            let there = |head: &Head| matches!(head, Head::Named(own) if *own == column.header);
            match heads.iter().any(there) {
                true => troubles.say(line, column.header, "没有填写", "nothing is filled in"),
                // A column that is missing is told once, not in every row.
                false if troubles.0.iter().any(|t| t.row == 0 && t.column == column.header) => {}
                false => troubles.say(0, column.header, "表头缺这一列", "the column is missing"),
            }
            missing = true;
        }
    }
    (value, missing)
}

/// The value of a cell that is not empty.
pub(super) fn cell(column: &Column, text: &str) -> Result<Json, LocalText> {
    if text.chars().count() > CELL_MAX {
        return Err(LocalText::new(
            "这一格超过 32767 个字，可能是前面的引号没有配对",
            "more than 32,767 characters; perhaps a quotation mark before is not closed",
        ));
    }
    if text.contains('\0') {
        return Err(LocalText::new("这一格有不能用的字符", "the cell holds a NUL character"));
    }
    let number = text.split_once(['E', 'e']).is_some_and(|(digits, power)| {
        let power = power.strip_prefix('+').unwrap_or("");
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && !power.is_empty()
            && power.bytes().all(|b| b.is_ascii_digit())
    });
    if number && is_text(column.shape) {
        return Err(LocalText::new(
            format!(
                "“{}”被表格软件改成了科学计数法，末尾的数字已经丢了；请把这一列设为文本再填",
                short(text)
            ),
            format!(
                "\"{}\" became a rounded number; set the column to text and fill it in again",
                short(text)
            ),
        ));
    }
    cells::read(column.shape, text)
}

/// Puts a value at a pointer; what is missing on the way is made.
fn put(value: &mut Json, at: &str, found: Json) {
    let mut here = value;
    for name in at.split('/').skip(1) {
        if !here.is_object() {
            *here = Json::Object(Map::new());
        }
        let Json::Object(members) = here else { return };
        here = members.entry(name).or_insert(Json::Null);
    }
    *here = found;
}

fn append(value: &mut Json, list: &str, entry: Json) {
    match value.pointer_mut(list) {
        Some(Json::Array(entries)) => entries.push(entry),
        _ => put(value, list, Json::Array(vec![entry])),
    }
}

/// The declaration, typed and held against what its elements must agree with.
fn finish(building: Building, troubles: &mut Troubles) -> Option<Brought> {
    let Building { pack, line, lines, value, .. } = building;
    let place = |pointer: &str| locate(pointer, line, &lines);
    let item: Item = match serde_path_to_error::deserialize(value) {
        Ok(item) => item,
        Err(error) => {
            let path = error.path().to_string().replace(['[', '.'], "/").replace(']', "");
            let (row, column) = place(&format!("/{}", path.replace("//", "/")));
            let en = error.inner().to_string();
            troubles.say(row, column, format!("读不出来：{en}"), en);
            return None;
        }
    };
    for (pointer, what) in elements::mistakes(&item) {
        let (row, column) = place(&pointer);
        troubles.push(row, column, what);
    }
    Some(Brought { pack, item })
}

/// The line and the header of a place in an item.
fn locate(
    pointer: &str,
    line: usize,
    lines: &HashMap<&'static str, Vec<usize>>,
) -> (usize, String) {
    let header = |rows: &Rows, below: &str| {
        let near = |column: &&Column| {
            below.starts_with(column.at) || (!below.is_empty() && column.at.starts_with(below))
        };
        let column = rows.columns.iter().find(near);
        column.map_or(REST.to_owned(), |column| column.header.to_owned())
    };
    for rows in ROWS.iter().filter(|rows| !rows.list.is_empty()) {
        let below = pointer.strip_prefix(rows.list).and_then(|rest| rest.strip_prefix('/'));
        let Some(below) = below else { continue };
        let (place, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
        let row = place.parse().ok().and_then(|place: usize| lines.get(rows.list)?.get(place));
        return (row.copied().unwrap_or(line), header(rows, rest));
    }
    (line, header(&ROWS[0], pointer))
}
