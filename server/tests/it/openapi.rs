//! The OpenAPI document says everything: every action and query with its access, words, example and failures.

use std::collections::{BTreeMap, BTreeSet};

use minshu_kernel::capability::Contract;
use minshu_runtime::house::describe;
use minshu_runtime::http::openapi::{document, path};
use minshu_server::capabilities;
use serde_json::Value;

use crate::invariants::files;

fn contract() -> Contract {
    describe(&capabilities())
}

fn operations(document: &Value) -> BTreeMap<(&str, &str), &Value> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| ((path.as_str(), method.as_str()), operation))
        })
        .collect()
}

#[test]
fn every_action_and_query_is_described() {
    let contract = contract();
    let document = document(&contract);
    let operations = operations(&document);
    let actions = contract.actions.iter().map(|action| (action.name, "post"));
    let queries = contract.queries.iter();
    let queries = queries.map(|query| (query.name, if query.personal { "post" } else { "get" }));
    let named: Vec<_> = actions.chain(queries).collect();
    for (name, method) in &named {
        let place = path(name);
        let operation = operations.get(&(place.as_str(), *method));
        let operation = operation.unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(operation["operationId"], *name);
    }
    let plain = ["/api/platform/build", "/api/platform/standings", "/api/uploads", "/divisions"];
    assert!(plain.iter().all(|plain| operations.keys().any(|(path, _)| path == plain)));
    assert_eq!(operations.len(), named.len() + plain.len());
}

#[test]
fn every_operation_has_words_access_and_failures() {
    let document = document(&contract());
    for ((path, method), operation) in operations(&document) {
        let place = format!("{method} {path}");
        for word in ["operationId", "summary", "description"] {
            let text = operation[word].as_str().unwrap_or("");
            assert!(!text.is_empty() && text.is_ascii(), "{place}: {word} {text:?}");
        }
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{place}");
        assert!(!operation["security"].as_array().unwrap().is_empty(), "{place}");
        let responses = operation["responses"].as_object().unwrap();
        for status in ["200", "401", "403", "422", "500", "503"] {
            assert!(responses.contains_key(status), "{place} does not tell of {status}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let shared = parameter.get("$ref").is_some();
            assert!(shared || parameter["description"].is_string(), "{place}: {parameter}");
        }
    }
}

/// An example that its own schema refuses would be worse than none.
#[test]
fn every_example_fits_its_schema() {
    let document = document(&contract());
    let fits = |schema: &Value, example: &Value, place: &str| {
        let mut root = schema.clone();
        root["components"] = document["components"].clone();
        let validator = jsonschema::validator_for(&root).unwrap();
        let wrong: Vec<String> = validator.iter_errors(example).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{place}: {example} {wrong:?}");
    };
    for ((path, _), operation) in operations(&document) {
        let body = &operation["requestBody"]["content"]["application/json"];
        if body.is_object() {
            let example = body.get("example");
            fits(&body["schema"], example.unwrap_or_else(|| panic!("{path} has no example")), path);
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            match parameter.get("example") {
                Some(example) => fits(&parameter["schema"], example, path),
                None => assert_ne!(parameter["required"], true, "{path}: {parameter}"),
            }
        }
    }
}

/// Every code that stands in the sources is published, with its status, and has its words.
#[test]
fn every_problem_is_published() {
    let contract = contract();
    let document = document(&contract);
    let listed = &document["components"]["schemas"]["Problem"]["properties"]["type"]["enum"];
    let listed: BTreeSet<&str> =
        listed.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let texts = minshu_runtime::packs::texts_of(&contract).unwrap();
    let mut codes = BTreeSet::new();
    for (path, text) in files(".rs") {
        let own =
            ["kernel/src", "runtime/src", "capabilities/"].iter().any(|f| path.starts_with(f));
        if !own || path.contains("/tests") {
            continue;
        }
        let text = text.split("#[cfg(test)]").next().unwrap();
        for piece in text.split("Kind::").skip(1) {
            let Some((_, rest)) = piece.split_once(", \"") else { continue };
            let code = rest.split('"').next().unwrap();
            let near = piece.len() - rest.len() < 24;
            let is_code = code.split_once('.').is_some_and(|(capability, word)| {
                [capability, word].iter().all(|part| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                })
            });
            if near && is_code {
                codes.insert(code.to_owned());
            }
        }
    }
    codes.extend(contract.problem_types.iter().map(|problem| problem.code.to_owned()));
    assert!(codes.len() > 40, "{codes:?}");
    for code in &codes {
        assert!(listed.contains(format!("urn:minshu:problem:{code}").as_str()), "{code}");
        let key = code.replace(['.', '_'], "-");
        assert!(texts.has(&key), "{key} has no text");
    }
}

/// The words of access policies, as the handbook publishes them.
#[test]
fn the_published_schema_of_access_is_the_one_in_force() {
    let made = minshu_runtime::access::schema::text(&contract());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/access.cedarschema");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        std::fs::write(path, &made).expect("the handbook can be written");
    }
    let published = std::fs::read_to_string(path).expect("the published schema");
    assert_eq!(published, made, "INSTA_UPDATE=always writes docs/access.cedarschema again");
}
