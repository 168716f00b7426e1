//! Joint approval (并联审批): what becomes of the departments' parts with each step of their case.

use minshu_kernel::action::JobDraft;
use minshu_kernel::calendar::Calendar;
use minshu_kernel::ctx::Ctx;
use serde_json::json;

use crate::deadlines::{self, Counted};
use crate::model::{
    Answer, BranchId, BranchRow, BranchState, Case, Detail, Flag, State, Step, Verb,
};
use crate::pack::{Branch, Item};
use crate::rules::parallel;
use crate::stepping::Loaded;

/// The parts after a step: those of the stage that was entered begin, those that asked for a correction begin anew when
/// it comes, and all limits stand or run with the case's own. Only what differs from before is to be stored.
pub(crate) fn after_step(
    ctx: &Ctx,
    item: &Item,
    (before, case): (&Case, &Case),
    verb: Verb,
    counted: &Counted<'_>,
    rows: &[BranchRow],
) -> Vec<BranchRow> {
    let calendar = ctx.services.calendar.current();
    let mut rows = rows.to_vec();
    let here = case.state == State::Accepted && parallel(&item.stage, case.stage);
    let came = here && (before.state != State::Accepted || before.stage != case.stage);
    if came && verb != Verb::Resubmit && verb != Verb::Recall {
        for branch in &item.stage[case.stage].parallel {
            match rows.iter_mut().find(|row| row.branch == branch.id) {
                Some(row) => begin(row, ctx),
                None => rows.push(fresh(ctx, branch)),
            }
        }
    }
    for row in &mut rows {
        let asked = row.state == BranchState::Asked;
        let waits = asked || row.state == BranchState::Open;
        if asked && came && verb == Verb::Resubmit {
            begin(row, ctx);
        } else if waits && (!case.state.open() || (!here && case.state != State::Returned)) {
            row.state = BranchState::Stopped;
        }
        settle(&calendar, item, case, counted, row, ctx);
    }
    rows
}

fn begin(row: &mut BranchRow, ctx: &Ctx) {
    row.state = BranchState::Open;
    row.begun = ctx.now;
    row.answered = None;
}

fn fresh(ctx: &Ctx, branch: &Branch) -> BranchRow {
    BranchRow {
        id: BranchId::fresh(&*ctx.services.ids),
        branch: branch.id.clone(),
        state: BranchState::Open,
        role: None,
        begun: ctx.now,
        due: None,
        flag: Flag::None,
        answered: None,
        version: 0,
    }
}

/// Whose turn it is, until when, and with which flag.
fn settle(
    calendar: &Calendar,
    item: &Item,
    case: &Case,
    counted: &Counted<'_>,
    row: &mut BranchRow,
    ctx: &Ctx,
) {
    let declared = declared(item, case.stage, &row.branch);
    let turn = row.state == BranchState::Open && case.state == State::Accepted;
    row.role = declared.filter(|_| turn).map(|branch| branch.role.clone());
    let due = declared
        .and_then(|branch| deadlines::branch_due(calendar, item, case, counted, branch, row));
    // A flag is raised by its own look, which tells of it; here it only follows a limit that moved.
    if row.due != due {
        row.due = due;
        row.flag = deadlines::flag(calendar, ctx.now, due).0;
    }
}

/// Whether a department's limit ends elsewhere by the calendar of now.
pub(crate) fn moved(calendar: &Calendar, loaded: &Loaded) -> bool {
    let Loaded { case, item, steps, branches } = loaded;
    let pauses = deadlines::pauses(steps);
    let counted = Counted {
        begun: deadlines::begun(steps).unwrap_or(case.submitted),
        accepted: case.accepted,
        pauses: &pauses,
        extended: deadlines::extended(steps),
    };
    branches.iter().any(|row| {
        let declared = declared(&item.item, case.stage, &row.branch);
        let due = declared.and_then(|branch| {
            deadlines::branch_due(calendar, &item.item, case, &counted, branch, row)
        });
        due != row.due
    })
}

/// A department's part as the item declares it.
pub(crate) fn declared<'i>(item: &'i Item, stage: usize, id: &str) -> Option<&'i Branch> {
    item.stage.get(stage)?.parallel.iter().find(|branch| branch.id == id)
}

/// The job that looks at a part's flag again; none cancels it.
pub(crate) fn alarm(calendar: &Calendar, ctx: &Ctx, case: &Case, row: &BranchRow) -> JobDraft {
    let (_, due) = deadlines::flag(calendar, ctx.now, row.due);
    JobDraft {
        key: format!("casework.branch_due:{}", row.id),
        due,
        action: crate::actions::flag_branch::NAME,
        input: json!({ "case": case.id, "branch": row.branch }),
    }
}

/// Everything that the departments ask the applicant to correct, gathered into one notice: each place once, with the
/// reasons of all who name it.
pub(crate) fn gathered<'s>(
    rows: &[BranchRow],
    item: &Item,
    stage: usize,
    steps: impl DoubleEndedIterator<Item = &'s Step> + Clone,
) -> Detail {
    let mut detail = Detail { joined: true, ..Detail::default() };
    for row in rows.iter().filter(|row| row.state == BranchState::Asked) {
        let asked = steps.clone().rev().find(|step| {
            step.detail.branch.as_deref() == Some(&*row.branch)
                && step.detail.answer == Some(Answer::Ask)
        });
        let Some(asked) = asked else { continue };
        let name = declared(item, stage, &row.branch).map_or("", |branch| &branch.name.zh);
        let reason = asked.detail.reason.as_ref().map(|reason| format!("{name}：{reason}"));
        merge(&mut detail, &Detail { reason, ..asked.detail.clone() });
    }
    detail
}

/// Adds what somebody else asks for: each place once.
pub(crate) fn merge(detail: &mut Detail, more: &Detail) {
    for place in &more.materials {
        match detail.materials.iter_mut().find(|known| known.id == place.id) {
            Some(known) => append(&mut known.reason, &place.reason, "；"),
            None => detail.materials.push(place.clone()),
        }
    }
    for place in &more.fields {
        match detail.fields.iter_mut().find(|known| known.pointer == place.pointer) {
            Some(known) => append(&mut known.reason, &place.reason, "；"),
            None => detail.fields.push(place.clone()),
        }
    }
    match (&mut detail.reason, &more.reason) {
        (Some(reason), Some(more)) => append(reason, more, "\n"),
        (reason @ None, more) => reason.clone_from(more),
        (Some(_), None) => {}
    }
}

fn append(reason: &mut String, more: &str, between: &str) {
    if reason != more {
        reason.push_str(between);
        reason.push_str(more);
    }
}
