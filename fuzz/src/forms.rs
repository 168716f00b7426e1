//! Forms: their schemas, what pages send, what the API sends.

use std::sync::{Arc, LazyLock};

use jiff::civil::date;
use minshu_kernel::division::{Divisions, SAMPLE};
use minshu_kernel::form::{Completeness, FormSchema, FormView, Known, ReadView};
use minshu_kernel::text::{Lang, Speaker, Texts};
use serde_json::Value as Json;

use crate::text;

static DIVISIONS: LazyLock<Divisions> = LazyLock::new(|| match Divisions::from_csv(SAMPLE) {
    Ok(divisions) => divisions,
    Err(problems) => unreachable!("the sample divisions: {problems:?}"),
});
static TEXTS: LazyLock<Arc<Texts>> = LazyLock::new(|| match Texts::load(&[minshu_kernel::TEXTS]) {
    Ok(texts) => texts,
    Err(problems) => unreachable!("the kernel's texts: {problems:?}"),
});

fn compiled(text: &str) -> FormSchema {
    FormSchema::compile(text).unwrap_or_else(|_| unreachable!("a form of the packs compiles"))
}

pub(crate) static FOOD: LazyLock<FormSchema> = LazyLock::new(|| {
    compiled(include_str!(
        "../../packs/06-public-services/gov-single-window/forms/food-business-licence.json"
    ))
});
static ADVERTISING: LazyLock<FormSchema> = LazyLock::new(|| {
    compiled(include_str!(
        "../../packs/06-public-services/gov-single-window/forms/outdoor-advertising.json"
    ))
});

/// A schema that somebody wrote; what compiles drives a page, a check and an API.
pub fn schema(bytes: &[u8]) {
    let text = text(bytes);
    match FormSchema::compile(&text) {
        Ok(form) => {
            let _described = (form.json_schema(), form.field_type(), form.personal_pointers());
            hold(&form, &Json::Null);
            hold(&form, &form.normalise(&Json::Null));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            let lines = text.split('\n').count();
            assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
        }
    }
}

/// The body of a page.
pub fn page(bytes: &[u8]) {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(bytes).into_owned().collect();
    for form in [&*FOOD, &*ADVERTISING] {
        let parsed = form.parse(&pairs);
        assert!(parsed.problems.len() <= 100);
        hold(form, &parsed.value);
    }
}

/// Any JSON as the value of a form.
pub fn json(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Json>(bytes) else { return };
    hold(&FOOD, &value);
    hold(&ADVERTISING, &value);
}

/// What is true of a form and any value at all.
fn hold(form: &FormSchema, value: &Json) {
    let known = Known { divisions: &DIVISIONS, today: date(2026, 3, 5) };
    let value = form.normalise(value);
    assert_eq!(form.normalise(&value), value, "normalising twice is normalising once");
    let problems = form.validate(&value, &known, Completeness::Submit);
    assert!(problems.len() <= 100);
    let drafted = form.validate(&value, &known, Completeness::Draft);
    assert!(drafted.len() <= problems.len().max(100));
    let (clear, personal) = form.split_personal(&value);
    assert_eq!(form.join_personal(&clear, &personal), value, "parts join to the whole");
    let _masked = form.masked(&value);
    for lang in Lang::ALL {
        let speaker = Speaker::new(Arc::clone(&TEXTS), lang);
        let page = form.render(&FormView {
            value: &value,
            origins: &[],
            problems: &problems,
            speaker: &speaker,
            divisions: &DIVISIONS,
            icons: "/assets/icons.svg",
            section: None,
            summary: true,
        });
        is_plain(&page);
        let view = ReadView {
            value: &value,
            speaker: &speaker,
            divisions: &DIVISIONS,
            masked: true,
            heading: 3,
        };
        is_plain(&form.render_read(&view));
    }
}

/// A page holds the house's own elements alone, whatever was typed.
fn is_plain(page: &str) {
    for element in ["<script", "<img", "<iframe", "<object", "<embed", "<meta", "<base", "<form"] {
        assert!(!page.contains(element), "{element} in {page}");
    }
}
