//! What a capability gives to the house: one value of [`Contract`], filled in one place.
//! The server's list of capabilities is the only other line that knows it.

use std::any::Any;
use std::sync::Arc;

use schemars::JsonSchema;
use serde_json::Value as Json;

use crate::BoxFuture;
use crate::access::{Authenticator, PermissionSet, PlatformRole};
use crate::action::{Action, ActionEntry, Query, QueryEntry, schema_of};
use crate::clock::Timestamp;
use crate::courier::Courier;
use crate::ctx::{Ctx, Door, Services};
use crate::division::DivisionCode;
use crate::emergency::EmergencyKind;
use crate::error::Failure;
use crate::event::{Event, EventEntry};
use crate::pack::Compile;
use crate::pins::Pins;
use crate::text::{LocalText, TextSource};
use crate::web::{Markup, Route, Visit};

/// A capability of the house.
pub trait Capability: Send + Sync + 'static {
    /// Its name: the first part of its actions, queries, events and sections.
    fn name(&self) -> &'static str;

    /// Says everything that it offers.
    fn describe(&self, contract: &mut Contract);

    /// Compiles its sections of the packs; mistakes are reported to `compile`.
    fn compile(&self, compile: &Compile<'_>) -> Arc<dyn Any + Send + Sync> {
        let _ = compile;
        Arc::new(())
    }

    /// The kind of declaration that its records are pinned to, where there is one.
    fn pins(&self) -> Option<Arc<dyn Pins>> {
        None
    }

    /// Takes texts to telephones and mailboxes for delivery, where the capability can.
    fn courier(&self) -> Option<Arc<dyn Courier>> {
        None
    }

    /// Proves who sends requests, where the capability can.
    fn authenticator(&self, services: &Services) -> Option<Arc<dyn Authenticator>> {
        let _ = services;
        None
    }
}

/// A type of problem that people and programs may meet: `urn:minshu:problem:<code>`.
#[derive(Debug, Clone, Copy)]
pub struct ProblemType {
    /// `capability.code`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
}

/// A kind of declaration in packs: `[[capability.kind]]`.
#[derive(Debug, Clone)]
pub struct SectionEntry {
    /// Such as `casework.item`.
    pub kind: &'static str,
    /// The JSON Schema of one declaration, from its struct.
    pub schema: Json,
}

/// A migration: `V1__open_cases` and its text.
pub type Migration = (&'static str, &'static str);

/// The period and place of a measure.
#[derive(Debug, Clone)]
pub struct MeasureAsk {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to but not with this one.
    pub until: Timestamp,
    /// Within this division.
    pub division: Option<DivisionCode>,
    /// Of this pack alone.
    pub pack: Option<String>,
}

/// A figure; `None` where nothing was measured, which is not nought.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The value in the measure's unit.
    pub value: Option<f64>,
    /// How many records it comes from.
    pub records: i64,
}

/// A read in a context.
pub type CtxFn<I, O> = dyn Fn(Arc<Ctx>, I) -> BoxFuture<'static, Result<O, Failure>> + Send + Sync;
/// A read for a page.
pub type VisitFn<I, O> =
    dyn Fn(Arc<Visit>, I) -> BoxFuture<'static, Result<O, Failure>> + Send + Sync;

/// A number about how things stand now, for whoever runs the installation: a metric `minshu_<name>`. It names nobody.
#[derive(Debug, Clone, Copy)]
pub struct GaugeEntry {
    /// `capability_figure`, in the letters of metrics.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// Answers one row with `n`; `$1` is now. It must come from an index.
    pub sql: &'static str,
}

/// A named figure that a capability publishes about its own records.
#[derive(Clone)]
pub struct MeasureEntry {
    /// `capability.figure`.
    pub name: &'static str,
    /// Its title: Chinese, English.
    pub title: (&'static str, &'static str),
    /// Its unit: Chinese, English.
    pub unit: (&'static str, &'static str),
    /// Measures.
    pub read: Arc<CtxFn<MeasureAsk, Measured>>,
}

/// A piece that the capability can show on a system's page.
#[derive(Clone)]
pub struct PanelEntry {
    /// `capability.piece`.
    pub name: &'static str,
    /// Renders it for a pack; `None` where there is nothing to show.
    pub render: Arc<VisitFn<String, Option<Markup>>>,
}

/// Something of one's own: a case, a licence, a message.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MineEntry {
    /// What it is.
    pub title: String,
    /// Its number and for whom, where several look alike; may be empty.
    pub about: String,
    /// Its state in words.
    pub state: String,
    /// `quiet`, `wait`, `act`, `good`, `bad`: how it is shown.
    pub tone: &'static str,
    /// Where it is seen.
    pub href: String,
    /// When it changed last.
    pub at: Timestamp,
}

/// A piece of an officer's work.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TaskEntry {
    /// What is to be done.
    pub title: String,
    /// For whom or about what.
    pub about: String,
    /// Where it is done.
    pub href: String,
    /// Until when.
    pub due: Option<Timestamp>,
    /// `none`, `yellow`, `red`.
    pub flag: &'static str,
}

/// A public document that search may hold.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DocumentEntry {
    /// `kind:id`.
    pub id: String,
    /// Its title.
    pub title: LocalText,
    /// Its text.
    pub text: LocalText,
    /// Where it is seen.
    pub href: String,
    /// When it changed last.
    pub at: Timestamp,
}

/// Rows that are of no use any more after some time: housekeeping takes them away, the oldest first, a bounded number
/// at a time. The table's key is `id`, and an index begins with `by`.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// The table.
    pub table: &'static str,
    /// The column of milliseconds from which the time counts.
    pub by: &'static str,
    /// A condition that rows must meet besides; empty where there is none.
    pub only: &'static str,
    /// How long rows are kept, in milliseconds.
    pub keep_ms: i64,
}

impl Sweep {
    /// The ids of rows from before `$1`, at most `$2`.
    pub fn select(&self) -> String {
        let Sweep { table, by, only, .. } = self;
        let and = if only.is_empty() { "" } else { " AND " };
        format!("SELECT id FROM {table} WHERE {by} < $1{and}{only} ORDER BY {by}, id LIMIT $2")
    }

    /// Takes those rows away.
    pub fn delete(&self) -> String {
        format!("DELETE FROM {} WHERE id IN ({})", self.table, self.select())
    }
}

/// A line of the navigation, shown to those who may do its operation.
#[derive(Debug, Clone)]
pub struct NavigationEntry {
    /// The text's key.
    pub key: &'static str,
    /// The address.
    pub href: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// The operation that one must be able to do on something.
    pub operation: &'static str,
    /// Where in the order.
    pub order: u8,
}

/// How much waits behind a line of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// How many; none shows no number.
    pub count: u32,
    /// Whether there are more than were counted.
    pub more: bool,
}

/// A number beside a line of the navigation. It is read with every page of whoever may do the operation, so it
/// must come from an index.
#[derive(Clone)]
pub struct BadgeEntry {
    /// The address of the line.
    pub href: &'static str,
    /// The query whose scope it counts in.
    pub operation: &'static str,
    /// What the number means, for people who hear the page: a text with `n`.
    pub key: &'static str,
    /// Counts.
    pub read: Arc<CtxFn<(), Waiting>>,
}

/// Work that goes on beside requests, in rounds: what waits outside the house (a mail server, a gateway) must not hold
/// up jobs and flows. Every change that it makes goes through the door.
#[derive(Clone)]
pub struct WorkerEntry {
    /// `capability.work`.
    pub name: &'static str,
    /// Does a round; answers whether there was anything to do.
    pub round: Arc<CtxFn<Arc<dyn Door>, bool>>,
}

/// Something that an operator should look at, which only the capability knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it concerns, such as `channels`.
    pub what: &'static str,
    /// What is wrong: no personal data.
    pub says: String,
    /// What to do.
    pub cure: &'static str,
}

/// Looks for trouble in the records at a moment: shown by `/ready` and `minshu doctor`. It must be cheap.
pub type Watch = for<'a> fn(
    &'a dyn crate::records::Records,
    Timestamp,
) -> crate::BoxFuture<'a, Result<Vec<Trouble>, crate::error::Failure>>;

/// Rows that should not be there: references that lead nowhere, scopes that contradict themselves. `minshu integrity` asks.
#[derive(Debug, Clone, Copy)]
pub struct IntegrityEntry {
    /// What such a row is, as `a step without its case`.
    pub what: &'static str,
    /// Answers the `id` of each, a hundred at most.
    pub sql: &'static str,
}

/// Everything that a capability offers.
#[derive(Default)]
pub struct Contract {
    /// Commands.
    pub actions: Vec<ActionEntry>,
    /// Reads.
    pub queries: Vec<QueryEntry>,
    /// Facts.
    pub events: Vec<EventEntry>,
    /// What roles may grant.
    pub permission_sets: Vec<PermissionSet>,
    /// Roles without a pack.
    pub platform_roles: Vec<PlatformRole>,
    /// What may be opened in an emergency.
    pub emergencies: Vec<EmergencyKind>,
    /// Failures by type.
    pub problem_types: Vec<ProblemType>,
    /// Kinds of declarations.
    pub sections: Vec<SectionEntry>,
    /// The schema's history.
    pub migrations: Vec<Migration>,
    /// Every fixed SQL statement, by name.
    pub statements: Vec<(&'static str, String)>,
    /// Pages.
    pub routes: Vec<Route>,
    /// Texts of pages.
    pub texts: Vec<TextSource>,
    /// Numbers for whoever runs the installation.
    pub gauges: Vec<GaugeEntry>,
    /// Figures.
    pub measures: Vec<MeasureEntry>,
    /// Pieces of system pages.
    pub panels: Vec<PanelEntry>,
    /// Pieces about a thing (`kind:id`) that the page of whoever handles it shows beside its own.
    pub asides: Vec<PanelEntry>,
    /// A citizen's own things.
    pub mine: Vec<Arc<VisitFn<(), Vec<MineEntry>>>>,
    /// An officer's work.
    pub tasks: Vec<Arc<VisitFn<(), Vec<TaskEntry>>>>,
    /// Public documents changed since.
    pub documents: Vec<Arc<CtxFn<Timestamp, Vec<DocumentEntry>>>>,
    /// Lines of the navigation.
    pub navigation: Vec<NavigationEntry>,
    /// Actions that follow a change of the working-day calendar, each with a
    /// [`CalendarChange`](crate::calendar::CalendarChange): the change and the jobs for them are one write.
    pub calendar_followers: Vec<&'static str>,
    /// What housekeeping takes away.
    pub sweeps: Vec<Sweep>,
    /// Statements that answer a row where an object (`$1`, its address) is still of use. An object that no statement
    /// knows is deleted a day after it came: who takes uploads says here where it keeps their addresses.
    pub object_uses: Vec<&'static str>,
    /// Numbers beside those lines.
    pub badges: Vec<BadgeEntry>,
    /// Work that goes on beside requests.
    pub workers: Vec<WorkerEntry>,
    /// What it holds about people.
    pub holdings: Vec<crate::holdings::Holding>,
    /// Types of its records that are kept for a time and then go.
    pub record_types: Vec<crate::retention::RecordType>,
    /// What operators should look at.
    pub watches: Vec<Watch>,
    /// What must not be in the records.
    pub integrity: Vec<IntegrityEntry>,
    /// The action that is told what receivers of texts report: its input is `{id, delivered, reason}`.
    pub reports_to: Option<&'static str>,
}

impl Contract {
    /// Adds an action.
    pub fn action<A: Action>(&mut self) -> &mut Self {
        self.actions.push(ActionEntry::of::<A>());
        self
    }

    /// Adds a query.
    pub fn query<Q: Query>(&mut self) -> &mut Self {
        self.queries.push(QueryEntry::of::<Q>());
        self
    }

    /// Adds an action that follows a change of the calendar.
    pub fn after_calendar<A: Action>(&mut self) -> &mut Self {
        self.calendar_followers.push(A::NAME);
        self.action::<A>()
    }

    /// Adds an event type.
    pub fn event<E: Event>(&mut self) -> &mut Self {
        self.events.push(EventEntry::of::<E>());
        self
    }

    /// Adds a kind of declaration.
    pub fn section<T: JsonSchema>(&mut self, kind: &'static str) -> &mut Self {
        self.sections.push(SectionEntry { kind, schema: schema_of::<T>() });
        self
    }

    /// Adds fixed statements.
    pub fn sql(&mut self, statements: &[(&'static str, &'static str)]) -> &mut Self {
        self.statements.extend(statements.iter().map(|(n, s)| (*n, (*s).to_owned())));
        self
    }
}
