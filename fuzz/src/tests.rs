//! Every file of the corpora through its target, in every run of the tests: what fuzzing found once stays found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::TARGETS;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = corpus().join(target);
    let entries = std::fs::read_dir(&folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect();
    inputs.sort();
    inputs
}

/// Runs a target's corpus, and beside each input what cutting and doubling makes of it.
fn hold(target: &str) {
    let run = crate::target(target).unwrap().run;
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "{target} has no corpus");
    let mut fallen = Vec::new();
    for (name, bytes) in &inputs {
        let half = &bytes[..bytes.len() / 2];
        let twice = [bytes.as_slice(), bytes.as_slice()].concat();
        for input in [bytes.as_slice(), half, twice.as_slice()] {
            if catch_unwind(AssertUnwindSafe(|| run(input))).is_err() {
                fallen.push(name);
            }
        }
    }
    assert!(fallen.is_empty(), "{target} falls over {fallen:?}");
}

macro_rules! corpora {
    ($($test:ident = $target:literal,)*) => {
        $(#[test]
        fn $test() {
            hold($target);
        })*

        #[test]
        fn every_target_has_a_test_and_a_corpus() {
            let tested = [$($target),*];
            let targets: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(tested.as_slice(), targets, "a target without a test, or out of order");
            let mut folders: Vec<String> = std::fs::read_dir(corpus())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            folders.sort();
            assert_eq!(folders, targets, "a corpus without a target");
        }
    };
}

corpora! {
    calendars = "calendar",
    division_tables = "divisions",
    expressions = "expression",
    expressions_over_any_values = "expression-values",
    forms_as_json = "form-json",
    forms_as_pages_send_them = "form-page",
    form_schemas = "form-schema",
    headers = "headers",
    inputs_of_operations = "input",
    items_of_departments = "items",
    json_schemas = "json-schema",
    key_archives = "key-archive",
    key_files = "key-file",
    kinds_of_files = "kind",
    identifiers_of_licences = "licence-code",
    sealed_documents = "licence-document",
    seals_and_certificates = "licence-seal",
    templates_of_licences = "licence-template",
    addresses_and_networks = "networks",
    packs = "pack",
    passkey = "passkey",
    requests = "request",
    answers_of_the_scanner = "scanner-answer",
    sealed_blocks = "sealed-block",
    sealed_objects = "sealed-object",
    sealed_values = "sealed-value",
    toml = "toml",
    traces_of_callers = "traceparent",
    words = "words",
}
