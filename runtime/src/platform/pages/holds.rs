//! Holds: what keeps records from disposal, the form that places one, and the one that lifts it.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::list::After;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::Pages;
use super::parts::icons;
use crate::disposal::model::{HoldId, MOST};
use crate::platform::actions::lift_hold::LiftHold;
use crate::platform::actions::place_hold::{PlaceHold, Reach};
use crate::platform::queries::holds::{HoldLine, Holds};

const LIST: &str = "/records/holds";

#[derive(Template)]
#[template(path = "pages/holds.html")]
pub(super) struct HoldsPage {
    pub t: Speaker,
    pub icons: String,
    pub filters: Vec<(String, String, bool)>,
    pub rows: Vec<HoldView>,
    pub lifted: bool,
    pub next: String,
    pub form: Option<HoldForm>,
    pub csrf: String,
    /// What was refused of a hold that was to be lifted.
    pub summary: String,
}

/// A hold.
pub(super) struct HoldView {
    pub id: String,
    pub key: String,
    pub version: i64,
    pub what: String,
    pub place: String,
    pub reason: String,
    pub until: String,
    pub over: bool,
    pub placed: String,
    pub by: String,
    pub lifted: String,
    pub lifted_reason: String,
    pub may_lift: bool,
}

/// The form that places a hold, as it was typed.
#[derive(Default)]
pub(super) struct HoldForm {
    pub state: Option<FormState>,
    /// Types of records: name and title.
    pub types: Vec<(String, String)>,
    pub record_type: String,
    pub reach: String,
    pub number: String,
    pub reason: String,
    pub until: String,
}

impl HoldForm {
    pub(super) fn problem(&self, pointer: &str) -> &str {
        self.state.as_ref().and_then(|state| state.problem(pointer)).unwrap_or("")
    }

    pub(super) fn csrf(&self) -> &str {
        self.state.as_ref().map_or("", |state| state.csrf.as_str())
    }

    pub(super) fn key(&self) -> &str {
        self.state.as_ref().map_or("", |state| state.key.as_str())
    }

    pub(super) fn summary(&self) -> &str {
        self.state.as_ref().and_then(|state| state.summary.as_deref()).unwrap_or("")
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 4] {
        ["record_type", "number", "until", "reason"]
            .map(|field| (field, self.problem(&format!("/{field}"))))
    }
}

impl HoldsPage {
    pub(super) fn of(
        t: Speaker,
        lifted: bool,
        (lines, next): (&[HoldLine], Option<&After>),
        form: Option<HoldForm>,
        (csrf, summary): (String, String),
        fresh_key: impl Fn() -> String,
    ) -> HoldsPage {
        let last_day = |end: Timestamp| show::date(&t, end.plus_ms(-1).date());
        let view = |line: &HoldLine| HoldView {
            id: line.hold.to_string(),
            key: fresh_key(),
            version: line.version,
            what: line.what.clone(),
            place: line.place.clone(),
            reason: line.reason.clone(),
            until: line.until_ms.map_or_else(|| t.say("platform-hold-endless"), last_day),
            over: line.lifted.is_none() && !line.on,
            placed: show::instant(&t, line.placed_ms),
            by: line.placed_by.clone(),
            lifted: line.lifted.as_ref().map(|d| show::instant(&t, d.at_ms)).unwrap_or_default(),
            lifted_reason: line.lifted.as_ref().map(|d| d.reason.clone()).unwrap_or_default(),
            may_lift: line.may_lift,
        };
        HoldsPage {
            icons: icons(),
            filters: vec![
                (LIST.to_owned(), t.say("platform-holds-on"), !lifted),
                (format!("{LIST}?lifted=yes"), t.say("platform-holds-lifted"), lifted),
            ],
            rows: lines.iter().map(view).collect(),
            lifted,
            next: next
                .map(|after| {
                    let word = if lifted { "yes" } else { "no" };
                    format!("{LIST}?lifted={word}&after={after}")
                })
                .unwrap_or_default(),
            form,
            csrf,
            summary,
            t,
        }
    }
}

fn types(visit: &Visit) -> Vec<(String, String)> {
    let t = visit.speaker();
    let types = visit.services.record_types.iter();
    types.map(|kind| (kind.name.to_owned(), t.say(kind.title))).collect()
}

async fn page(
    visit: &Visit,
    form: HoldForm,
    summary: String,
    status: u16,
) -> Result<Reply, Failure> {
    let lifted = visit.asked("lifted") == Some("yes");
    let after = visit.asked("after").and_then(|after| after.parse().ok());
    let page = visit.ask(&Holds { lifted, after }).await?;
    let t = visit.speaker();
    let title = t.say("platform-navigation-holds");
    let form = visit.could("platform.place_hold").then_some(form);
    let told = (visit.csrf.clone(), summary);
    let holds = (page.holds.as_slice(), page.next.as_ref());
    let page = HoldsPage::of(t, lifted, holds, form, told, || visit.fresh_key());
    Ok(Page::new("platform.holds", title, &page)?.status(status).into())
}

fn fresh(visit: &Visit) -> HoldForm {
    HoldForm {
        state: Some(FormState::fresh(visit)),
        types: types(visit),
        reach: "record".to_owned(),
        ..HoldForm::default()
    }
}

/// Shows holds.
pub(super) async fn show(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    page(&visit, fresh(&visit), String::new(), 200).await
}

/// Places a hold.
pub(super) async fn add(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = |name: &str, most: usize| -> String {
        visit.field(name).trim().chars().take(most).collect()
    };
    let (record_type, number) = (typed("record_type", 80), typed("number", 80));
    let (reason, until) = (typed("reason", MOST + 1), typed("until", 10));
    let reach = typed("reach", 10);
    let action = PlaceHold {
        record_type: record_type.clone(),
        reach: match reach.as_str() {
            "type" => Reach::Type,
            "owner" => Reach::Owner,
            _ => Reach::Record,
        },
        number: number.clone(),
        division: None,
        reason: reason.clone(),
        until: Some(until.clone()).filter(|until| !until.is_empty()),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done(LIST, "platform-hold-placed-now")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = Some(FormState::refused(&visit, failure)?);
            let types = types(&visit);
            let form = HoldForm { state, types, record_type, reach, number, reason, until };
            page(&visit, form, String::new(), status).await
        }
    }
}

/// Lifts a hold.
pub(super) async fn lift(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let hold: HoldId = visit.param("hold")?;
    let version = visit.field("version").parse().map_err(|_| Failure::missing())?;
    let reason = visit.field("reason").chars().take(MOST + 1).collect();
    match visit.act(&LiftHold { hold, version, reason }).await {
        Ok(_) => Ok(Reply::done(LIST, "platform-hold-lifted-now")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let problem = state.problem("/reason").map(str::to_owned);
            let summary = problem.or(state.summary).unwrap_or_default();
            page(&visit, fresh(&visit), summary, status).await
        }
    }
}
