//! What truly differs between the databases: named functions with two bodies each. Keep the list
//! short.

use super::migrate::MigrateError;
use super::{Db, Engine, sqlite};
use minshu_kernel::records::{Records as _, RecordsError, Row, Statement, Value};
use minshu_kernel::values;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// Rows that are counted one by one; more are estimated.
const COUNTED_ROWS: i64 = 10_000;
/// How long a migration waits for another process's.
const LOCK_WAIT: Duration = Duration::from_secs(60);
/// The key of the advisory lock: "minshu" in ASCII.
const LOCK_KEY: i64 = 0x6d69_6e73_6875;

/// A table whose rows are taken by one worker at a time. All texts are constants of the store that
/// owns the table, in the portable subset; the parameters of `set` and `due` are numbered together.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The table; its key is `id`.
    pub table: &'static str,
    /// What marks a row as taken: `leased_until = $1, leased_by = $2`.
    pub set: &'static str,
    /// Which rows may be taken: `due_at <= $3 AND leased_until <= $3`.
    pub due: &'static str,
    /// Which first: `due_at, id`.
    pub order: &'static str,
    /// The columns to answer with.
    pub returning: &'static str,
}

/// Takes up to `limit` rows, each by one caller only, without waiting for rows that another is just
/// taking. Durable before it answers; the order of the answer is not that of `order`.
///
/// # Errors
/// As [`minshu_kernel::records::Records::apply`].
pub async fn claim_jobs(
    db: &Db,
    claim: &Claim,
    mut values: Vec<Value>,
    limit: u32,
) -> Result<Vec<Row>, RecordsError> {
    let Claim { table, set, due, order, returning } = claim;
    values.push(i64::from(limit).into());
    let place = values.len();
    let chosen = format!("SELECT id FROM {table} WHERE {due} ORDER BY {order} LIMIT ${place}");
    let sql = match db.engine() {
        Engine::Sqlite => {
            format!("UPDATE {table} SET {set} WHERE id IN ({chosen}) RETURNING {returning}")
        }
        // An array is made once; the planner might run an IN list several times and take more.
        Engine::Postgres => format!(
            "UPDATE {table} SET {set} WHERE id = ANY (ARRAY({chosen} FOR UPDATE SKIP LOCKED)) \
             RETURNING {returning}"
        ),
    };
    db.apply_returning(Statement::any(sql, values)).await
}

/// About how many rows a table has: counted up to some thousands, estimated above, never a scan of
/// millions.
///
/// # Errors
/// [`RecordsError`] when the table is not there or the database does not answer.
pub async fn approximate_rows(db: &Db, table: &'static str) -> Result<u64, RecordsError> {
    let counted = format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 FROM {table} LIMIT {COUNTED_ROWS}) AS counted"
    );
    let few = number(&db.scan(counted.into(), Vec::new()).await?);
    if few < COUNTED_ROWS {
        return Ok(few.unsigned_abs());
    }
    let estimate = match db.engine() {
        // Our tables have row ids and lose few rows: the highest is near the count.
        Engine::Sqlite => {
            let sql = format!("SELECT MAX(rowid) AS n FROM {table}");
            number(&db.scan(sql.into(), Vec::new()).await?)
        }
        Engine::Postgres => {
            let sql = "SELECT CAST(reltuples AS BIGINT) AS n FROM pg_class \
                       WHERE oid = to_regclass($1)";
            number(&db.scan(sql.into(), values![table]).await?)
        }
    };
    Ok(estimate.max(few).unsigned_abs())
}

/// What the database takes on its disk, in bytes, with indexes and, on SQLite, the write-ahead log.
///
/// # Errors
/// [`RecordsError`] when the database does not answer.
pub async fn size_bytes(db: &Db) -> Result<u64, RecordsError> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()"
        }
        Engine::Postgres => "SELECT pg_database_size(current_database()) AS n",
    };
    let pages = number(&db.point(sql.into(), Vec::new()).await?).unsigned_abs();
    let log = db.sqlite_path().map(|path| {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        std::fs::metadata(log).map_or(0, |found| found.len())
    });
    Ok(pages + log.unwrap_or(0))
}

fn number(rows: &[Row]) -> i64 {
    rows.first().and_then(|row| row.get("n").ok()).unwrap_or(0)
}

/// Whether a table is there.
pub(super) async fn has_table(db: &Db, table: &str) -> Result<bool, RecordsError> {
    let sql = match db.engine() {
        Engine::Sqlite => SQLITE_HAS_TABLE,
        Engine::Postgres => POSTGRES_HAS_TABLE,
    };
    Ok(number(&db.point(sql.into(), values![table]).await?) > 0)
}

const SQLITE_HAS_TABLE: &str =
    "SELECT COUNT(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = $1";
const POSTGRES_HAS_TABLE: &str = "SELECT COUNT(*) AS n FROM pg_class WHERE oid = to_regclass($1)";

/// As [`has_table`], before the engine is open.
pub(super) fn has_table_sqlite(
    connection: &rusqlite::Connection,
    table: &str,
) -> Result<bool, RecordsError> {
    let found: i64 = connection
        .query_row(SQLITE_HAS_TABLE, [table], |row| row.get(0))
        .map_err(|e| sqlite::records_error(&e))?;
    Ok(found > 0)
}

/// As [`has_table`], before the engine is open.
pub(super) async fn has_table_postgres(
    client: &tokio_postgres::Client,
    table: &str,
) -> Result<bool, RecordsError> {
    let found = client.query_one(POSTGRES_HAS_TABLE, &[&table]).await;
    let found = found.map_err(|e| super::postgres::records_error(&e))?;
    Ok(found.get::<_, i64>(0) > 0)
}

/// Waits for the lock of the migrations: a lock on a file beside the database, held while the file
/// is open.
pub(super) fn lock_migrations_sqlite(path: &Path) -> Result<File, MigrateError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-migrate");
    let locked = |e: std::io::Error| MigrateError::Locked(e.to_string());
    let file =
        File::options().create(true).truncate(false).write(true).open(&beside).map_err(locked)?;
    let pause = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(e)) => return Err(locked(e)),
            Err(TryLockError::WouldBlock) if waited >= LOCK_WAIT => {
                return Err(MigrateError::Locked(format!("waited {} s", LOCK_WAIT.as_secs())));
            }
            Err(TryLockError::WouldBlock) => {
                std::thread::sleep(pause);
                waited += pause;
            }
        }
    }
}

/// Waits for the lock of the migrations: an advisory lock, held while the session lasts.
pub(super) async fn lock_migrations_postgres(
    client: &tokio_postgres::Client,
) -> Result<(), MigrateError> {
    let wait = format!("SET lock_timeout = '{}s'", LOCK_WAIT.as_secs());
    let refused = |e| MigrateError::Records(super::postgres::records_error(&e));
    client.batch_execute(&wait).await.map_err(refused)?;
    match client.execute("SELECT pg_advisory_lock($1)", &[&LOCK_KEY]).await {
        Ok(_) => Ok(()),
        Err(e) => match super::postgres::records_error(&e) {
            RecordsError::Unavailable(reason) => Err(MigrateError::Locked(reason)),
            other => Err(MigrateError::Records(other)),
        },
    }
}

/// References that lead nowhere, one line each.
pub(super) fn dangling_references_sqlite(
    connection: &rusqlite::Connection,
) -> Result<Vec<String>, RecordsError> {
    let refused = |e| sqlite::records_error(&e);
    let mut statement = connection.prepare("PRAGMA foreign_key_check").map_err(refused)?;
    let lines = statement.query_map([], |row| {
        let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        let parent: String = row.get(2)?;
        let id = id.map_or_else(|| "?".to_owned(), |id| id.to_string());
        Ok(format!("{table} row {id} refers to {parent}"))
    });
    lines.map_err(refused)?.take(100).collect::<Result<_, _>>().map_err(refused)
}

/// See [`Db::clock_ms`].
pub(super) async fn clock_ms(db: &Db) -> Result<Option<i64>, RecordsError> {
    match db.engine() {
        Engine::Sqlite => Ok(None),
        Engine::Postgres => {
            let sql =
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now_ms";
            let rows = db.point(sql.into(), Vec::new()).await?;
            let now = rows.first().map(|row| row.get("now_ms")).transpose();
            now.map_err(|error| RecordsError::Refused(error.to_string()))
        }
    }
}

/// See [`Db::integrity_check`].
pub(super) async fn integrity_check(db: &Db) -> Result<Vec<String>, RecordsError> {
    let mut wrong = Vec::new();
    match db.engine() {
        Engine::Sqlite => {
            for row in db.scan("PRAGMA integrity_check(100)".into(), Vec::new()).await? {
                match row.values().first() {
                    Some(Value::Text(text)) if text == "ok" => {}
                    Some(Value::Text(text)) => wrong.push(text.clone()),
                    other => wrong.push(format!("{other:?}")),
                }
            }
            for row in db.scan("PRAGMA foreign_key_check".into(), Vec::new()).await? {
                wrong.push(format!("a reference leads nowhere: {:?}", row.values()));
            }
        }
        Engine::Postgres => {
            let sql = "SELECT CONCAT('index ', CAST(indexrelid AS REGCLASS)) AS what \
                FROM pg_index WHERE NOT indisvalid \
                UNION ALL SELECT CONCAT('constraint ', conname) FROM pg_constraint \
                WHERE NOT convalidated";
            for row in db.scan(sql.into(), Vec::new()).await? {
                let what: String =
                    row.get("what").map_err(|e| RecordsError::Refused(e.to_string()))?;
                wrong.push(format!("{what} is not valid"));
            }
        }
    }
    Ok(wrong)
}
