//! What casework shows elsewhere: the items on a system's page, one's own things, an officer's work, and the public
//! documents that search may hold.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::{DocumentEntry, MineEntry, TaskEntry};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{Markup, Visit};

use super::items::Card;
use crate::error::state_key;
use crate::model::State;
use crate::queries::{Items, MyCases, MyDrafts, WorkList};
use crate::stepping::section;

/// How many of one's own things, and of an officer's tasks, other pages show.
const SHOWN: u32 = 20;

#[derive(Template)]
#[template(path = "panel_items.html")]
struct ItemsPanel {
    t: Speaker,
    items: Vec<Card>,
}

/// The items of a pack.
pub(crate) async fn items_panel(
    visit: Arc<Visit>,
    pack: String,
) -> Result<Option<Markup>, Failure> {
    let t = visit.speaker();
    let found = visit.ask(&Items { pack: Some(pack), ..Items::default() }).await?;
    if found.items.is_empty() {
        return Ok(None);
    }
    let items = found.items.iter().map(|card| Card::of(&t, card)).collect();
    Markup::of(&ItemsPanel { t, items }).map(Some)
}

/// One's own drafts and cases.
pub(crate) async fn mine(visit: Arc<Visit>) -> Result<Vec<MineEntry>, Failure> {
    let t = visit.speaker();
    let drafts = visit.ask(&MyDrafts { after: None, limit: Some(SHOWN) }).await?;
    let cases = visit.ask(&MyCases { open: None, after: None, limit: Some(SHOWN) }).await?;
    let mut entries: Vec<MineEntry> = drafts
        .drafts
        .iter()
        .map(|draft| MineEntry {
            title: t.local(&draft.item_name).to_owned(),
            about: draft.applicant_name.clone(),
            state: match draft.case {
                Some(_) => t.say("casework-mine-correction"),
                None => t.say("casework-mine-draft"),
            },
            tone: if draft.case.is_some() { "act" } else { "quiet" },
            href: format!("/drafts/{}", draft.draft),
            at: draft.updated_ms,
        })
        .collect();
    entries.extend(cases.cases.iter().map(|case| MineEntry {
        title: t.local(&case.item_name).to_owned(),
        about: format!("{} {}", case.number, case.applicant_name),
        state: t.say(state_key(case.state)),
        tone: match case.state {
            State::Submitted | State::Accepted => "wait",
            State::Returned => "act",
            State::Granted => "good",
            State::Denied | State::NotAccepted => "bad",
            State::Withdrawn => "quiet",
        },
        href: format!("/cases/{}", case.case),
        at: case.submitted_ms,
    }));
    Ok(entries)
}

/// What is in an officer's hands.
pub(crate) async fn tasks(visit: Arc<Visit>) -> Result<Vec<TaskEntry>, Failure> {
    if !visit.could("casework.work_list") {
        return Ok(Vec::new());
    }
    let t = visit.speaker();
    let work = visit.ask(&WorkList { limit: Some(SHOWN), ..WorkList::default() }).await?;
    Ok(work
        .cases
        .iter()
        .map(|case| TaskEntry {
            title: t.say2("casework-task", ("stage", &case.stage_name), ("item", &case.item_name)),
            about: format!("{} {}", case.number, case.applicant_name),
            href: format!("/work/{}", case.case),
            due: case.due_ms,
            flag: case.flag.word(),
        })
        .collect())
}

/// The items in force. They carry no date of their own: whoever asks gets them all.
pub(crate) async fn documents(
    ctx: Arc<Ctx>,
    _since: Timestamp,
) -> Result<Vec<DocumentEntry>, Failure> {
    Ok(section(&ctx)
        .items()
        .map(|item| {
            let declared = &item.item;
            let texts = || {
                [&declared.summary, &declared.result.name]
                    .into_iter()
                    .chain(&declared.conditions)
                    .chain(declared.material.iter().map(|m| &m.name))
            };
            let zh: Vec<&str> = texts().map(|text| text.zh.as_str()).collect();
            let en: Vec<&str> = texts().map(|text| text.en.as_str()).collect();
            DocumentEntry {
                id: format!("casework.item:{}", item.id),
                title: declared.name.clone(),
                text: LocalText::new(zh.join("\n"), en.join("\n")),
                href: format!("/items/{}", item.id),
                at: ctx.now,
            }
        })
        .collect())
}
