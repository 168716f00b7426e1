//! Migrations: each owner (the runtime, a capability) has its own numbered files and its own
//! history table. One text serves both databases.

use super::{Db, Place, Settings, dialect, postgres, sqlite};
use minshu_kernel::records::{BadColumn, Records as _, RecordsError};
use refinery_core::error::Kind;
use refinery_core::{Migration, Runner};
use std::path::Path;

/// The migrations of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Migrations {
    /// Who owns the tables: lower case letters, digits and `_`. Its history is in
    /// `<owner>_schema_history`.
    pub owner: &'static str,
    /// Names `V1__open_cases` with their SQL, by rising number. What was once applied is frozen.
    pub files: &'static [(&'static str, &'static str)],
}

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whose it is.
    pub owner: &'static str,
    /// Its number.
    pub version: i32,
    /// Its name without the number.
    pub name: String,
}

/// Why the schema is not what the program needs.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// An owner or a file name that refinery would not take.
    #[error("the migrations of {owner} are declared wrongly: {reason}")]
    Declared {
        /// Whose they are.
        owner: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The database was migrated by a newer program.
    #[error(
        "the database is newer than this program: {owner} stands at version {found}, this program knows up to {known}; start the newer program, or restore a backup made before it"
    )]
    Newer {
        /// Whose tables are newer.
        owner: &'static str,
        /// The highest version in the database.
        found: i32,
        /// The highest version in the program.
        known: i32,
    },
    /// The history is not a beginning of what the program holds.
    #[error("the history of {owner} differs from this program: {reason}")]
    Diverged {
        /// Whose history it is.
        owner: &'static str,
        /// What differs.
        reason: String,
    },
    /// A migration's statements were refused; nothing of this owner's new ones was kept.
    #[error("a migration of {owner} failed: {reason}")]
    Failed {
        /// Whose it is.
        owner: &'static str,
        /// What the database said.
        reason: String,
    },
    /// References lead nowhere after the migrations.
    #[error("references lead nowhere after the migrations: {}", .0.join("; "))]
    References(Vec<String>),
    /// Another process migrates and did not end in time.
    #[error("another process holds the lock of the migrations: {0}")]
    Locked(String),
    /// The database cannot be reached, or a history table is damaged.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// A history table is damaged.
    #[error(transparent)]
    History(#[from] BadColumn),
}

impl Migrations {
    /// The name of the history table.
    fn history(&self) -> String {
        format!("{}_schema_history", self.owner)
    }

    fn declared(&self, reason: impl Into<String>) -> MigrateError {
        MigrateError::Declared { owner: self.owner, reason: reason.into() }
    }

    /// The files as refinery has them, checked: numbers rise, names are read in full.
    fn parsed(&self) -> Result<Vec<Migration>, MigrateError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let good = self.owner.starts_with(|c: char| c.is_ascii_lowercase())
            && self.owner.len() <= 40
            && self.owner.bytes().all(plain);
        if !good {
            return Err(self.declared("an owner is lower case letters, digits and _"));
        }
        let mut parsed: Vec<Migration> = Vec::with_capacity(self.files.len());
        for (name, sql) in self.files {
            let migration = Migration::unapplied(name, sql)
                .map_err(|e| self.declared(format!("{name}: {e}")))?;
            // refinery reads as far as it understands and drops the rest of a name.
            if migration.to_string() != *name || !name.starts_with('V') {
                return Err(self.declared(format!("{name}: the form is V1__some_name")));
            }
            if parsed.last().is_some_and(|before| before.version() >= migration.version()) {
                return Err(self.declared(format!("{name}: the numbers must rise")));
            }
            parsed.push(migration);
        }
        Ok(parsed)
    }

    fn runner(&self, parsed: &[Migration]) -> Runner {
        // In one transaction with their history: on SQLite refinery would else commit a migration
        // and its history apart, and a power cut between leaves a schema that cannot go on.
        let mut runner = Runner::new(parsed).set_grouped(true);
        runner.set_migration_table_name(self.history());
        runner
    }

    /// Compares the history with the program's files.
    fn compare(&self, parsed: &[Migration], applied: &[i32]) -> Result<(), MigrateError> {
        let known = parsed.last().map_or(0, Migration::version);
        let found = applied.iter().copied().max().unwrap_or(0);
        if found > known {
            return Err(MigrateError::Newer { owner: self.owner, found, known });
        }
        Ok(())
    }

    fn failed(&self, error: &refinery_core::Error) -> MigrateError {
        let reason = match std::error::Error::source(error) {
            Some(source) => deepest(source),
            None => error.to_string(),
        };
        match error.kind() {
            Kind::DivergentVersion(..) | Kind::MissingVersion(_) | Kind::RepeatedVersion(_) => {
                MigrateError::Diverged { owner: self.owner, reason: error.to_string() }
            }
            _ => MigrateError::Failed { owner: self.owner, reason },
        }
    }

    fn steps(&self, report: &refinery_core::Report) -> Vec<Step> {
        let done = report.applied_migrations().iter();
        done.map(|m| Step { owner: self.owner, version: m.version(), name: m.name().to_owned() })
            .collect()
    }
}

/// The innermost reason: what the database itself said.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

/// Brings the database to what the program needs, owner by owner in the order given, under a lock
/// that one process holds at a time. Run it before [`Db::open`].
///
/// Returns what was applied.
///
/// # Errors
/// [`MigrateError`]; an owner whose migrations failed keeps what it had.
pub async fn migrate(settings: &Settings, sets: &[Migrations]) -> Result<Vec<Step>, MigrateError> {
    match &settings.place {
        Place::Sqlite(path) => {
            let (path, sets, durability) = (path.clone(), sets.to_vec(), settings.durability);
            let work = move || migrate_sqlite(&path, durability, &sets);
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| {
                Err(RecordsError::Unavailable(format!("the migrations were given up: {e}")).into())
            })
        }
        Place::Postgres(url) => migrate_postgres(url, sets).await,
    }
}

fn migrate_sqlite(
    path: &Path,
    durability: super::Durability,
    sets: &[Migrations],
) -> Result<Vec<Step>, MigrateError> {
    use sqlite::{connection, records_error};
    connection::make_folder(path)
        .map_err(|e| RecordsError::Unavailable(format!("{}: {e}", path.display())))?;
    let _lock = dialect::lock_migrations_sqlite(path)?;
    let mut writing = connection::open_writer(path, durability).map_err(|e| records_error(&e))?;
    // Inside a transaction SQLite ignores this switch, and every migration is inside one.
    writing.pragma_update(None, "foreign_keys", false).map_err(|e| records_error(&e))?;
    let mut done = Vec::new();
    for set in sets {
        let parsed = set.parsed()?;
        let runner = set.runner(&parsed);
        if dialect::has_table_sqlite(&writing, &set.history())? {
            let applied =
                runner.get_applied_migrations(&mut writing).map_err(|e| set.failed(&e))?;
            set.compare(&parsed, &versions(&applied))?;
        }
        let report = runner.run(&mut writing).map_err(|e| set.failed(&e))?;
        done.extend(set.steps(&report));
    }
    if !done.is_empty() {
        let dangling = dialect::dangling_references_sqlite(&writing)?;
        if !dangling.is_empty() {
            return Err(MigrateError::References(dangling));
        }
    }
    Ok(done)
}

async fn migrate_postgres(url: &str, sets: &[Migrations]) -> Result<Vec<Step>, MigrateError> {
    let (mut client, connection) = postgres::connect(url).await?;
    let driver = tokio::spawn(connection);
    dialect::lock_migrations_postgres(&client).await?;
    let mut done = Vec::new();
    for set in sets {
        let parsed = set.parsed()?;
        let runner = set.runner(&parsed);
        if dialect::has_table_postgres(&client, &set.history()).await? {
            let applied = runner
                .get_applied_migrations_async(&mut client)
                .await
                .map_err(|e| set.failed(&e))?;
            set.compare(&parsed, &versions(&applied))?;
        }
        let report = runner.run_async(&mut client).await.map_err(|e| set.failed(&e))?;
        done.extend(set.steps(&report));
    }
    // The lock belongs to the session and ends with it.
    drop(client);
    let _ended = driver.await;
    Ok(done)
}

fn versions(applied: &[Migration]) -> Vec<i32> {
    applied.iter().map(Migration::version).collect()
}

/// What [`migrate`] would apply, without changing anything.
///
/// # Errors
/// [`MigrateError::Newer`] when the database is newer than the program, which then must not serve.
pub async fn pending(db: &Db, sets: &[Migrations]) -> Result<Vec<Step>, MigrateError> {
    let mut steps = Vec::new();
    for set in sets {
        let parsed = set.parsed()?;
        let mut applied = Vec::new();
        if dialect::has_table(db, &set.history()).await? {
            // The name was checked above: letters, digits and `_`.
            let sql = format!("SELECT version FROM {} ORDER BY version", set.history());
            for row in db.point(sql.into(), Vec::new()).await? {
                let version: i64 = row.get("version")?;
                applied.push(i32::try_from(version).unwrap_or(i32::MAX));
            }
        }
        set.compare(&parsed, &applied)?;
        let missing = parsed.iter().filter(|m| !applied.contains(&m.version()));
        steps.extend(missing.map(|m| Step {
            owner: set.owner,
            version: m.version(),
            name: m.name().to_owned(),
        }));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(owner: &'static str, files: &'static [(&'static str, &'static str)]) -> String {
        Migrations { owner, files }.parsed().unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_declaration_is_named() {
        assert!(reason("Cases", &[]).contains("lower case"));
        assert!(reason("a; DROP", &[]).contains("lower case"));
        assert!(reason("a", &[("V1_one", "")]).contains("V1_one"));
        assert!(reason("a", &[("U1__one", "")]).contains("U1__one"));
        assert!(reason("a", &[("V1__one.sql", "")]).contains("V1__one.sql"));
        assert!(reason("a", &[("V2__two", ""), ("V1__one", "")]).contains("must rise"));
        assert!(reason("a", &[("V1__one", ""), ("V1__two", "")]).contains("must rise"));
        let good = Migrations { owner: "a_1", files: &[("V1__one", ""), ("V3__three_x", "")] };
        assert_eq!(good.parsed().unwrap().len(), 2);
    }
}
