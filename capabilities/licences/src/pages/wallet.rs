//! The holder's licences, and one of them for its holder or its office.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::MineEntry;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};

use super::parts::{Field, Problem, StateTag, until};
use crate::model::{LicenceId, State, Verb};
use crate::queries::licence::LicenceView;
use crate::queries::mine::MyLicences;
use crate::queries::{LicenceById, Mine};

#[derive(Template)]
#[template(path = "mine.html")]
struct MinePage {
    t: Speaker,
    proved: bool,
    cards: Vec<Card>,
}

struct Card {
    id: String,
    name: String,
    holder: String,
    issuer: String,
    until: String,
    state: StateTag,
    holds: bool,
}

/// `GET /me/licences`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&Mine {}).await?;
    Ok(wallet(visit.speaker(), &found)?.into())
}

/// Renders the wallet.
pub(super) fn wallet(t: Speaker, found: &MyLicences) -> Result<Page, Failure> {
    let card = |line: &crate::queries::LicenceLine| Card {
        id: line.licence.to_string(),
        name: t.local(&line.name).to_owned(),
        holder: line.holder.clone(),
        issuer: line.issuer.clone(),
        until: until(&t, line.until_ms),
        state: StateTag::of(&t, line.state),
        holds: line.state == State::Valid,
    };
    let cards = found.licences.iter().map(card).collect();
    let page = MinePage { proved: found.proved, cards, t };
    Page::new("licences.mine", page.t.say("licences-mine-title"), &page)
}

/// One's own licences on the own page.
pub(crate) async fn mine(visit: Arc<Visit>) -> Result<Vec<MineEntry>, Failure> {
    let t = visit.speaker();
    let found = visit.ask(&Mine {}).await?;
    let entry = |line: &crate::queries::LicenceLine| MineEntry {
        title: t.local(&line.name).to_owned(),
        about: line.holder.clone(),
        state: t.say(&format!("licences-state-{}", line.state.word())),
        tone: match line.state {
            State::Valid => "good",
            State::Suspended => "wait",
            State::Withdrawn | State::Cancelled | State::Revoked => "bad",
            State::Lapsed | State::Transferred | State::Replaced => "quiet",
        },
        href: format!("/me/licences/{}", line.licence),
        at: line.issued_ms,
    };
    Ok(found.licences.iter().map(entry).collect())
}

#[derive(Template)]
#[template(path = "one.html")]
struct OnePage {
    t: Speaker,
    id: String,
    desk: bool,
    name: String,
    state: StateTag,
    until: String,
    holds: bool,
    problem: Problem,
    newer: Option<String>,
    facts: Vec<(String, Markup)>,
    size: String,
    csrf: String,
    key: String,
    waiting: Option<Waiting>,
    moves: Vec<(&'static str, String, bool)>,
    may_change: bool,
    reason: Field,
    showings: Vec<Shown>,
    looks: Vec<(String, String)>,
    versions: Vec<(String, String, String, bool)>,
    steps: Vec<(String, String, String)>,
}

struct Waiting {
    id: String,
    what: String,
    reason: String,
    own: bool,
}

struct Shown {
    id: String,
    purpose: String,
    note: String,
    open: bool,
}

/// `GET /me/licences/{licence}`
pub(super) async fn show_one(visit: Arc<Visit>) -> Result<Reply, Failure> {
    one(&visit, FormState::fresh(&visit), false, "").await
}

/// `GET /licences/desk/{licence}`
pub(super) async fn at_desk(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if !visit.could("licences.register") {
        return Err(Failure::new(Kind::Refused, "kernel.refused"));
    }
    one(&visit, FormState::fresh(&visit), true, "").await
}

/// One licence with what was typed and what is wrong with it.
pub(super) async fn one(
    visit: &Visit,
    state: FormState,
    desk: bool,
    reason: &str,
) -> Result<Reply, Failure> {
    let id: LicenceId = visit.param("licence")?;
    let view = visit.ask(&LicenceById { licence: id }).await?;
    Ok(page(visit.speaker(), state, &view, desk, reason)?.into())
}

/// Renders one licence.
pub(super) fn page(
    t: Speaker,
    state: FormState,
    view: &LicenceView,
    desk: bool,
    reason: &str,
) -> Result<Page, Failure> {
    let line = &view.line;
    let base = if desk { "/licences/desk" } else { "/me/licences" };
    let plain = |text: &str| t.named(text);
    let mut facts = vec![
        (t.say("licences-holder"), plain(&line.holder)),
        (t.say("licences-holder-number"), plain(&view.number)),
    ];
    facts.extend(view.fields.iter().map(|f| (t.local(&f.name).to_owned(), plain(&f.value))));
    facts.extend([
        (t.say("licences-issuer"), plain(&line.issuer)),
        (t.say("licences-issued"), plain(&show::date(&t, line.issued_ms.date()))),
        (t.say("licences-identifier"), plain(&line.identifier)),
    ]);
    if let Some(check) = &view.check {
        facts.push((t.say("licences-check"), plain(check)));
    }
    let verb = |verb: Verb| t.say(&format!("licences-verb-{}", verb.word()));
    let newest = view.versions.last().filter(|last| last.licence != line.licence);
    let look = |look: &crate::queries::licence::LookView| {
        let what = t.say(&format!("licences-way-{}", look.way.word()));
        let what = match &look.purpose {
            Some(purpose) => {
                t.say2("licences-look-for", ("what", what), ("purpose", purpose.as_str()))
            }
            None => what,
        };
        (what, show::instant(&t, look.at_ms))
    };
    let page = OnePage {
        id: line.licence.to_string(),
        desk,
        name: t.local(&line.name).to_owned(),
        state: StateTag::of(&t, line.state),
        until: until(&t, line.until_ms),
        holds: line.state == State::Valid && view.own,
        problem: Problem::of(&t, &state),
        newer: newest.map(|last| format!("{base}/{}", last.licence)),
        size: show::file_size(&t, view.document_bytes.unsigned_abs()),
        waiting: view.waiting.as_ref().filter(|_| desk).map(|waiting| Waiting {
            id: waiting.proposal.to_string(),
            what: t.say2(
                "licences-waiting-for",
                ("verb", verb(waiting.verb)),
                ("at", show::instant(&t, waiting.at_ms)),
            ),
            reason: waiting.reason.clone(),
            own: waiting.own,
        }),
        moves: view
            .may
            .iter()
            .filter(|of| desk && **of != Verb::Change)
            .map(|of| (of.word(), verb(*of), !matches!(of, Verb::Resume | Verb::Transfer)))
            .collect(),
        may_change: desk && view.may.contains(&Verb::Change) && view.waiting.is_none(),
        reason: Field::new(&t, &state, ("reason", "/reason"), t.say("licences-reason"), reason)
            .hinted(t.say("licences-reason-hint")),
        showings: view
            .showings
            .iter()
            .filter(|_| !desk)
            .take(10)
            .map(|showing| Shown {
                id: showing.showing.to_string(),
                purpose: showing.purpose.clone(),
                note: t.say1("licences-showing-until", "at", show::instant(&t, showing.until_ms)),
                open: showing.open,
            })
            .collect(),
        looks: view.looks.iter().map(look).collect(),
        versions: view
            .versions
            .iter()
            .rev()
            .map(|version| {
                let name = t.say1("licences-version", "n", version.number);
                let word = t.say(&format!("licences-state-{}", version.state.word()));
                let href = format!("{base}/{}", version.licence);
                (name, href, word, version.licence == line.licence)
            })
            .collect(),
        steps: view
            .steps
            .iter()
            .rev()
            .map(|step| {
                let what = match step.two {
                    true => t.say1("licences-step-two", "verb", verb(step.verb)),
                    false => verb(step.verb),
                };
                (what, step.reason.clone(), show::instant(&t, step.at_ms))
            })
            .collect(),
        facts,
        csrf: state.csrf,
        key: state.key,
        t,
    };
    Page::new("licences.one", page.name.clone(), &page)
}
