//! Every statement is prepared on each database; every operation is granted by something; every text is there.

use minshu_kernel::capability::{Capability as _, Contract};
use minshu_kernel::text::Texts;
use minshu_licences::Licences;
use minshu_runtime::house::migrations;
use minshu_storage::records::testing::TestDb;

use crate::world::capabilities;

fn contract() -> Contract {
    let mut contract = Contract::default();
    Licences::default().describe(&mut contract);
    contract
}

#[tokio::test]
async fn every_statement_is_understood_by_each_database() {
    let contract = contract();
    assert!(contract.statements.len() >= 40);
    for db in TestDb::each(&migrations(&capabilities())).await {
        for (name, sql) in &contract.statements {
            let prepared = db.db().prepare_only(sql).await;
            assert!(prepared.is_ok(), "{name}: {:?}\n{sql}", prepared.err());
        }
    }
}

#[test]
fn every_operation_is_granted_and_every_problem_has_its_words() {
    let contract = contract();
    let operations =
        contract.actions.iter().map(|a| a.name).chain(contract.queries.iter().map(|q| q.name));
    for operation in operations {
        let held = contract.permission_sets.iter().any(|set| set.may.contains(&operation));
        assert!(held, "{operation} is in no permission set");
    }
    let texts = Texts::load(&contract.texts).unwrap();
    let problems = contract.problem_types.iter().map(|p| p.code.replace(['.', '_'], "-"));
    let entries = contract.navigation.iter().map(|entry| entry.key.to_owned());
    let held = contract.holdings.iter().flat_map(|h| [h.title, h.purpose, h.basis, h.period]);
    for key in problems.chain(entries).chain(held.map(str::to_owned)) {
        assert!(texts.has(&key), "{key} has no text");
    }
}
