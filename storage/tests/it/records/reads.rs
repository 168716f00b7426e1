use super::{count, each, insert, one, set};
use minshu_kernel::records::{Records, RecordsError, Statement, Value};
use minshu_kernel::values;
use minshu_storage::records::Engine;

#[tokio::test]
async fn parameters_are_bound_by_their_digits() {
    for db in each().await {
        let sql = "SELECT CAST($2 AS TEXT) AS second, CAST($1 AS BIGINT) AS first";
        let row = one(&db, sql, values![7_i64, "two"]).await;
        assert_eq!(row.get::<String>("second").unwrap(), "two", "{db:?}");
        assert_eq!(row.get::<i64>("first").unwrap(), 7);
        let sql = "SELECT CAST($10 AS BIGINT) AS ten, CAST($1 AS BIGINT) AS one,
            CAST(0 AS BIGINT) + $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 AS rest";
        let row = one(&db, sql, (1..=10_i64).map(Value::Integer).collect()).await;
        assert_eq!(row.values(), [10, 1, 44].map(Value::Integer));
    }
}

#[tokio::test]
async fn a_wrong_number_of_parameters_is_refused() {
    for db in each().await {
        for (sql, values) in [
            ("SELECT CAST($1 AS BIGINT)", values![]),
            ("SELECT CAST($1 AS BIGINT)", values![1_i64, 2_i64]),
            ("SELECT CAST($2 AS BIGINT)", values![1_i64, 2_i64]),
            ("SELECT CAST(? AS BIGINT)", values![1_i64]),
            ("SELECT CAST(:a AS BIGINT)", values![1_i64]),
            ("SELECT 1; SELECT 2", values![]),
            ("SELECT \"nosuch\" FROM items", values![]),
        ] {
            let refused = db.point(sql.into(), values).await;
            assert!(matches!(refused, Err(RecordsError::Refused(_))), "{db:?} {sql} {refused:?}");
        }
    }
}

#[tokio::test]
async fn every_type_and_its_null_come_back() {
    let sql = "INSERT INTO items (id, number, weight, fragile, picture, note)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let read = "SELECT number, weight, fragile, picture, note FROM items WHERE id = $1";
    for db in each().await {
        let full = values!["a", i64::MIN.wrapping_add(1).abs(), 0.1, true, vec![0_u8, 255], "厦门"];
        db.apply(set([Statement::one(sql, full.clone())])).await.unwrap();
        let row = one(&db, read, values!["a"]).await;
        assert_eq!(row.values(), &full[1..], "{db:?}");
        assert!(row.get::<bool>("fragile").unwrap());

        let empty = values!["b", 0_i64, None::<f64>, None::<bool>, None::<Vec<u8>>, None::<String>];
        db.apply(set([Statement::one(sql, empty)])).await.unwrap();
        let row = one(&db, read, values!["b"]).await;
        assert_eq!(&row.values()[1..], [Value::Null, Value::Null, Value::Null, Value::Null]);
        assert_eq!(row.get::<Option<f64>>("weight").unwrap(), None);

        // A null for each type also as a condition, and through DISTINCT.
        for column in ["weight", "fragile", "picture", "note", "owner"] {
            let sql = format!("SELECT id FROM items WHERE {column} IS NOT DISTINCT FROM $1");
            let rows = db.point(sql.into(), vec![Value::Null]).await.unwrap();
            assert!(rows.iter().any(|r| r.get::<String>("id").unwrap() == "b"), "{column}");
        }
        let rows = db
            .point("SELECT id FROM items WHERE NOT fragile OR fragile".into(), vec![])
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
    }
}

#[tokio::test]
async fn numbers_find_the_type_that_is_wanted() {
    for db in each().await {
        db.apply(set([insert("a", 5)])).await.unwrap();
        // INT4 on PostgreSQL: a literal's neighbour and the argument of SUBSTR.
        let sql = "SELECT 1 + $1 AS sum, SUBSTR(id, 1, $2) AS head, LENGTH(id) AS size FROM items";
        let row = one(&db, sql, values![41_i64, 1_i64]).await;
        assert_eq!(row.get::<i64>("sum").unwrap(), 42, "{db:?}");
        assert_eq!(row.get::<String>("head").unwrap(), "a");
        assert_eq!(row.get::<i64>("size").unwrap(), 1);
        // An integer where a DOUBLE PRECISION is wanted.
        let raise = "UPDATE items SET weight = $1 WHERE id = $2";
        db.apply(set([Statement::one(raise, values![3_i64, "a"])])).await.unwrap();
        let row = one(&db, "SELECT weight FROM items", values![]).await;
        assert_eq!(row.get::<f64>("weight").unwrap(), 3.0);
    }
}

#[tokio::test]
async fn a_read_does_not_write() {
    for db in each().await {
        for sql in ["DELETE FROM items", "CREATE TABLE other (id TEXT)"] {
            let refused = db.point(sql.into(), values![]).await;
            let unmoved =
                matches!(refused, Err(RecordsError::Refused(_) | RecordsError::Unavailable(_)));
            assert!(unmoved, "{db:?} {refused:?}");
            assert!(db.scan(sql.into(), values![]).await.is_err());
        }
    }
}

#[tokio::test]
async fn what_was_applied_is_read_at_once() {
    for db in each().await {
        for number in 0..50 {
            db.apply(set([insert(&format!("id-{number}"), number)])).await.unwrap();
            assert_eq!(count(&db).await, number + 1);
            let rows = db.scan("SELECT id FROM items".into(), values![]).await.unwrap();
            assert_eq!(rows.len() as i64, number + 1);
        }
    }
}

#[tokio::test]
async fn an_awkward_value_is_refused_on_both_databases() {
    for db in each().await {
        let sql = "SELECT id FROM items WHERE note = $1";
        let refused = db.point(sql.into(), values!["a\0b"]).await;
        assert!(matches!(refused, Err(RecordsError::NulCharacter)), "{db:?}");
        let refused = db.scan(sql.into(), values!["\0"]).await;
        assert!(matches!(refused, Err(RecordsError::NulCharacter)));
        let weigh = "UPDATE items SET weight = $1";
        let refused = db.apply(set([Statement::any(weigh, values![f64::NAN])])).await;
        assert!(matches!(refused, Err(RecordsError::Refused(_))));
        if db.engine() == Engine::Postgres {
            // SQLite knows no type of a parameter; the tests on PostgreSQL find these.
            for wrong in [Value::Text("7".into()), Value::Boolean(true), Value::Real(1.0)] {
                let sql = "SELECT id FROM items WHERE number = $1";
                let refused = db.point(sql.into(), vec![wrong]).await;
                assert!(matches!(refused, Err(RecordsError::Refused(_))));
            }
        }
    }
}
