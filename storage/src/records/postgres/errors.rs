//! PostgreSQL's SQLSTATE codes as the contract's errors (PostgreSQL manual, appendix A).

use deadpool_postgres::Object;
use minshu_kernel::records::RecordsError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Whether the connection is gone, as opposed to the statement being wrong.
pub(super) fn closed(error: &Error) -> bool {
    match error.as_db_error() {
        Some(found) => {
            let code = found.code();
            *code == SqlState::ADMIN_SHUTDOWN
                || *code == SqlState::CRASH_SHUTDOWN
                || *code == SqlState::CANNOT_CONNECT_NOW
        }
        None => error.is_closed() || is_io(error),
    }
}

fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

/// The contract's error for the server's. Details are left out: they hold the values.
pub(in crate::records) fn records_error(error: &Error) -> RecordsError {
    let Some(found) = error.as_db_error() else {
        return RecordsError::Unavailable(with_source(error));
    };
    let code = found.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return RecordsError::Unique(constraint(found));
    }
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return RecordsError::ForeignKey(constraint(found));
    }
    if *code == SqlState::NOT_NULL_VIOLATION {
        let (table, column) = (found.table().unwrap_or("?"), found.column().unwrap_or("?"));
        return RecordsError::NotNull(format!("{table}.{column}"));
    }
    if *code == SqlState::CHECK_VIOLATION {
        return RecordsError::Check(constraint(found));
    }
    if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE {
        return RecordsError::Lost { statement: usize::MAX, expected: 0, touched: 0 };
    }
    if unavailable(code) {
        return RecordsError::Unavailable(format!("{}: {}", code.code(), found.message()));
    }
    // Class 22, data exceptions: the message quotes the value.
    if code.code().starts_with("22") {
        return RecordsError::Refused(format!("{}: a value does not fit", code.code()));
    }
    RecordsError::Refused(format!("{}: {}", code.code(), found.message()))
}

/// Classes 08 connection, 28 authorization, 3D no such database, 53 resources, 57 the operator,
/// 58 the system, XX internal; a lock waited for in vain.
fn unavailable(code: &SqlState) -> bool {
    let class = code.code().get(..2).unwrap_or_default();
    matches!(class, "08" | "28" | "3D" | "53" | "57" | "58" | "XX")
        || *code == SqlState::LOCK_NOT_AVAILABLE
}

fn with_source(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn constraint(found: &DbError) -> String {
    found.constraint().or(found.table()).unwrap_or("?").to_owned()
}

/// Which columns a unique index is about, so that both databases tell the same: SQLite names the
/// columns, PostgreSQL the index.
#[derive(Default)]
pub(super) struct IndexNames {
    known: Mutex<HashMap<String, String>>,
}

const INDEX_COLUMNS: &str = "SELECT pg_get_indexdef(x.indexrelid, k, true), 0 = ANY (x.indkey) \
    FROM pg_index x \
    JOIN pg_class i ON i.oid = x.indexrelid \
    JOIN pg_namespace n ON n.oid = i.relnamespace \
    CROSS JOIN generate_series(1, x.indnkeyatts) AS k \
    WHERE n.nspname = $1 AND i.relname = $2 ORDER BY k";

impl IndexNames {
    /// As [`records_error`], with the columns of a unique index in place of its name. `client` is
    /// outside a transaction.
    pub(super) async fn records_error(&self, client: &Object, error: &Error) -> RecordsError {
        let plain = records_error(error);
        let (RecordsError::Unique(_), Some(found)) = (&plain, error.as_db_error()) else {
            return plain;
        };
        let (Some(schema), Some(table), Some(index)) =
            (found.schema(), found.table(), found.constraint())
        else {
            return plain;
        };
        let key = format!("{schema}.{index}");
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(columns) = known {
            return RecordsError::Unique(columns);
        }
        let Ok(rows) = client.query(INDEX_COLUMNS, &[&schema, &index]).await else { return plain };
        if rows.is_empty() {
            return plain;
        }
        let columns = if rows.iter().any(|row| row.get::<_, bool>(1)) {
            format!("index '{index}'")
        } else {
            let columns = rows.iter().map(|row| format!("{table}.{}", row.get::<_, String>(0)));
            columns.collect::<Vec<_>>().join(", ")
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, columns.clone());
        RecordsError::Unique(columns)
    }
}
