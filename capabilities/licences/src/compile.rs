//! `[[licences.issuer]]` and `[[licences.type]]` compiled: every mistake of a declaration told at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use minshu_kernel::codes::uscc;
use minshu_kernel::division::{DivisionCode, Divisions};
use minshu_kernel::expr::nearest;
use minshu_kernel::pack::{Compile, Declared};
use minshu_kernel::text::LocalText;

use crate::layout::{Fonts, Template};
use crate::model::Verb;
use crate::pack::{FieldKind, FieldToml, IssuerToml, LayoutToml, TypeToml, ValidityToml};

/// An organisation that issues.
#[derive(Debug, Clone, PartialEq)]
pub struct Issuer {
    /// Its name.
    pub name: LocalText,
    /// Its unified social credit code.
    pub uscc: String,
    /// What it serves.
    pub division: DivisionCode,
}

/// A kind of licence in force.
#[derive(Debug)]
pub struct Type {
    /// `pack.type`.
    pub id: String,
    /// The pack that declares it.
    pub pack: String,
    /// As it was declared.
    pub told: TypeToml,
    /// The type code: the authority's code and three digits.
    pub code: String,
    /// Those who issue it.
    pub issuers: Vec<Arc<Issuer>>,
    /// The role that issues it.
    pub role: Option<String>,
    /// Its layout.
    pub layout: Arc<Template>,
}

impl Type {
    /// Who issues it at a place: the nearest one above it.
    pub fn issuer_at(&self, divisions: &Divisions, place: DivisionCode) -> Option<&Arc<Issuer>> {
        let serves = |issuer: &&Arc<Issuer>| divisions.contains(issuer.division, place);
        self.issuers.iter().filter(serves).max_by_key(|issuer| issuer.division.level() as usize)
    }

    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&FieldToml> {
        self.told.fields.iter().find(|field| field.id == id)
    }

    /// Whether this may be done to it at all.
    pub fn allows(&self, verb: Verb) -> bool {
        self.told.moves.as_ref().is_none_or(|moves| moves.contains(&verb))
    }

    /// Whether two must agree on it.
    pub fn wants_two(&self, verb: Verb) -> bool {
        self.told.four_eyes.contains(&verb)
    }
}

/// The compiled section of the packs in force.
#[derive(Default)]
pub struct Section {
    /// Types by `pack.type`.
    pub types: BTreeMap<String, Arc<Type>>,
    /// Issuers by `pack.issuer`.
    pub issuers: BTreeMap<String, Arc<Issuer>>,
    /// The fonts that documents are set in.
    pub fonts: Option<Fonts>,
}

/// Compiles every declaration. Those with a mistake are left out and the mistake is reported.
pub fn compile(compile: &Compile<'_>, fonts: Option<Fonts>) -> Section {
    let mut section = Section { fonts, ..Section::default() };
    for declared in compile.each::<IssuerToml>("licences", "issuer") {
        let id = format!("{}.{}", declared.pack.id, declared.value.id);
        if section.issuers.contains_key(&id) {
            let place = declared.at.below("/id");
            compile.problem(&place, format!("there is an issuer \"{id}\" already"));
            continue;
        }
        check_uscc(compile, &declared.at.below("/uscc"), &declared.value.uscc);
        let Ok(division) = declared.value.division.parse::<DivisionCode>() else {
            let place = declared.at.below("/division");
            compile.problem(&place, "a division has a code of six, nine or twelve digits");
            continue;
        };
        let IssuerToml { name, uscc, .. } = declared.value;
        section.issuers.insert(id, Arc::new(Issuer { name, uscc, division }));
    }
    for declared in compile.each::<TypeToml>("licences", "type") {
        if let Some(kind) = compile_type(compile, &section, declared) {
            section.types.insert(kind.id.clone(), Arc::new(kind));
        }
    }
    section
}

fn check_uscc(compile: &Compile<'_>, place: &minshu_kernel::pack::At, code: &str) {
    if uscc::check(code).is_err() {
        compile.problem(
            place,
            "this is no unified social credit code: 18 characters, the last one is a check",
        );
    }
}

fn compile_type(
    compile: &Compile<'_>,
    section: &Section,
    declared: Declared<'_, TypeToml>,
) -> Option<Type> {
    let told = declared.value;
    let at = |pointer: &str| declared.at.below(pointer);
    let id = format!("{}.{}", declared.pack.id, told.id);
    if section.types.contains_key(&id) {
        compile.problem(&at("/id"), format!("there is a type of licence \"{id}\" already"));
        return None;
    }
    check_uscc(compile, &at("/owner/uscc"), &told.owner.uscc);
    let code = format!("{}{}", told.owner.uscc, told.code);
    if told.code.len() != 3 || !told.code.bytes().all(|b| b.is_ascii_digit()) {
        compile.problem(&at("/code"), "the authority numbers its types with three digits");
    } else if let Some(other) = section.types.values().find(|other| other.code == code) {
        compile.problem(&at("/code"), format!("\"{}\" has this type code", other.id));
    }
    let mut issuers = Vec::new();
    for (index, issuer) in told.issuers.iter().enumerate() {
        let place = at(&format!("/issuers/{index}"));
        let full = compile.full_id(&place, issuer);
        match section.issuers.get(&full) {
            Some(issuer) => issuers.push(issuer.clone()),
            None => {
                let hint = nearest(&full, section.issuers.keys().map(String::as_str))
                    .map(|near| format!("; there is \"{near}\""))
                    .unwrap_or_default();
                compile.problem(&place, format!("there is no issuer \"{full}\"{hint}"));
            }
        }
    }
    if told.issuers.is_empty() {
        compile.problem(&at("/issuers"), "say who issues it");
    }
    let role = told.role.as_ref().and_then(|role| compile.role(&at("/role"), role));
    check_fields(compile, &at, &told.fields);
    check_validity(compile, &at, &told.validity, &told.fields);
    for (list, verbs) in
        [("moves", told.moves.as_deref().unwrap_or_default()), ("four_eyes", &told.four_eyes)]
    {
        for (index, verb) in verbs.iter().enumerate() {
            if !Verb::MOVES.contains(verb) {
                let place = at(&format!("/{list}/{index}"));
                compile.problem(&place, "this is not done to a licence that was issued; it may be suspend, resume, withdraw, cancel, transfer, revoke");
            }
        }
    }
    for (index, from) in told.from.iter().enumerate() {
        let pointers = [&from.holder_name, &from.holder_number, &from.division];
        if pointers.into_iter().chain(from.values.values()).any(|p| !p.starts_with('/')) {
            let place = at(&format!("/from/{index}"));
            compile
                .problem(&place, "a place in a form begins with a stroke, such as /company/name");
        }
        let named = from.values.keys().map(|id| ("values", id));
        for (part, id) in named.chain(from.words.keys().map(|id| ("words", id))) {
            if !told.fields.iter().any(|field| field.id == *id) {
                let place = at(&format!("/from/{index}/{part}/{id}"));
                compile.problem(&place, format!("there is no field \"{id}\""));
            }
        }
    }
    if told.retention.years.is_some_and(|years| !(1..=100).contains(&years)) {
        compile.problem(&at("/retention/years"), "a licence is kept 1 to 100 years, or for ever");
    }
    let wanted = compile.full_id(&at("/layout"), &told.layout);
    let mut layouts = compile.each::<LayoutToml>("licences", "layout").into_iter();
    let found = layouts.find(|l| format!("{}.{}", l.pack.id, l.value.id) == wanted);
    let Some(text) = found.and_then(|l| toml::to_string(l.raw.get("template")?).ok()) else {
        compile.problem(&at("/layout"), format!("there is no layout \"{wanted}\""));
        return None;
    };
    let ids: Vec<&str> = told.fields.iter().map(|field| field.id.as_str()).collect();
    let layout = match crate::document::template(&text, &ids) {
        Ok(layout) => layout,
        Err(error) => {
            compile.problem(&at("/layout"), format!("{}: {error}", told.layout));
            return None;
        }
    };
    let pack = declared.pack.id.clone();
    Some(Type { id, pack, code, issuers, role, layout: Arc::new(layout), told })
}

fn check_fields(
    compile: &Compile<'_>,
    at: &dyn Fn(&str) -> minshu_kernel::pack::At,
    fields: &[FieldToml],
) {
    if fields.is_empty() {
        compile.problem(&at("/field"), "say what stands in it");
    }
    for (index, field) in fields.iter().enumerate() {
        if fields[..index].iter().any(|other| other.id == field.id) {
            let place = at(&format!("/field/{index}/id"));
            compile.problem(&place, format!("there is a field \"{}\" already", field.id));
        }
        if crate::document::OWN.contains(&field.id.as_str()) {
            let place = at(&format!("/field/{index}/id"));
            compile.problem(&place, format!("\"{}\" stands in every licence by itself", field.id));
        }
    }
}

fn check_validity(
    compile: &Compile<'_>,
    at: &dyn Fn(&str) -> minshu_kernel::pack::At,
    validity: &ValidityToml,
    fields: &[FieldToml],
) {
    let given = [validity.years.is_some(), validity.months.is_some(), validity.until.is_some()];
    if given.iter().filter(|given| **given).count() > 1 {
        compile.problem(&at("/validity"), "say years, or months, or the field of the last day");
    }
    if validity.years.is_some_and(|years| !(1..=50).contains(&years)) {
        compile.problem(&at("/validity/years"), "a licence holds 1 to 50 years");
    }
    if validity.months.is_some_and(|months| !(1..=600).contains(&months)) {
        compile.problem(&at("/validity/months"), "a licence holds 1 to 600 months");
    }
    if let Some(until) = &validity.until {
        let is_date = |field: &FieldToml| field.id == *until && field.kind == FieldKind::Date;
        if !fields.iter().any(is_date) {
            let place = at("/validity/until");
            compile.problem(&place, format!("there is no field \"{until}\" of the kind date"));
        }
    }
}
