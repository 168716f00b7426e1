//! A card from its claim to its loss, with everybody who wants what is not theirs.

use minshu_kernel::records::Records as _;
use serde_json::json;

use crate::world::{SOCIAL, TRANSIT, number, world, worlds};

#[tokio::test]
async fn any_card_of_a_person_stands_for_them_and_a_loss_stops_it_everywhere() {
    for world in worlds().await {
        let holder = world.person(1, true, &[]).await;
        let clerk = world.person(2, true, &["multicard.clerk"]).await;
        let bus = world.person(3, true, &["multicard.bus"]).await;
        let desk = world.person(4, true, &["library.desk"]).await;

        let claim = json!({ "kind": "multicard.social-security", "number": "a1234 5678" });
        let social = world.done(&holder, "cards.bind", claim.clone()).await;
        assert_eq!(social["state"], "claimed");
        assert_eq!(world.refused(&holder, "cards.bind", claim).await, "cards.already []");
        // Nobody's before an office has seen it.
        assert_eq!(world.resolved(&bus, "multicard.ride", SOCIAL).await["standing"], "unknown");
        let seen = |number: &str| json!({ "card": social["card"], "number_seen": number });
        let wrong = world.refused(&clerk, "cards.confirm", seen("A12345679")).await;
        assert_eq!(wrong, "cards.differs [/number_seen cards-differs]");
        world.done(&clerk, "cards.confirm", seen(SOCIAL)).await;
        // The other one is bound at the counter.
        let found = json!({ "number": number(1) });
        let at_counter = world.asked(&clerk, "cards.at_counter", found).await;
        let enter = json!({ "account": at_counter["account"], "kind": "multicard.transit", "number": TRANSIT });
        let transit = world.done(&clerk, "cards.enter", enter).await;
        assert_eq!(transit["state"], "good");

        // One holder behind both cards for the bus, another name of theirs for the library.
        let by_social = world.resolved(&bus, "multicard.ride", "a1234-5678").await;
        let by_transit = world.resolved(&bus, "multicard.ride", TRANSIT).await;
        assert_eq!(by_social["standing"], "good");
        assert!(by_social["holder"].is_string());
        assert_eq!(by_social["holder"], by_transit["holder"]);
        let for_loan = world.resolved(&desk, "library.loan", SOCIAL).await;
        assert_eq!(for_loan["standing"], "good");
        assert_ne!(for_loan["holder"], by_social["holder"]);
        // What the library does not take is nothing there, and nobody asks for another one's purpose.
        assert_eq!(world.resolved(&desk, "library.loan", TRANSIT).await["standing"], "unknown");
        for (who, purpose) in
            [(&desk, "multicard.ride"), (&bus, "library.loan"), (&holder, "multicard.ride")]
        {
            let input = json!({ "purpose": purpose, "number": SOCIAL });
            let failure = world.house.ask(who, "cards.resolve", input).await.unwrap_err();
            assert_eq!(failure.code, "kernel.refused", "{purpose}");
        }

        // One is lost: it alone. Then all are.
        let lost = |all: bool| json!({ "card": transit["card"], "loss": "stolen", "all": all });
        let stopped = world.done(&holder, "cards.report_loss", lost(false)).await;
        assert_eq!(stopped["stopped"], json!([transit["card"]]));
        let gone = world.resolved(&bus, "multicard.ride", TRANSIT).await;
        assert_eq!((&gone["standing"], &gone["holder"]), (&json!("stopped"), &json!(null)));
        assert_eq!(world.resolved(&bus, "multicard.ride", SOCIAL).await["standing"], "good");
        assert_eq!(
            world.refused(&holder, "cards.report_loss", lost(false)).await,
            "cards.not_so []"
        );
        let stopped = world.done(&holder, "cards.report_loss", lost(true)).await;
        assert_eq!(stopped["stopped"], json!([social["card"]]));
        for (terminal, purpose) in [(&bus, "multicard.ride"), (&desk, "library.loan")] {
            assert_eq!(world.resolved(terminal, purpose, SOCIAL).await["standing"], "stopped");
        }
        // Only a counter that sees it makes it good again, and whoever stole it does not give it up on line.
        let own = json!({ "card": social["card"] });
        assert_eq!(world.refused(&holder, "cards.unbind", own.clone()).await, "cards.not_so []");
        let failure = world.house.act(&holder, "cards.lift", seen(SOCIAL)).await.unwrap_err();
        assert_eq!(failure.code, "kernel.refused");
        world.done(&clerk, "cards.lift", seen(SOCIAL)).await;
        assert_eq!(
            world.resolved(&desk, "library.loan", SOCIAL).await["holder"],
            for_loan["holder"]
        );
        world.done(&holder, "cards.unbind", own).await;
        assert_eq!(world.resolved(&desk, "library.loan", SOCIAL).await["standing"], "unknown");

        // Numbers rest sealed, and who asked stands in the chain.
        world.house.settle().await;
        let rows =
            world.house.house.db.scan("SELECT * FROM cards_card".into(), Vec::new()).await.unwrap();
        assert_eq!(rows.len(), 1, "what is given up is not kept");
        let shown = format!("{rows:?}");
        assert!(!shown.contains(SOCIAL) && !shown.contains(TRANSIT), "{shown}");
        for number in [SOCIAL, TRANSIT] {
            let bytes = format!("{:?}", number.as_bytes());
            assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{number}");
        }
    }
}

#[tokio::test]
async fn a_card_is_one_persons_and_nobody_touches_anothers() {
    let world = world().await;
    let first = world.person(1, true, &[]).await;
    let second = world.person(2, true, &[]).await;
    let claimer = world.person(3, false, &[]).await;
    let clerk = world.person(4, true, &["multicard.clerk"]).await;
    let claim = json!({ "kind": "multicard.social-security", "number": SOCIAL });
    let told = world.refused(&claimer, "cards.bind", claim.clone()).await;
    assert_eq!(told, "cards.not_proved []");
    // Both say it is theirs: nothing tells one of the other, until an office has seen whose it is.
    let mine = world.done(&first, "cards.bind", claim.clone()).await;
    let theirs = world.done(&second, "cards.bind", claim).await;
    let confirm = |card: &serde_json::Value| json!({ "card": card["card"], "number_seen": SOCIAL });
    world.done(&clerk, "cards.confirm", confirm(&mine)).await;
    let told = world.refused(&clerk, "cards.confirm", confirm(&theirs)).await;
    assert_eq!(told, "cards.of_another []");
    // Another's card is as if there were none.
    for (operation, input) in [
        ("cards.report_loss", json!({ "card": mine["card"], "loss": "lost" })),
        ("cards.unbind", json!({ "card": mine["card"] })),
    ] {
        let failure = world.house.act(&second, operation, input).await.unwrap_err();
        assert_eq!(failure.code, "kernel.missing", "{operation}");
    }
    // Nobody sees to the own card; another clerk does.
    let number_of = |sequence| json!({ "number": crate::world::number(sequence) });
    let own = world.asked(&clerk, "cards.at_counter", number_of(4)).await;
    let enter =
        json!({ "account": own["account"], "kind": "multicard.transit", "number": TRANSIT });
    assert_eq!(world.refused(&clerk, "cards.enter", enter.clone()).await, "cards.own_card []");
    let claim = json!({ "kind": "multicard.transit", "number": TRANSIT });
    let claimed = world.done(&clerk, "cards.bind", claim).await;
    let see = json!({ "card": claimed["card"], "number_seen": TRANSIT });
    assert_eq!(world.refused(&clerk, "cards.confirm", see.clone()).await, "cards.own_card []");
    let colleague = world.person(5, true, &["multicard.clerk"]).await;
    world.done(&colleague, "cards.confirm", see).await;
    // Where there is nothing to stop, nothing is said to be done.
    let all = json!({ "card": theirs["card"], "loss": "lost", "all": true });
    assert_eq!(world.refused(&second, "cards.report_loss", all).await, "cards.not_so []");
    // Mistakes in numbers are told beside the field; a kind has its most.
    for (kind, number, wanted) in [
        ("multicard.transit", "4111111111111112", "cards.bad_number [/number cards-number-slip]"),
        ("multicard.transit", "411", "cards.bad_number [/number cards-number-length]"),
        ("multicard.social-security", "B12345678", "cards.too_many []"),
        ("multicard.none", SOCIAL, "cards.unknown_kind [/kind cards-unknown-kind]"),
    ] {
        let input = json!({ "kind": kind, "number": number });
        assert_eq!(world.refused(&first, "cards.bind", input).await, wanted, "{number}");
    }
    // Whoever leaves takes the cards along.
    world.house.settle().await;
    let leave = json!({ "password": crate::world::PASSWORD });
    world.done(&first, "identity.erase_me", leave).await;
    let rows =
        world.house.house.db.scan("SELECT id FROM cards_card".into(), Vec::new()).await.unwrap();
    assert_eq!(rows.len(), 2, "the clerk's, and the other one's claim");
}
