//! A row as a line of JSON: `[1, "text", true, null, 1.5, {"b": "00ff"}]`. Whole numbers have no point, others have
//! one; bytes are in hexadecimal digits.

use minshu_kernel::records::Value;
use std::io::Write as _;

/// A value that is written, borrowed where it can be.
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Boolean(bool),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> From<&'a Value> for Cell<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Cell::Null,
            Value::Integer(v) => Cell::Integer(*v),
            Value::Real(v) => Cell::Real(*v),
            Value::Boolean(v) => Cell::Boolean(*v),
            Value::Text(v) => Cell::Text(v),
            Value::Bytes(v) => Cell::Bytes(v),
        }
    }
}

pub(super) fn write<'a>(
    out: &mut Vec<u8>,
    cells: impl Iterator<Item = Cell<'a>>,
) -> std::io::Result<()> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'[');
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match cell {
            Cell::Null => out.extend_from_slice(b"null"),
            Cell::Integer(number) => write!(out, "{number}")?,
            // What is no number in JSON is none in our tables either.
            Cell::Real(number) => serde_json::to_writer(&mut *out, &number)?,
            Cell::Boolean(flag) => write!(out, "{flag}")?,
            Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
            Cell::Bytes(bytes) => {
                out.extend_from_slice(b"{\"b\":\"");
                for byte in bytes {
                    out.push(DIGITS[usize::from(byte >> 4)]);
                    out.push(DIGITS[usize::from(byte & 15)]);
                }
                out.extend_from_slice(b"\"}");
            }
        }
    }
    out.push(b']');
    Ok(())
}

/// Reads a line; `None` where it is none of ours.
pub(super) fn read(line: &str, columns: usize) -> Option<Vec<Value>> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(line).ok()?;
    if cells.len() != columns {
        return None;
    }
    cells.into_iter().map(value).collect()
}

fn value(cell: serde_json::Value) -> Option<Value> {
    Some(match cell {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Boolean(flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Real(number.as_f64()?),
        },
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Object(mut fields) => match fields.remove("b")? {
            serde_json::Value::String(digits) if fields.is_empty() => Value::Bytes(bytes(&digits)?),
            _ => return None,
        },
        serde_json::Value::Array(_) => return None,
    })
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| (*b as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_row_comes_back(whole: i64, real in -1e300_f64..1e300, text: String, raw: Vec<u8>, flag: bool) {
            let values = vec![
                Value::Integer(whole), Value::Real(real), Value::Text(text), Value::Bytes(raw),
                Value::Boolean(flag), Value::Null,
            ];
            let mut line = Vec::new();
            write(&mut line, values.iter().map(Cell::from)).unwrap();
            let line = String::from_utf8(line).unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(read(&line, values.len()), Some(values));
            prop_assert_eq!(read(&line, 5), None);
        }

        #[test]
        fn any_line_is_read_or_refused(line: String) {
            let _either = read(&line, 3);
        }
    }
}
