//! Lists within a scope, paged by a sort key. One indexed statement for each term of the scope, merged: an
//! equality on the term's own level keeps every page a short index range, however large the table is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::access::{Exclusion, Part, Scope, ScopeTerm, Test};
use crate::division::Level;
use crate::error::Failure;
use crate::records::{Records, Row, Value};

/// The scope columns of a table; `None` where it has no such column.
#[derive(Debug, Clone, Copy)]
pub struct ScopeColumns {
    /// The kind of resource that its rows are; a single resource of another kind is not among them.
    pub kind: &'static str,
    /// Columns of province, prefecture, county, township, village; what a table without them holds lies nowhere.
    pub divisions: Option<[&'static str; 5]>,
    /// The pack's column.
    pub pack: &'static str,
    /// The column of the role whose turn it is.
    pub role: Option<&'static str>,
    /// The column of the account that began it.
    pub owner_account: Option<&'static str>,
    /// The owning person's column.
    pub owner: Option<&'static str>,
    /// The owning organisation's column.
    pub owner_organisation: Option<&'static str>,
}

/// The five columns that scoped tables carry.
pub const DIVISION_COLUMNS: [&str; 5] = ["province", "prefecture", "county", "township", "village"];

/// Equalities and comparisons that are put behind WHERE.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    sql: String,
    values: Vec<Value>,
}

impl Filter {
    /// No condition yet.
    pub fn new() -> Self {
        Filter::default()
    }

    /// `column = value`.
    #[must_use]
    pub fn equal(self, column: &'static str, value: impl Into<Value>) -> Self {
        self.compare(column, "=", value)
    }

    /// `column = value` where there is a value.
    #[must_use]
    pub fn equal_if(self, column: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.equal(column, value),
            None => self,
        }
    }

    /// `column <operator> value`.
    #[must_use]
    pub fn compare(
        mut self,
        column: &'static str,
        operator: &'static str,
        value: impl Into<Value>,
    ) -> Self {
        self.values.push(value.into());
        self.sql.push_str(&format!("\n  AND {column} {operator} ${}", self.values.len()));
        self
    }

    /// A condition as it stands, without values: a partial index is used only where its own condition is written.
    #[must_use]
    pub fn holds(mut self, condition: &'static str) -> Self {
        self.sql.push_str(&format!("\n  AND {condition}"));
        self
    }

    /// `column IN (values)`; no value, nothing.
    #[must_use]
    pub fn within(mut self, column: &'static str, values: Vec<Value>) -> Self {
        if values.is_empty() {
            self.sql.push_str("\n  AND 1 = 0");
            return self;
        }
        let marks: Vec<String> = values
            .into_iter()
            .map(|value| {
                self.values.push(value);
                format!("${}", self.values.len())
            })
            .collect();
        self.sql.push_str(&format!("\n  AND {column} IN ({})", marks.join(", ")));
        self
    }

    /// Not what an exclusion covers.
    fn except(mut self, left_out: &Exclusion, columns: &ScopeColumns) -> Self {
        let pack = self.is_one_of(columns.pack, std::slice::from_ref(&left_out.pack));
        let test = self.test(&left_out.when, columns, true);
        self.sql.push_str(&format!("\n  AND NOT ({pack} AND {test})"));
        self
    }

    /// A test as SQL that is true or false and never null, since NOT of null would be null. Where the table has no
    /// column for a part, `unknown` is taken: what cannot be shown to be allowed is left out. A role is different:
    /// where nobody's turn is kept, it is nobody's turn.
    fn test(&mut self, test: &Test, columns: &ScopeColumns, unknown: bool) -> String {
        let constant = |answer: bool| if answer { "1 = 1" } else { "1 = 0" }.to_owned();
        let column = |part: &Part| match part {
            Part::Role => columns.role,
            Part::Division => columns.divisions.map(|levels| levels[0]),
            Part::OwnerAccount => columns.owner_account,
            Part::Owner => columns.owner,
            Part::OwnerOrganisation => columns.owner_organisation,
        };
        let without = |part: &Part| constant(unknown && *part != Part::Role);
        match test {
            Test::Always(answer) => constant(*answer),
            Test::Has(part) => {
                column(part).map_or_else(|| without(part), |c| format!("COALESCE({c}, '') <> ''"))
            }
            Test::OneOf(part, values) => match column(part) {
                Some(_) if values.is_empty() => constant(false),
                Some(column) => self.is_one_of(column, values),
                None => without(part),
            },
            Test::Under(division) => match columns.divisions {
                Some(levels) => {
                    let column = levels[division.level() as usize];
                    self.is_one_of(column, &[division.to_string()])
                }
                None => without(&Part::Division),
            },
            Test::Not(test) => format!("NOT {}", self.test(test, columns, !unknown)),
            Test::All(tests) => self.several(tests, " AND ", "1 = 1", columns, unknown),
            Test::Any(tests) => self.several(tests, " OR ", "1 = 0", columns, unknown),
        }
    }

    fn several(
        &mut self,
        tests: &[Test],
        between: &str,
        none: &str,
        columns: &ScopeColumns,
        unknown: bool,
    ) -> String {
        let each: Vec<String> = tests.iter().map(|t| self.test(t, columns, unknown)).collect();
        format!("({})", if each.is_empty() { none.to_owned() } else { each.join(between) })
    }

    fn is_one_of(&mut self, column: &str, values: &[String]) -> String {
        let marks: Vec<String> = values
            .iter()
            .map(|value| {
                self.values.push(value.as_str().into());
                format!("${}", self.values.len())
            })
            .collect();
        format!("COALESCE({column}, '') IN ({})", marks.join(", "))
    }
}

/// A place in a list: the page begins behind it. Written `<sort>.<id>`, so that it fits into a query string as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct After {
    /// The sort value of the last row that was seen.
    pub sort: i64,
    /// Its id: 1 to 36 letters, digits and hyphens.
    pub id: String,
}

/// The text is no place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place in a list is what `next` of the page before says")]
pub struct NotAPlace;

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sort, self.id)
    }
}

impl FromStr for After {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<After, NotAPlace> {
        let (sort, id) = text.split_once('.').ok_or(NotAPlace)?;
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        match sort.parse() {
            Ok(sort) if plain && (1..=36).contains(&id.len()) => {
                Ok(After { sort, id: id.to_owned() })
            }
            _ => Err(NotAPlace),
        }
    }
}

impl TryFrom<String> for After {
    type Error = NotAPlace;

    fn try_from(text: String) -> Result<After, NotAPlace> {
        text.parse()
    }
}

impl From<After> for String {
    fn from(after: After) -> String {
        after.to_string()
    }
}

impl JsonSchema for After {
    fn schema_name() -> Cow<'static, str> {
        "After".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A place in a list: what `next` of the page before says.",
            "maxLength": 57,
            "pattern": r"^-?[0-9]{1,19}\.[0-9A-Za-z-]{1,36}$",
        })
    }
}

/// A page of a list: `SELECT … FROM …` within a scope, by `(sort, id)`.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// `SELECT a, b, sort, id FROM table`, without WHERE.
    pub select: &'static str,
    /// The scope columns.
    pub columns: ScopeColumns,
    /// The sort column, a BIGINT without nulls; `id` breaks ties.
    pub sort: &'static str,
    /// Latest first.
    pub descending: bool,
    /// Further conditions.
    pub filter: Filter,
    /// Begin behind this row: its sort value and id.
    pub after: Option<After>,
    /// The most rows, at most 500.
    pub limit: u32,
}

impl ListQuery {
    /// The statement of one term.
    pub fn statement(&self, term: &ScopeTerm) -> (String, Vec<Value>) {
        let mut filter = self.filter.clone();
        if let Some(division) = term.division
            && division.level() != Level::Province
        {
            filter = match self.columns.divisions {
                Some(columns) => {
                    filter.equal(columns[division.level() as usize], division.to_string())
                }
                // A table without places cannot show that it lies there: it shows nothing.
                None => filter.within("id", Vec::new()),
            };
        }
        filter = match &term.only {
            None => filter,
            Some((kind, id)) if kind == self.columns.kind => filter.equal("id", id.as_str()),
            Some(_) => filter.within("id", Vec::new()),
        };
        filter = filter.equal_if(self.columns.pack, term.pack.clone());
        for (column, value) in [
            (self.columns.role, term.role.clone()),
            (self.columns.owner_account, term.owner_account.map(|id| id.to_string())),
            (self.columns.owner, term.owner.map(|id| id.to_string())),
            (self.columns.owner_organisation, term.owner_organisation.map(|id| id.to_string())),
        ] {
            match (column, value) {
                (_, None) => {}
                (Some(column), Some(value)) => filter = filter.equal(column, value),
                // A table without the column cannot show that the part holds: it shows nothing.
                (None, Some(_)) => filter = filter.within("id", Vec::new()),
            }
        }
        for left_out in &term.except {
            filter = filter.except(left_out, &self.columns);
        }
        let direction = if self.descending { "DESC" } else { "ASC" };
        if let Some(After { sort, id }) = &self.after {
            let operator = if self.descending { "<" } else { ">" };
            filter.values.push((*sort).into());
            filter.values.push(id.into());
            let n = filter.values.len();
            filter.sql.push_str(&format!(
                "\n  AND ({}, id) {operator} (${}, ${n})",
                self.sort,
                n - 1
            ));
        }
        let Filter { sql, mut values } = filter;
        values.push(i64::from(self.limit.min(500)).into());
        let text = format!(
            "{}\nWHERE 1 = 1{sql}\nORDER BY {sort} {direction}, id {direction}\nLIMIT ${}",
            self.select,
            values.len(),
            sort = self.sort,
        );
        (text, values)
    }

    /// The page: the terms' pages merged, each row once.
    pub async fn page(&self, records: &dyn Records, scope: &Scope) -> Result<Vec<Row>, Failure> {
        let mut pages = Vec::new();
        for term in &scope.terms {
            let (sql, values) = self.statement(term);
            let rows = records.point(sql.into(), values).await?;
            let mut keyed = Vec::with_capacity(rows.len());
            for row in rows {
                keyed.push(((row.get::<i64>(self.sort)?, row.get::<String>("id")?), row));
            }
            pages.push(keyed);
        }
        let mut merged: Vec<((i64, String), Row)> = pages.into_iter().flatten().collect();
        merged.sort_by(|(a, _), (b, _)| match self.descending {
            true => b.cmp(a),
            false => a.cmp(b),
        });
        merged.dedup_by(|(a, _), (b, _)| a == b);
        merged.truncate(self.limit.min(500) as usize);
        Ok(merged.into_iter().map(|(_, row)| row).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_reads_as_it_is_written(sort: i64, id in "[0-9A-Za-z-]{1,36}") {
            let place = After { sort, id };
            prop_assert_eq!(place.to_string().parse(), Ok(place));
        }

        #[test]
        fn any_text_is_a_place_or_refused(text in ".{0,80}") {
            if let Ok(place) = text.parse::<After>() {
                prop_assert!(place.id.len() <= 36);
            }
        }
    }
}
