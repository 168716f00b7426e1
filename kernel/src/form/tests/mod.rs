//! The form as a whole, by two schemas as departments write them.

mod checks;
mod compiling;
mod pages;
mod properties;
mod values;

use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::{Completeness, FormSchema, Known};
use crate::division::Divisions;
use crate::error::FieldProblem;
use crate::text::{Lang, Speaker, Texts};

pub(super) const FOOD: &str = include_str!("../samples/food-business.json");
pub(super) const SUBSIDY: &str = include_str!("../samples/subsidy.json");

static TEXTS: LazyLock<Arc<Texts>> =
    LazyLock::new(|| Texts::load(&[crate::TEXTS]).expect("the texts load"));
pub(super) static DIVISIONS: LazyLock<Divisions> = LazyLock::new(|| {
    let sample = include_str!("../../../data/divisions-sample.csv");
    Divisions::from_csv(sample).expect("the sample loads")
});
pub(super) static FOOD_FORM: LazyLock<FormSchema> = LazyLock::new(|| form(FOOD));
pub(super) static SUBSIDY_FORM: LazyLock<FormSchema> = LazyLock::new(|| form(SUBSIDY));

pub(super) const TODAY: Date = date(2026, 3, 5);

pub(super) fn form(text: &str) -> FormSchema {
    FormSchema::compile(text).unwrap_or_else(|problems| panic!("{}", problem_lines(&problems)))
}

pub(super) fn speaker(lang: Lang) -> Speaker {
    Speaker::new(Arc::clone(&TEXTS), lang)
}

pub(super) fn known() -> Known<'static> {
    Known { divisions: &DIVISIONS, today: TODAY }
}

pub(super) fn problem_lines(problems: &[super::FormProblem]) -> String {
    let speaker = speaker(Lang::Zh);
    let english = speaker_en();
    let lines = problems.iter().map(|problem| {
        let hint = problem.hint.as_ref().map(|h| format!(" | {}", speaker.message(h)));
        format!(
            "{}:{} {} {}{} / {}",
            problem.line,
            problem.column,
            problem.pointer,
            speaker.message(&problem.message),
            hint.unwrap_or_default(),
            english.message(&problem.message),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn speaker_en() -> Speaker {
    speaker(Lang::En)
}

/// Whether a key stands where a text should.
pub(super) fn lacks_a_message(text: &str) -> bool {
    ["[form-", "[expr-", "[codes-", "[money-", "[show-"].iter().any(|key| text.contains(key))
}

/// Problems as people read them: pointer and message in Chinese.
pub(super) fn said(problems: &[FieldProblem]) -> Vec<String> {
    let speaker = speaker(Lang::Zh);
    problems
        .iter()
        .map(|problem| format!("{} {}", problem.pointer, speaker.message(&problem.message)))
        .collect()
}

pub(super) fn pairs(text: &[(&str, &str)]) -> Vec<(String, String)> {
    text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A food business form that is right and whole.
pub(super) fn food_value() -> Value {
    json!({
        "company": {"uscc": "91350100M000100Y43", "phone": "13812341234"},
        "premises": {
            "division": "350102001001",
            "address": "东街 83 号 1 层 06 店面",
            "area": 126.5
        },
        "business": {"kind": "restaurant", "seats": 40, "items": ["hot", "cold"], "online": true},
        "people": [
            {"name": "沈志明", "number": "11010519491231002X", "role": "manager", "health": "2026-11-30"},
            {"name": "林晓燕", "number": "11010519491231002X", "role": "other", "duty": "采购"}
        ],
        "promise": true
    })
}

/// A subsidy form that is right and whole.
pub(super) fn subsidy_value() -> Value {
    json!({
        "applicant": {"married": true, "since": "2020-07-01", "grade": "c", "certificate": "闽人才202601"},
        "spouse": {"name": "陈敏", "income": 1234550},
        "contracts": [
            {"from": "2025-01-01", "rent": 350000, "deposit": 700000, "payments": [
                {"on": "2025-01-05", "amount": 1050000, "months": 3},
                {"on": "2025-04-05", "amount": 1050000}
            ]},
            {"from": "2026-01-01", "rent": 280000, "payments": []}
        ],
        "reason": "换了住处。\n旧合同已到期。"
    })
}

#[test]
fn the_samples_are_right() {
    for (form, value) in [(&*FOOD_FORM, food_value()), (&*SUBSIDY_FORM, subsidy_value())] {
        assert_eq!(form.normalise(&value), value);
        assert_eq!(said(&form.validate(&value, &known(), Completeness::Submit)), [""; 0]);
    }
}
