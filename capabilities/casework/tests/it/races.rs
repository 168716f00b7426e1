//! Two at once: one wins and the other is told who was first; a repeated submit does it once.

use serde_json::{Value as Json, json};

use crate::world::{CLERK, COMPANY, OFFICER, USCC, told, world, worlds};

#[tokio::test]
async fn two_clerks_accept_the_same_case() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let case = world.food_case(&agent).await["case"].clone();
        let one = world.house.officer(CLERK, "350102");
        let two = world.house.officer(CLERK, "350100");
        let accept = json!({ "case": case, "version": 1 });
        let back = json!({ "case": case, "version": 1, "reason": "请补材料说明" });
        let (first, second) = futures_util::join!(
            world.house.act(&one, "casework.accept", accept),
            world.house.act(&two, "casework.return", back),
        );
        let outcomes = [first, second];
        let lost: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
        assert_eq!(lost.len(), 1, "one wins");
        assert_eq!(lost[0].code, "casework.conflict", "{}", told(lost[0]));
        let texts = &world.house.house.services.texts;
        let said = texts.say(minshu_kernel::text::Lang::Zh, &lost[0].message);
        assert!(said.contains("福建省福州市") && said.contains("综合窗口受理员"), "{said}");
        let view = world.asked(&agent, "casework.case", json!({ "case": case })).await;
        assert_eq!(view["version"], json!(2), "one step was taken");
    }
}

#[tokio::test]
async fn many_officers_decide_and_one_decision_stands() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let case = world.food_case(&agent).await["case"].clone();
        let clerk = world.house.officer(CLERK, "350102");
        world.done(&clerk, "casework.accept", json!({ "case": case, "version": 1 })).await;
        let officers: Vec<_> = (0..8).map(|_| world.house.officer(OFFICER, "350102")).collect();
        let decisions = officers.iter().enumerate().map(|(n, officer)| {
            let outcome = if n % 2 == 0 { "granted" } else { "denied" };
            let input = json!({
                "case": case, "version": 2, "outcome": outcome, "reasons": "写明理由若干。",
            });
            world.house.act(officer, "casework.decide", input)
        });
        let outcomes = futures_util::future::join_all(decisions).await;
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1);
        for lost in outcomes.iter().filter_map(|o| o.as_ref().err()) {
            assert_eq!(lost.code, "casework.conflict");
        }
        let view = world.asked(&agent, "casework.case", json!({ "case": case })).await;
        assert_eq!(view["version"], json!(3));
    }
}

#[tokio::test]
async fn a_repeated_submit_opens_one_case() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let draft = world.food_draft(&agent).await;
    let input = json!({ "draft": draft });
    let once = |input: Json| world.house.act_once(&agent, "casework.submit", input, Some("key-1"));
    let first = once(input.clone()).await.unwrap();
    let second = once(input.clone()).await.unwrap();
    assert_eq!(first, second);
    let mine = world.asked(&agent, "casework.my_cases", json!({})).await;
    assert_eq!(mine["cases"].as_array().unwrap().len(), 1);
    // Without the key: the draft is gone.
    assert_eq!(world.refused(&agent, "casework.submit", input).await.kind.status(), 404);
    let other = world.food_case(&agent).await;
    assert_ne!(first["number"], other["number"]);
}

#[tokio::test]
async fn a_version_from_nowhere_is_refused() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let case = world.food_case(&agent).await["case"].clone();
    let clerk = world.house.officer(CLERK, "350102");
    for version in [0, -1, 2, 99, i64::MAX] {
        let accept = json!({ "case": case, "version": version });
        let refused = world.refused(&clerk, "casework.accept", accept).await;
        assert_eq!(told(&refused), "casework.bad_step [/version casework-problem-version]");
    }
}
