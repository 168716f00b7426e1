//! Records: one SQL text on two databases. [`Db`] is either engine behind the contract's
//! [`Records`]; what truly differs between the dialects is in [`dialect`].

mod check;
pub mod copy;
pub mod dialect;
pub mod migrate;
mod postgres;
mod settings;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;

pub use migrate::Migrations;
pub use settings::{Durability, Place, Settings};

use minshu_kernel::BoxFuture;
use minshu_kernel::records::{Records, RecordsError, Row, Statement, Value, WriteSet};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// PostgreSQL or what speaks its wire protocol.
    Postgres,
}

/// A portable type, as the server names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// TEXT.
    Text,
    /// INTEGER of four bytes: literals and lengths; read as `i64`.
    Int4,
    /// BIGINT.
    Int8,
    /// DOUBLE PRECISION.
    Float8,
    /// BOOLEAN.
    Bool,
    /// BYTEA.
    Bytea,
}

/// A statement as the database understood it. SQLite infers no types: there they are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The types of `$1`, `$2` … in order.
    pub parameters: Vec<Option<ColumnType>>,
    /// Names and types of the result's columns.
    pub columns: Vec<(String, Option<ColumnType>)>,
}

/// How the way of writes stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritePath {
    /// Write sets that wait; on PostgreSQL with those that run.
    pub waiting: usize,
    /// The most that may.
    pub most: usize,
    /// Those refused since this database was opened, because as many waited.
    pub refused: u64,
    /// Why the last write set could not be written, where it could not: a disk that is full or read-only, a database
    /// that is away.
    pub failing: Option<String>,
}

enum Inner {
    Sqlite(sqlite::SqliteRecords),
    Postgres(postgres::PostgresRecords),
}

/// A database that is open. Clones share it; the last one to go waits until what was accepted is
/// written.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    failing: Arc<Mutex<Option<String>>>,
}

impl Db {
    /// Opens the database: on SQLite the file is made when it is absent and the threads start; on
    /// PostgreSQL one connection is tried.
    ///
    /// # Errors
    /// [`RecordsError::Unavailable`] when it cannot be opened or reached.
    pub async fn open(settings: Settings) -> Result<Db, RecordsError> {
        let inner = match &settings.place {
            Place::Sqlite(path) => Inner::Sqlite(sqlite::SqliteRecords::open(path, &settings)?),
            Place::Postgres(url) => {
                Inner::Postgres(postgres::PostgresRecords::open(url, &settings).await?)
            }
        };
        Ok(Db { inner: Arc::new(inner), failing: Arc::default() })
    }

    /// Which database answers.
    pub fn engine(&self) -> Engine {
        match &*self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// How the way of writes stands at this moment.
    pub fn write_path(&self) -> WritePath {
        let path = match &*self.inner {
            Inner::Sqlite(engine) => engine.write_path(),
            Inner::Postgres(engine) => engine.write_path(),
        };
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        WritePath { failing, ..path }
    }

    /// Notes whether writes can be written: what is refused for its content says nothing of that.
    fn noted<T>(&self, written: Result<T, RecordsError>) -> Result<T, RecordsError> {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match &written {
            Err(RecordsError::Unavailable(why)) => *failing = Some(why.clone()),
            Ok(_) if failing.is_some() => *failing = None,
            _ => {}
        }
        drop(failing);
        written
    }

    /// Prepares a statement without running it: what the two-database test does with every
    /// statement of every store.
    ///
    /// # Errors
    /// [`RecordsError::Refused`] when the database does not understand it, when parameters are not
    /// `$1` to `$n` without a gap, or (on PostgreSQL) when a type is not one of [`ColumnType`].
    pub async fn prepare_only(&self, sql: &str) -> Result<Prepared, RecordsError> {
        match &*self.inner {
            Inner::Sqlite(engine) => engine.prepare_only(sql),
            Inner::Postgres(engine) => engine.prepare_only(sql).await,
        }
    }

    /// Asks the database whether it is sound: pages, indexes and references on SQLite; invalid
    /// indexes and unvalidated constraints on PostgreSQL. May take minutes.
    ///
    /// Returns what is wrong, a line each; nothing when all is well.
    ///
    /// # Errors
    /// [`RecordsError::Unavailable`] when it could not be asked.
    pub async fn integrity_check(&self) -> Result<Vec<String>, RecordsError> {
        dialect::integrity_check(self).await
    }

    /// The database's own time in UTC milliseconds, where it may have another clock than this machine; SQLite has none.
    ///
    /// # Errors
    /// [`RecordsError::Unavailable`] when it could not be asked.
    pub async fn clock_ms(&self) -> Result<Option<i64>, RecordsError> {
        dialect::clock_ms(self).await
    }

    /// Applies one statement that returns rows (`… RETURNING …`), as durable as [`Records::apply`].
    ///
    /// # Errors
    /// As [`Records::apply`].
    pub(crate) async fn apply_returning(
        &self,
        statement: Statement,
    ) -> Result<Vec<Row>, RecordsError> {
        let set = WriteSet { statements: vec![statement] };
        match &*self.inner {
            Inner::Sqlite(engine) => engine.apply(set).await,
            Inner::Postgres(engine) => engine.apply(set).await,
        }
    }

    /// The file of an SQLite database.
    pub(crate) fn sqlite_path(&self) -> Option<&std::path::Path> {
        match &*self.inner {
            Inner::Sqlite(engine) => Some(engine.path()),
            Inner::Postgres(_) => None,
        }
    }
}

impl Records for Db {
    fn point<'a>(
        &'a self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<Row>, RecordsError>> {
        match &*self.inner {
            Inner::Sqlite(engine) => Box::pin(async move { engine.point(&sql, &values) }),
            Inner::Postgres(engine) => Box::pin(async move { engine.point(&sql, &values).await }),
        }
    }

    fn scan<'a>(
        &'a self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<Row>, RecordsError>> {
        match &*self.inner {
            Inner::Sqlite(engine) => Box::pin(engine.scan(sql, values)),
            Inner::Postgres(engine) => Box::pin(async move { engine.scan(&sql, &values).await }),
        }
    }

    fn apply<'a>(&'a self, set: WriteSet) -> BoxFuture<'a, Result<(), RecordsError>> {
        match &*self.inner {
            Inner::Sqlite(engine) => {
                Box::pin(async move { self.noted(engine.apply(set).await.map(drop)) })
            }
            Inner::Postgres(engine) => {
                Box::pin(async move { self.noted(engine.apply(set).await.map(drop)) })
            }
        }
    }
}

/// Measures how long a group takes, for the Retry-After of a full queue.
fn monotonic_now() -> std::time::Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine measures its own pace; no record and no decision depends on it"
    )]
    std::time::Instant::now()
}
