//! Storms of wrong passwords: guessing does not pay, and nobody is locked out by a stranger.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use minshu_identity::Identity;
use minshu_kernel::access::Principal;
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::courier::{Channel, Courier, CourierWrites, Dispatch};
use minshu_kernel::ctx::{Call, Ctx, Door as _};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::Statement;
use minshu_kernel::text::Lang;
use minshu_kernel::values;
use minshu_runtime::observe;
use minshu_runtime::testing::{Browser, TestHouse};
use serde_json::{Value as Json, json};

use crate::world::{PASSWORD, World, packs, phone, worlds};

/// Texts that left the house: made with the operation, kept once it says that it sends them.
pub(crate) type Sent = Arc<Mutex<Vec<(String, &'static str, String)>>>;

/// A capability that carries texts, as messaging does.
struct Doves(Sent);

struct Loft(Sent);

static DOVES: AtomicUsize = AtomicUsize::new(0);

/// How many texts really left the house.
pub(crate) async fn flown(world: &World) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM identity_usage WHERE at_ms = 0";
    let rows = world.house.house.services.records.point(sql.into(), Vec::new()).await.unwrap();
    rows[0].get("n").unwrap()
}

impl Courier for Loft {
    fn offers(&self, _: &Ctx, channel: Channel) -> bool {
        channel == Channel::Sms
    }

    fn dispatch(&self, _: &Ctx, dispatch: Dispatch) -> Result<CourierWrites, Failure> {
        let code = dispatch.values.first().map(|(_, code)| code.clone()).unwrap_or_default();
        self.0.lock().unwrap().push((dispatch.to, dispatch.text, code));
        // A row of the operation's own write set, as messaging has it: it is there where the text really goes out.
        let id = format!("dove-{}", DOVES.fetch_add(1, Ordering::Relaxed));
        let flown = "INSERT INTO identity_usage (id, at_ms, used) VALUES ($1, 0, 0)";
        let writes = vec![Statement::one(flown, values![id])];
        Ok(CourierWrites { writes, ..CourierWrites::default() })
    }
}

impl Capability for Doves {
    fn name(&self) -> &'static str {
        "doves"
    }

    fn describe(&self, _: &mut Contract) {}

    fn courier(&self) -> Option<Arc<dyn Courier>> {
        Some(Arc::new(Loft(self.0.clone())))
    }
}

pub(crate) async fn with_codes() -> Vec<(World, Sent)> {
    let sent = Sent::default();
    let make = {
        let sent = sent.clone();
        move || -> Vec<Arc<dyn Capability>> {
            vec![Arc::new(Identity), Arc::new(Doves(sent.clone()))]
        }
    };
    let houses = TestHouse::each(&make, &packs()).await;
    houses.into_iter().map(|house| (World { house }, sent.clone())).collect()
}

pub(crate) fn address(n: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + n))
}

pub(crate) async fn asks(
    world: &World,
    operation: &str,
    from: IpAddr,
    input: Json,
) -> Result<Json, Failure> {
    let house = &world.house.house;
    house
        .act(Call {
            who: Arc::new(Principal::anonymous()),
            operation: operation.to_owned(),
            input,
            key: None,
            cause: None,
            request: RequestId::fresh(&*house.services.ids),
            lang: Lang::Zh,
            peer: Some(from),
        })
        .await
}

pub(crate) fn told(answer: Result<Json, Failure>) -> String {
    match answer {
        Ok(_) => "in".to_owned(),
        Err(failure) => match failure.retry_after_ms {
            Some(ms) => format!("{} {ms}", failure.code),
            None => failure.code.to_owned(),
        },
    }
}

async fn tries(world: &World, from: IpAddr, number: &str, password: &str) -> String {
    let input = json!({ "phone": number, "password": password });
    told(asks(world, "identity.sign_in", from, input).await)
}

/// Signs in from an address and lets the account know the browser.
async fn remembered(world: &World, from: IpAddr, sequence: u32) -> String {
    let input = json!({ "phone": phone(sequence), "password": PASSWORD, "remember": true });
    let begun = asks(world, "identity.sign_in", from, input).await.unwrap();
    begun["known"].as_str().unwrap().to_owned()
}

async fn metrics(world: &World) -> String {
    observe::write(&world.house.house, observe::Form::Prometheus).await.unwrap()
}

#[tokio::test]
async fn ten_thousand_tries_from_one_address_hold_that_address_alone() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let (owner, attacker) = (address(1), address(2));
    let known = remembered(&world, owner, 1).await;
    let mut read = 0;
    for n in 0..10_000 {
        match tries(&world, attacker, &phone(1), &format!("guess number {n}")).await.as_str() {
            "identity.wrong_password" => read += 1,
            "identity.wait 30000" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(read, 5);
    // Elsewhere the owner signs in at once, on any browser; beside the attacker with the one that is known.
    assert_eq!(tries(&world, owner, &phone(1), PASSWORD).await, "in");
    assert_eq!(tries(&world, attacker, &phone(1), PASSWORD).await, "identity.wait 30000");
    let input = json!({ "phone": phone(1), "password": PASSWORD, "known": known });
    assert_eq!(told(asks(&world, "identity.sign_in", attacker, input).await), "in");
    assert!(sent.lock().unwrap().is_empty(), "five wrong passwords are no reason to alarm anybody");
}

#[tokio::test]
async fn one_address_that_tries_many_numbers_is_slowed() {
    let (world, _) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let hall = address(7);
    let known = remembered(&world, hall, 1).await;
    let mut read = 0;
    for n in 0..200 {
        match tries(&world, hall, &phone(100 + n), "spring 2026 fuzhou").await.as_str() {
            "identity.wrong_password" => read += 1,
            "identity.wait 30000" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(read, 61);
    assert!(metrics(&world).await.contains("minshu_identity_senders_held 1"));
    // Half a minute later one more is read, and then none again.
    world.later(30_000);
    assert_eq!(tries(&world, hall, &phone(400), "x").await, "identity.wrong_password");
    assert_eq!(tries(&world, hall, &phone(401), "x").await, "identity.wait 30000");
    // Whoever has signed in there before does not notice, and other addresses neither.
    let input = json!({ "phone": phone(1), "password": PASSWORD, "known": known });
    assert_eq!(told(asks(&world, "identity.sign_in", hall, input).await), "in");
    assert_eq!(tries(&world, address(8), &phone(1), PASSWORD).await, "in");
}

#[tokio::test]
async fn one_try_from_each_of_ten_thousand_addresses_leaves_the_owner_a_way_in() {
    for (place, (world, sent)) in with_codes().await.into_iter().enumerate() {
        sent.lock().unwrap().clear();
        // The whole storm on the first database; on others as much as shows the same.
        let addresses = if place == 0 { 10_000 } else { 300 };
        world.account(1, true, &[]).await;
        let owner = address(50_000);
        let known = remembered(&world, owner, 1).await;
        // A number without an account is answered alike, try by try.
        let storm = async |number: &str, tries_made: u32| {
            let mut read = 0;
            for n in 0..tries_made {
                match tries(&world, address(100 + n), number, "a guess").await.as_str() {
                    "identity.wrong_password" => read += 1,
                    "identity.code_first" => assert!(read == 21, "{read}"),
                    other => panic!("{other}"),
                }
            }
            read
        };
        assert_eq!((storm(&phone(1), addresses).await, storm(&phone(2), 100).await), (21, 21));
        // The operator sees it, the owner is told once, nobody else is.
        assert!(metrics(&world).await.contains("minshu_identity_numbers_held 2"));
        let told_owner = std::mem::take(&mut *sent.lock().unwrap());
        assert_eq!(told_owner, [(phone(1), "identity-guessed-at", String::new())]);
        // The known browser signs in as ever; an unknown one brings a code to the telephone.
        let input = json!({ "phone": phone(1), "password": PASSWORD, "known": known });
        assert_eq!(told(asks(&world, "identity.sign_in", owner, input).await), "in");
        let abroad = address(60_000);
        assert_eq!(tries(&world, abroad, &phone(1), PASSWORD).await, "identity.code_first");
        let wish = |sequence| json!({ "phone": phone(sequence), "purpose": "sign-in" });
        let answer = asks(&world, "identity.send_code", abroad, wish(1)).await.unwrap();
        let other = asks(&world, "identity.send_code", abroad, wish(2)).await.unwrap();
        assert_eq!(answer, other);
        assert_eq!(flown(&world).await, 2, "the number without an account gets nothing");
        let (to, text, code) = sent.lock().unwrap().first().cloned().unwrap();
        assert_eq!((to, text), (phone(1), "identity-code-sign-in"));
        let with = |password: &str, code: &str| json!({ "phone": phone(1), "password": password, "code": code });
        let wrong = asks(&world, "identity.sign_in", abroad, with("no", &code)).await;
        assert_eq!(told(wrong), "identity.wrong_password");
        let input = with(PASSWORD, &code);
        assert_eq!(told(asks(&world, "identity.sign_in", abroad, input.clone()).await), "in");
        let again = asks(&world, "identity.sign_in", abroad, input).await;
        assert_eq!(told(again), "identity.wrong_password", "a code is good once");
    }
}

#[tokio::test]
async fn where_no_code_can_be_sent_nobody_waits_longer_than_a_minute() {
    for world in worlds().await {
        world.account(1, true, &[]).await;
        let owner = address(1);
        let known = remembered(&world, owner, 1).await;
        let mut answers = Vec::new();
        for n in 0..300 {
            answers.push(tries(&world, address(100 + n), &phone(1), "a guess").await);
        }
        assert_eq!(answers.iter().filter(|a| *a == "identity.wrong_password").count(), 21);
        assert_eq!(answers[299], "identity.wait 60000");
        let input = json!({ "phone": phone(1), "password": PASSWORD, "known": known });
        assert_eq!(told(asks(&world, "identity.sign_in", owner, input).await), "in");
        world.later(60_000);
        assert_eq!(tries(&world, address(9), &phone(1), PASSWORD).await, "in");
        let wish = json!({ "phone": phone(1), "purpose": "sign-in" });
        assert_eq!(
            told(asks(&world, "identity.send_code", owner, wish).await),
            "identity.no_codes"
        );
    }
}

#[tokio::test]
async fn codes_hold_for_ten_minutes_for_their_number_and_are_not_tried_out() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    world.account(2, true, &[]).await;
    let (owner, stranger) = (address(1), address(2));
    let wish = |sequence| json!({ "phone": phone(sequence), "purpose": "sign-in" });
    let with = |sequence, code: &str| json!({ "phone": phone(sequence), "password": PASSWORD, "code": code });
    let last = || sent.lock().unwrap().last().cloned().unwrap().2;
    // A stranger asks; the owner, who gets it, may use it. Asking twice sends one.
    asks(&world, "identity.send_code", stranger, wish(1)).await.unwrap();
    asks(&world, "identity.send_code", owner, wish(1)).await.unwrap();
    assert_eq!(sent.lock().unwrap().len(), 1);
    let code = last();
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
    let elsewhere = asks(&world, "identity.sign_in", owner, with(2, &code)).await;
    assert_eq!(told(elsewhere), "identity.wrong_password");
    assert_eq!(told(asks(&world, "identity.sign_in", owner, with(1, &code)).await), "in");
    // After ten minutes it is of no use.
    world.later(60_000);
    asks(&world, "identity.send_code", owner, wish(1)).await.unwrap();
    let code = last();
    world.later(10 * 60_000);
    let late = asks(&world, "identity.sign_in", owner, with(1, &code)).await;
    assert_eq!(told(late), "identity.wrong_password");
    // Five wrong ones from one place, and it waits; the owner elsewhere does not.
    asks(&world, "identity.send_code", owner, wish(1)).await.unwrap();
    let code = last();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let answer = asks(&world, "identity.sign_in", stranger, with(1, wrong)).await;
        assert_eq!(told(answer), "identity.wrong_password");
    }
    let held = asks(&world, "identity.sign_in", stranger, with(1, &code)).await;
    assert_eq!(told(held), "identity.wait 600000");
    assert_eq!(told(asks(&world, "identity.sign_in", owner, with(1, &code)).await), "in");
    // A telephone is not flooded.
    let mut answers = Vec::new();
    for _ in 0..8 {
        world.later(60_000);
        answers.push(told(asks(&world, "identity.send_code", owner, wish(1)).await));
    }
    assert!(answers.last().unwrap().starts_with("identity.codes_spent "), "{answers:?}");
}

#[tokio::test]
async fn a_known_browser_is_known_to_its_accounts_alone_and_gets_a_fresh_token_each_time() {
    let (world, _) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    world.account(2, true, &[]).await;
    let mut browser = Browser::default();
    let enter = async |browser: &mut Browser, sequence: u32| {
        world.house.get(browser, "/sign-in").await;
        let number = phone(sequence);
        let form = [("phone", number.as_str()), ("password", PASSWORD)];
        let seen = world.house.post(browser, "/sign-in", &form).await;
        assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
        let device = browser.cookie("minshu_device").unwrap().to_owned();
        world.house.get(browser, "/me").await;
        world.house.post(browser, "/sign-out", &[]).await;
        assert_eq!(
            browser.cookie("minshu_device"),
            Some(device.as_str()),
            "it outlives the session"
        );
        device
    };
    let first = enter(&mut browser, 1).await;
    let second = enter(&mut browser, 2).await;
    assert_ne!(first, second);
    // Both accounts know the browser by its newest token, and none by an older one.
    for n in 0..30 {
        for sequence in [1, 2] {
            tries(&world, address(100 + n), &phone(sequence), "a guess").await;
        }
    }
    let with = |sequence, known: &str| json!({ "phone": phone(sequence), "password": PASSWORD, "known": known });
    for sequence in [1, 2] {
        let answer = asks(&world, "identity.sign_in", address(5), with(sequence, &second)).await;
        assert_eq!(told(answer), "in");
        let answer = asks(&world, "identity.sign_in", address(5), with(sequence, &first)).await;
        assert_eq!(told(answer), "identity.code_first");
    }
    // What is tried on a known browser is counted there, and nowhere else.
    for _ in 0..10 {
        let input = json!({ "phone": phone(1), "password": "no", "known": second });
        assert_eq!(
            told(asks(&world, "identity.sign_in", address(5), input).await),
            "identity.wrong_password"
        );
    }
    let answer = asks(&world, "identity.sign_in", address(5), with(1, &second)).await;
    assert_eq!(told(answer), "identity.wait 30000");
    let answer = asks(&world, "identity.sign_in", address(5), with(2, &second)).await;
    assert_eq!(told(answer), "in");
}

#[tokio::test]
async fn the_page_asks_for_a_code_where_strangers_guess() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    for n in 0..30 {
        tries(&world, address(100 + n), &phone(1), "a guess").await;
    }
    sent.lock().unwrap().clear();
    let mut browser = Browser::default();
    let page = world.house.get(&mut browser, "/sign-in").await;
    assert!(!page.text.contains("name=\"code\""));
    let number = phone(1);
    let form = [("phone", number.as_str()), ("password", PASSWORD), ("to", "/me")];
    let page = world.house.post(&mut browser, "/sign-in", &form).await;
    assert_eq!(page.status.as_u16(), 429, "{}", page.text);
    assert!(page.text.contains("连同短信验证码") && page.text.contains("name=\"code\""));
    let page = world.house.post(&mut browser, "/sign-in/code", &form).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    assert!(page.text.contains("验证码已经发出") && page.text.contains(&number));
    assert!(!page.text.contains(PASSWORD));
    let code = sent.lock().unwrap()[0].2.clone();
    let form = [("phone", number.as_str()), ("password", PASSWORD), ("to", "/me"), ("code", &code)];
    let page = world.house.post(&mut browser, "/sign-in", &form).await;
    assert_eq!(page.location.as_deref(), Some("/me"), "{}", page.text);
}
