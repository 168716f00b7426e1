//! Every statement of every capability is prepared on both databases, and PostgreSQL infers portable types alone.

use minshu_runtime::house::{describe, migrations};
use minshu_server::capabilities;
use minshu_storage::records::testing::TestDb;

#[tokio::test]
async fn every_statement_is_prepared_on_each_database() {
    let capabilities = capabilities();
    let contract = describe(&capabilities);
    assert!(contract.statements.len() > 100, "statements are declared and collected");
    for db in TestDb::each(&migrations(&capabilities)).await {
        for (name, sql) in &contract.statements {
            let prepared = db.prepare_only(sql).await;
            assert!(
                prepared.is_ok(),
                "{:?} refuses {name}: {}\n{sql}",
                db.engine(),
                prepared.err().unwrap()
            );
        }
    }
}
