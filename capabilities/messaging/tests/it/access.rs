//! Whose messages are whose: lists, single messages and marks show and change one's own and nothing else.

use minshu_kernel::access::Principal;
use minshu_kernel::error::Kind;
use minshu_kernel::ids::OrganisationId;
use serde_json::{Value as Json, json};

use crate::world::{FileClosed, World, titles, world, worlds};

async fn refused(world: &World, who: &Principal, operation: &str, input: Json) -> Kind {
    let acts = ["messaging.send", "messaging.mark_read", "messaging.mark_all_read"];
    let answer = if acts.contains(&operation) {
        world.house.act(who, operation, input).await
    } else {
        world.house.ask(who, operation, input).await
    };
    match answer {
        Ok(reply) => panic!("{operation} was answered: {reply}"),
        Err(failure) => failure.kind,
    }
}

#[tokio::test]
async fn another_account_neither_sees_nor_touches() {
    for world in worlds().await {
        let (resident, other) = (world.house.resident(), world.house.resident());
        world.tell(&resident, "A-1").await;
        let id = world.inbox(&resident).await[0]["message"].clone();
        let one = json!({ "message": id });
        assert!(world.inbox(&other).await.is_empty());
        assert_eq!(world.unread(&other).await, 0);
        let kind = refused(&world, &other, "messaging.message", one.clone()).await;
        assert_eq!(kind, Kind::Missing, "whether there is one is nobody else's business");
        let kind = refused(&world, &other, "messaging.mark_read", one.clone()).await;
        assert_eq!(kind, Kind::Missing);
        let marked = world.house.act(&other, "messaging.mark_all_read", json!({})).await.unwrap();
        assert_eq!(marked, json!({ "marked": 0, "left": false }));
        assert_eq!(world.unread(&resident).await, 1);
        let nobody = Principal::anonymous();
        for operation in ["messaging.inbox", "messaging.unread_count", "messaging.mark_all_read"] {
            let kind = refused(&world, &nobody, operation, json!({})).await;
            assert_eq!(kind, Kind::Unauthenticated, "{operation}");
        }
        let kind = refused(&world, &nobody, "messaging.message", one).await;
        assert_eq!(kind, Kind::Unauthenticated);
    }
}

#[tokio::test]
async fn people_and_officers_send_nothing() {
    let world = world().await;
    let to = world.house.resident();
    let input = json!({ "template": "desk.closed", "to": { "account": to.account() } });
    for who in [world.house.resident(), world.house.officer("desk.clerk", "350102")] {
        let kind = refused(&world, &who, "messaging.send", input.clone()).await;
        assert_eq!(kind, Kind::Refused);
    }
    let flow = Principal::flow("desk.other".to_owned(), vec!["office.file".to_owned()]);
    let kind = refused(&world, &flow, "messaging.send", input).await;
    assert!(matches!(kind, Kind::Refused | Kind::Unauthenticated), "{kind:?}");
}

#[tokio::test]
async fn a_claim_that_is_not_proved_opens_nothing_of_the_person() {
    let world = world().await;
    let proved = world.house.resident();
    let claimed = Principal { person: proved.person, proved: false, ..world.house.resident() };
    let file = FileClosed { owner: proved.person, ..world.file("P-1") };
    world.close(file, 1).await;
    world.house.settle().await;
    assert_eq!(titles(&world.inbox(&proved).await), ["食品<许可>办好了，编号 P-1"]);
    assert!(world.inbox(&claimed).await.is_empty());
}

#[tokio::test]
async fn an_organisations_message_is_read_by_whoever_may_act_for_it() {
    for world in worlds().await {
        let company = OrganisationId::fresh(&*world.house.house.services.ids);
        let agent = || Principal { mandates: vec![company], ..world.house.resident() };
        let (first, second, stranger) = (agent(), agent(), world.house.resident());
        let file = FileClosed { owner_organisation: Some(company), ..world.file("C-1") };
        world.close(file, 1).await;
        world.tell(&first, "A-1").await;
        assert_eq!(world.inbox(&first).await.len(), 2);
        assert_eq!(world.inbox(&second).await.len(), 1);
        assert!(world.inbox(&stranger).await.is_empty());
        // They share one copy: what one has read is read.
        let one = json!({ "message": world.inbox(&second).await[0]["message"] });
        world.house.act(&second, "messaging.mark_read", one).await.unwrap();
        assert_eq!((world.unread(&first).await, world.unread(&second).await), (1, 0));
    }
}

#[tokio::test]
async fn a_message_is_read_once_and_the_first_time_counts() {
    for world in worlds().await {
        let resident = world.house.resident();
        world.tell(&resident, "A-1").await;
        let one = json!({ "message": world.inbox(&resident).await[0]["message"] });
        let read = async || world.house.act(&resident, "messaging.mark_read", one.clone()).await;
        let first = read().await.unwrap();
        world.house.clock.advance(60_000);
        assert_eq!(read().await.unwrap(), first);
        world.house.settle().await;
        let told = world
            .scan("SELECT kind, data FROM platform_event WHERE kind LIKE 'messaging.%' ORDER BY position")
            .await;
        let kinds: Vec<String> = told.iter().map(|row| row.get("kind").unwrap()).collect();
        assert_eq!(kinds, ["messaging.message.sent", "messaging.message.read"]);
        for row in &told {
            let data: Json = serde_json::from_str(&row.get::<String>("data").unwrap()).unwrap();
            assert_eq!(data["message"], one["message"]);
            assert_eq!(data["template"], "desk.closed");
        }
    }
}

#[tokio::test]
async fn all_are_marked_by_portions_and_nobody_elses() {
    let world = world().await;
    let (resident, other) = (world.house.resident(), world.house.resident());
    for number in 0..401 {
        world.close(world.file_of(&resident, &number.to_string()), 1).await;
    }
    world.tell(&other, "B-1").await;
    let counted = world.asked(&resident, "messaging.unread_count", json!({})).await;
    assert_eq!(counted, json!({ "count": 99, "more": true }));
    let all =
        async || world.house.act(&resident, "messaging.mark_all_read", json!({})).await.unwrap();
    assert_eq!(all().await, json!({ "marked": 400, "left": true }));
    assert_eq!(world.unread(&resident).await, 1);
    assert_eq!(all().await, json!({ "marked": 1, "left": false }));
    assert_eq!(all().await, json!({ "marked": 0, "left": false }));
    assert_eq!(world.unread(&other).await, 1);
}

#[tokio::test]
async fn the_inbox_pages_through_every_message_once() {
    for world in worlds().await {
        let resident = world.house.resident();
        for number in 0..7 {
            world.tell(&resident, &format!("{number}")).await;
            // Two of each instant: the id breaks the tie.
            world.house.clock.advance(i64::from(number % 2) * 1_000);
        }
        let (mut seen, mut after) = (Vec::new(), Json::Null);
        loop {
            let input = json!({ "limit": 3, "after": after });
            let page = world.asked(&resident, "messaging.inbox", input).await;
            seen.extend(page["messages"].as_array().unwrap().iter().cloned());
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        let ids: std::collections::BTreeSet<String> =
            seen.iter().map(|m| m["message"].to_string()).collect();
        assert_eq!((seen.len(), ids.len()), (7, 7));
        assert!(seen.is_sorted_by(|a, b| a["at_ms"].as_i64() >= b["at_ms"].as_i64()));
        let unread = json!({ "unread": true, "limit": 100 });
        let one = json!({ "message": seen[3]["message"] });
        world.house.act(&resident, "messaging.mark_read", one).await.unwrap();
        let left = world.asked(&resident, "messaging.inbox", unread).await;
        assert_eq!(left["messages"].as_array().unwrap().len(), 6);
        for limit in [0, 101] {
            let input = json!({ "limit": limit });
            let failure = world.house.ask(&resident, "messaging.inbox", input).await.unwrap_err();
            assert_eq!(failure.fields[0].pointer, "/limit");
        }
    }
}
