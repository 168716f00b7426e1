//! Actions and queries: the one door. An action decides and returns a write set and events; the runtime adds
//! the idempotency record, the audit entry and the outbox rows and applies all or nothing.

use std::future::Future;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::BoxFuture;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::error::{Failure, FieldProblem, Kind};
use crate::event::{Aggregate, Event, EventDraft};
use crate::records::Statement;
use crate::text::Message;

/// A typed command: one file per verb. `decide` reads, checks and returns what is to be written; it
/// holds no transaction, and it may run again when a race was lost.
pub trait Action: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// `capability.verb`.
    const NAME: &'static str;
    /// What it does, for the API reference: one or two sentences.
    const DOC: &'static str;
    /// Whether the reply holds a secret (a session token) that no idempotency record may keep.
    const SECRET_REPLY: bool = false;
    /// What it answers.
    type Reply: Serialize + DeserializeOwned + JsonSchema + Send + 'static;

    /// Decides. Must call [`Ctx::authorize`] before it returns a decision.
    fn decide(
        self,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<Decision<Self::Reply>, Failure>> + Send;
}

/// A typed read.
pub trait Query: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// `capability.noun`.
    const NAME: &'static str;
    /// What it answers, for the API reference.
    const DOC: &'static str;
    /// Whether its input names people (a citizen number, a telephone): then it is asked by POST alone, since addresses
    /// are logged on their way.
    const PERSONAL: bool = false;
    /// What it answers.
    type Reply: Serialize + DeserializeOwned + JsonSchema + Send + 'static;

    /// Answers, filtered by what the caller may see ([`Ctx::authorize`] or [`Ctx::scope`]).
    fn answer(self, ctx: &Ctx) -> impl Future<Output = Result<Self::Reply, Failure>> + Send;
}

/// What an action decided.
#[derive(Debug)]
pub struct Decision<R> {
    /// The answer; none where it only refuses.
    pub reply: Option<R>,
    /// Statements, with the row counts they must touch.
    pub writes: Vec<Statement>,
    /// Facts to tell.
    pub events: Vec<EventDraft>,
    /// Work to do later.
    pub jobs: Vec<JobDraft>,
    /// A refusal that is told after the writes are applied: a failed sign-in is counted, then refused.
    pub refusal: Option<Failure>,
}

impl<R> Decision<R> {
    /// A decision that only answers.
    pub fn reply(reply: R) -> Self {
        Decision {
            reply: Some(reply),
            writes: Vec::new(),
            events: Vec::new(),
            jobs: Vec::new(),
            refusal: None,
        }
    }

    /// A decision that writes and then refuses, and has nothing to answer.
    pub fn refuse(failure: impl Into<Failure>) -> Self {
        Decision {
            reply: None,
            writes: Vec::new(),
            events: Vec::new(),
            jobs: Vec::new(),
            refusal: Some(failure.into()),
        }
    }

    /// With one more statement.
    #[must_use]
    pub fn write(mut self, statement: Statement) -> Self {
        self.writes.push(statement);
        self
    }

    /// With one more event.
    pub fn tell<E: Event>(mut self, event: &E, aggregate: Aggregate) -> Result<Self, Failure> {
        self.events.push(EventDraft::new(event, aggregate).map_err(Failure::internal)?);
        Ok(self)
    }

    /// Writes and then refuses: the caller gets the failure, not the reply.
    #[must_use]
    pub fn then_refuse(mut self, failure: impl Into<Failure>) -> Self {
        self.refusal = Some(failure.into());
        self
    }

    /// With one more job.
    #[must_use]
    pub fn later(mut self, job: JobDraft) -> Self {
        self.jobs.push(job);
        self
    }
}

/// An action that falls due. A job with the same key replaces the one before; `due: None` takes it away.
#[derive(Debug, Clone, PartialEq)]
pub struct JobDraft {
    /// Unique among jobs, such as `casework.overdue:<case>`.
    pub key: String,
    /// When; `None` cancels the job of this key.
    pub due: Option<Timestamp>,
    /// The action's name.
    pub action: &'static str,
    /// Its input.
    pub input: Json,
}

/// A decision whose reply is JSON.
pub type AnyDecision = Decision<Json>;

type DecideFn =
    dyn Fn(Json, Arc<Ctx>) -> BoxFuture<'static, Result<AnyDecision, Failure>> + Send + Sync;
type AnswerFn = dyn Fn(Json, Arc<Ctx>) -> BoxFuture<'static, Result<Json, Failure>> + Send + Sync;

/// An action as the runtime holds it.
#[derive(Clone)]
pub struct ActionEntry {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// See [`Action::SECRET_REPLY`].
    pub secret_reply: bool,
    /// JSON Schema of the input.
    pub input: Json,
    /// JSON Schema of the reply.
    pub reply: Json,
    /// Decides on a JSON input.
    pub decide: Arc<DecideFn>,
}

/// A query as the runtime holds it.
#[derive(Clone)]
pub struct QueryEntry {
    /// Its name.
    pub name: &'static str,
    /// What it answers.
    pub doc: &'static str,
    /// See [`Query::PERSONAL`].
    pub personal: bool,
    /// JSON Schema of the input.
    pub input: Json,
    /// JSON Schema of the reply.
    pub reply: Json,
    /// Answers a JSON input.
    pub answer: Arc<AnswerFn>,
}

/// The JSON Schema of a type, without its `$schema` line.
pub fn schema_of<T: JsonSchema>() -> Json {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    schema.remove("$schema");
    schema.to_value()
}

/// Reads a JSON input as a type; a mistake is told with its place.
pub fn read_input<T: DeserializeOwned>(input: Json) -> Result<T, Failure> {
    serde_path_to_error::deserialize(input).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            use serde_path_to_error::Segment as S;
            match segment {
                S::Seq { index } => pointer.push_str(&format!("/{index}")),
                S::Map { key } | S::Enum { variant: key } => {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                S::Unknown => {}
            }
        }
        let what = error.into_inner().to_string();
        let message = Message::new("kernel-unreadable").with("what", what);
        Failure {
            fields: vec![FieldProblem::new(pointer, message)],
            ..Failure::new(Kind::Invalid, "kernel.invalid")
        }
    })
}

impl ActionEntry {
    /// The entry of an action type.
    pub fn of<A: Action>() -> Self {
        ActionEntry {
            name: A::NAME,
            doc: A::DOC,
            secret_reply: A::SECRET_REPLY,
            input: schema_of::<A>(),
            reply: schema_of::<A::Reply>(),
            decide: Arc::new(|input, ctx| {
                Box::pin(async move {
                    let action: A = read_input(input)?;
                    let decision = action.decide(&ctx).await?;
                    let reply = serde_json::to_value(&decision.reply).map_err(Failure::internal)?;
                    Ok(Decision {
                        reply: Some(reply),
                        writes: decision.writes,
                        events: decision.events,
                        jobs: decision.jobs,
                        refusal: decision.refusal,
                    })
                })
            }),
        }
    }
}

impl QueryEntry {
    /// The entry of a query type.
    pub fn of<Q: Query>() -> Self {
        QueryEntry {
            name: Q::NAME,
            doc: Q::DOC,
            personal: Q::PERSONAL,
            input: schema_of::<Q>(),
            reply: schema_of::<Q::Reply>(),
            answer: Arc::new(|input, ctx| {
                Box::pin(async move {
                    let query: Q = read_input(input)?;
                    let reply = query.answer(&ctx).await?;
                    serde_json::to_value(&reply).map_err(Failure::internal)
                })
            }),
        }
    }
}
