//! The context: everything that an action, a query or a page may use. Time, ids, randomness and the seams come
//! from here and from nowhere else.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value as Json;

use crate::BoxFuture;
use crate::access::{Access, Instead, Principal, Resource, Scope};
use crate::action::{Action, Query};
use crate::calendar::Calendar;
use crate::carrier::Carriers;
use crate::clock::{Clock, Timestamp};
use crate::courier::Courier;
use crate::division::Divisions;
use crate::emergency::EmergencyKind;
use crate::error::{Failure, Kind};
use crate::event::EventEntry;
use crate::holdings::Holding;
use crate::ids::{EventId, IdSource, OpeningId, RequestId};
use crate::lookup::LOOKUPS_MAX;
use crate::objects::{ObjectAddress, Objects, Stored};
use crate::outgoing::Outgoing;
use crate::outside::Outside;
use crate::pack::PackSet;
use crate::personal::{Personal, Sealer, Subject};
use crate::records::{Records, Row, Statement, Value};
use crate::retention::RecordType;
use crate::text::{Lang, LocalText, Speaker, Texts};

/// Randomness from the operating system; a test's may be seeded.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Numbers from blocks that the process leases: unique and rising, gaps allowed.
pub trait Numbers: Send + Sync {
    /// The next number of a series, beginning with 1.
    fn next<'a>(&'a self, series: &'a str) -> BoxFuture<'a, Result<i64, Failure>>;
}

/// A call through the one door.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who calls.
    pub who: Arc<Principal>,
    /// The action or query.
    pub operation: String,
    /// Its input.
    pub input: Json,
    /// The idempotency key: the same principal, action and key do it once.
    pub key: Option<String>,
    /// The event that caused it.
    pub cause: Option<EventId>,
    /// The request that it belongs to.
    pub request: RequestId,
    /// The caller's language.
    pub lang: Lang,
    /// The address that the request came from, where it came over the network: for limits alone, never kept in clear.
    pub peer: Option<IpAddr>,
}

/// The one door through which pages, flows, jobs and the command line go.
pub trait Door: Send + Sync {
    /// Does an action.
    fn act<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Json, Failure>>;
    /// Asks a query.
    fn ask<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Json, Failure>>;
}

/// Uploads that were stored and belong to nothing yet. An action that takes an object's address must find
/// it here: nobody can attach what somebody else sent.
pub trait StagedUploads: Send + Sync {
    /// An upload of this principal within the last day.
    fn find<'a>(
        &'a self,
        who: &'a Principal,
        address: &'a ObjectAddress,
    ) -> BoxFuture<'a, Result<Option<Stored>, Failure>>;

    /// Stores a document that the house itself made on behalf of this principal, as if they had sent it: durable when this
    /// answers, and nothing's until it is given to whom it is about.
    fn keep<'a>(
        &'a self,
        who: &'a Principal,
        content: bytes::Bytes,
        kind: &'a str,
    ) -> BoxFuture<'a, Result<Stored, Failure>>;

    /// The statements that give an upload to whom it is about from now on: its key is wrapped for that subject, and
    /// whoever sent it holds it no longer, unless it was given to them as well.
    fn give<'a>(
        &'a self,
        address: &'a ObjectAddress,
        to: Subject,
    ) -> BoxFuture<'a, Result<Vec<Statement>, Failure>>;
}

/// The packs in force, exchanged whole.
pub trait PacksInForce: Send + Sync {
    /// The set in force now.
    fn current(&self) -> Arc<PackSet>;
}

/// The calendar in force, exchanged whole when it is edited.
pub trait CalendarInForce: Send + Sync {
    /// The calendar in force now.
    fn current(&self) -> Arc<Calendar>;
}

/// Answers the lookups of operations: queries of whichever capability has them.
pub trait Questions: Send + Sync {
    /// Asks for whoever acts in the context, within a bounded time, and notes it there for the audit.
    fn ask<'a>(
        &'a self,
        ctx: &'a Ctx,
        query: &'static str,
        input: Json,
        purpose: &'a LocalText,
    ) -> BoxFuture<'a, Result<Json, Failure>>;
}

/// A lookup that was asked, as the audit holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// The query.
    pub query: &'static str,
    /// Its input.
    pub input: Json,
    /// What the answer was needed for.
    pub purpose: String,
    /// The resource that the query asked access for: kind and id.
    pub resource: Option<(&'static str, String)>,
    /// The code of the failure, where there is no answer.
    pub failed: Option<&'static str>,
}

/// What the hash of a password costs whoever guesses: Argon2id (RFC 9106) in one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl PasswordCost {
    /// 19 MiB and two passes: the first choice of the OWASP Password Storage Cheat Sheet.
    pub const RECOMMENDED: PasswordCost = PasswordCost { memory_kib: 19_456, passes: 2 };
    /// The least that the algorithm takes: for tests of other things, never for people.
    pub const LEAST: PasswordCost = PasswordCost { memory_kib: 8, passes: 1 };
}

/// The services of the house.
#[derive(Clone)]
pub struct Services {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What the hash of a password costs.
    pub password_cost: PasswordCost,
    /// The records seam.
    pub records: Arc<dyn Records>,
    /// The objects seam.
    pub objects: Arc<dyn Objects>,
    /// Uploads that belong to nothing yet.
    pub uploads: Arc<dyn StagedUploads>,
    /// Outgoing HTTP.
    pub outgoing: Arc<dyn Outgoing>,
    /// Sign-in by providers outside the house.
    pub outside: Arc<dyn Outside>,
    /// Texts to telephones and mailboxes.
    pub courier: Arc<dyn Courier>,
    /// The channels that carry such texts out of the house.
    pub carriers: Arc<dyn Carriers>,
    /// What may be opened in an emergency.
    pub emergencies: Arc<[EmergencyKind]>,
    /// Every type of event that the house tells.
    pub events: Arc<[EventEntry]>,
    /// What capabilities hold about people.
    pub holdings: Arc<[Holding]>,
    /// Types of records that are kept for a time and then go.
    pub record_types: Arc<[RecordType]>,
    /// Encryption of personal data.
    pub personal: Arc<dyn Personal>,
    /// Access decisions.
    pub access: Arc<dyn Access>,
    /// Answers of other capabilities.
    pub questions: Arc<dyn Questions>,
    /// Leased numbers.
    pub numbers: Arc<dyn Numbers>,
    /// Packs in force.
    pub packs: Arc<dyn PacksInForce>,
    /// The working-day calendar.
    pub calendar: Arc<dyn CalendarInForce>,
    /// The division tree.
    pub divisions: Arc<Divisions>,
    /// Texts of pages.
    pub texts: Arc<Texts>,
}

/// On what somebody acted beside what is held in the own name: the audit entry says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Openings without which it would have been refused.
    pub openings: Vec<OpeningId>,
    /// The holder of the post, where it would have been refused without being the substitute.
    pub instead_of: Option<Instead>,
}

/// The context of one operation.
pub struct Ctx {
    /// The services of the house.
    pub services: Services,
    /// Who acts.
    pub who: Arc<Principal>,
    /// The operation's name.
    pub operation: &'static str,
    /// One instant for the whole operation.
    pub now: Timestamp,
    /// The request that it belongs to.
    pub request: RequestId,
    /// The event that caused it, in a flow.
    pub cause: Option<EventId>,
    /// The caller's language.
    pub lang: Lang,
    /// The address that the request came from, where it came over the network: for limits alone, never kept in clear.
    pub peer: Option<IpAddr>,
    authorized: AtomicBool,
    touched: std::sync::Mutex<Option<(&'static str, String)>>,
    grounds: std::sync::Mutex<Grounds>,
    lookups_left: AtomicUsize,
    looked: std::sync::Mutex<Vec<Looked>>,
}

impl Ctx {
    /// Made by the runtime for each operation.
    pub fn new(services: Services, call: &Call, operation: &'static str) -> Self {
        let now = services.clock.now();
        Ctx {
            services,
            who: call.who.clone(),
            operation,
            now,
            request: call.request,
            cause: call.cause,
            lang: call.lang,
            peer: call.peer,
            authorized: AtomicBool::new(false),
            touched: std::sync::Mutex::new(None),
            grounds: std::sync::Mutex::default(),
            lookups_left: AtomicUsize::new(LOOKUPS_MAX),
            looked: std::sync::Mutex::new(Vec::new()),
        }
    }

    /// The context of a query that answers a lookup: it has no lookups of its own, so that none waits for another.
    #[must_use]
    pub fn without_lookups(self) -> Self {
        self.lookups_left.store(0, Ordering::Relaxed);
        self
    }

    /// Asks a query of another capability, as whoever acts here. It is audited with its purpose; an operation has
    /// [`LOOKUPS_MAX`] of them, each as long as [`LOOKUP_MS`](crate::lookup::LOOKUP_MS) at most.
    pub async fn lookup(
        &self,
        query: &'static str,
        input: Json,
        purpose: &LocalText,
    ) -> Result<Json, Failure> {
        let one_less = |left: usize| left.checked_sub(1);
        if self.lookups_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_err() {
            let what = format!("{} looks {query} up, which is one too many", self.operation);
            return Err(Failure::internal(what));
        }
        self.services.questions.ask(self, query, input, purpose).await
    }

    /// Notes a lookup for the audit.
    pub fn note(&self, looked: Looked) {
        if let Ok(mut all) = self.looked.lock() {
            all.push(looked);
        }
    }

    /// The lookups that were noted since this was last asked.
    pub fn take_looked(&self) -> Vec<Looked> {
        self.looked.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default()
    }

    /// Refuses unless the principal may do this operation on the resource. The first resource that
    /// is asked for is the one that the audit entry names.
    pub fn authorize(&self, resource: &Resource) -> Result<(), Failure> {
        self.authorized.store(true, Ordering::Relaxed);
        if let Ok(mut touched) = self.touched.lock() {
            touched.get_or_insert_with(|| (resource.kind, resource.id.clone()));
        }
        self.services.access.authorize(&self.who, self.operation, resource, self.now).map_err(
            |refusal| {
                let kind = if self.who.known() { Kind::Refused } else { Kind::Unauthenticated };
                let code = if self.who.known() { "kernel.refused" } else { "kernel.sign_in" };
                Failure { rule: Some(refusal.rule), ..Failure::new(kind, code) }
            },
        )?;
        self.note_grounds(resource);
        Ok(())
    }

    /// Notes what it was permitted by, where that is not what the principal holds in the own name.
    fn note_grounds(&self, resource: &Resource) {
        let opening = self.who.opening_of(resource, self.now);
        let substitutes = self.who.grants.iter().any(|grant| grant.instead_of.is_some());
        if opening.is_none() && !substitutes {
            return;
        }
        let without = |openings: bool, substitutes: bool| {
            let mut who = (*self.who).clone();
            if openings {
                who.openings.clear();
            }
            if substitutes {
                who.grants.retain(|grant| grant.instead_of.is_none());
            }
            let access = &self.services.access;
            access.authorize(&who, self.operation, resource, self.now).is_ok()
        };
        let Ok(mut grounds) = self.grounds.lock() else { return };
        if let Some(opening) = opening
            && !without(true, false)
            && !grounds.openings.contains(&opening.id)
        {
            grounds.openings.push(opening.id);
        }
        if substitutes && grounds.instead_of.is_none() && !without(false, true) {
            grounds.instead_of = self.acting_for(resource);
        }
    }

    /// For whom the principal may do this as a substitute.
    fn acting_for(&self, resource: &Resource) -> Option<Instead> {
        self.who.grants.iter().find_map(|grant| {
            let instead_of = grant.instead_of.as_ref()?;
            let mut who = (*self.who).clone();
            who.grants.retain(|other| other.instead_of.is_none() || other == grant);
            let access = &self.services.access;
            access.authorize(&who, self.operation, resource, self.now).ok()?;
            Some(instead_of.clone())
        })
    }

    /// On what the principal acted until now, beside what is held in the own name.
    pub fn grounds(&self) -> Grounds {
        self.grounds.lock().map(|grounds| grounds.clone()).unwrap_or_default()
    }

    /// Who did something and for whom, for the audit chain.
    pub fn signature(&self) -> String {
        match self.grounds().instead_of {
            Some(holder) => format!("{} for account:{}", self.who.signature(), holder.account),
            None => self.who.signature(),
        }
    }

    /// Whether the principal might do another operation on the resource: for pages that show buttons.
    pub fn may(&self, operation: &str, resource: &Resource) -> bool {
        self.services.access.authorize(&self.who, operation, resource, self.now).is_ok()
    }

    /// What lists of this operation may show.
    pub fn scope(&self) -> Scope {
        self.authorized.store(true, Ordering::Relaxed);
        let scope = self.services.access.scope(&self.who, self.operation, self.now);
        if let Ok(mut grounds) = self.grounds.lock() {
            let alone = scope.terms.iter().filter_map(|term| term.only.as_ref());
            for (kind, id) in alone {
                let opening =
                    self.who.open(self.now).find(|o| o.kind == *kind && o.resource == *id);
                if let Some(opening) = opening
                    && !grounds.openings.contains(&opening.id)
                {
                    grounds.openings.push(opening.id);
                }
            }
        }
        scope
    }

    /// Whether `authorize` or `scope` was called: a decision without is a defect.
    pub fn was_authorized(&self) -> bool {
        self.authorized.load(Ordering::Relaxed)
    }

    /// The resource that was asked for first: kind and id.
    pub fn touched(&self) -> Option<(&'static str, String)> {
        self.touched.lock().ok().and_then(|touched| touched.clone())
    }

    /// A capability's compiled section of the packs in force.
    pub fn section<T: Any + Send + Sync>(&self, capability: &'static str) -> Arc<T> {
        self.services.packs.current().section(capability)
    }

    /// A short read by key.
    pub async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, Failure> {
        Ok(self.services.records.point(sql.into(), values).await?)
    }

    /// A short read of at most one row.
    pub async fn row(&self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>, Failure> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// What seals the values of a subject. Its key is made with the first value; an erased subject has none any more.
    pub async fn sealer(&self, subject: Subject) -> Result<Sealer, Failure> {
        Sealer::of(self.services.personal.clone(), subject).await
    }

    /// Texts in the caller's language.
    pub fn speaker(&self) -> Speaker {
        Speaker::new(self.services.texts.clone(), self.lang)
    }
}

/// Typed calls through the door, for pages.
pub async fn act<A: Action>(door: &dyn Door, call: Call, action: &A) -> Result<A::Reply, Failure> {
    let input = serde_json::to_value(action).map_err(Failure::internal)?;
    let reply = door.act(Call { operation: A::NAME.to_owned(), input, ..call }).await?;
    serde_json::from_value(reply).map_err(Failure::internal)
}

/// Typed questions through the door, for pages.
pub async fn ask<Q: Query>(door: &dyn Door, call: Call, query: &Q) -> Result<Q::Reply, Failure> {
    let input = serde_json::to_value(query).map_err(Failure::internal)?;
    let reply = door.ask(Call { operation: Q::NAME.to_owned(), input, ..call }).await?;
    serde_json::from_value(reply).map_err(Failure::internal)
}
