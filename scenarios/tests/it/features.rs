//! Every scenario of every pack parses, and every step is one defined sentence.

use std::path::{Path, PathBuf};

use minshu_scenarios::packs::{self, Pack};
use minshu_scenarios::{features, steps};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs")
}

#[test]
fn every_step_of_every_pack_is_one_defined_sentence() {
    let features = features::load(&packs(), None).unwrap();
    assert!(!features.is_empty(), "there are scenarios");
    let mut mistakes = Vec::new();
    for feature in &features {
        let pack = Pack::read(&features::folder(feature)).unwrap();
        let found = features::mistakes(feature, &pack.clauses);
        mistakes.extend(found.into_iter().map(|mistake| format!("{}: {mistake}", pack.id)));
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_pack_can_be_read() {
    for folder in packs::folders(&packs()).unwrap() {
        let pack = Pack::read(&folder).unwrap();
        assert!(folder.ends_with(&pack.id), "{}", folder.display());
        assert!(!pack.clauses.is_empty(), "{}", pack.id);
    }
}

#[test]
fn labels_and_materials_that_samples_name_are_those_of_the_items() {
    let mut looked_at = 0;
    for feature in features::load(&packs(), None).unwrap() {
        let pack = Pack::read(&features::folder(&feature)).unwrap();
        for (_, step) in features::steps_of(&feature) {
            let Some((item, kind)) = step.value.strip_prefix('“').and_then(|s| s.split_once("”的"))
            else {
                continue;
            };
            let rows = step.table.iter().flat_map(|table| table.rows.iter().skip(1));
            let item = pack.items.get(item).unwrap_or_else(|| panic!("{}: {item}", pack.id));
            for row in rows {
                looked_at += 1;
                if kind.starts_with("申请表") {
                    let place = item.form.place(&row[0]);
                    assert!(place.is_ok(), "{}: {}", pack.id, place.unwrap_err());
                } else {
                    assert!(item.materials.contains_key(&row[0]), "{}: {}", pack.id, row[0]);
                }
            }
        }
    }
    assert!(looked_at > 0);
}

#[test]
fn a_sentence_means_the_same_behind_every_keyword() {
    let text = "功能: 甲\n  场景: 乙\n    假如 应当成功\n    当 应当成功\n    那么 应当成功\n";
    let feature = features::parse(text, Path::new("x/scenario.feature")).unwrap();
    for (_, step) in features::steps_of(&feature) {
        assert!(steps::collection().find(step).unwrap().is_some(), "{:?}", step.ty);
    }
}
