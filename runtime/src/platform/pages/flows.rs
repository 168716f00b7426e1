//! The console of flows: dead letters of flows and subscriptions with the subjects that they park, failed jobs; an operator replays a letter or
//! drops it with a reason.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit};

use super::parts::icons;
use super::{Pages, must};
use crate::flows::replay;
use crate::platform::actions::end_dead_letter::{End, EndDeadLetter};
use crate::platform::queries::dead_letters::{DeadLetter, DeadLetters};
use crate::platform::queries::failed_jobs::{FailedJob, FailedJobs};
use crate::subscriptions::model::of_letters;

/// The states by which letters are listed.
const LISTS: [(&str, &str); 3] = [
    ("parked", "platform-flows-parked"),
    ("replayed", "platform-flows-replayed"),
    ("dropped", "platform-flows-dropped"),
];

#[derive(Template)]
#[template(path = "pages/flows.html")]
pub(super) struct FlowsPage {
    pub t: Speaker,
    pub icons: String,
    pub csrf: String,
    pub figures: Vec<Figure>,
    pub lists: Vec<List>,
    pub letters: Vec<LetterView>,
    pub ended: Vec<EndedView>,
    pub subjects: Vec<SubjectView>,
    pub jobs: Vec<JobView>,
    /// What became of a letter that was to be ended; empty where nothing was tried.
    pub summary: String,
}

/// A number on top.
pub(super) struct Figure {
    pub name: String,
    pub value: String,
}

/// A list of letters as a filter.
pub(super) struct List {
    pub href: String,
    pub label: String,
    pub current: bool,
}

/// A letter that can be ended: the first of its subject.
pub(super) struct LetterView {
    pub id: String,
    pub version: i64,
    pub key: String,
    pub flow: String,
    /// The page of the subscription, where it is one's letter.
    pub subscription: String,
    pub subject: String,
    pub event: String,
    pub since: String,
    pub why: String,
    pub error: String,
    pub behind: i64,
    pub reason: String,
    pub problem: String,
}

/// A letter that was ended.
pub(super) struct EndedView {
    pub flow: String,
    pub subject: String,
    pub since: String,
    pub reason: String,
}

/// A subject whose later events wait.
pub(super) struct SubjectView {
    pub subject: String,
    pub flow: String,
    pub behind: String,
    pub waited: String,
}

/// A job that failed.
pub(super) struct JobView {
    pub action: String,
    pub id: String,
    pub due: String,
    pub attempts: String,
    pub error: String,
}

/// What was typed for one letter, and what is wrong.
pub(super) struct Refused {
    pub letter: String,
    pub reason: String,
    pub problem: String,
    pub summary: String,
}

/// What the page shows.
pub(super) struct Shown<'a> {
    pub list: &'a str,
    pub letters: &'a [DeadLetter],
    pub jobs: &'a [FailedJob],
    pub now: Timestamp,
    pub refused: Option<Refused>,
}

/// Why an action was refused, in words: errors begin with the problem's code.
pub(super) fn why(t: &Speaker, error: &str) -> String {
    let code = error.split([' ', ':']).next().unwrap_or("");
    let key = code.replace(['.', '_'], "-");
    if !t.texts().has(&key) {
        return String::new();
    }
    // A message that wants values cannot be said without them.
    Some(t.say(&key)).filter(|said| !said.contains("{$")).unwrap_or_default()
}

impl FlowsPage {
    pub(super) fn of(
        t: Speaker,
        csrf: String,
        shown: Shown<'_>,
        fresh_key: impl Fn() -> String,
    ) -> FlowsPage {
        let parked = shown.list == "parked";
        let mut letters: Vec<LetterView> = Vec::new();
        let mut subjects: Vec<SubjectView> = Vec::new();
        let own = shown.letters.iter().filter(|_| parked);
        for letter in own {
            let first =
                letters.iter_mut().find(|l| l.flow == letter.flow && l.subject == letter.subject);
            match first {
                Some(first) => first.behind += 1,
                None => {
                    let refused = shown.refused.as_ref().filter(|r| r.letter == letter.id);
                    letters.push(letter_view(&t, letter, refused, fresh_key()));
                    subjects.push(SubjectView {
                        subject: letter.subject.clone(),
                        flow: letter.flow.clone(),
                        behind: String::new(),
                        waited: show::duration(&t, shown.now.0 - letter.at.0),
                    });
                }
            }
        }
        for (subject, letter) in subjects.iter_mut().zip(&letters) {
            subject.behind = show::number(letter.behind);
        }
        let ended = shown.letters.iter().filter(|_| !parked).map(|letter| EndedView {
            flow: letter.flow.clone(),
            subject: letter.subject.clone(),
            since: show::instant(&t, letter.at),
            reason: letter.reason.clone(),
        });
        let figure = |key: &str, n: usize| Figure {
            name: t.say(key),
            value: show::number(i64::try_from(n).unwrap_or(i64::MAX)),
        };
        let mut figures = Vec::new();
        if parked {
            figures.push(figure("platform-flows-letters", shown.letters.len()));
            figures.push(figure("platform-flows-subjects", subjects.len()));
        }
        figures.push(figure("platform-flows-jobs", shown.jobs.len()));
        let list = |(state, key): &(&str, &str)| List {
            href: format!("/operations/flows?state={state}"),
            label: t.say(key),
            current: *state == shown.list,
        };
        FlowsPage {
            icons: icons(),
            csrf,
            figures,
            lists: LISTS.iter().map(list).collect(),
            ended: ended.collect(),
            letters,
            subjects,
            jobs: shown.jobs.iter().map(|job| job_view(&t, job)).collect(),
            summary: shown.refused.map(|r| r.summary).unwrap_or_default(),
            t,
        }
    }
}

fn letter_view(
    t: &Speaker,
    letter: &DeadLetter,
    refused: Option<&Refused>,
    key: String,
) -> LetterView {
    LetterView {
        id: letter.id.clone(),
        version: letter.version,
        key,
        flow: letter.flow.clone(),
        subscription: of_letters(&letter.flow)
            .map(|id| format!("/operations/subscriptions/{id}"))
            .unwrap_or_default(),
        subject: letter.subject.clone(),
        event: letter.event.clone(),
        since: show::instant(t, letter.at),
        why: why(t, &letter.error),
        error: letter.error.clone(),
        behind: 0,
        reason: refused.map(|r| r.reason.clone()).unwrap_or_default(),
        problem: refused.map(|r| r.problem.clone()).unwrap_or_default(),
    }
}

fn job_view(t: &Speaker, job: &FailedJob) -> JobView {
    JobView {
        action: job.action.clone(),
        id: job.id.clone(),
        due: show::instant(t, job.due),
        attempts: show::number(job.attempts),
        error: job.error.clone(),
    }
}

/// Shows the console.
pub(super) async fn show(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let asked = visit.asked("state");
    let list = LISTS.iter().find(|(state, _)| Some(*state) == asked).map_or("parked", |l| l.0);
    page(&visit, list, None).await
}

async fn page(
    visit: &Visit,
    list: &str,
    refused: Option<(u16, Refused)>,
) -> Result<Reply, Failure> {
    let letters = visit.ask(&DeadLetters { state: Some(list.to_owned()) }).await?.letters;
    let jobs = visit.ask(&FailedJobs {}).await?.jobs;
    let (status, refused) = refused.map_or((200, None), |(status, r)| (status, Some(r)));
    let now = visit.services.clock.now();
    let shown = Shown { list, letters: &letters, jobs: &jobs, now, refused };
    let page = FlowsPage::of(visit.speaker(), visit.csrf.clone(), shown, || visit.fresh_key());
    let title = page.t.say("platform-navigation-flows");
    Ok(Page::new("platform.flows", title, &page)?.status(status).into())
}

/// Replays a letter or drops it. Letters of one subject end in their order: only the first may be replayed.
pub(super) async fn end(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "platform.end_dead_letter")?;
    let id: String = visit.param("letter")?;
    let drop = match visit.field("do") {
        "replay" => false,
        "drop" => true,
        _ => return Err(Failure::new(Kind::Malformed, "kernel.not_a_form")),
    };
    let done = if drop {
        drop_letter(&visit, &id).await
    } else {
        replay_letter(&pages, &visit, &id).await
    };
    match done {
        Ok(()) => {
            let key =
                if drop { "platform-flows-dropped-now" } else { "platform-flows-replayed-now" };
            Ok(Reply::done("/operations/flows", key))
        }
        Err(failure) if matches!(failure.kind, Kind::Missing | Kind::Unauthenticated) => {
            Err(failure)
        }
        Err(failure) => {
            let t = visit.speaker();
            let problems = minshu_kernel::web::say_problems(&t, &failure.fields);
            let problem = problems.into_iter().find(|(pointer, _)| pointer == "/reason");
            let said = t.message(&failure.message);
            let refused = Refused {
                letter: id,
                reason: visit.field("reason").chars().take(500).collect(),
                problem: problem.map(|(_, text)| text).unwrap_or_default(),
                summary: if drop {
                    said
                } else {
                    t.say1("platform-flows-still-refused", "why", said)
                },
            };
            page(&visit, "parked", Some((failure.kind.status(), refused))).await
        }
    }
}

async fn drop_letter(visit: &Visit, id: &str) -> Result<(), Failure> {
    let version = visit.field("version").parse().map_err(|_| Failure::missing())?;
    let reason = visit.field("reason").to_owned();
    let action = EndDeadLetter { id: id.to_owned(), version, end: End::Dropped, reason };
    visit.act(&action).await.map(|_| ())
}

async fn replay_letter(pages: &Pages, visit: &Visit, id: &str) -> Result<(), Failure> {
    // The list is by time, and letters of one subject were written in the order of its events.
    let letters = visit.ask(&DeadLetters::default()).await?.letters;
    let letter = letters.iter().find(|l| l.id == id).ok_or_else(Failure::missing)?;
    let first = letters.iter().find(|l| l.flow == letter.flow && l.subject == letter.subject);
    if first.is_some_and(|first| first.id != letter.id) {
        return Err(Failure::new(Kind::Conflict, "platform.behind_another"));
    }
    // Those behind it go on with it, until one fails again: it is then the first.
    let subject = letters.iter().filter(|l| l.flow == letter.flow && l.subject == letter.subject);
    for letter in subject {
        match replay(&pages.house, &letter.flow, &letter.event).await {
            Err(failure) if letter.id == id => return Err(failure),
            Err(_) => break,
            Ok(()) => {}
        }
        let action = EndDeadLetter {
            id: letter.id.clone(),
            version: letter.version,
            end: End::Replayed,
            reason: String::new(),
        };
        visit.act(&action).await?;
    }
    Ok(())
}
