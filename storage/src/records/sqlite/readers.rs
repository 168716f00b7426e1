//! The threads that scan, behind one bounded queue.

use super::errors::records_error;
use super::{connection, statement};
use crate::records::Settings;
use minshu_kernel::records::{RecordsError, Row, Value};
use rusqlite::Connection;
use std::borrow::Cow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// When a caller may try again after the queue of scans was full, in milliseconds.
const RETRY_AFTER_MS: u64 = 500;

struct Scan {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    answer: oneshot::Sender<Result<Vec<Row>, RecordsError>>,
}

/// The queue in front of the reader threads, which end with it.
pub(super) struct Readers {
    queue: SyncSender<Scan>,
}

impl Readers {
    pub(super) fn start(path: &Path, settings: &Settings) -> Result<Self, RecordsError> {
        let (queue, waiting) = sync_channel(settings.scans.max(1));
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..settings.readers.max(1) {
            let connection = connection::open_reader(path).map_err(|e| records_error(&e))?;
            let waiting = Arc::clone(&waiting);
            std::thread::Builder::new()
                .name(format!("records-reader-{number}"))
                .spawn(move || run(&connection, &waiting))
                .map_err(|e| RecordsError::Unavailable(format!("a reader cannot start: {e}")))?;
        }
        Ok(Readers { queue })
    }

    pub(super) async fn scan(
        &self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, RecordsError> {
        let gone = || RecordsError::Unavailable("the readers have ended".into());
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Scan { sql, values, answer }).map_err(|e| match e {
            TrySendError::Full(_) => RecordsError::Full { retry_after_ms: RETRY_AFTER_MS },
            TrySendError::Disconnected(_) => gone(),
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn run(connection: &Connection, waiting: &Mutex<Receiver<Scan>>) {
    loop {
        // Whoever holds the lock waits for the next scan, the others wait for the lock.
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(scan) = next else { return };
        if scan.answer.is_closed() {
            continue;
        }
        let abandoned = || scan.answer.is_closed();
        let answer = statement::read(connection, &scan.sql, &scan.values, &abandoned);
        // A caller that went away needs no answer.
        let _sent = scan.answer.send(answer);
    }
}
