//! A message that nobody reads goes on, in working hours, until somebody has it; and the office sees what arrived.

use minshu_kernel::access::Principal;
use minshu_kernel::courier::Channel;
use minshu_runtime::packs::PackSources;
use serde_json::{Value as Json, json};

use crate::world::{STAND_INS, TEMPLATES, World, checked, packs_of, world_with};

const HOUR: i64 = 3_600_000;
const ROLE: &str = "[[role]]\nid = \"head\"\nname = { zh = \"科长\", en = \"Head\" }\nmay = [\"messaging.follow\"]\n";

fn templates(acknowledge: bool) -> String {
    let more = format!(
        "acknowledge = {acknowledge}\nsms = {{ zh = \"{{item}}。\", en = \"{{item}}.\" }}\nsms_after_hours = 700\n\
         escalate = [{{ after_hours = 4, to = \"sms\" }}, {{ after_hours = 8, to = \"holders\" }}, {{ after_hours = 12, to = \"role\", role = \"head\" }}]\n"
    );
    TEMPLATES.replacen("link   =", &format!("{more}link   ="), 1)
}

fn packs(acknowledge: bool) -> PackSources {
    let mut packs = packs_of("\"closed\"", &templates(acknowledge));
    packs.packs[0].files[0].1.push_str(ROLE);
    packs
}

/// An officer with a colleague and somebody above.
fn office(world: &World) -> (Principal, Principal, Principal) {
    let three = (world.house.resident(), world.house.resident(), world.house.resident());
    let id = |who: &Principal| who.account().unwrap();
    let mut known = STAND_INS.lock().unwrap();
    known.push((id(&three.0), false, id(&three.1)));
    known.push((id(&three.0), true, id(&three.2)));
    three
}

async fn after(world: &World, hours: i64) {
    world.house.clock.advance(hours * HOUR);
    world.house.settle().await;
}

#[tokio::test]
async fn it_goes_to_the_next_channel_then_to_colleagues_then_above() {
    let world = world_with(packs(false)).await;
    let (officer, colleague, head) = office(&world);
    // Thursday, nine in the morning.
    world.tell(&officer, "1").await;
    after(&world, 4).await;
    let sms = world.house.carriers.take();
    assert_eq!(sms.len(), 1);
    assert_eq!(sms[0].channel, Channel::Sms);
    assert!(world.inbox(&colleague).await.is_empty());
    after(&world, 4).await;
    let passed = world.inbox(&colleague).await;
    assert_eq!(passed.len(), 1);
    assert!(
        passed[0]["text"]["zh"]
            .as_str()
            .unwrap()
            .starts_with("这条消息先发给了您的同岗位同事，8 个")
    );
    assert!(world.inbox(&head).await.is_empty());
    // Seventeen o'clock on Thursday: twelve working hours end at one on Friday.
    after(&world, 19).await;
    assert!(world.inbox(&head).await.is_empty());
    after(&world, 1).await;
    assert_eq!(world.inbox(&head).await.len(), 1);
    // Nothing is passed on twice.
    after(&world, 24 * 14).await;
    assert_eq!((world.inbox(&colleague).await.len(), world.inbox(&head).await.len()), (1, 1));
}

#[tokio::test]
async fn whoever_reads_it_ends_it() {
    let world = world_with(packs(false)).await;
    let (officer, colleague, head) = office(&world);
    world.tell(&officer, "1").await;
    after(&world, 8).await;
    world.house.act(&colleague, "messaging.mark_all_read", json!({})).await.unwrap();
    after(&world, 48).await;
    assert!(world.inbox(&head).await.is_empty());
}

#[tokio::test]
async fn opening_is_not_enough_where_an_answer_is_asked_for() {
    let world = world_with(packs(true)).await;
    let (officer, colleague, head) = office(&world);
    world.tell(&officer, "1").await;
    let mut browser = world.browser(&officer);
    let id = world.inbox(&officer).await.remove(0)["message"].as_str().unwrap().to_owned();
    let page = world.house.get(&mut browser, &format!("/inbox/{id}")).await;
    assert!(page.text.contains("这条消息要您确认收到"), "{}", page.text);
    after(&world, 8).await;
    assert_eq!(world.inbox(&colleague).await.len(), 1);
    let path = format!("/inbox/{id}/acknowledge");
    let done = world.house.post(&mut browser, &path, &[]).await;
    assert_eq!(done.status.as_u16(), 303);
    let page = world.house.get(&mut browser, &format!("/inbox/{id}")).await;
    assert!(page.text.contains("确认收到") && !page.text.contains(&path), "{}", page.text);
    after(&world, 48).await;
    assert!(world.inbox(&head).await.is_empty());
    // Nobody acknowledges what is somebody else's.
    let one = json!({ "message": id });
    let refused = world.house.act(&colleague, "messaging.acknowledge", one).await.unwrap_err();
    assert_eq!(refused.code, "kernel.missing");
}

#[tokio::test]
async fn the_office_of_the_place_sees_what_arrived_and_nobody_else_does() {
    let world = world_with(packs(false)).await;
    let who = world.house.resident();
    let send = json!({
        "template": "desk.closed", "to": { "account": who.account() },
        "about": "office.file:7", "division": "350102",
        "values": { "number": "1", "file": "2", "holder": "甲" },
        "names": { "item": { "zh": "食品", "en": "Food" } }, "dues": { "until": 1_773_504_000_000_i64 },
    });
    world.house.act(&Principal::console(), "messaging.send", send).await.unwrap();
    let head = world.house.officer("desk.head", "350102");
    let seen = async |who: &Principal| -> Vec<Json> {
        let asked =
            world.house.ask(who, "messaging.receipts", json!({ "about": "office.file:7" })).await;
        asked.map_or(Vec::new(), |found| found["receipts"].as_array().unwrap().clone())
    };
    let first = seen(&head).await;
    assert_eq!((first.len(), &first[0]["read_ms"]), (1, &Json::Null));
    after(&world, 4).await;
    world.house.act(&who, "messaging.mark_all_read", json!({})).await.unwrap();
    let later = seen(&head).await;
    assert!(later[0]["read_ms"].is_i64(), "{later:?}");
    assert_eq!(
        (&later[0]["told"][0]["channel"], &later[0]["told"][0]["state"]),
        (&json!("sms"), &json!("sent"))
    );
    for other in [
        world.house.officer("desk.head", "350203"),
        world.house.officer("platform.operator", "350000"),
        world.house.resident(),
        who.clone(),
        Principal::anonymous(),
    ] {
        assert!(seen(&other).await.is_empty(), "{other:?}");
    }
    let wrong = world.house.ask(&head, "messaging.receipts", json!({ "about": "x" })).await;
    assert_eq!(wrong.unwrap_err().fields[0].pointer, "/about");
}

#[test]
fn steps_that_cannot_be_done_are_told_at_their_places() {
    let wrong = |steps: &str| {
        let templates =
            TEMPLATES.replacen("link   =", &format!("escalate = [{steps}]\nlink   ="), 1);
        checked(&packs_of("\"closed\"", &templates)).err().unwrap()
    };
    assert!(wrong("{ after_hours = 4, to = \"sms\" }").contains("no text \"sms\""));
    assert!(wrong("{ after_hours = 4, to = \"role\" }").contains("say which role"));
    assert!(
        wrong("{ after_hours = 4, to = \"role\", role = \"nobody\" }")
            .contains("no role \"desk.nobody\"")
    );
    assert!(
        wrong("{ after_hours = 4, to = \"holders\", role = \"x\" }")
            .contains("a role is said with")
    );
    let twice = "{ after_hours = 4, to = \"holders\" }, { after_hours = 4, to = \"email\" }";
    assert!(wrong(twice).contains("after more hours"));
    assert!(wrong("{ after_hours = 0, to = \"email\" }").contains("files.toml"));
}
