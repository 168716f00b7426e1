//! Every statement is prepared on each database; every operation is granted by something.

use std::sync::Arc;

use minshu_kernel::capability::{Capability as _, Contract};
use minshu_messaging::Messaging;
use minshu_runtime::house::migrations;
use minshu_storage::records::testing::TestDb;

use crate::world::capabilities_with;

#[tokio::test]
async fn every_statement_is_understood_by_each_database() {
    let mut contract = Contract::default();
    Messaging.describe(&mut contract);
    assert!(contract.statements.len() >= 15);
    for db in TestDb::each(&migrations(&capabilities_with(&Arc::default()))).await {
        for (name, sql) in &contract.statements {
            let prepared = db.db().prepare_only(sql).await;
            assert!(prepared.is_ok(), "{name}: {:?}\n{sql}", prepared.err());
        }
    }
}

#[test]
fn every_operation_is_in_a_permission_set_and_every_set_names_operations() {
    let mut contract = Contract::default();
    Messaging.describe(&mut contract);
    let operations: Vec<&str> = contract
        .actions
        .iter()
        .map(|action| action.name)
        .chain(contract.queries.iter().map(|query| query.name))
        .collect();
    for operation in &operations {
        let held = contract.permission_sets.iter().any(|set| set.may.contains(operation));
        assert!(held, "{operation} is in no permission set");
    }
    for set in &contract.permission_sets {
        for operation in set.may {
            assert!(operations.contains(operation), "{}: {operation} is not there", set.id);
        }
    }
}

#[test]
fn every_problem_has_its_words_in_both_languages() {
    let mut contract = Contract::default();
    Messaging.describe(&mut contract);
    let texts = minshu_kernel::text::Texts::load(&contract.texts).unwrap();
    for problem in &contract.problem_types {
        let key = problem.code.replace(['.', '_'], "-");
        assert!(texts.has(&key), "{key} has no text");
    }
    for entry in &contract.navigation {
        assert!(texts.has(entry.key), "{} has no text", entry.key);
    }
}
