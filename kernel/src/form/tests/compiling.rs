//! Mistakes in schemas: all of them at once, each at its line.

use serde_json::json;

use super::{FOOD_FORM, SUBSIDY_FORM, problem_lines};
use crate::expr::{Environment, Expression, Type};
use crate::form::FormSchema;

const MISTAKES: &str = r#"{
  "title": "试",
  "type": "array",
  "requird": [],
  "additionalProperties": true,
  "required": ["absent", 3],
  "properties": {
    "Name": {"type": "string", "title": "名"},
    "untitled": {"type": "string"},
    "half": {"type": "string", "x-zh": {"label": "半", "hint": "?"}},
    "untyped": {"title": "无"},
    "nothing": 3,
    "text": {"type": "string", "title": "字", "minLength": 9, "maxLength": 5000, "pattern": "a+"},
    "pattern": {"type": "string", "title": "式", "pattern": "^(a(?=b))$"},
    "large": {"type": "string", "title": "大", "pattern": "^(\\p{L}{200}){200}$"},
    "formatted": {"type": "string", "title": "式", "format": "colour"},
    "limited": {"type": "string", "title": "限", "format": "uscc", "maxLength": 18},
    "day": {"type": "string", "title": "日", "format": "date", "x-min": "tomorrow"},
    "place": {"type": "string", "title": "地", "format": "division"},
    "choice": {"type": "string", "title": "选", "enum": ["a", "a", 3, " b"], "x-widget": "slider",
      "x-labels": {"a": {"zh": "甲", "en": "A"}, "c": {"zh": "丙", "en": "C"}}},
    "bare": {"type": "string", "title": "裸", "enum": ["x"]},
    "number": {"type": "number", "title": "数", "minimum": "1", "x-unit": 3},
    "whole": {"type": "integer", "title": "整", "minimum": 5, "maximum": 1, "format": "currency"},
    "money": {"type": "integer", "title": "钱", "format": "money", "x-unit": "元"},
    "flag": {"type": "boolean", "title": "旗", "const": false, "x-personal": "yes"},
    "list": {"type": "array", "title": "列", "items": {"type": "string"}, "maxItems": 101},
    "rows": {"type": "array", "title": "行", "x-personal": true, "items": {"type": "object", "x-when": "true", "properties": {
      "in_row": {"type": "string", "title": "行内", "x-when": "row.later == 'x'"},
      "later": {"type": "string", "title": "后", "x-when": "has(row.in_row) && row.in_row == 3"}}}},
    "when": {"type": "string", "title": "时", "x-when": "form.text == 'x'"},
    "order": {"type": "string", "title": "序", "x-when": "has(form.last) && form.last == 'x'"},
    "self": {"type": "string", "title": "己", "x-when": "has(form.self)"},
    "typo": {"type": "string", "title": "误", "x-when": "has(form.txet)"},
    "deep": {"type": "object", "title": "深", "properties": {"a": {"type": "object", "title": "一", "properties": {
      "b": {"type": "object", "title": "二", "properties": {"c": {"type": "object", "title": "三", "properties": {
        "d": {"type": "string", "title": "四"}}}}}}}}},
    "empty": {"type": "object", "title": "空"},
    "last": {"type": "string", "title": "末"},
    "last": {"type": "string", "title": "末"}
  }
}"#;

#[test]
fn every_mistake_is_named_at_its_place() {
    let problems = FormSchema::compile(MISTAKES).unwrap_err();
    let report = problem_lines(&problems);
    assert!(!super::lacks_a_message(&report), "a message is missing: {report}");
    insta::assert_snapshot!(report);
}

#[test]
fn what_is_no_json_is_named_at_its_place() {
    for text in ["", "{\"a\": 1,\n  }", "[]", "3", "{\"title\": \"x\"} x"] {
        let problems = FormSchema::compile(text).unwrap_err();
        assert!(!problems.is_empty() && problems[0].line >= 1, "{text}");
    }
    let problems = FormSchema::compile("{\"a\": 1,\n  }").unwrap_err();
    assert_eq!((problems[0].line, problems[0].column), (2, 3));
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    assert!(FormSchema::compile(&deep).is_err());
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(300 * 1024));
    assert_eq!(FormSchema::compile(&large).unwrap_err()[0].message.key, "form-schema-too-large");
}

/// A form of so many text fields.
fn wide(count: usize) -> String {
    let fields = (0..count).map(|n| (format!("f{n}"), json!({"type": "string", "title": "x"})));
    let fields: serde_json::Map<_, _> = fields.collect();
    json!({"title": "x", "type": "object", "properties": fields}).to_string()
}

/// A form of groups nested so deep, with a text at the bottom.
fn deep(levels: usize) -> String {
    let mut inner = json!({"type": "string", "title": "x"});
    for _ in 1..levels {
        inner = json!({"type": "object", "title": "x", "properties": {"a": inner}});
    }
    json!({"title": "x", "type": "object", "properties": {"a": inner}}).to_string()
}

#[test]
fn bounds_hold_at_their_edge() {
    assert!(FormSchema::compile(&wide(300)).is_ok());
    let problems = FormSchema::compile(&wide(301)).unwrap_err();
    assert_eq!(problems[0].message.key, "form-schema-too-many");
    assert!(FormSchema::compile(&deep(4)).is_ok());
    let problems = FormSchema::compile(&deep(5)).unwrap_err();
    assert_eq!(problems[0].message.key, "form-schema-depth");
}

#[test]
fn the_type_serves_the_conditions_of_packs() {
    let environment = Environment::new().with("form", FOOD_FORM.field_type());
    for (text, fits) in [
        ("form.premises.area > 500.0", true),
        ("form.business.kind == 'restaurant'", true),
        ("form.business.kind == 'bar'", false),
        ("form.business.seats > 100", false),
        ("has(form.business.seats) && form.business.seats > 100", true),
        ("'raw' in form.business.items", true),
        ("form.people.exists(p, p.role == 'manager')", true),
        ("form.company.email == ''", false),
    ] {
        let compiled = Expression::compile(text, &environment, &Type::Bool);
        assert_eq!(compiled.is_ok(), fits, "{text}");
    }
    let environment = Environment::new().with("form", SUBSIDY_FORM.field_type());
    for (text, fits) in [
        ("form.spouse.income > 1", false),
        ("has(form.spouse) && form.spouse.income > 1", true),
        ("form.contracts.all(c, size(c.payments) > 0)", true),
        ("form.contracts.map(c, c.rent)[0] > 1", true),
    ] {
        let compiled = Expression::compile(text, &environment, &Type::Bool);
        assert_eq!(compiled.is_ok(), fits, "{text}");
    }
}

#[test]
fn the_published_schema_is_standard() {
    let food = FOOD_FORM.json_schema();
    assert!(!food.to_string().contains("\"x-"));
    insta::assert_json_snapshot!(food);
}
