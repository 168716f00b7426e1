//! The writer thread. It takes everything that waits, runs each write set in a savepoint of its
//! own, commits once, and only then answers them all: many acknowledgements share one fsync.

use super::checkpoint::Checkpointer;
use super::errors::records_error;
use super::statement;
use crate::records::{Settings, WritePath, monotonic_now};
use minshu_kernel::records::{RecordsError, Row, WriteSet};
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

type Answer = Result<Vec<Row>, RecordsError>;

struct Work {
    set: WriteSet,
    answer: oneshot::Sender<Answer>,
}

/// The queue in front of the thread.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
    /// Milliseconds until a full queue is likely to be empty.
    drain_ms: Arc<AtomicU64>,
    /// Write sets that a full queue refused.
    refused: AtomicU64,
}

impl Writer {
    pub(super) fn start(
        connection: Connection,
        checkpointer: Checkpointer,
        settings: &Settings,
    ) -> Result<Self, RecordsError> {
        let (queue, waiting) = mpsc::channel(settings.queue.max(1));
        let group = settings.group.max(1);
        let groups_in_queue = settings.queue.div_ceil(group).max(1) as u64;
        let drain_ms = Arc::new(AtomicU64::new(100));
        let pace = Arc::clone(&drain_ms);
        let thread = std::thread::Builder::new()
            .name("records-writer".into())
            .spawn(move || {
                run(&connection, checkpointer, waiting, group, |group_ms| {
                    let old = pace.load(Ordering::Relaxed);
                    let new = group_ms.saturating_mul(groups_in_queue).clamp(20, 10_000);
                    pace.store((old * 7 + new) / 8, Ordering::Relaxed);
                });
            })
            .map_err(|e| RecordsError::Unavailable(format!("the writer cannot start: {e}")))?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
            drain_ms,
            refused: AtomicU64::new(0),
        })
    }

    /// Waits until the set is committed. A caller that goes away while its set still waits takes
    /// it along.
    pub(super) async fn apply(&self, set: WriteSet) -> Answer {
        let gone = || RecordsError::Unavailable("the writer has ended".into());
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        let (answer, answered) = oneshot::channel();
        queue.try_send(Work { set, answer }).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                RecordsError::Full { retry_after_ms: self.drain_ms.load(Ordering::Relaxed) }
            }
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(super) fn write_path(&self) -> WritePath {
        let places = self.queue.as_ref().map(|queue| (queue.max_capacity(), queue.capacity()));
        let (most, free) = places.unwrap_or_default();
        let refused = self.refused.load(Ordering::Relaxed);
        WritePath { waiting: most.saturating_sub(free), most, refused, failing: None }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.take();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has answered nobody: there is nothing left to tell.
            let _ended = thread.join();
        }
    }
}

fn run(
    connection: &Connection,
    checkpointer: Checkpointer,
    mut waiting: mpsc::Receiver<Work>,
    group: usize,
    pace: impl Fn(u64),
) {
    let mut works = Vec::with_capacity(group);
    while waiting.blocking_recv_many(&mut works, group) > 0 {
        works.retain(|work| !work.answer.is_closed());
        let began = monotonic_now();
        commit_together(connection, std::mem::take(&mut works));
        checkpointer.after_commit(connection);
        pace(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    }
    drop(checkpointer);
    // What the planner learned is kept for the next start, and the log is folded into the file.
    let last = "PRAGMA analysis_limit = 400; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)";
    if let Err(error) = connection.execute_batch(last) {
        tracing::warn!(%error, "the write-ahead log was not folded in at the end");
    }
}

/// Why a whole group was undone.
enum Undone {
    /// A constraint that is checked at the commit: one of the group is at fault, not known which.
    Constraint(RecordsError),
    /// The disk refuses.
    Unavailable(String),
}

fn commit_together(connection: &Connection, works: Vec<Work>) {
    if works.is_empty() {
        return;
    }
    match attempt(connection, &works) {
        Ok(answers) => {
            for (work, answer) in works.into_iter().zip(answers) {
                // A caller that went away needs no answer.
                let _sent = work.answer.send(answer);
            }
        }
        Err(Undone::Constraint(error)) if works.len() == 1 => {
            works.into_iter().for_each(|work| drop(work.answer.send(Err(refused_alone(&error)))));
        }
        // Each by itself: the one at fault fails alone.
        Err(Undone::Constraint(_)) => {
            works.into_iter().for_each(|work| commit_together(connection, vec![work]));
        }
        // Also those that had failed for a reason of their own: they may have failed against rows
        // of a neighbour that are gone now.
        Err(Undone::Unavailable(reason)) => {
            tracing::error!(reason, sets = works.len(), "a group of write sets was undone");
            for work in works {
                let _sent = work.answer.send(Err(RecordsError::Unavailable(reason.clone())));
            }
        }
    }
}

fn refused_alone(error: &RecordsError) -> RecordsError {
    match error {
        RecordsError::ForeignKey(what) => RecordsError::ForeignKey(what.clone()),
        other => RecordsError::Refused(other.to_string()),
    }
}

/// Runs and commits the group; on `Err` the transaction is rolled back.
fn attempt(connection: &Connection, works: &[Work]) -> Result<Vec<Answer>, Undone> {
    control(connection, "BEGIN IMMEDIATE")?;
    let mut answers = Vec::with_capacity(works.len());
    for work in works {
        match one(connection, &work.set) {
            Ok(answer) => answers.push(answer),
            Err(undone) => return Err(roll_back(connection, undone)),
        }
    }
    control(connection, "COMMIT").map_err(|undone| roll_back(connection, undone))?;
    Ok(answers)
}

fn roll_back(connection: &Connection, undone: Undone) -> Undone {
    // After some errors SQLite has rolled back by itself.
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "the writer could not roll back");
    }
    undone
}

fn control(connection: &Connection, sql: &str) -> Result<(), Undone> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| undone(&e))?;
    statement.raw_execute().map(drop).map_err(|e| undone(&e))
}

fn undone(error: &rusqlite::Error) -> Undone {
    match records_error(error) {
        found @ (RecordsError::ForeignKey(_)
        | RecordsError::Unique(_)
        | RecordsError::NotNull(_)
        | RecordsError::Check(_)) => Undone::Constraint(found),
        other => Undone::Unavailable(other.to_string()),
    }
}

/// Runs one write set in a savepoint. `Ok(Err(…))`: this set failed and left no trace, the group
/// goes on. `Err(…)`: the whole transaction is lost.
fn one(connection: &Connection, set: &WriteSet) -> Result<Answer, Undone> {
    control(connection, "SAVEPOINT one")?;
    let mut returned = Vec::new();
    for (place, wanted) in set.statements.iter().enumerate() {
        match statement::write(connection, place, wanted) {
            Ok(rows) => returned = rows,
            Err(RecordsError::Unavailable(reason)) => return Err(Undone::Unavailable(reason)),
            Err(error) => {
                if connection.is_autocommit() {
                    return Err(Undone::Unavailable(error.to_string()));
                }
                control(connection, "ROLLBACK TO one")?;
                control(connection, "RELEASE one")?;
                return Ok(Err(error));
            }
        }
    }
    control(connection, "RELEASE one")?;
    Ok(Ok(returned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Durability;
    use crate::records::sqlite::connection;
    use minshu_kernel::records::Statement;
    use minshu_kernel::values;

    fn insert(id: i64, bytes: usize) -> WriteSet {
        let sql = "INSERT INTO blobs (id, content) VALUES ($1, $2)";
        WriteSet { statements: vec![Statement::one(sql, values![id, vec![7_u8; bytes]])] }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_disk_undoes_the_group_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.sqlite");
        let mut connection = connection::open_writer(&path, Durability::Full).unwrap();
        let folding = connection::open_writer(&path, Durability::Full).unwrap();
        connection
            .execute_batch("CREATE TABLE blobs (id BIGINT PRIMARY KEY, content BYTEA)")
            .unwrap();
        // As a full disk: SQLITE_FULL when a hundred pages are used.
        connection.pragma_update(None, "max_page_count", 100).unwrap();
        let checkpointer = Checkpointer::start(&mut connection, folding).unwrap();
        let writer = Writer::start(connection, checkpointer, &Settings::sqlite(&path)).unwrap();
        writer.apply(insert(1, 100)).await.unwrap();
        let both = [writer.apply(insert(2, 100)), writer.apply(insert(3, 1_000_000))];
        let answers = futures_util::future::join_all(both).await;
        assert!(matches!(answers[1], Err(RecordsError::Unavailable(_))), "{answers:?}");
        // The neighbour was either before the trouble or shares it.
        let neighbour = answers[0].is_ok();
        writer.apply(insert(4, 100)).await.unwrap();
        let reading = connection::open_reader(&path).unwrap();
        let kept: i64 =
            reading.query_row("SELECT COUNT(*) FROM blobs", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 2 + i64::from(neighbour));
    }
}
