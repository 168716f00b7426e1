//! Who may act for which company.

use minshu_kernel::access::Principal;
use serde_json::{Value as Json, json};

use crate::world::{DAY, phone, world, worlds};

const CLERK: &str = "gov-single-window.clerk";
const CODE: &str = "11370800MB28559184";

fn mandate(sequence: u32, change: impl Fn(&mut Json)) -> Json {
    let mut input = json!({
        "uscc": CODE, "company": "福州市鼓楼区沈记小馆餐饮有限公司", "division": "350102",
        "phone": phone(sequence), "evidence": "营业执照正本、法定代表人授权书",
    });
    change(&mut input);
    input
}

#[tokio::test]
async fn a_clerk_records_and_ends_who_may_act_for_a_company() {
    for world in worlds().await {
        let clerk = world.officer(90, CLERK, "350102").await;
        world.account(1, true, &[]).await;
        world.account(2, false, &[]).await;
        for (sequence, change, wanted) in [
            (2, (|_| {}) as fn(&mut Json), "/phone identity-account-unproved"),
            (1, |i| i["uscc"] = json!("11370800MB28559185"), "/uscc codes-uscc-check"),
            (1, |i| i["company"] = json!(""), "/company identity-text-missing"),
            (1, |i| i["division"] = json!(null), "/division identity-division-missing"),
            (1, |i| i["division"] = json!("999999"), "/division identity-division-unknown"),
            (1, |i| i["until"] = json!("2026-03-04"), "/until identity-term-past"),
            (1, |i| i["evidence"] = json!(" "), "/evidence identity-text-missing"),
        ] {
            let told =
                world.refused(&clerk, "identity.record_mandate", mandate(sequence, change)).await;
            assert_eq!(told, format!("kernel.invalid [{wanted}]"));
        }
        let token = world.token(1).await;
        assert!(world.principal(&token).await.unwrap().mandates.is_empty());
        let made = world.done(&clerk, "identity.record_mandate", mandate(1, |_| {})).await;
        let held = world.principal(&token).await.unwrap().mandates;
        assert_eq!(held[0].to_string(), made["organisation"].as_str().unwrap());
        // The company is known now: its name is compared, and may be left out.
        let told = world
            .refused(
                &clerk,
                "identity.record_mandate",
                mandate(1, |i| i["company"] = json!("别的")),
            )
            .await;
        assert_eq!(told, "kernel.invalid [/company identity-company-differs]");
        let renewed = mandate(1, |i| {
            i["company"] = json!(null);
            i["division"] = json!(null);
            i["until"] = json!("2026-03-06");
        });
        let renewed = world.done(&clerk, "identity.record_mandate", renewed).await;
        assert_eq!(renewed["organisation"], made["organisation"]);
        let who = world.principal(&token).await.unwrap();
        let mine = world.asked(&who, "identity.my_mandates", json!({})).await;
        assert_eq!(mine["mandates"].as_array().unwrap().len(), 1, "{mine}");
        assert_eq!(mine["mandates"][0]["mandate"], renewed["mandate"]);
        // 09:00 on the 5th to 24:00 on the 6th.
        world.later(DAY + 15 * 3_600_000);
        let token = world.token(1).await;
        assert!(world.principal(&token).await.unwrap().mandates.is_empty());
        let told = world
            .refused(&clerk, "identity.end_mandate", json!({ "mandate": renewed["mandate"] }))
            .await;
        assert_eq!(told, "identity.already_ended []");
        let last = world.done(&clerk, "identity.record_mandate", mandate(1, |_| {})).await;
        assert_eq!(world.principal(&token).await.unwrap().mandates.len(), 1);
        world.done(&clerk, "identity.end_mandate", json!({ "mandate": last["mandate"] })).await;
        assert!(world.principal(&token).await.unwrap().mandates.is_empty());
    }
}

#[tokio::test]
async fn a_clerk_of_another_county_records_nothing_here() {
    let world = world().await;
    let here = world.officer(90, CLERK, "350102").await;
    let there = world.officer(91, CLERK, "350203").await;
    world.account(1, true, &[]).await;
    let told = world.refused(&there, "identity.record_mandate", mandate(1, |_| {})).await;
    assert!(told.starts_with("kernel.refused"), "{told}");
    let made = world.done(&here, "identity.record_mandate", mandate(1, |_| {})).await;
    let end = json!({ "mandate": made["mandate"] });
    let told = world.refused(&there, "identity.end_mandate", end).await;
    assert!(told.starts_with("kernel.refused"), "{told}");
    let told = world.refused(&there, "identity.record_mandate", mandate(1, |_| {})).await;
    assert!(told.starts_with("kernel.refused"), "{told}");
}

#[tokio::test]
async fn the_account_as_the_command_line_shows_it() {
    let world = world().await;
    let office = world.department("鼓楼区政务服务中心", "350102").await;
    let post = world.post(&office, CLERK).await;
    world.account(1, true, &[&post]).await;
    let console = Principal::console();
    world.done(&console, "identity.record_mandate", mandate(1, |_| {})).await;
    let shown =
        world.asked(&console, "identity.account_summary", json!({ "phone": phone(1) })).await;
    assert_eq!(shown["name"], "林**");
    assert_eq!(shown["posts"][0]["roles"][0]["name"]["en"], "Clerk");
    assert_eq!(shown["mandates"][0]["uscc"], CODE);
    let resident = world.signed_in(1).await;
    let failure = world
        .house
        .ask(&resident, "identity.account_summary", json!({ "phone": phone(1) }))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "kernel.refused");
    let nowhere = world.asked(&Principal::anonymous(), "identity.counters", json!({})).await;
    assert_eq!(nowhere["counters"][0]["name"], "鼓楼区政务服务中心");
}
