//! Packs that are exchanged while cases are open: each case is finished under the version it began with, and a set
//! that could not be lived with is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use minshu_kernel::records::{Records as _, Statement, WriteSet};
use minshu_kernel::text::{Lang, Speaker};
use minshu_kernel::values;
use minshu_runtime::audit::verify::verify;
use minshu_runtime::packs::apply::{Applied, NotApplied, Operator, Refusal, apply, notice};
use minshu_runtime::packs::diff::{Compiled, Difference, diff};
use minshu_runtime::packs::{PackSources, check, pins, sources_in_force};
use serde_json::{Value as Json, json};

use crate::world::{
    CLERK, COMPANY, FOOD, IdentityDouble, OFFICER, USCC, World, capabilities_with, changed_packs,
    food_form, last_day, packs, worlds,
};

const ITEM: &str = "items/food-business-licence.toml";
const FORM: &str = "forms/food-business-licence.json";

/// A shorter promise, a stage between, and a form that asks for one thing more.
fn second() -> PackSources {
    changed_packs(&[
        (ITEM, "\"7 working days\"", "\"5 working days\""),
        (ITEM, "\"6 working days\"", "\"3 working days\""),
        (
            ITEM,
            "[[casework.item.stage]]\nid    = \"decision\"",
            "[[casework.item.stage]]\nid    = \"visit\"\nname  = { zh = \"现场核查\", en = \"Visit\" }\n\
             role  = \"officer\"\ndoes  = [\"advance\"]\nlimit = \"2 working days\"\n\n\
             [[casework.item.stage]]\nid    = \"decision\"",
        ),
        (FORM, "\"contact\", \"phone\"]", "\"contact\", \"phone\", \"email\"]"),
    ])
}

async fn applied(world: &World, sources: PackSources) -> Applied {
    match apply(&world.house.house, sources, Operator::default()).await {
        Ok(applied) => applied,
        Err(error) => panic!("{error:?}"),
    }
}

async fn refused(world: &World, sources: PackSources) -> Refusal {
    match apply(&world.house.house, sources, Operator::default()).await {
        Err(NotApplied::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn said(world: &World, refusal: &Refusal) -> String {
    let texts = world.house.house.services.texts.clone();
    refusal.lines(&Speaker::new(texts, Lang::En)).join("\n")
}

async fn events(world: &World) -> Vec<Json> {
    let sql = "SELECT data FROM platform_event WHERE kind = 'platform.packs.exchanged' ORDER BY aggregate_version";
    let rows = world.house.house.db.scan(sql.into(), values![]).await.unwrap();
    let data = rows.iter().map(|row| row.get::<String>("data").unwrap());
    data.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

#[tokio::test]
async fn a_case_is_finished_under_the_version_it_began_with() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let clerk = world.house.officer(CLERK, "350102");
        let officer = world.house.officer(OFFICER, "350102");
        let first = world.food_case(&agent).await;
        let before = packs().hash();
        let made = applied(&world, second()).await;
        assert_eq!(made, Applied { hash: second().hash(), before: before.clone() });
        let again = applied(&world, second()).await;
        assert_eq!(again, Applied { hash: second().hash(), before: second().hash() });

        // The first case: seven working days after Thursday, two stages, the form as it was.
        let accept = json!({ "case": first["case"], "version": 1 });
        let accepted = world.done(&clerk, "casework.accept", accept).await;
        assert_eq!(last_day(&accepted["promised_due_ms"]), "2026-03-16");
        let returned = json!({
            "case": first["case"], "version": 2, "reason": "平面图看不清，请换一份",
            "fields": [{ "pointer": "/premises/address", "reason": "请写明店面号" }],
        });
        world.done(&officer, "casework.return", returned).await;
        let begin = json!({ "case": first["case"] });
        let draft = world.done(&agent, "casework.begin_correction", begin).await["draft"].clone();
        let mut form = food_form();
        form["premises"]["address"] = json!("东街 83 号 1 层 06 店面");
        world.done(&agent, "casework.save_draft", json!({ "draft": draft, "form": form })).await;
        world.sent(&agent, &draft).await;
        let decide = json!({
            "case": first["case"], "version": 4, "outcome": "granted",
            "reasons": "材料齐全，现场符合条件。",
        });
        let decided = world.done(&officer, "casework.decide", decide).await;
        assert_eq!(decided["state"], json!("granted"));

        // A new one: five working days, a visit between, and the form asks for the address of mail.
        let draft = world.food_draft(&agent).await;
        let submit = json!({ "draft": draft });
        let refused = world.refused(&agent, "casework.submit", submit).await;
        assert_eq!(refused.fields[0].pointer, "/form/company/email");
        let mut form = food_form();
        form["company"]["email"] = json!("shen@example.cn");
        world.done(&agent, "casework.save_draft", json!({ "draft": draft, "form": form })).await;
        let sent = world.sent(&agent, &draft).await;
        let accept = json!({ "case": sent["case"], "version": 1 });
        let accepted = world.done(&clerk, "casework.accept", accept).await;
        assert_eq!(last_day(&accepted["promised_due_ms"]), "2026-03-12");
        let decide = json!({
            "case": sent["case"], "version": 2, "outcome": "granted", "reasons": "材料齐全。",
        });
        world.refused(&officer, "casework.decide", decide).await;
        let advance = json!({ "case": sent["case"], "version": 2 });
        let advanced = world.done(&officer, "casework.advance", advance).await;
        assert_eq!(advanced["version"], json!(3));

        world.house.settle().await;
        let told = events(&world).await;
        assert_eq!(told.len(), 2, "the start and one exchange");
        assert_eq!(told[0]["before"], json!(""));
        assert_eq!(told[0]["at_start"], json!(true));
        assert_eq!(told[1]["before"], json!(before));
        assert_eq!(told[1]["after"], json!(second().hash()));
        assert_eq!(told[1]["by"], json!("console"));
        let report = verify(&world.house.house, &mut ()).await.unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
    }
}

/// The set without the food business licence.
fn without_item() -> PackSources {
    let mut sources = packs();
    sources.packs[0].files.retain(|(path, _)| path != ITEM && path != FORM);
    sources
}

/// The set in which somebody else decides.
fn without_officer() -> PackSources {
    let boards = "items/outdoor-advertising.toml";
    let mut sources = changed_packs(&[
        ("pack.toml", "id   = \"officer\"", "id   = \"examiner\""),
        (ITEM, "\"officer\"", "\"examiner\""),
    ]);
    for (_, text) in sources.packs[0].files.iter_mut().filter(|(path, _)| path == boards) {
        *text = text.replace("\"officer\"", "\"examiner\"");
    }
    sources
}

#[tokio::test]
async fn what_open_cases_need_is_not_taken_away() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let case = world.food_case(&agent).await["case"].clone();
        world.food_case(&agent).await;
        let broken = refused(&world, without_item()).await;
        let told = said(&world, &broken);
        assert!(broken.problems.is_empty(), "{told}");
        assert_eq!(broken.breaks.len(), 1, "{told}");
        assert_eq!(broken.breaks[0].records, 2);
        assert!(told.contains(&format!("{FOOD}: the new set leaves it out, and 2 open cases")));

        let broken = refused(&world, without_officer()).await;
        let told = said(&world, &broken);
        assert_eq!(broken.breaks.len(), 1, "the boards have no open case: {told}");
        assert!(told.contains("declares the role gov-single-window.officer"), "{told}");
        let force = world.house.house.services.packs.current().hash.clone();
        assert_eq!(force, packs().hash(), "what was in force stays");

        // A case that is closed needs nothing any more; the other one is behind the stage of the clerk.
        let withdraw = json!({ "case": case, "version": 1, "reason": "不开了" });
        world.done(&agent, "casework.withdraw", withdraw).await;
        let clerk = world.house.officer(CLERK, "350102");
        let work = world.asked(&clerk, "casework.work_list", json!({})).await;
        let other = work["cases"][0]["case"].clone();
        let accept = json!({ "case": other, "version": 1 });
        world.done(&clerk, "casework.accept", accept).await;
        assert_eq!(refused(&world, without_item()).await.breaks[0].records, 1);
        let officer = world.house.officer(OFFICER, "350102");
        let decide = json!({
            "case": other, "version": 2, "outcome": "denied", "reasons": "现场不符合条件，设备不齐。",
        });
        world.done(&officer, "casework.decide", decide).await;
        applied(&world, without_item()).await;
        assert!(world.house.ask(&agent, "casework.item", json!({ "item": FOOD })).await.is_err());
    }
}

#[tokio::test]
async fn a_version_that_this_program_cannot_read_is_named() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        world.food_case(&agent).await;
        let change = "UPDATE casework_item_version SET content = '{\"section\":9}' WHERE item = $1";
        let statements = vec![Statement::one(change, values![FOOD])];
        world.house.house.db.apply(WriteSet { statements }).await.unwrap();
        let told = said(&world, &refused(&world, second()).await);
        assert!(told.contains("the version of 1 open case."), "{told}");
        assert!(told.contains("its section version 9 is none of 1 to 1"), "{told}");
    }
}

#[tokio::test]
async fn a_bad_set_is_refused_with_all_its_mistakes_and_the_last_good_one_stays() {
    for world in worlds().await {
        let bad = changed_packs(&[
            (ITEM, "\"7 working days\"", "\"17 working days\""),
            (ITEM, "\"SPJY\"", "\"spjy\""),
            (FORM, "\"format\": \"uscc\"", "\"format\": \"ucss\""),
        ]);
        let refusal = refused(&world, bad).await;
        assert!(refusal.problems.len() >= 3, "{:?}", refusal.problems);
        assert!(refusal.problems.iter().all(|p| p.line > 1 && p.column > 0));
        let set = world.house.house.services.packs.current();
        assert_eq!(set.hash, packs().hash());
        let kept = sources_in_force(&world.house.house.db).await.unwrap();
        assert_eq!(kept.map(|kept| kept.hash()), Some(packs().hash()));
        assert_eq!(events(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn only_a_set_that_was_checked_is_put_in_force() {
    for world in worlds().await {
        let console = minshu_kernel::access::Principal::console();
        let input = json!({ "before": packs().hash(), "after": second().hash() });
        let refused = world.refused(&console, "platform.apply_packs", input.clone()).await;
        assert_eq!(refused.code, "platform.packs_not_checked");
        let operator = world.house.officer("platform.operator", "350000");
        let refused = world.refused(&operator, "platform.apply_packs", input).await;
        assert_eq!(refused.code, "kernel.refused");
    }
}

#[tokio::test]
async fn another_process_takes_what_is_put_in_force() {
    for world in worlds().await {
        let capabilities = || capabilities_with(&Arc::new(IdentityDouble::default()));
        let other = world.house.another(capabilities(), packs()).await;
        assert!(!notice(&other).await.unwrap());
        applied(&world, second()).await;
        assert_eq!(other.services.packs.current().hash, packs().hash());
        assert!(notice(&other).await.unwrap());
        assert_eq!(other.services.packs.current().hash, second().hash());
        // One that starts with the older packs on its disk does not bring them back.
        let late = world.house.another(capabilities(), packs()).await;
        assert_eq!(late.services.packs.current().hash, second().hash());
        assert!(!notice(&world.house.house).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_are_answered_while_sets_are_exchanged() {
    for world in worlds().await {
        let world = Arc::new(world);
        let over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(tokio::sync::Notify::new());
        let mut visitors = Vec::new();
        for _ in 0..4 {
            let (world, over, answered) = (world.clone(), over.clone(), answered.clone());
            let again = again.clone();
            visitors.push(tokio::spawn(async move {
                let who = world.house.resident();
                let mut browser = world.browser(&who);
                let mut seen = [0_usize; 2];
                while !over.load(Ordering::Relaxed) {
                    let page = world.house.get(&mut browser, &format!("/items/{FOOD}")).await;
                    assert_eq!(page.status, 200, "{}", page.text);
                    let item = world.asked(&who, "casework.item", json!({ "item": FOOD })).await;
                    let text = item.to_string();
                    let (old, new) = (text.contains("7 working days"), text.contains("现场核查"));
                    assert!(old != new, "one set and not half of two: {text}");
                    seen[usize::from(new)] += 1;
                    answered.fetch_add(1, Ordering::Relaxed);
                    again.notify_one();
                    // What is answered from memory alone would never let the others run.
                    tokio::task::yield_now().await;
                }
                seen
            }));
        }
        for round in 0..6 {
            let from = answered.load(Ordering::Relaxed);
            applied(&world, if round % 2 == 0 { second() } else { packs() }).await;
            while answered.load(Ordering::Relaxed) < from + 8 {
                assert!(visitors.iter().all(|v| !v.is_finished()), "a visitor met a failure");
                // A visitor that fails tells nothing any more.
                let _ = tokio::time::timeout(Duration::from_secs(1), again.notified()).await;
            }
        }
        over.store(true, Ordering::Relaxed);
        for visitor in visitors {
            let seen = visitor.await.unwrap();
            assert!(seen.iter().all(|n| *n > 0), "both sets were seen: {seen:?}");
        }
    }
}

/// What `packs diff` finds, from the house's own set to another one.
async fn difference(world: &World, after: &PackSources) -> Difference {
    let house = &world.house.house;
    let before = sources_in_force(&house.db).await.unwrap().unwrap();
    let checked = check(after, &house.capabilities, &house.contract, &house.services.texts);
    let Ok(checked) = checked else { panic!("the set has mistakes") };
    let open = pins::open(&house.capabilities, &house.db, &checked.set).await.unwrap();
    let set = house.services.packs.current();
    let compiled = Compiled { before: Some(&set), after: &checked.set };
    diff(&before, after, &compiled, &house.capabilities, &open)
}

#[tokio::test]
async fn the_difference_is_told_by_key_with_the_cases_that_it_concerns() {
    let world = worlds().await.remove(0);
    let agent = world.agent(COMPANY, USCC);
    world.food_case(&agent).await;
    let texts = world.house.house.services.texts.clone();
    let changed = difference(&world, &second()).await;
    let gone = difference(&world, &without_item()).await;
    let same = difference(&world, &packs()).await;
    for lang in Lang::ALL {
        let t = Speaker::new(texts.clone(), lang);
        // The hashes change with every word of the repository's packs.
        let told = |difference: &Difference| {
            let text = difference.lines(&t).join("\n");
            text.replace(&difference.before, "(before)").replace(&difference.after, "(after)")
        };
        let word = lang.code();
        insta::assert_snapshot!(format!("diff-changed-{word}"), told(&changed));
        insta::assert_snapshot!(format!("diff-gone-{word}"), told(&gone));
        assert_eq!(same.lines(&t).len(), 1);
    }
    let mut json = serde_json::to_value(&changed).unwrap();
    json["before"] = json!("(before)");
    json["after"] = json!("(after)");
    insta::assert_snapshot!("diff-json", serde_json::to_string_pretty(&json).unwrap());
}

/// The set in which the food business licence takes no new applications.
fn closed() -> PackSources {
    changed_packs(&[(
        ITEM,
        "[[casework.item]]\n",
        "[[casework.item]]\nclosed = { reason = { zh = \"3 月 20 日前系统升级，急办的请到窗口。\", \
         en = \"The register is being replaced until 20 March; in a hurry, go to the counter.\" } }\n",
    )])
}

#[tokio::test]
async fn an_item_that_is_closed_takes_nothing_new_and_finishes_what_is_open() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let clerk = world.house.officer(CLERK, "350102");
        let open = world.food_case(&agent).await;
        let draft = world.food_draft(&agent).await;
        applied(&world, closed()).await;

        let items = world.asked(&agent, "casework.items", json!({ "q": "食品" })).await;
        assert_eq!(items["items"][0]["closed"], json!(true));
        let on_behalf = world.on_behalf(&agent).await;
        let begin = json!({ "item": FOOD, "on_behalf": on_behalf, "form": {} });
        let refused = world.refused(&agent, "casework.save_draft", begin).await;
        assert_eq!(refused.code, "casework.item_closed");
        let submit = json!({ "draft": draft });
        let refused = world.refused(&agent, "casework.submit", submit.clone()).await;
        assert_eq!(refused.code, "casework.item_closed");
        let save = json!({ "draft": draft, "form": food_form() });
        world.done(&agent, "casework.save_draft", save).await;

        let back = json!({
            "case": open["case"], "version": 1, "reason": "平面图看不清，请换一份",
            "fields": [{ "pointer": "/premises/address", "reason": "请写明店面号" }],
        });
        world.done(&clerk, "casework.return", back).await;
        let begin = json!({ "case": open["case"] });
        let correction =
            world.done(&agent, "casework.begin_correction", begin).await["draft"].clone();
        world.sent(&agent, &correction).await;

        applied(&world, packs()).await;
        world.sent(&agent, &draft).await;
    }
}
