//! Binding and reading: parameters by the digits of their names, booleans by the declared type.

use super::errors::records_error;
use crate::records::{Prepared, check};
use minshu_kernel::records::{Expect, RecordsError, Row, Statement, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};
use std::sync::Arc;

/// Rows between two looks at whether somebody still waits for them.
const ROWS_BETWEEN_LOOKS: usize = 1_024;

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Boolean(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The number of the parameter at each of SQLite's places. SQLite takes `$2` for a name and counts
/// by first appearance; PostgreSQL counts by the digits, and so do we.
fn numbers(statement: &rusqlite::Statement<'_>) -> Result<Vec<usize>, RecordsError> {
    let count = statement.parameter_count();
    let mut numbers = Vec::with_capacity(count);
    for at in 1..=count {
        let number = statement.parameter_name(at).and_then(check::parameter_number);
        // Each name stands once in SQLite's list: numbers up to the count leave no gap.
        match number.filter(|n| *n <= count) {
            Some(number) => numbers.push(number),
            None => {
                return Err(RecordsError::Refused(
                    "parameters must be $1 to $n without a gap".into(),
                ));
            }
        }
    }
    Ok(numbers)
}

fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<(), RecordsError> {
    let numbers = numbers(statement)?;
    if numbers.len() != values.len() {
        return Err(RecordsError::Refused(format!(
            "the statement has {} parameters and was given {}",
            numbers.len(),
            values.len()
        )));
    }
    for (at, number) in numbers.into_iter().enumerate() {
        let value = Bound(&values[number - 1]);
        statement.raw_bind_parameter(at + 1, value).map_err(|e| records_error(&e))?;
    }
    Ok(())
}

fn value(found: ValueRef<'_>, boolean: bool) -> Result<Value, RecordsError> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(flag @ (0 | 1)) if boolean => Value::Boolean(flag == 1),
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text)
                .map_err(|_| RecordsError::Unavailable("a text is not UTF-8: damaged".into()))?
                .to_owned(),
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

/// Runs a bound statement and collects its rows; `abandoned` tells that nobody waits any longer.
fn rows(
    statement: &mut rusqlite::Statement<'_>,
    abandoned: &dyn Fn() -> bool,
) -> Result<Vec<Row>, RecordsError> {
    let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
    let booleans: Vec<bool> = statement
        .columns()
        .map(|c| c.decl_type().is_some_and(|t| t.eq_ignore_ascii_case("BOOLEAN")))
        .collect();
    let mut collected = Vec::new();
    let mut found = statement.raw_query();
    while let Some(row) = found.next().map_err(|e| records_error(&e))? {
        let mut values = Vec::with_capacity(columns.len());
        for (at, boolean) in booleans.iter().enumerate() {
            let cell = row.get_ref(at).map_err(|e| records_error(&e))?;
            values.push(value(cell, *boolean)?);
        }
        collected.push(Row::new(Arc::clone(&columns), values));
        if collected.len().is_multiple_of(ROWS_BETWEEN_LOOKS) && abandoned() {
            return Err(RecordsError::Unavailable("nobody waits for the answer".into()));
        }
    }
    Ok(collected)
}

/// Reads rows.
pub(super) fn read(
    connection: &Connection,
    sql: &str,
    values: &[Value],
    abandoned: &dyn Fn() -> bool,
) -> Result<Vec<Row>, RecordsError> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| records_error(&e))?;
    bind(&mut statement, values)?;
    rows(&mut statement, abandoned)
}

/// Runs one statement of a write set and checks its count; `place` is its place in the set.
pub(super) fn write(
    connection: &Connection,
    place: usize,
    wanted: &Statement,
) -> Result<Vec<Row>, RecordsError> {
    let mut statement = connection.prepare_cached(&wanted.sql).map_err(|e| records_error(&e))?;
    if statement.readonly() {
        return Err(RecordsError::Refused("a write set takes no statement that only reads".into()));
    }
    bind(&mut statement, &wanted.values)?;
    let returned = if statement.column_count() == 0 {
        statement.raw_execute().map_err(|e| records_error(&e))?;
        Vec::new()
    } else {
        rows(&mut statement, &|| false)?
    };
    let touched = connection.changes();
    match wanted.expect {
        Expect::Rows(expected) if expected != touched => {
            Err(RecordsError::Lost { statement: place, expected, touched })
        }
        _ => Ok(returned),
    }
}

/// What SQLite understood, without running it.
pub(super) fn describe(connection: &Connection, sql: &str) -> Result<Prepared, RecordsError> {
    let statement = connection.prepare(sql).map_err(|e| records_error(&e))?;
    let parameters = numbers(&statement)?.into_iter().map(|_| None).collect();
    let columns = statement.column_names().map(|n| (n.to_owned(), None)).collect();
    Ok(Prepared { parameters, columns })
}
