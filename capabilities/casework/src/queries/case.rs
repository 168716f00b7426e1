//! A case, for its owner and for those who may read it: where it is, who has it, until when and why.

use jiff::civil::Date;
use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::calendar::{Limit, Pause};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::branches::{BranchView, branches};
use super::counting::{StretchView, days, special_name, statutory_due, stretches};
pub(crate) use super::returned::last_return;
use super::returned::return_view;
pub use super::returned::{NamedReason, ReturnView};
use super::{MaterialView, Office, place_name};
use crate::actions::{recall, urge};
use crate::compile::CompiledItem;
use crate::deadlines::{self, Why};
use crate::joint;
use crate::model::{Answer, Case, CaseId, DraftId, Flag, MaterialFile, State, Step, Verb};
use crate::pack::SpecialKind;
use crate::stepping::{Loaded, acts_twice, authorize, load, standing};
use crate::store::{drafts, materials};

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
    /// The end of the limit that the law sets; none before acceptance and while the clock stands.
    pub statutory_due_ms: Option<Timestamp>,
    /// The special procedure for which the clock stands.
    pub suspended: Option<SuspendedView>,
    /// The extension that was asked for and waits for an answer: why.
    pub extension_asked: Option<String>,
    /// The special procedures that the item declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub specials: Vec<SpecialView>,
    /// The departments' parts of a joint approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<BranchView>,
    /// From when the applicant may urge the office, where that is still to come.
    pub urge_from_ms: Option<Timestamp>,
}

/// For what the clock of a case stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuspendedView {
    /// The special procedure.
    pub kind: SpecialKind,
    /// Its name.
    pub name: LocalText,
    /// Since when.
    pub since_ms: Timestamp,
    /// Its expected end.
    pub until_ms: Timestamp,
    /// Why it is needed.
    pub reason: Option<String>,
}

/// A special procedure that the item declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpecialView {
    /// Which one.
    pub kind: SpecialKind,
    /// Its name.
    pub name: LocalText,
    /// The longest that the clock may stand for it.
    pub limit: String,
    /// The provision by which its time does not count.
    pub basis: LocalText,
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
    /// The same in stretches.
    pub stretches: Vec<StretchView>,
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
    /// The special procedure for which the clock stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<LocalText>,
    /// The department's part of a joint approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<LocalText>,
    /// What the department answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The flag that the department's part got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_flag: Option<Flag>,
    /// The house took the step, because every department had answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
    /// Expected or new end that the step set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<Timestamp>,
    /// The end of the promised limit after it.
    pub promised_due_ms: Timestamp,
}

impl Query for CaseById {
    const NAME: &'static str = "casework.case";
    const DOC: &'static str = "A case: where it is, who has it, until when and why, with its history, form and materials.";
    type Reply = CaseView;

    async fn answer(self, ctx: &Ctx) -> Result<CaseView, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        authorize(ctx, &case, &case.resource())?;
        let loaded = Loaded::whole(ctx, case, item).await?;
        let case = &loaded.case;
        let files = materials::of_case(ctx, case.id).await?;
        let correction = match case.state {
            State::Returned => drafts::of_case(ctx, case.id).await?,
            _ => None,
        };
        Ok(view(ctx, &loaded, &files, correction))
    }
}

fn view(
    ctx: &Ctx,
    loaded: &Loaded,
    files: &[MaterialFile],
    correction: Option<DraftId>,
) -> CaseView {
    let Loaded { case, item, steps, .. } = loaded;
    let calendar = ctx.services.calendar.current();
    let asked = steps.iter().rev().find(|step| step.verb == Verb::AskExtension);
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
        steps: history(ctx, item, steps),
        correction,
        may: may(ctx, loaded)
            .into_iter()
            .filter(|verb| !acts_twice(ctx, case, item, steps, *verb))
            .collect(),
        statutory_due_ms: statutory_due(&calendar, case, item, steps),
        suspended: suspended(ctx, case, steps),
        extension_asked: case.asks.as_ref().and(asked).and_then(|step| step.detail.reason.clone()),
        specials: item
            .item
            .special
            .iter()
            .map(|special| SpecialView {
                kind: special.kind,
                name: special_name(ctx, special.kind),
                limit: special.limit.to_string(),
                basis: special.basis.clone(),
            })
            .collect(),
        branches: branches(ctx, loaded),
        urge_from_ms: urge::from(ctx, loaded),
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
        Verb::Suspend => Some("casework.suspend"),
        Verb::Resume => Some("casework.resume"),
        Verb::AskExtension => Some("casework.ask_extension"),
        Verb::Extend | Verb::KeepLimit => Some("casework.answer_extension"),
        Verb::Urge => Some("casework.urge"),
        Verb::Recall => Some("casework.recall"),
        // Each department's part says so itself.
        Verb::Opine => None,
        Verb::Submit | Verb::Flag | Verb::Recompute | Verb::Escalate => None,
    }
}

fn may(ctx: &Ctx, loaded: &Loaded) -> Vec<Verb> {
    let Loaded { case, item, steps, .. } = loaded;
    let recallable = recall::recallable(loaded);
    let resource = |verb: Verb| -> Resource {
        match verb {
            Verb::Withdraw | Verb::Resubmit | Verb::Urge => case.resource(),
            Verb::Extend | Verb::KeepLimit => case.resource_for(case.asks.clone()),
            Verb::Recall => {
                case.resource_for(recallable.and_then(|(step, _)| step.actor_role.clone()))
            }
            _ => case.resource_for(case.role.clone()),
        }
    };
    let given = steps.iter().any(|step| step.verb == Verb::Extend);
    let now = |verb: Verb| match verb {
        Verb::Suspend => !item.item.special.is_empty(),
        Verb::AskExtension => {
            let open = case.asks.is_none() && !given && ctx.now < case.promised_due;
            open && item.item.extension.is_some()
        }
        Verb::Extend | Verb::KeepLimit => {
            let asked = steps.iter().rev().find(|step| step.verb == Verb::AskExtension);
            let own = |step: &Step| crate::actions::answer_extension::same_human(ctx, step);
            case.asks.is_some() && !asked.is_some_and(own)
        }
        _ => true,
    };
    let recall = recallable.map(|_| Verb::Recall);
    standing(case)
        .fitting(&item.item.stage)
        .into_iter()
        .chain(recall)
        .filter(|verb| now(*verb))
        .filter(|verb| operation(*verb).is_some_and(|op| ctx.may(op, &resource(*verb))))
        .collect()
}

/// For what the clock stands.
fn suspended(ctx: &Ctx, case: &Case, steps: &[Step]) -> Option<SuspendedView> {
    let suspended = case.suspended?;
    let step = steps.iter().rev().find(|step| step.verb == Verb::Suspend)?;
    Some(SuspendedView {
        kind: suspended.kind,
        name: special_name(ctx, suspended.kind),
        since_ms: step.at,
        until_ms: suspended.until,
        reason: step.detail.reason.clone(),
    })
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
    let now = case.closed.unwrap_or(ctx.now);
    if let Some(accepted) = case.accepted {
        let pauses = deadlines::pauses(steps);
        let counted = deadlines::Counted {
            begun: accepted,
            accepted: Some(accepted),
            pauses: &pauses,
            extended: deadlines::extended(steps),
        };
        let limit = counted.of_case(&item.item, item.item.promised);
        let until = case.promised_due;
        let stops = deadlines::stops(steps);
        return Some(clock_view(ctx, (accepted, until), limit, now, &stops, true));
    }
    let last = steps.iter().rev().find(|s| matches!(s.verb, Verb::Submit | Verb::Resubmit))?;
    let limit = item.item.stage.first()?.limit;
    let until = case.due?;
    Some(clock_view(ctx, (last.at, until), limit, now, &[], false))
}

fn clock_view(
    ctx: &Ctx,
    (from, until): (Timestamp, Timestamp),
    limit: Limit,
    now: Timestamp,
    stops: &[(Pause, Why)],
    promise: bool,
) -> ClockView {
    let calendar = ctx.services.calendar.current();
    let mut days = days(ctx, &calendar, (from, until), limit.unit(), stops);
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
        stretches: stretches(&days),
        days: days
            .into_iter()
            .map(|day| DayView {
                date: day.date,
                counted: day.counted,
                number: day.number,
                reason: day.reason,
            })
            .collect(),
    }
}

/// The history. What a department asks the applicant to correct is for the offices until all have looked: the applicant
/// gets one notice.
fn history(ctx: &Ctx, item: &CompiledItem, steps: &[Step]) -> Vec<StepView> {
    let told = steps.iter().rev().find(|step| step.verb == Verb::Return).map(|step| step.sequence);
    let office = !ctx.who.grants.is_empty();
    let shown = |step: &Step| office || told.is_some_and(|told| told > step.sequence);
    let mut views: Vec<StepView> = steps.iter().map(|step| step_view(ctx, item, step)).collect();
    for (view, step) in views.iter_mut().zip(steps) {
        if step.detail.answer == Some(Answer::Ask) && !shown(step) {
            (view.reason, view.returned) = (None, None);
        }
    }
    views
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
        returned: (step.verb == Verb::Return || step.detail.answer == Some(Answer::Ask))
            .then(|| return_view(item, step)),
        special: step.detail.special.map(|kind| special_name(ctx, kind)),
        branch: step
            .detail
            .branch
            .as_deref()
            .and_then(|id| joint::declared(&item.item, step.stage_before, id))
            .map(|branch| branch.name.clone()),
        answer: step.detail.answer,
        branch_flag: step.detail.branch_flag,
        joined: step.detail.joined,
        until_ms: step.detail.until,
        promised_due_ms: step.promised_due,
    }
}
