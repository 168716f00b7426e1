//! The check, by tables: a change to a right form and what is said about it.

use serde_json::{Value, json};

use super::{FOOD_FORM, SUBSIDY_FORM, food_value, form, known, said, subsidy_value};
use crate::form::Completeness::{Draft, Submit};
use crate::form::FormSchema;

/// The right value with one place changed; `null` takes it away.
fn changed(mut value: Value, pointer: &str, to: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(object) if to.is_null() => {
            object.shift_remove(name);
        }
        Value::Object(object) => {
            object.insert(name.to_owned(), to);
        }
        Value::Array(values) => values[name.parse::<usize>().unwrap()] = to,
        _ => panic!("{pointer} leads nowhere"),
    }
    value
}

fn table(form: &FormSchema, value: &Value, rows: Vec<(&str, Value)>) -> String {
    let mut report = String::new();
    for (pointer, to) in rows {
        let value = changed(value.clone(), pointer, to.clone());
        let shown: String = to.to_string().chars().take(40).collect();
        report.push_str(&format!("{pointer} = {shown}\n"));
        for completeness in [Draft, Submit] {
            for line in said(&form.validate(&value, &known(), completeness)) {
                report.push_str(&format!("  {completeness:?}: {line}\n"));
            }
        }
    }
    assert!(!super::lacks_a_message(&report), "a message is missing: {report}");
    report
}

#[test]
fn a_food_business_is_checked() {
    let rows = vec![
        ("/company/uscc", json!("91350100M000100Y44")),
        ("/company/uscc", json!("9135010")),
        ("/company/uscc", json!(3)),
        ("/company/uscc", Value::Null),
        ("/company/phone", json!("1381234")),
        ("/company/email", json!("name@")),
        ("/company", json!([])),
        ("/company", Value::Null),
        ("/premises/division", json!("350102")),
        ("/premises/division", json!("350199")),
        ("/premises/division", json!("福州")),
        ("/premises/division", Value::Null),
        ("/premises/address", json!("东街")),
        ("/premises/address", json!("名".repeat(120))),
        ("/premises/address", json!("名".repeat(121))),
        ("/premises/address", json!("东街\u{0}83 号")),
        ("/premises/area", json!(3.99)),
        ("/premises/area", json!(4)),
        ("/premises/area", json!(100_001)),
        ("/premises/area", json!("38万")),
        ("/premises/postcode", json!("35000")),
        ("/business/kind", json!("bar")),
        ("/business/kind", json!("shop")),
        ("/business/seats", json!(2.5)),
        ("/business/seats", json!(0)),
        ("/business/items", json!([])),
        ("/business/items", json!(["hot", "hot"])),
        ("/business/items", json!(["hot", "fried"])),
        ("/business/items", json!("hot")),
        ("/business/items", json!(["raw"])),
        ("/business/online", json!("yes")),
        ("/people", json!([])),
        ("/people", json!(vec![food_value()["people"][0].clone(); 21])),
        ("/people/0", json!("沈志明")),
        ("/people/0/number", json!("110105194912310021")),
        ("/people/0/number", json!("110105194902300020")),
        ("/people/0/role", Value::Null),
        ("/people/0/health", json!("2026-03-04")),
        ("/people/0/health", json!("2026-02-30")),
        ("/people/0/health", json!("2026-3-5")),
        ("/people/1/duty", Value::Null),
        ("/promise", json!(false)),
        ("/promise", Value::Null),
        ("/stray", json!({"deep": [1]})),
    ];
    insta::assert_snapshot!(table(&FOOD_FORM, &food_value(), rows));
}

#[test]
fn a_subsidy_is_checked() {
    let rows = vec![
        ("/applicant/married", Value::Null),
        ("/applicant/married", json!(false)),
        ("/applicant/since", json!("2014-12-31")),
        ("/applicant/since", json!("2026-03-06")),
        ("/applicant/since", json!("9999-12-31")),
        ("/applicant/certificate", json!("闽人才2026")),
        ("/spouse/income", json!(-1)),
        ("/spouse/income", json!("一万二")),
        ("/spouse/income", json!(12.5)),
        ("/spouse", json!({})),
        ("/spouse", json!({"name": "陈敏"})),
        ("/contracts/0/rent", json!(99)),
        ("/contracts/0/rent", json!(5_000_001)),
        ("/contracts/0/payments/0/months", json!(13)),
        ("/contracts/0/payments/0", json!({})),
        ("/contracts/0/payments", json!(vec![json!({"on": "2026-01-01", "amount": 1}); 13])),
        ("/reason", json!("行一\n行二\t完")),
        ("/reason", json!("行一\u{7}")),
    ];
    insta::assert_snapshot!(table(&SUBSIDY_FORM, &subsidy_value(), rows));
}

#[test]
fn nothing_is_missing_from_an_empty_draft() {
    let empty = FOOD_FORM.normalise(&json!({}));
    assert_eq!(said(&FOOD_FORM.validate(&empty, &known(), Draft)), [""; 0]);
    let missing = FOOD_FORM.validate(&empty, &known(), Submit);
    assert!(missing.len() >= 9, "{:?}", said(&missing));
    let progress = FOOD_FORM.progress(&empty, &missing);
    let names: Vec<&str> = progress.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["company", "premises", "business", "people"]);
    assert!(progress.iter().all(|p| !p.is_done() && !p.begun && p.wrong == 0 && p.missing > 0));
    let value = food_value();
    let done = FOOD_FORM.progress(&value, &FOOD_FORM.validate(&value, &known(), Submit));
    assert!(done.iter().all(|p| p.is_done() && p.begun));
}

#[test]
fn hostile_values_are_answered_within_bounds() {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!({"company": deep, "people": [deep]});
        if deep.to_string().len() > 100_000 {
            break;
        }
    }
    let many: serde_json::Map<String, Value> =
        (0..5_000).map(|index| (format!("field{index}"), json!(index))).collect();
    for value in [json!(null), json!([]), json!("x"), deep, Value::Object(many)] {
        let normal = FOOD_FORM.normalise(&value);
        let problems = FOOD_FORM.validate(&normal, &known(), Submit);
        assert!(!problems.is_empty() && problems.len() <= 100);
    }
}

#[test]
fn a_condition_without_a_value_asks_and_says_so() {
    let form = form(
        r#"{"title": "x", "type": "object", "properties": {
        "parts": {"type": "integer", "title": "份数"},
        "share": {"type": "string", "title": "份额", "x-when": "has(form.parts) && 100 / form.parts > 1"}}}"#,
    );
    let value = json!({"parts": 0, "share": "x"});
    assert_eq!(form.normalise(&value), value);
    let problems = form.validate(&value, &known(), Draft);
    assert_eq!(problems[0].pointer, "/share");
    assert_eq!(problems[0].message.key, "expr-failed-division");
    assert_eq!(form.normalise(&json!({"parts": 100, "share": "x"})), json!({"parts": 100}));
}
