//! How a connection is opened: the settings that make SQLite strict and durable.

use crate::records::Durability;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Statements kept prepared on each connection.
const STATEMENTS: usize = 512;

/// Makes the folder of the database, durably.
pub(in crate::records) fn make_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|f| !f.as_os_str().is_empty()) {
        Some(folder) => crate::files::make_folder(folder),
        None => Ok(()),
    }
}

/// What every connection has, whatever it is for.
fn strict(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    // `"nosuch"` is an error, not a text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // One plan for a statement, whatever is bound: else each binding would have it planned anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// The connection that writes. `synchronous=FULL` with a write-ahead log: a commit returns when
/// the log is fsynced.
pub(in crate::records) fn open_writer(
    path: &Path,
    durability: Durability,
) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    strict(&connection)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        let text = format!("the file system allows no write-ahead log (journal mode {mode})");
        return Err(rusqlite::Error::SqliteFailure(code, Some(text)));
    }
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // The log is folded in beside the writer.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    // What is deleted is overwritten: a destroyed key must not be read from a free page.
    let secure: i64 =
        connection.pragma_update_and_check(None, "secure_delete", true, |row| row.get(0))?;
    debug_assert_eq!(secure, 1, "secure_delete is built in");
    Ok(connection)
}

/// A connection that reads only.
pub(in crate::records) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    strict(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "mmap_size", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "cache_size", -4 * 1024)?;
    Ok(connection)
}
