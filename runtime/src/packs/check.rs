//! The one validator of packs: what the server loads and what `minshu packs check` runs. It tells every mistake at
//! its place, and a set with a mistake is not loaded at all.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind as Wrong;
use minshu_kernel::access::Basis;
use minshu_kernel::action::schema_of;
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::expr::nearest;
use minshu_kernel::pack::{
    At, Clause, Compile, Locator, PackFile, PackInfo, PackProblem, PackSet, RawPack, Role,
};
use minshu_kernel::text::{LocalText, Texts};
use serde_json::Value as Json;

use crate::access::SECTION;

use super::flow::{self, Flow};
use super::model::PackToml;
use super::policy;
use super::read::PackSources;
use super::spans::SpannedToml;

/// A set of packs that holds, with its flows.
pub struct Checked {
    /// What capabilities see.
    pub set: Arc<PackSet>,
    /// The flows of all packs.
    pub flows: Arc<Vec<Flow>>,
    /// The scenarios of all packs, by the pack's id: what their systems are proved by.
    pub scenarios: Arc<BTreeMap<String, Vec<PackFile>>>,
}

/// Places of all files that were read.
struct Places {
    folders: Vec<PathBuf>,
    files: Vec<Vec<String>>,
    spans: HashMap<(usize, usize), SpannedToml>,
}

impl Locator for Places {
    fn locate(&self, at: &At) -> (PathBuf, usize, usize) {
        let folder = self.folders.get(at.pack).cloned().unwrap_or_default();
        let file = self.files.get(at.pack).and_then(|f| f.get(at.file)).cloned();
        let (line, column) =
            self.spans.get(&(at.pack, at.file)).map_or((1, 1), |toml| toml.locate(&at.pointer));
        (folder.join(file.unwrap_or_default()), line, column)
    }
}

/// Checks a set of packs and compiles it.
pub fn check(
    sources: &PackSources,
    capabilities: &[Arc<dyn Capability>],
    contract: &Contract,
    texts: &Texts,
) -> Result<Checked, Vec<PackProblem>> {
    let mut problems = Vec::new();
    let places = read_toml(sources, &mut problems);
    let schemas = Schemas::of(contract, &mut problems);
    let mut heads: Vec<Option<PackToml>> = Vec::new();
    let mut packs = Vec::new();
    for (pack, folder) in sources.packs.iter().enumerate() {
        let mut declarations = Vec::new();
        let mut head = None;
        for file in 0..folder.files.len() {
            let Some(toml) = places.spans.get(&(pack, file)) else { continue };
            let at = At { pack, file, pointer: String::new() };
            let mut report = |pointer: &str, message: String| {
                let (file, line, column) = places.locate(&at.below(pointer));
                problems.push(PackProblem { file, line, column, message });
            };
            let (own, sections) = schemas.validate(&toml.value, file == 0, &mut report);
            head = head.or(own);
            declarations.push((file, sections));
        }
        let info = head
            .as_ref()
            .map_or_else(|| empty_info(&folder.folder), |head| info_of(head, &folder.folder));
        let declares =
            declarations.iter().any(|(_, d)| d.as_object().is_some_and(|d| !d.is_empty()))
                || head.as_ref().is_some_and(|h| !h.flow.is_empty());
        packs.push(RawPack {
            info: Arc::new(PackInfo { declares, ..info }),
            folder: folder.folder.clone(),
            files: folder.pack_files(),
            declarations,
        });
        heads.push(head);
    }
    let problems = RefCell::new(problems);
    let roles = roles_of(&heads, &places, contract, &problems);
    let compile = Compile {
        packs: &packs,
        roles: &roles,
        queries: &contract.queries,
        locator: &places,
        texts,
        problems: &problems,
    };
    check_heads(&compile, &heads, contract);
    let mut sections: HashMap<_, _> =
        capabilities.iter().map(|c| (c.name(), c.compile(&compile))).collect();
    sections.insert(SECTION, Arc::new(policy::compile(&compile, contract)));
    let mut flows = Vec::new();
    for (pack, head) in heads.iter().enumerate() {
        for (index, declared) in head.iter().flat_map(|h| &h.flow).enumerate() {
            let at = At { pack, file: 0, pointer: format!("/flow/{index}") };
            flows.extend(flow::compile(&compile, contract, &at, declared));
        }
    }
    let infos = packs.iter().map(|p| p.info.clone()).collect();
    let mut problems = problems.into_inner();
    if !problems.is_empty() {
        problems.sort();
        problems.dedup();
        return Err(problems);
    }
    let set = PackSet { hash: sources.hash(), packs: infos, roles, sections };
    let scenarios = packs.iter().filter_map(scenarios_of).collect();
    Ok(Checked { set: Arc::new(set), flows: Arc::new(flows), scenarios: Arc::new(scenarios) })
}

fn scenarios_of(pack: &RawPack) -> Option<(String, Vec<PackFile>)> {
    let own = pack.files.iter().filter(|file| file.path.ends_with(".feature"));
    let own: Vec<PackFile> = own.cloned().collect();
    (!own.is_empty()).then(|| (pack.info.id.clone(), own))
}

fn read_toml(sources: &PackSources, problems: &mut Vec<PackProblem>) -> Places {
    let mut places = Places {
        folders: sources.packs.iter().map(|p| p.folder.clone()).collect(),
        files: Vec::new(),
        spans: HashMap::new(),
    };
    for (pack, folder) in sources.packs.iter().enumerate() {
        places.files.push(folder.files.iter().map(|(path, _)| path.clone()).collect());
        if folder.files.first().is_none_or(|(path, _)| path != "pack.toml") {
            let message = "a pack needs the file pack.toml".to_owned();
            let file = folder.folder.join("pack.toml");
            problems.push(PackProblem { file, line: 1, column: 1, message });
        }
        for (file, (path, text)) in folder.files.iter().enumerate() {
            if !path.ends_with(".toml") {
                continue;
            }
            match SpannedToml::parse(text) {
                Ok(toml) => {
                    places.spans.insert((pack, file), toml);
                }
                Err(found) => {
                    problems.extend(found.into_iter().map(|(line, column, message)| {
                        let file = folder.folder.join(path);
                        PackProblem { file, line, column, message }
                    }));
                }
            }
        }
    }
    places
}

/// The validators of the head and of every section.
struct Schemas {
    head: Option<Checker>,
    head_keys: Vec<String>,
    sections: BTreeMap<&'static str, BTreeMap<&'static str, Option<Checker>>>,
}

/// A validator with its schema, from which mistakes are explained.
struct Checker {
    validator: Validator,
    schema: Json,
}

impl Checker {
    /// The keys that an object may have, by the place of the schema that refused one.
    fn keys(&self, place: &str) -> Vec<&str> {
        let object = place.rsplit_once('/').map_or("", |(above, _)| above);
        let properties = self.schema.pointer(object).and_then(|s| s["properties"].as_object());
        properties.map(|p| p.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The words of a choice, by the place of the schema that refused one.
    fn choices(&self, place: &str) -> Vec<&str> {
        let list = self.schema.pointer(place).and_then(Json::as_array);
        let choices = list.into_iter().flatten();
        choices
            .flat_map(|choice| {
                let several = choice["enum"].as_array().into_iter().flatten();
                several.chain(choice.get("const")).filter_map(Json::as_str).collect::<Vec<_>>()
            })
            .collect()
    }
}

impl Schemas {
    fn of(contract: &Contract, problems: &mut Vec<PackProblem>) -> Schemas {
        let mut validator = |what: &str, schema: &Json| match jsonschema::validator_for(schema) {
            Ok(validator) => Some(Checker { validator, schema: schema.clone() }),
            Err(error) => {
                let message = format!("the schema of {what} is wrong: {error}");
                let file = PathBuf::from("(schema)");
                problems.push(PackProblem { file, line: 1, column: 1, message });
                None
            }
        };
        let schema = schema_of::<PackToml>();
        let head_keys = schema["properties"]
            .as_object()
            .map(|p| p.keys().cloned().collect())
            .unwrap_or_default();
        let head = validator("the head", &schema);
        let mut sections: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for section in &contract.sections {
            let (capability, kind) = section.kind.split_once('.').unwrap_or((section.kind, ""));
            let found = validator(section.kind, &section.schema);
            sections.entry(capability).or_default().insert(kind, found);
        }
        Schemas { head, head_keys, sections }
    }

    /// Holds a file against the schemas. Answers the head, where it fits, and the sections.
    fn validate(
        &self,
        value: &Json,
        is_head: bool,
        report: &mut dyn FnMut(&str, String),
    ) -> (Option<PackToml>, Json) {
        let mut head = serde_json::Map::new();
        let mut sections = serde_json::Map::new();
        for (key, value) in value.as_object().into_iter().flatten() {
            if let Some(kinds) = self.sections.get(key.as_str()) {
                self.section(key, kinds, value, report);
                sections.insert(key.clone(), value.clone());
            } else if is_head {
                head.insert(key.clone(), value.clone());
            } else {
                let known = self.sections.keys().copied();
                report(&format!("/{key}"), unknown_key(key, known));
            }
        }
        let mut own = None;
        if let (true, Some(validator)) = (is_head, &self.head) {
            let head = Json::Object(head);
            let known: Vec<&str> = self
                .head_keys
                .iter()
                .map(String::as_str)
                .chain(self.sections.keys().copied())
                .collect();
            if tell(validator, &head, "", &known, report) {
                own = serde_json::from_value(head).ok();
            }
        }
        (own, Json::Object(sections))
    }

    fn section(
        &self,
        capability: &str,
        kinds: &BTreeMap<&'static str, Option<Checker>>,
        value: &Json,
        report: &mut dyn FnMut(&str, String),
    ) {
        let Some(found) = value.as_object() else {
            report(&format!("/{capability}"), format!("write [[{capability}.<kind>]] sections"));
            return;
        };
        for (kind, list) in found {
            let pointer = format!("/{capability}/{kind}");
            let Some(validator) = kinds.get(kind.as_str()) else {
                report(&pointer, unknown_key(kind, kinds.keys().copied()));
                continue;
            };
            let Json::Array(list) = list else {
                report(&pointer, format!("write [[{capability}.{kind}]], with two brackets"));
                continue;
            };
            for (index, item) in list.iter().enumerate() {
                if let Some(validator) = validator {
                    tell(validator, item, &format!("{pointer}/{index}"), &[], report);
                }
            }
        }
    }
}

fn unknown_key<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("unknown key \"{key}\"; did you mean \"{near}\"?"),
        None => format!("unknown key \"{key}\"; known here: {}", known.join(", ")),
    }
}

/// Tells every mistake of a value; answers whether there was none.
fn tell(
    checker: &Checker,
    value: &Json,
    base: &str,
    known: &[&str],
    report: &mut dyn FnMut(&str, String),
) -> bool {
    let mut good = true;
    for error in checker.validator.iter_errors(value) {
        good = false;
        let pointer = format!("{base}{}", error.instance_path().as_str());
        let found = value_at(value, error.instance_path().as_str());
        let place = error.schema_path().as_str();
        match error.kind() {
            Wrong::AdditionalProperties { unexpected }
            | Wrong::UnevaluatedProperties { unexpected } => {
                let own = checker.keys(place);
                // At the top of a file the sections of capabilities may stand too.
                let known = if pointer.is_empty() { known } else { &own };
                for key in unexpected {
                    report(&format!("{pointer}/{key}"), unknown_key(key, known.iter().copied()));
                }
            }
            Wrong::Required { property } => {
                report(&pointer, format!("the key {property} is missing"));
            }
            Wrong::Pattern { pattern } => {
                report(&pointer, format!("{found} is not of the form {pattern}"));
            }
            Wrong::OneOfNotValid { .. } | Wrong::AnyOf { .. } | Wrong::Enum { .. }
                if !checker.choices(place).is_empty() =>
            {
                let choices = checker.choices(place);
                let near = found.as_str().and_then(|f| nearest(f, choices.iter().copied()));
                let near = near.map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
                report(&pointer, format!("{found} is none of {}{near}", choices.join(", ")));
            }
            _ => report(&pointer, error.to_string()),
        }
    }
    good
}

fn value_at<'a>(value: &'a Json, pointer: &str) -> &'a Json {
    value.pointer(pointer).unwrap_or(&Json::Null)
}

/// A head that cannot be read still has its folder's name, so that the rest of the pack is checked.
fn empty_info(folder: &std::path::Path) -> PackInfo {
    let nothing = LocalText::new("", "");
    PackInfo {
        id: folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        chapter: String::new(),
        plan: String::new(),
        name: nothing.clone(),
        lead: nothing.clone(),
        description: nothing,
        uses: Vec::new(),
        clauses: Vec::new(),
        panels: Vec::new(),
        declares: false,
    }
}

fn info_of(head: &PackToml, folder: &std::path::Path) -> PackInfo {
    let chapter = folder.components().next();
    PackInfo {
        id: head.id.clone(),
        chapter: chapter.map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default(),
        plan: head.plan.clone(),
        name: head.name.clone(),
        lead: head.lead.clone(),
        description: head.description.clone(),
        uses: head.uses.clone(),
        clauses: head
            .clauses
            .iter()
            .map(|c| Clause { id: c.id.clone(), text: LocalText::new(&c.zh, &c.en) })
            .collect(),
        panels: head.panels.clone(),
        declares: false,
    }
}

fn roles_of(
    heads: &[Option<PackToml>],
    places: &Places,
    contract: &Contract,
    problems: &RefCell<Vec<PackProblem>>,
) -> BTreeMap<String, Role> {
    let sets: Vec<&str> =
        contract.permission_sets.iter().filter(|s| s.basis == Basis::Post).map(|s| s.id).collect();
    let mut roles = BTreeMap::new();
    for (pack, head) in heads.iter().enumerate() {
        let Some(head) = head else { continue };
        for (index, role) in head.role.iter().enumerate() {
            let at = At { pack, file: 0, pointer: format!("/role/{index}") };
            let report = |at: &At, message: String| {
                let (file, line, column) = places.locate(at);
                problems.borrow_mut().push(PackProblem { file, line, column, message });
            };
            for (place, set) in role.may.iter().enumerate() {
                if !sets.contains(&set.as_str()) {
                    let hint = nearest(set, sets.iter().copied());
                    let hint = hint.map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
                    let message = format!("there is no permission set \"{set}\" for posts{hint}");
                    report(&at.below(&format!("/may/{place}")), message);
                }
            }
            let id = format!("{}.{}", head.id, role.id);
            let made = Role { id: id.clone(), name: role.name.clone(), may: role.may.clone() };
            if roles.insert(id, made).is_some() {
                report(&at.below("/id"), format!("the role \"{}\" is declared twice", role.id));
            }
        }
    }
    roles
}

/// What the heads say beyond their schema: unique ids that are their folders' names, clauses in order, known panels.
fn check_heads(compile: &Compile<'_>, heads: &[Option<PackToml>], contract: &Contract) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (pack, head) in heads.iter().enumerate() {
        let Some(head) = head else { continue };
        let at = At { pack, file: 0, pointer: String::new() };
        let folder = compile.packs.get(pack).map(|p| p.folder.clone()).unwrap_or_default();
        if folder.file_name().is_none_or(|name| *name != *head.id) {
            compile.problem(
                &at.below("/id"),
                format!("the id \"{}\" is not the folder's name", head.id),
            );
        }
        if let Some(other) = seen.insert(&head.id, pack) {
            let other = compile.packs.get(other).map(|p| p.folder.display().to_string());
            let message =
                format!("the id \"{}\" is {}'s already", head.id, other.unwrap_or_default());
            compile.problem(&at.below("/id"), message);
        }
        for (index, clause) in head.clauses.iter().enumerate() {
            if clause.id != format!("c{}", index + 1) {
                let place = at.below(&format!("/clauses/{index}/id"));
                compile.problem(&place, format!("clauses are numbered in order: c{}", index + 1));
            }
        }
        for (index, panel) in head.panels.iter().enumerate() {
            if !contract.panels.iter().any(|p| p.name == panel) {
                let place = at.below(&format!("/panels/{index}"));
                let hint = nearest(panel, contract.panels.iter().map(|p| p.name));
                let hint = hint.map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
                compile.problem(&place, format!("there is no panel \"{panel}\"{hint}"));
            }
        }
        for (index, flow) in head.flow.iter().enumerate() {
            if head.flow[..index].iter().any(|f| f.id == flow.id) {
                let place = at.below(&format!("/flow/{index}/id"));
                compile.problem(&place, format!("the flow \"{}\" is declared twice", flow.id));
            }
        }
    }
}
