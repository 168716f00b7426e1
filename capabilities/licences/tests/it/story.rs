//! A licence from its seal to its end, with everybody who wants what is not theirs.

use minshu_kernel::access::Principal;
use minshu_kernel::clock::{Clock as _, DAY_MS};
use minshu_kernel::records::Records as _;
use serde_json::{Value as Json, json};

use crate::world::{COMPANY, World, food, number, world, worlds};

#[tokio::test]
async fn a_licence_is_sealed_shown_verified_changed_and_revoked() {
    for world in worlds().await {
        let issuer = world.person(1, &["library.issuer"]).await;
        let overseer = world.person(2, &["library.overseer"]).await;
        let second = world.person(3, &["library.overseer"]).await;
        let verifier = world.person(4, &["library.verifier"]).await;
        let token = world.token(5, &[]).await;
        let mandate = json!({
            "uscc": COMPANY, "company": "福州榕味餐饮有限公司", "division": "350102", "phone": "13859100005",
            "evidence": "营业执照",
        });
        world.done(&issuer, "identity.record_mandate", mandate).await;
        let holder = world.principal(&token).await;
        let anybody = Principal::anonymous();

        // Without a seal nothing is issued, and nobody makes one alone.
        assert_eq!(world.refused(&issuer, "licences.issue", food()).await, "licences.no_seal []");
        let keeper = world.person(6, &["library.keeper"]).await;
        let wanted = json!({ "issuer": "library.market", "types": ["library.food"] });
        let seal = world.done(&keeper, "licences.propose_seal", wanted).await;
        let approve = json!({ "seal": seal["seal"] });
        let told = world.refused(&keeper, "licences.approve_seal", approve.clone()).await;
        assert_eq!(told, "licences.own_proposal []");
        let other = world.person(7, &["library.keeper"]).await;
        world.done(&other, "licences.approve_seal", approve).await;
        // The seal seals what it is for, and nothing else.
        let birth = json!({
            "type": "library.birth", "holder": { "name": "林晓燕", "number": number(5) },
            "values": { "place": "省妇幼", "last": "2030-01-01" }, "division": "350102",
        });
        assert_eq!(world.refused(&issuer, "licences.issue", birth).await, "licences.no_seal []");

        let issued = world.done(&issuer, "licences.issue", food()).await;
        let identifier = issued["identifier"].as_str().unwrap().to_owned();
        assert!(identifier.contains(".11350102MB1A2C3D0G.") && identifier.contains(".001."));
        let licence = json!({ "licence": issued["licence"] });
        // Its document holds in every step.
        let file = world.asked(&issuer, "licences.document", licence.clone()).await;
        let verified =
            world.done(&anybody, "licences.verify", json!({ "document": file["document"] })).await;
        assert_eq!(verified["untouched"], true, "{verified}");
        assert_eq!(verified["licence"]["state_code"], "01");
        let steps = verified["seals"].as_array().unwrap();
        assert!(steps.len() >= 8 && steps.iter().all(|s| s["holds"] != false), "{verified}");
        let printed = world.asked(&issuer, "licences.printed", licence.clone()).await;
        assert!(printed["pdf"].as_str().unwrap().starts_with("JVBERi0"), "base64 of %PDF-");

        // Its holder has it by the company's code, without anybody having named them.
        let mine = world.asked(&holder, "licences.mine", json!({})).await;
        assert_eq!(mine["licences"].as_array().unwrap().len(), 1, "{mine}");
        let view = world.asked(&holder, "licences.licence", licence.clone()).await;
        assert_eq!((&view["own"], &view["state_code"]), (&json!(true), &json!("01")));
        let check = view["check"].as_str().unwrap().to_owned();
        let stranger = world.person(8, &[]).await;
        let failure = world.house.ask(&stranger, "licences.licence", licence.clone()).await;
        assert_eq!(failure.unwrap_err().code, "kernel.missing");
        // Offices see no check value, and what names people masked.
        let seen = world.asked(&overseer, "licences.licence", licence.clone()).await;
        assert_eq!(seen["check"], Json::Null);
        assert!(!seen.to_string().contains("沈志强"), "{seen}");

        // Shown for minutes, with the fields that were chosen; once, and then no more.
        let show = |once: bool| {
            json!({
                "licence": issued["licence"], "purpose": "供货商查验", "once": once,
                "fields": ["place", "manager"],
            })
        };
        let shown = world.done(&holder, "licences.show", show(false)).await;
        let look = |code: &Json, open: bool| json!({ "code": code, "open": open });
        let seen = world.done(&anybody, "licences.look", look(&shown["code"], false)).await;
        assert_eq!(seen["licence"]["state"], "valid");
        let fields = seen["licence"]["fields"].to_string();
        assert!(fields.contains("中山路") && fields.contains("沈**"), "{fields}");
        let once = world.done(&holder, "licences.show", show(true)).await;
        let asks = world.done(&anybody, "licences.look", look(&once["code"], false)).await;
        assert_eq!((&asks["once"], &asks["licence"]), (&json!(true), &Json::Null));
        world.done(&anybody, "licences.look", look(&once["code"], true)).await;
        let again = world.refused(&anybody, "licences.look", look(&once["code"], true)).await;
        assert_eq!(again, "licences.code_used []");
        let made_up = json!("0123456789ABCDEFGHJKMNPQRS");
        let told = world.refused(&anybody, "licences.look", look(&made_up, true)).await;
        assert_eq!(told, "licences.no_code []");
        let taken = world.done(&holder, "licences.show", show(false)).await;
        let end = json!({ "showing": taken["showing"] });
        let failure = world.house.act(&stranger, "licences.end_showing", end.clone()).await;
        assert_eq!(failure.unwrap_err().code, "kernel.missing");
        world.done(&holder, "licences.end_showing", end).await;
        let told = world.refused(&anybody, "licences.look", look(&taken["code"], true)).await;
        assert_eq!(told, "licences.code_taken []");
        let view = world.asked(&holder, "licences.licence", licence.clone()).await;
        // Two looks by codes, one by the document.
        assert_eq!(view["looks"].as_array().unwrap().len(), 3, "{view}");

        // By its identifier: whoever does not know the check value learns nothing.
        let by = |check: &str| json!({ "identifier": identifier, "check": check });
        let good = world.done(&anybody, "licences.verify", by(&check.to_lowercase())).await;
        assert_eq!(good["licence"]["state_code"], "01");
        let wrong = world.refused(&anybody, "licences.verify", by("0000000000")).await;
        assert_eq!(wrong, "licences.not_found [/identifier licences-not-found]");
        // An office asks with a purpose.
        let ask = json!({ "type": "library.food", "number": COMPANY, "purpose": "核对资格" });
        let held = world.asked(&verifier, "licences.held", ask.clone()).await;
        assert_eq!((&held["holds"], held["licences"].as_array().unwrap().len()), (&json!(true), 1));
        let failure = world.house.ask(&holder, "licences.held", ask.clone()).await.unwrap_err();
        assert_eq!(failure.code, "kernel.refused");

        // Suspended and resumed; a step that does not fit is refused.
        let reason = |licence: &Json| json!({ "licence": licence, "reason": "现场检查" });
        let told = world.refused(&overseer, "licences.resume", reason(&issued["licence"])).await;
        assert_eq!(told, "licences.not_so []");
        world.done(&overseer, "licences.suspend", reason(&issued["licence"])).await;
        let seen = world.done(&anybody, "licences.look", look(&shown["code"], false)).await;
        assert_eq!(seen["licence"]["state"], "suspended");
        assert_eq!(
            world.refused(&holder, "licences.show", show(false)).await,
            "licences.not_shown []"
        );
        assert_eq!(world.asked(&verifier, "licences.held", ask).await["holds"], false);
        world.done(&overseer, "licences.resume", reason(&issued["licence"])).await;

        // A change is a new version; the one before is replaced.
        let change = json!({
            "licence": issued["licence"], "values": { "place": "五四路 88 号" }, "reason": "迁址",
        });
        let changed = world.done(&issuer, "licences.change", change.clone()).await;
        let newer = changed["identifier"].as_str().unwrap();
        assert!(newer.contains(".002."), "{newer}");
        let old = world.asked(&issuer, "licences.licence", licence).await;
        assert_eq!(old["state_code"], "99");
        assert_eq!(world.refused(&issuer, "licences.change", change).await, "licences.not_so []");

        // Two officers revoke it.
        let first = world.done(&overseer, "licences.revoke", reason(&changed["licence"])).await;
        assert_eq!(first["state"], "valid");
        let agree = json!({ "licence": changed["licence"], "proposal": first["proposal"] });
        let told = world.refused(&overseer, "licences.agree", agree.clone()).await;
        assert_eq!(told, "licences.own_proposal []");
        let told = world.refused(&second, "licences.suspend", reason(&changed["licence"])).await;
        assert_eq!(told, "licences.waiting []");
        assert_eq!(world.done(&second, "licences.agree", agree).await["state"], "revoked");
        let now = json!({ "licence": changed["licence"] });
        let view = world.asked(&holder, "licences.licence", now).await;
        assert_eq!((&view["state_code"], &view["steps"][1]["two"]), (&json!("07"), &json!(true)));

        // Nothing that was typed rests in clear.
        world.house.settle().await;
        for table in [
            "licences_licence",
            "licences_step",
            "licences_showing",
            "licences_seal",
            "licences_authority",
        ] {
            let sql = format!("SELECT * FROM {table}");
            let rows = world.house.house.db.scan(sql.into(), Vec::new()).await.unwrap();
            assert!(!rows.is_empty(), "{table}");
            let shown = format!("{rows:?}");
            for clear in ["沈志强", "五四路", "供货商", "现场检查"] {
                let bytes = format!("{:?}", clear.as_bytes());
                let bytes = bytes.trim_matches(['[', ']']);
                assert!(!shown.contains(clear) && !shown.contains(bytes), "{table} {clear}");
            }
        }
    }
}

#[tokio::test]
async fn a_case_brings_one_licence_and_time_ends_it() {
    let world: World = world().await;
    world.seal().await;
    let job = Principal::job();
    let person = world.person(1, &[]).await;
    let issuer = world.person(2, &["library.issuer"]).await;
    // What a flow hands on: the form of a granted case.
    let case = json!({
        "type": "library.food", "about": "casework.case:01928f5e-7b1a-7c3d-8e4f-0000000000c1", "item": "window.food",
        "form": {
            "company": { "name": "福州榕味餐饮有限公司", "uscc": COMPANY },
            "division": "350102001", "address": "中山路 18 号", "people": ["shen", "黄建国"],
        },
    });
    let issued = world.done(&job, "licences.issue_for", case.clone()).await;
    assert_eq!(
        world.refused(&job, "licences.issue_for", case.clone()).await,
        "licences.already []"
    );
    let view =
        world.asked(&issuer, "licences.licence", json!({ "licence": issued["licence"] })).await;
    assert_eq!(view["fields"][0]["value"], "中山路 18 号");
    let failure = world.house.act(&issuer, "licences.issue_for", case).await.unwrap_err();
    assert_eq!(failure.code, "kernel.refused", "officers issue by hand, not in a case's name");

    // A person who was proved holds a licence until its last day.
    let last = world.house.clock.now().plus_ms(3 * DAY_MS).date().to_string();
    let birth = json!({
        "type": "library.birth", "holder": { "name": "林晓燕", "number": number(1) },
        "values": { "place": "省妇幼", "last": last }, "division": "350102",
    });
    let birth = world.done(&issuer, "licences.issue", birth).await;
    let mine = world.asked(&person, "licences.mine", json!({})).await;
    assert_eq!(mine["licences"][0]["licence"], birth["licence"], "{mine}");
    let told = world
        .refused(
            &issuer,
            "licences.change",
            json!({ "licence": birth["licence"], "values": { "last": "soon" }, "reason": "x" }),
        )
        .await;
    assert_eq!(told, "licences.bad_values [/values/last licences-value-date]");

    // A code holds for its minutes, a licence until the end of its last day, whenever the job comes.
    let show = json!({ "licence": birth["licence"], "purpose": "报户口", "minutes": 1 });
    let shown = world.done(&person, "licences.show", show).await;
    world.house.clock.advance(60_000);
    let late = json!({ "code": shown["code"] });
    let told = world.refused(&Principal::anonymous(), "licences.look", late).await;
    assert_eq!(told, "licences.code_over []");
    let asked = json!({ "licence": birth["licence"] });
    world.house.clock.advance(4 * DAY_MS);
    let person = world.principal(&world.token_again(1).await).await;
    let view = world.asked(&person, "licences.licence", asked.clone()).await;
    assert_eq!(view["state_code"], "05");
    world.house.settle().await;
    let view = world.asked(&person, "licences.licence", asked).await;
    assert_eq!((&view["state_code"], &view["steps"][1]["verb"]), (&json!("05"), &json!("lapse")));

    // Whoever leaves takes the looks along; the register is kept, under another key.
    let held = world.asked(&person, "identity.my_data", json!({})).await;
    assert!(held.to_string().contains("licences"), "{held}");
}
