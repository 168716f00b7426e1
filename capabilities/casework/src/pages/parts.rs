//! Pieces that several pages share.

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{FormState, Markup, Visit};

use super::joint;
use crate::error::{state_key, verb_key};
use crate::model::{Answer, Flag, State, Verb};
use crate::queries::case::{CaseView, ClockView, ReturnView, StageProgress, StepView};
use crate::queries::counting::StretchView;

/// The address of the icons' sprite.
pub(super) const ICONS: &str = "/assets/icons.svg";

#[derive(Template)]
#[template(path = "parts/icon.html")]
struct Icon<'a> {
    name: &'a str,
    size: &'a str,
    sprite: &'a str,
}

/// An icon of the set, for templates.
pub(crate) fn icon(name: &str) -> Markup {
    let template = Icon { name, size: "", sprite: ICONS };
    template.render().map(Markup).unwrap_or_default()
}

/// A large icon of the set.
pub(crate) fn large_icon(name: &str) -> Markup {
    let template = Icon { name, size: " is-large", sprite: ICONS };
    template.render().map(Markup).unwrap_or_default()
}

/// A line of an error summary.
pub(super) struct Entry {
    /// Where it is mended; empty where nowhere in particular.
    pub(super) href: String,
    /// What is wrong.
    pub(super) text: String,
}

#[derive(Template)]
#[template(path = "parts/head.html")]
struct Head {
    csrf: String,
    key: String,
    summary: Markup,
}

#[derive(Template)]
#[template(path = "parts/summary.html")]
struct Summary {
    title: String,
    entries: Vec<Entry>,
}

/// The error summary of a form; `href` says where a pointer is mended. Nothing where nothing is wrong.
pub(super) fn summary(state: &FormState, href: impl Fn(&str) -> String) -> Result<Markup, Failure> {
    let entries = state
        .problems
        .iter()
        .map(|(pointer, text)| Entry { href: href(pointer), text: text.clone() })
        .collect();
    Markup::of(&Summary { title: state.summary.clone().unwrap_or_default(), entries })
}

/// The hidden fields and the error summary of a form.
pub(super) fn head(state: &FormState, href: impl Fn(&str) -> String) -> Result<Markup, Failure> {
    let summary = summary(state, href)?;
    Markup::of(&Head { csrf: state.csrf.clone(), key: state.key.clone(), summary })
}

/// The hidden fields of a form that was not sent.
pub(super) fn plain_head(visit: &Visit) -> Result<Markup, Failure> {
    head(&FormState::fresh(visit), |_| String::new())
}

/// Where a pointer of an application is mended: a field of the form, or a material.
pub(super) fn draft_href(draft: impl std::fmt::Display, pointer: &str) -> String {
    if let Some(material) = pointer.strip_prefix("/materials/") {
        return format!("/drafts/{draft}/materials#material-{material}");
    }
    match pointer.strip_prefix("/form") {
        Some(field) => format!("/drafts/{draft}?check=1#{}", field_id(field)),
        None => String::new(),
    }
}

/// The id of a field's element, as the form's renderer writes it.
pub(super) fn field_id(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', "-")
}

/// A flag or what is left, with its look.
pub(super) struct Left {
    /// Modifier of `flag`; empty where there is none.
    pub(super) class: &'static str,
    /// What is left, in words.
    pub(super) text: String,
}

/// What is left of the current step.
pub(super) fn left(visit: &Visit, t: &Speaker, due: Option<Timestamp>, flag: Flag) -> Option<Left> {
    let due = due?;
    let calendar = visit.services.calendar.current();
    let now = visit.services.clock.now();
    let class = match flag {
        Flag::Red => "is-red",
        Flag::Yellow => "is-yellow",
        Flag::None => "",
    };
    Some(Left { class, text: show::remaining_until(t, &calendar, now, due) })
}

/// The tag of a state: its modifier and icon.
pub(super) fn state_look(state: State) -> (&'static str, &'static str) {
    match state {
        State::Submitted => ("is-info", "send"),
        State::Returned => ("is-warn", "undo-2"),
        State::Accepted => ("is-info", "inbox"),
        State::Granted => ("is-good", "badge-check"),
        State::Denied | State::NotAccepted => ("is-bad", "x"),
        State::Withdrawn => ("", "rotate-ccw"),
    }
}

/// The tag of a state, for templates.
pub(super) struct StateTag {
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: String,
}

pub(super) fn state_tag(t: &Speaker, state: State) -> StateTag {
    let (class, icon) = state_look(state);
    StateTag { class, icon, word: t.say(state_key(state)) }
}

/// A named place with what is wrong there.
struct Place {
    name: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "parts/returned.html")]
struct Returned<'a> {
    t: &'a Speaker,
    reason: Option<String>,
    places: Vec<Place>,
    again: Option<String>,
}

/// What is to be corrected.
pub(super) fn returned(t: &Speaker, view: &ReturnView) -> Result<Markup, Failure> {
    let places = view
        .materials
        .iter()
        .chain(&view.fields)
        .map(|named| Place { name: t.local(&named.name).into(), reason: named.reason.clone() })
        .collect();
    Markup::of(&Returned {
        t,
        reason: view.reason.clone(),
        places,
        again: view.again_reason.clone(),
    })
}

/// A point of the time line.
struct Event {
    class: &'static str,
    now: bool,
    name: String,
    when: String,
    datetime: String,
    who: String,
    said: Option<Markup>,
}

#[derive(Template)]
#[template(path = "parts/timeline.html")]
struct Timeline {
    events: Vec<Event>,
}

/// Who took a step, or has it: place and role, never a name.
pub(super) fn office_words(t: &Speaker, office: &crate::queries::Office) -> String {
    t.say2("casework-office", ("place", &office.place), ("role", &office.role_name))
}

fn actor_words(t: &Speaker, step: &StepView) -> String {
    match (&step.office, step.verb) {
        (Some(office), _) => match &step.instead_of {
            Some(name) => {
                let office = office_words(t, office);
                t.say2("casework-office-for", ("office", office.as_str()), ("name", name.as_str()))
            }
            None => office_words(t, office),
        },
        (None, verb) if verb.by_clock() => t.say("casework-actor-clock"),
        (None, _) => t.say("casework-actor-applicant"),
    }
}

/// The time line of a case: what was, what is, what is to come.
pub(super) fn timeline(visit: &Visit, t: &Speaker, case: &CaseView) -> Result<Markup, Failure> {
    let mut events = Vec::new();
    for step in &case.steps {
        events.push(past(t, step)?);
    }
    if case.state.open() {
        events.push(present(visit, t, case));
        // Departments that are still to answer stand beside each other.
        let open = case.branches.iter().filter(|branch| branch.answered_ms.is_none());
        for branch in open.filter(|_| case.state == State::Accepted) {
            events.push(Event {
                class: "is-now",
                now: true,
                name: t.local(&branch.name).to_owned(),
                when: joint::when(visit, t, case, branch),
                datetime: String::new(),
                who: office_words(t, &branch.office),
                said: None,
            });
        }
        for stage in case.stages.iter().filter(|s| s.progress == StageProgress::Ahead) {
            events.push(Event {
                class: "is-ahead",
                now: false,
                name: t.local(&stage.name).to_owned(),
                when: limit_words(t, &stage.limit),
                datetime: String::new(),
                who: t.local(&stage.role_name).to_owned(),
                said: None,
            });
        }
    }
    Markup::of(&Timeline { events })
}

fn past(t: &Speaker, step: &StepView) -> Result<Event, Failure> {
    let class = match step.verb {
        Verb::Return | Verb::Recall | Verb::Suspend => "is-back",
        Verb::Opine if step.answer == Some(Answer::Disagree) => "is-bad",
        Verb::Opine if step.answer == Some(Answer::Ask) => "is-back",
        Verb::Escalate => "is-bad",
        Verb::Deny | Verb::Refuse | Verb::Withdraw => "is-bad",
        Verb::Flag if step.flag == Flag::Red => "is-bad",
        Verb::Flag => "is-back",
        _ => "is-done",
    };
    let said = match (&step.returned, &step.reason) {
        (Some(view), _) => Some(returned(t, view)?),
        (None, Some(reason)) => Some(Markup::of(&Returned {
            t,
            reason: Some(reason.clone()),
            places: Vec::new(),
            again: None,
        })?),
        (None, None) => None,
    };
    let name = match (step.verb, step.flag) {
        _ if step.special.is_some() || step.branch.is_some() => about(t, step),
        (Verb::Return, _) if step.joined => t.say("casework-joined-return"),
        (Verb::Advance, _) if step.joined => t.say("casework-joined-advance"),
        (Verb::Extend, _) => {
            t.say1("casework-extended-until", "until", show::due(t, step.promised_due_ms))
        }
        (Verb::Flag, Flag::Red) => t.say("casework-flagged-red"),
        (Verb::Flag, _) => t.say("casework-flagged-yellow"),
        (Verb::Recompute, _) => match step.due_ms {
            Some(due) => t.say1("casework-recomputed", "until", show::due(t, due)),
            None => t.say(verb_key(step.verb)),
        },
        (verb, _) => t.say(verb_key(verb)),
    };
    Ok(Event {
        class,
        now: false,
        name,
        when: show::instant(t, step.at_ms),
        datetime: step.at_ms.rfc3339(),
        who: actor_words(t, step),
        said,
    })
}

/// What was done in a step about a special procedure, or about a department's part.
fn about(t: &Speaker, step: &StepView) -> String {
    if let Some(special) = &step.special {
        return match (step.verb, step.until_ms) {
            (Verb::Suspend, Some(until)) => {
                let until = show::due(t, until);
                t.say2("casework-suspended-until", ("special", special), ("until", until))
            }
            (Verb::Resume, _) => t.say1("casework-resumed-after", "special", special),
            _ => t.say1("casework-special-over", "special", special),
        };
    }
    let Some(branch) = &step.branch else { return t.say(verb_key(step.verb)) };
    let key = match (step.answer, step.branch_flag) {
        (Some(Answer::Agree), _) => "casework-opined-agree",
        (Some(Answer::Disagree), _) => "casework-opined-disagree",
        (Some(Answer::Ask), _) => "casework-opined-ask",
        (None, Some(Flag::Red)) => "casework-branch-flagged-red",
        (None, _) => "casework-branch-flagged-yellow",
    };
    t.say1(key, "name", branch)
}

fn present(visit: &Visit, t: &Speaker, case: &CaseView) -> Event {
    let now_stage = case.stages.iter().find(|s| s.progress == StageProgress::Now);
    let (name, who) = match (&case.office, case.state) {
        (_, State::Returned) => {
            (t.say("casework-step-correction"), t.say("casework-with-applicant"))
        }
        (office, _) => (
            now_stage.map(|s| t.local(&s.name).to_owned()).unwrap_or_default(),
            office.as_ref().map(|office| office_words(t, office)).unwrap_or_default(),
        ),
    };
    let when = match case.due_ms {
        Some(due) => {
            let until = show::due(t, due);
            match left(visit, t, Some(due), case.flag) {
                Some(left) => t.say2("casework-until-left", ("until", until), ("left", left.text)),
                None => until,
            }
        }
        None => match &case.suspended {
            Some(suspended) => {
                let until = show::due(t, suspended.until_ms);
                t.say2("casework-stands-for", ("special", &suspended.name), ("until", until))
            }
            None => t.say("casework-clock-stands"),
        },
    };
    Event { class: "is-now", now: true, name, when, datetime: String::new(), who, said: None }
}

/// A limit as people read it, from how packs write it.
pub(super) fn limit_words(t: &Speaker, limit: &str) -> String {
    limit
        .parse::<minshu_kernel::calendar::Limit>()
        .map_or_else(|_| limit.to_owned(), |limit| t.message(&limit.message()))
}

/// A label and a value.
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) value: String,
}

/// A stretch of the explanation.
struct Stretch {
    dates: String,
    counted: String,
    why: String,
}

#[derive(Template)]
#[template(path = "parts/clock.html")]
struct Clock<'a> {
    t: &'a Speaker,
    boxes: Vec<&'static str>,
    summary: String,
    facts: Vec<Fact>,
    stretches: Vec<Stretch>,
}

/// The most boxes that the gauge draws for days over the limit.
const LATE_BOXES_MAX: usize = 20;

/// The deadline of a case, with each day that counts and why.
pub(super) fn clock(t: &Speaker, now: Timestamp, case: &CaseView) -> Result<Markup, Failure> {
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: String| facts.push(Fact { label: t.say(key), value });
    if let Some(due) = case.due_ms {
        fact("casework-due-step", show::due(t, due));
    }
    let promised_key = match (case.closed_ms, case.accepted_ms) {
        (Some(_), _) => "casework-due-promised-was",
        (None, Some(_)) => "casework-due-promised",
        (None, None) => "casework-due-latest",
    };
    fact(promised_key, show::due(t, case.promised_due_ms));
    if let Some(closed) = case.closed_ms {
        fact("casework-closed-at", show::instant(t, closed));
    }
    if let Some(due) = case.statutory_due_ms.filter(|_| case.closed_ms.is_none()) {
        fact("casework-due-statutory", show::due(t, due));
    }
    fact("casework-promised", limit_words(t, &case.promised));
    fact("casework-statutory", limit_words(t, &case.statutory));
    let clock = case.clock.as_ref();
    let today = case.closed_ms.unwrap_or(now).date();
    let late = clock.map_or(0, |clock| late_days(case, clock));
    let until_used = |date: jiff::civil::Date| date <= today;
    let boxes = clock.map_or_else(Vec::new, |clock| {
        let counted = clock.days.iter().filter(|day| day.counted);
        let within = counted.map(|day| if until_used(day.date) { " is-used" } else { "" });
        let late = usize::try_from(late).unwrap_or(0).min(LATE_BOXES_MAX);
        within.chain(std::iter::repeat_n(" is-late", late)).collect()
    });
    let stretches = clock.map_or_else(Vec::new, |clock| {
        clock.stretches.iter().map(|stretch| stretch_words(t, stretch)).collect()
    });
    Markup::of(&Clock { t, boxes, summary: clock_summary(t, case, clock), facts, stretches })
}

fn stretch_words(t: &Speaker, stretch: &StretchView) -> Stretch {
    let from = show::date(t, stretch.from);
    Stretch {
        dates: match stretch.from == stretch.to {
            true => from,
            false => {
                let to = show::date(t, stretch.to);
                t.say2("casework-clock-from-to", ("from", from), ("to", to))
            }
        },
        counted: match stretch.counted {
            true => t.say1("casework-clock-counted", "n", i64::from(stretch.days)),
            false => t.say("casework-clock-not-counted"),
        },
        why: t.local(&stretch.reason).to_owned(),
    }
}

fn clock_summary(t: &Speaker, case: &CaseView, clock: Option<&ClockView>) -> String {
    let Some(clock) = clock else { return t.say("casework-clock-not-yet") };
    let limit = limit_words(t, &clock.limit);
    let used = i64::from(clock.used);
    if let Some(suspended) = &case.suspended {
        let stands = t.say1("casework-clock-suspended", "special", &suspended.name);
        let said = t.say2("casework-clock-used", ("limit", limit), ("used", used));
        return t.say2("casework-sentences", ("first", said), ("second", stands));
    }
    let key = match (case.state, clock.promise) {
        (State::Returned, _) => "casework-clock-stopped",
        (_, true) => "casework-clock-used",
        (_, false) => "casework-clock-acceptance",
    };
    let said = t.say2(key, ("limit", limit), ("used", used));
    match late_days(case, clock) {
        0 => said,
        late => {
            let late = t.say1("casework-clock-late", "n", late);
            t.say2("casework-sentences", ("first", said), ("second", late))
        }
    }
}

/// Working days over the limit that runs; none while the clock stands.
fn late_days(case: &CaseView, clock: &ClockView) -> i64 {
    match case.state {
        State::Returned => 0,
        _ if case.suspended.is_some() => 0,
        _ => clock.working_days_left.min(0).abs(),
    }
}

/// The whole text of a list, with the language's separator.
pub(super) fn joined(t: &Speaker, words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    words.join(&t.say("casework-list-separator"))
}

/// A pack's texts in the reader's language.
pub(super) fn locals(t: &Speaker, texts: &[LocalText]) -> Vec<String> {
    texts.iter().map(|text| t.local(text).to_owned()).collect()
}
