//! Terms and substitutes, in identity and casework together, on both databases: who stands in, for whom it is said, and
//! what the same human may not do twice.

use minshu_kernel::access::Principal;
use serde_json::json;

use crate::people::{houses, phone, told};

/// A day in milliseconds.
const DAY: i64 = 24 * 3_600_000;

#[tokio::test]
async fn a_substitute_acts_for_the_holder_and_the_same_human_does_not_act_twice() {
    for place in houses().await {
        let house = &place.house;
        place.person(1, None).await;
        let desk = place.person(2, Some(("load-test.clerk", "350102"))).await.unwrap();
        let officer_post = place.person(3, Some(("load-test.officer", "350102"))).await.unwrap();
        place.person(4, None).await;
        place.person(5, None).await;
        let resident = place.who(1).await;
        let (case, _) = place.case(&resident, "350102").await;
        let (second, _) = place.case(&resident, "350102").await;
        let holder = place.who(2).await;
        // 2026-03-05 is today.
        let name =
            |post: &str, n: u32| json!({ "post": post, "phone": phone(n), "until": "2026-03-20" });
        let own = place.refused(&holder, "identity.name_substitute", name(&desk, 2)).await;
        assert_eq!(own, "kernel.invalid [/phone identity-substitute-self]");
        let other =
            place.refused(&holder, "identity.name_substitute", name(&officer_post, 4)).await;
        assert_eq!(other, "identity.no_holder []");
        let long = json!({ "post": desk, "phone": phone(4), "until": "2027-03-20" });
        let long = place.refused(&holder, "identity.name_substitute", long).await;
        assert_eq!(long, "kernel.invalid [/until identity-substitute-long]");
        let named = place.done(&holder, "identity.name_substitute", name(&desk, 4)).await;
        let substitute = place.who(4).await;
        // No substitute of a substitute.
        let chain = place.refused(&substitute, "identity.name_substitute", name(&desk, 5)).await;
        assert_eq!(chain, "identity.no_holder []");
        let seen = place.asked(&substitute, "casework.work_list", json!({})).await;
        assert_eq!(seen["cases"].as_array().unwrap().len(), 2, "the holder's work");
        let accepted =
            place.done(&substitute, "casework.accept", json!({ "case": case, "version": 1 })).await;
        let view = place.asked(&substitute, "casework.case", json!({ "case": case })).await;
        let step = view["steps"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(step["instead_of"], holder.name, "{step}");
        let view = place.asked(&resident, "casework.case", json!({ "case": case })).await;
        let step = view["steps"].as_array().unwrap().last().unwrap().clone();
        assert!(step.get("instead_of").is_none(), "applicants read no names: {step}");
        let entries = place.audit().await;
        let whole =
            format!("{} for {} | casework.accept", substitute.reference(), holder.reference());
        assert!(entries.iter().any(|entry| entry.starts_with(&whole)), "{whole}: {entries:#?}");

        // The officer leaves as well, and the same colleague stands in there: four eyes see the human.
        let officer = place.who(3).await;
        place.done(&officer, "identity.name_substitute", name(&officer_post, 4)).await;
        let substitute = place.who(4).await;
        let decide = json!({
            "case": case, "version": accepted["version"], "outcome": "granted", "reasons": "材料齐全，符合规定。",
        });
        let twice = place.refused(&substitute, "casework.decide", decide.clone()).await;
        assert_eq!(twice, "casework.four_eyes []");
        let view = place.asked(&substitute, "casework.case", json!({ "case": case })).await;
        // What this human did last, accepting it, may be taken back; no button decides.
        assert_eq!(view["may"], json!(["recall"]));
        place.done(&officer, "casework.decide", decide).await;

        // The holder is back: what is open stays with the post.
        let end = json!({ "appointment": named["appointment"] });
        let stranger = place.who(5).await;
        assert_eq!(
            place.refused(&stranger, "identity.end_substitute", end.clone()).await,
            "kernel.missing []"
        );
        place.done(&holder, "identity.end_substitute", end.clone()).await;
        assert_eq!(
            place.refused(&holder, "identity.end_substitute", end).await,
            "identity.already_ended []"
        );
        let substitute = place.who(4).await;
        let accept = json!({ "case": second, "version": 1 });
        let refused = house.act(&substitute, "casework.accept", accept.clone()).await.unwrap_err();
        assert_eq!(told(&refused), "kernel.refused []");
        place.done(&holder, "casework.accept", accept).await;
    }
}

#[tokio::test]
async fn a_substitute_ends_with_the_term_and_with_the_holder() {
    for place in houses().await {
        let desk = place.person(2, Some(("load-test.clerk", "350102"))).await.unwrap();
        place.person(4, None).await;
        let holder = place.who(2).await;
        let name =
            json!({ "post": desk, "phone": phone(4), "from": "2026-03-06", "until": "2026-03-10" });
        place.done(&holder, "identity.name_substitute", name).await;
        assert!(place.who(4).await.grants.is_empty(), "it has not begun");
        place.house.clock.advance(DAY);
        let standing_in = place.who(4).await;
        assert_eq!(standing_in.grants.len(), 1);
        let now = place.house.house.services.clock.now();
        let access = &place.house.house.services.access;
        assert!(access.possible(&standing_in, "casework.accept", now).is_ok());
        let later = now.plus_ms(6 * DAY);
        assert!(
            access.possible(&standing_in, "casework.accept", later).is_err(),
            "by the clock alone"
        );
        let console = Principal::console();
        let post = place.asked(&console, "identity.post", json!({ "post": desk })).await;
        let held = post["appointments"].as_array().unwrap().iter().find(|a| a["kind"] == "regular");
        let dismiss = json!({ "appointment": held.unwrap()["appointment"] });
        place.done(&console, "identity.dismiss", dismiss).await;
        assert!(place.who(4).await.grants.is_empty(), "nobody is stood in for");
    }
}

#[tokio::test]
async fn a_term_warns_of_its_end_thirty_and_seven_days_before() {
    for place in houses().await {
        let desk = place.person(2, Some(("load-test.clerk", "350102"))).await.unwrap();
        place.person(4, None).await;
        let console = Principal::console();
        let appoint = json!({ "post": desk, "phone": phone(4), "until": "2026-05-03" });
        place.done(&console, "identity.appoint", appoint).await;
        let sent = || place.house.carriers.take().len();
        place.house.settle().await;
        assert_eq!(sent(), 0);
        place.house.clock.advance(31 * DAY);
        place.house.settle().await;
        assert_eq!(sent(), 1, "thirty days before");
        place.house.clock.advance(7 * DAY);
        place.house.settle().await;
        assert_eq!(sent(), 0);
        let mut browser = place.browser(4).await;
        let page = place.house.get(&mut browser, "/me/posts").await.text;
        assert!(page.contains("还有 21 天到期"), "{page}");
        place.house.clock.advance(16 * DAY);
        place.house.settle().await;
        assert_eq!(sent(), 1, "seven days before");
        let holder = place.who(4).await;
        place.house.clock.advance(8 * DAY);
        let now = place.house.house.services.clock.now();
        let access = &place.house.house.services.access;
        assert!(access.possible(&holder, "casework.accept", now).is_err());
    }
}
