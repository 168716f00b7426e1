//! Guides, and where the answers to their questions lead.

use std::collections::BTreeMap;

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::money::Fen;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{ItemCard, card};
use crate::compile::CompiledItem;
use crate::deadlines;
use crate::error::CaseworkError;
use crate::guide::{CompiledGuide, Question};
use crate::pack::Necessity;
use crate::rules::Standing;
use crate::stepping::section;

/// Asks for the guides.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guides {}

/// The guides in the order of the packs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideList {
    /// The guides.
    pub guides: Vec<GuideCard>,
}

/// A guide in a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideCard {
    /// `pack.guide`.
    pub id: String,
    /// What one wants to do.
    pub name: LocalText,
    /// What it answers.
    pub summary: LocalText,
}

impl Query for Guides {
    const NAME: &'static str = "casework.guides";
    const DOC: &'static str = "The guides: a few questions that tell which items apply.";
    type Reply = GuideList;

    async fn answer(self, ctx: &Ctx) -> Result<GuideList, Failure> {
        ctx.authorize(&Resource::of("casework.guide", "*"))?;
        let guides = section(ctx)
            .guides()
            .map(|guide| GuideCard {
                id: guide.id.clone(),
                name: guide.guide.name.clone(),
                summary: guide.guide.summary.clone(),
            })
            .collect();
        Ok(GuideList { guides })
    }
}

/// Goes through a guide with some answers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuideById {
    /// `pack.guide`.
    #[schemars(length(max = 200), example = &"gov-single-window.open-a-restaurant")]
    pub guide: String,
    /// The answers so far: `question:answer` parted by `;`. What is none of the choices counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000), example = &"kind:restaurant;sign:yes")]
    pub answers: Option<String>,
}

/// Where the answers lead.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideView {
    /// `pack.guide`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// What one wants to do.
    pub name: LocalText,
    /// What it answers.
    pub summary: LocalText,
    /// The questions that were answered.
    pub answered: Vec<Answered>,
    /// The next question; absent where all are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Asked>,
    /// What applies; absent while something is to be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<GuideResult>,
}

/// A question that was answered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Answered {
    /// The question's id.
    pub id: String,
    /// The question.
    pub ask: LocalText,
    /// The answer's id.
    pub answer: String,
    /// What the answer says.
    pub label: LocalText,
}

/// A question to be answered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// Its id.
    pub id: String,
    /// The question.
    pub ask: LocalText,
    /// What helps to answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<LocalText>,
    /// The answers: id and what it says.
    pub choices: Vec<AskedChoice>,
}

/// An answer to choose.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AskedChoice {
    /// Its id.
    pub id: String,
    /// What it says.
    pub label: LocalText,
}

/// What applies: the items, and what they need together.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideResult {
    /// The items in the order of the guide.
    pub items: Vec<GuideItem>,
    /// The materials of all items, each once.
    pub materials: Vec<GuideMaterial>,
    /// When the last would be decided at the latest, if all were sent in now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_ms: Option<Timestamp>,
    /// What is charged, each with its item.
    pub fees: Vec<GuideFee>,
    /// The sum of what is charged, in fen.
    pub total_fen: Fen,
}

/// An item that applies.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideItem {
    /// The item.
    pub item: ItemCard,
    /// Why it applies.
    pub why: LocalText,
}

/// A material of one or several items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuideMaterial {
    /// Its name.
    pub name: LocalText,
    /// The names of the items that ask for it.
    pub items: Vec<LocalText>,
    /// Whether one of them is not complete without it, whatever is filled in.
    pub always: bool,
    /// Whether none of them needs it.
    pub optional: bool,
}

/// A charge of an item.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GuideFee {
    /// The item.
    pub item: LocalText,
    /// What it is charged for.
    pub name: LocalText,
    /// How much, in fen.
    pub fen: Fen,
}

impl Query for GuideById {
    const NAME: &'static str = "casework.guide";
    const DOC: &'static str = "Goes through a guide with some answers: the next question, or the items that apply with all they need.";
    type Reply = GuideView;

    async fn answer(self, ctx: &Ctx) -> Result<GuideView, Failure> {
        ctx.authorize(&Resource::of("casework.guide", &self.guide))?;
        let section = section(ctx);
        let guide = section.guide(&self.guide).ok_or_else(Failure::missing)?;
        let pairs = self.answers.iter().flat_map(|text| text.split(';'));
        let answers: BTreeMap<String, String> = pairs
            .filter_map(|pair| pair.split_once(':'))
            .map(|(id, answer)| (id.trim().to_owned(), answer.trim().to_owned()))
            .take(100)
            .collect();
        let walk = guide.walk(&answers).map_err(|source| CaseworkError::Condition {
            item: guide.id.clone(),
            place: "guide".to_owned(),
            source,
        })?;
        let questions = &guide.guide.question;
        let result = match walk.next {
            Some(_) => None,
            None => Some(result(ctx, guide, &walk.outcomes)),
        };
        Ok(GuideView {
            id: guide.id.clone(),
            pack: guide.pack.clone(),
            name: guide.guide.name.clone(),
            summary: guide.guide.summary.clone(),
            answered: walk
                .answered
                .iter()
                .map(|(place, answer)| answered(&questions[*place], answer))
                .collect(),
            next: walk.next.map(|place| asked(&questions[place])),
            result,
        })
    }
}

fn choices(question: &Question) -> Vec<AskedChoice> {
    if question.option.is_empty() {
        return vec![
            AskedChoice { id: "yes".into(), label: LocalText::new("是", "Yes") },
            AskedChoice { id: "no".into(), label: LocalText::new("否", "No") },
        ];
    }
    let choice =
        |o: &crate::guide::Choice| AskedChoice { id: o.id.clone(), label: o.label.clone() };
    question.option.iter().map(choice).collect()
}

fn asked(question: &Question) -> Asked {
    Asked {
        id: question.id.clone(),
        ask: question.ask.clone(),
        help: question.help.clone(),
        choices: choices(question),
    }
}

fn answered(question: &Question, answer: &str) -> Answered {
    let label = choices(question).into_iter().find(|choice| choice.id == answer);
    Answered {
        id: question.id.clone(),
        ask: question.ask.clone(),
        answer: answer.to_owned(),
        label: label.map_or_else(|| LocalText::new("", ""), |choice| choice.label),
    }
}

fn result(ctx: &Ctx, guide: &CompiledGuide, outcomes: &[usize]) -> GuideResult {
    let section = section(ctx);
    let mut result = GuideResult {
        items: Vec::new(),
        materials: Vec::new(),
        latest_ms: None,
        fees: Vec::new(),
        total_fen: Fen(0),
    };
    let mut seen: Vec<&str> = Vec::new();
    for outcome in outcomes.iter().filter_map(|place| guide.guide.outcome.get(*place)) {
        // An item that applies for several reasons stands once.
        if seen.contains(&outcome.item.as_str()) {
            continue;
        }
        seen.push(&outcome.item);
        let Some(item) = section.item(&outcome.item) else { continue };
        add(ctx, item, &mut result);
        result.items.push(GuideItem { item: card(ctx, item), why: outcome.why.clone() });
    }
    result.total_fen = Fen::checked_sum(result.fees.iter().map(|fee| fee.fen)).unwrap_or(Fen(0));
    result
}

fn add(ctx: &Ctx, item: &CompiledItem, result: &mut GuideResult) {
    let calendar = ctx.services.calendar.current();
    let standing = Standing::submitted();
    let due = deadlines::after_step(&calendar, &item.item, standing, ctx.now, None, &[], None);
    let latest = due.promised_due;
    result.latest_ms = Some(result.latest_ms.map_or(latest, |before| before.max(latest)));
    for material in &item.item.material {
        let required = material.necessity == Necessity::Required;
        let always = required && material.when.is_none();
        match result.materials.iter_mut().find(|m| m.name.zh == material.name.zh) {
            Some(known) => {
                known.items.push(item.item.name.clone());
                known.always |= always;
                known.optional &= !required;
            }
            None => result.materials.push(GuideMaterial {
                name: material.name.clone(),
                items: vec![item.item.name.clone()],
                always,
                optional: !required,
            }),
        }
    }
    result.fees.extend(item.item.fees.iter().map(|fee| GuideFee {
        item: item.item.name.clone(),
        name: fee.name.clone(),
        fen: fee.fen,
    }));
}
