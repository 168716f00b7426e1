//! What differs between two sets: by pack, declaration and key, with the open records that keep an older version and
//! with what stands in the way of the newer set.

use std::collections::BTreeMap;
use std::sync::Arc;

use minshu_kernel::capability::Capability;
use minshu_kernel::pack::PackSet;
use minshu_kernel::text::{Message, Speaker};
use serde::Serialize;
use serde_json::Value as Json;

use super::PackSources;
use super::pins::{self, Break, OpenPins, Staying};
use super::read::PackFolder;
use super::spans::SpannedToml;

/// The most characters of a value that are shown to people.
const SHOWN: usize = 80;

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is new.
    Added,
    /// It is another.
    Changed,
    /// It is gone.
    Removed,
}

/// What differs between the set in force and another one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The hash of the set in force; empty where there is none.
    pub before: String,
    /// The hash of the other set.
    pub after: String,
    /// The packs that differ, in the order of their folders.
    pub packs: Vec<PackChange>,
    /// The changed declarations to which records are pinned, with the open records that keep an older version.
    pub staying: Vec<Staying>,
    /// What open records need and the other set does not leave to them: it would be refused.
    pub breaks: Vec<Break>,
}

/// A pack that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackChange {
    /// `<chapter>/<system-id>`.
    pub folder: String,
    /// What became of it.
    pub what: What,
    /// Its declarations that differ.
    pub declarations: Vec<DeclarationChange>,
}

/// A declaration that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeclarationChange {
    /// `pack` for the head, `role`, `flow`, a section's kind such as `casework.item`, `form`, or `file`.
    pub kind: String,
    /// Its id; the path of a form or file.
    pub id: String,
    /// The file.
    pub file: String,
    /// What became of it.
    pub what: What,
    /// The keys that differ, where it changed.
    pub keys: Vec<KeyChange>,
}

/// A key that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyChange {
    /// Such as `stage[review].limit`.
    pub key: String,
    /// The value before; none where the key is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// The value after; none where the key is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// The sets that are compared, compiled; the one in force may be unusable by this program.
pub struct Compiled<'a> {
    /// The set in force.
    pub before: Option<&'a PackSet>,
    /// The other set.
    pub after: &'a PackSet,
}

/// What differs between the set in force and another one.
pub fn diff(
    before: &PackSources,
    after: &PackSources,
    compiled: &Compiled<'_>,
    capabilities: &[Arc<dyn Capability>],
    open: &[OpenPins],
) -> Difference {
    Difference {
        before: if before.packs.is_empty() { String::new() } else { before.hash() },
        after: after.hash(),
        packs: packs(before, after),
        staying: changed_pins(capabilities, open, compiled),
        breaks: pins::broken(capabilities, open, compiled.before, compiled.after),
    }
}

/// The pinned declarations that changed. Where the set in force cannot be compiled, those of which records stay behind.
fn changed_pins(
    capabilities: &[Arc<dyn Capability>],
    open: &[OpenPins],
    compiled: &Compiled<'_>,
) -> Vec<Staying> {
    let behind = pins::staying(capabilities, open, compiled.after);
    let Some(before) = compiled.before else { return behind };
    let mut changed = Vec::new();
    for kind in capabilities.iter().filter_map(|capability| capability.pins()) {
        let old = kind.declared(before);
        for declared in kind.declared(compiled.after) {
            let is_other = |o: &minshu_kernel::pins::DeclaredVersion| {
                o.id == declared.id && o.version != declared.version
            };
            if old.iter().any(is_other) {
                let same = |s: &&Staying| s.kind == kind.kind() && s.id == declared.id;
                let records = behind.iter().find(same).map_or(0, |s| s.records);
                changed.push(Staying { kind: kind.kind().to_owned(), id: declared.id, records });
            }
        }
    }
    changed.sort();
    changed
}

fn packs(before: &PackSources, after: &PackSources) -> Vec<PackChange> {
    let by_folder = |set| -> BTreeMap<_, _> {
        let set: &PackSources = set;
        set.packs.iter().map(|pack| (pack.folder.to_string_lossy().into_owned(), pack)).collect()
    };
    let changes = pairs(by_folder(before), by_folder(after)).filter_map(|(folder, old, new)| {
        let declarations = declarations(old, new);
        let what = what(&old, &new);
        let differs = what != What::Changed || !declarations.is_empty();
        differs.then_some(PackChange { folder, what, declarations })
    });
    changes.collect()
}

fn what<T>(old: &Option<T>, new: &Option<T>) -> What {
    match (old, new) {
        (None, _) => What::Added,
        (_, None) => What::Removed,
        _ => What::Changed,
    }
}

/// Everything of either side, in order, with what each side has of it.
fn pairs<K: Ord + Clone, T>(
    mut old: BTreeMap<K, T>,
    mut new: BTreeMap<K, T>,
) -> impl Iterator<Item = (K, Option<T>, Option<T>)> {
    let keys: std::collections::BTreeSet<K> = old.keys().chain(new.keys()).cloned().collect();
    keys.into_iter().map(move |key| {
        let (old, new) = (old.remove(&key), new.remove(&key));
        (key, old, new)
    })
}

fn declarations(old: Option<&PackFolder>, new: Option<&PackFolder>) -> Vec<DeclarationChange> {
    let declared = |pack: Option<&PackFolder>| pack.map(declared).unwrap_or_default();
    let changes = pairs(declared(old), declared(new)).filter_map(|((rank, id), old, new)| {
        let what = what(&old, &new);
        let mut keys = Vec::new();
        if let (Some(old), Some(new)) = (&old, &new) {
            if old.value == new.value {
                return None;
            }
            if rank.0 != FILES {
                compare("", &old.value, &new.value, &mut keys);
            }
        }
        let file = new.or(old)?.file;
        Some(DeclarationChange { kind: rank.1, id, file, what, keys })
    });
    changes.collect()
}

/// A declaration as it stands in a file.
struct Declared {
    file: String,
    value: Json,
}

/// The head stands first, other files last.
const HEAD: u8 = 0;
const DECLARED: u8 = 1;
const FORMS: u8 = 2;
const FILES: u8 = 3;

/// The declarations of a pack, by kind and id.
fn declared(pack: &PackFolder) -> BTreeMap<((u8, String), String), Declared> {
    let mut found = BTreeMap::new();
    let mut add = |rank: u8, kind: &str, id: String, file: &str, value: Json| {
        found.insert(((rank, kind.to_owned()), id), Declared { file: file.to_owned(), value });
    };
    for (path, text) in &pack.files {
        let json = match path.rsplit_once('.') {
            Some((_, "toml")) => SpannedToml::parse(text).ok().map(|toml| toml.value),
            Some((_, "json")) => serde_json::from_str(text).ok(),
            _ => None,
        };
        match json {
            Some(Json::Object(file)) if path.ends_with(".toml") => {
                let mut head = serde_json::Map::new();
                for (key, value) in file {
                    match sections(&key, &value) {
                        Some(sections) => {
                            for (kind, id, value) in sections {
                                add(DECLARED, &kind, id, path, value);
                            }
                        }
                        None => {
                            head.insert(key, value);
                        }
                    }
                }
                if !head.is_empty() {
                    let id = pack.folder.file_name().unwrap_or_default();
                    add(HEAD, "pack", id.to_string_lossy().into_owned(), path, Json::Object(head));
                }
            }
            Some(form) => add(FORMS, "form", path.clone(), path, form),
            None => add(FILES, "file", path.clone(), path, Json::String(text.clone())),
        }
    }
    found
}

/// The declarations below a key of a TOML file: `[[role]]`, `[[flow]]`, `[[capability.kind]]`. None for the head's own.
fn sections(key: &str, value: &Json) -> Option<Vec<(String, String, Json)>> {
    let list = |kind: &str, list: &Json| -> Option<Vec<(String, String, Json)>> {
        let list = list.as_array()?.iter().enumerate();
        list.map(|(place, item)| {
            let id = item.as_object()?.get("id").and_then(Json::as_str);
            let id = id.map_or_else(|| (place + 1).to_string(), str::to_owned);
            Some((kind.to_owned(), id, item.clone()))
        })
        .collect()
    };
    if key == "role" || key == "flow" {
        return list(key, value);
    }
    let kinds = value.as_object()?.iter();
    let found: Option<Vec<_>> =
        kinds.map(|(kind, value)| list(&format!("{key}.{kind}"), value)).collect();
    found.map(|found| found.concat())
}

/// The keys in which two values differ.
fn compare(key: &str, old: &Json, new: &Json, changes: &mut Vec<KeyChange>) {
    match (old, new) {
        (Json::Object(a), Json::Object(b)) => {
            let added = b.keys().filter(|name| !a.contains_key(*name));
            for name in a.keys().chain(added) {
                let below = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                either(&below, a.get(name), b.get(name), changes);
            }
        }
        (Json::Array(a), Json::Array(b)) => match (named(a), named(b)) {
            (Some(a), Some(b)) => {
                let order =
                    a.keys().cloned().collect::<Vec<_>>() == b.keys().cloned().collect::<Vec<_>>();
                let added = b.keys().filter(|name| !a.contains_key(*name));
                for name in a.keys().chain(added) {
                    let below = format!("{key}[{name}]");
                    either(&below, a.get(name), b.get(name), changes);
                }
                if !order && a.len() == b.len() && a.keys().all(|name| b.contains_key(name)) {
                    let names = |of: &serde_json::Map<String, Json>| {
                        Json::Array(of.keys().cloned().map(Json::String).collect())
                    };
                    differ(key, Some(&names(&a)), Some(&names(&b)), changes);
                }
            }
            _ => differ(key, Some(old), Some(new), changes),
        },
        _ => differ(key, Some(old), Some(new), changes),
    }
}

fn either(key: &str, old: Option<&Json>, new: Option<&Json>, changes: &mut Vec<KeyChange>) {
    match (old, new) {
        (Some(old), Some(new)) => compare(key, old, new, changes),
        _ => differ(key, old, new, changes),
    }
}

fn differ(key: &str, before: Option<&Json>, after: Option<&Json>, changes: &mut Vec<KeyChange>) {
    if before != after {
        let key = key.to_owned();
        changes.push(KeyChange { key, before: before.cloned(), after: after.cloned() });
    }
}

/// The entries of a list by their ids, in their order; none where not every entry has one of its own.
fn named(list: &[Json]) -> Option<serde_json::Map<String, Json>> {
    let mut named = serde_json::Map::new();
    for entry in list {
        let id = entry.get("id")?.as_str()?;
        if named.insert(id.to_owned(), entry.clone()).is_some() {
            return None;
        }
    }
    Some(named)
}

impl Difference {
    /// Whether both sets are the same.
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }

    /// The difference for people.
    pub fn lines(&self, t: &Speaker) -> Vec<String> {
        if self.is_empty() {
            return vec![t.say1("platform-packs-diff-same", "hash", self.after.clone())];
        }
        let before = match self.before.as_str() {
            "" => t.say("platform-packs-none"),
            hash => hash.to_owned(),
        };
        let mut lines = vec![
            t.say1("platform-packs-diff-before", "hash", before),
            t.say1("platform-packs-diff-after", "hash", self.after.clone()),
        ];
        for pack in &self.packs {
            lines.push(String::new());
            lines.push(format!("{} {}", said(t, pack.what), pack.folder));
            for declaration in &pack.declarations {
                let DeclarationChange { kind, id, file, what, keys } = declaration;
                let place = if id == file { String::new() } else { format!("  ({file})") };
                lines.push(format!("  {} {kind} {id}{place}", said(t, *what)));
                lines.extend(keys.iter().map(|key| format!("    {}", key.line(t))));
            }
        }
        let section = |key: &str, own: Vec<String>, lines: &mut Vec<String>| {
            if !own.is_empty() {
                lines.extend([String::new(), t.say(key)]);
                lines.extend(own.into_iter().map(|line| format!("  {line}")));
            }
        };
        let staying = self.staying.iter().map(|s| s.say(t)).collect();
        section("platform-packs-diff-staying", staying, &mut lines);
        let breaks = self.breaks.iter().map(|b| b.say(t)).collect();
        section("platform-packs-diff-breaks", breaks, &mut lines);
        lines
    }
}

impl Staying {
    /// How many stay with an older version.
    pub fn say(&self, t: &Speaker) -> String {
        let message = Message::new("platform-packs-staying").with("kind", self.kind.clone());
        t.message(&message.with("id", self.id.clone()).with("n", self.records))
    }
}

fn said(t: &Speaker, what: What) -> String {
    t.say(match what {
        What::Added => "platform-packs-diff-added",
        What::Changed => "platform-packs-diff-changed",
        What::Removed => "platform-packs-diff-removed",
    })
}

impl KeyChange {
    fn line(&self, t: &Speaker) -> String {
        let key = &self.key;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{key}: {} → {}", shown(before), shown(after)),
            (None, Some(after)) => format!("{} {key}: {}", said(t, What::Added), shown(after)),
            (Some(before), None) => format!("{} {key}: {}", said(t, What::Removed), shown(before)),
            (None, None) => key.clone(),
        }
    }
}

/// A value on one line, cut where it is long.
fn shown(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(old: &str, new: &str) -> Vec<String> {
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let mut changes = Vec::new();
        compare("", &json(old), &json(new), &mut changes);
        let shown = |v: &Option<Json>| v.as_ref().map_or("-".to_owned(), shown);
        changes
            .iter()
            .map(|c| format!("{} {} {}", c.key, shown(&c.before), shown(&c.after)))
            .collect()
    }

    #[test]
    fn keys_are_compared_by_the_ids_of_lists() {
        let old = r#"{"stage":[{"id":"a","limit":"3 days"},{"id":"b"}],"does":["x"],"gone":1}"#;
        let new = r#"{"stage":[{"id":"a","limit":"5 days"},{"id":"c"}],"does":["x","y"],"more":2}"#;
        assert_eq!(
            keys(old, new),
            [
                r#"stage[a].limit "3 days" "5 days""#,
                r#"stage[b] {"id":"b"} -"#,
                r#"stage[c] - {"id":"c"}"#,
                r#"does ["x"] ["x","y"]"#,
                "gone 1 -",
                "more - 2",
            ]
        );
        assert_eq!(keys(old, old), [] as [&str; 0]);
        let turned = keys(r#"{"s":[{"id":"a"},{"id":"b"}]}"#, r#"{"s":[{"id":"b"},{"id":"a"}]}"#);
        assert_eq!(turned, [r#"s ["a","b"] ["b","a"]"#]);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let long = "闽".repeat(200);
        assert_eq!(shown(&Json::String(long)).chars().count(), SHOWN + 1);
    }
}
