//! The packs against the register, and the loader against a pack full of mistakes.

use minshu_runtime::house::describe;
use minshu_runtime::packs::{PackSources, check, manage, texts_of};
use minshu_runtime::register::{CHAPTERS, Register};
use minshu_runtime::testing::{all_packs, pack};
use minshu_server::capabilities;

fn register() -> Register {
    Register::read(include_str!("../../../plan/systems.toml")).unwrap()
}

fn loaded() -> minshu_runtime::packs::Checked {
    let capabilities = capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract).unwrap();
    match check(&all_packs(), &capabilities, &contract, &texts) {
        Ok(checked) => checked,
        Err(problems) => {
            panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        }
    }
}

#[test]
fn every_system_of_the_register_has_its_pack() {
    let set = loaded().set;
    let register = register();
    assert_eq!(register.systems.len(), 176);
    for system in &register.systems {
        let pack = set.pack(&system.id);
        let pack = pack.unwrap_or_else(|| panic!("{} has no pack", system.id));
        assert_eq!(pack.plan, system.plan, "{}", system.id);
        assert_eq!(pack.name.zh, system.zh, "{}", system.id);
        assert_eq!(pack.name.en, system.en, "{}", system.id);
        assert_eq!(pack.lead.zh, system.lead, "{}", system.id);
        // A pack may use more than the register foresaw, never less.
        for capability in &system.uses {
            assert!(pack.uses.contains(capability), "{} leaves out {capability}", system.id);
        }
        let number = system.plan.split('.').next().unwrap();
        let chapter = CHAPTERS.iter().find(|c| c.number.to_string() == number).unwrap();
        assert_eq!(pack.chapter, chapter.folder, "{}", system.id);
        for text in [&pack.description.zh, &pack.description.en, &pack.lead.en] {
            assert!(!text.trim().is_empty(), "{}", system.id);
        }
    }
}

/// Between and around the clauses' English spans nothing of the register's line stands but punctuation and
/// "and", "then", "but".
#[test]
fn the_clauses_cover_the_registers_line() {
    let set = loaded().set;
    for system in register().systems {
        let pack = set.pack(&system.id).unwrap();
        let mut rest = system.works.as_str();
        let mut between = String::new();
        for clause in &pack.clauses {
            let at = rest.find(&clause.text.en);
            let at =
                at.unwrap_or_else(|| panic!("{}: {} is no span in order", system.id, clause.id));
            between.push_str(&rest[..at]);
            between.push(' ');
            rest = &rest[at + clause.text.en.len()..];
        }
        between.push_str(rest);
        let words = between
            .split(|c: char| c.is_whitespace() || ",;:.()".contains(c))
            .filter(|word| !["", "and", "then", "but"].contains(word));
        let left: Vec<&str> = words.collect();
        assert!(left.is_empty(), "{}: no clause covers {left:?}", system.id);
    }
}

#[test]
fn a_pack_that_declares_something_has_scenarios() {
    let packs = all_packs();
    for info in &loaded().set.packs {
        if info.declares {
            let folder = packs.packs.iter().find(|p| p.folder.ends_with(&info.id)).unwrap();
            let has = folder.files.iter().any(|(path, _)| path == "scenario.feature");
            assert!(has, "{} declares something and has no scenario.feature", info.id);
        }
    }
}

/// Each mistake is named at its place, all at once.
#[test]
fn a_pack_with_forty_mistakes() {
    let capabilities = capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract).unwrap();
    let head = include_str!("mistakes/pack.toml");
    let item = include_str!("mistakes/item.toml");
    let form = include_str!("mistakes/form.json");
    let sources = pack(
        "06-public-services/full-of-mistakes",
        &[
            ("pack.toml", head),
            ("items/item.toml", item),
            ("items/lookups.toml", include_str!("mistakes/lookups.toml")),
            ("forms/form.json", form),
            ("forms/good.json", include_str!("mistakes/good.json")),
        ],
    );
    let problems = check(&sources, &capabilities, &contract, &texts).err().unwrap();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(problems.len() >= 40, "only {} mistakes were found", problems.len());
    assert!(problems.iter().all(|p| p.line > 0 && p.column > 0));
}

#[test]
fn a_pack_that_is_begun_holds() {
    let capabilities = capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract).unwrap();
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("06-public-services")).unwrap();
    manage::begin(root.path(), "06-public-services", "parks-booking").unwrap();
    let sources = PackSources::read(root.path()).unwrap();
    let told = check(&sources, &capabilities, &contract, &texts).err().unwrap_or_default();
    assert!(told.is_empty(), "{told:?}");
}
