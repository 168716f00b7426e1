//! SQL of licences and its row readers. What is personal is sealed and opened here, and nowhere else.

pub(crate) mod licences;
pub(crate) mod seals;
pub(crate) mod showings;

use minshu_kernel::personal::Place;

/// Every fixed statement, by name.
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [licences::STATEMENTS, seals::STATEMENTS, showings::STATEMENTS].concat()
}

/// Answers a row where an object is the document of a licence.
pub(crate) const OBJECT_USE: &str = "SELECT id FROM licences_licence WHERE document = $1 LIMIT 1";

fn place<'a>(table: &'a str, column: &'a str, row: &'a str) -> Place<'a> {
    Place { table, column, row }
}
