use super::each;
use minshu_kernel::records::RecordsError;
use minshu_storage::records::{ColumnType, Engine};

#[tokio::test]
async fn a_statement_is_understood_without_running() {
    for db in each().await {
        let sql = "INSERT INTO items (number, id, fragile, weight, picture)
            VALUES ($2, $1, $3, $4, $5) RETURNING id, number, LENGTH(id) AS size";
        let prepared = db.prepare_only(sql).await.unwrap();
        assert_eq!(prepared.parameters.len(), 5);
        let names: Vec<_> = prepared.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["id", "number", "size"]);
        if db.engine() == Engine::Postgres {
            use ColumnType::{Bool, Bytea, Float8, Int4, Int8, Text};
            assert_eq!(prepared.parameters, [Text, Int8, Bool, Float8, Bytea].map(Some));
            let types: Vec<_> = prepared.columns.iter().map(|(_, found)| *found).collect();
            assert_eq!(types, [Text, Int8, Int4].map(Some));
        }
        assert_eq!(super::count(&db).await, 0);
    }
}

#[tokio::test]
async fn what_one_database_would_not_run_is_found() {
    for db in each().await {
        for sql in ["SELECT nosuch FROM items", "SELEKT", "INSERT INTO items VALUES ($1"] {
            let refused = db.prepare_only(sql).await;
            assert!(matches!(refused, Err(RecordsError::Refused(_))), "{db:?} {sql}");
        }
        let unportable: &[&str] = match db.engine() {
            Engine::Sqlite => &[
                "SELECT number::text FROM items",
                "SELECT id FROM items WHERE id = ANY($1)",
                "SELECT id FROM items FOR UPDATE SKIP LOCKED",
                "SELECT id FROM items WHERE id = $2",
                "SELECT id FROM items WHERE \"nosuch\" = 'a'",
            ],
            Engine::Postgres => &[
                "SELECT SUM(number) FROM items",
                "SELECT 1.5",
                "SELECT CURRENT_TIMESTAMP",
                "SELECT id FROM items WHERE number = CAST($1 AS NUMERIC)",
                "SELECT id FROM items WHERE fragile = 1",
                "SELECT id FROM items WHERE $1 IS NULL OR note = $1",
            ],
        };
        for sql in unportable {
            let refused = db.prepare_only(sql).await;
            let telling = matches!(&refused, Err(RecordsError::Refused(_)));
            assert!(telling, "{db:?} {sql} {refused:?}");
        }
    }
}
