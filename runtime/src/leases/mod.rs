//! The work beside requests, shared between processes: it is cut into parts, and each part is done by whoever holds its
//! lease. A process beats every second, and more often while work changes hands; one whose beat stands still for [`STANDSTILL`] is followed by another, whatever
//! the clocks say. Everything that is written while a lease is used carries its token ([`under`]): a process that was
//! paused and has been followed writes nothing more.
//!
//! On SQLite one process has the data folder to itself, and with it every part: no lease is written there.

mod share;
mod store;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use minshu_kernel::capability::Contract;
use minshu_kernel::error::Failure;
use minshu_kernel::records::{Records, RecordsError, Statement, WriteSet};
use minshu_kernel::values;
use tokio::time::Instant;

pub use share::{beat, finish, run};
pub(crate) use store::{FENCE, STATEMENTS};

/// Into how many parts subjects are cut. It stays as it is: how far flows are is kept by part. Two, three, four and six
/// processes share twelve evenly.
pub const PARTS: usize = 12;
/// How often a process beats and looks at the others.
pub const BEAT: Duration = Duration::from_secs(1);
/// How soon it looks again while work goes over from one process to another.
pub const SOON: Duration = Duration::from_millis(100);
/// A process whose beat stands still for so long is followed.
pub const STANDSTILL: Duration = Duration::from_secs(5);
/// The lease of sealing.
pub const SEAL: &str = "seal";

/// The part of a subject, a job or a subscription: 0 to [`PARTS`] - 1. FNV-1a (draft-eastlake-fnv), its halves folded.
pub fn part_of(key: &str) -> usize {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ((hash ^ (hash >> 32)) % PARTS as u64) as usize
}

/// The lease of a part.
pub fn of_part(part: usize) -> String {
    format!("part:{part:02}")
}

/// The lease of a capability's worker.
pub fn of_worker(name: &str) -> String {
    format!("worker:{name}")
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// It answers requests: pages and the API.
    pub web: bool,
    /// It does the work beside requests: sealing, flows, jobs, subscriptions, channels.
    pub worker: bool,
}

impl Roles {
    /// Everything.
    pub const ALL: Roles = Roles { web: true, worker: true };
}

impl Default for Roles {
    fn default() -> Self {
        Roles::ALL
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(self.web, "web"), (self.worker, "worker")];
        let names: Vec<_> = names.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
        f.write_str(&names.join(","))
    }
}

impl FromStr for Roles {
    type Err = String;

    /// Names with commas between them.
    fn from_str(text: &str) -> Result<Roles, String> {
        let mut roles = Roles { web: false, worker: false };
        for name in text.split(',').map(str::trim) {
            match name {
                "web" => roles.web = true,
                "worker" => roles.worker = true,
                "gateway" => {
                    return Err(
                        "this program has no gateway yet; its roles are web and worker".into()
                    );
                }
                _ => return Err(format!("\"{name}\" is no role; there are web and worker")),
            }
        }
        Ok(roles)
    }
}

/// A lease that this process holds, for as long as it uses it.
#[derive(Debug)]
pub struct Hold {
    lease: String,
    holder: String,
    token: i64,
    /// Another process shall have it, or has it.
    leaving: AtomicBool,
    /// There is nobody to share with: nothing is written about it.
    alone: bool,
}

impl Hold {
    /// What every write set of the work begins with.
    fn fence(&self) -> Option<Statement> {
        let values = values![&self.lease, &self.holder, self.token];
        (!self.alone).then(|| Statement::one(FENCE, values))
    }

    /// Its token: another one means that somebody else was at work in between.
    pub fn token(&self) -> i64 {
        self.token
    }

    /// Whether the work may go on, or is to come to an end soon.
    pub fn goes_on(&self) -> bool {
        !self.leaving.load(Ordering::Relaxed)
    }
}

tokio::task_local! {
    static HELD: Arc<Hold>;
}

/// Does work under a lease: what it writes is refused once another process holds that.
pub async fn under<F: Future>(hold: Arc<Hold>, work: F) -> F::Output {
    HELD.scope(hold, work).await
}

/// Whether work under a lease may go on; work under none may.
pub(crate) fn goes_on() -> bool {
    HELD.try_with(|hold| hold.goes_on()).unwrap_or(true)
}

/// Whether what is written now is refused once another process has taken the work over.
pub(crate) fn fenced() -> bool {
    HELD.try_with(|hold| !hold.alone).unwrap_or(false)
}

/// Applies a write set, under the lease of the work that it belongs to. The fence is the first statement: it waits for
/// whoever takes the lease just now, and the rest is not done where that one was first.
pub(crate) async fn apply(engine: &dyn Records, mut set: WriteSet) -> Result<(), RecordsError> {
    let fence = HELD.try_with(|hold| hold.fence()).ok().flatten();
    let Some(fence) = fence else { return engine.apply(set).await };
    set.statements.insert(0, fence);
    engine.apply(set).await.map_err(|error| match error {
        RecordsError::Lost { statement: 0, .. } => {
            let _ = HELD.try_with(|hold| hold.leaving.store(true, Ordering::Relaxed));
            RecordsError::Unavailable("another process does this work now".into())
        }
        // As the caller numbers them; a lost race without a number has none.
        RecordsError::Lost { statement, expected, touched } if statement != usize::MAX => {
            RecordsError::Lost { statement: statement - 1, expected, touched }
        }
        other => other,
    })
}

/// How a process was seen last.
#[derive(Debug, Clone, Copy)]
struct Seen {
    beat: i64,
    since: Instant,
}

#[derive(Default)]
struct State {
    held: BTreeMap<String, Arc<Hold>>,
    seen: HashMap<String, Seen>,
    /// When this process beat last.
    beat: Option<Instant>,
    /// When it knew last that it could have seen the beats of others.
    looked: Option<Instant>,
    /// This process stops: it takes nothing more.
    ended: bool,
}

/// The leases of this process.
pub struct Leases {
    holder: String,
    alone: bool,
    names: Vec<String>,
    state: Mutex<State>,
}

impl Leases {
    /// None is held yet, unless there is nobody to share with.
    pub fn new(holder: String, alone: bool, contract: &Contract) -> Leases {
        let parts = (0..PARTS).map(of_part);
        let workers = contract.workers.iter().map(|worker| of_worker(worker.name));
        let names: Vec<_> = parts.chain([SEAL.to_owned()]).chain(workers).collect();
        let mut state = State::default();
        if alone {
            state.held =
                names.iter().map(|name| (name.clone(), hold(name, &holder, 0, true))).collect();
        }
        Leases { holder, alone, names, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is in it is whole between two calls.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lease, where this process holds it and may begin something new under it.
    pub fn held(&self, lease: &str) -> Option<Arc<Hold>> {
        let state = self.state();
        let fresh = self.alone || state.beat.is_some_and(|at| at.elapsed() < STANDSTILL);
        state.held.get(lease).filter(|hold| fresh && hold.goes_on()).cloned()
    }

    /// The lease of the part that a key is of.
    pub fn held_for(&self, key: &str) -> Option<Arc<Hold>> {
        self.held(&of_part(part_of(key)))
    }

    /// How many leases this process holds, and how many there are.
    pub fn count(&self) -> (usize, usize) {
        (self.state().held.len(), self.names.len())
    }

    /// Begins nothing new; what is under way comes to an end.
    pub fn leave(&self) {
        let mut state = self.state();
        state.ended = true;
        for hold in state.held.values() {
            hold.leaving.store(true, Ordering::Relaxed);
        }
    }

    /// Whether something is still done under a lease of this process.
    pub fn busy(&self) -> bool {
        self.state().held.values().any(|hold| Arc::strong_count(hold) > 1)
    }
}

fn hold(lease: &str, holder: &str, token: i64, alone: bool) -> Arc<Hold> {
    Arc::new(Hold {
        lease: lease.to_owned(),
        holder: holder.to_owned(),
        token,
        leaving: AtomicBool::new(false),
        alone,
    })
}

/// Other processes on these records, as monitoring and `minshu doctor` tell of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id: the holder of leases.
    pub id: String,
    /// Its roles.
    pub roles: String,
    /// Where it runs.
    pub machine: String,
    /// Which program it is.
    pub build: String,
    /// When it was started, UTC milliseconds.
    pub since_ms: i64,
    /// When it beat last, by its own clock, UTC milliseconds.
    pub at_ms: i64,
    /// How often it beat.
    pub beat: i64,
    /// How many leases it holds.
    pub leases: i64,
}

/// The processes that are known, those that are gone for less than a minute included.
///
/// # Errors
/// Where the database does not answer.
pub async fn processes(records: &dyn Records) -> Result<Vec<Process>, Failure> {
    let rows = records.scan(store::PROCESSES.into(), values![]).await?;
    let read = |row: &minshu_kernel::records::Row| {
        Ok(Process {
            id: row.get("id")?,
            roles: row.get("roles")?,
            machine: row.get("machine")?,
            build: row.get("build")?,
            since_ms: row.get("since_ms")?,
            at_ms: row.get("at_ms")?,
            beat: row.get("beat")?,
            leases: row.get("leases")?,
        })
    };
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_spread_over_the_parts_and_stay_in_theirs() {
        let mut counts = [0; PARTS];
        for number in 0..12_000_u64 {
            let id =
                uuid::Builder::from_unix_timestamp_millis(1_772_672_400_000 + number, &[7; 10]);
            counts[part_of(&format!("casework.case:{}", id.into_uuid()))] += 1;
        }
        assert!(counts.iter().all(|count| (700..1_400).contains(count)), "{counts:?}");
        // Kept with the cursors of flows: it may never change.
        let known = ["casework.case:0195f0c8-0000-7000-8000-000000000001", "", "sweep"];
        assert_eq!(known.map(part_of), PARTS_OF_KNOWN);
    }

    /// As reckoned with another program.
    const PARTS_OF_KNOWN: [usize; 3] = [1, 9, 5];

    #[test]
    fn roles_are_read_as_they_are_written() {
        for text in ["web", "worker", "web,worker"] {
            assert_eq!(text.parse::<Roles>().unwrap().to_string(), text);
        }
        assert!("".parse::<Roles>().is_err() && "web,,worker".parse::<Roles>().is_err());
    }
}
