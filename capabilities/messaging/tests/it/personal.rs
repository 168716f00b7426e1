//! No personal value rests in clear: marked values go in, and every column of every table is searched for them.

use std::sync::Arc;

use minshu_kernel::access::Principal;
use minshu_kernel::carrier::CarrierError;
use minshu_kernel::courier::Channel;
use minshu_kernel::personal::Subject;
use minshu_kernel::records::WriteSet;
use serde_json::json;

use crate::world::{HOLDER, World, capabilities_with, worlds};

const GIVEN: &str = "35010219900307标记";

fn tables() -> Vec<String> {
    let mut tables = Vec::new();
    for set in minshu_runtime::house::migrations(&capabilities_with(&Arc::default())) {
        for (_, text) in set.files {
            let after = text.split("CREATE TABLE ").skip(1);
            tables.extend(after.map(|rest| rest.split([' ', '(']).next().unwrap().to_owned()));
        }
    }
    tables
}

async fn resting_in_clear(world: &World) -> Vec<String> {
    let (mut found, mut seen) = (Vec::new(), 0);
    for table in tables() {
        let rows = world.scan(&format!("SELECT * FROM {table}")).await;
        seen += rows.len();
        for row in rows {
            let shown = format!("{row:?}");
            for mark in [HOLDER, GIVEN] {
                let bytes = format!("{:?}", mark.as_bytes());
                if shown.contains(mark) || shown.contains(bytes.trim_matches(['[', ']'])) {
                    found.push(format!("{table}: {mark}"));
                }
            }
        }
    }
    assert!(seen > 10, "the search saw only {seen} rows");
    found
}

#[tokio::test]
async fn personal_values_never_rest_in_clear() {
    for world in worlds().await {
        let resident = world.house.resident();
        world.tell(&resident, "A-1").await;
        let input = |until: i64| {
            json!({
                "template": "desk.lost", "to": { "person": resident.person },
                "values": { "number": GIVEN, "file": "1", "holder": HOLDER },
                "names": { "item": { "zh": GIVEN, "en": GIVEN } }, "dues": { "until": until },
            })
        };
        let console = Principal::console();
        let send = async |until: i64, key: &str| {
            world.house.act_once(&console, "messaging.send", input(until), Some(key)).await
        };
        send(1, "key").await.unwrap();
        send(-1, "other key").await.unwrap_err();
        let one = json!({ "message": world.inbox(&resident).await[0]["message"] });
        world.house.act_once(&resident, "messaging.mark_read", one, Some("read")).await.unwrap();
        world.house.settle().await;
        // They are there for whom they are meant, and nowhere in clear.
        let inbox = format!("{:?}", world.inbox(&resident).await);
        assert!(inbox.contains(HOLDER) && inbox.contains(GIVEN), "{inbox}");
        assert_eq!(resting_in_clear(&world).await, Vec::<String>::new());
    }
}

/// What waits for a channel rests under the key of whom it goes to: who leaves takes it along.
#[tokio::test]
async fn a_text_to_somebody_who_left_is_gone_with_the_key() {
    for world in worlds().await {
        let house = &world.house.house;
        let who = world.house.resident();
        let account = who.account().unwrap();
        let down = CarrierError::Down { why: "no connection".to_owned(), after_ms: None };
        world.house.carriers.answer(Channel::Email, Some(down));
        let input = json!({ "mail": "lin@example.com" });
        world.house.act(&who, "messaging.claim_mail", input).await.unwrap();
        let texts = "SELECT state, reason, sealed FROM messaging_delivery";
        let rows = world.scan(texts).await;
        let own = uuid::Uuid::parse_str(&account.to_string()).unwrap();
        let sealed: Vec<u8> = rows[0].get("sealed").unwrap();
        assert!(rows.len() == 1 && sealed[1..17] == *own.as_bytes());

        let personal = &house.services.personal;
        let statements = vec![personal.destruction(Subject::Account(account)).unwrap()];
        house.services.records.apply(WriteSet { statements }).await.unwrap();
        house.person_keys.forget_destroyed(true);
        world.house.carriers.answer(Channel::Email, None);
        world.house.clock.advance(60_000);
        world.house.settle().await;
        assert!(world.house.carriers.take().is_empty());
        let rows = world.scan(texts).await;
        let ended = |column| rows[0].get::<String>(column).unwrap();
        assert_eq!((ended("state"), ended("reason")), ("failed".into(), "erased".into()));
        assert_eq!(rows[0].get::<Option<Vec<u8>>>("sealed").unwrap(), None);
    }
}
