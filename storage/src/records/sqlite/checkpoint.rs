//! Folds the write-ahead log into the database beside the writer, so that commits do not wait for it: what the writer
//! itself folds is the short rest that came in meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::errors::records_error;
use minshu_kernel::records::RecordsError;

/// Pages of the log, 4 KiB each, from which on it is folded: 4 MiB.
const FOLD_PAGES: u32 = 1_000;
/// Pages from which on the writer folds the rest, so that the log begins anew: 32 MiB.
const REWIND_PAGES: u32 = 8_000;

/// How long the log is, and whether its end alone is left to fold.
#[derive(Default)]
struct Log {
    pages: AtomicU32,
    nearly_folded: AtomicBool,
}

/// The thread that folds. It ends when this is dropped.
pub(super) struct Checkpointer {
    log: Arc<Log>,
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Watches the commits of `writer`; folds on `own`, a connection of its own that may write.
    pub(super) fn start(writer: &mut Connection, own: Connection) -> Result<Self, RecordsError> {
        let log = Arc::new(Log::default());
        let counted = Arc::clone(&log);
        // The hook takes the place of SQLite's own checkpoints within a commit.
        writer
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
                counted.pages.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
                Ok(())
            }))
            .map_err(|e| records_error(&e))?;
        let (wake, woken) = sync_channel(1);
        let folding = Arc::clone(&log);
        let thread = std::thread::Builder::new()
            .name("records-checkpoint".into())
            .spawn(move || run(&own, &folding, &woken))
            .map_err(|e| RecordsError::Unavailable(format!("no thread to checkpoint: {e}")))?;
        Ok(Checkpointer { log, wake: Some(wake), thread: Some(thread) })
    }

    /// Called by the writer between two groups.
    pub(super) fn after_commit(&self, writer: &Connection) {
        let pages = self.log.pages.load(Ordering::Relaxed);
        if pages >= REWIND_PAGES && self.log.nearly_folded.swap(false, Ordering::Relaxed) {
            fold(writer);
        }
        if pages >= FOLD_PAGES
            && let Some(wake) = &self.wake
        {
            // Whoever was woken already sees this commit, too.
            let _already_woken = wake.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake.take();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn run(own: &Connection, log: &Log, woken: &Receiver<()>) {
    let mut folded_to = 0;
    while woken.recv().is_ok() {
        let pages = log.pages.load(Ordering::Relaxed);
        // A shorter log than before has begun anew.
        if pages >= folded_to && pages - folded_to < FOLD_PAGES {
            continue;
        }
        folded_to = fold(own);
        log.nearly_folded.store(true, Ordering::Relaxed);
    }
}

/// Copies what no reader still needs in the log; answers up to which page, 0 where somebody else is folding.
fn fold(connection: &Connection) -> u32 {
    let told =
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(2));
    match told {
        Ok(page) => u32::try_from(page).unwrap_or(0),
        Err(error) => {
            tracing::warn!(%error, "the write-ahead log was not folded in");
            0
        }
    }
}
