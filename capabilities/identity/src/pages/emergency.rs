//! Opening a single thing in an emergency, and judging what others opened.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::TaskEntry;
use minshu_kernel::emergency;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OpeningId;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::must;
use super::parts::{Field, Head, Maker, Select, given};
use crate::actions::{BreakGlass, CloseOpening, ReviewOpening};
use crate::model::{OpeningReason, Secret};
use crate::queries::my_openings::OwnOpenings;
use crate::queries::openings::{OpeningLine, OpeningPage};
use crate::queries::{MyFactors, MyOpenings, Openings};
use crate::rules;

/// For how long a form offers to open something, in minutes.
const MINUTES: [u32; 4] = [30, 60, 120, 240];
/// The most openings that stand among an officer's work.
const TASKS_MAX: u32 = 10;

/// An opening as both pages show it.
pub(super) struct OpeningView {
    id: String,
    name: String,
    number: String,
    about: String,
    place: String,
    reason: String,
    words: String,
    times: String,
    href: String,
    open: bool,
    overdue: bool,
    due: String,
    judged: Option<(bool, String)>,
    may_review: bool,
}

impl OpeningView {
    fn of(t: &Speaker, line: &OpeningLine, page: &str) -> OpeningView {
        OpeningView {
            id: line.opening.to_string(),
            name: line.name.clone(),
            number: line.number.clone(),
            about: t.local(&line.about).to_owned(),
            place: t.local(&line.place).to_owned(),
            reason: reason(t, line.reason),
            words: line.words.clone(),
            times: t.say2(
                "identity-opening-times",
                ("from", show::instant(t, line.opened_ms).as_str()),
                ("until", until(t, line).as_str()),
            ),
            href: format!("{page}{}", line.resource),
            open: line.open,
            overdue: line.overdue,
            due: t.say1(
                "identity-opening-due",
                "due",
                show::date(t, line.review_due_ms.plus_ms(-1).date()).as_str(),
            ),
            judged: line.verdict.as_ref().map(|verdict| (verdict.justified, verdict.words.clone())),
            may_review: line.may_review,
        }
    }
}

/// The end; on the same day the hour says it.
fn until(t: &Speaker, line: &OpeningLine) -> String {
    match line.until_ms.date() == line.opened_ms.date() {
        true => show::time(line.until_ms),
        false => show::instant(t, line.until_ms),
    }
}

fn reason(t: &Speaker, reason: OpeningReason) -> String {
    t.say(&format!("identity-opening-{}", reason.as_str()))
}

#[derive(Template)]
#[template(path = "emergency.html")]
struct EmergencyPage {
    t: Speaker,
    csrf: String,
    openings: Vec<OpeningView>,
    head: Head,
    /// Where there is but one kind, nothing is to be chosen.
    only: String,
    kind: Select,
    number: Field,
    reason: Select,
    words: String,
    words_problem: String,
    minutes: Select,
    proof: Vec<Field>,
}

/// What was typed: kind, number, reason, words, minutes.
type Typed<'a> = [&'a str; 5];

/// The page of one's own openings, with the form; `second` where the account asks for a second step.
pub(super) fn emergency_page(
    t: Speaker,
    own: &OwnOpenings,
    pages: &dyn Fn(&str) -> String,
    (state, typed): (&FormState, Typed<'_>),
    second: bool,
) -> Result<Page, Failure> {
    let [kind, number, chosen, words, minutes] = typed;
    let make = Maker::new(&t, state, "emergency-");
    let kinds = own.kinds.iter().map(|kind| (kind.kind.clone(), t.local(&kind.name).to_owned()));
    let reasons = OpeningReason::ALL.iter().map(|r| (r.as_str().to_owned(), reason(&t, *r)));
    let lengths = MINUTES
        .iter()
        .map(|n| (n.to_string(), t.say1("identity-emergency-for", "minutes", n.to_string())));
    let default = rules::OPENING_MINUTES.to_string();
    let minutes = if minutes.is_empty() { &default } else { minutes };
    let template = EmergencyPage {
        csrf: state.csrf.clone(),
        openings: own
            .openings
            .iter()
            .map(|line| OpeningView::of(&t, line, &pages(&line.kind)))
            .collect(),
        only: match own.kinds.as_slice() {
            [one] => one.kind.clone(),
            _ => String::new(),
        },
        kind: make.select("/kind", "identity-emergency-kind", kind, kinds),
        number: make
            .code("/number", "identity-emergency-number", number)
            .hint(t.say("identity-emergency-number-hint")),
        reason: make.select("/reason", "identity-emergency-reason", chosen, reasons),
        words_problem: make.said("/words", "identity-emergency-words"),
        words: words.to_owned(),
        minutes: make.select("/minutes", "identity-emergency-minutes", minutes, lengths),
        proof: make.proof("identity-emergency-password-hint", second),
        head: make.head(),
        t: t.clone(),
    };
    Page::new("identity.emergency", t.say("identity-emergency-title"), &template)
}

async fn own_page(visit: &Visit, form: (&FormState, Typed<'_>)) -> Result<Page, Failure> {
    let own = visit.ask(&MyOpenings {}).await?;
    let second = visit.ask(&MyFactors {}).await?.totp_ms.is_some();
    emergency_page(visit.speaker(), &own, &|kind| page_of(visit, kind), form, second)
}

fn page_of(visit: &Visit, kind: &str) -> String {
    let known = emergency::kind(&visit.services, kind);
    known.map_or_else(String::new, |kind| kind.page.to_owned())
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.break_glass")?;
    let number = visit.asked("number").unwrap_or_default().to_owned();
    let form = FormState::fresh(&visit);
    Ok(own_page(&visit, (&form, ["", &number, "", "", ""])).await?.into())
}

pub(super) async fn open(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = ["kind", "number", "reason", "words", "minutes"].map(|name| visit.field(name));
    let action = BreakGlass {
        kind: typed[0].to_owned(),
        number: typed[1].to_owned(),
        reason: typed[2].parse().unwrap_or(OpeningReason::Other),
        words: typed[3].to_owned(),
        minutes: typed[4].parse().ok(),
        password: Secret::new(visit.field("password")),
        code: given(&visit, "code").map(Secret::new),
    };
    match visit.act(&action).await {
        Ok(opened) => {
            let to = format!("{}{}", page_of(&visit, typed[0]), opened.resource);
            Ok(Reply::done(to, "identity-emergency-opened"))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(own_page(&visit, (&state, typed)).await?.status(status).into())
        }
    }
}

pub(super) async fn close(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let opening: OpeningId = visit.field("opening").parse().map_err(|_| Failure::missing())?;
    visit.act(&CloseOpening { opening }).await?;
    Ok(Reply::done("/emergency", "identity-emergency-closed"))
}

#[derive(Template)]
#[template(path = "reviews.html")]
struct ReviewsPage {
    t: Speaker,
    csrf: String,
    judged: bool,
    openings: Vec<OpeningView>,
    counts: String,
    overdue: u32,
    next: String,
    problem: String,
    /// The opening whose verdict was refused, and what was typed for it.
    typed: (String, String),
}

/// The page of what others opened.
pub(super) fn reviews_page(
    t: Speaker,
    page: &OpeningPage,
    judged: bool,
    pages: &dyn Fn(&str) -> String,
    (state, typed): (&FormState, (&str, &str)),
) -> Result<Page, Failure> {
    let problem = state.problems.first().map(|(_, text)| text.clone()).or(state.summary.clone());
    let template = ReviewsPage {
        csrf: state.csrf.clone(),
        judged,
        openings: page
            .openings
            .iter()
            .map(|line| OpeningView::of(&t, line, &pages(&line.kind)))
            .collect(),
        counts: t.say1("identity-reviews-waiting", "n", i64::from(page.waiting)),
        overdue: page.overdue,
        next: page.next.as_ref().map(ToString::to_string).unwrap_or_default(),
        problem: problem.unwrap_or_default(),
        typed: (typed.0.to_owned(), typed.1.to_owned()),
        t: t.clone(),
    };
    Page::new("identity.reviews", t.say("identity-reviews-title"), &template)
}

async fn list_page(visit: &Visit, form: (&FormState, (&str, &str))) -> Result<Page, Failure> {
    let judged = visit.asked("judged").is_some();
    let after = visit.asked("after").and_then(|after| after.parse().ok());
    let page = visit.ask(&Openings { judged, after, limit: None }).await?;
    reviews_page(visit.speaker(), &page, judged, &|kind| page_of(visit, kind), form)
}

pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.openings")?;
    Ok(list_page(&visit, (&FormState::fresh(&visit), ("", ""))).await?.into())
}

pub(super) async fn review(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let opening: OpeningId = visit.param("opening")?;
    let words = visit.field("words").to_owned();
    let action = ReviewOpening {
        opening,
        justified: visit.field("justified") == "true",
        words: words.clone(),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/reviews", Message::new("identity-reviewed-done"))),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let id = opening.to_string();
            let page = list_page(&visit, (&state, (&id, &words))).await?;
            Ok(page.status(status).into())
        }
    }
}

/// What waits for a verdict, among an officer's work.
pub(super) async fn tasks(visit: Arc<Visit>) -> Result<Vec<TaskEntry>, Failure> {
    if !visit.could("identity.openings") {
        return Ok(Vec::new());
    }
    let t = visit.speaker();
    let page = visit.ask(&Openings { judged: false, after: None, limit: Some(TASKS_MAX) }).await?;
    let waits = page.openings.iter().filter(|line| line.may_review);
    Ok(waits
        .map(|line| TaskEntry {
            title: t.say1("identity-review-task", "number", line.number.as_str()),
            about: format!("{} · {}", line.name, reason(&t, line.reason)),
            href: format!("/reviews#o-{}", line.opening),
            due: Some(line.review_due_ms),
            flag: if line.overdue { "red" } else { "none" },
        })
        .collect())
}
