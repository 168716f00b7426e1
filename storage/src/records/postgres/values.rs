//! Values on the wire: encoded to the type that the server inferred, so that a null fits anywhere
//! and a number finds INT4, INT8 or FLOAT8 by itself.

use crate::records::ColumnType;
use bytes::{BufMut, BytesMut};
use minshu_kernel::records::{RecordsError, Row, Value};
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use tokio_postgres::Statement;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

/// Integers up to this size are exact in a DOUBLE PRECISION: 2^53.
const EXACT: u64 = 1 << 53;

/// The portable type, when it is one.
pub(super) fn column_type(found: &Type) -> Option<ColumnType> {
    Some(match *found {
        Type::TEXT => ColumnType::Text,
        Type::INT4 => ColumnType::Int4,
        Type::INT8 => ColumnType::Int8,
        Type::FLOAT8 => ColumnType::Float8,
        Type::BOOL => ColumnType::Bool,
        Type::BYTEA => ColumnType::Bytea,
        _ => return None,
    })
}

/// A value on its way out.
pub(super) struct Bound<'a>(&'a Value);

impl fmt::Debug for Bound<'_> {
    /// The driver prints parameters in its debugging log; values are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        wanted: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let wanted = column_type(wanted).ok_or("not a portable type")?;
        match (self.0, wanted) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Integer(number), ColumnType::Int8) => out.put_i64(*number),
            (Value::Integer(number), ColumnType::Int4) => out.put_i32(i32::try_from(*number)?),
            #[expect(clippy::cast_precision_loss, reason = "`fits` let only exact ones through")]
            (Value::Integer(number), ColumnType::Float8) => out.put_f64(*number as f64),
            (Value::Real(number), ColumnType::Float8) => out.put_f64(*number),
            (Value::Boolean(flag), ColumnType::Bool) => out.put_u8(u8::from(*flag)),
            (Value::Text(text), ColumnType::Text) => out.put_slice(text.as_bytes()),
            (Value::Bytes(bytes), ColumnType::Bytea) => out.put_slice(bytes),
            _ => return Err("a value of another type".into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// Whether a value can be sent as the type that the server wants.
fn fits(value: &Value, wanted: ColumnType) -> bool {
    match (value, wanted) {
        (Value::Integer(number), ColumnType::Int4) => i32::try_from(*number).is_ok(),
        (Value::Integer(number), ColumnType::Float8) => number.unsigned_abs() <= EXACT,
        (Value::Null, _)
        | (Value::Integer(_), ColumnType::Int8)
        | (Value::Real(_), ColumnType::Float8)
        | (Value::Boolean(_), ColumnType::Bool)
        | (Value::Text(_), ColumnType::Text)
        | (Value::Bytes(_), ColumnType::Bytea) => true,
        _ => false,
    }
}

/// The parameters of a prepared statement, checked before anything is sent.
pub(super) fn bind<'a>(
    statement: &Statement,
    values: &'a [Value],
) -> Result<Vec<Bound<'a>>, RecordsError> {
    let wanted = statement.params();
    if wanted.len() != values.len() {
        return Err(RecordsError::Refused(format!(
            "the statement has {} parameters and was given {}",
            wanted.len(),
            values.len()
        )));
    }
    for (at, (value, wanted)) in values.iter().zip(wanted).enumerate() {
        if !column_type(wanted).is_some_and(|wanted| fits(value, wanted)) {
            return Err(RecordsError::Refused(format!(
                "the value of ${} does not fit {wanted}",
                at + 1
            )));
        }
    }
    Ok(values.iter().map(Bound).collect())
}

/// A value that came in.
struct Cell(Value);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(found: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let found = column_type(found).ok_or("not a portable type")?;
        Ok(Cell(match found {
            ColumnType::Text => Value::Text(std::str::from_utf8(raw)?.to_owned()),
            ColumnType::Int4 => Value::Integer(i64::from(i32::from_be_bytes(raw.try_into()?))),
            ColumnType::Int8 => Value::Integer(i64::from_be_bytes(raw.try_into()?)),
            ColumnType::Float8 => Value::Real(f64::from_be_bytes(raw.try_into()?)),
            ColumnType::Bool => Value::Boolean(matches!(raw, [1])),
            ColumnType::Bytea => Value::Bytes(raw.to_vec()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Cell(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The names of the result's columns, shared by its rows.
pub(in crate::records) fn columns(statement: &Statement) -> Arc<[String]> {
    statement.columns().iter().map(|column| column.name().to_owned()).collect()
}

/// A row as the contract has it.
pub(in crate::records) fn row(
    found: &tokio_postgres::Row,
    columns: &Arc<[String]>,
) -> Result<Row, RecordsError> {
    let mut values = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let Cell(value) = found.try_get(at).map_err(|_| {
            RecordsError::Refused(format!("column {column} cannot be read as a portable type"))
        })?;
        values.push(value);
    }
    Ok(Row::new(Arc::clone(columns), values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_that_would_change_is_refused() {
        let big = i64::from(i32::MAX);
        assert!(fits(&Value::Integer(big), ColumnType::Int4));
        assert!(!fits(&Value::Integer(big + 1), ColumnType::Int4));
        assert!(fits(&Value::Integer(-(1 << 53)), ColumnType::Float8));
        assert!(!fits(&Value::Integer((1 << 53) + 1), ColumnType::Float8));
        assert!(!fits(&Value::Real(1.0), ColumnType::Int8));
        assert!(!fits(&Value::Boolean(true), ColumnType::Int8));
        assert!(!fits(&Value::Integer(1), ColumnType::Bool));
    }

    #[test]
    fn the_driver_prints_no_value() {
        assert_eq!(format!("{:?}", Bound(&Value::Text("secret".into()))), "…");
    }

    proptest! {
        #[test]
        fn what_is_sent_comes_back(number: i64, small: i32, real in any::<f64>(), text: String, bytes: Vec<u8>) {
            for (value, wire) in [
                (Value::Integer(number), Type::INT8),
                (Value::Integer(i64::from(small)), Type::INT4),
                (Value::Real(real), Type::FLOAT8),
                (Value::Text(text), Type::TEXT),
                (Value::Bytes(bytes), Type::BYTEA),
                (Value::Boolean(number > 0), Type::BOOL),
            ] {
                let mut out = BytesMut::new();
                Bound(&value).to_sql(&wire, &mut out).unwrap();
                prop_assert_eq!(Cell::from_sql(&wire, &out).unwrap().0, value);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(raw: Vec<u8>) {
            for wire in [Type::INT8, Type::INT4, Type::FLOAT8, Type::TEXT, Type::BYTEA, Type::BOOL, Type::NUMERIC] {
                let _either = Cell::from_sql(&wire, &raw);
            }
        }
    }
}
