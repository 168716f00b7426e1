//! What holds for any input: a rendered page reads back as it was, and nothing that is sent makes it panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{DIVISIONS, FOOD_FORM, SUBSIDY_FORM, known, speaker};
use crate::form::{Completeness, FormSchema, FormView, ReadView};
use crate::text::Lang;

/// Text that people could type on one line; markup and quotes on purpose.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z<>&\"' =名]{1,12}", "\\PC{1,12}"]
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("something", |text| !text.is_empty())
}

fn date() -> impl Strategy<Value = String> {
    (1900..2100_i16, 1..=12_i8, 1..=28_i8).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"))
}

/// Values of the subsidy form as its page can hold them.
fn subsidies() -> impl Strategy<Value = Value> {
    let payment = (date(), 0..1_000_000_000_i64, prop::option::of(1..=12_i64)).prop_map(
        |(on, amount, months)| {
            let mut payment = json!({"on": on, "amount": amount});
            if let Some(months) = months {
                payment["months"] = json!(months);
            }
            payment
        },
    );
    let contract = (date(), 100..5_000_000_i64, prop::collection::vec(payment, 0..3)).prop_map(
        |(from, rent, payments)| json!({"from": from, "rent": rent, "payments": payments}),
    );
    (
        prop::collection::vec(contract, 1..4),
        any::<bool>(),
        typed(),
        prop::option::of(0..1_000_000_i64),
        "[a-z<>&\n名]{0,20}",
    )
        .prop_map(|(contracts, married, name, income, reason)| {
            let mut value = json!({
                "applicant": {"married": married, "grade": "g", "certificate": name},
                "contracts": contracts,
                "reason": reason,
            });
            if married {
                value["spouse"] = json!({"name": name, "income": income});
            }
            SUBSIDY_FORM.normalise(&value)
        })
}

fn page(form: &FormSchema, value: &Value) -> String {
    let speaker = speaker(Lang::Zh);
    let problems = form.validate(value, &known(), Completeness::Submit);
    form.render(&FormView {
        origins: &[],
        value,
        problems: &problems,
        speaker: &speaker,
        divisions: &DIVISIONS,
        icons: "/assets/icons.svg",
        section: None,
        summary: true,
    })
}

/// What a browser sends of a page when no button of the form is pressed.
fn sent(html: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut select: Option<(String, Option<String>, Option<String>)> = None;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start..=end];
        rest = &rest[end + 1..];
        let name = || attribute(tag, "name").unwrap_or_default();
        let value = || attribute(tag, "value").unwrap_or_default();
        if tag.starts_with("<input") {
            let kind = attribute(tag, "type").unwrap_or_default();
            if !["radio", "checkbox"].contains(&kind.as_str()) || tag.contains(" checked") {
                pairs.push((name(), value()));
            }
        } else if tag.starts_with("<textarea") {
            let text = rest.split("</textarea").next().unwrap_or("");
            // The first line end belongs to the markup.
            pairs.push((name(), unescaped(text.strip_prefix('\n').unwrap_or(text))));
        } else if tag.starts_with("<select") {
            select = Some((name(), None, None));
        } else if tag.starts_with("<option") {
            if let Some((_, first, chosen)) = &mut select {
                first.get_or_insert_with(value);
                if tag.contains(" selected") {
                    *chosen = Some(value());
                }
            }
        } else if tag.starts_with("</select")
            && let Some((name, first, chosen)) = select.take()
        {
            pairs.push((name, chosen.or(first).unwrap_or_default()));
        }
    }
    pairs
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let value = tag.split(&start).nth(1)?.split('"').next()?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_page_reads_back_as_it_was(value in subsidies()) {
        let parsed = SUBSIDY_FORM.parse(&sent(&page(&SUBSIDY_FORM, &value)));
        prop_assert!(parsed.problems.is_empty());
        prop_assert_eq!(SUBSIDY_FORM.normalise(&parsed.value), value);
    }

    #[test]
    fn what_is_taken_apart_is_whole_again(value in subsidies()) {
        let (clear, personal) = SUBSIDY_FORM.split_personal(&value);
        let joined = SUBSIDY_FORM.join_personal(&clear, &personal);
        prop_assert_eq!(joined.to_string(), value.to_string());
    }

    #[test]
    fn any_page_that_is_sent_is_answered(
        sent in prop::collection::vec((names(), "\\PC{0,20}"), 0..20),
        button in prop::option::of((prop::sample::select(vec!["_add", "_remove", "_pick", "_show"]), names())),
    ) {
        let mut sent = sent;
        sent.extend(button.map(|(name, target)| (name.to_owned(), target)));
        for form in [&*FOOD_FORM, &*SUBSIDY_FORM] {
            let parsed = form.parse(&sent);
            answered(form, &parsed.value)?;
        }
    }

    #[test]
    fn any_json_is_answered(value in any_json()) {
        for form in [&*FOOD_FORM, &*SUBSIDY_FORM] {
            answered(form, &value)?;
        }
    }

    #[test]
    fn any_schema_is_answered(text in schemas()) {
        if let Err(problems) = FormSchema::compile(&text) {
            prop_assert!(!problems.is_empty());
        }
    }
}

/// Names near to those of the forms.
fn names() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "people",
        "contracts",
        "payments",
        "0",
        "1",
        "99999999999999999999",
        "-1",
        "name",
        "number",
        "company",
        "uscc",
        "premises",
        "division",
        "area",
        "business",
        "items",
        "seats",
        "promise",
        "spouse",
        "income",
        "on",
        "rent",
        "",
        "~1",
        "x/y",
    ]);
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("."))
}

/// JSON whose keys are often those of the forms.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "people",
        "contracts",
        "payments",
        "company",
        "premises",
        "business",
        "applicant",
        "spouse",
        "division",
        "area",
        "items",
        "kind",
        "seats",
        "role",
        "married",
        "rent",
        "health",
        "promise",
        "reason",
        "stray",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["raw", "other", "restaurant", "350102001", "2026-03-05"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|members| {
                members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

/// The food schema with a stretch of it replaced.
fn schemas() -> impl Strategy<Value = String> {
    (0..super::FOOD.len(), 0..40_usize, "[\\[\\]{}\",:a-z0-9 名]{0,12}").prop_map(
        |(at, length, put)| {
            let whole = super::FOOD;
            let start = (0..=at).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length..whole.len())
                .find(|at| whole.is_char_boundary(*at))
                .unwrap_or(whole.len());
            format!("{}{put}{}", &whole[..start], &whole[end..])
        },
    )
}

fn answered(form: &FormSchema, value: &Value) -> Result<(), TestCaseError> {
    let normal = form.normalise(value);
    prop_assert_eq!(&form.normalise(&normal), &normal, "not stable");
    for completeness in [Completeness::Draft, Completeness::Submit] {
        let problems = form.validate(&normal, &known(), completeness);
        prop_assert!(problems.len() <= 100);
        form.progress(&normal, &problems);
    }
    let (clear, personal) = form.split_personal(&normal);
    prop_assert_eq!(form.join_personal(&clear, &personal).to_string(), normal.to_string());
    form.masked(&normal);
    page(form, value);
    let speaker = speaker(Lang::En);
    form.render_read(&ReadView {
        value,
        speaker: &speaker,
        divisions: &DIVISIONS,
        masked: true,
        heading: 2,
    });
    Ok(())
}
