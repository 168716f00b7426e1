//! What operators should know of the channels: one that fails or was paused, and texts that have waited for long.

use minshu_kernel::BoxFuture;
use minshu_kernel::capability::Trouble;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Records;
use minshu_kernel::values;

use crate::delivery::SELECT_WATCH;

/// So many failures in a row are no hiccup.
const FAILURES: i64 = 3;
/// A text that is due for so long is late.
const LATE_MS: i64 = 10 * 60_000;

/// Looks at every channel.
pub(crate) fn look(
    records: &dyn Records,
    now: Timestamp,
) -> BoxFuture<'_, Result<Vec<Trouble>, Failure>> {
    Box::pin(async move {
        let mut found = Vec::new();
        for row in &records.scan(SELECT_WATCH.into(), values![now]).await? {
            let (channel, waiting): (String, i64) = (row.get("id")?, row.get("n")?);
            let failures: i64 = row.get("failures")?;
            let late_ms = if waiting > 0 { now.0 - row.get::<i64>("since_ms")? } else { 0 };
            let (says, cure) = if row.get("paused")? && waiting > 0 {
                let says = format!("the channel {channel} is paused, and {waiting} texts wait");
                (says, "let it go on at /operations/channels when what it was paused for is over")
            } else if failures >= FAILURES {
                let last: String = row.get("last_error")?;
                let says = format!(
                    "the channel {channel} has failed {failures} times in a row, and {waiting} texts wait; it says: {last}"
                );
                (says, "mend what it says, then have it tried at /operations/channels")
            } else if late_ms > LATE_MS {
                let says = format!(
                    "{waiting} texts wait for the channel {channel}, the first for {} minutes",
                    late_ms / 60_000
                );
                (says, "a process with the role worker and this channel's settings must run")
            } else {
                continue;
            };
            found.push(Trouble { what: "channels", says, cure });
        }
        Ok(found)
    })
}
