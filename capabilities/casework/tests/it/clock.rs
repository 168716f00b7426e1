//! The running clock: it stands for what the item declares, is extended once, is explained day by day, and what stays
//! overdue goes to those who supervise.

use minshu_kernel::access::Principal;
use serde_json::{Value as Json, json};

use crate::world::{CLERK, OFFICER, World, at, changed_packs, last_day, told, worlds_with};

pub(crate) const SUPERVISOR: &str = "gov-single-window.supervisor";
pub(crate) const ITEM: &str = "items/outdoor-advertising.toml";
pub(crate) const BEFORE: &str = "[[casework.item.material]]\nid        = \"picture\"";

/// What the item of outdoor advertising says of its clock.
pub(crate) const CLOCK: &str = r#"[casework.item.extension]
limit    = "10 working days"
approver = "supervisor"
basis    = { zh = "《行政许可法》第四十二条", en = "Administrative Licensing Law, article 42" }

[casework.item.escalation]
after = "1 working day"

[[casework.item.special]]
kind  = "expert_review"
limit = "10 working days"
basis = { zh = "《行政许可法》第四十五条", en = "Administrative Licensing Law, article 45" }

[[casework.item.special]]
kind   = "inspection"
limit  = "2 working days"
basis  = { zh = "《行政许可法》第四十五条", en = "Administrative Licensing Law, article 45" }
at_end = "resume"

"#;

async fn clocked() -> Vec<World> {
    let with = format!("{CLOCK}{BEFORE}");
    worlds_with(&changed_packs(&[(ITEM, BEFORE, &with)])).await
}

async fn view(world: &World, who: &Principal, case: &Json) -> Json {
    world.asked(who, "casework.case", json!({ "case": case })).await
}

fn verbs(view: &Json) -> Vec<&str> {
    view["steps"].as_array().unwrap().iter().map(|step| step["verb"].as_str().unwrap()).collect()
}

/// Each stretch as `from/to days counted reason`.
fn stretches(view: &Json) -> Vec<String> {
    let stretches = view["clock"]["stretches"].as_array().unwrap();
    let text = |stretch: &Json, key: &str| stretch[key].as_str().unwrap()[5..].to_owned();
    stretches
        .iter()
        .map(|stretch| {
            let mark = if stretch["counted"] == json!(true) { "+" } else { "-" };
            let (from, to) = (text(stretch, "from"), text(stretch, "to"));
            let why = stretch["reason"]["zh"].as_str().unwrap();
            format!("{mark}{} {from}..{to} {why}", stretch["days"])
        })
        .collect()
}

#[tokio::test]
async fn the_clock_stands_runs_again_is_extended_once_and_escalates() {
    for world in clocked().await {
        let person = world.house.resident();
        let clerk = world.house.officer(CLERK, "350102");
        let officer = world.house.officer(OFFICER, "350102");
        let supervisor = world.house.officer(SUPERVISOR, "350100");
        // Thursday 5 March.
        let case = world.boards_case(&person).await["case"].clone();
        world.done(&clerk, "casework.accept", json!({ "case": case, "version": 1 })).await;
        stands(&world, &case, &officer, &person).await;
        extended(&world, &case, (&officer, &supervisor), &person).await;
        // Overdue at the end of 7 April; one working day later it goes on to those who supervise.
        world.house.clock.set(at("2026-04-08T00:00"));
        world.house.settle().await;
        assert_eq!(view(&world, &officer, &case).await["flag"], json!("red"));
        assert!(!verbs(&view(&world, &officer, &case).await).contains(&"escalate"));
        world.house.clock.set(at("2026-04-09T00:00"));
        world.house.settle().await;
        world.house.clock.set(at("2026-04-10T00:00"));
        world.house.settle().await;
        let seen = view(&world, &officer, &case).await;
        assert_eq!(verbs(&seen).iter().filter(|verb| **verb == "escalate").count(), 1, "once");
        let late = world.asked(&supervisor, "casework.work_list", json!({ "view": "flagged" }));
        let late = late.await;
        assert_eq!((&late["cases"][0]["case"], &late["counts"]["flagged"]), (&case, &json!(1)));
        // A supervisor may urge as often as it takes; whoever is nobody here sees no case.
        for _ in 0..2 {
            world
                .done(&supervisor, "casework.urge", json!({ "case": case, "note": "请今天办" }))
                .await;
        }
        let seen = view(&world, &person, &case).await;
        let last = seen["steps"].as_array().unwrap().last().unwrap();
        assert_eq!(last["office"]["role"], json!(SUPERVISOR), "and not the applicant");
        let elsewhere = world.house.officer(SUPERVISOR, "350203");
        let refused = world.refused(&elsewhere, "casework.urge", json!({ "case": case })).await;
        assert_eq!(refused.kind.status(), 404);
    }
}

/// The clock of this test stands: nothing comes due by waiting a little.
#[tokio::test]
async fn a_house_that_was_away_flags_and_escalates_at_once() {
    for world in clocked().await {
        let clerk = world.house.officer(CLERK, "350102");
        let officer = world.house.officer(OFFICER, "350102");
        let case = world.boards_case(&world.house.resident()).await["case"].clone();
        world.done(&clerk, "casework.accept", json!({ "case": case, "version": 1 })).await;
        world.house.clock.set(at("2026-06-10T10:00"));
        world.house.settle().await;
        let seen = view(&world, &officer, &case).await;
        assert_eq!(seen["flag"], json!("red"));
        assert_eq!(verbs(&seen).iter().filter(|verb| **verb == "escalate").count(), 1, "{seen}");
    }
}

/// For an expert review with a reminder, then for an inspection that ends by itself.
async fn stands(world: &World, case: &Json, officer: &Principal, person: &Principal) {
    let suspend = |kind: &str, until: Option<&str>| {
        json!({
            "case": case, "version": 2, "kind": kind, "until": until,
            "reason": "结构跨度大，请专家评审。",
        })
    };
    let undeclared = world.refused(officer, "casework.suspend", suspend("hearing", None)).await;
    assert_eq!(told(&undeclared), "casework.bad_step [/kind casework-problem-special-undeclared]");
    let long = suspend("expert_review", Some("2026-03-20"));
    let long = world.refused(officer, "casework.suspend", long).await;
    assert_eq!(told(&long), "casework.bad_step [/until casework-problem-special-until]");
    let past = suspend("expert_review", Some("2026-03-04"));
    assert_eq!(world.refused(officer, "casework.suspend", past).await.code, "casework.bad_step");
    let review = suspend("expert_review", Some("2026-03-10"));
    let stopped = world.done(officer, "casework.suspend", review).await;
    assert_eq!(stopped["due_ms"], Json::Null);
    assert_eq!(last_day(&stopped["promised_due_ms"]), "2026-03-19", "what stood stays written");
    let advance = json!({ "case": case, "version": 3 });
    let refused = world.refused(officer, "casework.advance", advance.clone()).await;
    assert_eq!(refused.code, "casework.suspended");
    let seen = view(world, person, case).await;
    assert_eq!(seen["suspended"]["name"]["zh"], json!("专家评审"));
    assert_eq!(seen["suspended"]["reason"], json!("结构跨度大，请专家评审。"));
    assert_eq!(seen["statutory_due_ms"], Json::Null, "the law's clock stands as well");
    assert_eq!(seen["may"], json!(["withdraw"]));
    // The expected end passes: the office is reminded, and nothing runs yet.
    world.house.clock.set(at("2026-03-11T00:00"));
    world.house.settle().await;
    let seen = view(world, officer, case).await;
    assert_eq!((&seen["flag"], &seen["due_ms"]), (&json!("yellow"), &Json::Null));
    assert_eq!(seen["may"], json!(["resume"]));
    world.house.clock.set(at("2026-03-11T10:00"));
    let resume = json!({ "case": case, "version": 3, "result": "评审通过。" });
    let resumed = world.done(officer, "casework.resume", resume.clone()).await;
    assert_eq!(world.refused(officer, "casework.resume", resume).await.code, "casework.conflict");
    // 6, 9, 10 and 11 March do not count: ten from the 12th on end on the 25th, six on the 19th.
    assert_eq!(last_day(&resumed["promised_due_ms"]), "2026-03-25");
    assert_eq!(last_day(&resumed["due_ms"]), "2026-03-19");
    let mut again = suspend("inspection", None);
    again["version"] = resumed["version"].clone();
    world.done(officer, "casework.suspend", again).await;
    world.house.clock.set(at("2026-03-14T00:00"));
    world.house.settle().await;
    let seen = view(world, officer, case).await;
    assert_eq!(seen["suspended"], Json::Null, "it runs again by itself");
    assert_eq!(last_day(&seen["promised_due_ms"]), "2026-03-27");
    assert_eq!(last_day(&seen["due_ms"]), "2026-03-23");
    // Twenty working days by law: ten of them lie behind the promise.
    assert_eq!(last_day(&seen["statutory_due_ms"]), "2026-04-13");
    assert_eq!(
        stretches(&seen),
        [
            "-1 03-05..03-05 受理当天不计",
            "-6 03-06..03-11 计时停着：专家评审",
            "-2 03-12..03-13 计时停着：现场勘验",
            "-2 03-14..03-15 周末",
            "+5 03-16..03-20 工作日",
            "-2 03-21..03-22 周末",
            "+5 03-23..03-27 工作日",
        ]
    );
}

/// Asked for by an officer, approved by somebody else, once.
async fn extended(
    world: &World,
    case: &Json,
    (officer, supervisor): (&Principal, &Principal),
    person: &Principal,
) {
    world.house.clock.set(at("2026-03-16T09:00"));
    // The step's time, from 5 to 23 March, is over by half; the applicant may urge, once a working day.
    let urge = json!({ "case": case, "note": "店面已经装修好" });
    world.done(person, "casework.urge", urge.clone()).await;
    assert_eq!(
        world.refused(person, "casework.urge", urge.clone()).await.code,
        "casework.urged_today"
    );
    world.house.clock.set(at("2026-03-17T09:00"));
    let urged = world.done(person, "casework.urge", urge).await;
    let answer = json!({ "case": case, "approve": true, "reason": "情况属实，同意。" });
    let nothing = world.refused(supervisor, "casework.answer_extension", answer.clone()).await;
    assert_eq!(nothing.code, "casework.no_extension");
    let ask = json!({
        "case": case, "version": urged["version"], "reason": "要与相邻街道联合勘验。",
    });
    let asked = world.done(officer, "casework.ask_extension", ask.clone()).await;
    let mut twice = ask.clone();
    twice["version"] = asked["version"].clone();
    let refused = world.refused(officer, "casework.ask_extension", twice.clone()).await;
    assert_eq!(refused.code, "casework.no_extension");
    let list = world.asked(supervisor, "casework.work_list", json!({ "view": "asked" })).await;
    assert_eq!((&list["cases"][0]["case"], &list["counts"]["asked"]), (case, &json!(1)));
    // An officer has not the role; who has both roles still does not answer the own request.
    let alone = world.refused(officer, "casework.answer_extension", answer.clone()).await;
    assert_eq!(alone.kind.status(), 403);
    let mut both = officer.clone();
    both.grants.extend(supervisor.grants.clone());
    let own = world.refused(&both, "casework.answer_extension", answer.clone()).await;
    assert_eq!(own.code, "casework.own_extension");
    let given = world.done(supervisor, "casework.answer_extension", answer).await;
    assert_eq!(last_day(&given["promised_due_ms"]), "2026-04-13");
    // Qingming is off from 4 to 6 April.
    assert_eq!(last_day(&given["due_ms"]), "2026-04-07");
    twice["version"] = given["version"].clone();
    let once = world.refused(officer, "casework.ask_extension", twice).await;
    assert_eq!(once.code, "casework.no_extension");
    let list = world.asked(supervisor, "casework.work_list", json!({ "view": "asked" })).await;
    assert_eq!(list["counts"]["asked"], json!(0));
}

#[tokio::test]
async fn a_step_is_taken_back_before_the_next_office_acts() {
    for world in clocked().await {
        let person = world.house.resident();
        let clerk = world.house.officer(CLERK, "350102");
        let officer = world.house.officer(OFFICER, "350102");
        let sent = world.boards_case(&person).await;
        let case = sent["case"].clone();
        let early = world.refused(&person, "casework.urge", json!({ "case": case })).await;
        assert_eq!(early.code, "casework.urged_early");
        let recall = |version: &Json| json!({ "case": case, "version": version, "reason": "点错了，还要核对。" });
        // What the applicant sent in is not the office's to take back.
        let nothing = world.refused(&clerk, "casework.recall", recall(&json!(1))).await;
        assert_eq!(nothing.code, "casework.no_recall");
        let accept = |version: &Json| json!({ "case": case, "version": version });
        let accepted = world.done(&clerk, "casework.accept", accept(&json!(1))).await;
        world.house.clock.set(at("2026-03-06T09:00"));
        assert_eq!(
            world.refused(&officer, "casework.recall", recall(&json!(2))).await.kind.status(),
            403,
            "another office's step"
        );
        let back = world.done(&clerk, "casework.recall", recall(&accepted["version"])).await;
        assert_eq!(back["state"], json!("submitted"));
        assert_eq!(back["due_ms"], sent["due_ms"], "its limit runs on as if nothing had been");
        let accepted = world.done(&clerk, "casework.accept", accept(&back["version"])).await;
        let advanced = world.done(&officer, "casework.advance", accept(&accepted["version"])).await;
        let late = world.refused(&clerk, "casework.recall", recall(&advanced["version"])).await;
        assert_eq!(late.kind.status(), 403, "the next office acted");
        let back = world.done(&officer, "casework.recall", recall(&advanced["version"])).await;
        assert_eq!(back["due_ms"], accepted["due_ms"]);
        // A return is taken back with its time, as long as nobody began to correct.
        let ask = json!({
            "case": case, "version": back["version"], "reason": "",
            "materials": [{ "id": "picture", "reason": "请补夜间的" }],
        });
        let returned = world.done(&officer, "casework.return", ask.clone()).await;
        world.house.clock.set(at("2026-03-10T09:00"));
        let back = world.done(&officer, "casework.recall", recall(&returned["version"])).await;
        assert_eq!(back["state"], json!("accepted"));
        assert_eq!(back["promised_due_ms"], accepted["promised_due_ms"]);
        let seen = view(&world, &person, &case).await;
        assert_eq!(seen["materials"][0]["files"][0]["state"], json!("given"));
        let mut ask = ask;
        ask["version"] = back["version"].clone();
        ask["again_reason"] = json!("还是缺夜间的");
        let returned = world.done(&officer, "casework.return", ask).await;
        world.done(&person, "casework.begin_correction", json!({ "case": case })).await;
        let begun = world.refused(&officer, "casework.recall", recall(&returned["version"])).await;
        assert_eq!(begun.code, "casework.no_recall");
    }
}
