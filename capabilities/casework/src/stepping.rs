//! A step of a case: loaded for whoever may take it, decided by the rules, written with its history, its deadline
//! and its alarm. Every action on a case goes through here.

use std::sync::Arc;

use minshu_kernel::access::{Grant, Resource};
use minshu_kernel::action::{Decision, JobDraft, Query as _};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::records::Statement;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::compile::{CompiledItem, Section};
use crate::deadlines;
use crate::error::{CaseworkError, FirstStep};
use crate::lookups;
use crate::model::{Case, CaseId, Detail, State, Step, Verb};
use crate::pack::Before;
use crate::queries::CaseById;
use crate::rules::Standing;
use crate::store::{cases, steps};

/// A case that was read whole.
pub(crate) struct Loaded {
    /// The case, with its form.
    pub(crate) case: Case,
    /// The item version it is pinned to.
    pub(crate) item: Arc<CompiledItem>,
    /// Its history.
    pub(crate) steps: Vec<Step>,
}

/// What a step answers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Stepped {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Its version after the step; the next step names it.
    pub version: i64,
    /// Where it stands.
    pub state: State,
    /// Whose turn it is; none when it is with the applicant or closed.
    pub role: Option<String>,
    /// The end of the current step, milliseconds since 1970 in UTC.
    pub due_ms: Option<Timestamp>,
    /// The end of the promised limit; before acceptance, the latest that it can become.
    pub promised_due_ms: Timestamp,
}

/// The compiled section in force.
pub(crate) fn section(ctx: &Ctx) -> Arc<Section> {
    ctx.section::<Section>(crate::NAME)
}

/// A case with its form and pinned item, without its history.
pub(crate) async fn load(ctx: &Ctx, id: CaseId) -> Result<(Case, Arc<CompiledItem>), Failure> {
    let row = cases::find(ctx, id).await?.ok_or_else(Failure::missing)?;
    let mut case = row.case;
    let item = section(ctx).pinned(ctx, &case.item, &case.item_version).await?;
    case.form = item.form.join_personal(&row.parts.clear, &row.parts.personal);
    Ok((case, item))
}

/// Asks for access to a case. Whoever may not even read it is told that there is none: numbers and ids can be
/// guessed, and that somebody applied is the applicant's business.
pub(crate) fn authorize(ctx: &Ctx, case: &Case, resource: &Resource) -> Result<(), Failure> {
    ctx.authorize(resource).map_err(|refused| {
        let reads = ctx.may(CaseById::NAME, &case.resource());
        if reads { refused } else { refused.hidden() }
    })
}

/// A case for a step of an office. `version` is the one that the actor saw: whoever saw an older one and had the
/// right to act then is told who was first.
pub(crate) async fn for_office(ctx: &Ctx, id: CaseId, version: i64) -> Result<Loaded, Failure> {
    let (case, item) = load(ctx, id).await?;
    let steps = steps::of_case(ctx, id).await?;
    let seen = steps.iter().find(|step| step.sequence == version);
    let role_then = seen.map_or(case.role.clone(), |step| step.role.clone());
    authorize(ctx, &case, &case.resource_for(role_then))?;
    fresh(ctx, &case, &steps, version)?;
    Ok(Loaded { case, item, steps })
}

/// A case for a step of its owner; without a version, whatever it is now.
pub(crate) async fn for_owner(
    ctx: &Ctx,
    id: CaseId,
    version: Option<i64>,
) -> Result<Loaded, Failure> {
    let (case, item) = load(ctx, id).await?;
    authorize(ctx, &case, &case.resource())?;
    let steps = steps::of_case(ctx, id).await?;
    if let Some(version) = version {
        fresh(ctx, &case, &steps, version)?;
    }
    Ok(Loaded { case, item, steps })
}

/// Refuses a version before the last step that a person took, naming who took it.
fn fresh(ctx: &Ctx, case: &Case, steps: &[Step], version: i64) -> Result<(), Failure> {
    if version > case.version || version < 1 {
        let problem = FieldProblem::new("/version", "casework-problem-version");
        return Err(CaseworkError::BadStep(vec![problem]).into());
    }
    if version >= case.acted_version {
        return Ok(());
    }
    let first = steps.iter().find(|step| step.sequence > version && !step.verb.by_clock());
    let (verb, role, division) = match first {
        Some(step) => (step.verb, step.actor_role.as_deref(), step.actor_division),
        None => (Verb::Flag, None, None),
    };
    Err(CaseworkError::Conflict(Box::new(FirstStep {
        role: role.map(|role| role_name(ctx, role)),
        place: division
            .map(|division| ctx.services.divisions.full_name(division, ctx.lang))
            .unwrap_or_default(),
        verb,
        state: case.state,
    }))
    .into())
}

/// The name of a role in force; its id where it is no longer declared.
pub(crate) fn role_name(ctx: &Ctx, role: &str) -> LocalText {
    let packs = ctx.services.packs.current();
    packs.roles.get(role).map_or_else(|| LocalText::new(role, role), |role| role.name.clone())
}

/// The grant by which the actor has the case's turn.
fn acting_grant<'a>(ctx: &'a Ctx, case: &Case) -> Option<&'a Grant> {
    let role = case.role.as_deref()?;
    ctx.who
        .grants
        .iter()
        .filter(|grant| grant.role == role && grant.division.contains(case.division))
        .filter(|grant| grant.until.is_none_or(|until| ctx.now < until))
        // What is held in the own name goes before what is held for somebody else.
        .min_by_key(|grant| grant.instead_of.is_some())
}

/// Whether four eyes are wanted here, and this human acted for an office in an earlier stage: by whatever account, in
/// whatever post, in the own name or for somebody else.
pub(crate) fn acts_twice(
    ctx: &Ctx,
    case: &Case,
    item: &CompiledItem,
    steps: &[Step],
    verb: Verb,
) -> bool {
    let here = item.item.stage.get(case.stage);
    let by_office = matches!(
        verb,
        Verb::Accept | Verb::Return | Verb::Refuse | Verb::Advance | Verb::Grant | Verb::Deny
    );
    if !by_office || !here.is_some_and(|stage| stage.four_eyes) {
        return false;
    }
    let (me, person) = (ctx.who.reference(), ctx.who.person);
    steps.iter().any(|step| {
        step.actor_role.is_some()
            && step.stage_before < case.stage
            && (step.actor == me || (person.is_some() && step.actor_person == person))
    })
}

/// A step that the rules allow, with everything that is written.
pub(crate) struct Taken {
    /// The case after it.
    pub(crate) case: Case,
    writes: Vec<Statement>,
    alarm: JobDraft,
}

impl Taken {
    /// The decision: the step's writes first.
    pub(crate) fn decide(self) -> Decision<Stepped> {
        let reply = stepped(&self.case);
        let decision = Decision::reply(reply).later(self.alarm);
        self.writes.into_iter().fold(decision, Decision::write)
    }
}

/// What a step answers of a case.
pub(crate) fn stepped(case: &Case) -> Stepped {
    Stepped {
        case: case.id,
        number: case.number.clone(),
        version: case.version,
        state: case.state,
        role: case.role.clone(),
        due_ms: case.due,
        promised_due_ms: case.promised_due,
    }
}

/// Takes a step, where the rules and the conditions of the item allow it.
pub(crate) async fn take(
    ctx: &Ctx,
    loaded: &Loaded,
    verb: Verb,
    detail: Detail,
) -> Result<Taken, Failure> {
    let Loaded { case: before, item, steps } = loaded;
    let stages = &item.item.stage;
    let standing = standing(before).after(stages, verb).map_err(CaseworkError::from)?;
    if acts_twice(ctx, before, item, steps, verb) {
        let error = CaseworkError::FourEyes;
        let rule = format!("{}: {error}", ctx.operation);
        return Err(Failure { rule: Some(rule), ..error.into() });
    }
    if let Some(step) = Before::of(verb) {
        let applicant = lookups::applicant(&before.owner, &before.applicant_name);
        item.lookups.before_step(ctx, &item.id, step, &applicant, &before.form).await?;
    }
    let mut case = before.clone();
    case.version += 1;
    case.state = standing.state;
    case.stage = standing.stage;
    case.role = standing.role(stages).map(str::to_owned);
    let grant = acting_grant(ctx, before);
    if verb == Verb::Accept {
        case.accepted = Some(ctx.now);
    }
    if !case.state.open() {
        case.closed = Some(ctx.now);
    }
    let calendar = ctx.services.calendar.current();
    if verb == Verb::Recompute {
        let found = deadlines::recomputed(&calendar, &item.item, before, steps);
        (case.due, case.promised_due) = (found.due, found.promised_due);
    } else if !verb.by_clock() {
        case.acted_version = case.version;
        let mut pauses = deadlines::pauses(steps);
        if verb == Verb::Resubmit
            && let Some(open) = pauses.last_mut().filter(|pause| pause.to.is_none())
        {
            open.to = Some(ctx.now);
        }
        if verb == Verb::Return && before.state == State::Accepted {
            pauses.push(minshu_kernel::calendar::Pause { from: ctx.now, to: None });
        }
        let found = deadlines::after_step(
            &calendar,
            &item.item,
            standing,
            ctx.now,
            case.accepted,
            &pauses,
            Some(before.promised_due),
        );
        case.due = found.due;
        if case.state.open() {
            case.promised_due = found.promised_due;
        }
    }
    let (flag, next_look) = deadlines::flag(&calendar, ctx.now, case.due);
    case.flag = flag;
    let step = Step {
        sequence: case.version,
        at: ctx.now,
        actor: ctx.who.reference(),
        actor_person: ctx.who.person,
        actor_role: grant.map(|grant| grant.role.clone()),
        actor_division: grant.map(|grant| grant.division),
        actor_organisation: grant.map(|grant| grant.organisation),
        verb,
        stage_before: before.stage,
        state: case.state,
        stage: case.stage,
        role: case.role.clone(),
        due: case.due,
        promised_due: case.promised_due,
        flag,
        detail: Detail { instead_of: grant.and_then(|grant| grant.instead_of.clone()), ..detail },
    };
    let writes = vec![cases::update(&case), steps::insert(ctx, &case, &step).await?];
    let alarm = alarm(case.id, next_look);
    Ok(Taken { case, writes, alarm })
}

/// Where a case stands, for the rules.
pub(crate) fn standing(case: &Case) -> Standing {
    Standing { state: case.state, stage: case.stage, accepted: case.accepted.is_some() }
}

/// The job that looks at the flag again; none cancels it.
pub(crate) fn alarm(case: CaseId, due: Option<Timestamp>) -> JobDraft {
    JobDraft {
        key: format!("casework.due:{case}"),
        due,
        action: crate::actions::flag_due::NAME,
        input: json!({ "case": case }),
    }
}

/// Checks what an officer writes: trimmed, within bounds, and there where it must be.
pub(crate) fn reason(
    pointer: &str,
    text: &str,
    least: usize,
    problems: &mut Vec<FieldProblem>,
) -> String {
    const MOST: usize = 2_000;
    let text = text.trim().to_owned();
    let length = text.chars().count();
    if length < least {
        let message =
            minshu_kernel::text::Message::new("casework-problem-reason-short").with("least", least);
        problems.push(FieldProblem::new(pointer, message));
    } else if length > MOST {
        let message =
            minshu_kernel::text::Message::new("casework-problem-reason-long").with("most", MOST);
        problems.push(FieldProblem::new(pointer, message));
    }
    text
}
