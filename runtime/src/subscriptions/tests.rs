//! Subscriptions against real receivers: what is delivered, in which order, and what becomes of it where a receiver
//! fails.

use minshu_kernel::error::Kind;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use serde_json::json;

use super::tests_support::{Receiver, Say, Stage};
use crate::testing::Browser;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn events_arrive_signed_in_order_and_from_where_the_subscription_lies() {
    for stage in Stage::each().await {
        let mut receiver = Receiver::new().await;
        stage.decide("early", "350102").await;
        let (id, secret) = stage.subscribe(&receiver.address).await;
        let mut told = Vec::new();
        for (case, division) in
            [("a", "350102"), ("b", "350203"), ("a", "350102"), ("a", "350102"), ("c", "350100")]
        {
            told.push(stage.decide(case, division).await);
        }
        stage.drain().await;
        let got = receiver.taken();
        let mut ids: Vec<String> = got.iter().map(|g| g.id()).collect();
        let of_a: Vec<String> =
            got.iter().filter(|g| g.subject() == "casework.case:a").map(|g| g.id()).collect();
        assert_eq!(of_a, [told[0].clone(), told[2].clone(), told[3].clone()]);
        ids.sort();
        told.sort();
        assert_eq!(ids, told, "everything once, and nothing from before");
        for one in &got {
            assert_eq!(one.signed_by(&secret), 1);
            assert_eq!(one.header("webhook-signature").matches("v1,").count(), 1);
            let now = stage.house.house.services.clock.now().0 / 1_000;
            assert_eq!(one.header("webhook-timestamp"), now.to_string());
            assert!(one.header("content-type").starts_with("application/cloudevents+json"));
            let event = one.json();
            assert_eq!(event["specversion"], "1.0");
            assert_eq!(event["id"], one.id());
            assert_eq!(event["type"], "casework.case.decided");
            assert_eq!(event["source"], "urn:minshu:casework");
            assert_eq!(event["time"], "2026-03-05T01:00:00.000Z");
            assert_eq!(event["data"]["pack"], "test");
            assert_eq!(event["sequence"].as_str().unwrap().len(), 20);
        }
        assert_eq!(stage.deliveries(&id).await, ["delivered 204"; 5]);
        stage.drain().await;
        assert!(receiver.taken().is_empty());
    }
}

#[tokio::test]
async fn a_county_hears_of_itself_alone_and_the_secret_rests_encrypted() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let gulou = stage.house.officer("platform.operator", "350102");
    stage.people.put(&gulou);
    let input = json!({ "name": "鼓楼", "address": receiver.address, "kinds": ["*"] });
    let made = stage.house.act(&gulou, "platform.subscribe", input.clone()).await.unwrap();
    let mine = stage.decide("a", "350102").await;
    stage.decide("b", "350203").await;
    stage.decide("c", "350100").await;
    stage.drain().await;
    let got: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
    assert_eq!(got, [mine]);
    let rows = stage.rows("SELECT secret FROM platform_subscription").await;
    let sealed: Vec<u8> = rows[0].get("secret").unwrap();
    use base64::Engine as _;
    let text = made["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    let clear = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    assert_eq!(clear.len(), 32);
    assert!(!sealed.windows(8).any(|part| part == &clear[..8]));

    // Another county's place, the province, and another county's subscription are refused.
    for division in ["350203", "350000"] {
        let mut elsewhere = input.clone();
        elsewhere["division"] = json!(division);
        let refused = stage.house.act(&gulou, "platform.subscribe", elsewhere).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Refused, "{division}");
    }
    let siming = stage.house.officer("platform.operator", "350203");
    let theirs = json!({ "subscription": made["subscription"] });
    for operation in [
        "platform.unsubscribe",
        "platform.rotate_subscription_secret",
        "platform.pause_subscription",
        "platform.resume_subscription",
        "platform.test_subscription",
    ] {
        let refused = stage.house.act(&siming, operation, theirs.clone()).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Refused, "{operation}");
    }
    let refused = stage.house.ask(&siming, "platform.deliveries", theirs).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Refused);
    let list = stage.house.ask(&siming, "platform.subscriptions", json!({})).await.unwrap();
    assert_eq!(list["subscriptions"], json!([]));
    let resident = stage.house.resident();
    let refused = stage.house.act(&resident, "platform.subscribe", input).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Refused);
}

#[tokio::test]
async fn a_role_of_a_pack_hears_of_that_pack_alone() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let clerk = stage.house.officer("test.clerk", "350000");
    stage.people.put(&clerk);
    let input = json!({ "name": "本系统", "address": receiver.address, "kinds": ["*"] });
    stage.house.act(&clerk, "platform.subscribe", input).await.unwrap();
    let list = stage.house.ask(&clerk, "platform.subscriptions", json!({})).await.unwrap();
    assert_eq!(list["subscriptions"][0]["pack"], "test");
    stage.decide("a", "350102").await;
    stage.drain().await;
    assert_eq!(receiver.taken().len(), 1);
    // The operator's subscription has no pack and hears of all of them: not the clerk's to touch.
    let (all, _) = stage.subscribe(&format!("{}/all", receiver.address)).await;
    let theirs = json!({ "subscription": all });
    let refused = stage.house.act(&clerk, "platform.pause_subscription", theirs).await;
    assert_eq!(refused.unwrap_err().kind, Kind::Refused);
}

#[tokio::test]
async fn what_fails_is_sent_again_and_its_subject_waits_behind_it() {
    for stage in Stage::each().await {
        let mut receiver = Receiver::new().await;
        let (id, _) = stage.subscribe(&receiver.address).await;
        receiver.status(500);
        let first = stage.decide("a", "350102").await;
        let second = stage.decide("a", "350102").await;
        stage.drain().await;
        let got: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
        assert_eq!(got, std::slice::from_ref(&first));
        assert_eq!(stage.standing().await["failures"], 1);
        stage.drain().await;
        assert!(receiver.taken().is_empty(), "not before its time");
        stage.house.clock.advance(HOUR);
        receiver.status(200);
        stage.drain().await;
        let got = receiver.taken();
        let ids: Vec<String> = got.iter().map(|g| g.id()).collect();
        assert_eq!(ids, [first, second]);
        let now = stage.house.house.services.clock.now().0 / 1_000;
        assert_eq!(got[0].header("webhook-timestamp"), now.to_string());
        assert_eq!(stage.deliveries(&id).await, ["delivered 200", "delivered 200"]);
        assert_eq!(stage.standing().await["failures"], 0);
    }
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    stage.subscribe(&receiver.address).await;
    receiver.answer(|_| Say::Status(429, vec![("retry-after", "7200".into())]));
    stage.decide("a", "350102").await;
    stage.drain().await;
    assert_eq!(receiver.taken().len(), 1);
    receiver.status(204);
    stage.decide("b", "350102").await;
    stage.house.clock.advance(2 * HOUR - 1);
    stage.drain().await;
    assert!(receiver.taken().is_empty(), "the whole subscription waits");
    stage.house.clock.advance(1);
    stage.drain().await;
    assert_eq!(receiver.taken().len(), 2);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_switched_off_and_goes_on_where_it_stopped() {
    for stage in Stage::each().await {
        let mut receiver = Receiver::new().await;
        let (id, _) = stage.subscribe(&receiver.address).await;
        receiver.status(410);
        let first = stage.decide("a", "350102").await;
        stage.drain().await;
        let standing = stage.standing().await;
        assert_eq!(
            (standing["state"].as_str(), standing["why"].as_str()),
            (Some("off"), Some("gone"))
        );
        let second = stage.decide("a", "350102").await;
        stage.drain().await;
        assert_eq!(receiver.taken().len(), 1);
        let audited = stage
            .rows("SELECT principal FROM platform_audit WHERE operation = 'platform.switch_off_subscription'")
            .await;
        assert_eq!(audited[0].get::<String>("principal").unwrap(), "job");
        receiver.status(204);
        stage.on("platform.resume_subscription", &id).await;
        stage.drain().await;
        let ids: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
        assert_eq!(ids, [first, second]);
    }
}

#[tokio::test]
async fn days_of_failure_switch_a_subscription_off_and_operators_are_told() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let (id, _) = stage.subscribe(&receiver.address).await;
    receiver.status(302);
    for case in ["a", "b", "c", "d"] {
        stage.decide(case, "350102").await;
    }
    for _ in 0..100 {
        stage.drain().await;
        stage.house.clock.advance(HOUR);
    }
    let standing = stage.standing().await;
    assert_eq!((&standing["state"], &standing["why"]), (&json!("off"), &json!("failing")));
    let tried = receiver.taken().len();
    assert!((8..=100).contains(&tried), "{tried}");
    let letters = stage.rows("SELECT id FROM platform_dead_letter").await;
    assert!(letters.is_empty(), "no event is given up for a receiver that takes none");
    let mut browser = Browser::with_session(&stage.operator.account().unwrap().to_string());
    let home = stage.house.get(&mut browser, "/home").await;
    assert!(home.text.contains("订阅被停用，请处理"), "{}", home.text);
    let page = stage.house.get(&mut browser, &format!("/operations/subscriptions/{id}")).await;
    assert!(page.text.contains("连续三天") && page.text.contains("HTTP 302"), "{}", page.text);
    let page = stage.house.get(&mut browser, "/operations/subscriptions").await;
    assert!(page.text.contains("有 1 个订阅已被平台停用"));
}

#[tokio::test]
async fn an_event_that_is_refused_to_the_end_is_a_dead_letter_that_parks_its_subject() {
    for stage in Stage::each().await {
        let mut receiver = Receiver::new().await;
        let (id, _) = stage.subscribe(&receiver.address).await;
        receiver.answer(|got| {
            Say::Status(if got.subject() == "casework.case:bad" { 400 } else { 204 }, Vec::new())
        });
        let bad = stage.decide("bad", "350102").await;
        let behind = stage.decide("bad", "350102").await;
        for round in 0..100 {
            // The others keep arriving: the receiver itself is well.
            stage.decide(&format!("good{round}"), "350102").await;
            stage.drain().await;
            stage.house.clock.advance(HOUR);
        }
        assert_eq!(stage.standing().await["state"], "active");
        let got = receiver.taken();
        assert_eq!(got.iter().filter(|g| g.id() == bad).count(), 10);
        assert_eq!(got.iter().filter(|g| g.id() == behind).count(), 0);
        assert_eq!(got.len(), 110);

        let mut browser = Browser::with_session(&stage.operator.account().unwrap().to_string());
        let page = stage.house.get(&mut browser, "/operations/flows").await;
        assert!(page.text.contains(&format!("/operations/subscriptions/{id}")), "{}", page.text);
        assert!(page.text.contains("接收方没有收下"));
        let letters = stage.house.ask(&stage.operator, "platform.dead_letters", json!({})).await;
        let letter = letters.unwrap()["letters"][0]["id"].as_str().unwrap().to_owned();
        let to = format!("/operations/flows/{letter}");
        let form = [("do", "replay"), ("version", "1")];
        assert_eq!(stage.house.post(&mut browser, &to, &form).await.status, 409);
        receiver.status(204);
        assert_eq!(stage.house.post(&mut browser, &to, &form).await.status, 303);
        stage.drain().await;
        let ids: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
        assert_eq!(ids, [bad.clone(), bad, behind]);
    }
}

#[tokio::test]
async fn a_letter_that_is_dropped_lets_the_next_one_go() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let (id, _) = stage.subscribe(&receiver.address).await;
    receiver.status(500);
    stage.decide("a", "350102").await;
    stage.drain().await;
    // The last attempt is next.
    stage.write(Statement::any("UPDATE platform_delivery SET attempts = 9", values![])).await;
    stage.house.clock.advance(HOUR);
    stage.drain().await;
    let next = stage.decide("a", "350102").await;
    receiver.status(204);
    stage.house.clock.advance(HOUR);
    stage.drain().await;
    assert_eq!(receiver.taken().len(), 2);
    let letters = stage.house.ask(&stage.operator, "platform.dead_letters", json!({})).await;
    let letter = letters.unwrap()["letters"][0]["id"].clone();
    let end = json!({ "id": letter, "version": 1, "end": "dropped", "reason": "接收方不要了" });
    stage.act("platform.end_dead_letter", end).await;
    stage.drain().await;
    let ids: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
    assert_eq!(ids, [next]);
    assert_eq!(stage.deliveries(&id).await, ["dropped 500", "delivered 204"]);
}

#[tokio::test]
async fn two_secrets_sign_for_a_day_after_a_rotation() {
    for stage in Stage::each().await {
        let mut receiver = Receiver::new().await;
        let (id, old) = stage.subscribe(&receiver.address).await;
        let rotated = stage.on("platform.rotate_subscription_secret", &id).await;
        let new = rotated["secret"].as_str().unwrap();
        assert_ne!(old, new);
        stage.house.clock.advance(24 * HOUR - 1);
        stage.decide("a", "350102").await;
        stage.drain().await;
        let got = receiver.taken();
        assert_eq!((got[0].signed_by(&old), got[0].signed_by(new)), (1, 1));
        stage.house.clock.advance(1);
        stage.decide("a", "350102").await;
        stage.drain().await;
        let got = receiver.taken();
        assert_eq!((got[0].signed_by(&old), got[0].signed_by(new)), (0, 1));
    }
}

#[tokio::test]
async fn a_holder_whose_post_ended_hears_nothing_more() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    stage.subscribe(&receiver.address).await;
    let mut dismissed = stage.operator.clone();
    dismissed.grants.clear();
    stage.people.put(&dismissed);
    stage.decide("a", "350102").await;
    stage.drain().await;
    assert!(receiver.taken().is_empty());
    let standing = stage.standing().await;
    assert_eq!((&standing["state"], &standing["why"]), (&json!("off"), &json!("holder")));
}

#[tokio::test]
async fn a_silent_receiver_holds_up_nobody_else() {
    let stage = Stage::sqlite().await;
    let (mut silent, mut quick) = (Receiver::new().await, Receiver::new().await);
    silent.answer(|_| Say::Nothing);
    stage.subscribe(&silent.address).await;
    stage.subscribe(&quick.address).await;
    let running = tokio::spawn(super::run(stage.house.house.clone()));
    for round in 0..3 {
        let told = stage.decide(&format!("a{round}"), "350102").await;
        assert_eq!(quick.next().await.id(), told);
    }
    assert!(!silent.next().await.body.is_empty());
    running.abort();
}

#[tokio::test]
async fn a_process_that_ends_in_the_middle_doubles_one_delivery() {
    for stage in Stage::each().await {
        let mut receiver = Receiver::new().await;
        let (id, _) = stage.subscribe(&receiver.address).await;
        receiver.answer(|_| Say::Nothing);
        let told = stage.decide("a", "350102").await;
        let house = stage.house.house.clone();
        let task = tokio::spawn(async move { super::drain(&house).await });
        assert_eq!(receiver.next().await.id(), told);
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        receiver.status(204);
        stage.drain().await;
        assert!(receiver.taken().is_empty(), "it may still be under way elsewhere");
        stage.house.clock.advance(60_000);
        stage.drain().await;
        let ids: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
        assert_eq!(ids, [told]);
        assert_eq!(stage.deliveries(&id).await, ["delivered 204"]);
    }
}

#[tokio::test]
async fn a_paused_subscription_keeps_its_events_and_an_ended_one_forgets_them() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let (id, _) = stage.subscribe(&receiver.address).await;
    stage.on("platform.pause_subscription", &id).await;
    let told = stage.decide("a", "350102").await;
    stage.drain().await;
    assert!(receiver.taken().is_empty());
    let input = json!({ "subscription": id });
    let refused =
        stage.house.act(&stage.operator, "platform.test_subscription", input.clone()).await;
    assert_eq!(refused.unwrap_err().code, "platform.subscription_off");
    stage.on("platform.resume_subscription", &id).await;
    stage.drain().await;
    assert_eq!(receiver.taken()[0].id(), told);
    receiver.status(500);
    stage.decide("a", "350102").await;
    stage.drain().await;
    stage.on("platform.unsubscribe", &id).await;
    receiver.status(204);
    receiver.taken();
    stage.house.clock.advance(HOUR);
    stage.drain().await;
    assert!(receiver.taken().is_empty());
    let secrets = stage.rows("SELECT secret FROM platform_subscription").await;
    assert!(secrets[0].get::<Vec<u8>>("secret").unwrap().is_empty());
    let gone = stage.house.act(&stage.operator, "platform.unsubscribe", input).await;
    assert_eq!(gone.unwrap_err().kind, Kind::Missing);
}

#[tokio::test]
async fn a_test_goes_first_and_is_not_repeated() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let (id, secret) = stage.subscribe(&receiver.address).await;
    receiver.status(503);
    let waiting = stage.decide("a", "350102").await;
    stage.drain().await;
    receiver.taken();
    stage.on("platform.test_subscription", &id).await;
    stage.drain().await;
    let got = receiver.taken();
    assert_eq!(got[0].json()["type"], "platform.subscription.test");
    assert_eq!(got[0].json()["data"]["subscription"], json!(id));
    assert_eq!(got[0].signed_by(&secret), 1);
    assert!(stage.deliveries(&id).await.contains(&"failed 503".to_owned()));
    receiver.status(204);
    stage.house.clock.advance(HOUR);
    stage.drain().await;
    let ids: Vec<String> = receiver.taken().iter().map(|g| g.id()).collect();
    assert_eq!(ids, [waiting]);
}

#[tokio::test]
async fn a_wrong_subscription_is_told_field_by_field() {
    let stage = Stage::sqlite().await;
    let receiver = Receiver::new().await;
    let good =
        json!({ "name": "对接", "address": receiver.address, "kinds": ["casework.case.decided"] });
    for (field, value, pointer) in [
        ("name", json!("x"), "/name"),
        ("address", json!("http://hooks.example.cn/"), "/address"),
        ("address", json!("https://10.0.0.1/"), "/address"),
        ("kinds", json!([]), "/kinds"),
        ("kinds", json!(["casework.case.undone"]), "/kinds/0"),
        ("kinds", json!(["casework.case.decided' OR 1=1"]), "/kinds/0"),
        ("pack", json!("nothing"), "/pack"),
        ("division", json!("350199"), "/division"),
    ] {
        let mut input = good.clone();
        input[field] = value;
        let failure = stage.house.act(&stage.operator, "platform.subscribe", input).await;
        let failure = failure.unwrap_err();
        let pointers: Vec<&str> = failure.fields.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(pointers, [pointer], "{failure}");
    }
    stage.act("platform.subscribe", good.clone()).await;
    let twice = stage.house.act(&stage.operator, "platform.subscribe", good).await.unwrap_err();
    assert_eq!(twice.code, "platform.subscribed_already");
}

#[tokio::test]
async fn the_pages_add_try_and_end_a_subscription() {
    let stage = Stage::sqlite().await;
    let mut receiver = Receiver::new().await;
    let mut browser = Browser::with_session(&stage.operator.account().unwrap().to_string());
    let list = "/operations/subscriptions";
    let seen = stage.house.get(&mut browser, list).await;
    assert!(seen.text.contains("还没有订阅") && seen.text.contains("casework.case.decided"));
    let bad = [("name", "对接"), ("address", "http://hooks.example.cn/"), ("kinds", "nothing.*")];
    let seen = stage.house.post(&mut browser, list, &bad).await;
    assert_eq!(seen.status, 422);
    assert!(
        seen.text.contains("没有事件叫“nothing.*”") && seen.text.contains("id=\"address-error\"")
    );
    assert!(seen.text.contains("value=\"对接\"") && seen.text.contains(">nothing.*</textarea>"));
    let form = [
        ("name", "鼓楼对接"),
        ("address", &receiver.address),
        ("kinds", "casework.case.*\r\ncasework.case.decided"),
        ("division", "350102"),
    ];
    let seen = stage.house.post(&mut browser, list, &form).await;
    assert_eq!(seen.status, 201, "{}", seen.text);
    let secret = seen.text.split("whsec_").nth(1).unwrap().split('<').next().unwrap();
    let secret = format!("whsec_{}", secret.replace("&#43;", "+").replace("&#x2f;", "/"));
    let here = stage.standing().await["subscription"].as_str().unwrap().to_owned();
    let here = format!("{list}/{here}");
    let seen = stage.house.get(&mut browser, &here).await;
    assert!(!seen.text.contains("whsec_") && seen.text.contains("鼓楼区"));
    let seen = stage.house.post(&mut browser, &here, &[("do", "test")]).await;
    assert_eq!(seen.location.as_deref(), Some(&*here));
    stage.drain().await;
    assert_eq!(receiver.taken()[0].signed_by(&secret), 1);
    let seen = stage.house.get(&mut browser, &here).await;
    assert!(seen.text.contains("platform.subscription.test") && seen.text.contains("HTTP 204"));
    assert!(
        stage.house.post(&mut browser, &here, &[("do", "rotate")]).await.text.contains("whsec_")
    );
    assert!(stage.house.get(&mut browser, &here).await.text.contains("旧密钥到"));
    assert_eq!(stage.house.post(&mut browser, &here, &[("do", "resume")]).await.status, 409);
    assert_eq!(stage.house.post(&mut browser, &here, &[("do", "pause")]).await.status, 303);
    assert!(stage.house.get(&mut browser, list).await.text.contains("已暂停"));
    assert_eq!(stage.house.post(&mut browser, &here, &[("do", "x")]).await.status, 400);
    assert_eq!(stage.house.post(&mut browser, &here, &[("do", "end")]).await.status, 303);
    assert_eq!(stage.house.get(&mut browser, &here).await.status, 404);
}
