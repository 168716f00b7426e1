//! SQLite: one writer thread whose commits many write sets share, point reads in place, scans on
//! reader threads.

mod checkpoint;
pub(super) mod connection;
mod errors;
mod readers;
mod statement;
mod writer;

use super::{Prepared, Settings, WritePath, check};
use minshu_kernel::records::{RecordsError, Row, Value, WriteSet};
use rusqlite::Connection;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub(super) use errors::records_error;

/// Connections that wait for the next point read. More may exist at one time, as many as threads
/// read at once; those are closed again.
const IDLE_CONNECTIONS: usize = 16;

/// An open SQLite file.
pub(super) struct SqliteRecords {
    path: PathBuf,
    // Dropped first: the writer's end waits for what was accepted.
    writer: writer::Writer,
    readers: readers::Readers,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteRecords {
    pub(super) fn open(path: &Path, settings: &Settings) -> Result<Self, RecordsError> {
        connection::make_folder(path)
            .map_err(|e| RecordsError::Unavailable(format!("{}: {e}", path.display())))?;
        let open = || connection::open_writer(path, settings.durability);
        let mut writing = open().map_err(|e| records_error(&e))?;
        let folding = open().map_err(|e| records_error(&e))?;
        let checkpointer = checkpoint::Checkpointer::start(&mut writing, folding)?;
        let first = connection::open_reader(path).map_err(|e| records_error(&e))?;
        let readers = readers::Readers::start(path, settings)?;
        let writer = writer::Writer::start(writing, checkpointer, settings)?;
        Ok(SqliteRecords { path: path.to_owned(), writer, readers, idle: Mutex::new(vec![first]) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads in place. The connection is never held across an await, so that as many are out as
    /// threads are here.
    fn with_connection<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, RecordsError>,
    ) -> Result<T, RecordsError> {
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match waiting {
            Some(connection) => connection,
            None => connection::open_reader(&self.path).map_err(|e| records_error(&e))?,
        };
        let answer = read(&connection);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
        answer
    }

    pub(super) fn point(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, RecordsError> {
        check::values(values)?;
        self.with_connection(|connection| statement::read(connection, sql, values, &|| false))
    }

    pub(super) async fn scan(
        &self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, RecordsError> {
        check::values(&values)?;
        self.readers.scan(sql, values).await
    }

    pub(super) async fn apply(&self, set: WriteSet) -> Result<Vec<Row>, RecordsError> {
        for statement in &set.statements {
            check::write(&statement.sql)?;
            check::values(&statement.values)?;
        }
        if set.statements.is_empty() {
            return Ok(Vec::new());
        }
        self.writer.apply(set).await
    }

    pub(super) fn write_path(&self) -> WritePath {
        self.writer.write_path()
    }

    pub(super) fn prepare_only(&self, sql: &str) -> Result<Prepared, RecordsError> {
        self.with_connection(|connection| statement::describe(connection, sql))
    }
}
