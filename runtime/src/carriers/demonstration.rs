//! The telephone and the mailbox of a demonstration: what would have been sent is kept in memory and shown on a page.
//! No other installation has it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use minshu_kernel::carrier::{Parcel, TakenOver};
use minshu_kernel::clock::{Clock, Timestamp};

/// The latest texts that are kept.
const MOST: usize = 50;

/// A text as it would have arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// When.
    pub at: Timestamp,
    /// The text.
    pub parcel: Parcel,
}

/// Keeps the latest texts, each id once: as a receiver should.
pub struct Pocket {
    clock: Arc<dyn Clock>,
    kept: Mutex<VecDeque<Shown>>,
}

// What it holds is for its page alone.
impl std::fmt::Debug for Pocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pocket").finish_non_exhaustive()
    }
}

impl Pocket {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Pocket {
        Pocket { clock, kept: Mutex::new(VecDeque::new()) }
    }

    /// Takes a text over.
    pub fn keep(&self, parcel: Parcel) -> TakenOver {
        let reference = format!("shown-{}", parcel.id);
        if let Ok(mut kept) = self.kept.lock()
            && !kept.iter().any(|shown| shown.parcel.id == parcel.id)
        {
            kept.push_front(Shown { at: self.clock.now(), parcel });
            kept.truncate(MOST);
        }
        TakenOver { reference }
    }

    /// The latest texts, the latest first.
    pub fn shown(&self) -> Vec<Shown> {
        self.kept.lock().map(|kept| kept.iter().cloned().collect()).unwrap_or_default()
    }
}
