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
use crate::deadlines::{self, Counted};
use crate::error::{CaseworkError, FirstStep};
use crate::joint;
use crate::lookups;
use crate::model::{BranchRow, Case, CaseId, Detail, State, Step, Suspended, Verb};
use crate::pack::Before;
use crate::queries::CaseById;
use crate::rules::{NotNow, Standing};
use crate::store::{branches, cases, steps};

/// A case that was read whole.
pub(crate) struct Loaded {
    /// The case, with its form.
    pub(crate) case: Case,
    /// The item version it is pinned to.
    pub(crate) item: Arc<CompiledItem>,
    /// Its history.
    pub(crate) steps: Vec<Step>,
    /// The departments' parts of its joint approval.
    pub(crate) branches: Vec<BranchRow>,
}

impl Loaded {
    /// A case that was read, with its history and its departments' parts.
    pub(crate) async fn whole(
        ctx: &Ctx,
        case: Case,
        item: Arc<CompiledItem>,
    ) -> Result<Loaded, Failure> {
        let steps = steps::of_case(ctx, case.id).await?;
        Loaded::with_steps(ctx, case, item, steps).await
    }

    async fn with_steps(
        ctx: &Ctx,
        case: Case,
        item: Arc<CompiledItem>,
        steps: Vec<Step>,
    ) -> Result<Loaded, Failure> {
        // Items without joint approval are asked nothing more.
        let branches = match item.item.stage.iter().any(|stage| !stage.parallel.is_empty()) {
            true => branches::of_case(ctx, case.id).await?,
            false => Vec::new(),
        };
        Ok(Loaded { case, item, steps, branches })
    }
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
    Loaded::with_steps(ctx, case, item, steps).await
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
    Loaded::with_steps(ctx, case, item, steps).await
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
fn acting_grant<'a>(ctx: &'a Ctx, case: &Case, role: Option<&str>) -> Option<&'a Grant> {
    let role = role?;
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
        Verb::Accept
            | Verb::Return
            | Verb::Refuse
            | Verb::Advance
            | Verb::Grant
            | Verb::Deny
            | Verb::Opine
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
    /// The step.
    pub(crate) step: Step,
    /// The departments' parts after it.
    pub(crate) branches: Vec<BranchRow>,
    writes: Vec<Statement>,
    alarms: Vec<JobDraft>,
}

impl Taken {
    /// The decision: the step's writes first.
    pub(crate) fn decide(self) -> Decision<Stepped> {
        let reply = stepped(&self.case);
        let decision = Decision { jobs: self.alarms, ..Decision::reply(reply) };
        self.writes.into_iter().fold(decision, Decision::write)
    }

    /// The case as the next step of the same decision finds it.
    pub(crate) fn loaded(&self, before: &Loaded) -> Loaded {
        let mut steps = before.steps.clone();
        steps.push(self.step.clone());
        Loaded {
            case: self.case.clone(),
            item: before.item.clone(),
            steps,
            branches: self.branches.clone(),
        }
    }

    /// Both steps at once: the later one's alarms go before.
    pub(crate) fn then(mut self, later: Taken) -> Taken {
        self.alarms.retain(|job| !later.alarms.iter().any(|other| other.key == job.key));
        self.alarms.extend(later.alarms);
        self.writes.extend(later.writes);
        Taken { writes: self.writes, alarms: self.alarms, ..later }
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
    let before = &loaded.case;
    let standing = standing(before).after(&loaded.item.item.stage, verb);
    let standing = standing.map_err(|refused| not_now(before, refused))?;
    let step = Taking { verb, detail, standing, branches: &loaded.branches, role: None };
    take_to(ctx, loaded, step).await
}

/// Why a step does not fit: the clock stands, or the case is elsewhere.
pub(crate) fn not_now(case: &Case, refused: NotNow) -> CaseworkError {
    match case.suspended {
        Some(suspended) => CaseworkError::Suspended(suspended.kind),
        None => refused.into(),
    }
}

/// A step that is about to be taken.
pub(crate) struct Taking<'a> {
    /// What is done.
    pub(crate) verb: Verb,
    /// What is said.
    pub(crate) detail: Detail,
    /// Where the case stands after it.
    pub(crate) standing: Standing,
    /// The departments' parts, as whoever takes the step has changed them.
    pub(crate) branches: &'a [BranchRow],
    /// The role in which it is taken; the case's own where none is said.
    pub(crate) role: Option<&'a str>,
}

/// Takes a step that leads there. The caller has seen that it may.
pub(crate) async fn take_to(
    ctx: &Ctx,
    loaded: &Loaded,
    taking: Taking<'_>,
) -> Result<Taken, Failure> {
    let Loaded { case: before, item, steps, .. } = loaded;
    let Taking { verb, detail, standing, branches: parts, role } = taking;
    let stages = &item.item.stage;
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
    let grant = match detail.joined || verb.by_clock() {
        true => None,
        false => acting_grant(ctx, before, role.or(before.role.as_deref())),
    };
    if verb == Verb::Accept {
        case.accepted = Some(ctx.now);
    }
    if !standing.accepted {
        case.accepted = None;
    }
    case.suspended = before.suspended.filter(|_| standing.suspended);
    if verb == Verb::Suspend
        && let (Some(kind), Some(until)) = (detail.special, detail.until)
    {
        case.suspended = Some(Suspended { kind, until });
    }
    // An extension that nobody answered is over when somebody else has the case.
    if !verb.goes_on() || matches!(verb, Verb::Extend | Verb::KeepLimit) {
        case.asks = None;
    }
    if verb == Verb::AskExtension {
        case.asks = item.item.extension.as_ref().map(|extension| extension.approver.clone());
    }
    if !case.state.open() {
        case.closed = Some(ctx.now);
    }
    if !verb.by_clock() && verb != Verb::Opine {
        case.acted_version = case.version;
    }
    let mut step = Step {
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
        flag: case.flag,
        detail: Detail { instead_of: grant.and_then(|grant| grant.instead_of.clone()), ..detail },
    };
    let calendar = ctx.services.calendar.current();
    let history: Vec<Step> = steps.iter().chain([&step]).cloned().collect();
    let pauses = deadlines::pauses(&history);
    let counted = Counted {
        begun: deadlines::begun(&history).unwrap_or(case.submitted),
        accepted: case.accepted,
        pauses: &pauses,
        extended: deadlines::extended(&history),
    };
    // A flag and an answer move no limit.
    if !matches!(verb, Verb::Flag | Verb::Escalate | Verb::Opine | Verb::Urge) {
        let before = Some(before.promised_due);
        let found = deadlines::counted_from(&calendar, &item.item, standing, &counted, before);
        case.due = found.due;
        if case.state.open() {
            case.promised_due = found.promised_due;
        }
    }
    let (flag, next_look) = deadlines::look(&calendar, &item.item, ctx.now, &case);
    case.flag = flag;
    (step.due, step.promised_due, step.flag) = (case.due, case.promised_due, case.flag);
    let mut writes = vec![cases::update(&case), steps::insert(ctx, &case, &step).await?];
    let mut alarms = vec![alarm(case.id, next_look)];
    let mut parts_after = Vec::new();
    if stages.iter().any(|stage| !stage.parallel.is_empty()) {
        parts_after = joint::after_step(ctx, &item.item, (before, &case), verb, &counted, parts);
        for row in &mut parts_after {
            let stored = loaded.branches.iter().find(|stored| stored.id == row.id);
            if stored == Some(&*row) {
                continue;
            }
            writes.push(branches::store(ctx, &case, row));
            alarms.push(joint::alarm(&calendar, ctx, &case, row));
            row.version += 1;
        }
    }
    Ok(Taken { case, step, branches: parts_after, writes, alarms })
}

/// Where a case stands, for the rules.
pub(crate) fn standing(case: &Case) -> Standing {
    Standing {
        state: case.state,
        stage: case.stage,
        accepted: case.accepted.is_some(),
        suspended: case.suspended.is_some(),
    }
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
