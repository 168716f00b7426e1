//! The audit page: sealed entries, latest first, those of one thing, and the verification of the whole chain.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit, percent};

use super::parts::icons;
use super::{Pages, must, typed};
use crate::audit::verification::{self, Verification};
use crate::audit::verify::Report;
use crate::platform::queries::audit_entries::{AuditEntries, AuditLine};

/// Entries of a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "pages/audit.html")]
pub(super) struct AuditPage {
    pub t: Speaker,
    pub icons: String,
    pub csrf: String,
    pub kind: String,
    pub id: String,
    /// What is wrong with the filter; empty where nothing is.
    pub problem: String,
    pub rows: Vec<EntryView>,
    pub count: String,
    /// The address of earlier entries; empty where there are none.
    pub earlier: String,
    pub report: Option<ReportView>,
    /// How far a verification that runs has come; empty where none runs.
    pub verifying: String,
}

/// One entry.
pub(super) struct EntryView {
    pub position: String,
    pub day: String,
    pub time: String,
    pub who: String,
    pub who_id: String,
    pub operation: String,
    pub kind: String,
    pub id: String,
    /// The address of everything that was done on the same thing.
    pub href: String,
    pub refused: bool,
    pub rule: String,
}

/// What a verification found.
pub(super) struct ReportView {
    pub whole: bool,
    pub said: String,
    pub head: String,
    pub faults: Vec<FaultView>,
}

/// One thing that is wrong.
pub(super) struct FaultView {
    pub place: String,
    pub entry: String,
    pub what: String,
}

impl EntryView {
    pub(super) fn of(t: &Speaker, line: &AuditLine) -> EntryView {
        let (kind, id) = line.principal.split_once(':').unwrap_or((&line.principal, ""));
        let who = match kind {
            "account" => t.say("platform-audit-account"),
            "flow" => t.say("platform-audit-flow"),
            "job" => t.say("platform-audit-job"),
            "console" => t.say("platform-audit-console"),
            "anonymous" => t.say("platform-audit-anonymous"),
            other => other.to_owned(),
        };
        let seconds = line.at.0.div_euclid(1_000).rem_euclid(60);
        EntryView {
            position: line.position.map_or_else(|| t.say("platform-audit-unsealed"), show::number),
            day: show::date(t, line.at.date()),
            time: format!("{}:{seconds:02}", show::time(line.at)),
            who,
            who_id: id.to_owned(),
            operation: line.operation.clone(),
            kind: line.resource_kind.clone(),
            id: line.resource_id.clone(),
            href: format!(
                "/audit?kind={}&id={}",
                percent(&line.resource_kind),
                percent(&line.resource_id)
            ),
            refused: line.outcome != "done",
            rule: line.rule.clone(),
        }
    }
}

impl ReportView {
    pub(super) fn of(t: &Speaker, report: &Report) -> ReportView {
        let whole = report.faults.is_empty();
        let entries = show::number(report.entries);
        let blocks = show::number(report.blocks);
        let said = if whole {
            t.say2("platform-audit-whole", ("entries", entries), ("blocks", blocks))
        } else {
            let faults = show::number(i64::try_from(report.faults.len()).unwrap_or(i64::MAX));
            t.say2("platform-audit-broken", ("entries", entries), ("faults", faults))
        };
        let fault = |fault: &crate::audit::verify::Fault| {
            let key = if fault.entry == "block" {
                "platform-audit-at-block"
            } else {
                "platform-audit-at-entry"
            };
            let named = !matches!(fault.entry.as_str(), "block" | "head");
            FaultView {
                place: t.say1(key, "n", show::number(fault.at)),
                entry: if named { fault.entry.clone() } else { String::new() },
                what: fault.what.clone(),
            }
        };
        ReportView {
            whole,
            said,
            head: report.head.clone(),
            faults: report.faults.iter().map(fault).collect(),
        }
    }
}

/// Shows entries.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "platform.audit_entries")?;
    let state = verification::state(&pages.house).await?;
    page(&visit, state).await
}

/// Begins to verify the chain from its beginning; the page shows how far it has come and what was found.
pub(super) async fn verify(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "platform.audit_entries")?;
    verification::begin(&pages.house).await?;
    Ok(Reply::done("/audit", "platform-audit-begun"))
}

async fn page(visit: &Visit, state: Verification) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let (kind, id) = (typed(visit, "kind"), typed(visit, "id"));
    let both = !kind.is_empty() && !id.is_empty();
    let half = kind.is_empty() != id.is_empty();
    let before = visit.asked("before").and_then(|b| b.parse().ok()).filter(|_| !both);
    let asked = AuditEntries {
        before,
        resource_kind: both.then(|| kind.clone()),
        resource_id: both.then(|| id.clone()),
        limit: Some(ROWS),
    };
    let found = visit.ask(&asked).await?.entries;
    let last = found.last().and_then(|line| line.position);
    let more = !both && found.len() == ROWS as usize;
    let earlier = last.filter(|at| more && *at > 1).map(|at| format!("/audit?before={at}"));
    let count = show::number(i64::try_from(found.len()).unwrap_or(i64::MAX));
    let page = AuditPage {
        icons: icons(),
        csrf: visit.csrf.clone(),
        problem: if half { t.say("platform-audit-half") } else { String::new() },
        kind,
        id,
        rows: found.iter().map(|line| EntryView::of(&t, line)).collect(),
        count: t.say1("platform-audit-count", "n", count),
        earlier: earlier.unwrap_or_default(),
        report: match &state {
            Verification::Done(report) => Some(ReportView::of(&t, report)),
            _ => None,
        },
        verifying: match state {
            Verification::Runs { entries, total } => t.say2(
                "platform-audit-verifying",
                ("entries", show::number(entries)),
                ("total", show::number(total)),
            ),
            _ => String::new(),
        },
        t,
    };
    let title = page.t.say("platform-navigation-audit");
    Ok(Page::new("platform.audit", title, &page)?.into())
}
