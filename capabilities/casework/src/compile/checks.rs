//! The semantic checks of a declared item: what a schema cannot say.

use std::collections::BTreeMap;

use minshu_kernel::calendar::Limit;
use minshu_kernel::division::Level;
use minshu_kernel::expr::{Expression, Type, nearest};
use minshu_kernel::form::FormSchema;
use minshu_kernel::pack::{At, Compile, Declared, Declaring};
use minshu_kernel::text::LocalText;
use serde_json::Value as Json;

use super::{elements, form_environment};
use crate::lookups;
use crate::pack::{Item, Material};
use crate::rules::stage_mistakes;

/// The most stages of an item.
const STAGES_MAX: usize = 10;
/// The most materials of an item.
const MATERIALS_MAX: usize = 50;

/// A declaration without mistakes.
pub(super) struct Checked {
    /// The item, its roles resolved.
    pub(super) item: Item,
    /// The form's text.
    pub(super) form: String,
}

/// Checks a declaration; every mistake is reported at its place. `None` where there is one.
pub(super) fn check(compile: &Compile<'_>, declared: &Declared<'_, Item>) -> Option<Checked> {
    let before = compile.problems.borrow().len();
    let at = &declared.at;
    let mut item = declared.value.clone();
    let checks = Checks { compile, at };
    checks.words(&item);
    for (below, what) in elements::mistakes(&item) {
        checks.report(&below, what.en);
    }
    checks.limits(&item);
    for (place, stage) in item.stage.iter_mut().enumerate() {
        let below = |path: &str| at.below(&format!("/stage/{place}{path}"));
        if let Some(role) = compile.role(&below("/role"), &stage.role) {
            stage.role = role;
        }
        for (index, branch) in stage.parallel.iter_mut().enumerate() {
            let path = format!("/parallel/{index}/role");
            if let Some(role) = compile.role(&below(&path), &branch.role) {
                branch.role = role;
            }
        }
    }
    if let Some(extension) = &mut item.extension
        && let Some(role) = compile.role(&at.below("/extension/approver"), &extension.approver)
    {
        extension.approver = role;
    }
    checks.stages(&item);
    checks.clock(&item);
    let form = checks.form(&item.form);
    if let Some((schema, text)) = &form {
        let json: Json = serde_json::from_str(text).unwrap_or_default();
        checks.fields(&item, &json);
        checks.materials(&item, schema);
        checks.branches(&item, &json);
        let to = Declaring { compile, at };
        lookups::compile(&to, compile.queries, &item, &schema.field_type());
    }
    let clean = compile.problems.borrow().len() == before;
    form.filter(|_| clean).map(|(_, form)| Checked { item, form })
}

/// A department has one name in all items.
pub(super) fn departments(compile: &Compile<'_>) {
    let mut names: BTreeMap<String, (LocalText, String)> = BTreeMap::new();
    for declared in compile.each::<Item>("casework", "item") {
        let Some(department) = declared.value.elements.department else { continue };
        let (name, first) = names
            .entry(department.code.clone())
            .or_insert_with(|| (department.name.clone(), declared.value.id.clone()));
        if *name != department.name {
            compile.problem(
                &declared.at.below("/elements/department/name"),
                format!(
                    "the department \"{}\" has another name in the item \"{first}\": {}",
                    department.code, name.zh
                ),
            );
        }
    }
}

/// What the checks of a declaration share.
pub(super) struct Checks<'a> {
    compile: &'a Compile<'a>,
    at: &'a At,
}

impl Checks<'_> {
    pub(super) fn report(&self, below: &str, message: impl Into<String>) {
        self.compile.problem(&self.at.below(below), message);
    }

    pub(super) fn id(&self, below: &str, id: &str) {
        let good = (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && id.as_bytes()[0].is_ascii_lowercase();
        if !good {
            self.report(
                below,
                "an id begins with a small letter and holds small letters, digits and hyphens, 1 to 64",
            );
        }
    }

    pub(super) fn text(&self, below: &str, text: &LocalText, max: usize) {
        for (lang, text) in [("zh", &text.zh), ("en", &text.en)] {
            let length = text.trim().chars().count();
            if length == 0 {
                self.report(&format!("{below}/{lang}"), "a text is empty");
            } else if length > max {
                self.report(
                    &format!("{below}/{lang}"),
                    format!("a text of {length} characters; at most {max} are read"),
                );
            }
        }
    }

    fn words(&self, item: &Item) {
        self.id("/id", &item.id);
        self.text("/name", &item.name, 100);
        self.text("/summary", &item.summary, 500);
        self.text("/result/name", &item.result.name, 100);
        let prefix = &item.number_prefix;
        if !(2..=6).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_uppercase()) {
            self.report("/number_prefix", "two to six capital letters are wanted");
        }
        for (name, texts) in [("conditions", &item.conditions), ("basis", &item.basis)] {
            for (place, text) in texts.iter().enumerate() {
                self.text(&format!("/{name}/{place}"), text, 500);
            }
        }
        for (place, fee) in item.fees.iter().enumerate() {
            self.text(&format!("/fees/{place}/name"), &fee.name, 100);
            self.text(&format!("/fees/{place}/basis"), &fee.basis, 500);
            if fee.fen.0 <= 0 {
                let below = format!("/fees/{place}/fen");
                self.report(
                    &below,
                    "a fee is more than nothing; leave it out where nothing is charged",
                );
            }
        }
        if let Some(retention) = &item.retention {
            self.text("/retention/basis", &retention.basis, 500);
            match (retention.years, retention.permanent) {
                (Some(1..=100), false) | (None, true) => {}
                (Some(_), false) => {
                    self.report("/retention/years", "closed cases are kept for 1 to 100 years");
                }
                (None, false) => self.report(
                    "/retention",
                    "say for how many years closed cases are kept, or that they are permanent",
                ),
                (Some(_), true) => self.report(
                    "/retention/years",
                    "what is permanent has no number of years; leave one of them out",
                ),
            }
        }
        for (place, lookup) in item.lookup.iter().enumerate() {
            self.text(&format!("/lookup/{place}/purpose"), &lookup.purpose, 200);
        }
        for (place, prefill) in item.prefill.iter().enumerate() {
            self.text(&format!("/prefill/{place}/source"), &prefill.source, 60);
        }
        for (place, require) in item.require.iter().enumerate() {
            self.text(&format!("/require/{place}/refusal"), &require.refusal, 300);
        }
        if let Some(closed) = &item.closed {
            self.text("/closed/reason", &closed.reason, 300);
        }
        if let Some(counter) = &item.counter {
            self.text("/counter", counter, 500);
        }
    }

    fn limits(&self, item: &Item) {
        let longer = |a: Limit, b: Limit| a.unit() == b.unit() && a.amount() > b.amount();
        if longer(item.promised, item.statutory) {
            self.report(
                "/promised",
                format!("{} is longer than the law allows ({})", item.promised, item.statutory),
            );
        }
        let mut after_acceptance = 0_u32;
        for (place, stage) in item.stage.iter().enumerate() {
            // The first of several stages ends with acceptance; the promise begins there.
            let counts = place > 0 || item.stage.len() == 1;
            if counts && longer(stage.limit, item.promised) {
                self.report(
                    &format!("/stage/{place}/limit"),
                    format!("{} is longer than what is promised ({})", stage.limit, item.promised),
                );
                return;
            }
            if counts && stage.limit.unit() == item.promised.unit() {
                after_acceptance = after_acceptance.saturating_add(stage.limit.amount());
            }
        }
        if after_acceptance > item.promised.amount() {
            self.report(
                "/promised",
                format!(
                    "the stages after acceptance take {after_acceptance} together, and {} is promised",
                    item.promised
                ),
            );
        }
    }

    fn stages(&self, item: &Item) {
        let count = item.stage.len();
        if !(1..=STAGES_MAX).contains(&count) {
            self.report("/stage", format!("an item has 1 to {STAGES_MAX} stages, not {count}"));
        }
        for (place, stage) in item.stage.iter().enumerate() {
            let below = format!("/stage/{place}");
            self.id(&format!("{below}/id"), &stage.id);
            self.text(&format!("{below}/name"), &stage.name, 100);
            if item.stage[..place].iter().any(|other| other.id == stage.id) {
                self.report(
                    &format!("{below}/id"),
                    format!("there is a stage \"{}\" already", stage.id),
                );
            }
            for mistake in stage_mistakes(stage, place, count) {
                self.report(&format!("{below}/does"), mistake);
            }
        }
    }

    /// The form, compiled; its mistakes are told at their line and column.
    fn form(&self, path: &str) -> Option<(FormSchema, String)> {
        let Some((_, file)) = self.compile.file(self.at, path) else {
            let known: Vec<&str> = self
                .compile
                .packs
                .get(self.at.pack)
                .map(|pack| pack.files.iter().map(|file| file.path.as_str()).collect())
                .unwrap_or_default();
            let hint = nearest(path, known).map(|n| format!("; did you mean \"{n}\"?"));
            self.report(
                "/form",
                format!("the pack has no file \"{path}\"{}", hint.unwrap_or_default()),
            );
            return None;
        };
        match FormSchema::compile(&file.text) {
            Ok(form) => Some((form, file.text.clone())),
            Err(problems) => {
                for problem in problems {
                    let place = (problem.line, problem.column);
                    self.compile.problem_in(
                        self.at,
                        path,
                        place,
                        self.compile.say(&problem.message),
                    );
                }
                None
            }
        }
    }

    /// The fields to which the declaration points.
    fn fields(&self, item: &Item, form: &Json) {
        match &item.organisation_field {
            Some(pointer) => {
                if let Some(field) = self.field("/organisation_field", form, pointer)
                    && field.get("format").and_then(Json::as_str) != Some("uscc")
                {
                    let message = format!("\"{pointer}\" has not the format \"uscc\"");
                    self.report("/organisation_field", message);
                }
            }
            None if item.applicant.takes_organisations() => self.report(
                "/applicant",
                "where organisations may apply, organisation_field says where the form asks for the code",
            ),
            None => {}
        }
        let below = "/division_field";
        let Some(field) = self.field(below, form, &item.division_field) else { return };
        if field.get("format").and_then(Json::as_str) != Some("division") {
            let message = format!("\"{}\" has not the format \"division\"", item.division_field);
            return self.report(below, message);
        }
        let deepest = field.get("x-levels").and_then(Json::as_str);
        let deepest = deepest.and_then(|word| Level::ALL.into_iter().find(|l| l.word() == word));
        if deepest.is_some_and(|deepest| deepest < item.handled_at) {
            self.report(
                "/handled_at",
                format!(
                    "the form asks for a {} at most, which does not tell the {}",
                    deepest.unwrap_or(Level::Province).word(),
                    item.handled_at.word()
                ),
            );
        }
        if !always_asked(form, &item.division_field) {
            self.report(
                below,
                "the field must be required and asked without condition, with all sections around it",
            );
        }
    }

    /// The schema of a field of the form.
    pub(super) fn field<'f>(&self, below: &str, form: &'f Json, pointer: &str) -> Option<&'f Json> {
        let found = pointer.strip_prefix('/').and_then(|path| {
            path.split('/').try_fold(form, |schema, name| schema.get("properties")?.get(name))
        });
        if found.is_none() {
            let known = field_pointers(form);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = nearest(pointer, known).map(|n| format!("; did you mean \"{n}\"?"));
            let hint = hint.unwrap_or_default();
            self.report(below, format!("the form has no field \"{pointer}\"{hint}"));
        }
        found
    }

    fn materials(&self, item: &Item, form: &FormSchema) {
        if item.material.len() > MATERIALS_MAX {
            self.report("/material", format!("at most {MATERIALS_MAX} materials"));
        }
        let environment = form_environment(form);
        for (place, material) in item.material.iter().enumerate() {
            let below = format!("/material/{place}");
            self.material(&below, material);
            if item.material[..place].iter().any(|other| other.id == material.id) {
                let message = format!("there is a material \"{}\" already", material.id);
                self.report(&format!("{below}/id"), message);
            }
            let Some(when) = &material.when else { continue };
            if let Err(problem) = Expression::compile(when, &environment, &Type::Bool) {
                let character =
                    when.get(..problem.start).map_or(0, |text| text.chars().count()) + 1;
                let hint =
                    problem.hint.as_ref().map(|hint| format!("; {}", self.compile.say(hint)));
                let hint = hint.unwrap_or_default();
                let message = format!(
                    "at character {character}: {}{hint}",
                    self.compile.say(&problem.message)
                );
                self.report(&format!("{below}/when"), message);
            }
        }
    }

    fn material(&self, below: &str, material: &Material) {
        self.id(&format!("{below}/id"), &material.id);
        self.text(&format!("{below}/name"), &material.name, 100);
        for (name, text) in [("help", &material.help), ("source", &material.source)] {
            if let Some(text) = text {
                self.text(&format!("{below}/{name}"), text, 500);
            }
        }
        if material.kinds.is_empty() {
            self.report(&format!("{below}/kinds"), "at least one kind of file is accepted");
        }
        if !(1..=100).contains(&material.max_mib) {
            self.report(&format!("{below}/max_mib"), "a file may have 1 to 100 MiB");
        }
        if !(1..=20).contains(&material.max_files) {
            self.report(&format!("{below}/max_files"), "1 to 20 files may be asked for");
        }
    }
}

/// Whether a field and everything around it is required and asked without condition.
fn always_asked(form: &Json, pointer: &str) -> bool {
    let mut schema = form;
    for name in pointer.trim_start_matches('/').split('/') {
        let required = schema.get("required").and_then(Json::as_array);
        if !required.is_some_and(|names| names.iter().any(|n| n.as_str() == Some(name))) {
            return false;
        }
        let Some(next) = schema.get("properties").and_then(|p| p.get(name)) else { return false };
        if next.get("x-when").is_some() {
            return false;
        }
        schema = next;
    }
    true
}

/// The pointers of all fields that are not within lists.
fn field_pointers(form: &Json) -> Vec<String> {
    fn walk(schema: &Json, at: &str, found: &mut Vec<String>) {
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return };
        for (name, schema) in properties {
            let at = format!("{at}/{name}");
            walk(schema, &at, found);
            found.push(at);
        }
    }
    let mut found = Vec::new();
    walk(form, "", &mut found);
    found
}
