//! From an event to a message: once, to its owner, in both languages; what cannot be told is kept and told later.

use minshu_kernel::access::Principal;
use minshu_runtime::flows::replay;
use serde_json::{Value as Json, json};

use crate::world::{HOLDER, TEMPLATES, packs_of, titles, world, world_with, worlds};

const FLOW: &str = "desk.tell";

#[tokio::test]
async fn an_event_becomes_a_message_of_its_owner() {
    for world in worlds().await {
        let resident = world.house.resident();
        let file = world.file_of(&resident, "A-1");
        world.close(file.clone(), 1).await;
        assert!(world.inbox(&resident).await.is_empty());
        world.house.settle().await;
        let inbox = world.inbox(&resident).await;
        assert_eq!(inbox.len(), 1);
        let message = &inbox[0];
        assert_eq!(message["title"]["zh"], "食品<许可>办好了，编号 A-1");
        assert_eq!(message["title"]["en"], "Food <licence> is done, number A-1");
        let text = message["text"]["zh"].as_str().unwrap();
        assert_eq!(
            text,
            format!("{HOLDER}的食品<许可>已经办好。\n请在 2026年3月14日（周六）24:00 以前来取。")
        );
        let text = message["text"]["en"].as_str().unwrap();
        assert!(text.ends_with("Please collect it by end of Sat 14 March 2026."), "{text}");
        assert_eq!(message["link"], format!("/files/{}?from=inbox", file.file));
        assert_eq!(message["about"], format!("office.file:{}", file.file));
        assert_eq!(message["tone"], "good");
        assert_eq!(message["template"], "desk.closed");
        assert_eq!(message["sender"]["en"], "Test");
        assert_eq!(message["read_ms"], Json::Null);
        assert_eq!(world.unread(&resident).await, 1);
    }
}

#[tokio::test]
async fn an_event_is_told_once() {
    let world = world().await;
    let resident = world.house.resident();
    world.tell(&resident, "A-1").await;
    world.house.settle().await;
    let event = "SELECT id FROM platform_event WHERE kind = 'office.file.closed'";
    let event: String = world.scan(event).await[0].get("id").unwrap();
    // An operator replays what was done long ago, and the flow meets the event again after a crash.
    replay(&world.house.house, FLOW, &event).await.unwrap();
    replay(&world.house.house, FLOW, &event).await.unwrap();
    world.house.settle().await;
    assert_eq!(titles(&world.inbox(&resident).await), ["食品<许可>办好了，编号 A-1"]);
}

#[tokio::test]
async fn a_message_stays_as_it_was_sent() {
    let world = world().await;
    let resident = world.house.resident();
    world.tell(&resident, "A-1").await;
    let changed = TEMPLATES.replace("办好了", "完成").replace("is done", "is finished");
    world.apply(packs_of("\"closed\"", &changed)).await;
    world.tell(&resident, "A-2").await;
    assert_eq!(
        titles(&world.inbox(&resident).await),
        ["食品<许可>完成，编号 A-2", "食品<许可>办好了，编号 A-1"]
    );
}

/// The template is chosen when the flow runs, so that one may be gone then.
const CHOSEN: &str = r#"{ cel = "event.lost ? 'desk.lost' : 'desk.closed'" }"#;

fn without_lost() -> String {
    let (kept, _) = TEMPLATES.split_once("[[messaging.template]]\nid     = \"lost\"").unwrap();
    kept.to_owned()
}

async fn letters(world: &crate::world::World) -> Vec<(String, String, String)> {
    let sql = "SELECT event, error, state FROM platform_dead_letter ORDER BY event_position";
    let rows = world.scan(sql).await;
    rows.iter()
        .map(|r| (r.get("event").unwrap(), r.get("error").unwrap(), r.get("state").unwrap()))
        .collect()
}

async fn parked(world: &crate::world::World) -> Vec<Json> {
    let found = world.asked(&operator(world), "messaging.parked_messages", json!({})).await;
    found["parked"].as_array().unwrap().clone()
}

fn operator(world: &crate::world::World) -> Principal {
    world.house.officer("platform.operator", "350000")
}

#[tokio::test]
async fn a_template_that_is_gone_parks_its_message_alone_until_it_is_mended() {
    let world = world_with(packs_of(CHOSEN, &without_lost())).await;
    let (resident, other) = (world.house.resident(), world.house.resident());
    let mut file = world.file_of(&resident, "A-1");
    file.lost = true;
    world.close(file.clone(), 1).await;
    file.lost = false;
    world.close(file.clone(), 2).await;
    world.tell(&other, "B-1").await;
    // The file's later event does not wait, and no other subject does.
    assert_eq!(titles(&world.inbox(&resident).await), ["食品<许可>办好了，编号 A-1"]);
    assert_eq!(titles(&world.inbox(&other).await), ["食品<许可>办好了，编号 B-1"]);
    assert!(letters(&world).await.is_empty());
    let waiting = parked(&world).await;
    assert_eq!(waiting.len(), 1);
    let one = &waiting[0];
    assert_eq!(
        (&one["template"], &one["sender"], &one["code"], &one["mistakes"][0]["pointer"]),
        (
            &json!("desk.lost"),
            &json!("flow:desk.tell"),
            &json!("messaging.unknown_template"),
            &json!("/template")
        )
    );
    assert!(!format!("{waiting:?}").contains(crate::world::HOLDER));
    // The page names place and cure; nobody else sees it.
    let mut browser = world.browser(&operator(&world));
    let page = world.house.get(&mut browser, "/operations/channels").await;
    for text in ["desk.lost", "desk.tell", "minshu packs apply"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let asked = world.house.ask(&resident, "messaging.parked_messages", json!({})).await;
    assert_eq!(asked.unwrap_err().code, "kernel.refused");
    // As long as nothing is mended it stays, in the same words.
    let id = one["parked"].as_str().unwrap();
    let again = [("parked", id), ("do", "again")];
    world.house.post(&mut browser, "/operations/channels/parked", &again).await;
    let page = world.house.get(&mut browser, "/operations/channels").await;
    assert!(page.text.contains("还是填不成") && page.text.contains("desk.lost"), "{}", page.text);
    world.apply(packs_of(CHOSEN, TEMPLATES)).await;
    world.house.post(&mut browser, "/operations/channels/parked", &again).await;
    assert_eq!(titles(&world.inbox(&resident).await)[0], "食品<许可>的材料请再交一次");
    assert!(parked(&world).await.is_empty());
    let gone = world.house.post(&mut browser, "/operations/channels/parked", &again).await;
    assert_eq!(gone.status.as_u16(), 404);
}

#[tokio::test]
async fn an_owner_that_is_nobody_is_parked_and_can_be_given_up() {
    let world = world().await;
    world.close(world.file("A-1"), 1).await;
    world.house.settle().await;
    let waiting = parked(&world).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["code"], "messaging.no_addressee");
    let settle = async |reason: &str| {
        let input = json!({ "parked": waiting[0]["parked"], "give_up": reason });
        let done = world.house.act(&operator(&world), "messaging.settle_parked", input).await;
        done.map_err(|failure| failure.code)
    };
    assert_eq!(settle(" ").await.unwrap_err(), "kernel.invalid");
    assert_eq!(settle("the owner is unknown").await.unwrap()["message"], Json::Null);
    assert!(parked(&world).await.is_empty());
}

#[tokio::test]
async fn what_does_not_fit_the_template_is_told_field_by_field() {
    let world = world().await;
    let console = Principal::console();
    let to = json!({ "account": world.house.resident().account() });
    let sent = async |input: Json| -> String {
        match world.house.act(&console, "messaging.send", input).await {
            Ok(_) => "sent".to_owned(),
            Err(failure) => format!(
                "{} {:?}",
                failure.code,
                failure.fields.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>()
            ),
        }
    };
    let good = json!({
        "template": "desk.lost", "to": to, "values": { "number": "1", "file": "2", "holder": "甲" },
        "names": { "item": { "zh": "食品", "en": "Food" } }, "dues": { "until": 1_773_504_000_000_i64 },
    });
    assert_eq!(sent(good.clone()).await, "sent");
    let with = |name: &str, value: Json| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let gone = with("template", json!("desk.gone"));
    assert_eq!(sent(gone).await, "messaging.unknown_template [\"/template\"]");
    let short = with("template", json!("lost"));
    assert_eq!(sent(short).await, "messaging.unknown_template [\"/template\"]");
    assert_eq!(sent(with("to", json!({}))).await, "messaging.no_addressee [\"/to\"]");
    let values = with("values", json!({ "number": "1", "fil": "2", "holder": "甲" }));
    assert_eq!(sent(values).await, "messaging.bad_values [\"/values/fil\", \"/values/file\"]");
    assert_eq!(sent(with("about", json!("林晓燕"))).await, "messaging.bad_values [\"/about\"]");
    assert_eq!(sent(with("to", json!({ "role": "x" }))).await, "kernel.invalid [\"/to/role\"]");
}
