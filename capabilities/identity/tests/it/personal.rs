//! No personal value rests in clear: marked values go in through every door, and every column of every table
//! is searched for them.

use minshu_kernel::access::Principal;
use minshu_kernel::records::{Row, Value};
use serde_json::json;

use crate::world::{World, capabilities, number, phone, worlds};

const NAME: &str = "欧阳标记";
const SECRET: &str = "密码里也有标记 8421";
const EVIDENCE: &str = "授权书写明欧阳标记可以代办";

/// Every table of the platform and of the capability.
fn tables() -> Vec<String> {
    let mut tables = Vec::new();
    for set in minshu_runtime::house::migrations(&capabilities()) {
        for (_, text) in set.files {
            let after = text.split("CREATE TABLE ").skip(1);
            tables.extend(after.map(|rest| rest.split([' ', '(']).next().unwrap().to_owned()));
        }
    }
    tables
}

/// Whether a row, shown with every column, holds a text: as text, or as the same text's bytes.
fn holds(shown: &str, mark: &str) -> bool {
    let bytes = format!("{:?}", mark.as_bytes());
    shown.contains(mark) || shown.contains(bytes.trim_matches(['[', ']']))
}

#[test]
fn the_search_sees_text_and_bytes() {
    let row = |value| format!("{:?}", Row::new(["c".to_owned()].into(), vec![value]));
    assert!(holds(&row(Value::Text(format!("x{NAME}y"))), NAME));
    assert!(holds(&row(Value::Bytes(format!("x{NAME}y").into_bytes())), NAME));
    assert!(!holds(&row(Value::Bytes(b"nothing".to_vec())), NAME));
}

async fn resting_in_clear(world: &World, marks: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rows_seen = 0;
    for table in tables() {
        let records = &world.house.house.services.records;
        let rows = records.scan(format!("SELECT * FROM {table}").into(), Vec::new()).await.unwrap();
        rows_seen += rows.len();
        for row in rows {
            let shown = format!("{row:?}");
            let marks = marks.iter().filter(|mark| holds(&shown, mark));
            found.extend(marks.map(|mark| format!("{table}: {mark}")));
        }
    }
    assert!(rows_seen > 20, "the search saw only {rows_seen} rows");
    found
}

#[tokio::test]
async fn personal_values_never_rest_in_clear() {
    for world in worlds().await {
        let clerk = world.officer(90, "gov-single-window.clerk", "350102").await;
        let nobody = Principal::anonymous();
        let register = json!({
            "name": NAME, "number": number(1), "phone": phone(1), "password": SECRET,
        });
        let key = Some("an-idempotency-key");
        let made = world.house.act_once(&nobody, "identity.register", register, key).await.unwrap();
        let sign_in = json!({ "phone": phone(1), "password": SECRET });
        let begun = world.house.act_once(&nobody, "identity.sign_in", sign_in, key).await.unwrap();
        let token = begun["token"].as_str().unwrap().to_owned();
        let wrong = json!({ "phone": phone(1), "password": format!("{SECRET} wrong") });
        world.refused(&nobody, "identity.sign_in", wrong).await;
        let prove = json!({
            "account": made["account"], "evidence": "passport", "number_seen": number(1),
            "name_seen": NAME,
        });
        world.house.act_once(&clerk, "identity.prove", prove, key).await.unwrap();
        let mandate = json!({
            "uscc": "11370800MB28559184", "company": "沈记小馆", "division": "350102",
            "phone": phone(1), "evidence": EVIDENCE,
        });
        world.done(&clerk, "identity.record_mandate", mandate).await;
        let claims = json!({ "number": number(1) });
        world.asked(&clerk, "identity.claims", claims).await;
        world.house.settle().await;
        let marks =
            [NAME.to_owned(), number(1), phone(1), SECRET.to_owned(), EVIDENCE.to_owned(), token];
        assert_eq!(resting_in_clear(&world, &marks).await, Vec::<String>::new());
        // The search finds what does rest in clear: a company's name is public.
        let public = ["沈记小馆".to_owned()];
        assert_eq!(resting_in_clear(&world, &public).await, ["identity_organisation: 沈记小馆"]);
    }
}
