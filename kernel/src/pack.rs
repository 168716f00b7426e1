//! Packs as capabilities see them: what a pack declares, the compiled set in force, and the report of
//! mistakes. The loader itself is in the runtime.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::action::QueryEntry;
use crate::expr::nearest;
use crate::mapping::Report;
use crate::text::{Lang, LocalText, Message, Texts};

/// What every pack says of its system.
#[derive(Debug, Clone, PartialEq)]
pub struct PackInfo {
    /// The id in the register.
    pub id: String,
    /// The folder's chapter, such as `06-public-services`.
    pub chapter: String,
    /// The plan's chapter, such as `6.1`.
    pub plan: String,
    /// The system's name.
    pub name: LocalText,
    /// The unit in charge.
    pub lead: LocalText,
    /// What it is for and for whom.
    pub description: LocalText,
    /// The capabilities that carry it.
    pub uses: Vec<String>,
    /// The numbered clauses of the register's line.
    pub clauses: Vec<Clause>,
    /// The pieces that its page shows.
    pub panels: Vec<String>,
    /// Whether it declares anything to a capability.
    pub declares: bool,
}

/// One thing that the system must be shown to do.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Clause {
    /// `c1`, `c2`, …
    pub id: String,
    /// Its text; English is a verbatim span of the register.
    pub text: LocalText,
}

/// A role that a pack declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// `pack.role`.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// The permission sets it grants.
    pub may: Vec<String>,
}

/// The packs in force.
pub struct PackSet {
    /// SM3 over all files, in hexadecimal: what `minshu packs` shows.
    pub hash: String,
    /// By register order.
    pub packs: Vec<Arc<PackInfo>>,
    /// Roles by id.
    pub roles: BTreeMap<String, Role>,
    /// Compiled sections by capability.
    pub sections: HashMap<&'static str, Arc<dyn Any + Send + Sync>>,
}

impl PackSet {
    /// A pack by id.
    pub fn pack(&self, id: &str) -> Option<&Arc<PackInfo>> {
        self.packs.iter().find(|p| p.id == id)
    }

    /// A capability's compiled section. The capability compiles it itself, so its type is certain.
    ///
    /// # Panics
    /// Where a capability asks for another type than it compiles: a defect that its first test finds.
    pub fn section<T: Any + Send + Sync>(&self, capability: &'static str) -> Arc<T> {
        let section = self.sections.get(capability).cloned();
        match section.and_then(|s| s.downcast::<T>().ok()) {
            Some(section) => section,
            None => panic!("the section of {capability} has another type"),
        }
    }
}

/// A mistake in a pack, at its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct PackProblem {
    /// The file, from the packs' root.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, why, and how to mend it.
    pub message: String,
}

impl std::fmt::Display for PackProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)
    }
}

/// Where a declaration stands: a file of a pack and a JSON pointer within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The pack's place in the set.
    pub pack: usize,
    /// The file's place in the pack.
    pub file: usize,
    /// Such as `/casework/item/0`.
    pub pointer: String,
}

impl At {
    /// A place below this one: `at.below("/stage/1/role")`.
    #[must_use]
    pub fn below(&self, pointer: &str) -> At {
        At { pointer: format!("{}{pointer}", self.pointer), ..self.clone() }
    }
}

/// A section as it was declared, with its place.
pub struct Declared<'a, T> {
    /// The pack.
    pub pack: &'a Arc<PackInfo>,
    /// The place.
    pub at: At,
    /// The value as declared.
    pub raw: &'a Json,
    /// The value, typed.
    pub value: T,
}

/// A file of a pack as text.
#[derive(Debug, Clone)]
pub struct PackFile {
    /// From the pack's folder, such as `forms/licence.json`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A pack that is being compiled.
#[derive(Debug)]
pub struct RawPack {
    /// What it says of its system.
    pub info: Arc<PackInfo>,
    /// Its folder, from the packs' root.
    pub folder: PathBuf,
    /// Its files, `pack.toml` first.
    pub files: Vec<PackFile>,
    /// The declarations of each TOML file, as JSON, by the file's place in `files`.
    pub declarations: Vec<(usize, Json)>,
}

/// Finds line and column of a pointer in a file: the loader knows the spans.
pub trait Locator {
    /// Line and column, from 1.
    fn locate(&self, at: &At) -> (PathBuf, usize, usize);
}

/// What a capability compiles its sections from.
pub struct Compile<'a> {
    /// All packs of the set.
    pub packs: &'a [RawPack],
    /// Roles of all packs, by id.
    pub roles: &'a BTreeMap<String, Role>,
    /// The queries of the house, which lookups may ask.
    pub queries: &'a [QueryEntry],
    /// Finds places.
    pub locator: &'a dyn Locator,
    /// Texts, for mistakes that are messages.
    pub texts: &'a Texts,
    /// Mistakes found so far.
    pub problems: &'a RefCell<Vec<PackProblem>>,
}

impl<'a> Compile<'a> {
    /// Every declaration `[[<capability>.<kind>]]` of every pack. The loader has already held them against the
    /// section's schema; what does not fit is left out here and reported there.
    pub fn each<T: DeserializeOwned>(&self, capability: &str, kind: &str) -> Vec<Declared<'a, T>> {
        let mut found = Vec::new();
        for (pack_place, pack) in self.packs.iter().enumerate() {
            for (file_place, declarations) in &pack.declarations {
                let list = declarations.get(capability).and_then(|c| c.get(kind));
                let Some(Json::Array(list)) = list else { continue };
                for (index, raw) in list.iter().enumerate() {
                    let Ok(value) = T::deserialize(raw) else { continue };
                    let at = At {
                        pack: pack_place,
                        file: *file_place,
                        pointer: format!("/{capability}/{kind}/{index}"),
                    };
                    found.push(Declared { pack: &pack.info, at, raw, value });
                }
            }
        }
        found
    }

    /// A file of the pack in which something is declared.
    pub fn file(&self, at: &At, path: &str) -> Option<(usize, &'a PackFile)> {
        let files = &self.packs.get(at.pack)?.files;
        files.iter().enumerate().find(|(_, f)| f.path == path)
    }

    /// A message in English: mistakes of packs are told to engineers.
    pub fn say(&self, message: &Message) -> String {
        self.texts.say(Lang::En, message)
    }

    /// Reports a mistake at a place.
    pub fn problem(&self, at: &At, message: impl Into<String>) {
        let (file, line, column) = self.locator.locate(at);
        self.problems.borrow_mut().push(PackProblem {
            file,
            line,
            column,
            message: message.into(),
        });
    }

    /// Reports a mistake at a line and column of a file of the pack.
    pub fn problem_in(
        &self,
        at: &At,
        path: &str,
        (line, column): (usize, usize),
        message: impl Into<String>,
    ) {
        let folder = self.packs.get(at.pack).map(|p| p.folder.clone()).unwrap_or_default();
        let file = folder.join(path);
        self.problems.borrow_mut().push(PackProblem {
            file,
            line,
            column,
            message: message.into(),
        });
    }

    /// `clerk` declared in pack `p` is `p.clerk`; an id with a dot names its pack itself.
    pub fn full_id(&self, at: &At, id: &str) -> String {
        if id.contains('.') {
            return id.to_owned();
        }
        let pack = self.packs.get(at.pack).map_or("", |p| p.info.id.as_str());
        format!("{pack}.{id}")
    }

    /// Resolves a role and reports it where there is none of that name.
    pub fn role(&self, at: &At, id: &str) -> Option<String> {
        let full = self.full_id(at, id);
        if self.roles.contains_key(&full) {
            return Some(full);
        }
        let known = self.roles.keys().map(String::as_str);
        let hint = nearest(&full, known).map(|n| format!("; did you mean \"{n}\"?"));
        self.problem(at, format!("there is no role \"{full}\"{}", hint.unwrap_or_default()));
        None
    }
}

/// Reports the mistakes of one declaration at its place.
pub struct Declaring<'a> {
    /// The compilation.
    pub compile: &'a Compile<'a>,
    /// Where the declaration stands.
    pub at: &'a At,
}

impl Report for Declaring<'_> {
    fn report(&self, pointer: &str, message: String) {
        self.compile.problem(&self.at.below(pointer), message);
    }

    fn say(&self, message: &Message) -> String {
        self.compile.say(message)
    }

    fn full_id(&self, id: &str) -> String {
        self.compile.full_id(self.at, id)
    }
}
