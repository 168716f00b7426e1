//! `[[casework.guide]]`: a few questions that lead to the items which apply to somebody (办事向导). Questions and
//! outcomes are declared; what is needed, how long it takes and what it costs is read from the items.

use std::collections::BTreeMap;

use minshu_kernel::expr::{Bindings, Environment, ExprFailure, Expression, Type, nearest};
use minshu_kernel::pack::{At, Compile};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The most questions of a guide.
const QUESTIONS_MAX: usize = 20;
/// The most outcomes of a guide.
const OUTCOMES_MAX: usize = 40;

/// A guide: a few questions, and the items that apply by their answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Its id within its pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// What one wants to do: 开一家餐饮店.
    pub name: LocalText,
    /// What it answers, in one or two sentences.
    pub summary: LocalText,
    /// The questions in order.
    pub question: Vec<Question>,
    /// The items in order.
    pub outcome: Vec<Outcome>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id, by which expressions and addresses name the answer: small letters, digits and `_`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 32))]
    pub id: String,
    /// The question.
    pub ask: LocalText,
    /// What helps to answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<LocalText>,
    /// The answers to choose from; none means yes or no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option: Vec<Choice>,
    /// Asked only where this condition (CEL over `answer`) holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its id, by which expressions and addresses name it.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"), length(max = 32))]
    pub id: String,
    /// What it says.
    pub label: LocalText,
}

/// An item that applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The item: of this pack, or `pack.item`.
    pub item: String,
    /// It applies where this condition (CEL over `answer`) holds; always where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Why it applies, and what to mind.
    pub why: LocalText,
}

/// A guide that is ready to be used.
#[derive(Debug)]
pub struct CompiledGuide {
    /// `pack.guide`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// The declaration; items are full ids.
    pub guide: Guide,
    questions: Vec<Option<Expression>>,
    outcomes: Vec<Option<Expression>>,
}

/// How far somebody came.
#[derive(Debug, PartialEq)]
pub struct Walk {
    /// The places of the questions that were answered, with the answer's id.
    pub answered: Vec<(usize, String)>,
    /// The place of the next question; none where all are answered.
    pub next: Option<usize>,
    /// The places of the outcomes that apply; empty while something is to be answered.
    pub outcomes: Vec<usize>,
}

impl Question {
    /// The ids of the answers.
    fn ids(&self) -> Vec<&str> {
        match self.option.is_empty() {
            true => vec!["yes", "no"],
            false => self.option.iter().map(|option| option.id.as_str()).collect(),
        }
    }

    fn value(&self, id: &str) -> Json {
        if self.option.is_empty() { Json::Bool(id == "yes") } else { Json::from(id) }
    }
}

impl CompiledGuide {
    /// Goes through the questions with these answers. Answers that are none of the choices, or to questions that are
    /// not asked, count for nothing.
    pub fn walk(&self, answers: &BTreeMap<String, String>) -> Result<Walk, ExprFailure> {
        let mut answer = Json::Object(Map::new());
        let mut walk = Walk { answered: Vec::new(), next: None, outcomes: Vec::new() };
        for (place, (question, when)) in self.guide.question.iter().zip(&self.questions).enumerate()
        {
            if !holds(when.as_ref(), &answer)? {
                continue;
            }
            let given = answers.get(&question.id);
            match given.filter(|given| question.ids().contains(&given.as_str())) {
                None => {
                    walk.next = Some(place);
                    return Ok(walk);
                }
                Some(given) => {
                    answer[question.id.as_str()] = question.value(given);
                    walk.answered.push((place, given.clone()));
                }
            }
        }
        for (place, when) in self.outcomes.iter().enumerate() {
            if holds(when.as_ref(), &answer)? {
                walk.outcomes.push(place);
            }
        }
        Ok(walk)
    }
}

fn holds(when: Option<&Expression>, answer: &Json) -> Result<bool, ExprFailure> {
    let bindings = Bindings::new().with("answer", answer);
    when.map_or(Ok(true), |when| when.holds(&bindings))
}

/// Compiles every guide. `items` are the full ids of the items that there are.
pub(crate) fn compile(compile: &Compile<'_>, items: &[&str]) -> Vec<CompiledGuide> {
    let mut guides: Vec<CompiledGuide> = Vec::new();
    for declared in compile.each::<Guide>("casework", "guide") {
        let before = compile.problems.borrow().len();
        let id = format!("{}.{}", declared.pack.id, declared.value.id);
        if guides.iter().any(|guide| guide.id == id) {
            compile
                .problem(&declared.at.below("/id"), format!("there is a guide \"{id}\" already"));
        }
        let mut guide = declared.value.clone();
        let Some((questions, outcomes)) = check(compile, &declared.at, &mut guide, items) else {
            continue;
        };
        if compile.problems.borrow().len() == before {
            guides.push(CompiledGuide {
                id,
                pack: declared.pack.id.clone(),
                guide,
                questions,
                outcomes,
            });
        }
    }
    guides
}

type Conditions = Vec<Option<Expression>>;

fn check(
    compile: &Compile<'_>,
    at: &At,
    guide: &mut Guide,
    items: &[&str],
) -> Option<(Conditions, Conditions)> {
    let report = |below: String, message: String| compile.problem(&at.below(&below), message);
    if !(1..=QUESTIONS_MAX).contains(&guide.question.len()) {
        report("/question".into(), format!("a guide has 1 to {QUESTIONS_MAX} questions"));
    }
    if !(1..=OUTCOMES_MAX).contains(&guide.outcome.len()) {
        report("/outcome".into(), format!("a guide has 1 to {OUTCOMES_MAX} outcomes"));
    }
    let mut known: Vec<(&str, Type, bool)> = Vec::new();
    let mut questions = Vec::new();
    for (place, question) in guide.question.iter().enumerate() {
        let below = format!("/question/{place}");
        if known.iter().any(|(id, _, _)| *id == question.id) {
            let message = format!("there is a question \"{}\" already", question.id);
            report(format!("{below}/id"), message);
        }
        if question.option.len() == 1 {
            report(format!("{below}/option"), "one answer is no choice".to_owned());
        }
        for (number, option) in question.option.iter().enumerate() {
            if question.option[..number].iter().any(|other| other.id == option.id) {
                let message = format!("there is an answer \"{}\" already", option.id);
                report(format!("{below}/option/{number}/id"), message);
            }
        }
        // A question knows the answers before it.
        let environment = environment(&known);
        questions.push(condition(
            compile,
            &at.below(&format!("{below}/when")),
            question.when.as_deref(),
            &environment,
        ));
        let of = match question.option.is_empty() {
            true => Type::Bool,
            false => Type::Choice(question.option.iter().map(|o| o.id.clone()).collect()),
        };
        known.push((&question.id, of, true));
    }
    let environment = environment(&known);
    let mut outcomes = Vec::new();
    for (place, outcome) in guide.outcome.iter_mut().enumerate() {
        let below = format!("/outcome/{place}");
        outcome.item = compile.full_id(at, &outcome.item);
        if !items.contains(&outcome.item.as_str()) {
            let hint = nearest(&outcome.item, items.iter().copied());
            let hint = hint.map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
            let message = format!("there is no item \"{}\"{hint}", outcome.item);
            report(format!("{below}/item"), message);
        }
        outcomes.push(condition(
            compile,
            &at.below(&format!("{below}/when")),
            outcome.when.as_deref(),
            &environment,
        ));
    }
    let whole = |found: Vec<Option<Option<Expression>>>| found.into_iter().collect::<Option<_>>();
    Some((whole(questions)?, whole(outcomes)?))
}

fn environment(known: &[(&str, Type, bool)]) -> Environment {
    Environment::new().with("answer", Type::map(known.iter().cloned()))
}

/// A condition, compiled; `None` where it has a mistake, which was reported.
fn condition(
    compile: &Compile<'_>,
    at: &At,
    text: Option<&str>,
    environment: &Environment,
) -> Option<Option<Expression>> {
    let Some(text) = text else { return Some(None) };
    match Expression::compile(text, environment, &Type::Bool) {
        Ok(expression) => Some(Some(expression)),
        Err(problem) => {
            let character = text.get(..problem.start).map_or(0, |t| t.chars().count()) + 1;
            let hint = problem.hint.as_ref().map(|hint| format!("; {}", compile.say(hint)));
            let message = format!(
                "at character {character}: {}{}",
                compile.say(&problem.message),
                hint.unwrap_or_default()
            );
            compile.problem(at, message);
            None
        }
    }
}
