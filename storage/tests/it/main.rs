//! Tests of the engines from outside, each on every database that is there: SQLite always,
//! PostgreSQL when `MINSHU_TEST_POSTGRES` names a server.

#[cfg(test)]
mod objects;
#[cfg(test)]
mod powercut;
#[cfg(test)]
mod records;
