//! No personal value rests in clear: marked values go in, and every column of every table is searched for them.

use std::sync::Arc;

use minshu_kernel::access::Principal;
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
