//! Lookups: forms are filled in with what is known, what is fixed stays so, conditions hold before steps, and each
//! answer is in the audit.

use minshu_kernel::access::Principal;
use minshu_kernel::values;
use serde_json::{Value as Json, json};

use crate::world::{
    CLERK, COMPANY, FOOD, PHONE, USCC, World, food_form, packs_with, rename, told, world,
    world_with, worlds,
};

async fn begun(world: &World, agent: &Principal) -> Json {
    let on_behalf = world.on_behalf(agent).await;
    let input = json!({ "item": FOOD, "on_behalf": on_behalf, "form": {} });
    world.done(agent, "casework.save_draft", input).await["draft"].clone()
}

async fn view(world: &World, agent: &Principal, draft: &Json) -> Json {
    world.asked(agent, "casework.draft", json!({ "draft": draft })).await
}

fn sources(view: &Json) -> Vec<(&str, bool)> {
    let fields = view["prefilled"].as_array().unwrap();
    fields.iter().map(|f| (f["field"].as_str().unwrap(), f["fixed"] == json!(true))).collect()
}

/// What the audit holds of a query: outcome and rule, in order.
async fn audited(world: &World, query: &str) -> Vec<(String, String)> {
    let sql = "SELECT outcome, rule FROM platform_audit WHERE operation = $1 ORDER BY id";
    let records = &world.house.house.services.records;
    let rows = records.point(sql.into(), values![query]).await.unwrap();
    rows.iter().map(|row| (row.get("outcome").unwrap(), row.get("rule").unwrap())).collect()
}

#[tokio::test]
async fn a_form_opens_with_what_is_known() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let draft = begun(&world, &agent).await;
        let opened = view(&world, &agent, &draft).await;
        let company = json!({ "name": COMPANY, "uscc": USCC, "contact": "沈志明", "phone": PHONE });
        assert_eq!(opened["form"]["company"], company, "nothing is asked twice");
        assert_eq!(
            sources(&opened),
            [
                ("/company/name", true),
                ("/company/uscc", true),
                ("/company/contact", false),
                ("/company/phone", false)
            ]
        );
        let looked = audited(&world, "identity.applicant").await;
        let purpose = "casework.save_draft: 带出所代表企业的名称、代码和申请人的联系方式";
        assert_eq!(looked, [("done".to_owned(), purpose.to_owned())]);
        // What is personal rests sealed although nobody typed it.
        let sql = "SELECT form_clear, prefilled FROM casework_draft";
        let row = world.house.house.services.records.point(sql.into(), values![]).await.unwrap();
        let clear: String = row[0].get("form_clear").unwrap();
        let prefilled: String = row[0].get("prefilled").unwrap();
        for rests in [clear, prefilled] {
            assert!(!rests.contains(PHONE) && !rests.contains("沈志明"), "{rests}");
        }
    }
}

#[tokio::test]
async fn what_is_fixed_stays_and_what_was_changed_is_ones_own() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let draft = begun(&world, &agent).await;
    let mut form = food_form();
    form["company"]["name"] = json!("另一家公司");
    form["company"]["phone"] = json!("0591-87654321");
    form["company"].as_object_mut().unwrap().remove("uscc");
    let saved =
        world.done(&agent, "casework.save_draft", json!({ "draft": draft, "form": form })).await;
    let problems = saved["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0]["pointer"], json!("/form/company/name"));
    assert!(problems[0]["text"].as_str().unwrap().contains("来自代办登记，不能改"), "{problems:?}");
    let kept = view(&world, &agent, &draft).await;
    assert_eq!(kept["form"]["company"]["name"], json!(COMPANY));
    assert_eq!(kept["form"]["company"]["uscc"], json!(USCC), "a page does not send it");
    assert_eq!(kept["form"]["company"]["phone"], json!("0591-87654321"));
    assert!(!sources(&kept).contains(&("/company/phone", false)), "typed by now");
    assert_eq!(sources(&kept).len(), 3);
}

#[tokio::test]
async fn a_source_that_changed_is_shown_before_anything_is_sent() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let draft = world.food_draft(&agent).await;
        rename(agent.mandates[0], "福州市鼓楼区沈家餐饮有限公司");
        let submit = json!({ "draft": draft });
        let refused = world.refused(&agent, "casework.submit", submit.clone()).await;
        assert_eq!(
            told(&refused),
            "casework.source_changed [/form/company/name casework-problem-source-changed]"
        );
        let shown = view(&world, &agent, &draft).await;
        assert_eq!(shown["form"]["company"]["name"], json!("福州市鼓楼区沈家餐饮有限公司"));
        let case = world.done(&agent, "casework.submit", submit).await["case"].clone();
        let case = world.asked(&agent, "casework.case", json!({ "case": case })).await;
        assert_eq!(case["form"]["company"]["name"], json!("福州市鼓楼区沈家餐饮有限公司"));
    }
}

#[tokio::test]
async fn a_condition_that_does_not_hold_says_why_and_what_to_do() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let draft = world.food_draft(&agent).await;
    let mut form = food_form();
    form["people"][0]["role"] = json!("cook");
    world.done(&agent, "casework.save_draft", json!({ "draft": draft, "form": form })).await;
    let refused = world.refused(&agent, "casework.submit", json!({ "draft": draft })).await;
    assert_eq!(told(&refused), "casework.required [/form/people casework-required]");
    let fixed = json!({ "draft": draft, "form": food_form() });
    world.done(&agent, "casework.save_draft", fixed).await;
    world.sent(&agent, &draft).await;
}

const OFFICER_IS_KNOWN: &str = r#"
[[casework.item.lookup]]
name    = "me"
ask     = "identity.applicant"
with    = { organisation = { cel = "form.company.contact == '无' ? applicant.organisation : null" } }
purpose = { zh = "核对受理人员", en = "To see who accepts" }

[[casework.item.require]]
before  = ["accept"]
that    = "lookup.me.name != form.company.contact && !has(lookup.me.organisation)"
refusal = { zh = "您是这件申请的联系人，不能自己受理。请转给同事。", en = "You are the contact of this application; a colleague must accept it." }
"#;

#[tokio::test]
async fn before_a_step_of_an_office_it_runs_as_the_officer() {
    let world = world_with(packs_with(OFFICER_IS_KNOWN)).await;
    let agent = world.agent(COMPANY, USCC);
    let sent = world.food_case(&agent).await;
    let accept = json!({ "case": sent["case"], "version": sent["version"] });
    let clerk = world.house.officer(CLERK, "350102");
    let own = Principal { name: "沈志明".to_owned(), ..clerk.clone() };
    let refused = world.refused(&own, "casework.accept", accept.clone()).await;
    assert_eq!(told(&refused), "casework.required []");
    // Who may not act at all is refused before anything is looked up.
    let before = audited(&world, "identity.applicant").await.len();
    let elsewhere = world.house.officer(CLERK, "350203");
    world.refused(&elsewhere, "casework.accept", accept.clone()).await;
    assert_eq!(audited(&world, "identity.applicant").await.len(), before);
    world.done(&clerk, "casework.accept", accept).await;
    let looked = audited(&world, "identity.applicant").await;
    assert_eq!(looked.last().unwrap().1, "casework.accept: 核对受理人员");
}

fn standing(on_failure: &str) -> String {
    let that = match on_failure {
        "defer" => "!has(lookup.standing) || lookup.standing.good",
        _ => "lookup.standing.good",
    };
    format!(
        r#"
[[casework.item.lookup]]
name       = "standing"
ask        = "identity.register"
purpose    = {{ zh = "企业的信用状况", en = "The company's standing" }}
on_failure = "{on_failure}"

[[casework.item.require]]
before  = ["submit"]
that    = "{that}"
refusal = {{ zh = "企业在失信名单上，移出以后才能申请。", en = "The company is on the list; apply once it is off." }}
"#
    )
}

#[tokio::test]
async fn a_lookup_without_an_answer_refuses_or_is_gone_without() {
    let world = world_with(packs_with(&standing("refuse"))).await;
    let agent = world.agent(COMPANY, USCC);
    let draft = world.food_draft(&agent).await;
    let refused = world.refused(&agent, "casework.submit", json!({ "draft": draft })).await;
    assert_eq!((refused.code, refused.kind.status()), ("casework.lookup_later", 503));
    let looked = audited(&world, "identity.register").await;
    let rule = "casework.submit: 企业的信用状况 (kernel.unavailable)";
    assert_eq!(looked, [("refused".to_owned(), rule.to_owned())], "asked for, and not answered");
    let world = world_with(packs_with(&standing("defer"))).await;
    let agent = world.agent(COMPANY, USCC);
    world.food_case(&agent).await;
    assert_eq!(audited(&world, "identity.register").await.len(), 1);
}

#[tokio::test]
async fn a_correction_opens_with_what_is_known_now() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let sent = world.food_case(&agent).await;
    let clerk = world.house.officer(CLERK, "350102");
    let back = json!({
        "case": sent["case"], "version": sent["version"],
        "materials": [{ "id": "plan", "reason": "没有标出清洗消毒区" }], "fields": [],
    });
    world.done(&clerk, "casework.return", back).await;
    rename(agent.mandates[0], "福州市鼓楼区沈家餐饮有限公司");
    let input = json!({ "case": sent["case"] });
    let draft = world.done(&agent, "casework.begin_correction", input).await["draft"].clone();
    let opened = view(&world, &agent, &draft).await;
    assert_eq!(opened["form"]["company"]["name"], json!("福州市鼓楼区沈家餐饮有限公司"));
    assert_eq!(sources(&opened), [("/company/name", true), ("/company/uscc", true)]);
}
