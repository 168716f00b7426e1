//! Declared items: what is good compiles, and every mistake is told at its file, line and column.

use std::sync::Arc;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::text::Texts;
use minshu_runtime::packs::check;
use minshu_runtime::testing::pack;

use crate::world::{IdentityDouble, PACK, capabilities_with};

/// The mistakes of the pack with some files replaced.
fn mistakes(replaced: &[(&str, &str)]) -> String {
    let capabilities: Vec<Arc<dyn Capability>> =
        capabilities_with(&Arc::new(IdentityDouble::default()));
    let mut contract = Contract::default();
    for capability in &capabilities {
        capability.describe(&mut contract);
    }
    // The house's own, which the clerk of the pack holds.
    contract.permission_sets.push(PermissionSet {
        id: "platform.correct_records",
        name: ("更正", "Corrections"),
        basis: Basis::Post,
        may: &[],
    });
    let mut sources = vec![minshu_kernel::TEXTS];
    sources.extend(contract.texts.iter().copied());
    let texts = Texts::load(&sources).unwrap();
    let files: Vec<(&str, &str)> = PACK
        .iter()
        .map(|(path, text)| {
            let other = replaced.iter().find(|(p, _)| p == path);
            (*path, other.map_or(*text, |(_, text)| *text))
        })
        .collect();
    let packs = pack("06-public-services/gov-single-window", &files);
    match check(&packs, &capabilities, &contract, &texts) {
        Ok(_) => "none".to_owned(),
        Err(problems) => {
            let folder = "06-public-services/gov-single-window/";
            let lines: Vec<String> =
                problems.iter().map(|p| p.to_string().replace(folder, "")).collect();
            lines.join("\n")
        }
    }
}

fn food(changes: &[(&str, &str)]) -> String {
    let (_, text) = PACK.iter().find(|(path, _)| path.contains("items/food")).unwrap();
    changes.iter().fold((*text).to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in the item");
        text.replacen(from, to, 1)
    })
}

#[test]
fn the_items_of_the_repository_are_good() {
    assert_eq!(mistakes(&[]), "none");
}

#[test]
fn mistakes_are_told_at_their_places() {
    let item = food(&[
        ("\"food-business-licence\"", "\"Food Licence\""),
        ("/company/uscc", "/company/name"),
        ("/premises/division", "/premises/divison"),
        ("7 working days", "25 working days"),
        ("\"SPJY\"", "\"Spjy1\""),
        ("max_mib   = 20", "max_mib   = 2000"),
        ("\"rules\"", "\"plan\""),
        ("person.direct", "person.directly"),
        ("'raw' in form.business.items", "form.business.seats > 10"),
        ("\"clerk\"", "\"clark\""),
        ("[\"accept\", \"return\", \"refuse\"]", "[\"return\", \"refuse\", \"grant\"]"),
        ("6 working days", "30 working days"),
    ]);
    insta::assert_snapshot!(mistakes(&[("items/food-business-licence.toml", &item)]));
}

#[test]
fn shapes_are_held_by_the_schema() {
    let item = food(&[
        ("handled_at         = \"county\"", "handled_at         = \"district\""),
        ("necessity = \"required\"", "neccessity = \"required\""),
        ("kinds     = [\"pdf\"]", "kinds     = [\"exe\"]"),
        ("statutory          = \"10 working days\"", "statutory          = \"20 days\""),
    ]);
    insta::assert_snapshot!(mistakes(&[("items/food-business-licence.toml", &item)]));
}

#[test]
fn a_forms_mistakes_are_told_in_the_form() {
    let (_, text) = PACK.iter().find(|(path, _)| path.contains("forms/food")).unwrap();
    let form = text.replacen("\"format\": \"uscc\"", "\"format\": \"ussc\"", 1).replacen(
        "\"minItems\": 1",
        "\"minimumItems\": 1",
        1,
    );
    let missing =
        food(&[("forms/food-business-licence.json", "forms/food-bussiness-licence.json")]);
    let told = [
        mistakes(&[("forms/food-business-licence.json", &form)]),
        mistakes(&[("items/food-business-licence.toml", &missing)]),
        mistakes(&[("forms/food-business-licence.json", "{")]),
    ];
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn a_division_that_may_be_absent_is_no_place() {
    let (_, text) = PACK.iter().find(|(path, _)| path.contains("forms/food")).unwrap();
    let required =
        text.replacen("[\"division\", \"address\", \"area\"]", "[\"address\", \"area\"]", 1);
    let shallow = text.replacen("\"x-levels\": \"village\"", "\"x-levels\": \"prefecture\"", 1);
    let told = [
        mistakes(&[("forms/food-business-licence.json", &required)]),
        mistakes(&[("forms/food-business-licence.json", &shallow)]),
    ];
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn lookups_are_typed_against_the_answers_and_the_form() {
    let item = food(&[
        ("\"identity.applicant\"", "\"identity.aplicant\""),
        ("field  = \"/company/name\"", "field  = \"/company/nmae\""),
    ]);
    let more = r#"
[[casework.item.lookup]]
name    = "me"
ask     = "identity.applicant"
with    = { organisation = { cel = "form.company.email" } }
purpose = { zh = "用途", en = "Purpose" }

[[casework.item.lookup]]
name       = "late"
ask        = "identity.applicant"
with       = { organisation = { cel = "form.company.uscc" } }
purpose    = { zh = "用途", en = "Purpose" }
on_failure = "defer"

[[casework.item.lookup]]
name    = "idle"
ask     = "identity.my_mandates"
purpose = { zh = "用途", en = "Purpose" }

[[casework.item.lookup]]
name    = "idle"
ask     = "identity.my_mandates"
purpose = { zh = "用途", en = "Purpose" }

[[casework.item.prefill]]
field  = "/company/email"
value  = { cel = "has(lookup.late) ? lookup.late.name : null" }
source = { zh = "账户", en = "account" }

[[casework.item.prefill]]
field  = "/people"
value  = { cel = "applicant.name" }
source = { zh = "账户", en = "account" }

[[casework.item.prefill]]
field  = "/premises/area"
value  = { cel = "applicant.name" }
source = { zh = "账户", en = "account" }

[[casework.item.require]]
before  = ["advance", "submit", "submit"]
that    = "lookup.late.name == form.company.contact"
field   = "/company/contract"
refusal = { zh = "不对", en = "Wrong" }
"#;
    let shaped = food(&[])
        + "\n[[casework.item.require]]\nbefore = [\"decide\"]\nthat = \"true\"\nrefusal = { zh = \"不对\", en = \"Wrong\" }\n\
           [[casework.item.prefill]]\nfield = \"/company/name\"\nvalue = \"x\"\nsource = { zh = \"源\", en = \"Source\" }\nfix = true\n";
    let idle = food(&[])
        + "\n[[casework.item.lookup]]\nname = \"idle\"\nask = \"identity.my_mandates\"\n\
           purpose = { zh = \"用途\", en = \"Purpose\" }\n";
    let told = [
        mistakes(&[("items/food-business-licence.toml", &format!("{item}{more}"))]),
        mistakes(&[("items/food-business-licence.toml", &idle)]),
        mistakes(&[("items/food-business-licence.toml", &shaped)]),
    ];
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn elements_and_guides_are_held_to_what_they_name() {
    let item = food(&[
        ("visits       = 0", "visits       = 2"),
        ("online       = \"whole\"", "online       = \"hole\""),
        (
            "topics       = [\"operating\"]",
            "topics       = [\"operating\", \"operating\"]\ntask_code    = \"11370800MB285591853370117002011\"",
        ),
    ]);
    let contradictory = food(&[("visits       = 0", "visits       = 2")]);
    let (_, head) = PACK.iter().find(|(path, _)| *path == "pack.toml").unwrap();
    let guide = r#"
[[casework.guide]]
id      = "open"
name    = { zh = "开店", en = "Open" }
summary = { zh = "问", en = "Asks" }
question = [
  { id = "kind", ask = { zh = "种类", en = "Kind" }, option = [{ id = "food", label = { zh = "食品", en = "Food" } }] },
  { id = "kind", ask = { zh = "再问", en = "Again" }, when = "answer.kind == 'food'" },
]
outcome = [
  { item = "food-licence", why = { zh = "要办", en = "Needed" }, when = "has(answer.knid)" },
]
"#;
    let told = [
        mistakes(&[("items/food-business-licence.toml", &item)]),
        mistakes(&[("items/food-business-licence.toml", &contradictory)]),
        mistakes(&[("pack.toml", &format!("{head}{guide}"))]),
    ];
    insta::assert_snapshot!(told.join("\n--\n"));
}
