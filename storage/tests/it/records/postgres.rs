//! What only a server on a line can do: close connections, find deadlocks, be absent.

use super::{SHELF, count, insert, one, set};
use minshu_kernel::records::{Records, RecordsError, Statement};
use minshu_kernel::values;
use minshu_storage::records::testing::{POSTGRES_VARIABLE, TestDb};
use minshu_storage::records::{Db, Place, Settings};
use std::collections::HashSet;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opposite_orders_are_lost_races_and_never_errors() {
    let Some(test) = TestDb::postgres(&[SHELF]).await else { return };
    test.apply(set([insert("a", 0), insert("b", 0)])).await.unwrap();
    let raise = "UPDATE items SET number = number + 1 WHERE id = $1";
    let mut pairs = Vec::new();
    for n in 0..8 {
        let order = if n % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
        let db = test.db().clone();
        pairs.push(tokio::spawn(async move {
            let mut done = 0_i64;
            let mut lost = 0;
            for _ in 0..4 {
                let raises = order.map(|id| Statement::one(raise, values![id]));
                match db.apply(set(raises)).await {
                    Ok(()) => done += 1,
                    Err(RecordsError::Lost { statement: usize::MAX, .. }) => lost += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            (done, lost)
        }));
    }
    let mut done = 0;
    for pair in pairs {
        done += pair.await.unwrap().0;
    }
    for id in ["a", "b"] {
        let row = one(&test, "SELECT number FROM items WHERE id = $1", values![id]).await;
        assert_eq!(row.get::<i64>("number").unwrap(), done);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closed_connections_lose_nothing_acknowledged() {
    let Some(test) = TestDb::postgres(&[SHELF]).await else { return };
    let mut writers = Vec::new();
    for writer in 0..16 {
        let db = test.db().clone();
        writers.push(tokio::spawn(async move {
            let (mut kept, mut failed) = (Vec::new(), 0);
            for round in 0..60 {
                let id = format!("{writer}-{round}");
                match db.apply(set([insert(&id, 1), insert(&format!("{id}+"), 1)])).await {
                    Ok(()) => kept.push(id),
                    Err(RecordsError::Unavailable(_)) => failed += 1,
                    Err(other) => panic!("{other:?}"),
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            (kept, failed)
        }));
    }
    let server = std::env::var(POSTGRES_VARIABLE).unwrap();
    let killer = Db::open(Settings::postgres(server)).await.unwrap();
    let Place::Postgres(url) = &test.settings().place else { panic!() };
    let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let kill = "SELECT pg_terminate_backend(pid) AS gone FROM pg_stat_activity WHERE datname = $1";
    // The name of a database has a type of its own: cast to the portable one.
    let kill = kill.replace("datname", "CAST(datname AS TEXT)");
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        killer.point(kill.clone().into(), values![name.clone()]).await.unwrap();
    }
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap().0);
    }
    assert!(acknowledged.len() > 400, "{}", acknowledged.len());
    let rows = test.scan("SELECT id FROM items".into(), values![]).await.unwrap();
    let there: HashSet<String> = rows.iter().map(|r| r.get("id").unwrap()).collect();
    for id in acknowledged {
        assert!(there.contains(&id), "{id} was acknowledged");
    }
    // All or nothing, acknowledged or not.
    for id in there.iter().filter(|id| !id.ends_with('+')) {
        assert!(there.contains(&format!("{id}+")), "{id} is only half there");
    }
    // And it serves again at once.
    test.apply(set([insert("after", 1)])).await.unwrap();
    assert!(count(&test).await > 800);
}

#[tokio::test]
async fn an_absent_server_is_unavailable_within_a_bound() {
    // Nothing listens on port 1.
    let settings = Settings::postgres("postgres://someone:secret@127.0.0.1:1/nothing");
    let opened = tokio::time::timeout(Duration::from_secs(8), Db::open(settings)).await;
    let Err(error) = opened.expect("within the bound") else { panic!("opened") };
    assert!(matches!(error, RecordsError::Unavailable(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"));
    for wrong in ["postgres://[", "nonsense", "host=a secret_option=1"] {
        let Err(error) = Db::open(Settings::postgres(wrong)).await else { panic!("{wrong}") };
        assert!(error.to_string().contains("address of the database is wrong"), "{error}");
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_connection_clean() {
    let Some(test) = TestDb::postgres(&[SHELF]).await else { return };
    let settings = Settings { connections: 1, ..test.settings().clone() };
    let db = Db::open(settings).await.unwrap();
    for n in 0..50_i64 {
        let id = format!("id-{n}");
        let given_up = db.apply(set([insert(&id, n)]));
        let wait = Duration::from_micros(u64::try_from(n).unwrap() * 40);
        // Dropped at some instant of its way.
        let _either = tokio::time::timeout(wait, given_up).await;
        db.apply(set([insert(&format!("{id}+"), n)])).await.unwrap();
    }
    assert!(count(&db).await >= 50);
}
