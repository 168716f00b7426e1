//! PostgreSQL: a write set is one transaction on one pooled connection. Writers and readers have
//! pools of their own, so that reads do not queue behind writes.

mod errors;
mod pool;
mod tls;
mod transaction;
pub(in crate::records) mod values;

use super::{ColumnType, Prepared, Settings, WritePath, check};
use deadpool_postgres::{Object, Pool};
use errors::closed;
use futures_util::TryStreamExt;
use minshu_kernel::records::{RecordsError, Row, Value, WriteSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio_postgres::error::SqlState;

pub(super) use errors::records_error;
pub(super) use pool::connect;

/// How often a call is made again on a fresh connection after the one it had was found dead before
/// anything could be committed.
const FRESH_CONNECTIONS: usize = 3;
/// When a caller may try again after the queue was full, in milliseconds.
const RETRY_AFTER_MS: u64 = 1_000;

/// An open PostgreSQL database.
pub(super) struct PostgresRecords {
    writing: Arc<Writing>,
    reading: Pool,
    scans: Semaphore,
    /// A permit for each scan that runs or waits.
    scan_places: Semaphore,
}

struct Writing {
    pool: Pool,
    names: errors::IndexNames,
    /// A permit for each write set that runs or waits.
    places: Arc<Semaphore>,
    /// How many permits there are.
    most: usize,
    /// Write sets that found none.
    refused: AtomicU64,
}

impl PostgresRecords {
    pub(super) async fn open(url: &str, settings: &Settings) -> Result<Self, RecordsError> {
        let address = pool::address(url)?;
        let connections = settings.connections.max(1);
        let writing = pool::writing(&address, connections, settings.durability)?;
        let reading = pool::reading(&address, connections)?;
        drop(pool::get(&writing).await?);
        // At least one connection is left for point reads, unless there is only one.
        let scans = settings.readers.clamp(1, connections.saturating_sub(1).max(1));
        Ok(PostgresRecords {
            writing: Arc::new(Writing {
                pool: writing,
                names: errors::IndexNames::default(),
                places: Arc::new(Semaphore::new(settings.queue.max(1))),
                most: settings.queue.max(1),
                refused: AtomicU64::new(0),
            }),
            reading,
            scans: Semaphore::new(scans),
            scan_places: Semaphore::new(scans + settings.scans),
        })
    }

    pub(super) async fn point(&self, sql: &str, given: &[Value]) -> Result<Vec<Row>, RecordsError> {
        check::values(given)?;
        for _ in 1..FRESH_CONNECTIONS {
            let client = pool::get(&self.reading).await?;
            match read(&client, sql, given).await {
                // Out of the pool: it may not yet know that it is dead.
                Err(Unread::Again) => drop(Object::take(client)),
                Err(Unread::Refused(error)) => return Err(error),
                Ok(rows) => return Ok(rows),
            }
        }
        let client = pool::get(&self.reading).await?;
        read(&client, sql, given).await.map_err(|unread| match unread {
            Unread::Again => RecordsError::Unavailable("the connection was lost".into()),
            Unread::Refused(error) => error,
        })
    }

    pub(super) async fn scan(&self, sql: &str, given: &[Value]) -> Result<Vec<Row>, RecordsError> {
        let _place = self
            .scan_places
            .try_acquire()
            .map_err(|_| RecordsError::Full { retry_after_ms: RETRY_AFTER_MS })?;
        let _permit = self
            .scans
            .acquire()
            .await
            .map_err(|e| RecordsError::Unavailable(format!("the readers have ended: {e}")))?;
        self.point(sql, given).await
    }

    /// Runs on a task of its own: a caller that goes away leaves no transaction half done on a
    /// pooled connection.
    pub(super) async fn apply(&self, set: WriteSet) -> Result<Vec<Row>, RecordsError> {
        for statement in &set.statements {
            check::write(&statement.sql)?;
            check::values(&statement.values)?;
        }
        if set.statements.is_empty() {
            return Ok(Vec::new());
        }
        let full = |_| {
            self.writing.refused.fetch_add(1, Ordering::Relaxed);
            RecordsError::Full { retry_after_ms: RETRY_AFTER_MS }
        };
        let place = Arc::clone(&self.writing.places).try_acquire_owned().map_err(full)?;
        let writing = Arc::clone(&self.writing);
        let task = tokio::spawn(async move {
            let _place = place;
            writing.apply(&set).await
        });
        task.await.unwrap_or_else(|e| {
            Err(RecordsError::Unavailable(format!("the write set was given up: {e}")))
        })
    }

    pub(super) fn write_path(&self) -> WritePath {
        let Writing { places, most, refused, .. } = &*self.writing;
        let waiting = most.saturating_sub(places.available_permits());
        WritePath { waiting, most: *most, refused: refused.load(Ordering::Relaxed), failing: None }
    }

    pub(super) async fn prepare_only(&self, sql: &str) -> Result<Prepared, RecordsError> {
        let client = pool::get(&self.writing.pool).await?;
        let statement = client.prepare(sql).await.map_err(|e| records_error(&e))?;
        let mut parameters = Vec::with_capacity(statement.params().len());
        for (at, found) in statement.params().iter().enumerate() {
            parameters.push(Some(portable(found, &format!("parameter ${}", at + 1))?));
        }
        let mut columns = Vec::with_capacity(statement.columns().len());
        for column in statement.columns() {
            let found = portable(column.type_(), &format!("column {}", column.name()))?;
            columns.push((column.name().to_owned(), Some(found)));
        }
        Ok(Prepared { parameters, columns })
    }
}

impl Writing {
    async fn apply(&self, set: &WriteSet) -> Result<Vec<Row>, RecordsError> {
        for _ in 1..FRESH_CONNECTIONS {
            let client = pool::get(&self.pool).await?;
            match transaction::run(client, set, &self.names).await {
                Err(transaction::Failed::LostBeforeCommit) => {}
                Err(transaction::Failed::Because(error)) => return Err(error),
                Ok(rows) => return Ok(rows),
            }
        }
        let client = pool::get(&self.pool).await?;
        transaction::run(client, set, &self.names).await.map_err(|failed| match failed {
            transaction::Failed::LostBeforeCommit => {
                RecordsError::Unavailable("the connection was lost".into())
            }
            transaction::Failed::Because(error) => error,
        })
    }
}

fn portable(found: &tokio_postgres::types::Type, what: &str) -> Result<ColumnType, RecordsError> {
    values::column_type(found)
        .ok_or_else(|| RecordsError::Refused(format!("{what} is {found}, which is not portable")))
}

enum Unread {
    /// On another connection or with a fresh plan it may do.
    Again,
    Refused(RecordsError),
}

async fn read(client: &Object, sql: &str, given: &[Value]) -> Result<Vec<Row>, Unread> {
    let failed = |error: tokio_postgres::Error| {
        if closed(&error) {
            return Unread::Again;
        }
        if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
            // A migration changed the columns under a cached plan.
            client.statement_cache.clear();
            return Unread::Again;
        }
        Unread::Refused(records_error(&error))
    };
    pool::bound_cache(client);
    let statement = client.prepare_cached(sql).await.map_err(failed)?;
    let bound = values::bind(&statement, given).map_err(Unread::Refused)?;
    let stream = client.query_raw(&statement, bound).await.map_err(failed)?;
    let columns = values::columns(&statement);
    let mut stream = std::pin::pin!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await.map_err(failed)? {
        rows.push(values::row(&row, &columns).map_err(Unread::Refused)?);
    }
    Ok(rows)
}
