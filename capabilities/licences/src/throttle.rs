//! Whoever tries codes out waits: so many wrong ones at once, then one for each while that passes. A right code costs
//! nothing, so that a hall full of people behind one address is not held.

use std::net::{IpAddr, Ipv6Addr};

use minshu_kernel::action::Decision;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;

use crate::error::LicencesError;
use crate::store::showings;

/// Wrong codes of one sender at once.
const BURST: i64 = 20;
/// How long one takes to be forgotten, in milliseconds.
const EACH_MS: i64 = 15_000;
/// After this nothing of a sender is kept.
pub(crate) const FORGET_MS: i64 = 3_600_000;

/// A sender, as far as limits tell senders apart: an IPv4 address, or the first 64 bits of an IPv6 address.
fn sender(ctx: &Ctx) -> Option<String> {
    let text = match ctx.peer?.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => Ipv6Addr::from(u128::from(ip) >> 64 << 64).to_string(),
    };
    Some(ctx.services.personal.keyed_hash("licences_attempt.id", text.as_bytes()))
}

/// Refuses while a sender must wait.
pub(crate) async fn admit(ctx: &Ctx) -> Result<(), Failure> {
    let Some(sender) = sender(ctx) else { return Ok(()) };
    let row = ctx.row(showings::SELECT_ATTEMPT, values![sender]).await?;
    let next: i64 = row.map_or(Ok(0), |row| row.get("next_ms"))?;
    match u64::try_from(next.saturating_sub(ctx.now.0)) {
        Ok(wait_ms) if wait_ms > 0 => Err(Failure {
            retry_after_ms: Some(wait_ms),
            ..LicencesError::TooMany { wait_ms }.into()
        }),
        _ => Ok(()),
    }
}

/// Counts a code that did not fit, and refuses.
pub(crate) fn wrong<R>(ctx: &Ctx, error: LicencesError) -> Decision<R> {
    let decision = Decision::refuse(error);
    match sender(ctx) {
        None => decision,
        Some(sender) => {
            let full = ctx.now.plus_ms(-BURST * EACH_MS);
            let counted = values![sender, ctx.now, full, EACH_MS, full.plus_ms(EACH_MS)];
            decision.write(Statement::any(showings::COUNT_ATTEMPT, counted))
        }
    }
}
