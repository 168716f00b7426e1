//! How wrong passwords and codes make people wait, so that guessing does not pay and nobody is locked out by a stranger.
//!
//! What comes from a browser that the account knows is counted by itself: whatever others try, its owner signs in
//! there. Everything else is counted three times over. By account and sender: five are free, then one waits, longer
//! each time. By sender: whoever tries many numbers is slowed. By account, over all senders: beyond twenty the account
//! takes unknown browsers only with a code to its telephone; where the installation sends none, one wrong password a
//! minute is read. Numbers without an account are counted alike, so that a wait tells nothing of who has one.

use std::net::{IpAddr, Ipv6Addr};

use minshu_kernel::action::Decision;
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};

use crate::error::{IdentityError, Tried};
use crate::model::DeviceId;

statements! {
    /// What is counted under up to three ids.
    SELECT_ATTEMPTS = "
SELECT id, failures, next_ms, last_ms, version
FROM identity_attempt
WHERE id IN ($1, $2, $3)";
    /// The first mistake.
    INSERT_ATTEMPT = "
INSERT INTO identity_attempt (id, kind, failures, next_ms, last_ms, version)
VALUES ($1, $2, $3, $4, $5, 1)
ON CONFLICT (id) DO NOTHING";
    /// Another mistake, or none any more.
    UPDATE_ATTEMPT = "
UPDATE identity_attempt
SET kind = $3,
    failures = $4,
    next_ms = $5,
    last_ms = $6,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// A mistake of a count that many write at once: the instant from which the next is read moves on by `$5`, from
    /// `$4` at the earliest, which is `$6`.
    COUNT_SHARED = "
INSERT INTO identity_attempt (id, kind, failures, next_ms, last_ms, version)
VALUES ($1, $2, 1, $6, $3, 1)
ON CONFLICT (id) DO UPDATE
SET failures = identity_attempt.failures + 1,
    next_ms = CASE
        WHEN identity_attempt.next_ms > $4 THEN identity_attempt.next_ms + $5
        ELSE $6
    END,
    last_ms = $3,
    version = identity_attempt.version + 1";
    /// How many telephone numbers strangers guess at, so that unknown browsers are held.
    COUNT_HELD_NUMBERS = "
SELECT COUNT(*) AS n
FROM identity_attempt
WHERE kind = 'number' AND next_ms > $1";
    /// How many senders are held because they tried many numbers.
    COUNT_HELD_SENDERS = "
SELECT COUNT(*) AS n
FROM identity_attempt
WHERE kind = 'sender' AND next_ms > $1";
}

/// The field of the keyed hashes under which mistakes are counted.
const FIELD: &str = "identity_attempt.id";
/// Mistakes in a row that are older than this are forgotten.
pub(crate) const FORGET_MS: i64 = DAY_MS;

/// How mistakes in a row make one wait: so many are free, then the first wait, doubling to the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Mistakes before the first wait, with the one that brings it.
    pub free: i64,
    /// The first wait, in milliseconds.
    pub first_ms: i64,
    /// The longest wait, in milliseconds.
    pub longest_ms: i64,
}

/// Of one account from one sender, and of somebody who is signed in.
pub(crate) const STRICT: Pace = Pace { free: 5, first_ms: 30_000, longest_ms: 15 * 60_000 };
/// From a browser that the account knows: the owner's own hands.
pub(crate) const KNOWN: Pace = Pace { free: 10, first_ms: 30_000, longest_ms: 5 * 60_000 };
/// Codes from one sender: as long as a code holds.
pub(crate) const CODES: Pace = Pace { free: 5, first_ms: 10 * 60_000, longest_ms: 10 * 60_000 };

/// A count that drains: so many at once, then one each time that another has drained (the generic cell rate algorithm).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Drain {
    /// How many at once.
    pub burst: i64,
    /// How long one takes to drain, in milliseconds.
    pub each_ms: i64,
}

/// Wrong passwords of one sender over all accounts: room for a service hall full of people.
const SENDER: Drain = Drain { burst: 60, each_ms: 30_000 };
/// Wrong passwords of one account from all unknown browsers, where a code can be sent: 96 a day in the long run (NIST
/// SP 800-63B, 5.2.2, allows 100 in a row).
const NUMBER: Drain = Drain { burst: 20, each_ms: 15 * 60_000 };
/// The same where no code can be sent: nobody waits longer than a minute.
const NUMBER_WITHOUT_CODES: Drain = Drain { burst: 20, each_ms: 60_000 };
/// Wrong second factors of one account from unknown browsers: 96 of a million codes a day.
const FACTOR: Drain = Drain { burst: 10, each_ms: 15 * 60_000 };
/// Codes to one telephone.
pub(crate) const CODES_TO_NUMBER: Drain = Drain { burst: 5, each_ms: 30 * 60_000 };
/// Codes that one sender asks for.
pub(crate) const CODES_OF_SENDER: Drain = Drain { burst: 20, each_ms: 3 * 60_000 };

/// Mistakes so far, and the instant from which another try is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Attempts {
    /// Mistakes in a row.
    pub failures: i64,
    /// Nothing is read before.
    pub next: Option<Timestamp>,
}

impl Attempts {
    /// The instant until which one must wait, if that is still to come.
    pub(crate) fn wait(&self, now: Timestamp) -> Option<Timestamp> {
        self.next.filter(|next| now < *next)
    }

    /// After one more mistake.
    pub(crate) fn failed(&self, pace: Pace, now: Timestamp) -> Attempts {
        let failures = self.failures.saturating_add(1);
        let wait = match failures - pace.free {
            i64::MIN..=-1 => 0,
            // Beyond ten doublings the longest wait is long reached.
            over => (pace.first_ms << over.min(10)).min(pace.longest_ms),
        };
        Attempts { failures, next: (wait > 0).then(|| now.plus_ms(wait)) }
    }

    /// How many mistakes are still free of a wait.
    pub(crate) fn left(&self, pace: Pace) -> i64 {
        (pace.free - self.failures).max(0)
    }
}

/// Who sends, as far as limits tell senders apart: an IPv4 address, or the first 64 bits of an IPv6 address, which one
/// customer has.
pub(crate) fn sender(peer: Option<IpAddr>) -> Option<String> {
    peer.map(|peer| match peer.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => Ipv6Addr::from(u128::from(ip) >> 64 << 64).to_string(),
    })
}

/// One count.
struct Count {
    id: String,
    kind: &'static str,
    version: Option<i64>,
    attempts: Attempts,
}

impl Count {
    fn new(ctx: &Ctx, kind: &'static str, of: &[&str]) -> Count {
        let index = ctx.services.personal.index(FIELD, &format!("{kind}\n{}", of.join("\n")));
        let id = index.iter().map(|byte| format!("{byte:02x}")).collect();
        Count { id, kind, version: None, attempts: Attempts::default() }
    }

    /// Another count. Guarded by the version, so that guesses sent at the same time are counted one after another.
    fn write(&self, attempts: Attempts, now: Timestamp) -> Statement {
        let next = attempts.next.map_or(0, |next| next.0);
        match self.version {
            None => Statement::one(
                INSERT_ATTEMPT,
                values![self.id.as_str(), self.kind, attempts.failures, next, now],
            ),
            Some(version) => Statement::one(
                UPDATE_ATTEMPT,
                values![self.id.as_str(), version, self.kind, attempts.failures, next, now],
            ),
        }
    }

    fn drain(&self, drain: Drain, now: Timestamp) -> Statement {
        let full = now.plus_ms(-drain.burst * drain.each_ms);
        let first = full.plus_ms(drain.each_ms);
        Statement::any(
            COUNT_SHARED,
            values![self.id.as_str(), self.kind, now, full, drain.each_ms, first],
        )
    }
}

/// Reads up to three counts with one statement.
async fn read(ctx: &Ctx, counts: &mut [&mut Count]) -> Result<(), Failure> {
    let id = |place: usize| counts.get(place).map_or("", |count| count.id.as_str());
    let rows = ctx.rows(SELECT_ATTEMPTS, values![id(0), id(1), id(2)]).await?;
    for row in rows {
        let id: String = row.get("id")?;
        let Some(count) = counts.iter_mut().find(|count| count.id == id) else { continue };
        count.version = Some(row.get("version")?);
        let last: Timestamp = row.get("last_ms")?;
        if ctx.now.0.saturating_sub(last.0) <= FORGET_MS {
            count.attempts = Attempts {
                failures: row.get("failures")?,
                next: Some(row.get::<Timestamp>("next_ms")?).filter(|next| next.0 > 0),
            };
        }
    }
    Ok(())
}

/// What stands before a password or a code is read.
pub(crate) struct Gate {
    /// Mistakes in a row, with their pace.
    own: Count,
    pace: Pace,
    /// Counts that many write at once.
    shared: Vec<(Count, Drain)>,
    /// Whether a code opens the gate where all senders together tried too often.
    codes: bool,
}

impl Gate {
    /// Before a password from a browser that the account does not know.
    pub(crate) async fn unknown(ctx: &Ctx, phone: &str) -> Result<Gate, Failure> {
        let codes = ctx.services.courier.offers(ctx, Channel::Sms);
        let number = Count::new(ctx, "number", &[phone]);
        let drain = if codes { NUMBER } else { NUMBER_WITHOUT_CODES };
        Gate::of(ctx, "pair", phone, STRICT, vec![(number, drain)], codes).await
    }

    /// Before a code that somebody brings along with the password.
    pub(crate) async fn codes(ctx: &Ctx, phone: &str) -> Result<Gate, Failure> {
        Gate::of(ctx, "code", phone, CODES, Vec::new(), false).await
    }

    async fn of(
        ctx: &Ctx,
        kind: &'static str,
        phone: &str,
        pace: Pace,
        mut shared: Vec<(Count, Drain)>,
        codes: bool,
    ) -> Result<Gate, Failure> {
        let sender = sender(ctx.peer);
        let mut own = Count::new(ctx, kind, &[phone, sender.as_deref().unwrap_or("")]);
        // What comes from within the house has no sender: the command line, tests.
        if let Some(sender) = &sender {
            shared.push((Count::new(ctx, "sender", &[sender]), SENDER));
        }
        let mut all: Vec<&mut Count> = vec![&mut own];
        all.extend(shared.iter_mut().map(|(count, _)| count));
        read(ctx, &mut all).await?;
        Ok(Gate { own, pace, shared, codes })
    }

    /// Before a password from a browser that the account knows.
    pub(crate) async fn known(ctx: &Ctx, device: DeviceId) -> Result<Gate, Failure> {
        Gate::alone(ctx, "device", &device.to_string(), KNOWN).await
    }

    /// Before a code alone, which gives an account back or verifies a telephone.
    pub(crate) async fn recovery(ctx: &Ctx, phone: &str) -> Result<Gate, Failure> {
        Gate::of(ctx, "recovery", phone, CODES, Vec::new(), false).await
    }

    /// Before a passkey: nobody guesses one, so it is what the check costs that is held, a browser and a sender at a time.
    pub(crate) async fn passkey(ctx: &Ctx, browser: &str) -> Result<Gate, Failure> {
        Gate::of(ctx, "passkey", browser, KNOWN, Vec::new(), false).await
    }

    /// Before the second step of signing in: whoever tries it knows the password. All senders share a count, but for a
    /// browser that the account knows.
    pub(crate) async fn factor(
        ctx: &Ctx,
        account: &str,
        known: Option<DeviceId>,
    ) -> Result<Gate, Failure> {
        if let Some(device) = known {
            return Gate::alone(ctx, "factor-known", &device.to_string(), KNOWN).await;
        }
        let number = Count::new(ctx, "number", &["factor", account]);
        Gate::of(ctx, "factor", account, STRICT, vec![(number, FACTOR)], false).await
    }

    /// Before a password of somebody who is signed in already.
    pub(crate) async fn signed_in(ctx: &Ctx, account: &str) -> Result<Gate, Failure> {
        Gate::alone(ctx, "own", account, STRICT).await
    }

    async fn alone(ctx: &Ctx, kind: &'static str, of: &str, pace: Pace) -> Result<Gate, Failure> {
        let mut own = Count::new(ctx, kind, &[of]);
        read(ctx, &mut [&mut own]).await?;
        Ok(Gate { own, pace, shared: Vec::new(), codes: false })
    }

    /// Refuses while one must wait: the right password does not shorten it.
    pub(crate) fn admit(&self, now: Timestamp) -> Result<(), Failure> {
        let held = |count: &Count| count.attempts.wait(now);
        let by = |kind| self.shared.iter().find(|(c, _)| c.kind == kind).and_then(|(c, _)| held(c));
        let wait = held(&self.own).max(by("sender"));
        let number = by("number");
        if self.codes && number.is_some() {
            return Err(IdentityError::CodeFirst.into());
        }
        match wait.max(number) {
            None => Ok(()),
            Some(until) => Err(Failure {
                retry_after_ms: u64::try_from(until.0 - now.0).ok(),
                ..IdentityError::Wait { now, until, code: self.codes }.into()
            }),
        }
    }

    /// Whether this mistake is the one from which on all unknown browsers are held.
    pub(crate) fn crosses(&self, now: Timestamp) -> bool {
        self.shared.iter().any(|(count, drain)| {
            let full = now.plus_ms(-drain.burst * drain.each_ms);
            let next = count.attempts.next.unwrap_or(full).max(full);
            count.kind == "number" && next <= now && next.plus_ms(drain.each_ms) > now
        })
    }

    /// Counts a mistake that is refused in words of its own.
    pub(crate) fn count<R>(&self, mut decision: Decision<R>, now: Timestamp) -> Decision<R> {
        let attempts = self.own.attempts.failed(self.pace, now);
        decision.writes.push(self.own.write(attempts, now));
        decision.writes.extend(self.shared.iter().map(|(count, drain)| count.drain(*drain, now)));
        decision
    }

    /// Counts a mistake, and refuses once that is written down.
    pub(crate) fn refuse<R>(&self, decision: Decision<R>, now: Timestamp) -> Decision<R> {
        let attempts = self.own.attempts.failed(self.pace, now);
        self.count(decision, now).then_refuse(IdentityError::WrongPassword {
            left: attempts.left(self.pace),
            wait: attempts.next.map(|until| (now, until)),
            code: match self.own.kind {
                "code" => Tried::Code,
                "factor" | "factor-known" => Tried::Factor,
                "recovery" => Tried::Recovery,
                _ => Tried::Password,
            },
        })
    }

    /// The statements after a right password: what was counted in a row begins anew. What is shared drains by itself:
    /// who signs in to an account of his own in between has not made good for guessing at others.
    pub(crate) fn forgive(&self, now: Timestamp) -> Vec<Statement> {
        self.own.version.map(|_| self.own.write(Attempts::default(), now)).into_iter().collect()
    }
}

/// What stands before a code is sent: to one telephone, and at one sender's wish.
pub(crate) struct Sending(Vec<(Count, Drain)>);

impl Sending {
    /// For a telephone.
    pub(crate) async fn to(ctx: &Ctx, phone: &str) -> Result<Sending, Failure> {
        let mut counts = vec![(Count::new(ctx, "codes-to", &[phone]), CODES_TO_NUMBER)];
        if let Some(sender) = sender(ctx.peer) {
            counts.push((Count::new(ctx, "codes-of", &[&sender]), CODES_OF_SENDER));
        }
        let mut all: Vec<&mut Count> = counts.iter_mut().map(|(count, _)| count).collect();
        read(ctx, &mut all).await?;
        Ok(Sending(counts))
    }

    /// Refuses where too many were sent.
    pub(crate) fn admit(&self, now: Timestamp) -> Result<(), Failure> {
        match self.0.iter().filter_map(|(count, _)| count.attempts.wait(now)).max() {
            None => Ok(()),
            Some(until) => Err(Failure {
                retry_after_ms: u64::try_from(until.0 - now.0).ok(),
                ..IdentityError::CodesSpent { now, until }.into()
            }),
        }
    }

    /// Counts one that is sent.
    pub(crate) fn count(&self, now: Timestamp) -> Vec<Statement> {
        self.0.iter().map(|(count, drain)| count.drain(*drain, now)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_half_a_minute_to_a_quarter_of_an_hour() {
        let now = Timestamp(1_000_000);
        let mut attempts = Attempts::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            attempts = attempts.failed(STRICT, now);
            waits.push(attempts.next.map_or(0, |next| (next.0 - now.0) / 1_000));
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(attempts.wait(now.plus_ms(899_999)), Some(now.plus_ms(900_000)));
        assert_eq!(attempts.wait(now.plus_ms(900_000)), None);
        assert_eq!(Attempts { failures: 3, next: None }.left(STRICT), 2);
        let endless = Attempts { failures: i64::MAX, next: None }.failed(STRICT, now);
        assert_eq!(endless.wait(now), Some(now.plus_ms(900_000)));
    }

    #[test]
    fn a_customer_of_ipv6_is_one_sender() {
        let of = |text: &str| sender(Some(text.parse().unwrap())).unwrap();
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(sender(None), None);
    }
}
