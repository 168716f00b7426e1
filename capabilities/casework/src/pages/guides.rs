//! Guides: one question at a time by plain forms, and what applies in the end. The address holds the answers, so that
//! it can be sent to somebody else.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Page, Reply, Visit, percent};

use super::items::Card;
use super::parts::joined;
use crate::queries::guide::{Answered, GuideResult, GuideView};
use crate::queries::{GuideById, Guides};

#[derive(Template)]
#[template(path = "guide.html")]
struct GuidePage {
    t: Speaker,
    id: String,
    name: String,
    summary: String,
    answered: Vec<AnsweredLine>,
    question: Option<QuestionPart>,
    result: Option<ResultPart>,
}

struct AnsweredLine {
    id: String,
    answer: String,
    ask: String,
    label: String,
    change: String,
}

struct QuestionPart {
    id: String,
    title: String,
    help: String,
    choices: Vec<(String, String)>,
    missing: bool,
}

struct ResultPart {
    title: String,
    items: Vec<(Card, String)>,
    latest: Option<String>,
    total: String,
    free: bool,
    fees: Vec<(String, String)>,
    materials: Vec<MaterialLine>,
}

struct MaterialLine {
    name: String,
    items: String,
    tag: String,
}

/// `GET /guides/{guide}`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let pairs = visit.query.iter().take(50);
    let word = |text: &str| {
        text.len() <= 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let answers: Vec<String> = pairs
        .filter(|(id, answer)| word(id) && word(answer) && !answer.is_empty())
        .map(|(id, answer)| format!("{id}:{answer}"))
        .scan(0, |length, pair| {
            *length += pair.len() + 1;
            (*length <= 1000).then_some(pair)
        })
        .collect();
    let guide: String = visit.param("guide")?;
    let asked = GuideById { guide, answers: Some(answers.join(";")) };
    let view = visit.ask(&asked).await?;
    let name = t.local(&view.name).to_owned();
    // Sent without a choice: the same question again, and it says so.
    let missing = visit
        .asked("next")
        .is_some_and(|next| view.next.as_ref().is_some_and(|question| question.id == next));
    let page = GuidePage {
        id: view.id.clone(),
        name: name.clone(),
        summary: t.local(&view.summary).to_owned(),
        answered: answered(&t, &view),
        question: view.next.as_ref().map(|question| QuestionPart {
            id: question.id.clone(),
            title: t.say2(
                "casework-guide-question",
                ("number", (view.answered.len() + 1).to_string()),
                ("ask", &question.ask),
            ),
            help: question.help.as_ref().map_or(String::new(), |help| t.local(help).to_owned()),
            choices: question
                .choices
                .iter()
                .map(|choice| (choice.id.clone(), t.local(&choice.label).to_owned()))
                .collect(),
            missing,
        }),
        result: view.result.as_ref().map(|result| result_part(&t, result)),
        t,
    };
    Ok(Page::new("casework.guide", name, &page)?.into())
}

fn answered(t: &Speaker, view: &GuideView) -> Vec<AnsweredLine> {
    let line = |(place, answered): (usize, &Answered)| {
        // To change an answer is to go back to its question: the later ones may not be asked any more.
        let before: Vec<String> = view.answered[..place]
            .iter()
            .map(|answered| format!("{}={}", percent(&answered.id), percent(&answered.answer)))
            .collect();
        AnsweredLine {
            id: answered.id.clone(),
            answer: answered.answer.clone(),
            ask: t.local(&answered.ask).to_owned(),
            label: t.local(&answered.label).to_owned(),
            change: format!("/guides/{}?{}", view.id, before.join("&")),
        }
    };
    view.answered.iter().enumerate().map(line).collect()
}

fn result_part(t: &Speaker, result: &GuideResult) -> ResultPart {
    let local = |text| t.local(text).to_owned();
    ResultPart {
        title: t.say1("casework-guide-apply", "count", result.items.len()),
        items: result
            .items
            .iter()
            .map(|entry| (Card::of(t, &entry.item), local(&entry.why)))
            .collect(),
        latest: result.latest_ms.map(|at| show::date(t, at.plus_ms(-1).date())),
        total: result.total_fen.to_string(),
        free: result.fees.is_empty(),
        fees: result
            .fees
            .iter()
            .map(|fee| {
                let name = t.say2("casework-guide-fee", ("item", &fee.item), ("name", &fee.name));
                (name, fee.fen.to_string())
            })
            .collect(),
        materials: result
            .materials
            .iter()
            .map(|material| MaterialLine {
                name: local(&material.name),
                items: joined(t, material.items.iter().map(local)),
                tag: t.say(match (material.always, material.optional) {
                    (true, _) => "casework-material-required",
                    (_, true) => "casework-material-optional",
                    _ => "casework-guide-sometimes",
                }),
            })
            .collect(),
    }
}

#[derive(Template)]
#[template(path = "guides.html")]
struct GuidesPage {
    t: Speaker,
    guides: Vec<(String, String, String)>,
}

/// `GET /guides`
pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let t = visit.speaker();
    let found = visit.ask(&Guides {}).await?;
    let line = |guide: &crate::queries::guide::GuideCard| {
        let local = |text| t.local(text).to_owned();
        (format!("/guides/{}", guide.id), local(&guide.name), local(&guide.summary))
    };
    let guides = found.guides.iter().map(line).collect();
    let title = t.say("casework-guides-title");
    Ok(Page::new("casework.guides", title, &GuidesPage { guides, t })?.into())
}
