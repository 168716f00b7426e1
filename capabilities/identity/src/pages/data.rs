//! What is held about oneself: seen, taken along, erased.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::ctx::Call;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, SessionChange, Visit};
use serde_json::Value as Json;

use super::parts::{Field, Head, Maker, given};
use crate::actions::{EraseMe, Reauthenticate};
use crate::model::Secret;
use crate::queries::my_data::{HeldData, HeldKind};
use crate::queries::{MyData, MyFactors};

/// Records of each kind on the page: all of them stand on pages of their own, and in what is taken along.
const SHOWN: usize = 5;
/// What others did, on the page.
const READINGS: usize = 30;

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    t: Speaker,
    kinds: Vec<KindView>,
    readings: Vec<ReadingView>,
    hindrances: Vec<String>,
    kept: Vec<String>,
    head: Head,
    taken: Vec<Field>,
    erase_head: Head,
    erase: Vec<Field>,
}

struct KindView {
    id: String,
    title: String,
    purpose: String,
    basis: String,
    period: String,
    more: bool,
    records: Vec<RecordView>,
}

struct RecordView {
    title: String,
    href: String,
    note: String,
}

/// Who did what with one of one's own things.
pub(super) struct ReadingView {
    pub(super) what: String,
    pub(super) about: String,
    pub(super) href: String,
    pub(super) when: String,
}

fn kind_view(t: &Speaker, kind: &HeldKind) -> KindView {
    let records = kind.records.iter().take(SHOWN).map(|record| {
        let day = show::instant(t, record.at_ms);
        let note = match record.files {
            0 => day,
            files => t.say2("identity-held-note", ("day", day.as_str()), ("files", files as i64)),
        };
        let href = record.href.clone().unwrap_or_default();
        RecordView { title: record.title.clone(), href, note }
    });
    KindView {
        id: kind.kind.replace('.', "-"),
        title: kind.title.clone(),
        purpose: kind.purpose.clone(),
        basis: kind.basis.clone(),
        period: kind.period.clone(),
        more: kind.more || kind.records.len() > SHOWN,
        records: records.collect(),
    }
}

/// The page of one's data, with the state of its two forms; `second` where the account asks for a second step.
pub(super) fn data_page(
    t: Speaker,
    (taking, erasing): (&FormState, &FormState),
    second: bool,
    data: &HeldData,
    readings: Vec<ReadingView>,
) -> Result<Page, Failure> {
    let (take, erase) = (Maker::new(&t, taking, "take"), Maker::new(&t, erasing, "erase"));
    let template = DataPage {
        kinds: data.kinds.iter().map(|kind| kind_view(&t, kind)).collect(),
        readings,
        hindrances: data.hindrances.clone(),
        kept: data.kept.clone(),
        taken: take.proof("", second),
        head: take.head(),
        erase: erase.proof("", second),
        erase_head: erase.head(),
        t: t.clone(),
    };
    Page::new("identity.data", t.say("identity-data-title"), &template)
}

/// What others did, as the platform tells it.
async fn readings(visit: &Visit) -> Result<Vec<ReadingView>, Failure> {
    let call = Call {
        who: visit.who.clone(),
        operation: "platform.my_readings".to_owned(),
        input: serde_json::json!({}),
        key: None,
        cause: None,
        request: visit.request,
        lang: visit.lang,
        peer: visit.peer,
    };
    let told = visit.door.ask(call).await?;
    let t = visit.speaker();
    let text = |entry: &Json, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let view = |entry: &Json| {
        let by = match text(entry, "by").as_str() {
            "account" => t.say("identity-reading-office"),
            _ => t.say("identity-reading-application"),
        };
        let purpose = text(entry, "purpose");
        let what = match purpose.is_empty() {
            // What was done stands in the history of the thing itself.
            true => t.say1("identity-reading-handled", "by", by.as_str()),
            false => {
                t.say2("identity-reading-read", ("by", by.as_str()), ("purpose", purpose.as_str()))
            }
        };
        let at = minshu_kernel::clock::Timestamp(entry["at_ms"].as_i64().unwrap_or_default());
        ReadingView {
            what,
            about: text(entry, "about"),
            href: text(entry, "href"),
            when: show::instant(&t, at),
        }
    };
    // What the house does by itself (a message, a limit) is no reading of people.
    let people = |entry: &&Json| matches!(entry["by"].as_str(), Some("account" | "application"));
    let entries = told["readings"].as_array().into_iter().flatten();
    Ok(entries.filter(people).take(READINGS).map(view).collect())
}

/// Whether the account of the visit asks for a second step.
async fn second(visit: &Visit) -> Result<bool, Failure> {
    Ok(visit.ask(&MyFactors {}).await?.totp_ms.is_some())
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let (data, readings) = (visit.ask(&MyData {}).await?, readings(&visit).await?);
    let fresh = FormState::fresh(&visit);
    let second = second(&visit).await?;
    Ok(data_page(visit.speaker(), (&fresh, &fresh), second, &data, readings)?.into())
}

async fn refused(visit: Arc<Visit>, failure: Failure, erasing: bool) -> Result<Reply, Failure> {
    if failure.kind == Kind::Unauthenticated {
        return Err(failure);
    }
    let (data, readings) = (visit.ask(&MyData {}).await?, readings(&visit).await?);
    let status = failure.kind.status();
    let (fresh, state) = (FormState::fresh(&visit), FormState::refused(&visit, failure)?);
    let states = if erasing { (&fresh, &state) } else { (&state, &fresh) };
    let second = second(&visit).await?;
    Ok(data_page(visit.speaker(), states, second, &data, readings)?.status(status).into())
}

/// `POST /me/data/export`: everything as one file, after one more proof of who it is.
pub(super) async fn export(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let proof = Reauthenticate {
        password: Some(Secret::new(visit.field("password"))),
        code: given(&visit, "code").map(Secret::new),
        passkey: None,
    };
    if let Err(failure) = visit.act(&proof).await {
        return refused(visit, failure, false).await;
    }
    let t = visit.speaker();
    // Within the person's own rights, as the page itself.
    let ctx = visit.ctx("identity.my_data");
    let body = crate::export::begin(&ctx).await?;
    let day = visit.services.clock.now().date();
    Ok(Reply::File {
        name: t.say1("identity-export-name", "day", day.to_string()),
        kind: "application/zip".to_owned(),
        inline: false,
        body,
    })
}

/// `POST /me/data/erase`.
pub(super) async fn erase(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let action = EraseMe {
        password: Secret::new(visit.field("password")),
        code: given(&visit, "code").map(Secret::new),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::Redirect {
            to: "/".to_owned(),
            session: SessionChange::End,
            notice: Some(Message::new("identity-erased")),
        }),
        Err(failure) => refused(visit, failure, true).await,
    }
}
