//! What people read, page by page in both languages, and the markup's words: classes and icons of the closed lists.

use http::Request;
use minshu_runtime::testing::Browser;
use serde_json::{Value as Json, json};

use crate::world::{CLERK, COMPANY, FOOD, OFFICER, USCC, World, changed_packs, world, world_with};

/// The text of a page's body, a line for each stretch; ids left out.
fn read(html: &str) -> String {
    let main = html.split("<main").nth(1).unwrap_or(html).split("</main>").next().unwrap();
    let main = main.split_once('>').map_or(main, |(_, rest)| rest);
    let mut text = String::new();
    let mut inside = false;
    for part in main.split_inclusive(['<', '>']) {
        match part.chars().last() {
            Some('<') => {
                if !inside {
                    text.push_str(part.trim_end_matches('<'));
                }
                inside = true;
            }
            Some('>') => {
                text.push('\n');
                inside = false;
            }
            _ => text.push_str(part),
        }
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

async fn page(world: &World, browser: &mut Browser, path: &str, lang: &str) -> String {
    let request = Request::get(path).header("accept-language", lang);
    let seen = world.house.send(browser, request.body(axum_body()).unwrap()).await;
    assert_eq!(seen.status.as_u16(), 200, "{path}: {}", seen.text);
    assert!(!seen.text.contains("[casework-"), "a text is missing on {path}");
    vocabulary(&seen.text);
    format!("## {path}\n{}", read(&seen.text))
}

fn axum_body() -> axum::body::Body {
    axum::body::Body::empty()
}

/// Every class and icon of a page is one that the styles know.
fn vocabulary(html: &str) {
    let readme = include_str!("../../../../web/README.md");
    let icons = include_str!("../../../../web/icons.txt");
    let main = html.split("<main").nth(1).unwrap_or(html).split("</main>").next().unwrap();
    for classes in main.split("class=\"").skip(1) {
        for class in classes.split('"').next().unwrap().split_whitespace() {
            assert!(readme.contains(&format!("- `{class}`")), "{class} is not in the vocabulary");
        }
    }
    for icon in main.split("icons").skip(1).filter_map(|rest| rest.split_once('#')) {
        let name = icon.1.split('"').next().unwrap();
        assert!(icons.lines().any(|line| line == name), "{name} is not among the icons");
    }
}

/// The pages of a case that was returned once and waits for its decision, ids replaced by words.
async fn pages(lang: &str) -> String {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let case = world.food_case(&agent).await["case"].clone();
    let clerk = world.house.officer(CLERK, "350102");
    let back = json!({
        "case": case, "version": 1, "reason": "其他没有问题。",
        "materials": [{ "id": "plan", "reason": "没有标出清洗消毒的位置" }],
    });
    world.done(&clerk, "casework.return", back).await;
    let begin = json!({ "case": case });
    let draft = world.done(&agent, "casework.begin_correction", begin).await["draft"].clone();
    let (case, draft) = (text(&case), text(&draft));
    let mut resident = world.browser(&agent);
    let mut told = vec![page(&world, &mut resident, "/items", lang).await];
    for path in [
        format!("/items/{FOOD}"),
        format!("/drafts/{draft}"),
        format!("/drafts/{draft}/materials"),
        format!("/drafts/{draft}/review"),
        format!("/cases/{case}"),
    ] {
        told.push(page(&world, &mut resident, &path, lang).await);
    }
    world.attach(&agent, &json!(draft), "plan").await;
    world.sent(&agent, &json!(draft)).await;
    let mut counter = world.browser(&clerk);
    for path in ["/work".to_owned(), format!("/work/{case}")] {
        told.push(page(&world, &mut counter, &path, lang).await);
    }
    world.done(&clerk, "casework.accept", json!({ "case": case, "version": 3 })).await;
    let mut officer = world.browser(&world.house.officer(OFFICER, "350102"));
    told.push(page(&world, &mut officer, &format!("/work/{case}"), lang).await);
    told.push(page(&world, &mut resident, &format!("/cases/{case}"), lang).await);
    told.join("\n\n").replace(&case, "<case>").replace(&draft, "<draft>")
}

fn text(id: &Json) -> String {
    id.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn in_chinese() {
    insta::assert_snapshot!(pages("zh-CN").await);
}

#[tokio::test]
async fn in_english() {
    insta::assert_snapshot!(pages("en").await);
}

/// The pages of a joint approval in which one department has asked for a correction, and of a case whose clock stands.
async fn joint_pages(lang: &str) -> String {
    let with = format!("{}{}", crate::clock::CLOCK, crate::clock::BEFORE);
    let world = world_with(changed_packs(&[
        (crate::joint::ITEM, crate::joint::STAGE, crate::joint::JOINT),
        (crate::clock::ITEM, crate::clock::BEFORE, &with),
    ]))
    .await;
    let person = world.house.resident();
    let case = world.boards_case(&person).await["case"].clone();
    let clerk = world.house.officer(CLERK, "350102");
    let lead = world.house.officer(OFFICER, "350102");
    let fire = world.house.officer(crate::joint::FIRE, "350102");
    let supervisor = world.house.officer(crate::clock::SUPERVISOR, "350102");
    world.done(&clerk, "casework.accept", json!({ "case": case, "version": 1 })).await;
    let id = text(&case);
    let desk = format!("/work/{id}");
    let mut told = Vec::new();
    let mut examiner = world.browser(&fire);
    for path in ["/work", desk.as_str()] {
        told.push(page(&world, &mut examiner, path, lang).await);
    }
    let ask = json!({
        "case": case, "branch": "fire", "answer": "ask", "reasons": "",
        "materials": [{ "id": "picture", "reason": "看不出疏散出口" }],
    });
    world.done(&fire, "casework.opine", ask).await;
    world.house.clock.set(crate::world::at("2026-03-11T09:00"));
    world.house.settle().await;
    let mut resident = world.browser(&person);
    told.push(page(&world, &mut resident, &format!("/cases/{id}"), lang).await);
    let mut officer = world.browser(&lead);
    told.push(page(&world, &mut officer, &desk, lang).await);
    let version =
        world.asked(&lead, "casework.case", json!({ "case": case })).await["version"].clone();
    let extension = json!({ "case": case, "version": version, "reason": "要联合勘验。" });
    let asked = world.done(&lead, "casework.ask_extension", extension).await;
    let mut above = world.browser(&supervisor);
    for path in ["/work?view=flagged", "/work?view=asked", desk.as_str()] {
        told.push(page(&world, &mut above, path, lang).await);
    }
    let suspend = json!({
        "case": case, "version": asked["version"], "kind": "expert_review", "until": "2026-03-20",
        "reason": "结构跨度大，请专家评审。",
    });
    world.done(&lead, "casework.suspend", suspend).await;
    told.push(page(&world, &mut officer, &desk, lang).await);
    told.push(page(&world, &mut resident, &format!("/cases/{id}"), lang).await);
    told.join("\n\n").replace(&id, "<case>")
}

#[tokio::test]
async fn joint_in_chinese() {
    insta::assert_snapshot!(joint_pages("zh-CN").await);
}

#[tokio::test]
async fn joint_in_english() {
    insta::assert_snapshot!(joint_pages("en").await);
}
