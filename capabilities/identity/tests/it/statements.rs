//! Every statement is prepared on each database: one text for both, portable types alone.

use minshu_identity::Identity;
use minshu_kernel::capability::{Capability as _, Contract};
use minshu_runtime::house::migrations;
use minshu_storage::records::testing::TestDb;

use crate::world::capabilities;

#[tokio::test]
async fn every_statement_is_understood_by_each_database() {
    let mut contract = Contract::default();
    Identity.describe(&mut contract);
    assert!(contract.statements.len() > 40);
    for db in TestDb::each(&migrations(&capabilities())).await {
        for (name, sql) in &contract.statements {
            let prepared = db.db().prepare_only(sql).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
    }
}

#[test]
fn every_operation_is_in_a_permission_set_and_every_set_names_operations() {
    let mut contract = Contract::default();
    Identity.describe(&mut contract);
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
