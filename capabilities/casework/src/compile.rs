//! `[[casework.item]]` compiled: forms and conditions checked and ready, every mistake of a declaration told at its
//! place, versions pinned by hash.

mod checks;
mod clock;
pub(crate) mod elements;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use minshu_kernel::action::QueryEntry;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::expr::{Bindings, Environment, Expression, Type};
use minshu_kernel::form::FormSchema;
use minshu_kernel::mapping::Report;
use minshu_kernel::pack::Compile;
use minshu_kernel::text::Message;
use minshu_kernel::values;
use serde_json::Value as Json;
use sm3::{Digest, Sm3};

use crate::error::CaseworkError;
use crate::guide::{self, CompiledGuide};
use crate::lookups::{self, ItemLookups};
use crate::pack::{Item, Material, Necessity, PinnedItem, SECTION_VERSION};
use crate::store::versions;

/// The most item versions of running cases that are kept compiled.
const PINNED_MAX: usize = 256;

/// An item that is ready to be used: of the packs in force, or pinned by a case.
#[derive(Debug)]
pub struct CompiledItem {
    /// `pack.item`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// The declaration; roles are full ids.
    pub item: Item,
    /// The form.
    pub form: FormSchema,
    /// The conditions of the materials, by their place.
    conditions: Vec<Option<Expression>>,
    /// What it asks other capabilities.
    pub(crate) lookups: ItemLookups,
    /// The version's id: SM3 of its canonical JSON, in hexadecimal.
    pub version: String,
    /// The canonical JSON.
    pub content: String,
}

/// Gathers the mistakes of a version that was right when its pack was loaded.
struct Pinned<'a> {
    pack: &'a str,
    mistakes: std::cell::RefCell<Vec<String>>,
}

impl Report for Pinned<'_> {
    fn report(&self, pointer: &str, message: String) {
        self.mistakes.borrow_mut().push(format!("{pointer}: {message}"));
    }

    fn say(&self, message: &Message) -> String {
        message.key.to_string()
    }

    fn full_id(&self, id: &str) -> String {
        if id.contains('.') { id.to_owned() } else { format!("{}.{id}", self.pack) }
    }
}

impl CompiledItem {
    /// A version as it was kept.
    fn read(content: String, queries: &[QueryEntry]) -> Result<CompiledItem, String> {
        CompiledItem::of_pinned(PinnedItem::read(&content)?, content, queries)
    }

    /// The roles of a stage and of those behind it: what a case that stands there still needs.
    pub(crate) fn roles_from(&self, stage: usize) -> Vec<String> {
        let stages = self.item.stage.iter().skip(stage);
        let parts = stages.clone().flat_map(|stage| &stage.parallel);
        let parts = parts.map(|branch| branch.role.clone());
        let mut roles: Vec<String> = stages.map(|stage| stage.role.clone()).chain(parts).collect();
        roles.extend(self.item.extension.iter().map(|extension| extension.approver.clone()));
        roles.sort();
        roles.dedup();
        roles
    }

    /// Compiles a version. The parts were checked when the pack was loaded; a stored one that does not compile any
    /// more is a defect of ours: it needs an upcaster.
    fn of_pinned(
        pinned: PinnedItem,
        content: String,
        queries: &[QueryEntry],
    ) -> Result<CompiledItem, String> {
        let form = FormSchema::compile(&pinned.form)
            .map_err(|problems| format!("the form has {} mistakes", problems.len()))?;
        let environment = form_environment(&form);
        let conditions = pinned
            .item
            .material
            .iter()
            .map(|material| {
                let text = material.when.as_deref();
                text.map(|text| Expression::compile(text, &environment, &Type::Bool)).transpose()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|problem| problem.to_string())?;
        let report = Pinned { pack: &pinned.pack, mistakes: std::cell::RefCell::default() };
        let lookups = lookups::compile(&report, queries, &pinned.item, &form.field_type());
        if let Some(mistake) = report.mistakes.into_inner().into_iter().next() {
            return Err(mistake);
        }
        Ok(CompiledItem {
            id: format!("{}.{}", pinned.pack, pinned.item.id),
            pack: pinned.pack,
            version: version_id(&content),
            item: pinned.item,
            form,
            conditions,
            lookups,
            content,
        })
    }

    /// The materials that a form asks for, with whether each is required.
    pub fn wanted_materials(&self, form: &Json) -> Result<Vec<(&Material, bool)>, CaseworkError> {
        let bindings = Bindings::new().with("form", form);
        let mut wanted = Vec::new();
        for (material, condition) in self.item.material.iter().zip(&self.conditions) {
            let holds =
                condition.as_ref().map_or(Ok(true), |c| c.holds(&bindings)).map_err(|source| {
                    CaseworkError::Condition {
                        item: self.id.clone(),
                        place: format!("material {}", material.id),
                        source,
                    }
                })?;
            if holds {
                wanted.push((material, material.necessity == Necessity::Required));
            }
        }
        Ok(wanted)
    }

    /// The materials that a draft's form asks for. A condition that has no answer yet (its field is not filled in,
    /// or wrongly) asks for nothing yet.
    pub fn materials_so_far(&self, form: &Json) -> Vec<(&Material, bool)> {
        let bindings = Bindings::new().with("form", form);
        let asked = |condition: &Option<Expression>| {
            condition.as_ref().is_none_or(|c| c.holds(&bindings).unwrap_or(false))
        };
        self.item
            .material
            .iter()
            .zip(&self.conditions)
            .filter(|(_, condition)| asked(condition))
            .map(|(material, _)| (material, material.necessity == Necessity::Required))
            .collect()
    }

    /// Refuses where no new applications are taken for now.
    pub fn takes_applications(&self) -> Result<(), CaseworkError> {
        let closed = self.item.closed.as_ref();
        closed.map_or(Ok(()), |closed| Err(CaseworkError::Closed(closed.reason.clone())))
    }

    /// A material by id.
    pub fn material(&self, id: &str) -> Option<&Material> {
        self.item.material.iter().find(|material| material.id == id)
    }
}

/// The environment of conditions over a form.
fn form_environment(form: &FormSchema) -> Environment {
    Environment::new().with("form", form.field_type())
}

/// The id of a version's text.
pub fn version_id(content: &str) -> String {
    let digest = Sm3::digest(content.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The compiled section of the packs in force.
#[derive(Default)]
pub struct Section {
    items: BTreeMap<String, Arc<CompiledItem>>,
    /// Item ids in the order of the packs.
    order: Vec<String>,
    /// The guides in the order of the packs.
    guides: Vec<CompiledGuide>,
    /// What lookups may ask.
    queries: Vec<QueryEntry>,
    /// Versions of running cases that are not in force any more, compiled once.
    pinned: Mutex<HashMap<String, Arc<CompiledItem>>>,
}

impl Section {
    /// Every item, in the order of the packs.
    pub fn items(&self) -> impl Iterator<Item = &Arc<CompiledItem>> {
        self.order.iter().filter_map(|id| self.items.get(id))
    }

    /// The item in force of that id (`pack.item`).
    pub fn item(&self, id: &str) -> Option<&Arc<CompiledItem>> {
        self.items.get(id)
    }

    /// Every guide, in the order of the packs.
    pub fn guides(&self) -> impl Iterator<Item = &CompiledGuide> {
        self.guides.iter()
    }

    /// The guide of that id (`pack.guide`).
    pub fn guide(&self, id: &str) -> Option<&CompiledGuide> {
        self.guides.iter().find(|guide| guide.id == id)
    }

    /// A version as it was kept, read by the program that compiled this section.
    pub(crate) fn read(&self, content: String) -> Result<CompiledItem, String> {
        CompiledItem::read(content, &self.queries)
    }

    /// The item version that a case is pinned to.
    pub async fn pinned(
        &self,
        ctx: &Ctx,
        item: &str,
        version: &str,
    ) -> Result<Arc<CompiledItem>, Failure> {
        if let Some(current) = self.items.get(item).filter(|i| i.version == version) {
            return Ok(current.clone());
        }
        if let Some(found) = self.pinned.lock().ok().and_then(|kept| kept.get(version).cloned()) {
            return Ok(found);
        }
        let damaged = |what: String| CaseworkError::Damaged {
            table: "casework_item_version",
            id: version.to_owned(),
            what,
        };
        let row = ctx.row(versions::SELECT_VERSION, values![version]).await?;
        let content: String =
            row.ok_or_else(|| damaged("it is not there".into()))?.get("content")?;
        let compiled = Arc::new(self.read(content).map_err(damaged)?);
        if let Ok(mut kept) = self.pinned.lock() {
            if kept.len() >= PINNED_MAX {
                kept.clear();
            }
            kept.insert(version.to_owned(), compiled.clone());
        }
        Ok(compiled)
    }
}

/// Compiles every declared item. Items with a mistake are left out and the mistake is reported.
pub fn compile(compile: &Compile<'_>) -> Section {
    checks::departments(compile);
    let mut section = Section { queries: compile.queries.to_vec(), ..Section::default() };
    for declared in compile.each::<Item>("casework", "item") {
        let Some(checked) = checks::check(compile, &declared) else { continue };
        let id = format!("{}.{}", declared.pack.id, declared.value.id);
        if section.items.contains_key(&id) {
            compile
                .problem(&declared.at.below("/id"), format!("there is an item \"{id}\" already"));
            continue;
        }
        let pinned = PinnedItem {
            section: SECTION_VERSION,
            pack: declared.pack.id.clone(),
            item: checked.item,
            form: checked.form,
        };
        let Ok(content) = serde_json::to_string(&pinned) else { continue };
        match CompiledItem::of_pinned(pinned, content, compile.queries) {
            Ok(item) => {
                section.order.push(id.clone());
                section.items.insert(id, Arc::new(item));
            }
            Err(what) => compile.problem(&declared.at, what),
        }
    }
    let known: Vec<&str> = section.order.iter().map(String::as_str).collect();
    section.guides = guide::compile(compile, &known);
    section
}
