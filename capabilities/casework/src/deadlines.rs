//! Deadlines of a case: the limit of the stage, the promised limit from acceptance to decision, the time in which
//! the clock stands for a correction, and the flags. All by the working-day calendar.

use minshu_kernel::calendar::{Calendar, Pause};
use minshu_kernel::clock::Timestamp;

use crate::model::{Case, Flag, State, Step, Verb};
use crate::pack::Item;
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
    let stage_due =
        item.stage.get(standing.stage).map(|stage| calendar.due(now, stage.limit).instant);
    let promised_due = match accepted {
        Some(accepted) => calendar
            .due_with_pauses(accepted, item.promised, pauses)
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
    let standing =
        Standing { state: case.state, stage: case.stage, accepted: case.accepted.is_some() };
    let begun =
        steps.iter().rev().find(|step| !step.verb.by_clock()).map_or(case.submitted, |s| s.at);
    let before = Some(case.promised_due);
    after_step(calendar, item, standing, begun, case.accepted, &pauses(steps), before)
}

/// The times in which the clock of the promise stood: an accepted case lay with the applicant.
pub fn pauses(steps: &[Step]) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = Vec::new();
    let mut state_before = State::Submitted;
    for step in steps {
        match step.verb {
            Verb::Return if state_before == State::Accepted => {
                pauses.push(Pause { from: step.at, to: None });
            }
            Verb::Resubmit | Verb::Withdraw => {
                if let Some(open) = pauses.last_mut().filter(|pause| pause.to.is_none()) {
                    open.to = Some(step.at);
                }
            }
            _ => {}
        }
        state_before = step.state;
    }
    pauses
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
        let standing = Standing { state: State::Accepted, stage: 1, accepted: true };
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
        let standing = Standing { state: State::Accepted, stage: 2, accepted: true };
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
        let standing = Standing { state: State::Accepted, stage: 1, accepted: true };
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
