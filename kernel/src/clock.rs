//! Time comes from the context. In storage it is UTC milliseconds; on pages it is Asia/Shanghai.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tells the time. The runtime's is the system clock, a test's is set by hand.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;
/// Asia/Shanghai is UTC+8 without summer time since 1991: a fixed offset says the same as its zone.
const SHANGHAI_MS: i64 = 8 * 3_600_000;

impl Timestamp {
    /// The civil date in Asia/Shanghai.
    pub fn date(self) -> Date {
        let days = (self.0.saturating_add(SHANGHAI_MS)).div_euclid(DAY_MS);
        let days = i32::try_from(days.clamp(-4_000_000, 2_900_000)).unwrap_or(0);
        jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().days(days))
            .unwrap_or(jiff::civil::date(1970, 1, 1))
    }

    /// Hour and minute in Asia/Shanghai.
    pub fn hour_minute(self) -> (u8, u8) {
        let minutes = (self.0.saturating_add(SHANGHAI_MS)).rem_euclid(DAY_MS) / 60_000;
        ((minutes / 60) as u8, (minutes % 60) as u8)
    }

    /// The instant at which the date begins in Asia/Shanghai.
    pub fn start_of(date: Date) -> Timestamp {
        let days = date
            .since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1)))
            .map_or(0, |span| i64::from(span.get_days()));
        Timestamp(days * DAY_MS - SHANGHAI_MS)
    }

    /// The instant at which the date ends (24:00) in Asia/Shanghai.
    pub fn end_of(date: Date) -> Timestamp {
        Timestamp(Timestamp::start_of(date).0 + DAY_MS)
    }

    /// Later by so many milliseconds.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// RFC 3339 in UTC with milliseconds, as CloudEvents and APIs carry it.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map(|t| format!("{t:.3}"))
            .unwrap_or_else(|_| self.0.to_string())
    }
}

impl From<Timestamp> for crate::records::Value {
    fn from(t: Timestamp) -> Self {
        crate::records::Value::Integer(t.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_day_turns_at_midnight_in_shanghai() {
        let before = Timestamp::start_of(date(2026, 3, 5)).plus_ms(-1);
        assert_eq!(before.date(), date(2026, 3, 4));
        assert_eq!(Timestamp::start_of(date(2026, 3, 5)).date(), date(2026, 3, 5));
        assert_eq!(Timestamp::start_of(date(2026, 3, 5)).rfc3339(), "2026-03-04T16:00:00.000Z");
        assert_eq!(Timestamp::end_of(date(2026, 3, 5)), Timestamp::start_of(date(2026, 3, 6)));
        assert_eq!(before.hour_minute(), (23, 59));
    }
}
