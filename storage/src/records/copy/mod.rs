//! Copies of the records: every table as rows in a form that both databases read, taken from one snapshot while
//! others write. A copy of one database can be put into the other.

mod postgres;
mod row;
mod sqlite;

use super::migrate::{MigrateError, Migrations};
use super::{Place, Settings};
use minshu_kernel::records::RecordsError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What the history tables of migrations are called after their owner; they are not copied, the versions are noted.
const HISTORY: &str = "_schema_history";

/// A table in a copy: one line of JSON a row, the first line says the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableCopy {
    /// The table's name; its rows are in `<name>.rows`.
    pub table: String,
    /// How many rows there are.
    pub rows: u64,
    /// The file's length in bytes.
    pub bytes: u64,
    /// The file's SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// What was copied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// The tables by name.
    pub tables: Vec<TableCopy>,
    /// The version of each owner's tables.
    pub schema: BTreeMap<String, i32>,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database does not do what is asked.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// The disk refuses.
    #[error("{path}: {source}")]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The schema could not be made.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The copy cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// The place is in use.
    #[error("{0}")]
    NotEmpty(String),
}

/// Told of each table and how many rows of it are done.
pub type Progress<'a> = &'a (dyn Fn(&str, u64) + Send + Sync);

/// Rows between two words of progress.
const ROWS_BETWEEN_WORDS: u64 = 50_000;

/// Copies every table but those left out into `folder`, which is there, all from one snapshot: others go on writing
/// meanwhile. On SQLite the write-ahead log grows until it is done.
///
/// # Errors
/// [`CopyError`]; what is in the folder then is of no use.
pub async fn copy_out(
    settings: &Settings,
    folder: &Path,
    left_out: &[&str],
    progress: Progress<'_>,
) -> Result<Copied, CopyError> {
    match &settings.place {
        Place::Sqlite(path) => {
            tokio::task::block_in_place(|| sqlite::copy_out(path, folder, left_out, progress))
        }
        Place::Postgres(url) => postgres::copy_out(url, folder, left_out, progress).await,
    }
}

/// Puts a copy into an empty place: the schema as it was, then the rows, all or nothing. The caller migrates on
/// afterwards.
///
/// # Errors
/// [`CopyError::NotEmpty`] where tables are there already; [`CopyError::Unusable`] where the copy is newer than the
/// program or damaged.
pub async fn copy_in(
    settings: &Settings,
    folder: &Path,
    copied: &Copied,
    sets: &[Migrations],
    progress: Progress<'_>,
) -> Result<(), CopyError> {
    let sets = as_it_was(sets, &copied.schema)?;
    match &settings.place {
        Place::Sqlite(path) => sqlite::copy_in(path, folder, copied, &sets, progress).await,
        Place::Postgres(url) => {
            postgres::copy_in(settings, url, folder, copied, &sets, progress).await
        }
    }
}

/// The migrations up to the versions of a copy.
fn as_it_was(
    sets: &[Migrations],
    schema: &BTreeMap<String, i32>,
) -> Result<Vec<Migrations>, CopyError> {
    if let Some(unknown) = schema.keys().find(|owner| !sets.iter().any(|s| s.owner == **owner)) {
        let text =
            format!("the back-up holds tables of {unknown}, which this program does not know");
        return Err(CopyError::Unusable(text));
    }
    let mut limited = Vec::new();
    for set in sets {
        let Some(wanted) = schema.get(set.owner) else { continue };
        let version = |name: &str| {
            let digits = name.strip_prefix('V')?.split("__").next()?;
            digits.parse::<i32>().ok()
        };
        let upto = set.files.iter().take_while(|(n, _)| version(n).is_some_and(|v| v <= *wanted));
        let files = &set.files[..upto.count()];
        if files.last().and_then(|(name, _)| version(name)) != Some(*wanted) {
            return Err(CopyError::Unusable(format!(
                "the back-up is newer than this program: {} stands at version {wanted}; restore it with the program \
                 that made it, or a newer one",
                set.owner
            )));
        }
        limited.push(Migrations { owner: set.owner, files });
    }
    Ok(limited)
}

fn disk(path: &Path) -> impl Fn(std::io::Error) -> CopyError + '_ {
    move |source| CopyError::Disk { path: path.to_owned(), source }
}

/// The first line of a table's file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    table: String,
    columns: Vec<String>,
}

/// Writes a table's file, hashed as it goes.
struct Writing {
    path: PathBuf,
    out: BufWriter<File>,
    hash: Sha256,
    line: Vec<u8>,
    copy: TableCopy,
}

impl Writing {
    fn begin(folder: &Path, table: &str, columns: &[String]) -> Result<Writing, CopyError> {
        let path = folder.join(format!("{table}.rows"));
        let file = File::create_new(&path).map_err(disk(&path))?;
        let copy = TableCopy { table: table.to_owned(), rows: 0, bytes: 0, sha256: String::new() };
        let out = BufWriter::with_capacity(1 << 20, file);
        let mut writing = Writing { path, out, hash: Sha256::new(), line: Vec::new(), copy };
        let head = Head { table: table.to_owned(), columns: columns.to_vec() };
        let head = serde_json::to_vec(&head).map_err(|e| CopyError::Unusable(e.to_string()))?;
        writing.line.extend(head);
        writing.end_line()?;
        Ok(writing)
    }

    fn end_line(&mut self) -> Result<(), CopyError> {
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.copy.bytes += self.line.len() as u64;
        self.out.write_all(&self.line).map_err(disk(&self.path))?;
        self.line.clear();
        Ok(())
    }

    fn row<'v>(
        &mut self,
        values: impl Iterator<Item = row::Cell<'v>>,
        progress: Progress<'_>,
    ) -> Result<(), CopyError> {
        row::write(&mut self.line, values).map_err(disk(&self.path))?;
        self.end_line()?;
        self.copy.rows += 1;
        if self.copy.rows.is_multiple_of(ROWS_BETWEEN_WORDS) {
            progress(&self.copy.table, self.copy.rows);
        }
        Ok(())
    }

    /// On the disk.
    fn end(self, progress: Progress<'_>) -> Result<TableCopy, CopyError> {
        let Writing { path, out, hash, mut copy, .. } = self;
        let file = out.into_inner().map_err(|e| disk(&path)(e.into_error()))?;
        file.sync_all().map_err(disk(&path))?;
        copy.sha256 = hex(&hash.finalize());
        progress(&copy.table, copy.rows);
        Ok(copy)
    }
}

/// Hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of a file, in hexadecimal digits, and its length.
///
/// # Errors
/// What the disk says.
pub fn hash_of(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((hex(&hash.finalize()), bytes)),
            read => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// Whether a table's file is as it was written.
fn check(folder: &Path, copy: &TableCopy) -> Result<PathBuf, CopyError> {
    let path = folder.join(format!("{}.rows", copy.table));
    let found = hash_of(&path).map_err(disk(&path))?;
    if found != (copy.sha256.clone(), copy.bytes) {
        let text = format!("{} is not what was written: the back-up is damaged", path.display());
        return Err(CopyError::Unusable(text));
    }
    Ok(path)
}

/// Reads the first line.
fn head(line: &str, copy: &TableCopy) -> Result<Head, CopyError> {
    serde_json::from_str::<Head>(line)
        .ok()
        .filter(|head| head.table == copy.table && plain(&head.table))
        .filter(|head| head.columns.iter().all(|column| plain(column)))
        .ok_or_else(|| CopyError::Unusable(format!("{}: the first line is damaged", copy.table)))
}

/// Names of tables and columns, as our migrations have them: what stands between quotes in a statement.
fn plain(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Names in quotes with commas.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn damaged(copy: &TableCopy, line: u64) -> CopyError {
    CopyError::Unusable(format!("{}: row {line} cannot be read", copy.table))
}

/// The rows of a small table of a copy, for whoever looks before restoring.
///
/// # Errors
/// [`CopyError::Unusable`] where it is not there or damaged.
pub fn rows_of(
    folder: &Path,
    copied: &Copied,
    table: &str,
) -> Result<Vec<minshu_kernel::records::Row>, CopyError> {
    let missing = || CopyError::Unusable(format!("the back-up has no table {table}"));
    let copy = copied.tables.iter().find(|copy| copy.table == table).ok_or_else(missing)?;
    let path = check(folder, copy)?;
    let text = std::fs::read_to_string(&path).map_err(disk(&path))?;
    let mut lines = text.lines();
    let head = head(lines.next().unwrap_or_default(), copy)?;
    let columns: std::sync::Arc<[String]> = head.columns.into();
    let rows = lines.enumerate().map(|(at, line)| {
        let values = row::read(line, columns.len()).ok_or_else(|| damaged(copy, at as u64 + 1))?;
        Ok(minshu_kernel::records::Row::new(columns.clone(), values))
    });
    rows.collect()
}

/// Whether every table's file is as it was written; answers what is wrong, a line each.
pub fn verify(folder: &Path, copied: &Copied) -> Vec<String> {
    copied
        .tables
        .iter()
        .filter_map(|table| check(folder, table).err())
        .map(|e| e.to_string())
        .collect()
}
