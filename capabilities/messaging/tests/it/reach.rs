//! A message is told by short message as its template says, and not once it was read.

use minshu_kernel::carrier::CarrierError;
use minshu_kernel::courier::Channel;
use minshu_runtime::packs::PackSources;
use serde_json::{Value as Json, json};

use crate::world::{HOLDER, TEMPLATES, World, checked, packs_of, world_with};

const HOUR: i64 = 3_600_000;

/// The templates of the tests, told by short message after so many hours.
fn told_by_sms(after: Option<i64>) -> PackSources {
    let after = after.map(|hours| format!("sms_after_hours = {hours}\n")).unwrap_or_default();
    let sms =
        "sms = { zh = \"{item}办好了，编号 {number}。\", en = \"{item} is done: {number}.\" }\n";
    let templates = TEMPLATES.replacen("link   =", &format!("{sms}{after}link   ="), 1);
    packs_of("\"closed\"", &templates)
}

async fn told(world: &World, who: &minshu_kernel::access::Principal) -> Vec<Json> {
    let id = world.inbox(who).await.remove(0)["message"].clone();
    let found = world.asked(who, "messaging.message", json!({ "message": id })).await;
    found["told"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn an_unread_message_is_told_by_short_message_and_shows_it() {
    let world = world_with(told_by_sms(None)).await;
    let who = world.house.resident();
    let number = "A".repeat(60);
    world.tell(&who, &number).await;
    let taken = world.house.carriers.take();
    assert_eq!(taken.len(), 1);
    let cut = "A".repeat(39);
    assert_eq!(taken[0].text, format!("食品<许可>办好了，编号 {cut}…。"));
    assert_eq!((taken[0].to.as_str(), taken[0].channel), (HOLDER, Channel::Sms));
    let shown = told(&world, &who).await;
    assert_eq!((shown.len(), shown[0]["state"].as_str()), (1, Some("sent")));
    let id = world.inbox(&who).await.remove(0)["message"].clone();
    let page = format!("/inbox/{}", id.as_str().unwrap());
    let seen = world.house.get(&mut world.browser(&who), &page).await;
    assert!(seen.text.contains("已交给运营商"), "{}", seen.text);
}

#[tokio::test]
async fn what_was_read_in_time_is_not_told_again() {
    let world = world_with(told_by_sms(Some(24))).await;
    let (reads, waits) = (world.house.resident(), world.house.resident());
    world.tell(&reads, "1").await;
    world.tell(&waits, "2").await;
    assert!(world.house.carriers.take().is_empty());
    world.house.act(&reads, "messaging.mark_all_read", json!({})).await.unwrap();
    world.house.clock.advance(24 * HOUR);
    world.house.settle().await;
    let taken = world.house.carriers.take();
    assert_eq!(taken.len(), 1);
    assert!(taken[0].text.contains("编号 2"), "{taken:?}");
}

#[tokio::test]
async fn read_while_the_channel_was_down_it_is_not_sent_any_more() {
    let world = world_with(told_by_sms(None)).await;
    let who = world.house.resident();
    let down = CarrierError::Down { why: "no connection".to_owned(), after_ms: None };
    world.house.carriers.answer(Channel::Sms, Some(down));
    world.tell(&who, "1").await;
    let waits = told(&world, &who).await;
    assert_eq!((&waits[0]["state"], &waits[0]["reason"]), (&json!("queued"), &json!("down")));
    world.house.act(&who, "messaging.mark_all_read", json!({})).await.unwrap();
    world.house.carriers.answer(Channel::Sms, None);
    world.house.clock.advance(HOUR);
    world.house.settle().await;
    assert!(world.house.carriers.take().is_empty());
    assert_eq!(told(&world, &who).await[0]["reason"], "read");
}

#[tokio::test]
async fn at_night_it_waits_for_the_morning() {
    let world = world_with(told_by_sms(None)).await;
    world.house.clock.advance(14 * HOUR);
    let who = world.house.resident();
    world.tell(&who, "1").await;
    assert!(world.house.carriers.take().is_empty());
    world.house.clock.advance(8 * HOUR - 1);
    world.house.settle().await;
    assert!(world.house.carriers.take().is_empty());
    world.house.clock.advance(1);
    world.house.settle().await;
    assert_eq!(world.house.carriers.take().len(), 1);
}

#[tokio::test]
async fn without_a_channel_the_inbox_goes_on() {
    let world = world_with(told_by_sms(None)).await;
    world.house.carriers.remove_all();
    let who = world.house.resident();
    world.tell(&who, "1").await;
    assert_eq!(world.inbox(&who).await.len(), 1);
    assert!(told(&world, &who).await.is_empty());
}

#[test]
fn a_short_message_that_may_not_fit_is_told_at_its_place() {
    let wrong = |sms: &str| {
        let templates = TEMPLATES.replacen("link   =", &format!("{sms}\nlink   ="), 1);
        checked(&packs_of("\"closed\"", &templates)).err().unwrap()
    };
    let many = "{number}".repeat(13);
    let long = format!("sms = {{ zh = \"{many}\", en = \"{{number}}\" }}");
    assert!(wrong(&long).contains("520 characters, where 480 fit"), "{}", wrong(&long));
    assert!(wrong("sms_after_hours = 3").contains("no text \"sms\""));
    assert!(wrong("sms = { zh = \"a\\nb\", en = \"b\" }").contains("one line"));
    assert!(wrong("sms = { zh = \"{nobody}\", en = \"{nobody}\" }").contains("nobody"));
}
