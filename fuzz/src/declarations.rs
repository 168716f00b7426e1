//! What operators and departments write: TOML with its places, packs, calendars, the division table.

use std::sync::{Arc, LazyLock};

use jiff::civil::date;
use minshu_casework::exchange::{json, read, write};
use minshu_kernel::calendar::Calendar;
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::division::Divisions;
use minshu_kernel::text::Texts;
use minshu_runtime::house::describe;
use minshu_runtime::packs::spans::{SpannedToml, line_column};
use minshu_runtime::packs::{check, texts_of};
use minshu_runtime::testing::pack as one_pack;
use serde_json::Value as Json;

use crate::text;

/// A TOML file: every value has its place within the text, every mistake too.
pub fn toml(bytes: &[u8]) {
    let text = text(bytes);
    let (lines, _) = line_column(&text, text.len());
    match SpannedToml::parse(&text) {
        Ok(toml) => located(&toml, &toml.value, &mut String::new(), lines),
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(
                problems.iter().all(|(line, column, _)| (1..=lines).contains(line) && *column > 0)
            );
        }
    }
}

fn located(toml: &SpannedToml, value: &Json, pointer: &mut String, lines: usize) {
    let (line, column) = toml.locate(pointer);
    assert!((1..=lines).contains(&line) && column > 0, "{pointer}: {line}:{column}");
    let length = pointer.len();
    let members: Vec<(String, &Json)> = match value {
        Json::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Json::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in members {
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        located(toml, value, pointer, lines);
        pointer.truncate(length);
    }
}

struct Loader {
    capabilities: Vec<Arc<dyn Capability>>,
    contract: Contract,
    texts: Arc<Texts>,
}

static LOADER: LazyLock<Loader> = LazyLock::new(|| {
    let capabilities = minshu_server::capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract);
    let texts = texts.unwrap_or_else(|error| unreachable!("the texts load: {error}"));
    Loader { capabilities, contract, texts }
});

/// A pack of files, each after a line `=== path`; what stands before the first is `pack.toml`.
pub fn pack(bytes: &[u8]) {
    let text = text(bytes);
    let mut parts = text.split("=== ");
    let mut files = vec![("pack.toml", parts.next().unwrap_or(""))];
    files.extend(parts.take(8).filter_map(|part| part.split_once('\n')));
    let sources = one_pack("06-public-services/gov-single-window", &files);
    let checked = check(&sources, &LOADER.capabilities, &LOADER.contract, &LOADER.texts);
    if let Err(problems) = checked {
        assert!(!problems.is_empty());
        assert!(problems.iter().all(|problem| problem.line > 0 && problem.column > 0));
    }
}

/// A table or document of items as a department delivers it: it is read whole or told of, and what was read comes
/// back when it is taken along.
pub fn items(bytes: &[u8]) {
    for read in [read::csv(bytes), json::read(bytes)] {
        match read {
            Err(troubles) => assert!(!troubles.is_empty()),
            Ok(brought) => {
                let pairs = || brought.iter().map(|one| (one.pack.as_str(), &one.item));
                let table = write::csv(pairs());
                let table = table.unwrap_or_else(|error| unreachable!("a table: {error}"));
                assert_eq!(read::csv(&table).as_ref(), Ok(&brought));
                let document = json::document(pairs()).to_string();
                assert_eq!(json::read(document.as_bytes()).as_ref(), Ok(&brought));
            }
        }
    }
}

/// A calendar of working days.
pub fn calendar(bytes: &[u8]) {
    if let Ok(calendar) = Calendar::from_toml(&text(bytes)) {
        let _today = calendar.is_working(date(2026, 3, 5));
    }
}

/// A table of divisions: whoever is in it has a parent that contains it.
pub fn divisions(bytes: &[u8]) {
    let Ok(divisions) = Divisions::from_csv(&text(bytes)) else { return };
    for root in divisions.roots() {
        for child in divisions.children(root.code()) {
            assert!(divisions.contains(root.code(), child.code()));
            assert_eq!(child.parent().map(|parent| parent.code()), Some(root.code()));
        }
    }
    let _found = divisions.search("福州", 5);
}
