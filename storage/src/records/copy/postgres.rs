//! A copy of a PostgreSQL database: read in one REPEATABLE READ transaction; put in by COPY, all tables in one
//! transaction.

use super::{
    Copied, CopyError, HISTORY, Progress, ROWS_BETWEEN_WORDS, TableCopy, Writing, check, damaged,
    disk, head, listed, plain, row,
};
use crate::files;
use crate::records::postgres::{self, records_error};
use crate::records::{Migrations, Settings, migrate};
use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use minshu_kernel::records::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use tokio_postgres::Client;

/// Bytes that go out at one time.
const PIECE: usize = 256 * 1024;
/// A restore that was cut off left this table.
const UNFINISHED: &str = "minshu_restore_unfinished";

fn refused(error: tokio_postgres::Error) -> CopyError {
    CopyError::Records(records_error(&error))
}

async fn tables(client: &Client) -> Result<Vec<String>, CopyError> {
    let sql = "SELECT CAST(relname AS TEXT) FROM pg_class \
        WHERE relkind IN ('r', 'p') AND relnamespace = CAST(current_schema() AS REGNAMESPACE) ORDER BY relname";
    let rows = client.query(sql, &[]).await.map_err(refused)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub(super) async fn copy_out(
    url: &str,
    folder: &Path,
    left_out: &[&str],
    progress: Progress<'_>,
) -> Result<Copied, CopyError> {
    let (client, connection) = postgres::connect(url).await?;
    let driver = tokio::spawn(connection);
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client.batch_execute(begin).await.map_err(refused)?;
    let mut copied = Copied::default();
    for table in tables(&client).await? {
        if let Some(owner) = table.strip_suffix(HISTORY) {
            let sql = format!("SELECT COALESCE(MAX(version), 0) FROM \"{table}\"");
            let version = client.query_one(&sql, &[]).await.map_err(refused)?.get(0);
            copied.schema.insert(owner.to_owned(), version);
        } else if table == UNFINISHED {
            let text = "the database was restored in part only: restore it again".to_owned();
            return Err(CopyError::Unusable(text));
        } else if plain(&table) && !left_out.contains(&table.as_str()) {
            copied.tables.push(one(&client, folder, &table, progress).await?);
        }
    }
    client.batch_execute("COMMIT").await.map_err(refused)?;
    drop(client);
    let _ended = driver.await;
    files::sync_folder(folder).map_err(disk(folder))?;
    Ok(copied)
}

async fn one(
    client: &Client,
    folder: &Path,
    table: &str,
    progress: Progress<'_>,
) -> Result<TableCopy, CopyError> {
    let sql = "SELECT CAST(attname AS TEXT) FROM pg_attribute \
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
    let found = client.query(sql, &[&table]).await.map_err(refused)?;
    let columns: Vec<String> = found.iter().map(|row| row.get(0)).collect();
    let mut writing = Writing::begin(folder, table, &columns)?;
    let sql = format!("SELECT {} FROM \"{table}\"", listed(&columns));
    let statement = client.prepare(&sql).await.map_err(refused)?;
    let names = postgres::values::columns(&statement);
    let nothing: [&(dyn tokio_postgres::types::ToSql + Sync); 0] = [];
    let rows = client.query_raw(&statement, nothing).await.map_err(refused)?;
    let mut rows = std::pin::pin!(rows);
    while let Some(found) = rows.try_next().await.map_err(refused)? {
        let found = postgres::values::row(&found, &names)?;
        writing.row(found.values().iter().map(row::Cell::from), progress)?;
    }
    writing.end(progress)
}

pub(super) async fn copy_in(
    settings: &Settings,
    url: &str,
    folder: &Path,
    copied: &Copied,
    sets: &[Migrations],
    progress: Progress<'_>,
) -> Result<(), CopyError> {
    let (client, connection) = postgres::connect(url).await?;
    let driver = tokio::spawn(connection);
    let there = tables(&client).await?;
    if !there.is_empty() && !there.iter().any(|table| table == UNFINISHED) {
        let text = "the database holds tables already: nothing is written over; make an empty one"
            .to_owned();
        return Err(CopyError::NotEmpty(text));
    }
    let mark = format!("CREATE TABLE IF NOT EXISTS {UNFINISHED} (id TEXT)");
    client.batch_execute(&mark).await.map_err(refused)?;
    migrate::migrate(settings, sets).await?;
    client.batch_execute("BEGIN").await.map_err(refused)?;
    let made: Vec<String> = tables(&client)
        .await?
        .into_iter()
        .filter(|table| plain(table) && !table.ends_with(HISTORY) && table != UNFINISHED)
        .collect();
    client.batch_execute(&format!("TRUNCATE {}", listed(&made))).await.map_err(refused)?;
    for table in in_order(&client, &copied.tables).await? {
        fill(&client, folder, table, progress).await?;
    }
    client.batch_execute(&format!("DROP TABLE {UNFINISHED}")).await.map_err(refused)?;
    client.batch_execute("COMMIT").await.map_err(refused)?;
    client.batch_execute("ANALYZE").await.map_err(refused)?;
    drop(client);
    let _ended = driver.await;
    Ok(())
}

/// What is referred to comes before what refers to it.
async fn in_order<'a>(
    client: &Client,
    tables: &'a [TableCopy],
) -> Result<Vec<&'a TableCopy>, CopyError> {
    let sql = "SELECT CAST(own.relname AS TEXT), CAST(other.relname AS TEXT) FROM pg_constraint c \
        JOIN pg_class own ON own.oid = c.conrelid JOIN pg_class other ON other.oid = c.confrelid \
        WHERE c.contype = 'f' AND own.oid <> other.oid";
    let rows = client.query(sql, &[]).await.map_err(refused)?;
    let refers: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut waiting: Vec<&TableCopy> = tables.iter().collect();
    let mut ordered = Vec::with_capacity(tables.len());
    while !waiting.is_empty() {
        let free = |table: &TableCopy| {
            let others = refers.iter().filter(|(own, _)| *own == table.table);
            others.into_iter().all(|(_, other)| !waiting.iter().any(|w| w.table == *other))
        };
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.iter().partition(|table| free(table));
        if ready.is_empty() {
            // Tables that refer to each other in a ring: none of ours do.
            ordered.extend(rest);
            break;
        }
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}

async fn fill(
    client: &Client,
    folder: &Path,
    table: &TableCopy,
    progress: Progress<'_>,
) -> Result<(), CopyError> {
    let path = tokio::task::block_in_place(|| check(folder, table))?;
    let mut reading = BufReader::with_capacity(1 << 20, File::open(&path).map_err(disk(&path))?);
    let mut line = String::new();
    reading.read_line(&mut line).map_err(disk(&path))?;
    let head = head(&line, table)?;
    let sql = format!("COPY \"{}\" ({}) FROM STDIN", head.table, listed(&head.columns));
    let sink = client.copy_in(&sql).await.map_err(refused)?;
    let mut sink = std::pin::pin!(sink);
    let mut out = Vec::with_capacity(2 * PIECE);
    let mut rows = 0;
    loop {
        line.clear();
        if reading.read_line(&mut line).map_err(disk(&path))? == 0 {
            break;
        }
        rows += 1;
        let values = row::read(&line, head.columns.len()).ok_or_else(|| damaged(table, rows))?;
        write(&mut out, &values).map_err(disk(&path))?;
        if out.len() >= PIECE {
            sink.send(Bytes::from(std::mem::take(&mut out))).await.map_err(refused)?;
        }
        if rows % ROWS_BETWEEN_WORDS == 0 {
            progress(&table.table, rows);
        }
    }
    if rows != table.rows {
        return Err(damaged(table, rows));
    }
    sink.send(Bytes::from(out)).await.map_err(refused)?;
    sink.finish().await.map_err(refused)?;
    progress(&table.table, rows);
    Ok(())
}

/// A line of COPY's text format (PostgreSQL manual, COPY, "Text Format").
fn write(out: &mut Vec<u8>, values: &[Value]) -> std::io::Result<()> {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(b'\t');
        }
        match value {
            Value::Null => out.extend_from_slice(b"\\N"),
            Value::Integer(number) => write!(out, "{number}")?,
            Value::Real(number) => write!(out, "{number:?}")?,
            Value::Boolean(flag) => out.push(if *flag { b't' } else { b'f' }),
            Value::Text(text) => {
                for byte in text.bytes() {
                    match byte {
                        b'\\' => out.extend_from_slice(b"\\\\"),
                        b'\n' => out.extend_from_slice(b"\\n"),
                        b'\r' => out.extend_from_slice(b"\\r"),
                        b'\t' => out.extend_from_slice(b"\\t"),
                        other => out.push(other),
                    }
                }
            }
            Value::Bytes(bytes) => {
                out.extend_from_slice(b"\\\\x");
                for byte in bytes {
                    write!(out, "{byte:02x}")?;
                }
            }
        }
    }
    out.push(b'\n');
    Ok(())
}
