//! Opening an account, signing in, the wait after wrong passwords, the proof at a counter.

use minshu_kernel::access::Principal;
use minshu_kernel::records::Records as _;
use minshu_kernel::values;
use serde_json::{Value as Json, json};

use crate::world::{PASSWORD, World, number, phone, world, worlds};

fn registration(change: impl Fn(&mut Json)) -> Json {
    let mut input = json!({
        "name": "林晓燕", "number": number(1), "phone": phone(1), "password": PASSWORD,
    });
    change(&mut input);
    input
}

#[tokio::test]
async fn every_mistake_of_an_opening_is_told_beside_its_field() {
    let world = world().await;
    world.account(7, false, &[]).await;
    let nobody = Principal::anonymous();
    let cases: &[(&str, Json, &str)] = &[
        ("name", json!(""), "/name identity-name-missing"),
        ("name", json!("林2"), "/name identity-name-characters"),
        ("name", json!("林".repeat(51)), "/name identity-name-too-long"),
        ("number", json!("35010219880612001"), "/number codes-citizen-length"),
        ("number", json!("350102198806120010"), "/number codes-citizen-check"),
        ("number", json!("350102209906120010"), "/number codes-citizen-birth-future"),
        ("phone", json!("0591-87654321"), "/phone codes-phone-not-mobile"),
        ("phone", json!(""), "/phone codes-phone-empty"),
        ("phone", json!(phone(7)), "/phone identity-phone-taken"),
        ("phone", json!(format!("+86 {}", phone(7))), "/phone identity-phone-taken"),
        ("password", json!("too short"), "/password identity-password-short"),
        ("password", json!("x".repeat(129)), "/password identity-password-long"),
        ("password", json!("1234567890"), "/password identity-password-common"),
        ("password", json!(format!("my {}", phone(1))), "/password identity-password-phone"),
    ];
    for (field, value, wanted) in cases {
        let input = registration(|input| input[*field] = value.clone());
        let told = world.refused(&nobody, "identity.register", input).await;
        assert_eq!(told, format!("kernel.invalid [{wanted}]"), "{field} {value}");
    }
    let all = json!({ "name": " ", "number": "1", "phone": "1", "password": "1" });
    let told = world.refused(&nobody, "identity.register", all).await;
    assert_eq!(told.matches('/').count(), 4, "{told}");
    // Nothing of all this was half done.
    let input = registration(|_| {});
    world.done(&nobody, "identity.register", input).await;
}

#[tokio::test]
async fn one_number_may_be_claimed_by_several_and_one_phone_by_one() {
    for world in worlds().await {
        let nobody = Principal::anonymous();
        for sequence in [1, 2] {
            let input = json!({
                "name": "林晓燕", "number": number(1), "phone": phone(sequence), "password": PASSWORD,
            });
            world.done(&nobody, "identity.register", input).await;
        }
        let who = world.signed_in(1).await;
        assert!(!who.proved && who.person.is_none());
        assert_eq!(who.name, "林晓燕");
        let me = world.asked(&who, "identity.me", json!({})).await;
        assert_eq!(me["phone"], "138****0001");
        assert_eq!(me["number"].as_str().unwrap().matches('*').count(), 10);
        assert_eq!(me["proved"], false);
    }
}

#[tokio::test]
async fn a_session_lasts_twelve_hours_and_ends_when_it_is_ended() {
    for world in worlds().await {
        world.account(1, true, &[]).await;
        world.account(2, true, &[]).await;
        let (first, second) = (world.token(1).await, world.token(1).await);
        assert_eq!(first.len(), 43);
        let who = world.principal(&first).await.unwrap();
        let other = world.signed_in(2).await;
        // Somebody else's session cannot be ended, and nothing is told about it.
        let answer = world.done(&other, "identity.sign_out", json!({ "token": first })).await;
        assert_eq!(answer["ended"], false);
        assert!(world.principal(&first).await.is_some());
        let answer = world.done(&who, "identity.sign_out", json!({ "token": first })).await;
        assert_eq!(answer["ended"], true);
        assert!(world.principal(&first).await.is_none());
        let answer = world.done(&who, "identity.sign_out", json!({ "token": first })).await;
        assert_eq!(answer["ended"], false);
        // It is used every hour: twelve hours are the end all the same.
        for _ in 0..11 {
            world.later(3_600_000);
            assert!(world.principal(&second).await.is_some());
        }
        world.later(3_600_000 - 1);
        assert!(world.principal(&second).await.is_some());
        world.later(1);
        assert!(world.principal(&second).await.is_none());
        for strange in ["", "x", &"A".repeat(43), &"A".repeat(10_000)] {
            assert!(world.principal(strange).await.is_none());
        }
    }
}

async fn tries(world: &World, phone: &str, password: &str) -> String {
    let input = json!({ "phone": phone, "password": password });
    match world.house.act(&Principal::anonymous(), "identity.sign_in", input).await {
        Ok(_) => "in".to_owned(),
        Err(failure) => match failure.retry_after_ms {
            Some(ms) => format!("{} {ms}", failure.code),
            None => failure.code.to_owned(),
        },
    }
}

#[tokio::test]
async fn wrong_passwords_make_one_wait_and_the_right_one_does_not_shorten_it() {
    for world in worlds().await {
        world.account(1, true, &[]).await;
        // A phone with an account and one without are answered alike, to the millisecond.
        for (number, right) in [(phone(1), "in"), (phone(2), "identity.wrong_password")] {
            for _ in 0..5 {
                assert_eq!(tries(&world, &number, "not this one").await, "identity.wrong_password");
            }
            assert_eq!(tries(&world, &number, PASSWORD).await, "identity.wait 30000");
            world.later(29_999);
            assert_eq!(tries(&world, &number, PASSWORD).await, "identity.wait 1");
            world.later(1);
            assert_eq!(tries(&world, &number, "nor this one").await, "identity.wrong_password");
            assert_eq!(tries(&world, &number, PASSWORD).await, "identity.wait 60000");
            world.later(60_000);
            assert_eq!(tries(&world, &number, PASSWORD).await, right);
        }
        // Signing in has cleared the count: five more are free again.
        for _ in 0..5 {
            assert_eq!(tries(&world, &phone(1), "wrong again").await, "identity.wrong_password");
        }
        assert_eq!(tries(&world, &phone(1), PASSWORD).await, "identity.wait 30000");
        // A day later all is forgotten.
        world.later(86_400_001);
        assert_eq!(tries(&world, &phone(1), "wrong a day later").await, "identity.wrong_password");
        assert_eq!(tries(&world, &phone(1), PASSWORD).await, "in");
    }
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_one_by_one() {
    let world = world().await;
    world.account(1, true, &[]).await;
    let number = phone(1);
    let guesses = (0..12).map(|_| tries(&world, &number, "a guess among many"));
    let answers = futures_util::future::join_all(guesses).await;
    let read = answers.iter().filter(|a| a.starts_with("identity.wrong_password")).count();
    assert!(read <= 5, "{answers:?}");
    let counted = world
        .house
        .house
        .services
        .records
        .point("SELECT failures FROM identity_attempt".into(), Vec::new());
    let failures: i64 = counted.await.unwrap()[0].get("failures").unwrap();
    assert_eq!(failures, i64::try_from(read).unwrap());
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let world = world().await;
    world.account(1, true, &[]).await;
    let (kept, other) = (world.token(1).await, world.token(1).await);
    let who = world.principal(&kept).await.unwrap();
    let change = |old: &str, new: &str| json!({ "old": old, "new": new, "keep": kept });
    let told =
        world.refused(&who, "identity.change_password", change("no", "一句新的长密码 2026")).await;
    assert_eq!(told, "identity.wrong_password []");
    let told = world.refused(&who, "identity.change_password", change(PASSWORD, "short")).await;
    assert_eq!(told, "kernel.invalid [/new identity-password-short]");
    world.done(&who, "identity.change_password", change(PASSWORD, "一句新的长密码 2026")).await;
    assert!(world.principal(&kept).await.is_some());
    assert!(world.principal(&other).await.is_none());
    assert_eq!(tries(&world, &phone(1), PASSWORD).await, "identity.wrong_password");
    assert_eq!(tries(&world, &phone(1), "一句新的长密码 2026").await, "in");
}

#[tokio::test]
async fn a_clerk_proves_who_stands_at_the_counter() {
    for world in worlds().await {
        let clerk = world.officer(90, "gov-single-window.clerk", "350102").await;
        let nobody = Principal::anonymous();
        let mut accounts = Vec::new();
        for sequence in [1, 2] {
            let input = json!({
                "name": "林晓燕", "number": number(1), "phone": phone(sequence), "password": PASSWORD,
            });
            let made = world.done(&nobody, "identity.register", input).await;
            accounts.push(made["account"].as_str().unwrap().to_owned());
        }
        let found = world.asked(&clerk, "identity.claims", json!({ "number": number(1) })).await;
        let shown = found["claims"].to_string();
        assert_eq!(found["claims"].as_array().unwrap().len(), 2);
        assert!(!shown.contains(&number(1)) && !shown.contains("林晓燕"), "{shown}");
        let prove = |account: &str, number: String, name: &str| json!({ "account": account, "evidence": "identity-card", "number_seen": number, "name_seen": name });
        for (input, wanted) in [
            (prove(&accounts[0], number(2), "林晓燕"), "/number_seen identity-number-differs"),
            (prove(&accounts[0], number(1), "林小燕"), "/name_seen identity-name-seen-differs"),
            (prove(&accounts[0], "3501".to_owned(), "林晓燕"), "/number_seen codes-citizen-length"),
        ] {
            let told = world.refused(&clerk, "identity.prove", input).await;
            assert_eq!(told, format!("kernel.invalid [{wanted}]"));
        }
        let resident = world.signed_in(1).await;
        let told = world
            .refused(&resident, "identity.prove", prove(&accounts[0], number(1), "林晓燕"))
            .await;
        assert!(told.starts_with("kernel.refused"), "{told}");
        let first =
            world.done(&clerk, "identity.prove", prove(&accounts[0], number(1), "林晓燕")).await;
        // The same session is the person's from now on.
        let token = world.token(1).await;
        let proved = world.principal(&token).await.unwrap();
        assert!(proved.proved);
        assert_eq!(proved.person.unwrap().to_string(), first["person"].as_str().unwrap());
        let again =
            world.refused(&clerk, "identity.prove", prove(&accounts[0], number(1), "林晓燕")).await;
        assert_eq!(again, "identity.already_proved []");
        // A second account of the same person opens the same things.
        let second =
            world.done(&clerk, "identity.prove", prove(&accounts[1], number(1), "林晓燕")).await;
        assert_eq!(first["person"], second["person"]);
    }
}

#[tokio::test]
async fn a_slip_can_be_put_right_until_the_account_is_proved() {
    let world = world().await;
    let clerk = world.officer(90, "gov-single-window.clerk", "350102").await;
    let account = world.account(1, false, &[]).await;
    let who = world.signed_in(1).await;
    let told =
        world.refused(&who, "identity.change_claim", json!({ "name": "", "number": "1" })).await;
    assert_eq!(told, "kernel.invalid [/name identity-name-missing, /number codes-citizen-length]");
    let right = json!({ "name": "林小燕", "number": number(3) });
    world.done(&who, "identity.change_claim", right.clone()).await;
    let old = world.asked(&clerk, "identity.claims", json!({ "number": number(1) })).await;
    assert_eq!(old["claims"], json!([]));
    let prove = json!({
        "account": account, "evidence": "identity-card", "number_seen": number(3), "name_seen": "林小燕",
    });
    world.done(&clerk, "identity.prove", prove).await;
    let told = world.refused(&who, "identity.change_claim", right).await;
    assert_eq!(told, "identity.already_proved []");
}

#[tokio::test]
async fn a_number_proved_under_another_name_asks_for_the_card() {
    let world = world().await;
    let clerk = world.officer(90, "gov-single-window.clerk", "350102").await;
    world.account(1, true, &[]).await;
    let input = json!({
        "name": "林燕", "number": number(1), "phone": phone(2), "password": PASSWORD,
    });
    let made = world.done(&Principal::anonymous(), "identity.register", input).await;
    let mut prove = json!({
        "account": made["account"], "evidence": "identity-card", "number_seen": number(1),
    });
    let told = world.refused(&clerk, "identity.prove", prove.clone()).await;
    assert_eq!(told, "kernel.invalid [/name_seen identity-name-differs]");
    prove["name_seen"] = json!("林燕");
    world.done(&clerk, "identity.prove", prove).await;
    // The card is the truth for both accounts.
    for sequence in [1, 2] {
        let who = world.signed_in(sequence).await;
        let me = world.asked(&who, "identity.me", json!({})).await;
        assert_eq!(me["name"], "林燕");
    }
}

#[tokio::test]
async fn what_is_told_to_the_world_holds_no_names_or_numbers() {
    let world = world().await;
    world.account(1, true, &[]).await;
    let rows = world
        .house
        .house
        .services
        .records
        .point("SELECT kind, data FROM platform_event ORDER BY id".into(), Vec::new());
    let mut kinds = Vec::new();
    for row in rows.await.unwrap() {
        let data: String = row.get("data").unwrap();
        assert!(
            !data.contains("林晓燕") && !data.contains(&phone(1)) && !data.contains(&number(1))
        );
        kinds.push(row.get::<String>("kind").unwrap());
    }
    kinds.sort_unstable();
    let own = ["identity.account.proved", "identity.account.registered"];
    assert_eq!(kinds[..2], own);
    assert_eq!(kinds[2..], ["platform.packs.exchanged"], "the house's own start");
}

#[tokio::test]
async fn sessions_that_ran_out_go_with_their_rows() {
    for world in worlds().await {
        world.account(1, true, &[]).await;
        world.token(1).await;
        let count = async || -> i64 {
            let sql = "SELECT COUNT(*) AS n FROM identity_session";
            world.house.house.db.scan(sql.into(), values![]).await.unwrap()[0].get("n").unwrap()
        };
        // It runs out after twelve hours, and is kept for a day.
        world.house.clock.advance(35 * 3_600_000);
        world.house.settle().await;
        assert_eq!(count().await, 1);
        world.house.clock.advance(2 * 3_600_000);
        world.house.settle().await;
        assert_eq!(count().await, 0);
    }
}
