//! Drafts: wrong typing is kept and told, conditions ask for materials, versions and bounds hold.

use minshu_kernel::access::Principal;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::{BOARDS, COMPANY, FOOD, USCC, World, boards_form, told, world, worlds};

fn pointers(reply: &Json) -> Vec<&str> {
    let problems = reply["problems"].as_array().unwrap();
    problems.iter().map(|p| p["pointer"].as_str().unwrap()).collect()
}

async fn begun(world: &World, who: &Principal, form: Json) -> Json {
    let input = json!({ "item": BOARDS, "form": form });
    world.done(who, "casework.save_draft", input).await["draft"].clone()
}

#[tokio::test]
async fn wrong_typing_is_told_and_not_lost() {
    for world in worlds().await {
        let person = world.house.resident();
        let mut form = boards_form();
        form["boards"][0]["cost"] = json!("三万八");
        form["applicant"]["phone"] = json!("1385910");
        let draft = begun(&world, &person, form.clone()).await;
        let save = json!({ "draft": draft, "form": form });
        let saved = world.done(&person, "casework.save_draft", save).await;
        assert_eq!(saved["version"], json!(2));
        assert_eq!(pointers(&saved), ["/form/applicant/phone", "/form/boards/0/cost"]);
        let view = world.asked(&person, "casework.draft", json!({ "draft": draft })).await;
        assert_eq!(view["form"], form, "kept to the letter");
        let refused = world.refused(&person, "casework.submit", json!({ "draft": draft })).await;
        assert_eq!(refused.code, "casework.incomplete");
        let mine = world.asked(&person, "casework.my_drafts", json!({})).await;
        assert_eq!(mine["drafts"][0]["draft"], draft);
        world.done(&person, "casework.discard_draft", json!({ "draft": draft })).await;
        let gone = world.house.ask(&person, "casework.draft", json!({ "draft": draft })).await;
        assert_eq!(gone.unwrap_err().kind.status(), 404);
    }
}

#[tokio::test]
async fn conditions_decide_what_is_asked_for() {
    let world = world().await;
    let person = world.house.resident();
    let asked = async |form: Json| -> Vec<String> {
        let draft = begun(&world, &person, form).await;
        let view = world.asked(&person, "casework.draft", json!({ "draft": draft })).await;
        let materials = view["materials"].as_array().unwrap();
        materials.iter().map(|m| m["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(asked(boards_form()).await, ["picture", "consent", "plan"]);
    let mut large = boards_form();
    large["boards"][0]["width"] = json!(4.0);
    assert_eq!(asked(large).await, ["picture", "structure", "consent", "plan"]);
    let mut own = boards_form();
    own["site"]["own"] = json!(true);
    assert_eq!(asked(own).await, ["picture", "plan"]);
    // Nothing filled in: what depends on answers is not asked yet.
    assert_eq!(asked(json!({})).await, ["picture", "plan"]);
}

#[tokio::test]
async fn what_is_missing_is_named_at_its_place() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let on_behalf = world.on_behalf(&agent).await;
    let input = json!({ "item": FOOD, "on_behalf": on_behalf, "form": {} });
    let draft = world.done(&agent, "casework.save_draft", input).await["draft"].clone();
    let view = world.asked(&agent, "casework.draft", json!({ "draft": draft })).await;
    assert_eq!(view["form"]["company"]["uscc"], json!(USCC), "not asked twice");
    let submit = json!({ "draft": draft });
    let refused = world.refused(&agent, "casework.submit", submit.clone()).await;
    assert!(refused.fields.iter().all(|f| f.pointer.starts_with("/form/")));
    assert!(refused.fields.iter().any(|f| f.pointer == "/form/people"), "{}", told(&refused));
    let save = json!({ "draft": draft, "form": crate::world::food_form() });
    world.done(&agent, "casework.save_draft", save).await;
    world.attach(&agent, &draft, "rules").await;
    let refused = world.refused(&agent, "casework.submit", submit).await;
    assert_eq!(
        told(&refused),
        "casework.incomplete [/materials/plan casework-problem-material-missing, \
         /materials/health casework-problem-material-missing]"
    );
}

#[tokio::test]
async fn versions_bounds_and_removal() {
    let world = world().await;
    let person = world.house.resident();
    let draft = begun(&world, &person, boards_form()).await;
    let save = |base: i64| json!({ "draft": draft, "form": boards_form(), "base_version": base });
    world.done(&person, "casework.save_draft", save(1)).await;
    let refused = world.refused(&person, "casework.save_draft", save(1)).await;
    assert_eq!(refused.code, "casework.saved_elsewhere");
    // Files do not disturb who is writing.
    let file = world.attach(&person, &draft, "picture").await["file"].clone();
    world.done(&person, "casework.save_draft", save(2)).await;
    world.done(&person, "casework.detach", json!({ "draft": draft, "file": file })).await;
    let other = begun(&world, &person, boards_form()).await;
    let file = world.attach(&person, &draft, "consent").await["file"].clone();
    let wrong = json!({ "draft": other, "file": file });
    assert_eq!(world.refused(&person, "casework.detach", wrong).await.kind.status(), 404);
    // What the form does not have could be personal and would rest in clear.
    let mut strange = boards_form();
    strange["applicant"]["secret"] = json!("11010519491231002X");
    strange["boards"] = json!("11010519491231002X");
    let input = json!({ "draft": draft, "form": strange });
    let refused = world.refused(&person, "casework.save_draft", input).await;
    assert_eq!(
        told(&refused),
        "casework.bad_step [/form/applicant/secret form-unknown-field, \
         /form/boards casework-problem-not-list]"
    );
    let mut large = boards_form();
    large["money"]["remark"] = json!("长".repeat(100_000));
    let input = json!({ "draft": draft, "form": large });
    assert_eq!(
        world.refused(&person, "casework.save_draft", input).await.code,
        "casework.bad_step"
    );
    let nothing = world.refused(&person, "casework.save_draft", json!({ "form": {} })).await;
    assert_eq!(nothing.fields[0].pointer, "/item");
    let unknown = json!({ "item": "gov-single-window.nothing", "form": {} });
    assert_eq!(world.refused(&person, "casework.save_draft", unknown).await.kind.status(), 404);
}

#[tokio::test]
async fn drafts_are_bounded() {
    let world = world().await;
    let person = world.house.resident();
    for _ in 0..100 {
        begun(&world, &person, json!({})).await;
    }
    let input = json!({ "item": BOARDS, "form": {} });
    let refused = world.refused(&person, "casework.save_draft", input).await;
    assert_eq!(refused.code, "casework.too_many_drafts");
    let mut seen = 0;
    let mut after = Json::Null;
    loop {
        let input = json!({ "limit": 33, "after": after });
        let page = world.asked(&person, "casework.my_drafts", input).await;
        seen += page["drafts"].as_array().unwrap().len();
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(seen, 100, "every page once");
}

/// Any JSON up to a depth.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[^\u{0}]{0,12}".prop_map(Json::from),
    ];
    let names = prop_oneof![
        "applicant|site|boards|money|contact|phone|division|width|cost|insured|contents",
        "[a-z~/.]{1,8}",
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            proptest::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn any_form_is_saved_or_refused_and_never_a_defect() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(world());
    let person = world.house.resident();
    let draft = runtime.block_on(begun(&world, &person, boards_form()));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    let outcome = runner.run(&any_json(), |form| {
        let input = json!({ "draft": draft, "form": form });
        let saved = runtime.block_on(world.house.act(&person, "casework.save_draft", input));
        if let Err(failure) = &saved {
            prop_assert!(failure.kind.status() < 500, "{failure}");
        }
        let ask = json!({ "draft": draft });
        let seen = runtime.block_on(world.house.ask(&person, "casework.draft", ask.clone()));
        prop_assert!(seen.is_ok());
        if let Err(failure) = runtime.block_on(world.house.act(&person, "casework.submit", ask)) {
            prop_assert!(failure.kind.status() < 500, "{failure}");
        }
        Ok(())
    });
    outcome.unwrap();
}
