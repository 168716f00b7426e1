//! A database of its own for every test, dropped after it: a copy of a once-migrated SQLite file,
//! or of a PostgreSQL template when `MINSHU_TEST_POSTGRES` names a server.

use super::migrate::{Migrations, migrate};
use super::{Db, Durability, Engine, Settings};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// The variable that holds a superuser's address of a PostgreSQL server made for tests.
pub const POSTGRES_VARIABLE: &str = "MINSHU_TEST_POSTGRES";

/// A database that goes away with this value.
pub struct TestDb {
    // Closed before its place is removed.
    db: Option<Db>,
    settings: Settings,
    place: TestPlace,
}

enum TestPlace {
    Folder(TempDir),
    Postgres { server: String, database: String },
}

impl TestDb {
    /// A fresh SQLite database with these migrations.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn sqlite(sets: &[Migrations]) -> TestDb {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("records.sqlite");
        let template = sqlite_template(sets).await;
        std::fs::copy(&template, &file).expect("a copy of the template");
        let settings = Settings { durability: Durability::Off, ..Settings::sqlite(file) };
        let db = Db::open(settings.clone()).await.expect("the test's database opens");
        TestDb { db: Some(db), settings, place: TestPlace::Folder(folder) }
    }

    /// A fresh PostgreSQL database with these migrations, or `None`, saying so, when no server was
    /// given.
    ///
    /// # Panics
    /// When a server was given and does not do what is asked.
    pub async fn postgres(sets: &[Migrations]) -> Option<TestDb> {
        let Ok(server) = std::env::var(POSTGRES_VARIABLE) else {
            #[expect(clippy::print_stderr, reason = "a test that skips says so")]
            {
                eprintln!("skipped on PostgreSQL: {POSTGRES_VARIABLE} names no server");
            }
            return None;
        };
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let template = postgres_template(&server, sets).await;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let database = format!("minshu_test_{}_{number}_{:08x}", std::process::id(), random());
        run(&server, &[&format!("CREATE DATABASE {database} TEMPLATE {template}")]).await;
        let settings = Settings {
            durability: Durability::Off,
            connections: 8,
            ..Settings::postgres(with_database(&server, &database))
        };
        let db = Db::open(settings.clone()).await.expect("the test's database opens");
        Some(TestDb { db: Some(db), settings, place: TestPlace::Postgres { server, database } })
    }

    /// One on each database that is there: SQLite always.
    pub async fn each(sets: &[Migrations]) -> Vec<TestDb> {
        let mut all = vec![TestDb::sqlite(sets).await];
        all.extend(TestDb::postgres(sets).await);
        all
    }

    /// The open database; clones must be gone before this value is.
    pub fn db(&self) -> &Db {
        self.db.as_ref().expect("the database is open until the end")
    }

    /// How it was opened: to open it again, or from another process.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        self.db()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.take();
        if let TestPlace::Postgres { server, database } = &self.place {
            let (server, database) = (server.clone(), database.clone());
            let remove = move || {
                let executor = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let Ok(executor) = executor else { return };
                let sql = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
                executor.block_on(run(&server, &[&sql]));
            };
            // A runtime of its own: the test's may be the one that ends.
            let _removed = std::thread::spawn(remove).join();
        }
    }
}

fn random() -> u32 {
    let mut bytes = [0; 4];
    #[expect(clippy::disallowed_methods, reason = "the name of a test's database")]
    getrandom::fill(&mut bytes).expect("the system gives randomness");
    u32::from_le_bytes(bytes)
}

/// Names the state that the migrations lead to.
fn fingerprint(sets: &[Migrations]) -> String {
    let mut hash = Sha256::new();
    for set in sets {
        for text in [set.owner].into_iter().chain(set.files.iter().flat_map(|(n, s)| [*n, *s])) {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        hash.update(u64::MAX.to_le_bytes());
    }
    hash.finalize().iter().take(10).fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// The migrated file that tests copy: made once for all processes, published by a rename.
async fn sqlite_template(sets: &[Migrations]) -> PathBuf {
    let folder = std::env::temp_dir().join("minshu-test-templates");
    std::fs::create_dir_all(&folder).expect("the folder of templates");
    let template = folder.join(format!("{}.sqlite", fingerprint(sets)));
    if template.exists() {
        return template;
    }
    let making = TempDir::new_in(&folder).expect("a temporary folder");
    let file = making.path().join("records.sqlite");
    let settings = Settings { durability: Durability::Off, ..Settings::sqlite(&file) };
    migrate(&settings, sets).await.expect("the migrations apply");
    assert!(!has_log(&file), "the last connection folds the log into the file");
    std::fs::rename(&file, &template).expect("the template is published");
    template
}

fn has_log(file: &Path) -> bool {
    file.with_extension("sqlite-wal").exists()
}

/// The migrated database that tests copy: made once for all processes.
async fn postgres_template(server: &str, sets: &[Migrations]) -> String {
    let name = format!("minshu_template_{}", fingerprint(sets));
    let (client, connection) =
        super::postgres::connect(server).await.expect("the test server answers");
    let driver = tokio::spawn(connection);
    // One process makes it, the others wait; the lock ends with the session.
    client.execute("SELECT pg_advisory_lock(7766)", &[]).await.expect("the lock of templates");
    let found = "SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate";
    if client.query_opt(found, &[&name]).await.expect("the list of databases").is_none() {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let create =
            format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
        for sql in [drop, create] {
            client.batch_execute(&sql).await.expect("a fresh database");
        }
        let settings = Settings::postgres(with_database(server, &name));
        migrate(&settings, sets).await.expect("the migrations apply");
        let publish = format!("ALTER DATABASE {name} IS_TEMPLATE true");
        client.batch_execute(&publish).await.expect("the template is published");
    }
    drop(client);
    let _ended = driver.await;
    name
}

async fn run(server: &str, statements: &[&str]) {
    let (client, connection) =
        super::postgres::connect(server).await.expect("the test server answers");
    let driver = tokio::spawn(connection);
    for sql in statements {
        client.batch_execute(sql).await.expect("the test server does what is asked");
    }
    drop(client);
    let _ended = driver.await;
}

/// The address of another database on the same server.
fn with_database(server: &str, database: &str) -> String {
    if server.starts_with("postgres://") || server.starts_with("postgresql://") {
        let mut url = url::Url::parse(server).expect("the address of the test server");
        url.set_path(database);
        url.into()
    } else {
        format!("{server} dbname={database}")
    }
}

impl std::fmt::Debug for TestDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let engine: Engine = self.db().engine();
        let place = match &self.place {
            TestPlace::Folder(folder) => folder.path().display().to_string(),
            TestPlace::Postgres { database, .. } => database.clone(),
        };
        f.debug_tuple("TestDb").field(&engine).field(&place).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_on_the_same_server() {
        let url = with_database("postgres://a:b@h:5999/postgres?x=y", "t1");
        assert_eq!(url, "postgres://a:b@h:5999/t1?x=y");
        assert_eq!(with_database("host=/run user=a", "t1"), "host=/run user=a dbname=t1");
    }

    #[test]
    fn other_migrations_have_another_template() {
        let a = Migrations { owner: "a", files: &[("V1__x", "y")] };
        let b = Migrations { owner: "a", files: &[("V1__x", "z")] };
        assert_ne!(fingerprint(&[a]), fingerprint(&[b]));
        assert_ne!(fingerprint(&[a]), fingerprint(&[a, b]));
        assert_eq!(fingerprint(&[a]), fingerprint(&[a]));
    }
}
