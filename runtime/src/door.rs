//! The one door: every action and query goes through here, whoever sends it. Checks access, runs `decide`, adds
//! the idempotency record, the audit entry and the outbox rows, and applies all or nothing.

use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::BoxFuture;
use minshu_kernel::access::{Principal, Refusal};
use minshu_kernel::action::{Action as _, ActionEntry, AnyDecision, JobDraft, QueryEntry};
use minshu_kernel::calendar::CalendarChange;
use minshu_kernel::ctx::{Call, Ctx, Door};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::RequestId;
use minshu_kernel::objects::ObjectsError;
use minshu_kernel::personal::{Place, Sealer, Subject};
use minshu_kernel::records::{RecordsError, Statement, WriteSet};
use minshu_kernel::values;
use serde_json::Value as Json;
use tracing::field::Empty;
use tracing::{Instrument as _, info_span};

use crate::audit::entry::{Entry, events_hash};
use crate::disposal;
use crate::house::House;
use crate::housekeeping;
use crate::observe::Stopwatch;
use crate::person_keys::PersonKeys;
use crate::platform::actions::declare_day::{DeclareDay, Declared};
use crate::platform::actions::dispose::Dispose;
use crate::platform::actions::sweep::Sweep;
use crate::store;
use crate::trace::TARGET;

/// How often a lost race is decided again before the caller is told.
const ATTEMPTS: u32 = 3;

/// The idempotency of a call: the record's id and the hash of the body.
struct Once {
    id: String,
    body_hash: String,
}

impl Door for House {
    fn act<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Json, Failure>> {
        Box::pin(async move {
            let begun = Stopwatch::start();
            let name = self.actions.get(call.operation.as_str()).map(|entry| entry.name);
            let span = info_span!(target: TARGET, "action", operation = name.unwrap_or("none"), problem = Empty);
            let result = self.packs.steady(self.do_action(call)).instrument(span.clone()).await;
            result.as_ref().err().map(|failure| span.record("problem", failure.code));
            self.metrics.operation(name, &result, begun);
            result
        })
    }

    fn ask<'a>(&'a self, call: Call) -> BoxFuture<'a, Result<Json, Failure>> {
        Box::pin(async move {
            let begun = Stopwatch::start();
            let name = self.queries.get(call.operation.as_str()).map(|entry| entry.name);
            let span = info_span!(target: TARGET, "query", operation = name.unwrap_or("none"), problem = Empty);
            let result = self.packs.steady(self.do_query(call)).instrument(span.clone()).await;
            result.as_ref().err().map(|failure| span.record("problem", failure.code));
            self.metrics.operation(name, &result, begun);
            result
        })
    }
}

impl House {
    /// Whether somebody may know this rule: whoever may read the audit chain knows all, and an application the one that
    /// says what it was granted, since its makers mend what it asks for.
    pub fn may_know_rule(&self, who: &Principal, rule: &str) -> bool {
        let of_scopes = who.application.is_some() && rule.contains(crate::access::OUTSIDE_SCOPES);
        of_scopes || self.may_know_rules(who)
    }

    /// Whether somebody may know every rule that refused: the audit chain tells it to whoever may read that.
    pub fn may_know_rules(&self, who: &Principal) -> bool {
        self.services
            .access
            .possible(who, "platform.audit_entries", self.services.clock.now())
            .is_ok()
    }

    async fn do_action(&self, call: Call) -> Result<Json, Failure> {
        let entry = self.actions.get(call.operation.as_str());
        let entry = entry.ok_or_else(|| Failure::new(Kind::Missing, "kernel.no_operation"))?;
        let body = call.input.to_string();
        let input_hash = self.services.personal.keyed_hash("input", body.as_bytes());
        let now = self.services.clock.now();
        if let Err(refusal) = self.services.access.possible(&call.who, entry.name, now) {
            self.audit_refusal(&call, entry.name, &refusal, None, &input_hash).await?;
            return Err(refused(&call.who, refusal));
        }
        let once = call.key.as_deref().filter(|_| !entry.secret_reply).map(|key| {
            let owner = format!("{}\n{}\n{key}", call.who.signature(), entry.name);
            Once {
                id: self.services.personal.keyed_hash("idempotency", owner.as_bytes()),
                body_hash: input_hash.clone(),
            }
        });
        if let Some(once) = &once
            && let Some(reply) = self.kept_reply(once).await?
        {
            return Ok(reply);
        }
        for attempt in 1..=ATTEMPTS {
            let ctx = Arc::new(Ctx::new(self.services.clone(), &call, entry.name));
            let decision = match (entry.decide)(call.input.clone(), ctx.clone()).await {
                Ok(decision) => decision,
                Err(failure) => {
                    // The same call may have been done meanwhile, and what it was about is gone: a repeated submit.
                    if let Some(once) = &once
                        && let Some(reply) = self.kept_reply(once).await?
                    {
                        return Ok(reply);
                    }
                    self.audit_ruled_out(&call, entry.name, &ctx, &failure, &input_hash).await?;
                    self.audit_lookups(&ctx).await?;
                    return Err(failure);
                }
            };
            if !ctx.was_authorized() {
                let what = format!("{} decided without asking for access", entry.name);
                return Err(Failure::internal(what));
            }
            let decision = match entry.name {
                DeclareDay::NAME => self.with_calendar_jobs(&ctx, decision)?,
                Sweep::NAME => housekeeping::sweep(self, ctx.now, decision).await?,
                Dispose::NAME => disposal::carry::step(self, &ctx, &call.input, decision).await?,
                _ => decision,
            };
            let reply = decision.reply.clone().unwrap_or_default();
            let kept = match &once {
                // A kept reply is whose it was told to.
                Some(once) => Some((once, self.sealer_of(&call.who).await?)),
                None => None,
            };
            let made = info_span!(target: TARGET, "write set")
                .in_scope(|| self.write_set(entry, &ctx, decision, kept, &input_hash));
            let (set, refusal, ids) = made?;
            self.traces.note(ids.iter().map(String::as_str));
            let destroys = PersonKeys::destroys(&set);
            let touched = self.authenticator.as_ref().map(|known| known.touches(&set));
            let commit = info_span!(target: TARGET, "commit", statements = set.statements.len());
            match self.services.records.apply(set).instrument(commit).await {
                Ok(()) => {
                    self.wake.notify_one();
                    self.person_keys.forget_destroyed(destroys);
                    if let Some(touched) = &touched {
                        self.sessions.forget_touched(touched);
                    }
                    if entry.name == DeclareDay::NAME
                        && let Err(failure) = self.calendar.refresh(&*self.services.records).await
                    {
                        tracing::warn!(%failure, "the calendar is read again in a moment");
                    }
                    return refusal.map_or(Ok(reply), Err);
                }
                Err(RecordsError::Lost { .. } | RecordsError::Unique(_)) if attempt < ATTEMPTS => {
                    // The same call may have been answered meanwhile.
                    if let Some(once) = &once
                        && let Some(reply) = self.kept_reply(once).await?
                    {
                        return Ok(reply);
                    }
                    tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 3)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::new(Kind::Conflict, "kernel.lost_race"))
    }

    async fn do_query(&self, call: Call) -> Result<Json, Failure> {
        let entry = self.queries.get(call.operation.as_str());
        let entry = entry.ok_or_else(|| Failure::new(Kind::Missing, "kernel.no_operation"))?;
        // Who could not ask at all is refused without an entry.
        let now = self.services.clock.now();
        let possible = self.services.access.possible(&call.who, entry.name, now);
        possible.map_err(|refusal| refused(&call.who, refusal))?;
        let ctx = Arc::new(Ctx::new(self.services.clone(), &call, entry.name));
        let answered = answer(entry, call.input.clone(), ctx.clone()).await;
        if answered.is_ok() && !ctx.grounds().openings.is_empty() {
            self.audit_opened(&call, &ctx).await?;
        }
        if let Err(failure) = &answered {
            let body = call.input.to_string();
            let input_hash = self.services.personal.keyed_hash("input", body.as_bytes());
            self.audit_ruled_out(&call, entry.name, &ctx, failure, &input_hash).await?;
        }
        self.audit_lookups(&ctx).await?;
        answered
    }

    /// The kept reply of the same call, if it was done before. The same key with another body is refused.
    async fn kept_reply(&self, once: &Once) -> Result<Option<Json>, Failure> {
        let rows = self.services.records.point(store::FIND_REPLY.into(), values![&once.id]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        if row.get::<String>("body_hash")? != once.body_hash {
            return Err(Failure::new(Kind::Conflict, "kernel.key_reused"));
        }
        let sealed: Vec<u8> = row.get("reply")?;
        let reply = self.services.personal.open(reply_place(&once.id), &sealed)?;
        serde_json::from_slice(&reply).map(Some).map_err(Failure::internal)
    }

    /// Seals what is kept for whoever calls.
    async fn sealer_of(&self, who: &Principal) -> Result<Sealer, Failure> {
        let subject = Subject::owning(who.account(), who.person, None);
        Sealer::of(self.services.personal.clone(), subject).await
    }

    /// The decision's statements with the idempotency record, the audit entry, the outbox rows and the jobs.
    fn write_set(
        &self,
        entry: &ActionEntry,
        ctx: &Ctx,
        decision: AnyDecision,
        kept: Option<(&Once, Sealer)>,
        input_hash: &str,
    ) -> Result<(WriteSet, Option<Failure>, Vec<String>), Failure> {
        let ids = &self.services.ids;
        let audit_id = ids.next().to_string();
        let cause = ctx.cause.map(|c| c.to_string()).unwrap_or_default();
        let mut statements = decision.writes;
        let mut event_fields = Vec::with_capacity(decision.events.len());
        for event in &decision.events {
            let fields = [
                ids.next().to_string(),
                event.kind.to_owned(),
                event.type_version.to_string(),
                event.aggregate.kind.to_owned(),
                event.aggregate.id.clone(),
                event.aggregate.version.to_string(),
                event.data.to_string(),
            ];
            statements.push(Statement::one(
                store::INSERT_EVENT,
                values![
                    &fields[0],
                    ctx.now.0,
                    event.kind,
                    event.type_version,
                    event.aggregate.kind,
                    &event.aggregate.id,
                    event.aggregate.version,
                    &fields[6],
                    &audit_id,
                    &cause
                ],
            ));
            event_fields.push(fields);
        }
        statements.extend(decision.jobs.iter().map(job_statement));
        if let (Some((once, sealer)), None) = (kept, &decision.refusal) {
            let reply = decision.reply.unwrap_or_default().to_string();
            let sealed = sealer.seal_text(reply_place(&once.id), &reply);
            statements.push(Statement::one(
                store::KEEP_REPLY,
                values![&once.id, &once.body_hash, sealed, ctx.now.0],
            ));
        }
        statements.extend(self.lookup_entries(ctx));
        let (resource_kind, resource_id) = ctx.touched().unwrap_or_default();
        let refusal = decision.refusal;
        let written = event_fields.iter().map(|fields| fields[0].clone());
        let ids = written.chain([audit_id.clone()]).collect();
        let entry = Entry {
            id: audit_id,
            at_ms: ctx.now.0,
            principal: ctx.signature(),
            operation: entry.name.to_owned(),
            resource_kind: resource_kind.to_owned(),
            resource_id,
            outcome: if refusal.is_some() { "refused" } else { "done" }.to_owned(),
            rule: refusal.as_ref().map_or_else(|| opened(ctx), |f| f.code.to_owned()),
            input_hash: input_hash.to_owned(),
            events_hash: events_hash(event_fields.iter().map(|f| f.each_ref().map(String::as_str))),
            request: ctx.request.to_string(),
            cause,
        };
        statements.push(entry.insert());
        Ok((WriteSet { statements }, refusal, ids))
    }

    /// With the jobs that follow a change of the calendar.
    fn with_calendar_jobs(&self, ctx: &Ctx, decision: AnyDecision) -> Result<AnyDecision, Failure> {
        let reply = decision.reply.clone().unwrap_or_default();
        let declared: Declared = serde_json::from_value(reply).map_err(Failure::internal)?;
        let date = declared.date.parse().map_err(|e: jiff::Error| Failure::internal(e))?;
        let change = CalendarChange { change: ctx.request.to_string(), date };
        let input = serde_json::to_value(&change).map_err(Failure::internal)?;
        let job = |action: &&'static str| JobDraft {
            key: format!("{action}:{}", change.change),
            due: Some(ctx.now),
            action,
            input: input.clone(),
        };
        Ok(self.contract.calendar_followers.iter().map(job).fold(decision, AnyDecision::later))
    }

    /// Records a failure that a rule of access made, however it is told: a refusal that hides what it is about is
    /// recorded as well.
    async fn audit_ruled_out(
        &self,
        call: &Call,
        operation: &str,
        ctx: &Ctx,
        failure: &Failure,
        input_hash: &str,
    ) -> Result<(), Failure> {
        let (Kind::Refused | Kind::Missing, Some(rule)) = (failure.kind, &failure.rule) else {
            return Ok(());
        };
        let refusal = Refusal { rule: rule.clone() };
        self.audit_refusal(call, operation, &refusal, ctx.touched(), input_hash).await
    }

    /// Writes down that a query read what was opened in an emergency: other reads leave no entry, this one does.
    async fn audit_opened(&self, call: &Call, ctx: &Ctx) -> Result<(), Failure> {
        let (resource_kind, resource_id) = ctx.touched().unwrap_or_default();
        let entry = Entry {
            id: self.services.ids.next().to_string(),
            at_ms: ctx.now.0,
            principal: ctx.signature(),
            operation: ctx.operation.to_owned(),
            resource_kind: resource_kind.to_owned(),
            resource_id,
            outcome: "done".to_owned(),
            rule: opened(ctx),
            input_hash: self
                .services
                .personal
                .keyed_hash("input", call.input.to_string().as_bytes()),
            events_hash: String::new(),
            request: ctx.request.to_string(),
            cause: ctx.cause.map(|c| c.to_string()).unwrap_or_default(),
        };
        self.services.records.apply(WriteSet { statements: vec![entry.insert()] }).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// The audit entries of the lookups that were asked in a context.
    fn lookup_entries(&self, ctx: &Ctx) -> Vec<Statement> {
        let entries = ctx.take_looked().into_iter().map(|looked| {
            let input = looked.input.to_string();
            let (resource_kind, resource_id) = looked.resource.unwrap_or_default();
            let failed = looked.failed.map(|code| format!(" ({code})")).unwrap_or_default();
            Entry {
                id: self.services.ids.next().to_string(),
                at_ms: ctx.now.0,
                principal: ctx.signature(),
                operation: looked.query.to_owned(),
                resource_kind: resource_kind.to_owned(),
                resource_id,
                outcome: if looked.failed.is_some() { "refused" } else { "done" }.to_owned(),
                rule: format!("{}: {}{failed}", ctx.operation, looked.purpose),
                input_hash: self.services.personal.keyed_hash("input", input.as_bytes()),
                events_hash: String::new(),
                request: ctx.request.to_string(),
                cause: ctx.cause.map(|c| c.to_string()).unwrap_or_default(),
            }
        });
        entries.map(|entry| entry.insert()).collect()
    }

    /// Writes down the lookups of a context whose operation writes nothing itself.
    pub(crate) async fn audit_lookups(&self, ctx: &Ctx) -> Result<(), Failure> {
        let statements = self.lookup_entries(ctx);
        if !statements.is_empty() {
            self.services.records.apply(WriteSet { statements }).await?;
            self.wake.notify_one();
        }
        Ok(())
    }

    /// A file that was not taken because of what is in it stands in the audit chain, with the signature's name.
    pub(crate) async fn audit_upload(
        &self,
        who: &Principal,
        request: RequestId,
        refused: &ObjectsError,
    ) -> Result<(), Failure> {
        let ObjectsError::Infected { signature } = refused else { return Ok(()) };
        let entry = Entry {
            id: self.services.ids.next().to_string(),
            at_ms: self.services.clock.now().0,
            principal: who.signature(),
            operation: "platform.upload".to_owned(),
            resource_kind: String::new(),
            resource_id: String::new(),
            outcome: "refused".to_owned(),
            rule: format!("malicious software: {signature}"),
            input_hash: String::new(),
            events_hash: String::new(),
            request: request.to_string(),
            cause: String::new(),
        };
        let set = WriteSet { statements: vec![entry.insert()] };
        self.services.records.apply(set).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// A refusal of somebody who is signed in is part of the record too; an anonymous knock is not.
    async fn audit_refusal(
        &self,
        call: &Call,
        operation: &str,
        refusal: &Refusal,
        touched: Option<(&'static str, String)>,
        input_hash: &str,
    ) -> Result<(), Failure> {
        if !call.who.known() {
            return Ok(());
        }
        let (resource_kind, resource_id) = touched.unwrap_or_default();
        let entry = Entry {
            id: self.services.ids.next().to_string(),
            at_ms: self.services.clock.now().0,
            principal: call.who.signature(),
            operation: operation.to_owned(),
            resource_kind: resource_kind.to_owned(),
            resource_id,
            outcome: "refused".to_owned(),
            rule: refusal.rule.clone(),
            input_hash: input_hash.to_owned(),
            events_hash: String::new(),
            request: call.request.to_string(),
            cause: call.cause.map(|c| c.to_string()).unwrap_or_default(),
        };
        let set = WriteSet { statements: vec![entry.insert()] };
        self.services.records.apply(set).await?;
        self.wake.notify_one();
        Ok(())
    }
}

fn reply_place(id: &str) -> Place<'_> {
    Place { table: "platform_idempotency", column: "reply", row: id }
}

fn job_statement(job: &JobDraft) -> Statement {
    match job.due {
        Some(due) => Statement::any(
            store::PUT_JOB,
            values![&job.key, due.0, job.action, job.input.to_string()],
        ),
        None => Statement::any(store::CANCEL_JOB, values![&job.key]),
    }
}

/// Answers a query in a context, where its principal might ask it at all.
pub(crate) async fn answer(
    entry: &QueryEntry,
    input: Json,
    ctx: Arc<Ctx>,
) -> Result<Json, Failure> {
    let possible = ctx.services.access.possible(&ctx.who, entry.name, ctx.now);
    possible.map_err(|refusal| refused(&ctx.who, refusal))?;
    let reply = (entry.answer)(input, ctx.clone()).await?;
    if !ctx.was_authorized() {
        let what = format!("{} answered without asking for access", entry.name);
        return Err(Failure::internal(what));
    }
    Ok(reply)
}

/// The openings without which an operation would have been refused, for its audit entry; empty where there were none.
fn opened(ctx: &Ctx) -> String {
    let openings = ctx.grounds().openings;
    openings.iter().map(|id| format!("opening {id}")).collect::<Vec<_>>().join(", ")
}

fn refused(who: &Principal, refusal: Refusal) -> Failure {
    let (kind, code) = match who.known() {
        true => (Kind::Refused, "kernel.refused"),
        false => (Kind::Unauthenticated, "kernel.sign_in"),
    };
    Failure { rule: Some(refusal.rule), ..Failure::new(kind, code) }
}
