//! People ask that what is held about them be put right; the department of the place answers, in time and with reasons.

use minshu_kernel::clock::DAY_MS;
use minshu_kernel::records::Records as _;
use minshu_kernel::values;
use serde_json::json;

use crate::world::{CLERK, told, worlds};

#[tokio::test]
async fn what_somebody_asks_to_be_corrected_is_answered_by_the_department_of_the_place() {
    for world in worlds().await {
        let person = world.house.resident();
        let case = world.boards_case(&person).await["case"].clone();
        let ask = |record: &serde_json::Value, wrong: &str| {
            json!({
                "holding": "casework.cases", "record": record, "wrong": wrong,
                "right": "五四路 11 号", "why": "门牌是 11 号，填的时候少写了一个 1",
            })
        };
        // Nobody asks about what is not the own, and nothing is asked in no words.
        let stranger = world.house.resident();
        let no = world.refused(&stranger, "platform.ask_correction", ask(&case, "地址")).await;
        assert!(told(&no).contains("/record platform-correction-record"), "{}", told(&no));
        let no = world.refused(&person, "platform.ask_correction", ask(&case, " ")).await;
        assert_eq!(told(&no), "kernel.invalid [/wrong platform-correction-text]");
        // What lies nowhere is answered where the person says.
        let mut nowhere = ask(&json!(person.account().unwrap()), "姓名");
        nowhere["holding"] = json!("platform.corrections");
        let no = world.refused(&person, "platform.ask_correction", nowhere).await;
        assert!(told(&no).contains("/division platform-correction-division"), "{}", told(&no));

        let asked = world.done(&person, "platform.ask_correction", ask(&case, "标记地址")).await;
        let id = asked["correction"].clone();
        // Its words rest under the person's key.
        let rows = "SELECT words FROM platform_correction";
        let rows = world.house.house.db.scan(rows.into(), values![]).await.unwrap();
        let sealed: Vec<u8> = rows[0].get("words").unwrap();
        let own = uuid::Uuid::parse_str(&person.person.unwrap().to_string()).unwrap();
        assert_eq!(sealed[1..17], *own.as_bytes());

        let clerk = world.house.officer(CLERK, "350102");
        let elsewhere = world.house.officer(CLERK, "350203");
        let desk = async |who| world.asked(who, "platform.corrections", json!({})).await;
        assert_eq!(desk(&elsewhere).await["corrections"], json!([]));
        let seen = desk(&clerk).await["corrections"][0].clone();
        assert_eq!((&seen["correction"], &seen["flag"]), (&id, &json!("none")), "{seen}");
        assert_eq!(seen["words"]["wrong"], "标记地址");
        // Fifteen working days: 5 March is a Thursday, so 26 March is the last day.
        assert_eq!(crate::world::last_day(&seen["due_ms"]), "2026-03-26");
        world.house.clock.advance(19 * DAY_MS);
        assert_eq!(desk(&clerk).await["corrections"][0]["flag"], "yellow");
        world.house.clock.advance(4 * DAY_MS);
        assert_eq!(desk(&clerk).await["corrections"][0]["flag"], "red");

        let decide = |state: &str, outcome: &str| json!({ "correction": id, "version": 1, "state": state, "outcome": outcome });
        let input = decide("corrected", "已经改好");
        let far = world.refused(&elsewhere, "platform.decide_correction", input.clone()).await;
        assert_eq!(far.code, "kernel.missing");
        let mut both = person.clone();
        both.grants.extend(clerk.grants.clone());
        let own = world.refused(&both, "platform.decide_correction", input.clone()).await;
        assert_eq!(own.code, "platform.own_correction");
        let no = world.refused(&clerk, "platform.decide_correction", decide("open", "好")).await;
        assert_eq!(no.fields.len(), 2);

        let mut browser = world.browser(&clerk);
        let page = world.house.get(&mut browser, "/records/corrections").await;
        assert!(page.text.contains("标记地址") && page.text.contains("已超期"), "{}", page.text);
        let path = format!("/records/corrections/{}", id.as_str().unwrap());
        let form = [("do", "refused"), ("version", "1"), ("outcome", "不")];
        let page = world.house.post(&mut browser, &path, &form).await;
        assert!(page.status.as_u16() == 422 && page.text.contains("4 到 1"), "{}", page.text);
        let form =
            [("do", "refused"), ("version", "1"), ("outcome", "门牌登记是 1 号，没有 11 号")];
        let page = world.house.post(&mut browser, &path, &form).await;
        assert_eq!(page.status.as_u16(), 303, "{}", page.text);
        let stale = world.refused(&clerk, "platform.decide_correction", input).await;
        assert_eq!(stale.code, "platform.correction_changed");
        assert_eq!(desk(&clerk).await["corrections"], json!([]));

        let mut browser = world.browser(&person);
        let page = world.house.get(&mut browser, "/me/corrections").await;
        assert!(
            page.text.contains("门牌登记是 1 号") && page.text.contains("未更正"),
            "{}",
            page.text
        );
        let record = format!("casework.cases {}", case.as_str().unwrap());
        assert!(page.text.contains(&record), "one's own case can be chosen");
        let form = [
            ("record", record.as_str()),
            ("wrong", "电话"),
            ("right", ""),
            ("why", "换了号码"),
            ("division", ""),
        ];
        let page = world.house.post(&mut browser, "/me/corrections", &form).await;
        assert!(page.status.as_u16() == 422 && page.text.contains("换了号码"), "{}", page.text);
        let form = [
            ("record", record.as_str()),
            ("wrong", "电话"),
            ("right", "换成新的"),
            ("why", "换了号码"),
            ("division", ""),
        ];
        let page = world.house.post(&mut browser, "/me/corrections", &form).await;
        assert_eq!(page.status.as_u16(), 303, "{}", page.text);
        let mine = world.asked(&person, "platform.my_corrections", json!({})).await;
        assert_eq!(mine["corrections"].as_array().unwrap().len(), 2);
        let strangers = world.asked(&stranger, "platform.my_corrections", json!({})).await;
        assert_eq!(strangers["corrections"], json!([]));
    }
}
