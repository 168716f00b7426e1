//! Pages as people see them.

use serde_json::{Value, json};

use super::{DIVISIONS, FOOD_FORM, SUBSIDY_FORM, food_value, known, pairs, speaker, subsidy_value};
use crate::error::FieldProblem;
use crate::form::{Completeness, FormSchema, FormView, ReadView};
use crate::text::Lang;

fn page(form: &FormSchema, value: &Value, problems: &[FieldProblem], lang: Lang) -> String {
    let speaker = speaker(lang);
    let html = form.render(&FormView {
        origins: &[],
        value,
        problems,
        speaker: &speaker,
        divisions: &DIVISIONS,
        icons: "/assets/icons.svg",
        section: None,
        summary: true,
    });
    well_formed(&html);
    html
}

fn reading(form: &FormSchema, value: &Value, masked: bool, lang: Lang) -> String {
    let speaker = speaker(lang);
    let view = ReadView { value, speaker: &speaker, divisions: &DIVISIONS, masked, heading: 2 };
    let html = form.render_read(&view);
    well_formed(&html);
    html
}

/// Every element is closed, every id stands once, whatever refers to an id finds it, and no message is missing.
fn well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or("");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "before {}", &rest[..end + 1]);
        } else if !["input", "br"].contains(&name) {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert_eq!(open, [""; 0]);
    let values = |attribute: &str| -> Vec<String> {
        let start = format!(" {attribute}=\"");
        html.split(&start).skip(1).map(|at| at.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values("id");
    for (index, id) in ids.iter().enumerate() {
        assert!(!ids[..index].contains(id), "the id {id} stands twice");
    }
    for reference in ["for", "aria-describedby", "aria-labelledby"] {
        for id in values(reference).iter().flat_map(|ids| ids.split(' ')) {
            assert!(ids.iter().any(|known| known == id), "{reference} {id} leads nowhere");
        }
    }
    for link in values("href").iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(ids.iter().any(|known| known == link), "#{link} leads nowhere");
    }
    assert!(!super::lacks_a_message(html) && !html.contains("style="), "{html}");
}

#[test]
fn an_empty_food_form() {
    let empty = FOOD_FORM.normalise(&json!({}));
    insta::assert_snapshot!("food_empty_zh", page(&FOOD_FORM, &empty, &[], Lang::Zh));
}

#[test]
fn a_filled_food_form_in_english() {
    insta::assert_snapshot!("food_filled_en", page(&FOOD_FORM, &food_value(), &[], Lang::En));
}

#[test]
fn a_food_form_with_everything_wrong_keeps_what_was_typed() {
    let parsed = FOOD_FORM.parse(&pairs(&[
        ("company.uscc", "91350100M000100Y44"),
        ("company.phone", "<script>alert(1)</script>"),
        ("premises.division", "350100"),
        ("premises.area", "\"38万\""),
        ("business.kind", "bar"),
        ("people.0.number", "110105194912310021"),
        ("people.0.role", "bar"),
        ("people.0.health", "明天"),
        ("promise", "false"),
    ]));
    let problems = FOOD_FORM.validate(&parsed.value, &known(), Completeness::Submit);
    let html = page(&FOOD_FORM, &parsed.value, &problems, Lang::Zh);
    assert!(!html.contains("<script>"));
    for typed in ["91350100M000100Y44", "38万", "110105194912310021", "明天"] {
        assert!(html.contains(typed), "{typed} is lost");
    }
    insta::assert_snapshot!("food_wrong_zh", html);
}

#[test]
fn names_that_the_form_does_not_have_are_told_without_a_link() {
    let parsed = FOOD_FORM.parse(&pairs(&[("colour", "red"), ("people.x", "y")]));
    let html = page(&FOOD_FORM, &parsed.value, &parsed.problems, Lang::En);
    assert!(html.contains("<li>The form has no “colour”"), "{html}");
}

#[test]
fn a_subsidy_form_with_lists_in_lists() {
    insta::assert_snapshot!(
        "subsidy_filled_zh",
        page(&SUBSIDY_FORM, &subsidy_value(), &[], Lang::Zh)
    );
}

#[test]
fn the_first_button_of_a_page_is_harmless() {
    for value in [json!({}), food_value()] {
        let html = page(&FOOD_FORM, &value, &[], Lang::Zh);
        let first = html.split("<button").nth(1).unwrap();
        assert!(first.contains("name=\"_show\""), "the enter key would press {first}");
    }
}

#[test]
fn headings_skip_no_level() {
    let mut value = subsidy_value();
    value["contracts"][1]["payments"] = json!([{}]);
    let html = page(&SUBSIDY_FORM, &value, &[], Lang::Zh)
        + &reading(&SUBSIDY_FORM, &value, false, Lang::Zh);
    let mut before = 1;
    for at in html.split("<h").skip(1).filter(|at| at.starts_with(|c: char| c.is_ascii_digit())) {
        let level = usize::from(at.as_bytes()[0] - b'0');
        assert!(
            level <= before + 1,
            "h{level} after h{before}: {}",
            at.chars().take(40).collect::<String>()
        );
        before = level;
    }
}

#[test]
fn one_section_alone() {
    let speaker = speaker(Lang::Zh);
    let value = food_value();
    let html = FOOD_FORM.render(&FormView {
        origins: &[],
        value: &value,
        problems: &[],
        speaker: &speaker,
        divisions: &DIVISIONS,
        icons: "/assets/icons.svg",
        section: Some("premises"),
        summary: true,
    });
    well_formed(&html);
    assert!(html.contains("id=\"premises\"") && html.contains("section-number\">2<"));
    // A first row is there to be filled in, without the questions that its answers will decide on.
    let empty = page(&FOOD_FORM, &json!({}), &[], Lang::Zh);
    assert!(empty.contains("people-0-name") && !empty.contains("people-0-duty"));
    assert!(!html.contains("id=\"company\"") && !html.contains("promise"));
}

#[test]
fn the_filled_in_form_is_read() {
    insta::assert_snapshot!("food_read_zh", reading(&FOOD_FORM, &food_value(), true, Lang::Zh));
    insta::assert_snapshot!("food_read_en", reading(&FOOD_FORM, &food_value(), false, Lang::En));
    insta::assert_snapshot!(
        "subsidy_read_zh",
        reading(&SUBSIDY_FORM, &subsidy_value(), true, Lang::Zh)
    );
    let masked = reading(&SUBSIDY_FORM, &subsidy_value(), true, Lang::En);
    assert!(!masked.contains("12,345.50") && !masked.contains("陈敏"));
}

#[test]
fn sections_tell_how_far_they_are() {
    let mut value = food_value();
    value["company"]["uscc"] = json!("91350100M000100Y44");
    value["premises"] = json!({"address": "东街 83 号"});
    value["business"] = json!({});
    let problems = FOOD_FORM.validate(&value, &known(), Completeness::Submit);
    let progress = FOOD_FORM.progress(&value, &problems);
    let speaker = speaker(Lang::Zh);
    insta::assert_snapshot!(FOOD_FORM.render_steps(&progress, &speaker, "/assets/icons.svg"));
}

#[test]
fn labels_lead_through_rows() {
    let label = |pointer: &str| FOOD_FORM.label(pointer).map(|label| (label.zh, label.en));
    let wanted = ("人员 2 的身份证号".to_owned(), "Person 2, Identity number".to_owned());
    assert_eq!(label("/people/1/number"), Some(wanted));
    assert_eq!(label("/premises").map(|l| l.0).as_deref(), Some("经营场所"));
    assert_eq!(label("/people/x/number"), None);
    assert!(label(&format!("/people/{}/number", usize::MAX)).is_some());
    assert_eq!(label("/absent"), None);
    assert_eq!(label(""), None);
}
