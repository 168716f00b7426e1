//! The records seam.

mod dialect;
mod load;
mod migrations;
mod postgres;
mod prepare;
mod reads;
mod tls;
mod writes;

use minshu_kernel::records::{Records, Row, Statement, Value, WriteSet};
use minshu_storage::records::testing::TestDb;
use minshu_storage::records::{Db, Migrations};

/// Two tables with every kind of constraint and every portable type.
const SHELF: Migrations = Migrations {
    owner: "shelf",
    files: &[(
        "V1__shelf",
        "CREATE TABLE owners (
            id TEXT PRIMARY KEY,
            version BIGINT NOT NULL
        );
        CREATE TABLE items (
            id TEXT PRIMARY KEY,
            owner TEXT REFERENCES owners (id),
            number BIGINT NOT NULL,
            weight DOUBLE PRECISION,
            fragile BOOLEAN,
            picture BYTEA,
            note TEXT,
            version BIGINT NOT NULL DEFAULT 1,
            CONSTRAINT number_positive CHECK (number >= 0)
        );
        CREATE UNIQUE INDEX items_by_owner_and_note ON items (owner, note);
        CREATE UNIQUE INDEX items_by_lower_note ON items (LOWER(note)) WHERE owner IS NULL;",
    )],
};

async fn each() -> Vec<TestDb> {
    TestDb::each(&[SHELF]).await
}

const INSERT: &str = "INSERT INTO items (id, number, note) VALUES ($1, $2, $3)";

fn insert(id: &str, number: i64) -> Statement {
    Statement::one(INSERT, minshu_kernel::values![id, number, None::<String>])
}

fn set(statements: impl IntoIterator<Item = Statement>) -> WriteSet {
    WriteSet { statements: statements.into_iter().collect() }
}

async fn count(db: &Db) -> i64 {
    one(db, "SELECT COUNT(*) AS n FROM items", Vec::new()).await.get("n").unwrap()
}

async fn one(db: &Db, sql: &'static str, values: Vec<Value>) -> Row {
    let mut rows = db.point(sql.into(), values).await.unwrap();
    assert_eq!(rows.len(), 1, "{sql}");
    rows.remove(0)
}
