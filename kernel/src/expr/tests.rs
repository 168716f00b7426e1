//! The checker by a table, evaluation by a table, and properties: it never panics, and what it lets through
//! never fails for a reason of types.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::*;
use crate::text::{Lang, Texts};

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["kind", "area", "floors", "online", "people", "premises", "limits", "tags", "name"],
        "properties": {
            "name": {"type": "string"},
            "kind": {"enum": ["restaurant", "canteen", "shop"]},
            "area": {"type": "number"},
            "floors": {"type": "integer"},
            "online": {"type": "boolean"},
            "note": {"type": ["string", "null"]},
            "opening": {"type": "string"},
            "free": {},
            "tags": {"type": "array", "items": {"type": "string"}},
            "premises": {
                "type": "object",
                "required": ["address"],
                "properties": {"address": {"type": "string"}, "rent": {"type": "integer"}}
            },
            "annex": {
                "type": "object",
                "required": ["area"],
                "properties": {"area": {"type": "number"}}
            },
            "people": {"type": "array", "items": {
                "type": "object",
                "required": ["name", "age", "role"],
                "properties": {
                    "name": {"type": "string"},
                    "age": {"type": "integer"},
                    "role": {"enum": ["manager", "cook", "other"]},
                    "phone": {"type": "string"}
                }
            }},
            "limits": {"type": "object", "additionalProperties": {"type": "number"}}
        }
    })
}

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(|| {
    Environment::new()
        .with("form", Type::from_json_schema(&schema()))
        .with("property", Type::String)
        .with("now", Type::Int)
});

fn sample() -> Value {
    json!({
        "name": "沈记小馆", "kind": "restaurant", "area": 126, "floors": 2, "online": true, "note": null,
        "tags": ["hot", "cold"],
        "premises": {"address": "东街 83 号"},
        "people": [
            {"name": "沈志明", "age": 47, "role": "manager", "phone": "13812341234"},
            {"name": "林晓燕", "age": 37, "role": "cook"}
        ],
        "limits": {"w01018": 40.5}
    })
}

/// Compiles for a condition or, with `-> type` behind the text, for a mapping.
fn compile(line: &str) -> Result<Expression, ExprProblem> {
    let (text, wanted) = line.split_once(" -> ").unwrap_or((line, "bool"));
    let wanted = match wanted {
        "int" => Type::Int,
        "double" => Type::Double,
        "string" => Type::String,
        "strings" => Type::list(Type::String),
        "string?" => Type::nullable(Type::String),
        "role" => Type::Choice(vec!["manager".into(), "cook".into()]),
        "people" => Type::list(Type::map([("name", Type::String, false)])),
        "phones" => {
            Type::list(Type::map([("name", Type::String, false), ("phone", Type::String, true)]))
        }
        "any" => Type::Any,
        _ => Type::Bool,
    };
    Expression::compile(text, &ENVIRONMENT, &wanted)
}

const GOOD: &[(&str, &str)] = &[
    ("true", "true"),
    ("form.online", "true"),
    ("!form.online", "false"),
    ("form.kind == 'restaurant'", "true"),
    ("form.kind != 'shop' && form.floors > 1", "true"),
    ("form.kind in ['restaurant', 'canteen']", "true"),
    ("form.area > 100.0", "true"),
    ("form.area * 2.0 >= 252.0", "true"),
    ("double(form.floors) * 1.5 == 3.0", "true"),
    ("form.floors * 2 + 1 == 5", "true"),
    ("form.floors % 2 == 0", "true"),
    ("-form.floors < 0", "true"),
    ("has(form.note)", "false"),
    ("has(form.note) && form.note == 'x'", "false"),
    ("!has(form.note) || form.note == 'x'", "true"),
    ("has(form.note) ? size(form.note) > 3 : false", "false"),
    ("!has(form.note) ? true : form.note.contains('x')", "true"),
    ("!(has(form.note) && has(form.opening)) || form.note == form.opening", "true"),
    ("has(form.annex) && form.annex.area > 10.0", "false"),
    ("has(form.premises.rent) && form.premises.rent > 0", "false"),
    ("form.name.startsWith('沈') && form.name.endsWith('馆')", "true"),
    ("form.name.contains('小')", "true"),
    ("size(form.name) == 4", "true"),
    ("form.tags.size() == 2", "true"),
    ("'hot' in form.tags", "true"),
    ("form.people.exists(p, p.role == 'manager')", "true"),
    ("form.people.all(p, p.age >= 18)", "true"),
    ("size(form.people.filter(p, has(p.phone) && p.phone != '')) == 1", "true"),
    ("form.people.map(p, p.name) -> strings", r#"["沈志明","林晓燕"]"#),
    ("form.people.map(p, {'name': p.name}) -> people", r#"[{"name":"沈志明"},{"name":"林晓燕"}]"#),
    ("form.people[0].name -> string", r#""沈志明""#),
    ("form.people[0].role == 'manager'", "true"),
    ("property in form.limits && form.area > form.limits[property]", "true"),
    ("has(form.limits.w01018) && form.limits.w01018 > 40.0", "true"),
    ("'w01018' in form.limits && form.limits['w01018'] == 40.5", "true"),
    ("string(form.floors) + ' 层' -> string", r#""2 层""#),
    ("int(form.area) -> int", "126"),
    ("form.area -> double", "126.0"),
    ("form.floors -> int", "2"),
    ("now + 86400000 -> int", "1772755200000"),
    ("has(form.note) ? form.note : null -> string?", "null"),
    ("form.kind -> string", r#""restaurant""#),
    ("form.online ? 'manager' : 'cook' -> role", r#""manager""#),
    ("[] -> strings", "[]"),
    ("form.tags + ['new'] -> strings", r#"["hot","cold","new"]"#),
    ("has(form.free) ? form.free : null -> any", "null"),
    (
        "form.people.map(p, {'name': p.name, 'phone': has(p.phone) ? p.phone : null}) -> phones",
        r#"[{"name":"沈志明","phone":"13812341234"},{"name":"林晓燕"}]"#,
    ),
    ("form.premises == form.premises", "true"),
    ("'note' in form || 'kind' in form", "true"),
    ("form.people.exists(p, p.role == 'cook') && form.people.exists(p, p.age > 40)", "true"),
    ("9223372036854775807 -> int", "9223372036854775807"),
];

const BAD: &[&str] = &[
    "",
    "form.kind = 'shop'",
    "form.online and form.online",
    "form.online &&",
    "(form.online",
    "form.kind == “shop”",
    "form.名称 == 'x'",
    "frm.online",
    "zzz == 1",
    "form.onlin",
    "form.colour == 'red'",
    "form.name.first == 'x'",
    "form.note == 'x'",
    "form.note == 'x' && has(form.note)",
    "has(form.note) || form.note == 'x'",
    "form.annex.area > 1.0",
    "has(form.annex.area)",
    "form.kind == 'resturant'",
    "form.kind == 3",
    "form.kind in ['restaurant', 'bar']",
    "form.area > 100",
    "form.area == form.floors",
    "form.floors + 1.5 -> double",
    "form.name + 1 -> string",
    "form.name && true",
    "!form.name",
    "-form.name",
    "form.online > true",
    "form.note == null",
    "form.free == 1",
    "form.tags == []",
    "'hot' in form.name",
    "1 in form.tags",
    "'colour' in form",
    "form.limits['w01018'] > 1.0",
    "form.limits[property] > 1.0",
    "form[property] == 'x'",
    "form.people['x'].age == 1",
    "form.people[0].phone == 'x'",
    "form.people.exists(p, p.phone == 'x')",
    "form.people.exists(p, p.age)",
    "form.people.exists(p.name, true)",
    "form.people.exists(form, true)",
    "form.people.exists(p)",
    "form.people.exists(p, form.tags.exists(t, t == p.name))",
    "form.people.exists(p, p.role == 'manager') && p.age > 1",
    "form.name.exists(c, c == 'x')",
    "form.name.matches('^x')",
    "form.name.startWith('x')",
    "timestamp(form.opening) > now",
    "size(form.floors) > 1",
    "size() > 1",
    "has(form)",
    "has(form.people.filter(p, true).name)",
    "string(form.tags) == 'x'",
    "int(form.online) == 1",
    "form.online ? 1 : 'x' -> int",
    "[1, 'x'] -> any",
    "{'a': 1, 'a': 2} -> any",
    "{1: 2} -> any",
    "b'bytes' == b'x'",
    "1u == 1u",
    "form.floors",
    "form.kind -> role",
    "has(form.note) ? form.note : null -> string",
    "{'name': has(form.note) ? form.note : null} -> phones",
    "[form.premises, {'address': 'x', 'rent': null}].exists(p, 'rent' in p && p.rent > 3)",
    "form.floors > 1 && form.floors > 1 && form.floors > 1 && form.floors > 1 && form.floors > 1 && form.floors > 1 && form.floors > 1 && form.floors > 1 && form.floors > 1 && true",
    "form.online &&\nform.online",
    "99999999999999999999 -> int",
    ".form.online",
    "((((((((((((((((((((((((((((((true))))))))))))))))))))))))))))))",
];

#[test]
fn good_expressions_give_their_values() {
    let (form, property, now) = (sample(), json!("w01018"), json!(1_772_668_800_000_i64));
    let bindings =
        Bindings::new().with("form", &form).with("property", &property).with("now", &now);
    for (line, wanted) in GOOD {
        let expression = compile(line).unwrap_or_else(|problem| panic!("{line}: {problem:?}"));
        let value = expression.evaluate(&bindings).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(value.to_string(), *wanted, "{line}");
    }
}

#[test]
fn bad_expressions_are_explained_at_their_place() {
    let texts = Texts::load(&[crate::TEXTS]).unwrap();
    let mut report = String::new();
    for line in BAD {
        let problem = compile(line).expect_err(line);
        let text = line.split_once(" -> ").map_or(*line, |(text, _)| text);
        let before = text[..problem.start].chars().count();
        let marked = text[problem.start..problem.end].chars().count().max(1);
        report.push_str(&format!("{}\n", text.replace('\n', "⏎")));
        report.push_str(&format!("{}{}\n", " ".repeat(before), "^".repeat(marked)));
        for lang in Lang::ALL {
            report.push_str(&format!("  {}", texts.say(lang, &problem.message)));
            if let Some(hint) = &problem.hint {
                report.push_str(&format!(" | {}", texts.say(lang, hint)));
            }
            report.push('\n');
        }
        report.push('\n');
    }
    assert!(!report.contains("  ["), "a message is missing: {report}");
    insta::assert_snapshot!(report);
}

#[test]
fn reads_are_told() {
    for (text, wanted) in [
        (
            "form.people.exists(p, p.role == 'cook') && has(form.note)",
            "form.note form.people[] form.people[].role",
        ),
        (
            "property in form.limits && form.limits[property] > 1.0",
            "form.limits form.limits[] property",
        ),
        (
            "form.people[0].name == form.premises.address",
            "form.people[].name form.premises.address",
        ),
        (
            "size(form.people.filter(p, p.age > 1)) > 0",
            "form.people form.people[] form.people[].age",
        ),
    ] {
        assert_eq!(compile(text).unwrap().reads().join(" "), wanted);
    }
}

#[test]
fn failures_are_errors_and_never_false() {
    let form = json!({
        "floors": 0, "area": 1e308, "name": "x", "people": [], "tags": [3],
        "online": "yes", "kind": "restaurant", "premises": 3, "limits": {},
    });
    let now = json!(i64::MAX);
    let bindings = Bindings::new().with("form", &form).with("now", &now);
    for (line, wanted) in [
        ("10 / form.floors > 1", "division by zero"),
        ("10 % form.floors > 1", "division by zero"),
        ("now + 1 > 0", "out of range"),
        ("form.area * 10.0 -> double", "out of range"),
        ("form.people[0].age > 1", "no such element"),
        ("int(form.name) > 1", "int"),
        ("form.online", "form.online is not a bool"),
        ("size(form.premises) > 0", "form.premises is not a map"),
        ("'x' in form.tags", "form.tags[0] is not a string"),
        ("property == 'x'", "property is not bound"),
    ] {
        let failure = compile(line).unwrap().evaluate(&bindings).expect_err(line);
        assert!(failure.to_string().contains(wanted), "{line}: {failure}");
    }
    let absent = compile("form.name == 'x'").unwrap();
    assert!(absent.evaluate(&Bindings::new().with("form", &json!({}))).is_err());
}

#[test]
fn large_values_are_refused_at_the_bound() {
    let people = |count| {
        let person = json!({"name": "x", "age": 1, "role": "cook"});
        json!({"people": vec![person; count]})
    };
    let expression = compile("form.people.all(p, p.age == 1)").unwrap();
    let fits = people(1_000);
    assert_eq!(expression.holds(&Bindings::new().with("form", &fits)), Ok(true));
    let over = people(1_001);
    let failure = expression.holds(&Bindings::new().with("form", &over)).unwrap_err();
    assert_eq!(failure, ExprFailure::TooLarge);
}

#[test]
fn the_length_is_counted_in_characters() {
    let fits = format!("form.name == '{}'", "名".repeat(160 - 15));
    assert_eq!(fits.chars().count(), 160);
    assert!(compile(&fits).is_ok());
    let over = fits.replace('名', "名名");
    assert_eq!(compile(&over).unwrap_err().message.key, "expr-too-long");
}

#[test]
fn the_deepest_texts_stay_on_the_stack() {
    let ternary = format!("{}true", "true?true:".repeat(15));
    let nots = format!("{}true", "!".repeat(156));
    let minuses = format!("{}1 -> int", "-".repeat(159));
    let deep = format!(
        "{}{}{}",
        "[(".repeat(4),
        "true ? true : ".repeat(9),
        "true".to_owned() + &")]".repeat(4)
    );
    // Raw strings know no escapes: what the bound on brackets takes for quoted is not.
    let hidden = format!("r'\\' + {}1{}", "(".repeat(70), ")".repeat(70));
    for text in [
        &ternary,
        &nots,
        &minuses,
        &deep,
        &hidden,
        &"(".repeat(160),
        &"a[".repeat(80),
        &"{".repeat(160),
    ] {
        // Whether it is right does not matter, that there is an answer does.
        let _ = compile(text);
        let _ = compile(&format!("{text} -> any"));
    }
}

/// Words that expressions are made of, so that random texts come near to meaning something.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "form.online",
        "form.kind",
        "'shop'",
        "form.floors",
        "form.area",
        "form.note",
        "form.people",
        "form.tags",
        "has(form.note)",
        "has(form.annex)",
        "form.annex.area",
        "form.limits",
        "property",
        "form.premises.rent",
        "has(form.premises.rent)",
        "now",
        "1",
        "2.5",
        "'名'",
        "true",
        "null",
        "[]",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "in",
        "?",
        ":",
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        "size(",
        "exists(p,",
        "all(p,",
        "map(p,",
        "filter(p,",
        "p",
        "p.age",
        "p.phone",
        "has(p.phone)",
        "int(",
        "double(",
        "string(",
        "contains(",
        "{'a':",
        "}",
        "form.people[0]",
    ]);
    prop::collection::vec(piece, 1..14).prop_map(|pieces| pieces.join(" "))
}

/// Expressions that are mostly well typed, by type.
fn typed(of: &'static str, depth: u32) -> BoxedStrategy<String> {
    let leaf = match of {
        "bool" => prop::sample::select(vec![
            "form.online",
            "true",
            "has(form.note)",
            "form.kind == 'shop'",
        ]),
        "int" => {
            prop::sample::select(vec!["form.floors", "now", "0", "7", "size(form.people)", "-3"])
        }
        "double" => prop::sample::select(vec!["form.area", "2.5", "0.0"]),
        _ => prop::sample::select(vec!["form.name", "'x'", "property", "form.kind", "''"]),
    };
    if depth == 0 {
        return leaf.prop_map(str::to_owned).boxed();
    }
    let sub = move |of| typed(of, depth - 1);
    let pair = |of, operators: Vec<&'static str>| {
        (sub(of), prop::sample::select(operators), sub(of))
            .prop_map(|(a, operator, b)| format!("({a} {operator} {b})"))
    };
    let choose = (sub("bool"), sub(of), sub(of)).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})"));
    let more = match of {
        "bool" => prop_oneof![
            pair("bool", vec!["&&", "||"]),
            pair("int", vec!["==", "<", ">=", "!="]),
            pair("double", vec!["==", "<", ">="]),
            pair("string", vec!["==", "<", "!="]),
            sub("bool").prop_map(|a| format!("!{a}")),
            sub("string").prop_map(|a| format!("has(form.note) && form.note == {a}")),
            sub("string").prop_map(|a| format!("({a} in form.tags)")),
            sub("int").prop_map(|a| format!("form.people.exists(p, p.age > {a})")),
            (sub("string"), sub("string")).prop_map(|(a, b)| format!("{a}.contains({b})")),
        ]
        .boxed(),
        "int" => prop_oneof![
            pair("int", vec!["+", "-", "*", "/", "%"]),
            sub("double").prop_map(|a| format!("int({a})")),
            sub("string").prop_map(|a| format!("size({a})")),
            sub("string").prop_map(|a| format!("int({a})")),
        ]
        .boxed(),
        "double" => prop_oneof![
            pair("double", vec!["+", "-", "*", "/"]),
            sub("int").prop_map(|a| format!("double({a})"))
        ]
        .boxed(),
        _ => {
            prop_oneof![pair("string", vec!["+"]), sub("int").prop_map(|a| format!("string({a})"))]
                .boxed()
        }
    };
    prop_oneof![leaf.prop_map(str::to_owned), more, choose].boxed()
}

/// A value of the schema, with every optional field there or not.
fn values() -> impl Strategy<Value = Value> {
    let person = (any::<i64>(), prop::option::of("[0-9]{0,3}")).prop_map(|(age, phone)| {
        let mut person = json!({"name": "x", "age": age, "role": "cook"});
        if let Some(phone) = phone {
            person["phone"] = json!(phone);
        }
        person
    });
    (
        (any::<i64>(), -1e9..1e9_f64, any::<bool>(), prop::option::of("\\PC{0,6}")),
        prop::collection::vec(person, 0..4),
        prop::collection::vec("[a-z]{0,3}", 0..3),
        (
            prop::option::of(any::<i64>()),
            prop::option::of(-1e3..1e3_f64),
            prop::option::of(any::<bool>()),
        ),
    )
        .prop_map(|((floors, area, online, note), people, tags, (rent, annex, free))| {
            let mut form = json!({
                "name": "沈记", "kind": "shop", "area": area, "floors": floors, "online": online,
                "people": people, "tags": tags, "premises": {"address": "x"},
                "limits": {"x": area},
            });
            if let Some(note) = note {
                form["note"] = json!(note);
            }
            if let Some(rent) = rent {
                form["premises"]["rent"] = json!(rent);
            }
            if let Some(annex) = annex {
                form["annex"] = json!({"area": annex});
            }
            if let Some(free) = free {
                form["free"] = json!(free);
            }
            form
        })
}

/// Failures that the types cannot foresee.
fn is_about_the_value(failure: &ExprFailure) -> bool {
    match failure {
        ExprFailure::Overflow(_)
        | ExprFailure::DivisionByZero
        | ExprFailure::OutOfRange(_)
        | ExprFailure::TooLarge => true,
        ExprFailure::Other(what) => what.contains("parse error"),
        ExprFailure::Unbound(_) | ExprFailure::Unfit { .. } => false,
    }
}

fn run(text: &str, form: &Value) -> Result<(), TestCaseError> {
    let (property, now) = (json!("x"), json!(5));
    let bindings = Bindings::new().with("form", form).with("property", &property).with("now", &now);
    for wanted in [Type::Bool, Type::Any] {
        if let Ok(expression) = Expression::compile(text, &ENVIRONMENT, &wanted)
            && let Err(failure) = expression.evaluate(&bindings)
        {
            prop_assert!(is_about_the_value(&failure), "{text} over {form}: {failure}");
        }
    }
    Ok(())
}

/// Not by the `proptest!` macro, because it must also be sure that most of what it makes is let through.
#[test]
fn what_is_let_through_has_a_value() {
    let mut runner = TestRunner::deterministic();
    let strategy = (typed("bool", 3), values());
    let mut let_through = 0;
    for _ in 0..400 {
        let (text, form) = strategy.new_tree(&mut runner).unwrap().current();
        let_through += usize::from(Expression::compile(&text, &ENVIRONMENT, &Type::Bool).is_ok());
        run(&text, &form).unwrap();
    }
    assert!(let_through > 200, "{let_through} of 400");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}", form in values()) {
        run(&text, &form)?;
    }

    /// What may be absent is handed on: there with its value where it is there, left out where it is not.
    #[test]
    fn what_may_be_absent_is_handed_on(form in values()) {
        let wanted = Type::map([("note", Type::String, true), ("rent", Type::Int, true)]);
        let text = "{'note': has(form.note) ? form.note : null, \
                    'rent': has(form.premises.rent) ? form.premises.rent : null}";
        let expression = Expression::compile(text, &ENVIRONMENT, &wanted).unwrap();
        let value = expression.evaluate(&Bindings::new().with("form", &form)).unwrap();
        prop_assert_eq!(value.get("note"), form.get("note"));
        prop_assert_eq!(value.get("rent"), form.pointer("/premises/rent"));
    }

    #[test]
    fn any_pieces_are_answered(text in pieces(), form in values()) {
        run(&text, &form)?;
    }

    #[test]
    fn marks_stand_within_the_text(text in "[a-z.()'\"=&|!名 0-9\\[\\]{}?:,-]{0,60}") {
        if let Err(problem) = Expression::compile(&text, &ENVIRONMENT, &Type::Any) {
            prop_assert!(text.get(problem.start..problem.end).is_some(), "{problem:?}");
        }
    }
}
