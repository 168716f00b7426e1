//! How many small write sets a second are committed, and how long each waits:
//! `cargo run --release -p minshu-storage --example group_commit -- [writers] [seconds] [address]`.
//! Without a PostgreSQL address it writes to an SQLite file in a temporary folder, `synchronous=FULL`.

#![expect(clippy::print_stdout, reason = "a measurement is read by a person")]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]

use minshu_kernel::records::{Records, RecordsError, Statement, WriteSet};
use minshu_kernel::values;
use minshu_storage::records::migrate::migrate;
use minshu_storage::records::{Db, Migrations, Settings};
use std::time::{Duration, Instant};

const STEPS: Migrations = Migrations {
    owner: "steps",
    files: &[(
        "V1__steps",
        "CREATE TABLE steps (
            id TEXT PRIMARY KEY, position BIGINT, version BIGINT NOT NULL, body TEXT NOT NULL
        );
        CREATE INDEX steps_by_position ON steps (position);",
    )],
};

/// One insert of 300 bytes, one guarded update of it: the shape of a small action.
fn step(id: String, n: i64) -> WriteSet {
    let insert = "INSERT INTO steps (id, position, version, body) VALUES ($1, $2, 1, $3)";
    let update = "UPDATE steps SET version = version + 1 WHERE id = $1 AND version = $2";
    let body = "x".repeat(300);
    WriteSet {
        statements: vec![
            Statement::one(insert, values![id.clone(), n, body]),
            Statement::one(update, values![id, 1_i64]),
        ],
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let writers: usize = arguments.next().map_or(Ok(64), |a| a.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(10), |a| a.parse())?;
    let folder = tempfile::tempdir()?;
    let settings = match arguments.next() {
        Some(url) => Settings::postgres(url),
        None => Settings::sqlite(folder.path().join("records.sqlite")),
    };
    migrate(&settings, &[STEPS]).await?;
    let db = Db::open(settings).await?;
    let run = std::process::id();
    let end = Instant::now() + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                let (mut waits, mut failed) = (Vec::new(), 0_u64);
                for n in 0.. {
                    let began = Instant::now();
                    if began >= end {
                        break;
                    }
                    match db.apply(step(format!("{run}-{writer:04}-{n}"), n)).await {
                        Ok(()) => waits.push(began.elapsed()),
                        Err(RecordsError::Unavailable(_) | RecordsError::Full { .. }) => {
                            failed += 1;
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                        Err(other) => return Err(other),
                    }
                }
                Ok((waits, failed))
            })
        })
        .collect();
    let (mut waits, mut failed) = (Vec::new(), 0);
    for task in tasks {
        let (some, lost) = task.await??;
        waits.extend(some);
        failed += lost;
    }
    waits.sort_unstable();
    let at =
        |share: f64| waits.get((waits.len() as f64 * share) as usize).copied().unwrap_or_default();
    let rows = db.point("SELECT COUNT(*) AS n FROM steps".into(), vec![]).await?;
    println!(
        "{writers} writers, {seconds} s: {} sets/s, p50 {:?}, p99 {:?}, worst {:?}, {failed} turned away, {} rows",
        waits.len() as u64 / seconds.max(1),
        at(0.5),
        at(0.99),
        waits.last().copied().unwrap_or_default(),
        rows[0].get::<i64>("n")?,
    );
    let began = Instant::now();
    let (mut reads, second) = (0_u64, Duration::from_secs(1));
    while began.elapsed() < second {
        let id = format!("{run}-0000-{}", reads % 100);
        db.point("SELECT version FROM steps WHERE id = $1".into(), values![id]).await?;
        reads += 1;
    }
    println!("one reader: {reads} point reads/s");
    Ok(())
}
