//! Joint approval: departments answer at the same time, each with its own limit and flag; the applicant gets one answer.

use minshu_kernel::access::Principal;
use serde_json::{Value as Json, json};

use crate::calendar::declared;
use crate::world::{CLERK, OFFICER, World, at, changed_packs, last_day, told, worlds_with};

pub(crate) const FIRE: &str = "gov-single-window.fire";
const URBAN: &str = "gov-single-window.urban";
pub(crate) const ITEM: &str = "items/outdoor-advertising.toml";
pub(crate) const STAGE: &str = "does  = [\"advance\", \"return\"]\nlimit = \"6 working days\"\n";

/// The examination of outdoor advertising by two departments.
pub(crate) const JOINT: &str = r#"does  = ["return"]
limit = "6 working days"

[[casework.item.stage.parallel]]
id        = "fire"
name      = { zh = "消防安全", en = "Fire safety" }
role      = "fire"
does      = ["opine", "return"]
limit     = "2 working days"
materials = ["picture", "consent"]
fields    = ["/site/address"]

[[casework.item.stage.parallel]]
id    = "urban"
name  = { zh = "市容景观", en = "Appearance of the city" }
role  = "urban"
limit = "4 working days"
"#;

struct People {
    person: Principal,
    clerk: Principal,
    lead: Principal,
    fire: Principal,
    urban: Principal,
}

async fn joint() -> Vec<(World, People)> {
    let worlds = worlds_with(&changed_packs(&[(ITEM, STAGE, JOINT)])).await;
    let people = |world: &World| People {
        person: world.house.resident(),
        clerk: world.house.officer(CLERK, "350102"),
        lead: world.house.officer(OFFICER, "350102"),
        fire: world.house.officer(FIRE, "350102"),
        urban: world.house.officer(URBAN, "350100"),
    };
    worlds.into_iter().map(|world| (people(&world), world)).map(|(p, w)| (w, p)).collect()
}

async fn accepted(world: &World, people: &People) -> Json {
    let case = world.boards_case(&people.person).await["case"].clone();
    world.done(&people.clerk, "casework.accept", json!({ "case": case, "version": 1 })).await;
    case
}

async fn view(world: &World, who: &Principal, case: &Json) -> Json {
    world.asked(who, "casework.case", json!({ "case": case })).await
}

fn branch<'v>(view: &'v Json, id: &str) -> &'v Json {
    let branches = view["branches"].as_array().unwrap();
    branches.iter().find(|branch| branch["branch"] == json!(id)).unwrap()
}

fn opine(case: &Json, branch: &str, answer: &str, reasons: &str) -> Json {
    json!({ "case": case, "branch": branch, "answer": answer, "reasons": reasons })
}

#[tokio::test]
async fn departments_work_side_by_side_and_the_applicant_is_told_once() {
    for (world, people) in joint().await {
        let case = accepted(&world, &people).await;
        // Thursday 5 March: two working days are Friday and Monday, four end on Wednesday.
        let seen = view(&world, &people.person, &case).await;
        assert_eq!(last_day(&branch(&seen, "fire")["due_ms"]), "2026-03-09");
        assert_eq!(last_day(&branch(&seen, "urban")["due_ms"]), "2026-03-11");
        let work = world.asked(&people.fire, "casework.work_list", json!({})).await;
        assert_eq!(work["cases"][0]["branch"], json!("fire"));
        assert_eq!(work["cases"][0]["stage_name"]["zh"], json!("消防安全"));
        assert_eq!(work["counts"]["mine"], json!(1));
        refusals(&world, &people, &case).await;
        flags(&world, &people, &case).await;
        // The one department asks; the applicant hears of it when the other has answered.
        let mut ask = opine(&case, "fire", "ask", "");
        ask["materials"] = json!([{ "id": "picture", "reason": "看不出疏散出口" }]);
        world.done(&people.fire, "casework.opine", ask).await;
        let seen = view(&world, &people.person, &case).await;
        assert_eq!((&seen["state"], &seen["returned"]), (&json!("accepted"), &Json::Null));
        assert_eq!(branch(&seen, "fire")["state"], json!("asked"));
        let last = seen["steps"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["verb"], &last["returned"]),
            (&json!("opine"), &Json::Null),
            "what, later"
        );
        let agreed = opine(&case, "urban", "agree", "");
        let returned = world.done(&people.urban, "casework.opine", agreed).await;
        assert_eq!((&returned["state"], &returned["due_ms"]), (&json!("returned"), &Json::Null));
        let seen = view(&world, &people.person, &case).await;
        assert_eq!(seen["returned"]["materials"][0]["reason"], json!("看不出疏散出口"));
        let work = world.asked(&people.fire, "casework.work_list", json!({})).await;
        assert_eq!(work["counts"]["mine"], json!(0), "it is with the applicant");
        corrected(&world, &people, &case).await;
    }
}

async fn refusals(world: &World, people: &People, case: &Json) {
    let other = opine(case, "fire", "agree", "");
    let refused = world.refused(&people.urban, "casework.opine", other.clone()).await;
    assert_eq!(refused.kind.status(), 403, "another department's part");
    let elsewhere = world.house.officer(FIRE, "350203");
    assert_eq!(world.refused(&elsewhere, "casework.opine", other).await.kind.status(), 404);
    let asks = opine(case, "urban", "ask", "请补材料说明");
    assert_eq!(world.refused(&people.urban, "casework.opine", asks).await.code, "casework.not_now");
    let bare = world.refused(&people.urban, "casework.opine", opine(case, "urban", "disagree", ""));
    assert_eq!(told(&bare.await), "casework.bad_step [/reasons casework-problem-reason-short]");
    let nowhere = opine(case, "harbour", "agree", "");
    assert_eq!(world.refused(&people.fire, "casework.opine", nowhere).await.kind.status(), 403);
    // Nobody hands it on past the departments.
    let advance = json!({ "case": case, "version": 2 });
    assert_eq!(
        world.refused(&people.lead, "casework.advance", advance).await.code,
        "casework.not_now"
    );
}

/// One department's part is flagged by itself.
async fn flags(world: &World, people: &People, case: &Json) {
    world.house.clock.set(at("2026-03-06T00:00"));
    world.house.settle().await;
    let seen = view(world, &people.lead, case).await;
    assert_eq!(branch(&seen, "fire")["flag"], json!("yellow"));
    assert_eq!((&branch(&seen, "urban")["flag"], &seen["flag"]), (&json!("none"), &json!("none")));
    world.house.clock.set(at("2026-03-10T00:00"));
    world.house.settle().await;
    let seen = view(world, &people.person, case).await;
    assert_eq!(branch(&seen, "fire")["flag"], json!("red"));
    assert_eq!(branch(&seen, "urban")["flag"], json!("yellow"));
    assert_eq!(seen["flag"], json!("none"), "the stage itself has time");
    let flagged = seen["steps"].as_array().unwrap().iter().filter(|s| s["verb"] == json!("flag"));
    assert_eq!(flagged.count(), 3, "each flag of each department is told by itself");
    let red = world.asked(&people.fire, "casework.work_list", json!({ "flag": "red" })).await;
    assert_eq!((&red["cases"][0]["case"], &red["counts"]["red"]), (case, &json!(1)));
    let late = world.asked(&people.lead, "casework.work_list", json!({ "view": "flagged" })).await;
    assert_eq!(late["counts"]["flagged"], json!(2), "two departments' parts");
    assert_eq!(late["cases"][0]["branch"], json!("fire"), "the first due first");
}

/// The department that asked looks again, the other's answer stands; one disagrees, and whoever decides sees both.
async fn corrected(world: &World, people: &People, case: &Json) {
    world.house.clock.set(at("2026-03-12T09:00"));
    let begin = json!({ "case": case });
    let draft =
        world.done(&people.person, "casework.begin_correction", begin).await["draft"].clone();
    world.attach(&people.person, &draft, "picture").await;
    world.done(&people.person, "casework.submit", json!({ "draft": draft })).await;
    let seen = view(world, &people.fire, case).await;
    let fire = branch(&seen, "fire");
    assert_eq!((&fire["state"], &fire["flag"]), (&json!("open"), &json!("none")));
    assert_eq!(last_day(&fire["due_ms"]), "2026-03-16", "its own two days anew");
    assert_eq!(branch(&seen, "urban")["state"], json!("agreed"));
    let twice = opine(case, "urban", "disagree", "改主意了，不同意。");
    assert_eq!(
        world.refused(&people.urban, "casework.opine", twice).await.code,
        "casework.branch_answered"
    );
    let mut again = opine(case, "fire", "ask", "还差一张图，请补。");
    let refused = world.refused(&people.fire, "casework.opine", again.clone()).await;
    assert_eq!(told(&refused), "casework.bad_step [/again_reason casework-problem-reason-short]");
    again["answer"] = json!("disagree");
    let joined = world.done(&people.fire, "casework.opine", again).await;
    assert_eq!((&joined["state"], &joined["role"]), (&json!("accepted"), &json!(OFFICER)));
    let seen = view(world, &people.lead, case).await;
    assert_eq!(branch(&seen, "fire")["state"], json!("disagreed"));
    assert_eq!(branch(&seen, "fire")["reason"], json!("还差一张图，请补。"));
    assert_eq!(seen["stages"][2]["progress"], json!("now"), "all have answered");
    let last = seen["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["verb"], &last["joined"]), (&json!("advance"), &json!(true)));
    let decide = json!({
        "case": case, "version": seen["version"], "outcome": "denied",
        "reasons": "消防意见不同意，理由成立。",
    });
    let denied = world.done(&people.lead, "casework.decide", decide).await;
    assert_eq!(denied["state"], json!("denied"));
}

#[tokio::test]
async fn departments_answer_at_the_same_moment_and_a_withdrawal_stops_them() {
    for (world, people) in joint().await {
        let case = accepted(&world, &people).await;
        let (one, two) = futures_util::join!(
            world.house.act(&people.fire, "casework.opine", opine(&case, "fire", "agree", "")),
            world.house.act(&people.urban, "casework.opine", opine(&case, "urban", "agree", "")),
        );
        assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
        let seen = view(&world, &people.person, &case).await;
        assert_eq!(seen["stages"][2]["progress"], json!("now"), "the later answer handed it on");
        assert_eq!(seen["version"], json!(5), "accepted, two answers, handed on");
        // The lead may return at once, with what was asked so far; a withdrawal ends it for everybody.
        let other = accepted(&world, &people).await;
        let asks = opine(&other, "fire", "ask", "疏散出口不清楚。");
        world.done(&people.fire, "casework.opine", asks).await;
        let back = json!({ "case": other, "version": 2, "reason": "请一并补正。" });
        world.done(&people.lead, "casework.return", back).await;
        let seen = view(&world, &people.person, &other).await;
        assert_eq!(seen["returned"]["reason"], json!("消防安全：疏散出口不清楚。\n请一并补正。"));
        let withdraw = json!({ "case": other, "reason": "不办了" });
        world.done(&people.person, "casework.withdraw", withdraw).await;
        let work = world.asked(&people.urban, "casework.work_list", json!({})).await;
        assert_eq!(work["counts"]["mine"], json!(0));
        let seen = view(&world, &people.person, &other).await;
        assert_eq!(branch(&seen, "urban")["state"], json!("stopped"));
        world.house.clock.set(at("2026-06-01T00:00"));
        world.house.settle().await;
        let seen = view(&world, &people.person, &other).await;
        assert_eq!(
            branch(&seen, "urban")["flag"],
            json!("none"),
            "nothing is flagged after the end"
        );
    }
}

#[tokio::test]
async fn an_edited_calendar_moves_the_limits_of_departments_and_takes_no_step_for_nothing() {
    for (world, people) in joint().await {
        let case = accepted(&world, &people).await;
        let before = view(&world, &people.lead, &case).await;
        // Behind every limit of the case.
        declared(&world, "2026-06-01", false).await;
        let same = view(&world, &people.lead, &case).await;
        assert_eq!(same["version"], before["version"], "nothing moved, and no step says so");
        world.house.clock.set(at("2026-03-05T10:00"));
        // Friday, the first of the two days of fire safety.
        declared(&world, "2026-03-06", false).await;
        let after = view(&world, &people.lead, &case).await;
        assert_eq!(last_day(&branch(&after, "fire")["due_ms"]), "2026-03-10");
        assert_eq!(last_day(&branch(&after, "urban")["due_ms"]), "2026-03-12");
        assert_eq!(last_day(&after["promised_due_ms"]), "2026-03-20");
        // Its alarm went with it: yellow from the working day before the last one.
        world.house.clock.set(at("2026-03-09T00:00"));
        world.house.settle().await;
        let after = view(&world, &people.lead, &case).await;
        assert_eq!(branch(&after, "fire")["flag"], json!("yellow"));
    }
}
