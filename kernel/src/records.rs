//! The records seam: values, rows, statements and write sets. One SQL text for both databases;
//! the engines are in `storage`. JSON is stored, never queried: what a query needs is a column.

use std::borrow::Cow;
use std::sync::Arc;

use crate::BoxFuture;

/// A value of one of the portable types: TEXT, BIGINT, DOUBLE PRECISION, BOOLEAN, BYTEA, or null.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL; fits a parameter of any type.
    Null,
    /// BIGINT.
    Integer(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// BOOLEAN.
    Boolean(bool),
    /// TEXT; a NUL character is refused by the seam.
    Text(String),
    /// BYTEA.
    Bytes(Vec<u8>),
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $made:expr),+ $(,)?) => {
        $(impl From<$from> for Value { fn from($v: $from) -> Self { $made } })+
    };
}
value_from! {
    i64 => |v| Value::Integer(v),
    i32 => |v| Value::Integer(i64::from(v)),
    u32 => |v| Value::Integer(i64::from(v)),
    f64 => |v| Value::Real(v),
    bool => |v| Value::Boolean(v),
    String => |v| Value::Text(v),
    &str => |v| Value::Text(v.to_owned()),
    &String => |v| Value::Text(v.clone()),
    Vec<u8> => |v| Value::Bytes(v),
    &[u8] => |v| Value::Bytes(v.to_vec()),
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}

/// Builds a parameter list: `values![id, version, "open"]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::records::Value::from($value)),*] };
}

/// Declares the statements of a store: a constant each, and `STATEMENTS`, the list that the
/// two-database test prepares. A statement that is not declared so is not tested.
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = $sql;)+
        /// Every fixed statement of this store, by name.
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// A row that was read: values by column name or position.
#[derive(Debug, Clone)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

/// A column was absent or had another type than the one asked for.
#[derive(Debug, Clone, thiserror::Error)]
#[error("column {column}: {wanted} wanted, {found}")]
pub struct BadColumn {
    /// The column's name.
    pub column: String,
    /// The type asked for.
    pub wanted: &'static str,
    /// What was there.
    pub found: String,
}

/// A type that can be read from a column.
pub trait FromValue: Sized {
    /// The portable type's name, for errors.
    const WANTED: &'static str;
    /// The value as this type, or `None` where it does not fit.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($to:ty, $wanted:literal, $pattern:pat => $made:expr);+ $(;)?) => {
        $(impl FromValue for $to {
            const WANTED: &'static str = $wanted;
            fn from_value(value: &Value) -> Option<Self> {
                match value { $pattern => Some($made), _ => None }
            }
        })+
    };
}
from_value! {
    i64, "BIGINT", Value::Integer(v) => *v;
    f64, "DOUBLE PRECISION", Value::Real(v) => *v;
    String, "TEXT", Value::Text(v) => v.clone();
    Vec<u8>, "BYTEA", Value::Bytes(v) => v.clone();
    crate::clock::Timestamp, "BIGINT", Value::Integer(v) => crate::clock::Timestamp(*v);
}
impl FromValue for bool {
    const WANTED: &'static str = "BOOLEAN";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Boolean(v) => Some(*v),
            // SQLite keeps booleans as the integers 0 and 1.
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}
impl<T: FromValue> FromValue for Option<T> {
    const WANTED: &'static str = T::WANTED;
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl Row {
    /// Made by the engines.
    pub fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Row { columns, values }
    }

    /// The value of a column by name.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T, BadColumn> {
        let at = self.columns.iter().position(|c| c == column);
        let value = at.and_then(|at| self.values.get(at));
        value.and_then(T::from_value).ok_or_else(|| BadColumn {
            column: column.to_owned(),
            wanted: T::WANTED,
            found: match value {
                None => "there is no such column".into(),
                Some(Value::Null) => "it is null".into(),
                Some(_) => "it holds another type".into(),
            },
        })
    }

    /// An id by column name.
    pub fn id<T: std::str::FromStr>(&self, column: &str) -> Result<T, BadColumn> {
        let text: String = self.get(column)?;
        text.parse().map_err(|_| BadColumn {
            column: column.to_owned(),
            wanted: "an id",
            found: "it holds another text".into(),
        })
    }

    /// An id that may be null, by column name.
    pub fn id_or_null<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, BadColumn> {
        match self.get::<Option<String>>(column)? {
            None => Ok(None),
            Some(_) => self.id(column).map(Some),
        }
    }

    /// The values in the order of the columns.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

/// How many rows a statement of a write set must touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Exactly so many; another count means that a race was lost and the whole set is undone.
    Rows(u64),
    /// Any number.
    Any,
}

/// A statement with its parameters, `$1` bound to the first.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The SQL text in the portable subset.
    pub sql: Cow<'static, str>,
    /// The parameters in order.
    pub values: Vec<Value>,
    /// The count of rows that must be touched.
    pub expect: Expect,
}

impl Statement {
    /// A statement that must touch exactly one row.
    pub fn one(sql: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Statement { sql: sql.into(), values, expect: Expect::Rows(1) }
    }

    /// A statement that may touch any number of rows.
    pub fn any(sql: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Statement { sql: sql.into(), values, expect: Expect::Any }
    }

    /// A guard on a row that was only read: `SELECT`-free, it rewrites the version with itself.
    /// `table` has columns `id` and `version`; the row must still be at `version`.
    pub fn expect_unchanged(table: &'static str, id: impl Into<Value>, version: i64) -> Self {
        Statement::one(
            format!("UPDATE {table} SET version = version WHERE id = $1 AND version = $2"),
            vec![id.into(), version.into()],
        )
    }
}

/// Statements that are applied all or not at all.
#[derive(Debug, Clone, Default)]
pub struct WriteSet {
    /// In the order in which they run.
    pub statements: Vec<Statement>,
}

/// Why the engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum RecordsError {
    /// A statement touched another number of rows than it must: somebody else was first.
    #[error(
        "statement {statement} of the write set touched {touched} rows where {expected} must be"
    )]
    Lost {
        /// Its place in the write set.
        statement: usize,
        /// The rows that must be touched.
        expected: u64,
        /// The rows that were.
        touched: u64,
    },
    /// A unique index refused a row. SQLite 1555, 2067; PostgreSQL 23505.
    #[error("a row with this key is there already: {0}")]
    Unique(String),
    /// A foreign key refused a row. SQLite 787; PostgreSQL 23503.
    #[error("a row refers to one that is not there: {0}")]
    ForeignKey(String),
    /// A column may not be null. SQLite 1299; PostgreSQL 23502.
    #[error("a value is missing: {0}")]
    NotNull(String),
    /// A check refused a value. SQLite 275; PostgreSQL 23514.
    #[error("a value is outside its bounds: {0}")]
    Check(String),
    /// The bounded queue is full; try again after so many milliseconds.
    #[error("the write queue is full")]
    Full {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The database cannot be reached or the disk refuses: nothing was written that was not acknowledged.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The statement is wrong: a defect of ours.
    #[error("the database refused a statement: {0}")]
    Refused(String),
    /// A value cannot be stored (a NUL character in a text).
    #[error("a text holds a NUL character")]
    NulCharacter,
}

/// The records engine as the contract sees it.
pub trait Records: Send + Sync {
    /// Reads by key or by a short index range: on SQLite it runs in place, so it must be short.
    fn point<'a>(
        &'a self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<Row>, RecordsError>>;

    /// Reads that may take long: on SQLite they run on the reader threads.
    fn scan<'a>(
        &'a self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<Row>, RecordsError>>;

    /// Applies a write set, all or nothing. When this answers `Ok`, it is on the disk.
    fn apply<'a>(&'a self, set: WriteSet) -> BoxFuture<'a, Result<(), RecordsError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_another_type_is_named() {
        let row = Row::new(vec!["n".to_owned()].into(), vec![Value::Text("x".into())]);
        let bad = row.get::<i64>("n").unwrap_err();
        assert_eq!(bad.to_string(), "column n: BIGINT wanted, it holds another type");
        assert_eq!(row.get::<Option<String>>("n").unwrap().as_deref(), Some("x"));
        assert!(row.get::<i64>("m").is_err());
    }
}
