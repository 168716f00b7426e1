//! Where people are reached and who stands in for them is told to the house's own jobs, and to nobody else.

use minshu_kernel::access::{Acting, Principal, Quota};
use minshu_kernel::ids::ApplicationId;
use serde_json::{Value as Json, json};

use crate::world::{DAY, phone, world, worlds};

const CLERK: &str = "gov-single-window.clerk";

/// Every way in which somebody might ask.
async fn strangers(world: &crate::world::World) -> Vec<Principal> {
    let mut all = vec![Principal::anonymous()];
    for (sequence, role) in [(80, "platform.registrar"), (81, "platform.operator"), (83, CLERK)] {
        all.push(world.officer(sequence, role, "350000").await);
    }
    world.account(84, true, &[]).await;
    let person = world.signed_in(84).await;
    let acting = Acting {
        application: ApplicationId::fresh(&*world.house.house.services.ids),
        scopes: vec!["identity.install".to_owned()],
        may: vec!["identity.contact", "identity.stand_ins"],
        quota: Quota { minute: 60, day: 600 },
    };
    all.push(Principal { application: Some(acting.into()), ..person.clone() });
    all.push(person);
    all
}

#[tokio::test]
async fn telephones_and_colleagues_are_told_to_no_person_and_to_no_application() {
    let world = world().await;
    let account = world.account(1, true, &[]).await;
    let asks = [
        ("identity.contact", json!({ "account": account })),
        ("identity.stand_ins", json!({ "account": account })),
    ];
    for who in strangers(&world).await {
        for (query, input) in &asks {
            let refused = world.house.ask(&who, query, input.clone()).await.unwrap_err();
            let shown = format!("{refused:?}");
            assert!(matches!(refused.code, "kernel.refused" | "kernel.sign_in"), "{who:?} {shown}");
            assert!(!shown.contains(&phone(1)), "{shown}");
        }
    }
    // Over HTTP too, whatever is sent.
    let mut browser = world.browser(1).await;
    for path in [
        format!("/api/identity/contact?account={account}"),
        format!("/api/identity/stand_ins?account={account}"),
        "/api/identity/contact".to_owned(),
    ] {
        let seen = world.house.get(&mut browser, &path).await;
        assert!(matches!(seen.status.as_u16(), 401 | 403), "{path}: {}", seen.status);
        assert!(!seen.text.contains(&phone(1)));
    }
    // A flow that does not declare it may not either; a job may.
    let flow = Principal::flow("p.f".to_owned(), vec!["messaging.send".to_owned()]);
    assert!(world.house.ask(&flow, "identity.contact", asks[0].1.clone()).await.is_err());
    let told = world.asked(&Principal::job(), "identity.contact", asks[0].1.clone()).await;
    assert_eq!(told["contacts"][0]["phone"], json!(phone(1)));
}

#[tokio::test]
async fn colleagues_hold_the_same_post_and_the_nearest_above_is_found() {
    for world in worlds().await {
        let console = Principal::console();
        let city = world.department("市局", "350100").await;
        let input =
            json!({ "kind": "department", "name": "区局", "division": "350102", "parent": city });
        let made = world.done(&console, "identity.add_organisation", input).await;
        let district = made["organisation"].as_str().unwrap().to_owned();
        let desk = world.post(&district, CLERK).await;
        let chief = world.post(&city, "platform.registrar").await;
        let one = world.account(1, true, &[&desk]).await;
        let two = world.account(2, true, &[&desk]).await;
        let above = world.account(3, true, &[&chief]).await;
        let job = Principal::job();
        let asked = async |role: Json| -> Json {
            let input = json!({ "account": one, "role": role });
            world.asked(&job, "identity.stand_ins", input).await["accounts"].clone()
        };
        assert_eq!(asked(json!(null)).await, json!([two]));
        assert_eq!(asked(json!(CLERK)).await, json!([two]));
        assert_eq!(asked(json!("platform.registrar")).await, json!([above]));
        assert_eq!(asked(json!("platform.nobody")).await, json!([]));
        // A substitute of a colleague is one, for as long as the colleague is.
        let substitute = world.account(4, true, &[]).await;
        let name = json!({ "post": desk, "phone": phone(4), "until": "2026-03-20" });
        world.done(&world.signed_in(2).await, "identity.name_substitute", name).await;
        let mut both = [two.clone(), substitute];
        both.sort();
        assert_eq!(asked(json!(null)).await, json!(both));
        assert_eq!(asked(json!(CLERK)).await, json!(both));
        // Whoever left the post stands in for nobody, and nobody for them.
        let post = world.asked(&console, "identity.post", json!({ "post": desk })).await;
        let held = post["appointments"].as_array().unwrap();
        let held = held.iter().find(|held| held["account"] == json!(two)).unwrap();
        let dismiss = json!({ "appointment": held["appointment"] });
        world.done(&console, "identity.dismiss", dismiss).await;
        world.later(DAY);
        assert_eq!(asked(json!(null)).await, json!([]));
        assert_eq!(asked(json!(CLERK)).await, json!([]));
    }
}
