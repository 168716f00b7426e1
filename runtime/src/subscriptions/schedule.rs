//! When a delivery that failed is tried again.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Entropy;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Waits before the second, third, … attempt: the example of the Standard Webhooks specification, some 75 hours.
const WAITS: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// A receiver that has taken nothing for so long is switched off.
pub const LONGEST_FAILING_MS: i64 = 72 * HOUR;
/// The longest that a receiver may ask us to wait.
const LONGEST_ASKED: i64 = 24 * HOUR;
/// The longest pause of a whole subscription between two trials of a receiver that is down.
const LONGEST_PAUSE: i64 = HOUR;

/// The wait after so many failed attempts of one delivery, at least one; `None` after the last.
pub fn after_attempts(failed: i64) -> Option<i64> {
    WAITS.get(usize::try_from(failed).ok()?.checked_sub(1)?).copied()
}

/// How long a whole subscription pauses after so many failures in a row, at least one.
pub fn after_failures(failed: i64) -> i64 {
    ((5 * SECOND) << (failed - 1).clamp(0, 10)).min(LONGEST_PAUSE)
}

/// Up to a fifth more, so that what failed together is not tried again together.
pub fn jittered(wait: i64, entropy: &dyn Entropy) -> i64 {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    let part = i64::from(u32::from_be_bytes(bytes));
    wait + (wait / 5) * part / i64::from(u32::MAX)
}

/// `Retry-After` (RFC 9110, 10.2.3) as a wait in milliseconds: seconds or a date, at most a day. `None` where it is
/// neither; a date that is past is no wait.
pub fn retry_after(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let seconds: i64 = text.parse().unwrap_or(i64::MAX);
        return Some(seconds.saturating_mul(SECOND).min(LONGEST_ASKED));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = i64::try_from(since.as_millis()).ok()?;
    Some(at.saturating_sub(now.0).clamp(0, LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::SystemEntropy;

    #[test]
    fn attempts_go_on_for_three_days() {
        let all: i64 = WAITS.iter().sum();
        assert!(all > LONGEST_FAILING_MS);
        assert_eq!(after_attempts(1), Some(5 * SECOND));
        assert_eq!((after_attempts(9), after_attempts(10)), (Some(24 * HOUR), None));
        assert_eq!(after_attempts(0), None);
        assert_eq!((after_failures(1), after_failures(99)), (5 * SECOND, HOUR));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp(784_111_770_000);
        assert_eq!(retry_after("120", now), Some(120_000));
        assert_eq!(retry_after("99999999999999999999999", now), Some(LONGEST_ASKED));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(7_000));
        assert_eq!(retry_after("Sun, 06 Nov 1983 08:49:37 GMT", now), Some(0));
        for text in ["", "-1", "1.5", "soon", "１２"] {
            assert_eq!(retry_after(text, now), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_bounded_wait_or_none(text in "\\PC{0,40}", now in any::<i64>()) {
            if let Some(wait) = retry_after(&text, Timestamp(now)) {
                prop_assert!((0..=LONGEST_ASKED).contains(&wait));
            }
        }

        #[test]
        fn dates_are_read_to_the_second(at in 0_i64..4_000_000_000, wait in 0_i64..86_400) {
            let date = std::time::UNIX_EPOCH + std::time::Duration::from_secs((at + wait).unsigned_abs());
            let text = httpdate::fmt_http_date(date);
            prop_assert_eq!(retry_after(&text, Timestamp(at * SECOND)), Some(wait * SECOND));
        }

        #[test]
        fn jitter_only_ever_adds_a_fifth(wait in 1_i64..LONGEST_ASKED) {
            let jittered = jittered(wait, &SystemEntropy);
            prop_assert!((wait..=wait + wait / 5).contains(&jittered));
        }
    }
}
