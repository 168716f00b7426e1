//! The expressions of packs, and the JSON Schemas that give them types.

use std::sync::LazyLock;

use minshu_kernel::expr::{Bindings, Environment, Expression, Type};
use serde_json::{Value as Json, json};

use crate::forms::FOOD;
use crate::text;

static FORM: LazyLock<Type> = LazyLock::new(|| FOOD.field_type());

static VALUE: LazyLock<Json> = LazyLock::new(|| {
    FOOD.normalise(&json!({
        "company": {"uscc": "91350100M000100Y43", "phone": "13812341234"},
        "premises": {"division": "350102001001", "address": "东街 83 号", "area": 126.5},
        "people": [{"name": "沈志明", "role": "manager"}, {"name": "林晓燕", "duty": "采购"}],
    }))
});

fn environment() -> Environment {
    Environment::new().with("form", FORM.clone())
}

/// Compiles for a type and evaluates; what says that it gives a truth gives one or fails.
fn run(text: &str, environment: &Environment, value: &Json) {
    for wanted in [Type::Bool, Type::Any] {
        match Expression::compile(text, environment, &wanted) {
            Ok(expression) => {
                let bindings = Bindings::new().with("form", value);
                let answer = expression.evaluate(&bindings);
                if let (Type::Bool, Ok(answer)) = (&wanted, answer) {
                    assert!(answer.is_boolean(), "{text} gave {answer}");
                }
            }
            Err(problem) => {
                let span = problem.start..problem.end;
                assert!(span.start <= span.end && span.end <= text.len(), "{text}: {span:?}");
                assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            }
        }
    }
}

/// An expression over the food licence's form.
pub fn over_the_form(bytes: &[u8]) {
    run(&text(bytes), &environment(), &VALUE);
}

/// An expression on the first line, over any JSON behind it: values need not be what their type says.
pub fn over_values(bytes: &[u8]) {
    let text = text(bytes);
    let (expression, value) = text.split_once('\n').unwrap_or((&text, ""));
    let value = serde_json::from_str(value).unwrap_or(Json::Null);
    run(expression, &environment(), &value);
}

/// A JSON Schema on the first line, an expression over what it describes on the second.
pub fn schema(bytes: &[u8]) {
    let text = text(bytes);
    let (schema, expression) = text.split_once('\n').unwrap_or((&text, "form"));
    let Ok(schema) = serde_json::from_str(schema) else { return };
    let of = Type::from_json_schema(&schema);
    assert!(of.accepts(&of), "{of} does not accept itself");
    run(expression, &Environment::new().with("form", of), &VALUE);
}
