//! SQL of casework and its row readers. Personal columns are sealed and opened here, and nowhere else.

pub(crate) mod branches;
pub(crate) mod cases;
pub(crate) mod drafts;
mod integrity;
pub(crate) mod materials;
pub(crate) mod periods;
pub(crate) mod steps;
pub(crate) mod versions;

use minshu_kernel::access::ScopeTerm;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Services;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use minshu_kernel::list::{After, DIVISION_COLUMNS, Filter, ListQuery, ScopeColumns};
use minshu_kernel::personal::{Place, Sealer};
use minshu_kernel::records::{Row, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::CaseworkError;
use crate::model::{Flag, Owner, State};

pub(crate) use integrity::INTEGRITY;
pub(crate) use materials::MATERIAL_OF_OBJECT;

/// In a due column: nothing is due. The end of the year 9999, so that it sorts last and the column has no nulls.
pub(crate) const NOTHING_DUE_MS: i64 = 253_402_271_999_999;

/// The scope columns of cases.
pub(crate) const CASE_COLUMNS: ScopeColumns = ScopeColumns {
    kind: "casework.case",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: Some("role"),
    owner_account: Some("owner_account"),
    owner: Some("owner"),
    owner_organisation: Some("owner_organisation"),
};

/// The scope columns of drafts: they have owners and no place.
pub(crate) const DRAFT_COLUMNS: ScopeColumns =
    ScopeColumns { kind: "casework.draft", divisions: None, role: None, ..CASE_COLUMNS };

/// Every fixed statement, by name.
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        versions::STATEMENTS,
        periods::STATEMENTS,
        drafts::STATEMENTS,
        materials::STATEMENTS,
        cases::STATEMENTS,
        steps::STATEMENTS,
        branches::STATEMENTS,
        integrity::STATEMENTS,
    ]
    .concat()
}

/// The shapes that lists take: a statement for each kind of term, with the filters and the place that pages use.
pub(crate) fn list_statements() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let lists = [
        ("LIST_CASES", cases::LIST_CASES, CASE_COLUMNS, "due_ms"),
        ("COUNT_CASES", cases::COUNT_CASES, CASE_COLUMNS, "due_ms"),
        ("LIST_DRAFTS", drafts::LIST_DRAFTS, DRAFT_COLUMNS, "updated_ms"),
        ("LIST_BRANCHES", branches::LIST_BRANCHES, branches::BRANCH_COLUMNS, "due_ms"),
        ("COUNT_BRANCHES", branches::COUNT_BRANCHES, branches::BRANCH_COLUMNS, "due_ms"),
    ];
    for (name, select, columns, sort) in lists {
        let filter = match name {
            "LIST_DRAFTS" => Filter::new(),
            _ => Filter::new()
                .equal("state", State::Submitted)
                .equal("flag", Flag::Yellow)
                .holds("flag <> 'none'"),
        };
        let query = ListQuery {
            select,
            columns,
            sort,
            descending: name == "LIST_DRAFTS",
            filter,
            after: Some(After { sort: 0, id: String::new() }),
            limit: 50,
        };
        all.extend(terms(columns).iter().map(|term| (name, query.statement(term).0)));
    }
    all
}

/// A term of each kind that a table has columns for.
fn terms(columns: ScopeColumns) -> Vec<ScopeTerm> {
    let id = Uuid::nil();
    let own = |term: ScopeTerm| ScopeTerm { pack: None, role: None, division: None, ..term };
    let mut terms = vec![
        ScopeTerm::default(),
        ScopeTerm { only: Some((columns.kind.to_owned(), id.to_string())), ..ScopeTerm::default() },
        own(ScopeTerm { owner_account: Some(AccountId::new(id)), ..ScopeTerm::default() }),
        own(ScopeTerm { owner: Some(PersonId::new(id)), ..ScopeTerm::default() }),
        own(ScopeTerm {
            owner_organisation: Some(OrganisationId::new(id)),
            ..ScopeTerm::default()
        }),
    ];
    if columns.role.is_some() {
        let codes = ["350000", "350100", "350102", "350102001", "350102001001"];
        terms.extend(codes.iter().filter_map(|code| code.parse().ok()).map(|division| ScopeTerm {
            pack: Some("pack".to_owned()),
            role: Some("pack.role".to_owned()),
            division: Some(division),
            ..ScopeTerm::default()
        }));
    }
    terms
}

/// Where a sealed value of casework rests.
pub(crate) fn place<'a>(table: &'static str, column: &'static str, row: &'a str) -> Place<'a> {
    Place { table, column, row }
}

/// Seals a value for its place, as JSON.
pub(crate) fn seal_json(
    sealer: &Sealer,
    place: Place<'_>,
    value: &impl Serialize,
) -> Result<Vec<u8>, Failure> {
    let text = serde_json::to_string(value).map_err(Failure::internal)?;
    Ok(sealer.seal_text(place, &text))
}

/// Opens a value from its place.
pub(crate) fn open_json<T: DeserializeOwned>(
    services: &Services,
    place: Place<'_>,
    sealed: &[u8],
) -> Result<T, Failure> {
    let text = services.personal.open_text(place, sealed)?;
    serde_json::from_str(&text).map_err(Failure::internal)
}

/// A due instant as its column holds it.
pub(crate) fn due_value(due: Option<Timestamp>) -> Value {
    Value::Integer(due.map_or(NOTHING_DUE_MS, |due| due.0))
}

/// A due instant from its column.
pub(crate) fn due_of(row: &Row, column: &str) -> Result<Option<Timestamp>, Failure> {
    let ms: i64 = row.get(column)?;
    Ok((ms < NOTHING_DUE_MS).then_some(Timestamp(ms)))
}

/// The owner columns.
pub(crate) fn owner_of(row: &Row) -> Result<Owner, Failure> {
    Ok(Owner {
        account: row.id_or_null("owner_account")?,
        person: row.id_or_null("owner")?,
        organisation: row.id_or_null("owner_organisation")?,
    })
}

/// A word of a column that is checked against a closed list.
pub(crate) fn word<T>(
    row: &Row,
    column: &'static str,
    table: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Failure> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| {
        CaseworkError::Damaged {
            table,
            id: String::new(),
            what: format!("{column} holds an unknown word"),
        }
        .into()
    })
}

/// A place in a list, from its BIGINT.
pub(crate) fn place_of(row: &Row, column: &str) -> Result<usize, Failure> {
    usize::try_from(row.get::<i64>(column)?).map_err(Failure::internal)
}

#[cfg(test)]
mod tests {
    /// What the portable subset leaves to `storage` alone, and what SQLite would silently take otherwise.
    #[test]
    fn statements_keep_to_the_portable_subset() {
        for (name, sql) in super::statements() {
            for word in ["FOR UPDATE", "::", " OR IGNORE", "RETURNING *", "SELECT *", "\""] {
                assert!(!sql.contains(word), "{name} holds {word}");
            }
        }
    }
}
