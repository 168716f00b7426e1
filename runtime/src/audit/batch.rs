//! Sealing many rows by one statement: a row a statement would be a round trip's work each on PostgreSQL, and the
//! sealer would fall behind the commits of a busy house.

use std::fmt::Write as _;

use minshu_kernel::records::{Expect, Statement, Value};

/// How many rows a statement seals. A few sizes make few texts, which stay prepared.
const SIZES: [usize; 4] = [200, 40, 8, 1];

/// The kinds of rows that are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// An entry: id, position, link.
    Audit,
    /// An event: id, position.
    Events,
}

impl Sealing {
    /// The statement for so many rows. Both databases name the columns of a `VALUES` list `column1`, `column2` …; the
    /// types of the first row hold for all.
    fn sql(self, rows: usize) -> String {
        let (table, set, width) = match self {
            Sealing::Audit => ("platform_audit", "position = v.column2, chain = v.column3", 3),
            Sealing::Events => ("platform_event", "position = v.column2", 2),
        };
        let mut list = String::new();
        for row in 0..rows {
            let at = row * width;
            // Writing to a text does not fail.
            let _infallible = match (self, row) {
                (Sealing::Audit, 0) => write!(list, "($1, CAST($2 AS BIGINT), $3)"),
                (Sealing::Events, 0) => write!(list, "($1, CAST($2 AS BIGINT))"),
                (Sealing::Audit, _) => write!(list, ", (${}, ${}, ${})", at + 1, at + 2, at + 3),
                (Sealing::Events, _) => write!(list, ", (${}, ${})", at + 1, at + 2),
            };
        }
        format!(
            "UPDATE {table} SET {set} FROM (VALUES {list}) AS v \
             WHERE {table}.id = v.column1 AND {table}.position IS NULL"
        )
    }
}

/// The statements that seal these rows, each of which must touch all of its own.
pub fn statements(kind: Sealing, rows: Vec<Vec<Value>>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut rows = rows.into_iter().peekable();
    for size in SIZES {
        while rows.len() >= size && rows.peek().is_some() {
            let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
            let expect = Expect::Rows(size as u64);
            statements.push(Statement { sql: kind.sql(size).into(), values, expect });
        }
    }
    statements
}

/// Every text that [`statements`] makes, for the test that prepares them on both databases.
pub fn texts() -> Vec<(&'static str, String)> {
    let of = |kind: Sealing, name| SIZES.map(|size| (name, kind.sql(size)));
    [of(Sealing::Audit, "SEAL_AUDIT"), of(Sealing::Events, "SEAL_EVENTS")].concat()
}

#[cfg(test)]
mod tests {
    use minshu_kernel::values;

    use super::*;

    #[test]
    fn every_row_is_sealed_once_and_in_order() {
        for count in [0_i64, 1, 7, 8, 239, 240, 1_000] {
            let rows = (0..count).map(|n| values![format!("id{n}"), n + 1]).collect();
            let statements = statements(Sealing::Events, rows);
            let wanted: u64 = statements
                .iter()
                .map(|s| match s.expect {
                    Expect::Rows(rows) => rows,
                    Expect::Any => 0,
                })
                .sum();
            assert_eq!(wanted, count.unsigned_abs());
            let sealed: Vec<Value> = statements.into_iter().flat_map(|s| s.values).collect();
            let expected: Vec<Value> =
                (0..count).flat_map(|n| values![format!("id{n}"), n + 1]).collect();
            assert_eq!(sealed, expected);
        }
    }
}
