use super::{SHELF, count, each, insert, one, set};
use minshu_kernel::records::{Expect, Records, RecordsError, Statement};
use minshu_kernel::values;
use minshu_storage::records::Migrations;
use minshu_storage::records::testing::TestDb;

#[tokio::test]
async fn another_count_undoes_the_whole_set() {
    for db in each().await {
        db.apply(set([insert("a", 1)])).await.unwrap();
        let guarded = "UPDATE items SET number = $1, version = version + 1
            WHERE id = $2 AND version = $3";
        let change = |version: i64| Statement::one(guarded, values![9_i64, "a", version]);
        let lost = db.apply(set([insert("b", 2), change(7)])).await.unwrap_err();
        let RecordsError::Lost { statement, expected, touched } = lost else {
            panic!("{db:?} {lost:?}")
        };
        assert_eq!((statement, expected, touched), (1, 1, 0));
        assert_eq!(count(&db).await, 1);
        db.apply(set([insert("b", 2), change(1)])).await.unwrap();
        assert_eq!(count(&db).await, 2);
        let lost = db.apply(set([change(1)])).await.unwrap_err();
        assert!(matches!(lost, RecordsError::Lost { statement: 0, .. }));
        let all = Statement {
            sql: "DELETE FROM items".into(),
            values: values![],
            expect: Expect::Rows(2),
        };
        db.apply(set([all])).await.unwrap();
        assert_eq!(count(&db).await, 0);
    }
}

#[tokio::test]
async fn a_row_that_was_only_read_is_guarded() {
    for db in each().await {
        let own = "INSERT INTO owners (id, version) VALUES ($1, $2)";
        db.apply(set([Statement::one(own, values!["o", 4_i64])])).await.unwrap();
        let guard = |version| Statement::expect_unchanged("owners", "o", version);
        db.apply(set([guard(4), insert("a", 1)])).await.unwrap();
        let lost = db.apply(set([guard(5), insert("b", 1)])).await;
        assert!(matches!(lost, Err(RecordsError::Lost { statement: 0, .. })), "{db:?}");
        assert_eq!(count(&db).await, 1);
    }
}

#[tokio::test]
async fn constraints_have_the_same_names_on_both_databases() {
    let insert = "INSERT INTO items (id, owner, number, note) VALUES ($1, $2, $3, $4)";
    for db in each().await {
        let own = "INSERT INTO owners (id, version) VALUES ('o', 1)";
        db.apply(set([
            Statement::one(own, values![]),
            Statement::one(insert, values!["a", "o", 1_i64, "n"]),
            Statement::one(insert, values!["z", None::<String>, 1_i64, "N"]),
        ]))
        .await
        .unwrap();
        let refused =
            |values| async { db.apply(set([Statement::one(insert, values)])).await.unwrap_err() };
        let key = refused(values!["a", None::<String>, 1_i64, None::<String>]).await;
        assert!(matches!(&key, RecordsError::Unique(on) if on == "items.id"), "{db:?} {key:?}");
        for _ in 0..2 {
            let index = refused(values!["b", "o", 1_i64, "n"]).await;
            let RecordsError::Unique(on) = &index else { panic!("{index:?}") };
            assert_eq!(on, "items.owner, items.note");
        }
        let expression = refused(values!["b", None::<String>, 1_i64, "n"]).await;
        let RecordsError::Unique(on) = &expression else { panic!("{expression:?}") };
        assert_eq!(on, "index 'items_by_lower_note'");
        let reference = refused(values!["b", "nobody", 1_i64, None::<String>]).await;
        assert!(matches!(reference, RecordsError::ForeignKey(_)), "{reference:?}");
        let null = refused(values!["b", "o", None::<i64>, None::<String>]).await;
        assert!(matches!(&null, RecordsError::NotNull(on) if on == "items.number"), "{null:?}");
        let check = refused(values!["b", "o", -1_i64, None::<String>]).await;
        let RecordsError::Check(which) = &check else { panic!("{check:?}") };
        assert_eq!(which, "number_positive");
        assert_eq!(count(&db).await, 2);
    }
}

#[tokio::test]
async fn a_statement_that_changes_no_rows_is_refused() {
    for db in each().await {
        for sql in [
            "COMMIT",
            "ROLLBACK",
            "SELECT 1",
            "BEGIN",
            "DROP TABLE items",
            "PRAGMA x = 1",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "UPDATE nosuch SET a = 1",
            "INSERT INTO",
        ] {
            let before = insert("a", 1);
            let refused = db.apply(set([before, Statement::any(sql, values![])])).await;
            // PostgreSQL counts what a SELECT answers; nothing is written all the same.
            let harmless = sql.starts_with("WITH") && refused.is_ok();
            assert!(harmless || matches!(refused, Err(RecordsError::Refused(_))), "{db:?} {sql}");
            db.apply(set([Statement::any("DELETE FROM items", values![])])).await.unwrap();
        }
        db.apply(set([])).await.unwrap();
    }
}

#[tokio::test]
async fn the_engine_goes_on_after_failures() {
    for db in each().await {
        for round in 0..20_i64 {
            let id = format!("id-{round}");
            db.apply(set([insert(&id, round)])).await.unwrap();
            let again = db.apply(set([insert("other", 1), insert(&id, round)])).await;
            assert!(matches!(again, Err(RecordsError::Unique(_))), "{db:?}");
        }
        assert_eq!(count(&db).await, 20);
        let row = one(&db, "SELECT SUM(weight) AS w FROM items", values![]).await;
        assert_eq!(row.get::<Option<f64>>("w").unwrap(), None);
    }
}

/// A constraint that is checked at the commit fails its own set, not those that share the commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deferred_constraint_fails_alone() {
    const LATE: Migrations = Migrations {
        owner: "late",
        files: &[(
            "V1__late",
            "CREATE TABLE late (
                id TEXT PRIMARY KEY,
                item TEXT NOT NULL REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED
            );",
        )],
    };
    for test in TestDb::each(&[SHELF, LATE]).await {
        let refer = |id: String| {
            let sql = "INSERT INTO late (id, item) VALUES ($1, $1)";
            Statement::one(sql, values![id])
        };
        let mut writers = Vec::new();
        for n in 0..40 {
            let db = test.db().clone();
            writers.push(tokio::spawn(async move {
                let id = format!("id-{n}");
                let good = n % 5 != 0;
                // The reference first: right at the commit, when the item follows.
                let mut statements = vec![refer(id.clone())];
                statements.extend(good.then(|| insert(&id, n)));
                (good, db.apply(set(statements)).await)
            }));
        }
        for writer in writers {
            match writer.await.unwrap() {
                (true, answer) => answer.unwrap(),
                (false, answer) => {
                    assert!(matches!(answer, Err(RecordsError::ForeignKey(_))), "{answer:?}");
                }
            }
        }
        assert_eq!(count(&test).await, 32, "{test:?}");
    }
}
