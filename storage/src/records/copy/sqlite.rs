//! A copy of an SQLite file: read in one transaction beside the writer; put into a file of another name, which takes
//! its place when it is whole.

use super::{
    Copied, CopyError, HISTORY, Progress, ROWS_BETWEEN_WORDS, TableCopy, Writing, check, damaged,
    disk, head, listed, plain, row,
};
use crate::files;
use crate::records::sqlite::{connection, records_error};
use crate::records::{Durability, Migrations, Settings, dialect, migrate};
use minshu_kernel::records::Value;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

fn refused(error: rusqlite::Error) -> CopyError {
    CopyError::Records(records_error(&error))
}

fn tables(connection: &Connection) -> Result<Vec<String>, CopyError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let mut statement = connection.prepare(sql).map_err(refused)?;
    let names = statement.query_map([], |row| row.get(0)).map_err(refused)?;
    names.collect::<Result<_, _>>().map_err(refused)
}

pub(super) fn copy_out(
    path: &Path,
    folder: &Path,
    left_out: &[&str],
    progress: Progress<'_>,
) -> Result<Copied, CopyError> {
    let reading = connection::open_reader(path).map_err(refused)?;
    // All tables as they are at this moment, however long it takes.
    reading.execute_batch("BEGIN").map_err(refused)?;
    let mut copied = Copied::default();
    for table in tables(&reading)? {
        if let Some(owner) = table.strip_suffix(HISTORY) {
            let sql = format!("SELECT COALESCE(MAX(version), 0) FROM \"{table}\"");
            let version = reading.query_row(&sql, [], |row| row.get(0)).map_err(refused)?;
            copied.schema.insert(owner.to_owned(), version);
        } else if plain(&table) && !left_out.contains(&table.as_str()) {
            copied.tables.push(one(&reading, folder, &table, progress)?);
        }
    }
    files::sync_folder(folder).map_err(disk(folder))?;
    Ok(copied)
}

fn one(
    reading: &Connection,
    folder: &Path,
    table: &str,
    progress: Progress<'_>,
) -> Result<TableCopy, CopyError> {
    let mut columns = Vec::new();
    let mut booleans = Vec::new();
    let mut about =
        reading.prepare("SELECT name, type FROM pragma_table_info(?1)").map_err(refused)?;
    let mut found = about.query([table]).map_err(refused)?;
    while let Some(column) = found.next().map_err(refused)? {
        columns.push(column.get::<_, String>(0).map_err(refused)?);
        let kind: String = column.get(1).map_err(refused)?;
        booleans.push(kind.eq_ignore_ascii_case("BOOLEAN"));
    }
    let mut writing = Writing::begin(folder, table, &columns)?;
    let sql = format!("SELECT {} FROM \"{table}\"", listed(&columns));
    let mut statement = reading.prepare(&sql).map_err(refused)?;
    let mut rows = statement.query([]).map_err(refused)?;
    while let Some(found) = rows.next().map_err(refused)? {
        let mut cells = Vec::with_capacity(columns.len());
        for (at, boolean) in booleans.iter().enumerate() {
            cells.push(match found.get_ref(at).map_err(refused)? {
                ValueRef::Null => row::Cell::Null,
                ValueRef::Integer(flag @ (0 | 1)) if *boolean => row::Cell::Boolean(flag == 1),
                ValueRef::Integer(number) => row::Cell::Integer(number),
                ValueRef::Real(number) => row::Cell::Real(number),
                ValueRef::Text(text) => row::Cell::Text(
                    std::str::from_utf8(text)
                        .map_err(|_| CopyError::Unusable(format!("{table}: a text is damaged")))?,
                ),
                ValueRef::Blob(bytes) => row::Cell::Bytes(bytes),
            });
        }
        writing.row(cells.into_iter(), progress)?;
    }
    writing.end(progress)
}

/// The name under which a file is filled.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".restoring");
    name.into()
}

pub(super) async fn copy_in(
    path: &Path,
    folder: &Path,
    copied: &Copied,
    sets: &[Migrations],
    progress: Progress<'_>,
) -> Result<(), CopyError> {
    if path.exists() {
        let text = format!("{} is there already: nothing is written over", path.display());
        return Err(CopyError::NotEmpty(text));
    }
    let filling = unfinished(path);
    // What an earlier try left: it begins anew.
    for suffix in ["", "-wal", "-shm", "-migrate"] {
        let mut name = filling.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(disk(Path::new(&name))(error));
            }
            _ => {}
        }
    }
    let settings = Settings { durability: Durability::Off, ..Settings::sqlite(&filling) };
    migrate::migrate(&settings, sets).await?;
    tokio::task::block_in_place(|| fill(&filling, folder, copied, progress))?;
    File::open(&filling).and_then(|file| file.sync_all()).map_err(disk(&filling))?;
    std::fs::rename(&filling, path).map_err(disk(path))?;
    let mut lock = filling.into_os_string();
    lock.push("-migrate");
    let _gone = std::fs::remove_file(lock);
    match path.parent() {
        Some(parent) => files::sync_folder(parent).map_err(disk(parent)),
        None => Ok(()),
    }
}

fn fill(
    path: &Path,
    folder: &Path,
    copied: &Copied,
    progress: Progress<'_>,
) -> Result<(), CopyError> {
    let writing = connection::open_writer(path, Durability::Off).map_err(refused)?;
    writing.pragma_update(None, "foreign_keys", false).map_err(refused)?;
    writing.pragma_update(None, "cache_size", -256 * 1024).map_err(refused)?;
    // Indexes are made at the end, in one go each.
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let indexes: Vec<(String, String)> = {
        let mut statement = writing.prepare(sql).map_err(refused)?;
        let found =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(refused)?;
        found.collect::<Result<_, _>>().map_err(refused)?
    };
    writing.execute_batch("BEGIN IMMEDIATE").map_err(refused)?;
    for (name, _) in &indexes {
        writing.execute_batch(&format!("DROP INDEX \"{name}\"")).map_err(refused)?;
    }
    for table in tables(&writing)?.iter().filter(|table| !table.ends_with(HISTORY)) {
        writing.execute_batch(&format!("DELETE FROM \"{table}\"")).map_err(refused)?;
    }
    for table in &copied.tables {
        fill_one(&writing, folder, table, progress)?;
    }
    for (name, sql) in &indexes {
        progress(name, 0);
        writing.execute_batch(sql).map_err(refused)?;
    }
    writing.execute_batch("COMMIT").map_err(refused)?;
    let dangling = dialect::dangling_references_sqlite(&writing)?;
    if !dangling.is_empty() {
        return Err(CopyError::Unusable(dangling.join("; ")));
    }
    let fold = "PRAGMA analysis_limit = 400; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)";
    writing.execute_batch(fold).map_err(refused)
}

fn fill_one(
    writing: &Connection,
    folder: &Path,
    table: &TableCopy,
    progress: Progress<'_>,
) -> Result<(), CopyError> {
    let path = check(folder, table)?;
    let mut reading = BufReader::with_capacity(1 << 20, File::open(&path).map_err(disk(&path))?);
    let mut line = String::new();
    reading.read_line(&mut line).map_err(disk(&path))?;
    let head = head(&line, table)?;
    let places: Vec<String> = (1..=head.columns.len()).map(|n| format!("?{n}")).collect();
    let sql = format!(
        "INSERT INTO \"{}\" ({}) VALUES ({})",
        head.table,
        listed(&head.columns),
        places.join(", ")
    );
    let mut insert = writing.prepare(&sql).map_err(refused)?;
    let mut rows = 0;
    loop {
        line.clear();
        if reading.read_line(&mut line).map_err(disk(&path))? == 0 {
            break;
        }
        rows += 1;
        let values = row::read(&line, head.columns.len()).ok_or_else(|| damaged(table, rows))?;
        let values = values.into_iter().map(|value| match value {
            Value::Null => rusqlite::types::Value::Null,
            Value::Integer(v) => v.into(),
            Value::Real(v) => v.into(),
            Value::Boolean(v) => v.into(),
            Value::Text(v) => v.into(),
            Value::Bytes(v) => v.into(),
        });
        insert.execute(params_from_iter(values)).map_err(refused)?;
        if rows % ROWS_BETWEEN_WORDS == 0 {
            progress(&table.table, rows);
        }
    }
    if rows != table.rows {
        return Err(damaged(table, rows));
    }
    progress(&table.table, rows);
    Ok(())
}
