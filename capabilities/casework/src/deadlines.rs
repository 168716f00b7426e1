//! Deadlines of a case: the limit of the stage, the promised limit from acceptance to decision, the time in which
//! the clock stands for a correction or a special procedure, the one extension, and the flags. All by the working-day
//! calendar.

use minshu_kernel::calendar::{Calendar, Limit, Pause};
use minshu_kernel::clock::Timestamp;

use crate::model::{BranchRow, BranchState, Case, Flag, State, Step, Verb};
use crate::pack::{Branch, Item, SpecialKind};
use crate::rules::Standing;

/// The most days that are walked back to find the working day before the last one: longer than any arrangement
/// of holidays.
const REST_DAYS_MAX: usize = 60;

/// When a case is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// The end of the current step; none while nobody in an office has it.
    pub due: Option<Timestamp>,
    /// The end of the promised limit. Before acceptance it is the latest that it can become: acceptance at
    /// the last moment of the first stage, and the whole promise after it.
    pub promised_due: Timestamp,
}

/// The deadlines after a step.
///
/// `accepted` is the instant of acceptance, once there was one; `pauses` are the times in which an accepted case
/// lay with the applicant; `before` is what was promised before this step.
pub fn after_step(
    calendar: &Calendar,
    item: &Item,
    standing: Standing,
    now: Timestamp,
    accepted: Option<Timestamp>,
    pauses: &[Pause],
    before: Option<Timestamp>,
) -> Deadlines {
    let counted = Counted { begun: now, accepted, pauses, extended: None };
    counted_from(calendar, item, standing, &counted, before)
}

/// From when and without what the limits of a case are counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// When the step under way began.
    pub begun: Timestamp,
    /// When the case was accepted.
    pub accepted: Option<Timestamp>,
    /// The times in which the clock stood.
    pub pauses: &'a [Pause],
    /// The stage in which the limits were extended.
    pub extended: Option<usize>,
}

impl Counted<'_> {
    /// A limit of a stage, with the extension where it was given there.
    fn of_stage(&self, item: &Item, stage: usize, limit: Limit) -> Limit {
        match &item.extension {
            Some(extension) if self.extended == Some(stage) => longer(limit, extension.limit),
            _ => limit,
        }
    }

    /// A limit of the whole case, with the extension.
    pub fn of_case(&self, item: &Item, limit: Limit) -> Limit {
        match &item.extension {
            Some(extension) if self.extended.is_some() => longer(limit, extension.limit),
            _ => limit,
        }
    }
}

/// A limit with another added. Packs are checked so that both are counted alike; what is not stays as it was.
fn longer(limit: Limit, more: Limit) -> Limit {
    if limit.unit() != more.unit() {
        return limit;
    }
    Limit::new(limit.amount().saturating_add(more.amount()), limit.unit()).unwrap_or(limit)
}

/// The deadlines of a case that stands there.
pub fn counted_from(
    calendar: &Calendar,
    item: &Item,
    standing: Standing,
    counted: &Counted<'_>,
    before: Option<Timestamp>,
) -> Deadlines {
    let Counted { begun: now, accepted, pauses, .. } = *counted;
    let stage_due = item.stage.get(standing.stage).and_then(|stage| {
        let limit = counted.of_stage(item, standing.stage, stage.limit);
        calendar.due_with_pauses(now, limit, pauses).map(|due| due.instant)
    });
    let promised_due = match accepted {
        Some(accepted) => calendar
            .due_with_pauses(accepted, counted.of_case(item, item.promised), pauses)
            // While the clock stands nothing is promised anew: what stood last stays written.
            .map_or(before.unwrap_or(accepted), |due| due.instant),
        None if standing.state == State::Submitted => {
            let latest = stage_due.unwrap_or(now).plus_ms(-1);
            calendar.due(latest, item.promised).instant
        }
        None => before.unwrap_or(now),
    };
    let due = match standing.state {
        State::Submitted => stage_due,
        State::Accepted => stage_due.map(|due| due.min(promised_due)),
        _ => None,
    };
    Deadlines { due, promised_due }
}

/// The deadlines of a case whose clock runs, as its last step would set them by this calendar.
pub fn recomputed(calendar: &Calendar, item: &Item, case: &Case, steps: &[Step]) -> Deadlines {
    let standing = crate::stepping::standing(case);
    let pauses = pauses(steps);
    let counted = Counted {
        begun: begun(steps).unwrap_or(case.submitted),
        accepted: case.accepted,
        pauses: &pauses,
        extended: extended(steps),
    };
    counted_from(calendar, item, standing, &counted, Some(case.promised_due))
}

/// When the step under way began: with the last step after which somebody else had the case. After a step that was
/// taken back, what it ended goes on as if it had not been.
pub fn begun(steps: &[Step]) -> Option<Timestamp> {
    let (last, before) = steps.split_last()?;
    if let Some(recalled) = last.detail.recalled {
        return begun(&steps[..steps.partition_point(|step| step.sequence < recalled)]);
    }
    if last.verb.goes_on() { begun(before) } else { Some(last.at) }
}

/// The stage in which the limits were extended.
pub fn extended(steps: &[Step]) -> Option<usize> {
    steps.iter().find(|step| step.verb == Verb::Extend).map(|step| step.stage_before)
}

/// Why the clock stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// An accepted case lay with the applicant.
    Correction,
    /// For a special procedure.
    Special(SpecialKind),
}

/// The times in which the clock of the promise stood.
pub fn pauses(steps: &[Step]) -> Vec<Pause> {
    stops(steps).into_iter().map(|(pause, _)| pause).collect()
}

/// The times in which the clock of the promise stood, and why.
pub fn stops(steps: &[Step]) -> Vec<(Pause, Why)> {
    let mut stops: Vec<(Pause, Why)> = Vec::new();
    let mut state_before = State::Submitted;
    for step in steps {
        match (step.verb, step.detail.special) {
            (Verb::Return, _) if state_before == State::Accepted => {
                stops.push((Pause { from: step.at, to: None }, Why::Correction));
            }
            (Verb::Suspend, Some(kind)) => {
                stops.push((Pause { from: step.at, to: None }, Why::Special(kind)));
            }
            (Verb::Resubmit | Verb::Withdraw | Verb::Resume, _) => {
                if let Some((open, _)) = stops.last_mut().filter(|(pause, _)| pause.to.is_none()) {
                    open.to = Some(step.at);
                }
            }
            // A return that was taken back was the office's mistake: its time counts.
            (Verb::Recall, _) if state_before == State::Returned => {
                let _ = stops.pop_if(|(pause, _)| pause.to.is_none());
            }
            _ => {}
        }
        state_before = step.state;
    }
    stops
}

/// A department's part of a joint approval as it stands now: its own limit, never past what is promised.
pub fn branch_due(
    calendar: &Calendar,
    item: &Item,
    case: &Case,
    counted: &Counted<'_>,
    branch: &Branch,
    row: &BranchRow,
) -> Option<Timestamp> {
    if row.state != BranchState::Open || case.state != State::Accepted || case.suspended.is_some() {
        return None;
    }
    let limit = counted.of_stage(item, case.stage, branch.limit);
    let due = calendar.due_with_pauses(row.begun, limit, counted.pauses)?;
    Some(due.instant.min(case.promised_due))
}

/// The instant from which one working day or less is left: 00:00 of the working day before the last one.
pub fn yellow_from(calendar: &Calendar, due: Timestamp) -> Timestamp {
    let last = due.plus_ms(-1).date();
    let before = std::iter::successors(last.yesterday().ok(), |day| day.yesterday().ok())
        .take(REST_DAYS_MAX)
        .find(|day| calendar.is_working(*day).working);
    Timestamp::start_of(before.unwrap_or(last))
}

/// The flag at an instant, and when it is next to be looked at.
pub fn flag(
    calendar: &Calendar,
    now: Timestamp,
    due: Option<Timestamp>,
) -> (Flag, Option<Timestamp>) {
    let Some(due) = due else { return (Flag::None, None) };
    let yellow = yellow_from(calendar, due);
    if now >= due {
        (Flag::Red, None)
    } else if now >= yellow {
        (Flag::Yellow, Some(due))
    } else {
        (Flag::None, Some(yellow))
    }
}

/// The flag of a case at an instant, and when it is next to be looked at: while the clock stands, at the expected end of
/// the special procedure; when it is red, at the moment at which it goes to those who supervise.
pub fn look(
    calendar: &Calendar,
    item: &Item,
    now: Timestamp,
    case: &Case,
) -> (Flag, Option<Timestamp>) {
    if let Some(suspended) = case.suspended {
        let over = now >= suspended.until;
        return if over { (Flag::Yellow, None) } else { (Flag::None, Some(suspended.until)) };
    }
    look_at(calendar, item, now, case.due)
}

/// The same of an end.
pub fn look_at(
    calendar: &Calendar,
    item: &Item,
    now: Timestamp,
    due: Option<Timestamp>,
) -> (Flag, Option<Timestamp>) {
    let (flag, next) = flag(calendar, now, due);
    let Some(due) = due.filter(|_| flag == Flag::Red) else { return (flag, next) };
    (flag, escalates(calendar, item, due).filter(|at| now < *at))
}

/// When something that was due then goes to those who supervise.
pub fn escalates(calendar: &Calendar, item: &Item, due: Timestamp) -> Option<Timestamp> {
    let escalation = item.escalation.as_ref()?;
    // The last day of the limit is the day from which the first one late is counted.
    Some(calendar.due(due.plus_ms(-1), escalation.after).instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, item_with_limits, national};

    fn said(instant: Timestamp) -> String {
        instant.plus_ms(-1).date().to_string()
    }

    /// Spring Festival 2026: 15 to 23 February are off, Saturday 14 and Saturday 28 February are worked.
    #[test]
    fn deadlines_over_the_spring_festival() {
        let calendar = national();
        let item = item_with_limits(
            "5 working days",
            "15 working days",
            &["5 working days", "10 working days"],
        );
        // Sent in on Thursday 12 February: 13, 14 (worked), 24, 25, 26 are the five days of acceptance.
        let sent = at("2026-02-12T10:00");
        let first = after_step(&calendar, &item, Standing::submitted(), sent, None, &[], None);
        assert_eq!(said(first.due.unwrap()), "2026-02-26");
        // Accepted on the last of them, fifteen more: 27, 28 (worked), 2 to 6, 9 to 13, 16 to 18 March.
        assert_eq!(said(first.promised_due), "2026-03-18");
        // Accepted on 13 February: 14, 24, 25, 26, 27, 28, 2 to 6 March (11), 9 to 12 March (15).
        let standing =
            Standing { state: State::Accepted, stage: 1, accepted: true, suspended: false };
        let accepted = at("2026-02-13T16:30");
        let second = after_step(&calendar, &item, standing, accepted, Some(accepted), &[], None);
        assert_eq!(said(second.promised_due), "2026-03-12");
        // Ten of the stage: up to 5 March.
        assert_eq!(said(second.due.unwrap()), "2026-03-05");
    }

    #[test]
    fn the_promise_bounds_the_last_stage() {
        let calendar = national();
        let item = item_with_limits(
            "20 working days",
            "5 working days",
            &["1 working day", "5 working days", "5 working days"],
        );
        let accepted = at("2026-03-02T09:00");
        let later = at("2026-03-05T09:00");
        let standing =
            Standing { state: State::Accepted, stage: 2, accepted: true, suspended: false };
        let deadlines = after_step(&calendar, &item, standing, later, Some(accepted), &[], None);
        assert_eq!(
            said(deadlines.due.unwrap()),
            "2026-03-09",
            "not the 12th, which the stage alone would give"
        );
    }

    #[test]
    fn the_clock_stands_while_an_accepted_case_is_corrected() {
        let calendar = national();
        let item = item_with_limits(
            "20 working days",
            "5 working days",
            &["1 working day", "5 working days"],
        );
        let accepted = at("2026-03-02T09:00");
        let standing =
            Standing { state: State::Accepted, stage: 1, accepted: true, suspended: false };
        // Without a stop: 3, 4, 5, 6, 9 March. The 4th, 5th and 6th are touched by the stop: 3, 9, 10, 11, 12.
        let pause = Pause { from: at("2026-03-04T15:00"), to: Some(at("2026-03-06T10:00")) };
        let deadlines = after_step(
            &calendar,
            &item,
            standing,
            at("2026-03-06T10:00"),
            Some(accepted),
            &[pause],
            None,
        );
        assert_eq!(said(deadlines.promised_due), "2026-03-12");
        // While it stands, what was promised stays written and nothing is due.
        let open = Pause { from: at("2026-03-04T15:00"), to: None };
        let returned = Standing { state: State::Returned, ..standing };
        let before = at("2026-03-10T00:00");
        let deadlines = after_step(
            &calendar,
            &item,
            returned,
            open.from,
            Some(accepted),
            &[open],
            Some(before),
        );
        assert_eq!(deadlines, Deadlines { due: None, promised_due: before });
    }

    #[test]
    fn flags_turn_on_the_working_day_before_and_at_the_end() {
        let calendar = national();
        // National Day 2025: 1 to 8 October are off, Sunday 28 September and Saturday 11 October are worked.
        let due = Timestamp::end_of("2025-10-09".parse().unwrap());
        assert_eq!(yellow_from(&calendar, due), at("2025-09-30T00:00"));
        let none = flag(&calendar, at("2025-09-29T23:59"), Some(due));
        assert_eq!(none, (Flag::None, Some(at("2025-09-30T00:00"))));
        let yellow = flag(&calendar, at("2025-09-30T00:00"), Some(due));
        assert_eq!(yellow, (Flag::Yellow, Some(due)));
        assert_eq!(flag(&calendar, due, Some(due)), (Flag::Red, None));
        assert_eq!(flag(&calendar, due, None), (Flag::None, None));
    }

    #[test]
    fn flags_agree_with_the_days_that_people_read() {
        let calendar = national();
        let due = Timestamp::end_of("2026-03-10".parse().unwrap());
        for hour in 0..24 * 12 {
            let now = at("2026-03-01T00:30").plus_ms(hour * 3_600_000);
            let left = calendar.working_days_between(now, due);
            let expected = if now >= due {
                Flag::Red
            } else if left <= 1 {
                Flag::Yellow
            } else {
                Flag::None
            };
            assert_eq!(flag(&calendar, now, Some(due)).0, expected, "{}", now.rfc3339());
        }
    }
}
