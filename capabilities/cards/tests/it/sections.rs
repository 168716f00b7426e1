//! Mistakes of declarations are told at their places.

use minshu_kernel::capability::Contract;
use minshu_kernel::text::Texts;
use minshu_runtime::packs::check;
use minshu_runtime::testing::{head, pack};

use crate::world::{KINDS, capabilities};

#[test]
fn every_mistake_is_told_at_its_place() {
    let capabilities = capabilities();
    let mut contract = Contract::default();
    for capability in &capabilities {
        capability.describe(&mut contract);
    }
    let texts = Texts::load(&contract.texts).unwrap();
    let bad = KINDS
        .replace("lengths = [9]", "lengths = [3, 9]")
        .replace("check = \"luhn\"", "check = \"luhn\"\nsigns = \"digits-and-letters\"")
        .replace("\"transit\"]", "\"tranist\"]")
        + "\n[[cards.kind]]\nid = \"transit\"\nname = { zh = \"卡\", en = \"Card\" }\nissuer = { zh = \"所\", en = \"Office\" }\nlengths = [8]\n";
    let sources = pack("multicard", &[("pack.toml", &head("multicard", &bad))]);
    let Err(problems) = check(&sources, &capabilities, &contract, &texts) else {
        panic!("the mistakes were not seen")
    };
    let told: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.line, p.message)).collect();
    insta::assert_snapshot!(told.join("\n"));
}
