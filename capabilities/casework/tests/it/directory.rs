//! The directory of items: chosen by what they say of themselves, taken along, followed through their versions, and
//! found by a guide.

use minshu_casework::exchange::{json as document, read};
use minshu_runtime::packs::PackSources;
use minshu_runtime::packs::apply::{Operator, apply};
use minshu_runtime::testing::Browser;
use serde_json::{Value as Json, json};

use crate::world::{BOARDS, FOOD, World, changed_packs, packs, packs_with, world_with, worlds};

const GUIDE: &str = r#"
[[casework.guide]]
id      = "open-a-shop"
name    = { zh = "开店", en = "Open a shop" }
summary = { zh = "答两个问题。", en = "Two questions." }

[[casework.guide.question]]
id     = "kind"
ask    = { zh = "卖什么", en = "What is sold" }
option = [
  { id = "food", label = { zh = "现做的食品", en = "Food made there" } },
  { id = "books", label = { zh = "书", en = "Books" } },
]

[[casework.guide.question]]
id  = "sign"
ask = { zh = "要设大型广告", en = "A large advertisement" }

[[casework.guide.outcome]]
item = "food-business-licence"
when = "has(answer.kind) && answer.kind == 'food'"
why  = { zh = "现做食品要有许可。", en = "Food made there needs it." }

[[casework.guide.outcome]]
item = "outdoor-advertising"
when = "has(answer.sign) && answer.sign"
why  = { zh = "先批后设。", en = "Approved before it is put up." }
"#;

/// Puts a set in force, a minute later than whatever was before.
async fn put_in_force(world: &World, sources: PackSources) {
    world.house.clock.advance(60_000);
    if let Err(error) = apply(&world.house.house, sources, Operator::default()).await {
        panic!("{error:?}");
    }
}

fn shorter() -> PackSources {
    let item = "items/food-business-licence.toml";
    changed_packs(&[
        (item, "\"7 working days\"", "\"6 working days\""),
        (item, "max_mib   = 20", "max_mib   = 30"),
    ])
}

#[tokio::test]
async fn versions_are_told_with_their_time_and_what_changed() {
    for world in worlds().await {
        let anybody = world.house.resident();
        let asked = json!({ "item": FOOD });
        let first = world.asked(&anybody, "casework.item_versions", asked.clone()).await;
        assert_eq!(first["periods"].as_array().unwrap().len(), 1);
        put_in_force(&world, shorter()).await;
        // The same set once more, and one that comes back: neither makes a period of nothing.
        put_in_force(&world, shorter()).await;
        put_in_force(&world, packs()).await;
        put_in_force(&world, shorter()).await;
        let told = world.asked(&anybody, "casework.item_versions", asked.clone()).await;
        let periods = told["periods"].as_array().unwrap();
        assert!(periods[0].get("until_ms").is_none() && periods[1].get("until_ms").is_some());
        assert_eq!(periods[1]["version"], first["periods"][0]["version"]);
        let open = periods.iter().filter(|period| period.get("until_ms").is_none());
        assert_eq!((open.count(), told["in_force"].clone()), (1, json!(true)));
        let (from, to) = (periods[1]["version"].clone(), periods[0]["version"].clone());
        let between = json!({ "item": FOOD, "from": from, "to": to });
        let changes = world.asked(&anybody, "casework.item_changes", between).await;
        let lines: Vec<String> = changes["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| {
                format!(
                    "{} {} {} {}→{}",
                    c["kind"]["zh"], c["entry"], c["element"]["zh"], c["before"], c["after"]
                )
            })
            .collect();
        let wanted = [
            r#""事项" "" "承诺办结时限" "7个工作日"→"6个工作日""#,
            r#""材料" "plan" "文件上限（MB）" "20"→"30""#,
        ];
        assert_eq!(lines, wanted);
        let mut browser = Browser::default();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let page = format!("/items/{FOOD}/versions?from={}&to={}", text(&from), text(&to));
        let seen = world.house.get(&mut browser, &page).await.text;
        assert!(seen.contains("7个工作日") && seen.contains("现行"), "{seen}");
        // Another item's version, and one that never was.
        for (item, version) in [(BOARDS, text(&from)), (FOOD, "none".to_owned())] {
            let input = json!({ "item": item, "from": version, "to": version });
            let ctx = world.visit(&anybody).ask(&input_of(&input)).await;
            assert_eq!(ctx.unwrap_err().code, "kernel.missing");
        }
    }
}

fn input_of(input: &Json) -> minshu_casework::queries::ItemChanges {
    serde_json::from_value(input.clone()).unwrap()
}

#[tokio::test]
async fn the_directory_is_chosen_from_taken_along_and_guides_lead_into_it() {
    let world = world_with(packs_with(GUIDE)).await;
    let anybody = world.house.resident();
    let names = |found: &Json| -> Vec<String> {
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    for (asked, wanted) in [
        (json!({}), vec![FOOD, BOARDS]),
        (json!({ "department": "market-supervision" }), vec![FOOD]),
        (json!({ "applicant": "person" }), vec![BOARDS]),
        (json!({ "topic": "operating", "online": "whole", "kind": "licence" }), vec![FOOD, BOARDS]),
        (json!({ "topic": "marriage" }), vec![]),
        (json!({ "q": "餐馆", "topic": "operating" }), vec![FOOD]),
    ] {
        let found = world.asked(&anybody, "casework.items", asked.clone()).await;
        assert_eq!(names(&found), wanted, "{asked}");
        if asked.get("q").is_none() {
            let departments = found["facets"]["departments"].as_array().unwrap();
            assert_eq!(departments.len(), 2, "what may be chosen does not depend on what is");
        }
    }
    let mut browser = Browser::default();
    let seen = world.house.get(&mut browser, "/items?department=market-supervision").await.text;
    assert!(seen.contains("市场监督管理局（1）") && !seen.contains("户外广告审批"), "{seen}");
    // A value that is none of the list asks for nothing.
    let seen = world.house.get(&mut browser, "/items?kind=%3Cscript%3E").await.text;
    assert!(seen.contains("食品经营许可证核发") && !seen.contains("<script>%3E"), "{seen}");
    taken_along(&world, &mut browser).await;
    guided(&world, &mut browser).await;
}

async fn taken_along(world: &World, browser: &mut Browser) {
    let anybody = world.house.resident();
    let county = json!({ "division": "350102", "pack": "gov-single-window" });
    let whole = world.asked(&anybody, "casework.item_set", county).await;
    assert_eq!(whole["items"].as_array().unwrap().len(), 2);
    let province = json!({ "division": "350000" });
    let none = world.asked(&anybody, "casework.item_set", province).await;
    assert_eq!(none["items"], json!([]));
    let table = world.house.get(browser, "/items/export/csv").await;
    let items = read::csv(table.text.as_bytes()).unwrap();
    let json = world.house.get(browser, "/items/export/json?department=market-supervision").await;
    let one = document::read(json.text.as_bytes()).unwrap();
    assert_eq!((items.len(), one.len()), (2, 1));
    assert_eq!((&items[0].item, items[0].pack.as_str()), (&one[0].item, "gov-single-window"));
    let seen = world.house.get(browser, "/items/export/csv?division=999999").await;
    assert_eq!(seen.status.as_u16(), 404);
}

async fn guided(world: &World, browser: &mut Browser) {
    let guide = "/guides/gov-single-window.open-a-shop";
    let seen = world.house.get(browser, "/guides").await.text;
    assert!(seen.contains(guide), "{seen}");
    let seen = world.house.get(browser, guide).await.text;
    assert!(seen.contains("1. 卖什么") && !seen.contains("请选一项再继续"), "{seen}");
    let seen = world.house.get(browser, &format!("{guide}?next=kind")).await.text;
    assert!(seen.contains("请选一项再继续"), "{seen}");
    // What is no choice counts for nothing.
    let seen = world.house.get(browser, &format!("{guide}?kind=gold")).await.text;
    assert!(seen.contains("1. 卖什么"), "{seen}");
    let seen = world.house.get(browser, &format!("{guide}?kind=food&next=sign")).await.text;
    assert!(seen.contains("2. 要设大型广告") && seen.contains("现做的食品"), "{seen}");
    let seen = world.house.get(browser, &format!("{guide}?kind=food&sign=yes")).await.text;
    for text in ["要办 2 件", "食品经营许可证核发", "先批后设。", "营业场所平面图", "最迟"]
    {
        assert!(seen.contains(text), "{text} is not there: {seen}");
    }
    let seen = world.house.get(browser, &format!("{guide}?kind=books&sign=no")).await.text;
    assert!(seen.contains("没有要办的事项"), "{seen}");
    assert_eq!(world.house.get(browser, "/guides/nothing.there").await.status.as_u16(), 404);
}
