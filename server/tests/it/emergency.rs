//! Break-glass from the first word to the verdict, in identity, access and casework together, on both databases.

use serde_json::json;

use crate::people::{PASSWORD, houses, phone, told};

/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn a_case_of_another_place_is_opened_for_an_hour_and_judged_by_somebody_else() {
    for place in houses().await {
        let house = &place.house;
        place.person(1, None).await;
        place.person(2, Some(("load-test.supervisor", "350203"))).await;
        place.person(3, Some(("load-test.supervisor", "350102"))).await;
        place.person(4, Some(("platform.auditor", "350000"))).await;
        place.person(5, Some(("load-test.clerk", "350203"))).await;
        let resident = place.who(1).await;
        let (case, number) = place.case(&resident, "350102").await;
        let (other, _) = place.case(&resident, "350102").await;
        let opener = place.who(2).await;
        let look = json!({ "case": case });
        let hidden = house.ask(&opener, "casework.case", look.clone()).await.unwrap_err();
        assert_eq!(told(&hidden), "kernel.missing []");
        let open = |number: &str, words: &str, password: &str| {
            json!({
                "kind": "casework.case", "number": number, "reason": "office-down",
                "words": words, "password": password,
            })
        };
        let words = "鼓楼窗口停电，申请人在现场等候核对。";
        let good = open(&number, words, PASSWORD);
        // Without a role that allows it, without words, with another number or password: not.
        let clerk = place.who(5).await;
        assert_eq!(
            place.refused(&clerk, "identity.break_glass", good.clone()).await,
            "kernel.refused []"
        );
        let short =
            place.refused(&opener, "identity.break_glass", open(&number, "急", PASSWORD)).await;
        assert_eq!(short, "kernel.invalid [/words identity-words-short]");
        let unknown =
            place.refused(&opener, "identity.break_glass", open("SQ-1", words, PASSWORD)).await;
        assert_eq!(unknown, "kernel.invalid [/number identity-emergency-number-unknown]");
        let wrong = place
            .refused(&opener, "identity.break_glass", open(&number, words, "不对的密码 1"))
            .await;
        assert!(wrong.starts_with("identity.wrong_password"), "{wrong}");
        // Whoever reads it anyway has nothing to open.
        let near = place.who(3).await;
        let needless = place.refused(&near, "identity.break_glass", good.clone()).await;
        assert_eq!(needless, "identity.nothing_to_open []");

        let opened = place.done(&opener, "identity.break_glass", good.clone()).await;
        assert_eq!(
            opened["told"], 2,
            "the supervisor of that county and the auditor of the province"
        );
        house.settle().await;
        let texts = house.carriers.take();
        assert!(texts.iter().any(|parcel| format!("{parcel:?}").contains(&phone(3))), "{texts:?}");
        assert!(!texts.iter().any(|parcel| format!("{parcel:?}").contains(&phone(2))), "{texts:?}");
        let opener = place.who(2).await;
        place.asked(&opener, "casework.case", look.clone()).await;
        assert!(house.ask(&opener, "casework.case", json!({ "case": other })).await.is_err());
        let list = json!({ "view": "place" });
        let listed = place.asked(&opener, "casework.work_list", list.clone()).await;
        let listed: Vec<&str> = listed["cases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["case"].as_str().unwrap())
            .collect();
        assert_eq!(listed, [case.as_str()], "the list shows the one that is open and no other");
        // For reading alone.
        let accept = json!({ "case": case, "version": 1 });
        assert_eq!(place.refused(&opener, "casework.accept", accept).await, "kernel.refused []");
        assert_eq!(
            place.refused(&opener, "identity.break_glass", good).await,
            "identity.open_already []"
        );
        let opening = opened["opening"].as_str().unwrap().to_owned();
        let entries = place.audit().await;
        let rule = format!("opening {opening}");
        let noted = |operation: &str| {
            entries.iter().any(|e| e.contains(&format!("| {operation} |")) && e.ends_with(&rule))
        };
        assert!(noted("casework.case") && noted("casework.work_list"), "{entries:#?}");

        // The page says so all the time.
        let mut browser = place.browser(2).await;
        let page = house.get(&mut browser, "/me").await.text;
        assert!(page.contains(&format!("正在应急查阅 {number}")), "{page}");

        // Over by the clock, without anybody doing anything.
        house.clock.advance(HOUR);
        assert!(house.ask(&opener, "casework.case", look.clone()).await.is_err(), "it is over");
        let listed = place.asked(&opener, "casework.work_list", list).await;
        assert_eq!(listed["cases"], json!([]));

        // Judged by somebody else, once.
        let verdict = json!({ "opening": opening, "justified": false, "words": "窗口当时并没有停电，未说明原因。" });
        let own = house.act(&opener, "identity.review_opening", verdict.clone()).await.unwrap_err();
        assert_eq!(told(&own), "kernel.missing []", "the case's place is not the opener's");
        let (auditor, near) = (place.who(4).await, place.who(3).await);
        let waiting = place.asked(&auditor, "identity.openings", json!({})).await;
        assert_eq!((&waiting["waiting"], &waiting["overdue"]), (&json!(1), &json!(0)));
        house.clock.advance(10 * 24 * HOUR);
        let (auditor, near) = (place.who(4).await, {
            let _ = near;
            place.who(3).await
        });
        let waiting = place.asked(&near, "identity.openings", json!({})).await;
        assert_eq!((&waiting["waiting"], &waiting["overdue"]), (&json!(1), &json!(1)));
        assert_eq!(waiting["openings"][0]["words"], words);
        place.done(&near, "identity.review_opening", verdict.clone()).await;
        assert_eq!(
            place.refused(&auditor, "identity.review_opening", verdict).await,
            "identity.reviewed []"
        );
        let waiting = place.asked(&auditor, "identity.openings", json!({ "judged": true })).await;
        assert_eq!(waiting["waiting"], 0);
        assert_eq!(waiting["openings"][0]["verdict"]["justified"], false);
    }
}

#[tokio::test]
async fn nobody_judges_the_own_opening_and_who_lost_the_role_reads_on_no_more() {
    for place in houses().await {
        let house = &place.house;
        place.person(1, None).await;
        let post = place.person(2, Some(("load-test.supervisor", "350203"))).await.unwrap();
        let resident = place.who(1).await;
        let (case, number) = place.case(&resident, "350102").await;
        let opener = place.who(2).await;
        let open = json!({
            "kind": "casework.case", "number": number, "reason": "complaint",
            "words": "市民热线转来的投诉，需要马上核对。", "password": PASSWORD,
        });
        let opened = place.done(&opener, "identity.break_glass", open.clone()).await;
        // The same person with a post over the whole province.
        let console = minshu_kernel::access::Principal::console();
        let province = json!({
            "organisation": place.asked(&console, "identity.post", json!({ "post": post })).await["organisation"]["organisation"],
            "name": { "zh": "全省", "en": "Province" }, "division": "350000", "roles": ["load-test.supervisor"],
        });
        let wide = place.done(&console, "identity.add_post", province).await;
        let appoint = json!({ "post": wide["post"], "phone": phone(2) });
        let wide = place.done(&console, "identity.appoint", appoint).await;
        let opener = place.who(2).await;
        let verdict = json!({ "opening": opened["opening"], "justified": true, "words": "我自己觉得很有必要查阅。" });
        let refused = place.refused(&opener, "identity.review_opening", verdict).await;
        assert_eq!(refused, "identity.own_opening []");
        place
            .done(&console, "identity.dismiss", json!({ "appointment": wide["appointment"] }))
            .await;
        let opener = place.who(2).await;
        place.asked(&opener, "casework.case", json!({ "case": case })).await;
        // Closed by whoever opened it, and by nobody else.
        let close = json!({ "opening": opened["opening"] });
        assert_eq!(
            place.refused(&resident, "identity.close_opening", close.clone()).await,
            "kernel.missing []"
        );
        place.done(&opener, "identity.close_opening", close.clone()).await;
        let opener = place.who(2).await;
        assert!(house.ask(&opener, "casework.case", json!({ "case": case })).await.is_err());
        assert_eq!(
            place.refused(&opener, "identity.close_opening", close).await,
            "identity.already_ended []"
        );
        // A role that ends takes along what was opened by it.
        place.done(&opener, "identity.break_glass", open).await;
        let held = place.asked(&console, "identity.post", json!({ "post": post })).await;
        let appointment = held["appointments"][0]["appointment"].clone();
        place.done(&console, "identity.dismiss", json!({ "appointment": appointment })).await;
        let opener = place.who(2).await;
        assert!(opener.openings.is_empty());
        assert!(house.ask(&opener, "casework.case", json!({ "case": case })).await.is_err());
    }
}
