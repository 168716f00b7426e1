//! What the seam refuses on both databases alike, before either sees it.

use minshu_kernel::records::{RecordsError, Value};

/// Refuses values that one of the databases would not keep as they are: PostgreSQL stores no NUL
/// character, SQLite turns NaN into null.
pub(super) fn values(values: &[Value]) -> Result<(), RecordsError> {
    for value in values {
        match value {
            Value::Text(text) if text.contains('\0') => return Err(RecordsError::NulCharacter),
            Value::Real(number) if number.is_nan() => {
                return Err(RecordsError::Refused("a number that is not a number".into()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses what is no change of rows in a write set: a `COMMIT` among the statements would tear
/// the group of others apart, and a `SELECT` touches nothing.
pub(super) fn write(sql: &str) -> Result<(), RecordsError> {
    let word = sql.split_whitespace().next().unwrap_or_default();
    let known = ["INSERT", "UPDATE", "DELETE", "WITH"];
    if known.iter().any(|k| word.eq_ignore_ascii_case(k)) {
        return Ok(());
    }
    Err(RecordsError::Refused(format!(
        "a write set takes INSERT, UPDATE, DELETE and WITH, not {word:.20}"
    )))
}

/// The place of a parameter, counted from 1, by the digits of its name: `$12` is the twelfth,
/// wherever it stands in the text.
pub(super) fn parameter_number(name: &str) -> Option<usize> {
    let digits = name.strip_prefix('$')?;
    let plain = !digits.is_empty()
        && digits.len() <= 5
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use minshu_kernel::values;

    #[test]
    fn nul_and_nan_are_refused() {
        assert!(matches!(values(&values!["a\0b"]), Err(RecordsError::NulCharacter)));
        assert!(matches!(values(&values![f64::NAN]), Err(RecordsError::Refused(_))));
        assert!(values(&values!["a", 1_i64, f64::INFINITY, None::<i64>, vec![0_u8]]).is_ok());
    }

    #[test]
    fn only_changes_of_rows_are_writes() {
        for good in ["INSERT INTO t", "\n  update t", "WITH x AS", "DELETE FROM t"] {
            assert!(write(good).is_ok(), "{good}");
        }
        for bad in ["COMMIT", "SELECT 1", "PRAGMA x", "", "/* c */ INSERT", "INSERTED"] {
            assert!(write(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_parameter_is_numbered_by_its_digits() {
        assert_eq!(parameter_number("$1"), Some(1));
        assert_eq!(parameter_number("$65535"), Some(65_535));
        for bad in ["?1", "$", "$0", "$01", "$1a", "$name", ":1", "$123456", "$-1", "$+1"] {
            assert_eq!(parameter_number(bad), None, "{bad}");
        }
    }
}
