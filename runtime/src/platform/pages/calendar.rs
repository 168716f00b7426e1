//! The working-day calendar of a year: what is a holiday and why, which weekend days are worked; operators declare days.

use std::sync::Arc;

use askama::Template;
use jiff::ToSpan as _;
use jiff::civil::Date;
use minshu_kernel::calendar::{Calendar, DayOverride};
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::show;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::Pages;
use super::parts::icons;
use crate::platform::actions::declare_day::DeclareDay;

/// The years that can be looked at and declared.
const YEARS: std::ops::RangeInclusive<i16> = 2020..=2099;

#[derive(Template)]
#[template(path = "pages/calendar.html")]
pub(super) struct CalendarPage {
    pub t: Speaker,
    pub icons: String,
    pub year: i16,
    pub before: i16,
    pub after: i16,
    pub certain: bool,
    pub working: String,
    pub weekdays: Vec<String>,
    pub months: Vec<Month>,
    pub exceptions: Vec<Exception>,
    pub form: Option<DayForm>,
}

/// A month as weeks of seven days, Monday first.
pub(super) struct Month {
    pub number: usize,
    pub name: String,
    pub working: String,
    pub weeks: Vec<Vec<Option<DayView>>>,
}

/// A day in its month.
pub(super) struct DayView {
    pub day: i8,
    pub working: bool,
    /// A weekday without work.
    pub off: bool,
    /// A weekend day with work.
    pub worked: bool,
}

/// Days in a row that do not follow the week, for one reason.
pub(super) struct Exception {
    pub days: String,
    pub working: bool,
    pub reason: String,
}

/// The form that declares a day, as it was typed.
pub(super) struct DayForm {
    pub state: FormState,
    pub date: String,
    pub working: String,
    pub zh: String,
    pub en: String,
}

impl DayForm {
    pub(super) fn problem(&self, pointer: &str) -> &str {
        self.state.problem(pointer).unwrap_or("")
    }
}

fn is_weekend(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() >= 5
}

impl CalendarPage {
    pub(super) fn of(
        t: Speaker,
        calendar: &Calendar,
        year: i16,
        form: Option<DayForm>,
    ) -> CalendarPage {
        let first = jiff::civil::date(year, 1, 1);
        let days = || first.series(1.day()).take_while(|date| date.year() == year);
        let certain = days().all(|date| calendar.is_working(date).certain);
        let working = days().filter(|date| calendar.is_working(*date).working).count();
        CalendarPage {
            icons: icons(),
            year,
            before: year.saturating_sub(1).max(*YEARS.start()),
            after: year.saturating_add(1).min(*YEARS.end()),
            certain,
            working: t.say1("platform-calendar-working", "n", count(working)),
            weekdays: (1..=7).map(|n| t.say(&format!("show-weekday-{n}"))).collect(),
            months: (1..=12).map(|month| month_of(&t, calendar, year, month)).collect(),
            exceptions: exceptions(&t, calendar, &days().collect::<Vec<_>>()),
            form,
            t,
        }
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn month_of(t: &Speaker, calendar: &Calendar, year: i16, month: i8) -> Month {
    let first = jiff::civil::date(year, month, 1);
    let lead = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or(0);
    let mut cells: Vec<Option<DayView>> = (0..lead).map(|_| None).collect();
    let days: Vec<Date> = first.series(1.day()).take_while(|date| date.month() == month).collect();
    let mut working = 0;
    for date in days {
        let day = calendar.is_working(date);
        working += usize::from(day.working);
        cells.push(Some(DayView {
            day: date.day(),
            working: day.working,
            off: !day.working && !is_weekend(date),
            worked: day.working && is_weekend(date),
        }));
    }
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    let mut weeks = Vec::new();
    while !cells.is_empty() {
        weeks.push(cells.drain(..7).collect());
    }
    Month {
        number: usize::try_from(month).unwrap_or(1),
        name: t.say(&format!("show-month-{month}")),
        working: t.say1("platform-calendar-month-working", "n", count(working)),
        weeks,
    }
}

/// Days whose reason is not the week's, neighbours of one reason taken together.
fn exceptions(t: &Speaker, calendar: &Calendar, days: &[Date]) -> Vec<Exception> {
    let mut runs: Vec<(Date, Date, bool, String)> = Vec::new();
    for date in days {
        let day = calendar.is_working(*date);
        let reason = t.local(&day.reason).to_owned();
        let by_week = Calendar::default().is_working(*date);
        if day.working == by_week.working && day.reason == by_week.reason {
            continue;
        }
        match runs.last_mut() {
            Some((_, last, working, said))
                if *working == day.working
                    && *said == reason
                    && last.tomorrow().is_ok_and(|next| next == *date) =>
            {
                *last = *date;
            }
            _ => runs.push((*date, *date, day.working, reason)),
        }
    }
    let exception = |(first, last, working, reason): (Date, Date, bool, String)| {
        let from = show::date(t, first);
        let days = if first == last {
            from
        } else {
            t.say2("platform-calendar-range", ("from", from), ("to", show::date(t, last)))
        };
        Exception { days, working, reason }
    };
    runs.into_iter().map(exception).collect()
}

/// Shows a year, this one where none is asked for.
pub(super) async fn show(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let today = visit.services.clock.now().date();
    let year = match visit.asked("year") {
        None => today.year(),
        Some(text) => {
            text.parse().ok().filter(|y| YEARS.contains(y)).ok_or_else(Failure::missing)?
        }
    };
    let form = visit.could("platform.declare_day").then(|| DayForm {
        state: FormState::fresh(&visit),
        date: String::new(),
        working: "no".to_owned(),
        zh: String::new(),
        en: String::new(),
    });
    page(&visit, year, form, 200)
}

fn page(visit: &Visit, year: i16, form: Option<DayForm>, status: u16) -> Result<Reply, Failure> {
    let calendar = visit.services.calendar.current();
    let page = CalendarPage::of(visit.speaker(), &calendar, year, form);
    let title = page.t.say1("platform-calendar-title", "year", year.to_string());
    Ok(Page::new("platform.calendar", title, &page)?.status(status).into())
}

/// Declares a day and puts the calendar in force.
pub(super) async fn declare(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    super::must(&visit, "platform.declare_day")?;
    let typed = |name: &str| visit.field(name).trim().chars().take(200).collect::<String>();
    let (date, working) = (typed("date"), typed("working"));
    let (zh, en) = (typed("reason_zh"), typed("reason_en"));
    let parsed = date.parse::<Date>().ok().filter(|d| YEARS.contains(&d.year()));
    let failure = match parsed {
        None => Failure::invalid(vec![FieldProblem::new("/day/date", "platform-day-date")]),
        Some(day) => {
            let reason = LocalText::new(zh.clone(), en.clone());
            let day = DayOverride { date: day, working: working == "yes", reason };
            match visit.act(&DeclareDay { day: day.clone() }).await {
                Ok(_) => {
                    let to = format!("/calendar?year={}", day.date.year());
                    return Ok(Reply::done(to, "platform-calendar-declared"));
                }
                Err(failure) => failure,
            }
        }
    };
    let status = failure.kind.status();
    let state = FormState::refused(&visit, failure)?;
    let year = parsed.map_or_else(|| visit.services.clock.now().date().year(), Date::year);
    page(&visit, year, Some(DayForm { state, date, working, zh, en }), status)
}
