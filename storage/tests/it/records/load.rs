use super::{SHELF, count, each, insert, one, set};
use minshu_kernel::records::{Records, RecordsError, Statement, Value};
use minshu_kernel::values;
use minshu_storage::records::testing::TestDb;
use minshu_storage::records::{Db, Settings};
use std::time::Duration;

/// Many at once, some of whom must fail: each gets the answer of its own set and leaves exactly
/// the trace of it, though they share commits.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_share_commits_and_keep_apart() {
    for test in each().await {
        let mut writers = Vec::new();
        for writer in 0..64_i64 {
            let db = test.db().clone();
            writers.push(tokio::spawn(async move {
                for round in 0..20_i64 {
                    let id = format!("{writer}-{round}");
                    db.apply(set([insert(&id, writer)])).await.unwrap();
                    let half = format!("half-{writer}-{round}");
                    // The second statement fails in three ways; the first must not stay.
                    let (failing, lost) = match writer % 3 {
                        0 => (insert(&id, 1), false),
                        1 => (insert("bad", -1), false),
                        _ => (Statement::one("DELETE FROM items WHERE id = 'none'", vec![]), true),
                    };
                    let failed = db.apply(set([insert(&half, writer), failing])).await;
                    match failed.unwrap_err() {
                        RecordsError::Unique(_) => assert_eq!(writer % 3, 0),
                        RecordsError::Check(_) => assert_eq!(writer % 3, 1),
                        RecordsError::Lost { statement: 1, .. } => assert!(lost),
                        other => panic!("{other:?}"),
                    }
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(count(&test).await, 64 * 20, "{test:?}");
        let sql = "SELECT COUNT(*) AS n FROM items WHERE id LIKE 'half%' OR id = 'bad'";
        assert_eq!(one(&test, sql, vec![]).await.get::<i64>("n").unwrap(), 0);
    }
}

/// A hot counter under a condition: nobody fails for being many, nobody passes the bound.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hot_row_keeps_its_bound() {
    for test in each().await {
        test.apply(set([insert("hot", 0)])).await.unwrap();
        let mut buyers = Vec::new();
        for _ in 0..64 {
            let db = test.db().clone();
            buyers.push(tokio::spawn(async move {
                let sql = "UPDATE items SET number = number + $1
                    WHERE id = $2 AND number + $1 <= 50";
                db.apply(set([Statement::one(sql, values![1_i64, "hot"])])).await
            }));
        }
        let mut sold = 0;
        for buyer in buyers {
            match buyer.await.unwrap() {
                Ok(()) => sold += 1,
                Err(RecordsError::Lost { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(sold, 50, "{test:?}");
        let row = one(&test, "SELECT number FROM items WHERE id = 'hot'", vec![]).await;
        assert_eq!(row.get::<i64>("number").unwrap(), 50);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_queue_says_when_to_come_again() {
    for test in each().await {
        let small = Settings { queue: 4, group: 2, connections: 1, ..test.settings().clone() };
        let db = Db::open(small).await.unwrap();
        // Keeps the writer busy: one set of many rows.
        let long: Vec<_> = (0..3_000).map(|n| insert(&format!("long-{n}"), n)).collect();
        let mut waiting = vec![tokio::spawn({
            let db = db.clone();
            async move { db.apply(set(long)).await }
        })];
        for n in 0..200 {
            let db = db.clone();
            waiting.push(tokio::spawn(async move {
                db.apply(set([insert(&format!("short-{n}"), n)])).await
            }));
        }
        let (mut done, mut full) = (0, 0);
        for one in waiting {
            match one.await.unwrap() {
                Ok(()) => done += 1,
                Err(RecordsError::Full { retry_after_ms }) => {
                    assert!((1..=60_000).contains(&retry_after_ms));
                    full += 1;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(full > 0, "{test:?} nobody was turned away");
        assert!(done > 0, "{test:?} nobody was let in");
        // Whoever was acknowledged is there, whoever was turned away is not.
        let short = "SELECT COUNT(*) AS n FROM items WHERE id LIKE 'short%'";
        let long = "SELECT COUNT(*) AS n FROM items WHERE id LIKE 'long%'";
        let short: i64 = one(&db, short, vec![]).await.get("n").unwrap();
        let long: i64 = one(&db, long, vec![]).await.get("n").unwrap();
        assert!(long == 0 || long == 3_000);
        assert_eq!(short + i64::from(long > 0), done);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_scan_holds_up_no_point_read() {
    for test in each().await {
        let fill = "WITH RECURSIVE numbers (n) AS (
                SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000
            )
            INSERT INTO items (id, number) SELECT CAST(n AS TEXT), n FROM numbers WHERE TRUE";
        test.apply(set([Statement::any(fill, vec![])])).await.unwrap();
        let db = test.db().clone();
        // Each takes seconds: every row against a thousand others.
        let scans: Vec<_> = (0..4)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    let rows = db.scan("SELECT id, number, note FROM items".into(), vec![]).await;
                    let sql = "SELECT COUNT(*) AS n FROM items a JOIN items b
                        ON a.number + b.number < 0 WHERE a.number <= 60";
                    let pairs = db.scan(sql.into(), vec![]).await.unwrap();
                    (rows.unwrap().len(), pairs.len())
                })
            })
            .collect();
        let mut during = 0;
        for n in 1..=200_i64 {
            let sql = "SELECT number FROM items WHERE id = $1";
            let read = db.point(sql.into(), vec![Value::Text(n.to_string())]);
            let rows = tokio::time::timeout(Duration::from_secs(2), read).await;
            assert_eq!(rows.expect("at once").unwrap().len(), 1);
            during += i32::from(scans.iter().any(|scan| !scan.is_finished()));
        }
        assert!(during > 50, "{test:?} the scans were over after {during} reads");
        for scan in scans {
            assert_eq!(scan.await.unwrap(), (100_000, 1));
        }
    }
}

/// What waits when the database is closed is still written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_writes_what_was_accepted() {
    let test = TestDb::sqlite(&[SHELF]).await;
    let db = Db::open(test.settings().clone()).await.unwrap();
    let waiting: Vec<_> = (0..100)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move { db.apply(set([insert(&format!("id-{n}"), n)])).await })
        })
        .collect();
    drop(db);
    let mut done = 0;
    for one in waiting {
        done += i64::from(one.await.unwrap().is_ok());
    }
    assert_eq!(done, 100);
    assert_eq!(count(&test).await, done);
}
