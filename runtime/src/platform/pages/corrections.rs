//! Correction: one's own requests with the form that asks (`/me/corrections`), and the desk of those who decide
//! (`/records/corrections`).

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::list::After;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::Pages;
use super::parts::icons;
use crate::correction::model::{CorrectionId, RequestState};
use crate::platform::actions::ask_correction::AskCorrection;
use crate::platform::actions::decide_correction::DecideCorrection;
use crate::platform::queries::corrections::{CorrectionLine, Corrections, MyCorrections};

const OWN: &str = "/me/corrections";
const DESK: &str = "/records/corrections";
/// Records of each kind among which one chooses.
const CHOICES: u32 = 50;
/// The most characters of a text, and one more.
const MOST: usize = 1_001;

/// A request, for either side.
pub(super) struct RequestView {
    pub id: String,
    pub key: String,
    pub version: i64,
    pub title: String,
    pub asker: String,
    pub account: String,
    pub kind: String,
    pub wrong: String,
    pub right: String,
    pub why: String,
    pub place: String,
    pub asked: String,
    pub due: String,
    pub state: String,
    pub class: &'static str,
    /// The class and words of the flag; empty where there is none.
    pub flag: (&'static str, String),
    pub outcome: String,
    pub decided: String,
    pub open: bool,
}

fn view(t: &Speaker, line: &CorrectionLine, key: String) -> RequestView {
    let (state, class) = match line.state {
        RequestState::Open => ("platform-correction-open", "is-info"),
        RequestState::Corrected => ("platform-correction-corrected", "is-good"),
        RequestState::Partly => ("platform-correction-partly", "is-warn"),
        RequestState::Refused => ("platform-correction-refused", "is-bad"),
    };
    let flag = match line.flag.as_str() {
        "red" => ("is-bad", t.say("platform-correction-late")),
        "yellow" => ("is-warn", t.say("platform-correction-near")),
        _ => ("", String::new()),
    };
    RequestView {
        id: line.correction.to_string(),
        key,
        version: line.version,
        title: line.words.title.clone(),
        asker: line.words.asker.clone(),
        account: line.account.to_string(),
        kind: line.kind.clone(),
        wrong: line.words.wrong.clone(),
        right: line.words.right.clone(),
        why: line.words.why.clone(),
        place: line.place.clone(),
        asked: show::instant(t, line.asked_ms),
        due: show::due(t, line.due_ms),
        state: t.say(state),
        class,
        flag,
        outcome: line.outcome.clone().unwrap_or_default(),
        decided: line.decided_ms.map(|at| show::instant(t, at)).unwrap_or_default(),
        open: line.state == RequestState::Open,
    }
}

#[derive(Template)]
#[template(path = "pages/my_corrections.html")]
pub(super) struct OwnPage {
    pub t: Speaker,
    pub icons: String,
    pub requests: Vec<RequestView>,
    /// What can be asked about: value, words, whether it was chosen.
    pub choices: Vec<(String, String, bool)>,
    pub form: FormState,
    pub typed: Typed,
}

/// The form that asks, as it was typed.
#[derive(Default)]
pub(super) struct Typed {
    pub record: String,
    pub wrong: String,
    pub right: String,
    pub why: String,
    pub division: String,
}

impl OwnPage {
    pub(super) fn problem(&self, pointer: &str) -> &str {
        self.form.problem(pointer).unwrap_or("")
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 5] {
        ["record", "wrong", "right", "why", "division"]
            .map(|field| (field, self.problem(&format!("/{field}"))))
    }

    pub(super) fn of(
        t: Speaker,
        lines: &[CorrectionLine],
        choices: Vec<(String, String)>,
        form: FormState,
        typed: Typed,
    ) -> OwnPage {
        let chosen = |value: &str| value == typed.record;
        let choices =
            choices.into_iter().map(|(value, words)| (value.clone(), words, chosen(&value)));
        OwnPage {
            icons: icons(),
            requests: lines.iter().map(|line| view(&t, line, String::new())).collect(),
            choices: choices.collect(),
            form,
            typed,
            t,
        }
    }
}

/// What somebody can ask about: the records that are held, without those of this page itself.
async fn choices(visit: &Visit) -> Result<Vec<(String, String)>, Failure> {
    let ctx = visit.ctx("platform.my_corrections");
    let t = visit.speaker();
    let mut choices = Vec::new();
    for holding in &*ctx.services.holdings {
        if holding.name.starts_with("platform.") {
            continue;
        }
        let kind = t.say(holding.title);
        for record in (holding.read)(&ctx, CHOICES).await? {
            let words = format!("{kind}{}{}", t.say("platform-separator"), record.title);
            choices.push((format!("{} {}", holding.name, record.id), words));
        }
    }
    Ok(choices)
}

async fn own_page(
    visit: &Visit,
    form: FormState,
    typed: Typed,
    status: u16,
) -> Result<Reply, Failure> {
    let page = visit.ask(&MyCorrections {}).await?;
    let choices = choices(visit).await?;
    let t = visit.speaker();
    let title = t.say("platform-corrections-own-title");
    let page = OwnPage::of(t, &page.corrections, choices, form, typed);
    Ok(Page::new("platform.my_corrections", title, &page)?.status(status).into())
}

/// Shows one's own requests.
pub(super) async fn show_own(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    own_page(&visit, FormState::fresh(&visit), Typed::default(), 200).await
}

/// Asks for a correction.
pub(super) async fn ask(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let text = |name: &str| visit.field(name).chars().take(MOST).collect::<String>();
    let typed = Typed {
        record: text("record"),
        wrong: text("wrong"),
        right: text("right"),
        why: text("why"),
        division: text("division"),
    };
    let (holding, record) = typed.record.split_once(' ').unwrap_or_default();
    let action = AskCorrection {
        holding: holding.to_owned(),
        record: record.to_owned(),
        wrong: typed.wrong.clone(),
        right: typed.right.clone(),
        why: typed.why.clone(),
        division: typed.division.trim().parse().ok(),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done(OWN, "platform-correction-asked-now")),
        Err(failure) => {
            let status = failure.kind.status();
            let form = FormState::refused(&visit, failure)?;
            own_page(&visit, form, typed, status).await
        }
    }
}

#[derive(Template)]
#[template(path = "pages/corrections.html")]
pub(super) struct DeskPage {
    pub t: Speaker,
    pub icons: String,
    pub csrf: String,
    pub filters: Vec<(String, String, bool)>,
    pub requests: Vec<RequestView>,
    pub next: String,
    /// What was refused, and at which request.
    pub summary: String,
    pub tried: String,
    pub outcome: String,
}

const STATES: [(RequestState, &str); 4] = [
    (RequestState::Open, "platform-correction-open"),
    (RequestState::Corrected, "platform-correction-corrected"),
    (RequestState::Partly, "platform-correction-partly"),
    (RequestState::Refused, "platform-correction-refused"),
];

/// What was tried at the desk and refused.
#[derive(Default)]
pub(super) struct Tried {
    pub summary: String,
    pub request: String,
    pub outcome: String,
}

impl DeskPage {
    pub(super) fn of(
        t: Speaker,
        csrf: String,
        state: RequestState,
        (lines, next): (&[CorrectionLine], Option<&After>),
        tried: Tried,
        fresh_key: impl Fn() -> String,
    ) -> DeskPage {
        let filter = |(of, key): &(RequestState, &str)| {
            (format!("{DESK}?state={}", of.word()), t.say(key), *of == state)
        };
        DeskPage {
            icons: icons(),
            csrf,
            filters: STATES.iter().map(filter).collect(),
            requests: lines.iter().map(|line| view(&t, line, fresh_key())).collect(),
            next: next
                .map(|after| format!("{DESK}?state={}&after={after}", state.word()))
                .unwrap_or_default(),
            summary: tried.summary,
            tried: tried.request,
            outcome: tried.outcome,
            t,
        }
    }
}

async fn desk(visit: &Visit, tried: Tried, status: u16) -> Result<Reply, Failure> {
    let asked = visit.asked("state");
    let found = STATES.iter().find(|(state, _)| Some(state.word()) == asked);
    let state = found.map_or(RequestState::Open, |(state, _)| *state);
    let after = visit.asked("after").and_then(|after| after.parse().ok());
    let page = visit.ask(&Corrections { state: Some(state), after }).await?;
    let t = visit.speaker();
    let title = t.say("platform-navigation-corrections");
    let shown = (page.corrections.as_slice(), page.next.as_ref());
    let page = DeskPage::of(t, visit.csrf.clone(), state, shown, tried, || visit.fresh_key());
    Ok(Page::new("platform.corrections", title, &page)?.status(status).into())
}

/// Shows the desk.
pub(super) async fn show(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    desk(&visit, Tried::default(), 200).await
}

/// Decides a request.
pub(super) async fn decide(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let correction: CorrectionId = visit.param("correction")?;
    let version = visit.field("version").parse().map_err(|_| Failure::missing())?;
    let outcome: String = visit.field("outcome").chars().take(MOST).collect();
    let state = match visit.field("do") {
        "corrected" => RequestState::Corrected,
        "partly" => RequestState::Partly,
        "refused" => RequestState::Refused,
        _ => return Err(Failure::new(Kind::Malformed, "kernel.not_a_form")),
    };
    let action = DecideCorrection { correction, version, state, outcome: outcome.clone() };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done(DESK, "platform-correction-decided-now")),
        Err(failure) => {
            let status = failure.kind.status();
            let form = FormState::refused(&visit, failure)?;
            let problem = form.problem("/outcome").map(str::to_owned);
            let summary = problem.or(form.summary).unwrap_or_default();
            desk(&visit, Tried { summary, request: correction.to_string(), outcome }, status).await
        }
    }
}
