use super::{SHELF, each, insert, set};
use minshu_kernel::records::{Records, Statement};
use minshu_kernel::values;
use minshu_storage::records::dialect::{Claim, approximate_rows, claim_jobs, size_bytes};
use minshu_storage::records::migrate::migrate;
use minshu_storage::records::{Db, Settings};
use std::collections::HashSet;

const CLAIM: Claim = Claim {
    table: "items",
    set: "number = $2, note = $1",
    due: "number < $2 AND number >= $3",
    order: "number NULLS LAST, id",
    returning: "id, number",
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_job_is_claimed_once_by_whoever_asks() {
    for test in each().await {
        let jobs = (0..100).map(|n| insert(&format!("job-{n:03}"), n));
        test.apply(set(jobs)).await.unwrap();
        // The earliest first.
        let first = claim_jobs(&test, &CLAIM, values![None::<String>, 1_000_i64, 0_i64], 2).await;
        let first: HashSet<String> = first.unwrap().iter().map(|r| r.get("id").unwrap()).collect();
        assert_eq!(first, HashSet::from(["job-000".to_owned(), "job-001".to_owned()]), "{test:?}");
        let mut workers = Vec::new();
        for worker in 0..8 {
            let db = test.db().clone();
            workers.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                for _ in 0..100 {
                    let values = values![format!("{worker}-{}", mine.len()), 1_000_i64, 0_i64];
                    // One at a time: the note is unique.
                    let claimed = claim_jobs(&db, &CLAIM, values, 1).await.unwrap();
                    assert!(claimed.len() <= 1);
                    mine.extend(claimed.iter().map(|r| r.get::<String>("id").unwrap()));
                }
                mine
            }));
        }
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 98, "{test:?}");
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 98);
    }
}

#[tokio::test]
async fn rows_and_bytes_are_told() {
    for test in each().await {
        assert_eq!(approximate_rows(&test, "items").await.unwrap(), 0);
        let before = size_bytes(&test).await.unwrap();
        assert!(before > 4_096, "{before}");
        let fill = "WITH RECURSIVE numbers (n) AS (
                SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000
            )
            INSERT INTO items (id, number) SELECT CAST(n AS TEXT), n FROM numbers WHERE TRUE";
        test.apply(set([Statement::any(fill, vec![])])).await.unwrap();
        let rows = approximate_rows(&test, "items").await.unwrap();
        // PostgreSQL knows no better before its statistics are made.
        assert!((10_000..=20_000).contains(&rows), "{test:?} {rows}");
        assert!(size_bytes(&test).await.unwrap() > before);
        assert!(approximate_rows(&test, "nosuch").await.is_err());
    }
}

#[tokio::test]
async fn a_sound_database_is_sound() {
    for test in each().await {
        test.apply(set([insert("a", 1)])).await.unwrap();
        assert_eq!(test.integrity_check().await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_damaged_database_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.sqlite");
    let settings = Settings::sqlite(&file);
    migrate(&settings, &[SHELF]).await.unwrap();
    let db = Db::open(settings.clone()).await.unwrap();
    let rows = (0..2_000).map(|n| insert(&format!("some-longer-identifier-{n}"), n));
    db.apply(set(rows)).await.unwrap();
    // Closing folds the log into the file.
    drop(db);
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.windows(23).rposition(|w| w == b"some-longer-identifier-").unwrap();
    bytes[at..at + 4].copy_from_slice(b"zzzz");
    std::fs::write(&file, bytes).unwrap();
    let db = Db::open(settings).await.unwrap();
    assert!(!db.integrity_check().await.unwrap().is_empty());
}
