//! The engines of the context that ask the system: the clock, and ids that follow it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use minshu_kernel::clock::{Clock, Timestamp};
use minshu_kernel::ctx::Entropy;
use minshu_kernel::ids::IdSource;
use uuid::Uuid;

/// The system's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system is asked")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// The system's clock with an offset that is set by hand: deadlines of weeks are proved in seconds. Only data
/// folders made for it have one.
#[derive(Debug, Default)]
pub struct OffsetClock {
    offset_ms: AtomicI64,
}

impl OffsetClock {
    /// Goes on from this instant.
    pub fn set(&self, instant: Timestamp) {
        let offset = instant.0.saturating_sub(SystemClock.now().0);
        self.offset_ms.store(offset, Ordering::Relaxed);
    }

    /// Jumps by so many milliseconds.
    pub fn advance(&self, ms: i64) {
        self.offset_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// The offset, to be kept over a restart.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed)
    }

    /// With a kept offset.
    pub fn with_offset(ms: i64) -> Self {
        OffsetClock { offset_ms: AtomicI64::new(ms) }
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.offset_ms())
    }
}

/// UUIDv7 by the clock of the context, rising within a process even inside one millisecond.
pub struct ClockIds {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    last: Mutex<(i64, u16)>,
}

impl ClockIds {
    /// By this clock.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        ClockIds { clock, entropy, last: Mutex::new((0, 0)) }
    }
}

impl IdSource for ClockIds {
    fn next(&self) -> Uuid {
        let now = self.clock.now().0;
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        let (ms, count) = {
            let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *last = match *last {
                // A full counter or a clock that was set back borrows from the next millisecond.
                (ms, 0x0fff) if ms >= now => (ms + 1, 0),
                (ms, count) if ms >= now && ms - now < 60_000 => (ms, count + 1),
                _ => (now, u16::from(random[8]) & 0x00ff),
            };
            *last
        };
        // RFC 9562, section 6.2, method 1: a counter in the bits behind the milliseconds.
        let counter = count.to_be_bytes();
        random[0] = counter[0] & 0x0f;
        random[1] = counter[1];
        uuid::Builder::from_unix_timestamp_millis(ms.unsigned_abs(), &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SystemEntropy;

    #[test]
    fn ids_rise_and_are_of_version_seven() {
        let ids = ClockIds::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let made: Vec<Uuid> = (0..20_000).map(|_| ids.next()).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert_eq!(made[0].get_version_num(), 7);
    }
}
