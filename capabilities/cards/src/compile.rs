//! `[[cards.kind]]` and `[[cards.purpose]]` compiled: every mistake of a declaration told at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use minshu_kernel::expr::nearest;
use minshu_kernel::pack::Compile;
use minshu_kernel::text::LocalText;

use crate::pack::{Check, KindToml, PurposeToml, Signs};

/// A kind of card in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// `pack.kind`.
    pub id: String,
    /// The pack that declares it.
    pub pack: String,
    /// What it is called.
    pub name: LocalText,
    /// Who issues it.
    pub issuer: LocalText,
    /// The numbers of characters of its number.
    pub lengths: Vec<u8>,
    /// What its number is made of.
    pub signs: Signs,
    /// How a slip is found.
    pub check: Check,
    /// Where the number stands.
    pub help: Option<LocalText>,
    /// How many one person may have.
    pub most: u8,
}

/// What terminals may ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Purpose {
    /// `pack.purpose`.
    pub id: String,
    /// The pack that declares it: whoever holds its role may ask.
    pub pack: String,
    /// What it is, as holders read it.
    pub name: LocalText,
    /// The kinds that are taken.
    pub kinds: Vec<String>,
}

/// The compiled section of the packs in force.
#[derive(Debug, Default)]
pub struct Section {
    /// By `pack.kind`.
    pub kinds: BTreeMap<String, Arc<Kind>>,
    /// By `pack.purpose`.
    pub purposes: BTreeMap<String, Arc<Purpose>>,
}

/// Compiles every declaration. Those with a mistake are left out and the mistake is reported.
pub fn compile(compile: &Compile<'_>) -> Section {
    let mut section = Section::default();
    for declared in compile.each::<KindToml>("cards", "kind") {
        let id = format!("{}.{}", declared.pack.id, declared.value.id);
        if section.kinds.contains_key(&id) {
            let place = declared.at.below("/id");
            compile.problem(&place, format!("there is a kind of card \"{id}\" already"));
            continue;
        }
        let value = &declared.value;
        for (index, length) in value.lengths.iter().enumerate() {
            let place = declared.at.below(&format!("/lengths/{index}"));
            if !(6..=32).contains(length) {
                compile.problem(&place, "a number has 6 to 32 characters");
            } else if value.check == Check::Citizen && *length != 18 {
                compile.problem(&place, "a citizen identity number has 18 characters");
            }
        }
        if value.lengths.is_empty() {
            compile.problem(&declared.at.below("/lengths"), "say how many characters a number has");
        }
        if !(1..=10).contains(&value.most) {
            compile.problem(&declared.at.below("/most"), "one person has 1 to 10 of a kind");
        }
        if value.check == Check::Luhn && value.signs != Signs::Digits {
            compile.problem(&declared.at.below("/check"), "luhn checks digits alone");
        }
        let kind = Kind {
            id: id.clone(),
            pack: declared.pack.id.clone(),
            name: value.name.clone(),
            issuer: value.issuer.clone(),
            lengths: value.lengths.clone(),
            signs: value.signs,
            check: value.check,
            help: value.help.clone(),
            most: value.most,
        };
        section.kinds.insert(id, Arc::new(kind));
    }
    for declared in compile.each::<PurposeToml>("cards", "purpose") {
        let id = format!("{}.{}", declared.pack.id, declared.value.id);
        if section.purposes.contains_key(&id) {
            let place = declared.at.below("/id");
            compile.problem(&place, format!("there is a purpose \"{id}\" already"));
            continue;
        }
        let mut kinds = Vec::new();
        for (index, kind) in declared.value.kinds.iter().enumerate() {
            let place = declared.at.below(&format!("/kinds/{index}"));
            let kind = compile.full_id(&place, kind);
            if !section.kinds.contains_key(&kind) {
                let hint = nearest(&kind, section.kinds.keys().map(String::as_str))
                    .map(|near| format!("; there is \"{near}\""))
                    .unwrap_or_default();
                compile.problem(&place, format!("there is no kind of card \"{kind}\"{hint}"));
            }
            kinds.push(kind);
        }
        if kinds.is_empty() {
            compile.problem(&declared.at.below("/kinds"), "say which kinds of cards are taken");
        }
        let purpose = Purpose {
            id: id.clone(),
            pack: declared.pack.id.clone(),
            name: declared.value.name.clone(),
            kinds,
        };
        section.purposes.insert(id, Arc::new(purpose));
    }
    section
}
