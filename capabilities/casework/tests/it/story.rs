//! The whole story: applied for, returned, corrected, accepted, decided; each on every database.

use serde_json::{Value as Json, json};

use crate::world::{
    BOARDS, CLERK, COMPANY, OFFICER, USCC, World, at, boards_form, last_day, worlds,
};

fn verbs(case: &Json) -> Vec<&str> {
    case["steps"].as_array().unwrap().iter().map(|s| s["verb"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_licence_from_application_to_decision() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let clerk = world.house.officer(CLERK, "350102");
        let officer = world.house.officer(OFFICER, "350102");
        let sent = world.food_case(&agent).await;
        let case = sent["case"].clone();
        let number = sent["number"].as_str().unwrap().to_owned();
        assert!(number.starts_with("SPJY-350102-2026-00000"), "{number}");
        assert!(minshu_casework::number::is_well_formed(&number));
        // Thursday 5 March: three working days to accept are Friday, Monday, Tuesday.
        assert_eq!(last_day(&sent["due_ms"]), "2026-03-10");
        // If accepted on the last of them, seven more: up to 19 March.
        assert_eq!(last_day(&sent["promised_due_ms"]), "2026-03-19");

        let work = world.asked(&clerk, "casework.work_list", json!({})).await;
        assert_eq!(work["cases"][0]["number"], json!(number));
        assert_eq!(work["counts"]["mine"], json!(1));
        let none = world.asked(&officer, "casework.work_list", json!({})).await;
        assert_eq!(none["cases"].as_array().unwrap().len(), 0);
        assert_eq!(none["counts"]["place"], json!(1));

        let returned = json!({
            "case": case, "version": 1, "reason": "",
            "materials": [{ "id": "plan", "reason": "没有标出清洗消毒的位置" }],
            "fields": [{ "pointer": "/premises/address", "reason": "请写明店面号" }],
        });
        let returned = world.done(&clerk, "casework.return", returned).await;
        assert_eq!(returned["state"], json!("returned"));
        assert_eq!(returned["due_ms"], Json::Null);
        corrected(&world, &agent, &case).await;

        world.house.clock.set(at("2026-03-06T10:00"));
        let view = world.asked(&clerk, "casework.case", json!({ "case": case })).await;
        let accept = json!({ "case": case, "version": view["version"] });
        let accepted = world.done(&clerk, "casework.accept", accept).await;
        // Seven working days after Friday 6 March: up to 17 March.
        assert_eq!(last_day(&accepted["promised_due_ms"]), "2026-03-17");
        assert_eq!(accepted["role"], json!(OFFICER));

        let short = json!({
            "case": case, "version": accepted["version"], "outcome": "granted", "reasons": "好",
        });
        let refused = world.refused(&officer, "casework.decide", short).await;
        assert_eq!(refused.code, "casework.bad_step");
        let decide = json!({
            "case": case, "version": accepted["version"], "outcome": "granted",
            "reasons": "材料齐全，现场符合条件。",
        });
        let decided = world.done(&officer, "casework.decide", decide).await;
        assert_eq!(decided["state"], json!("granted"));
        let view = world.asked(&agent, "casework.case", json!({ "case": case })).await;
        assert_eq!(verbs(&view), ["submit", "return", "resubmit", "accept", "grant"]);
        assert_eq!(view["version"], json!(5), "the history is as long as the version");
        assert_eq!(view["may"], json!([]));
        let mine = world.asked(&agent, "casework.my_cases", json!({ "open": false })).await;
        assert_eq!(mine["cases"][0]["state"], json!("granted"));
        measures(&world).await;
    }
}

/// The applicant corrects: the returned material must be replaced, the rest stays.
async fn corrected(world: &World, agent: &minshu_kernel::access::Principal, case: &Json) {
    let view = world.asked(agent, "casework.case", json!({ "case": case })).await;
    assert_eq!(view["may"], json!(["resubmit", "withdraw"]));
    assert_eq!(view["returned"]["materials"][0]["name"]["zh"], json!("营业场所平面图"));
    assert_eq!(view["returned"]["fields"][0]["name"]["zh"], json!("详细地址"));
    let begin = json!({ "case": case });
    let draft =
        world.done(agent, "casework.begin_correction", begin.clone()).await["draft"].clone();
    let again = world.done(agent, "casework.begin_correction", begin).await;
    assert_eq!(again["draft"], draft, "there is one correction");
    let submit = json!({ "draft": draft });
    let refused = world.refused(agent, "casework.submit", submit.clone()).await;
    assert_eq!(refused.fields[0].pointer, "/materials/plan");
    assert_eq!(refused.fields[0].message.key, "casework-problem-material-again");

    let mut form =
        world.asked(agent, "casework.draft", json!({ "draft": draft })).await["form"].clone();
    // Another county handles its own cases.
    form["premises"]["division"] = json!("350203001001");
    let save = json!({ "draft": draft, "form": form });
    world.done(agent, "casework.save_draft", save).await;
    world.attach(agent, &draft, "plan").await;
    let refused = world.refused(agent, "casework.submit", submit.clone()).await;
    assert_eq!(refused.fields[0].message.key, "casework-problem-other-office");
    form["premises"]["division"] = json!("350102001002");
    form["premises"]["address"] = json!("东街 83 号 1 层 06 店面");
    world.done(agent, "casework.save_draft", json!({ "draft": draft, "form": form })).await;
    let again = world.done(agent, "casework.submit", submit).await;
    assert_eq!(again["state"], json!("submitted"));
    let view = world.asked(agent, "casework.case", json!({ "case": case })).await;
    assert_eq!(view["form"]["premises"]["address"], json!("东街 83 号 1 层 06 店面"));
    let plan = &view["materials"][0];
    assert_eq!(plan["files"].as_array().unwrap().len(), 1, "the replaced one is not shown");
    assert_eq!(plan["files"][0]["state"], json!("given"));
}

async fn measures(world: &World) {
    use minshu_kernel::capability::{Capability as _, Contract, MeasureAsk};
    let mut contract = Contract::default();
    minshu_casework::Casework.describe(&mut contract);
    let ask = |division: Option<&str>| MeasureAsk {
        from: at("2026-03-01T00:00"),
        until: at("2026-04-01T00:00"),
        division: division.map(|d| d.parse().unwrap()),
        pack: Some("gov-single-window".to_owned()),
    };
    let call = minshu_kernel::ctx::Call {
        who: std::sync::Arc::new(minshu_kernel::access::Principal::console()),
        operation: String::new(),
        input: Json::Null,
        key: None,
        cause: None,
        request: minshu_kernel::ids::RequestId::fresh(&*world.house.house.services.ids),
        lang: minshu_kernel::text::Lang::Zh,
        peer: None,
    };
    for (place, submitted, share) in
        [(None, 1.0, Some(100.0)), (Some("350102"), 1.0, Some(100.0)), (Some("350203"), 0.0, None)]
    {
        for (measure, expected) in contract.measures.iter().zip([Some(submitted), share]) {
            let services = world.house.house.services.clone();
            let ctx = minshu_kernel::ctx::Ctx::new(services, &call, "test");
            let found = (measure.read)(std::sync::Arc::new(ctx), ask(place)).await.unwrap();
            assert_eq!(found.value, expected, "{} in {place:?}", measure.name);
        }
    }
}

#[tokio::test]
async fn an_item_with_a_middle_stage_and_a_return_after_acceptance() {
    for world in worlds().await {
        let person = world.house.resident();
        let clerk = world.house.officer(CLERK, "350100");
        let officer = world.house.officer(OFFICER, "350102");
        let sent = world.boards_case(&person).await;
        let case = sent["case"].clone();
        let accept = json!({ "case": case, "version": 1 });
        let accepted = world.done(&clerk, "casework.accept", accept).await;
        assert_eq!(last_day(&accepted["promised_due_ms"]), "2026-03-19");
        assert_eq!(last_day(&accepted["due_ms"]), "2026-03-13");
        let back = json!({ "case": case, "version": 2, "reason": "效果图请补夜间的" });
        world.done(&officer, "casework.return", back).await;
        // The clock stands from Thursday to Monday: Friday and Monday do not count.
        world.house.clock.set(at("2026-03-09T16:00"));
        let begin = json!({ "case": case });
        let draft = world.done(&person, "casework.begin_correction", begin).await["draft"].clone();
        let again = world.done(&person, "casework.submit", json!({ "draft": draft })).await;
        assert_eq!(again["state"], json!("accepted"), "back to the stage that asked");
        assert_eq!(last_day(&again["promised_due_ms"]), "2026-03-23");
        let second = json!({ "case": case, "version": 4, "reason": "还缺一张效果图" });
        let refused = world.refused(&officer, "casework.return", second.clone()).await;
        assert_eq!(refused.fields[0].pointer, "/again_reason");
        let mut second = second;
        second["again_reason"] = json!("上次漏看了第二块");
        world.done(&officer, "casework.return", second).await;
        let withdraw = json!({ "case": case, "reason": "不办了" });
        let withdrawn = world.done(&person, "casework.withdraw", withdraw).await;
        assert_eq!(withdrawn["state"], json!("withdrawn"));
        let late = json!({ "case": case, "version": 6, "note": "继续" });
        let refused = world.refused(&officer, "casework.advance", late).await;
        assert_eq!(refused.code, "casework.not_now");
    }
}

#[tokio::test]
async fn three_stages_to_a_denial_and_a_refusal_at_the_counter() {
    let world = crate::world::world().await;
    let person = world.house.resident();
    let clerk = world.house.officer(CLERK, "350102");
    let officer = world.house.officer(OFFICER, "350102");
    let case = world.boards_case(&person).await["case"].clone();
    world
        .done(&clerk, "casework.accept", json!({ "case": case, "version": 1, "note": "收到" }))
        .await;
    let early =
        json!({ "case": case, "version": 2, "outcome": "denied", "reasons": "不符合规划。" });
    let refused = world.refused(&officer, "casework.decide", early).await;
    assert_eq!(refused.code, "casework.not_now", "the examination comes first");
    world.done(&officer, "casework.advance", json!({ "case": case, "version": 2 })).await;
    let deny =
        json!({ "case": case, "version": 3, "outcome": "denied", "reasons": "不符合规划。" });
    let denied = world.done(&officer, "casework.decide", deny).await;
    assert_eq!(denied["state"], json!("denied"));
    let other = world.boards_case(&person).await["case"].clone();
    let refuse = json!({ "case": other, "version": 1, "reasons": "不属于大型户外广告。" });
    let refused = world.done(&clerk, "casework.refuse", refuse).await;
    assert_eq!(refused["state"], json!("not_accepted"));
    world.house.settle().await;
}

#[tokio::test]
async fn a_system_opens_a_case_and_nobody_else_may() {
    let world = crate::world::world().await;
    let console = minshu_kernel::access::Principal::console();
    let input = json!({ "item": BOARDS, "form": boards_form(), "applicant_name": "巡查发现" });
    let opened = world.done(&console, "casework.open", input.clone()).await;
    assert_eq!(opened["state"], json!("submitted"));
    let clerk = world.house.officer(CLERK, "350102");
    let refused = world.refused(&clerk, "casework.open", input).await;
    assert_eq!(refused.kind.status(), 403);
    let mut wrong = boards_form();
    wrong["site"]["division"] = json!("350000");
    let input = json!({ "item": BOARDS, "form": wrong, "applicant_name": "巡查发现" });
    let refused = world.refused(&console, "casework.open", input).await;
    assert_eq!(refused.fields[0].pointer, "/form/site/division");
}
