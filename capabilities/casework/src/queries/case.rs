//! A case, for its owner and for those who may read it: where it is, who has it, until when and why.

use jiff::civil::Date;
use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::calendar::{Calendar, Limit};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{MaterialView, Office, place_name};
use crate::compile::CompiledItem;
use crate::deadlines;
use crate::model::{Case, CaseId, DraftId, Flag, MaterialFile, State, Step, Verb};
use crate::stepping::{acts_twice, authorize, load, standing};
use crate::store::{drafts, materials, steps};

/// Days that the explanation of a limit shows at most.
const DAYS_MAX: usize = 400;

/// Asks for a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseById {
    /// The case.
    pub case: CaseId,
}

/// A case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CaseView {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// The item: `pack.item`.
    pub item: String,
    /// The pinned item version.
    pub item_version: String,
    /// The item's name.
    pub item_name: LocalText,
    /// What is issued in the end.
    pub result: LocalText,
    /// The applicant's name.
    pub applicant_name: String,
    /// Where it lies.
    pub place: LocalText,
    /// Where it stands.
    pub state: State,
    /// Who has it; none when it is with the applicant or closed.
    pub office: Option<Office>,
    /// The stages, with where the case is among them.
    pub stages: Vec<StageView>,
    /// The limit that runs.
    pub clock: Option<ClockView>,
    /// The end of the current step.
    pub due_ms: Option<Timestamp>,
    /// The end of the promised limit; before acceptance, the latest that it can become.
    pub promised_due_ms: Timestamp,
    /// The promised limit, such as `15 working days`.
    pub promised: String,
    /// The limit that the law sets.
    pub statutory: String,
    /// The flag.
    pub flag: Flag,
    /// When it was sent in.
    pub submitted_ms: Timestamp,
    /// When it was accepted.
    pub accepted_ms: Option<Timestamp>,
    /// When it was closed.
    pub closed_ms: Option<Timestamp>,
    /// Its version, for the next step.
    pub version: i64,
    /// The form, personal values masked.
    pub form: Json,
    /// The materials.
    pub materials: Vec<MaterialView>,
    /// The history, oldest first.
    pub steps: Vec<StepView>,
    /// What is to be corrected, while it is with the applicant.
    pub returned: Option<ReturnView>,
    /// The correction that was begun.
    pub correction: Option<DraftId>,
    /// What the asker may do with it now.
    pub may: Vec<Verb>,
    /// Whether a further return from this stage needs a reason of its own.
    pub returned_before: bool,
}

/// A stage of the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StageView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// The name of the role that has it.
    pub role_name: LocalText,
    /// Its limit, such as `3 working days`.
    pub limit: String,
    /// Where the case is in it.
    pub progress: StageProgress,
}

/// Where the case is in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageProgress {
    /// Behind.
    Done,
    /// It is here.
    Now,
    /// Still to come.
    Ahead,
    /// It will not come to it.
    Skipped,
}

/// A limit that runs, day by day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClockView {
    /// The instant from which it counts; its day does not.
    pub from_ms: Timestamp,
    /// Its end.
    pub until_ms: Timestamp,
    /// The limit, such as `15 working days`.
    pub limit: String,
    /// Whether it is the promise, which runs from acceptance, or the limit of the first stage.
    pub promise: bool,
    /// Working days left, today left out; negative when overdue.
    pub working_days_left: i64,
    /// Days that counted up to and with today.
    pub used: u32,
    /// Each day, and why it counts or not.
    pub days: Vec<DayView>,
}

/// A day of a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayView {
    /// The day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    /// Whether it counts.
    pub counted: bool,
    /// Which day of the limit it is, from 1.
    pub number: Option<u32>,
    /// Why.
    pub reason: LocalText,
}

/// A step of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepView {
    /// 1, 2, 3, …
    pub sequence: i64,
    /// When.
    pub at_ms: Timestamp,
    /// What was done.
    pub verb: Verb,
    /// The office that did it; none where the applicant or the clock did.
    pub office: Option<Office>,
    /// The name of the holder of the post, where a substitute did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// The name of the stage in which it was done.
    pub stage_name: LocalText,
    /// The state after it.
    pub state: State,
    /// The end of the step that began with it.
    pub due_ms: Option<Timestamp>,
    /// The flag after it.
    pub flag: Flag,
    /// The reasons or the note.
    pub reason: Option<String>,
    /// What was named, in a return.
    pub returned: Option<ReturnView>,
}

/// What is to be corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReturnView {
    /// What is to be corrected as a whole.
    pub reason: Option<String>,
    /// Why it was returned once more.
    pub again_reason: Option<String>,
    /// Materials to be handed in again.
    pub materials: Vec<NamedReason>,
    /// Fields to be corrected.
    pub fields: Vec<NamedReason>,
}

/// A place with what is wrong there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NamedReason {
    /// The material's id, or the field's JSON pointer into the form.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// What is wrong.
    pub reason: String,
}

impl Query for CaseById {
    const NAME: &'static str = "casework.case";
    const DOC: &'static str = "A case: where it is, who has it, until when and why, with its history, form and materials.";
    type Reply = CaseView;

    async fn answer(self, ctx: &Ctx) -> Result<CaseView, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        authorize(ctx, &case, &case.resource())?;
        let steps = steps::of_case(ctx, case.id).await?;
        let files = materials::of_case(ctx, case.id).await?;
        let correction = match case.state {
            State::Returned => drafts::of_case(ctx, case.id).await?,
            _ => None,
        };
        Ok(view(ctx, &case, &item, &steps, &files, correction))
    }
}

fn view(
    ctx: &Ctx,
    case: &Case,
    item: &CompiledItem,
    steps: &[Step],
    files: &[MaterialFile],
    correction: Option<DraftId>,
) -> CaseView {
    let returned = last_return(item, steps).filter(|_| case.state == State::Returned);
    let files: Vec<&MaterialFile> = files.iter().collect();
    let again = |id: &str| {
        let asked = returned.as_ref()?.materials.iter().find(|m| m.id == id)?;
        Some(asked.reason.clone())
    };
    let materials = item
        .materials_so_far(&case.form)
        .into_iter()
        .map(|(m, required)| MaterialView::of(m, required, &files, again(&m.id)))
        .collect();
    let here = |s: &&Step| s.verb == Verb::Return && s.stage_before == case.stage;
    CaseView {
        case: case.id,
        number: case.number.clone(),
        item: case.item.clone(),
        item_version: case.item_version.clone(),
        item_name: item.item.name.clone(),
        result: item.item.result.name.clone(),
        applicant_name: case.applicant_name.clone(),
        place: place_name(ctx, case.division),
        state: case.state,
        office: case.role.as_deref().map(|role| Office::of(ctx, role, case.division)),
        stages: stages(ctx, case, item),
        clock: clock(ctx, case, item, steps),
        due_ms: case.due,
        promised_due_ms: case.promised_due,
        promised: item.item.promised.to_string(),
        statutory: item.item.statutory.to_string(),
        flag: case.flag,
        submitted_ms: case.submitted,
        accepted_ms: case.accepted,
        closed_ms: case.closed,
        version: case.version,
        form: item.form.masked(&case.form),
        materials,
        steps: steps.iter().map(|step| step_view(ctx, item, step)).collect(),
        correction,
        may: may(ctx, case, item)
            .into_iter()
            .filter(|verb| !acts_twice(ctx, case, item, steps, *verb))
            .collect(),
        returned_before: steps.iter().any(|step| here(&step)),
        returned,
    }
}

/// The operation of a step, for the question who may take it.
fn operation(verb: Verb) -> Option<&'static str> {
    match verb {
        Verb::Accept => Some("casework.accept"),
        Verb::Return => Some("casework.return"),
        Verb::Refuse => Some("casework.refuse"),
        Verb::Advance => Some("casework.advance"),
        Verb::Grant | Verb::Deny => Some("casework.decide"),
        Verb::Withdraw => Some("casework.withdraw"),
        Verb::Resubmit => Some("casework.begin_correction"),
        Verb::Submit | Verb::Flag | Verb::Recompute => None,
    }
}

fn may(ctx: &Ctx, case: &Case, item: &CompiledItem) -> Vec<Verb> {
    let resource = |verb: Verb| -> Resource {
        match verb {
            Verb::Withdraw | Verb::Resubmit => case.resource(),
            _ => case.resource_for(case.role.clone()),
        }
    };
    standing(case)
        .fitting(&item.item.stage)
        .into_iter()
        .filter(|verb| operation(*verb).is_some_and(|op| ctx.may(op, &resource(*verb))))
        .collect()
}

fn stages(ctx: &Ctx, case: &Case, item: &CompiledItem) -> Vec<StageView> {
    let progress = |place: usize| match place.cmp(&case.stage) {
        std::cmp::Ordering::Less => StageProgress::Done,
        std::cmp::Ordering::Equal if case.state.open() => StageProgress::Now,
        std::cmp::Ordering::Equal => StageProgress::Done,
        std::cmp::Ordering::Greater if case.state.open() => StageProgress::Ahead,
        std::cmp::Ordering::Greater => StageProgress::Skipped,
    };
    item.item
        .stage
        .iter()
        .enumerate()
        .map(|(place, stage)| StageView {
            id: stage.id.clone(),
            name: stage.name.clone(),
            role_name: crate::stepping::role_name(ctx, &stage.role),
            limit: stage.limit.to_string(),
            progress: progress(place),
        })
        .collect()
}

/// The limit that runs: the promise once the case is accepted, before that the limit of the first stage.
fn clock(ctx: &Ctx, case: &Case, item: &CompiledItem, steps: &[Step]) -> Option<ClockView> {
    let calendar = ctx.services.calendar.current();
    let now = case.closed.unwrap_or(ctx.now);
    if let Some(accepted) = case.accepted {
        let limit = item.item.promised;
        let until = case.promised_due;
        return Some(clock_view(&calendar, (accepted, until), limit, now, steps, true));
    }
    let last = steps.iter().rev().find(|s| matches!(s.verb, Verb::Submit | Verb::Resubmit))?;
    let limit = item.item.stage.first()?.limit;
    let until = case.due?;
    Some(clock_view(&calendar, (last.at, until), limit, now, &[], false))
}

fn clock_view(
    calendar: &Calendar,
    (from, until): (Timestamp, Timestamp),
    limit: Limit,
    now: Timestamp,
    steps: &[Step],
    promise: bool,
) -> ClockView {
    let pauses = deadlines::pauses(steps);
    let mut days = calendar.explain(from, until, limit.unit(), &pauses);
    if let Some(first) = days.first_mut().filter(|_| !promise) {
        first.reason = LocalText::new("收到当天不计", "day of receipt, not counted");
    }
    let today = now.date();
    let used = days.iter().filter(|day| day.counted && day.date <= today).count();
    ClockView {
        from_ms: from,
        until_ms: until,
        limit: limit.to_string(),
        promise,
        working_days_left: calendar.working_days_between(now, until),
        used: u32::try_from(used).unwrap_or(u32::MAX),
        days: days
            .into_iter()
            .take(DAYS_MAX)
            .map(|day| DayView {
                date: day.date,
                counted: day.counted,
                number: day.number,
                reason: day.reason,
            })
            .collect(),
    }
}

fn step_view(ctx: &Ctx, item: &CompiledItem, step: &Step) -> StepView {
    let office = match (&step.actor_role, step.actor_division) {
        (Some(role), Some(division)) => Some(Office::of(ctx, role, division)),
        _ => None,
    };
    let stage = item.item.stage.get(step.stage_before);
    StepView {
        sequence: step.sequence,
        at_ms: step.at,
        verb: step.verb,
        office,
        // Applicants read places and roles, never names.
        instead_of: step
            .detail
            .instead_of
            .as_ref()
            .filter(|_| !ctx.who.grants.is_empty())
            .map(|holder| holder.name.clone()),
        stage_name: stage.map_or_else(|| LocalText::new("", ""), |stage| stage.name.clone()),
        state: step.state,
        due_ms: step.due,
        flag: step.flag,
        reason: step.detail.reason.clone(),
        returned: (step.verb == Verb::Return).then(|| return_view(item, step)),
    }
}

/// What the last return of a history asked for.
pub(crate) fn last_return(item: &CompiledItem, steps: &[Step]) -> Option<ReturnView> {
    let step = steps.iter().rev().find(|step| step.verb == Verb::Return)?;
    Some(return_view(item, step))
}

fn return_view(item: &CompiledItem, step: &Step) -> ReturnView {
    let unknown = |id: &str| LocalText::new(id, id);
    ReturnView {
        reason: step.detail.reason.clone(),
        again_reason: step.detail.again_reason.clone(),
        materials: step
            .detail
            .materials
            .iter()
            .map(|m| NamedReason {
                id: m.id.clone(),
                name: item.material(&m.id).map_or_else(|| unknown(&m.id), |f| f.name.clone()),
                reason: m.reason.clone(),
            })
            .collect(),
        fields: step
            .detail
            .fields
            .iter()
            .map(|f| NamedReason {
                id: f.pointer.clone(),
                name: item.form.label(&f.pointer).unwrap_or_else(|| unknown(&f.pointer)),
                reason: f.reason.clone(),
            })
            .collect(),
    }
}
