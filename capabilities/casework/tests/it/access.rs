//! Who may do what: another county, another role, another person, an organisation without a mandate.

use minshu_kernel::access::Principal;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::Message;
use serde_json::{Value as Json, json};

use crate::world::{
    BOARDS, CLERK, COMPANY, FOOD, OFFICER, USCC, World, boards_form, food_form, pdf, told, world,
    worlds,
};

async fn sees(world: &World, who: &Principal, case: &Json) -> bool {
    world.house.ask(who, "casework.case", json!({ "case": case })).await.is_ok()
}

async fn listed(world: &World, who: &Principal) -> usize {
    let input = json!({ "view": "place" });
    match world.house.ask(who, "casework.work_list", input).await {
        Ok(work) => work["cases"].as_array().unwrap().len(),
        Err(failure) => {
            assert_eq!(failure.kind.status(), 403, "{}", told(&failure));
            0
        }
    }
}

#[tokio::test]
async fn another_county_neither_sees_nor_touches() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let case = world.food_case(&agent).await["case"].clone();
        let accept = json!({ "case": case, "version": 1 });
        for (role, division, may_see) in [
            (CLERK, "350102", true),
            (CLERK, "350100", true),
            (CLERK, "350000", true),
            (OFFICER, "350102", true),
            (CLERK, "350203", false),
            (CLERK, "350128", false),
            (CLERK, "350102001", false),
            ("another-pack.clerk", "350102", false),
        ] {
            let who = world.house.officer(role, division);
            assert_eq!(sees(&world, &who, &case).await, may_see, "{role} {division}");
            assert_eq!(listed(&world, &who).await, usize::from(may_see), "{role} {division}");
            if !may_see || role == OFFICER {
                let refused = world.refused(&who, "casework.accept", accept.clone()).await;
                // Who has no such permission at all is refused before any case is looked at.
                let hidden = !may_see && role == CLERK;
                let status = if hidden { 404 } else { 403 };
                assert_eq!(refused.kind.status(), status, "{role} {division}: {}", told(&refused));
            }
        }
        let stranger = world.house.resident();
        assert!(!sees(&world, &stranger, &case).await);
        assert!(!sees(&world, &Principal::anonymous(), &case).await);
        let withdraw = json!({ "case": case, "reason": "不是我的" });
        assert_eq!(
            world.refused(&stranger, "casework.withdraw", withdraw).await.kind.status(),
            404
        );
        // The company's other agent sees it, and no longer when the mandate is gone.
        let mut colleague = world.house.resident();
        colleague.mandates = agent.mandates.clone();
        assert!(sees(&world, &colleague, &case).await);
        let former = Principal { mandates: Vec::new(), ..agent.clone() };
        assert!(!sees(&world, &former, &case).await, "who loses the mandate loses the case");
        let mine = world.asked(&former, "casework.my_cases", json!({})).await;
        assert_eq!(mine["cases"], json!([]));
    }
}

#[tokio::test]
async fn materials_are_for_the_owner_and_the_handlers_alone() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let case = world.food_case(&agent).await["case"].clone();
    let view = world.asked(&agent, "casework.case", json!({ "case": case })).await;
    let file = view["materials"][0]["files"][0]["file"].clone();
    let ask = json!({ "file": file });
    let found = world.asked(&agent, "casework.material_object", ask.clone()).await;
    assert_eq!(found["kind"], json!("application/pdf"));
    let clerk = world.house.officer(CLERK, "350102");
    world.asked(&clerk, "casework.material_object", ask.clone()).await;
    for who in [world.house.officer(CLERK, "350203"), world.house.resident()] {
        let refused = world.house.ask(&who, "casework.material_object", ask.clone()).await;
        assert_eq!(refused.unwrap_err().kind.status(), 404);
    }
}

/// What a failure tells whoever asked.
fn shown(failure: Failure) -> (Kind, &'static str, Message, usize) {
    (failure.kind, failure.code, failure.message, failure.fields.len())
}

#[tokio::test]
async fn what_is_not_ones_own_answers_as_if_it_were_not_there() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let case = world.food_case(&agent).await["case"].clone();
        let draft = world.food_draft(&agent).await;
        let view = world.asked(&agent, "casework.case", json!({ "case": case })).await;
        let file = view["materials"][0]["files"][0]["file"].clone();
        let nothing = json!("01928f5e-7b1a-7c3d-8e4f-0123456789ab");
        let stranger = world.house.resident();
        for (operation, field, there, more) in [
            ("casework.withdraw", "case", &case, json!({ "reason": "试一试" })),
            ("casework.begin_correction", "case", &case, json!({})),
            ("casework.save_draft", "draft", &draft, json!({ "form": {} })),
            ("casework.submit", "draft", &draft, json!({})),
            ("casework.discard_draft", "draft", &draft, json!({})),
        ] {
            let input = |id: &Json| {
                let mut input = more.clone();
                input[field] = id.clone();
                input
            };
            let of_another = world.refused(&stranger, operation, input(there)).await;
            let of_nothing = world.refused(&stranger, operation, input(&nothing)).await;
            assert_eq!(shown(of_another), shown(of_nothing), "{operation}");
        }
        for (operation, field, there) in [
            ("casework.case", "case", &case),
            ("casework.draft", "draft", &draft),
            ("casework.material_object", "file", &file),
        ] {
            let ask = |id: &Json| json!({ field: id });
            let of_another = world.house.ask(&stranger, operation, ask(there)).await.unwrap_err();
            let of_nothing =
                world.house.ask(&stranger, operation, ask(&nothing)).await.unwrap_err();
            assert_eq!(of_another.kind.status(), 404, "{operation}");
            assert_eq!(shown(of_another), shown(of_nothing), "{operation}");
        }
        // The pages too: but for the number to quote they are the same.
        let mut browser = world.browser(&stranger);
        for (path, there) in [("/cases/", &case), ("/work/", &case), ("/drafts/", &draft)] {
            let of_another = path.to_owned() + there.as_str().unwrap();
            let of_nothing = path.to_owned() + nothing.as_str().unwrap();
            let of_another = world.house.get(&mut browser, &of_another).await;
            let of_nothing = world.house.get(&mut browser, &of_nothing).await;
            assert_eq!(
                (of_another.status, of_nothing.status),
                (404.try_into().unwrap(), 404.try_into().unwrap())
            );
            let main = |text: &str| {
                let main = text.split("<main").nth(1).unwrap().to_owned();
                main.split("error-number").next().unwrap().to_owned()
            };
            assert_eq!(main(&of_another.text), main(&of_nothing.text), "{path}");
        }
        // Who looked is on record all the same.
        world.house.settle().await;
        let console = Principal::console();
        let ask = json!({ "resource_kind": "casework.case", "resource_id": case });
        let audit = world.asked(&console, "platform.audit_entries", ask).await;
        let refused = |operation: &str| {
            audit["entries"].as_array().unwrap().iter().any(|entry| {
                entry["operation"] == operation
                    && entry["outcome"] == "refused"
                    && entry["principal"] == stranger.reference()
                    && entry["rule"].as_str().unwrap().contains("no ground")
            })
        };
        assert!(refused("casework.case"), "{audit}");
        assert!(refused("casework.withdraw"), "{audit}");
    }
}

#[tokio::test]
async fn nobody_acts_for_a_company_without_a_mandate() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let other = world.agent("厦门市思明区阿婆面馆", "91350203MA2XN4Q7XW");
    let borrowed = world.on_behalf(&agent).await;
    let begin =
        |on_behalf: &Json| json!({ "item": FOOD, "on_behalf": on_behalf, "form": food_form() });
    // Another person with a mandate elsewhere, and a stranger.
    let stranger = world.house.resident();
    for who in [&other, &stranger] {
        let refused = world.refused(who, "casework.save_draft", begin(&borrowed)).await;
        assert_eq!(
            told(&refused),
            "casework.not_entitled [/on_behalf casework-problem-no-mandate]"
        );
    }
    // In own name: this item is for organisations.
    let input = json!({ "item": FOOD, "form": {} });
    let refused = world.refused(&agent, "casework.save_draft", input).await;
    assert_eq!(refused.fields[0].message.key, "casework-problem-organisations-only");
    // The code of another company in the form: where nothing fixes it, it is held against the mandate.
    let input = json!({ "item": BOARDS, "on_behalf": borrowed, "form": boards_form() });
    let draft = world.done(&agent, "casework.save_draft", input).await["draft"].clone();
    let mut form = boards_form();
    form["applicant"]["uscc"] = json!("91350203MA2XN4Q7XW");
    let saved = world.done(&agent, "casework.save_draft", json!({ "draft": draft, "form": form }));
    let saved = saved.await;
    assert_eq!(saved["problems"][0]["pointer"], json!("/form/applicant/uscc"));
    for material in ["picture", "consent"] {
        world.attach(&agent, &draft, material).await;
    }
    // The mandate ended in the meantime.
    let submit = json!({ "draft": draft });
    let former = Principal { mandates: Vec::new(), ..agent.clone() };
    assert_eq!(world.refused(&former, "casework.submit", submit.clone()).await.kind.status(), 404);
    // A session that still believes in a mandate is held against what identity knows now.
    crate::world::end_mandate(agent.mandates[0]);
    let refused = world.refused(&agent, "casework.submit", submit).await;
    assert_eq!(told(&refused), "casework.not_entitled [/on_behalf casework-problem-no-mandate]");
}

#[tokio::test]
async fn who_is_not_proved_fills_in_and_does_not_send() {
    let world = world().await;
    let claimed = Principal { proved: false, ..world.house.resident() };
    let input = json!({ "item": BOARDS, "form": boards_form() });
    let draft = world.done(&claimed, "casework.save_draft", input).await["draft"].clone();
    for material in ["picture", "consent"] {
        world.attach(&claimed, &draft, material).await;
    }
    let refused = world.refused(&claimed, "casework.submit", json!({ "draft": draft })).await;
    assert_eq!(refused.code, "casework.not_proved");
    // Proved at a counter, the same account goes on.
    let proved = Principal { proved: true, ..claimed.clone() };
    let sent = world.done(&proved, "casework.submit", json!({ "draft": draft })).await;
    // Another account of the same person sees it once it is proved, and not before.
    let second = Principal { person: proved.person, ..world.house.resident() };
    let case = sent["case"].clone();
    assert!(sees(&world, &second, &case).await);
    assert!(!sees(&world, &Principal { proved: false, ..second }, &case).await);
}

#[tokio::test]
async fn only_ones_own_uploads_can_be_attached() {
    let world = world().await;
    let person = world.house.resident();
    let input = json!({ "item": BOARDS, "form": boards_form() });
    let draft = world.done(&person, "casework.save_draft", input).await["draft"].clone();
    let stranger = world.house.resident();
    let theirs = world.uploaded(&stranger, pdf("theirs")).await;
    let forged = format!("sha256:{}", "0".repeat(64));
    let mine = world.uploaded(&person, pdf("mine")).await;
    let attach = |object: &str, material: &str| json!({ "draft": draft, "material": material, "name": "x.pdf", "object": object });
    for object in [theirs.as_str(), forged.as_str(), "file:///etc/passwd", ""] {
        let refused = world.refused(&person, "casework.attach", attach(object, "picture")).await;
        assert_eq!(
            told(&refused),
            "casework.material [/materials/picture casework-problem-upload-gone]"
        );
    }
    let refused = world.refused(&person, "casework.attach", attach(&mine, "nothing")).await;
    assert_eq!(refused.fields[0].message.key, "casework-problem-no-material");
    let refused = world.refused(&stranger, "casework.attach", attach(&theirs, "picture")).await;
    assert_eq!(refused.kind.status(), 404, "not one's own draft");
    world.done(&person, "casework.attach", attach(&mine, "picture")).await;
    // Yesterday's upload is gone.
    let old = world.uploaded(&person, pdf("old")).await;
    world.house.clock.advance(25 * 3_600_000);
    let refused = world.refused(&person, "casework.attach", attach(&old, "consent")).await;
    assert_eq!(refused.fields[0].message.key, "casework-problem-upload-gone");
    // A text is no picture, whatever it is called.
    let text = world.uploaded(&person, "只是文字\n".as_bytes().to_vec()).await;
    let refused = world.refused(&person, "casework.attach", attach(&text, "consent")).await;
    assert_eq!(refused.fields[0].message.key, "casework-problem-file-kind");
}
