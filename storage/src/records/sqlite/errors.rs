//! SQLite's result codes as the contract's errors.

use minshu_kernel::records::RecordsError;
use rusqlite::{Error, ErrorCode, ffi};

/// The contract's error for SQLite's. Constraint texts lose their English prefix, so that
/// `Unique("cases.number")` reads the same on both databases.
pub(in crate::records) fn records_error(error: &Error) -> RecordsError {
    let Error::SqliteFailure(code, text) = error else {
        return RecordsError::Refused(error.to_string());
    };
    let text = text.as_deref().unwrap_or_default();
    let rest = || text.split_once("failed: ").map_or("", |(_, rest)| rest).to_owned();
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_ROWID => return RecordsError::Unique(rest()),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return RecordsError::ForeignKey(rest()),
        ffi::SQLITE_CONSTRAINT_NOTNULL => return RecordsError::NotNull(rest()),
        ffi::SQLITE_CONSTRAINT_CHECK => return RecordsError::Check(rest()),
        _ => {}
    }
    match code.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::OutOfMemory
        | ErrorCode::ReadOnly
        | ErrorCode::OperationInterrupted
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::DiskFull
        | ErrorCode::CannotOpen
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::NotADatabase => RecordsError::Unavailable(error.to_string()),
        _ => RecordsError::Refused(error.to_string()),
    }
}
