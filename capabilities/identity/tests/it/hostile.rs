//! Whatever JSON comes in, every action and query answers: done, or refused with a reason, never a defect.

use minshu_kernel::access::Principal;
use minshu_kernel::error::Kind;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value as Json, json};

use crate::world::{World, number, phone, world};

/// Values that a stranger might send in a field: of every type, long, odd, and some that are nearly good.
fn any_value() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,40}".prop_map(Json::from),
        "[0-9Xx ]{15,20}".prop_map(Json::from),
        "1[3-9][0-9]{9}".prop_map(Json::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Json::from),
        Just(json!("林\u{0}晓燕")),
        Just(json!("林".repeat(5_000))),
        Just(json!("350102")),
        Just(json!("01928f5e-7b1a-7c3d-8e4f-0123456789ab")),
        Just(json!({ "zh": "岗", "en": "\u{202e}Post" })),
        Just(json!(["platform.operator", 7])),
        Just(json!(vec!["platform.operator"; 60])),
        (1_u32..4).prop_map(|n| json!(number(n))),
        (1_u32..4).prop_map(|n| json!(phone(n))),
    ]
}

async fn answers(world: &World, who: &Principal, operation: &str, input: Json) -> Option<String> {
    let is_action = world.house.house.actions.contains_key(operation);
    let answer = match is_action {
        true => world.house.act(who, operation, input.clone()).await,
        false => world.house.ask(who, operation, input.clone()).await,
    };
    match answer {
        Err(failure) if failure.kind == Kind::Internal => {
            Some(format!("{operation} {input}: {failure}"))
        }
        _ => None,
    }
}

#[test]
fn any_json_is_answered() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let world = runtime.block_on(world());
    let callers = runtime.block_on(async {
        let operator = world.officer(80, "platform.registrar", "350000").await;
        world.account(1, true, &[]).await;
        [Principal::anonymous(), world.signed_in(1).await, operator, Principal::console()]
    });
    let house = &world.house.house;
    let mut operations: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |name: &str, schema: &Json| {
        let fields = schema["properties"].as_object().map(|p| p.keys().cloned().collect());
        if name.starts_with("identity.") {
            operations.push((name.to_owned(), fields.unwrap_or_default()));
        }
    };
    house.actions.values().for_each(|action| add(action.name, &action.input));
    house.queries.values().for_each(|query| add(query.name, &query.input));
    operations.sort();
    let inputs = proptest::collection::vec(any_value(), 8);
    let strategy = (0..operations.len(), 0..callers.len(), inputs, any::<u8>());
    let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
    let outcome = runner.run(&strategy, |(operation, caller, values, left_out)| {
        let (name, fields) = &operations[operation];
        let kept = fields.iter().enumerate().filter(|(at, _)| left_out & (1 << (at % 8)) == 0);
        let input: Map<String, Json> =
            kept.map(|(at, field)| (field.clone(), values[at % values.len()].clone())).collect();
        let found = runtime.block_on(answers(&world, &callers[caller], name, input.into()));
        prop_assert_eq!(found, None);
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    // Not objects at all.
    for input in [json!(null), json!([]), json!("text"), json!({ "no": { "such": ["field"] } })] {
        for (name, _) in &operations {
            let found = runtime.block_on(answers(&world, &callers[3], name, input.clone()));
            assert_eq!(found, None);
        }
    }
}
