//! Getting an account back: by the verified telephone, and by two officers who have seen its owner.

use minshu_kernel::access::Principal;
use minshu_runtime::testing::Browser;
use serde_json::{Value as Json, json};

use crate::guessing::{Sent, address, asks, flown, told, with_codes};
use crate::second_factor::{set_up, shown};
use crate::world::{DAY, PASSWORD, World, number, phone};

const CLERK: &str = "gov-single-window.clerk";
const NEW: &str = "江边的第三棵榕树 2026";

fn last(sent: &Sent) -> String {
    sent.lock().unwrap().last().cloned().unwrap().2
}

fn texts(sent: &Sent) -> Vec<&'static str> {
    std::mem::take(&mut *sent.lock().unwrap()).iter().map(|sent| sent.1).collect()
}

async fn recovers(world: &World, code: &str, factor: Option<&str>) -> String {
    let input = json!({ "phone": phone(1), "code": code, "factor": factor, "password": NEW });
    told(asks(world, "identity.recover", address(4), input).await)
}

async fn enters(world: &World, password: &str) -> String {
    let input = json!({ "phone": phone(1), "password": password });
    told(asks(world, "identity.sign_in", address(9), input).await)
}

async fn asks_for_a_code(world: &World, sequence: u32) -> Json {
    let wish = json!({ "phone": phone(sequence), "purpose": "recover" });
    asks(world, "identity.send_code", address(4), wish).await.unwrap()
}

#[tokio::test]
async fn a_verified_telephone_sets_another_password_and_ends_everything() {
    for (world, sent) in with_codes().await {
        world.account(1, true, &[]).await;
        let token = world.token(1).await;
        let who = world.principal(&token).await.unwrap();
        // Before it is verified no code goes out, and the answer is the same as for a number without an account.
        let (own, other) = (asks_for_a_code(&world, 1).await, asks_for_a_code(&world, 2).await);
        assert_eq!(own, other);
        assert_eq!(flown(&world).await, 0);
        world.done(&who, "identity.send_own_code", json!({})).await;
        let code = last(&sent);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let told = world.refused(&who, "identity.verify_phone", json!({ "code": wrong })).await;
        assert_eq!(told, "identity.wrong_password []");
        // A code is good for what it was sent for alone.
        assert_eq!(recovers(&world, &code, None).await, "identity.wrong_password");
        world.done(&who, "identity.verify_phone", json!({ "code": code })).await;
        assert_eq!(
            world.asked(&who, "identity.my_factors", json!({})).await["phone_verified"],
            true
        );
        world.later(60_000);
        asks_for_a_code(&world, 1).await;
        let code = last(&sent);
        let weak = json!({ "phone": phone(1), "code": code, "password": "short" });
        let answer = asks(&world, "identity.recover", address(4), weak).await.unwrap_err();
        assert_eq!(answer.fields[0].pointer, "/password", "and the code is not used up");
        assert_eq!(recovers(&world, &code, None).await, "in");
        assert!(world.principal(&token).await.is_none());
        assert_eq!(enters(&world, PASSWORD).await, "identity.wrong_password");
        assert_eq!(enters(&world, NEW).await, "in");
        assert_eq!(recovers(&world, &code, None).await, "identity.wrong_password");
        assert!(texts(&sent).contains(&"identity-told-recovered"));
    }
}

#[tokio::test]
async fn a_telephone_alone_does_not_go_around_the_second_factor() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let who = world.signed_in(1).await;
    world.done(&who, "identity.send_own_code", json!({})).await;
    world.done(&who, "identity.verify_phone", json!({ "code": last(&sent) })).await;
    let (secret, spare) = set_up(&world, &who).await;
    world.later(60_000);
    asks_for_a_code(&world, 1).await;
    let code = last(&sent);
    assert_eq!(recovers(&world, &code, None).await, "identity.factor_needed");
    assert_eq!(recovers(&world, &code, Some("000000")).await, "identity.wrong_password");
    assert_eq!(enters(&world, NEW).await, "identity.wrong_password");
    assert_eq!(recovers(&world, &code, Some(&spare[0])).await, "in");
    // The authenticator is asked for as before.
    let input = json!({ "phone": phone(1), "password": NEW });
    let begun = world.done(&Principal::anonymous(), "identity.sign_in", input).await;
    assert!(begun["step"].is_string());
    let input = json!({ "step": begun["step"], "code": shown(&world, &secret) });
    assert_eq!(told(asks(&world, "identity.finish_sign_in", address(2), input).await), "in");
}

#[tokio::test]
async fn two_officers_give_an_account_back_and_nobody_does_it_alone() {
    for (world, sent) in with_codes().await {
        sent.lock().unwrap().clear();
        let account = world.account(1, true, &[]).await;
        let owner = world.signed_in(1).await;
        let first = world.officer(90, CLERK, "350102").await;
        let second = world.officer(91, CLERK, "350102").await;
        let begin = |sequence| json!({ "account": account, "evidence": "identity-card", "number_seen": number(sequence) });
        let told = world.refused(&first, "identity.begin_recovery", begin(2)).await;
        assert_eq!(told, "kernel.invalid [/number_seen identity-number-differs]");
        let stranger = world.refused(&owner, "identity.begin_recovery", begin(1)).await;
        assert!(stranger.starts_with("kernel."), "{stranger}");
        let begun = world.done(&first, "identity.begin_recovery", begin(1)).await;
        let again = world.refused(&second, "identity.begin_recovery", begin(1)).await;
        assert_eq!(again, "identity.recovery_open []");
        let confirm = json!({ "recovery": begun["recovery"] });
        let told = world.refused(&first, "identity.confirm_recovery", confirm.clone()).await;
        assert_eq!(told, "identity.recovery_same []");
        let list = world.asked(&second, "identity.recoveries", json!({})).await;
        assert_eq!(
            (&list["recoveries"][0]["own"], list["recoveries"].as_array().unwrap().len()),
            (&json!(false), 1)
        );
        let code = world.done(&second, "identity.confirm_recovery", confirm.clone()).await;
        let code = code["code"].as_str().unwrap();
        assert_eq!(recovers(&world, "abcde-fghjk", None).await, "identity.wrong_password");
        assert_eq!(recovers(&world, &code.to_uppercase(), None).await, "in");
        assert_eq!(recovers(&world, code, None).await, "identity.wrong_password");
        assert_eq!(enters(&world, NEW).await, "in");
        assert_eq!(
            texts(&sent),
            [
                "identity-told-recovery-begun",
                "identity-told-recovery-confirmed",
                "identity-told-recovered"
            ]
        );
        // An officer's own account is given back by two others, under whichever account the officer acts.
        let clerk_account = first.account().unwrap().to_string();
        let input = json!({ "account": clerk_account, "evidence": "identity-card", "number_seen": number(90) });
        let told = world.refused(&first, "identity.begin_recovery", input.clone()).await;
        assert_eq!(told, "identity.recovery_own []");
        let begun = world.done(&second, "identity.begin_recovery", input).await;
        let confirm = json!({ "recovery": begun["recovery"] });
        let told = world.refused(&first, "identity.confirm_recovery", confirm).await;
        assert_eq!(told, "identity.recovery_own []");
    }
}

#[tokio::test]
async fn a_factor_goes_a_day_later_and_the_owner_can_stop_it() {
    let (world, sent) = with_codes().await.remove(0);
    let account = world.account(1, true, &[]).await;
    let owner = world.signed_in(1).await;
    let (_, spare) = set_up(&world, &owner).await;
    let first = world.officer(90, CLERK, "350102").await;
    let second = world.officer(91, CLERK, "350102").await;
    let input = json!({
        "account": account, "evidence": "passport", "number_seen": number(1), "factor": true,
    });
    let give = async || {
        let begun = world.done(&first, "identity.begin_recovery", input.clone()).await;
        let confirm = json!({ "recovery": begun["recovery"] });
        let given = world.done(&second, "identity.confirm_recovery", confirm).await;
        given["code"].as_str().unwrap().to_owned()
    };
    let stolen = give().await;
    assert_eq!(recovers(&world, &stolen, None).await, "identity.recovery_not_yet");
    let seen = world.asked(&owner, "identity.my_factors", json!({})).await;
    assert!(seen["recovery_begun_ms"].is_i64());
    world.done(&owner, "identity.stop_recovery", json!({})).await;
    world.later(DAY);
    assert_eq!(recovers(&world, &stolen, None).await, "identity.wrong_password");
    let code = give().await;
    world.later(DAY);
    assert_eq!(recovers(&world, &code, None).await, "in");
    let input = json!({ "phone": phone(1), "password": NEW });
    let begun = world.done(&Principal::anonymous(), "identity.sign_in", input).await;
    assert!(begun["token"].is_string() && begun["step"].is_null());
    assert!(texts(&sent).contains(&"identity-told-recovery-waits"));
    assert_eq!(spare.len(), 10);
    // One that nobody confirms within a day is over.
    let input = json!({ "account": account, "evidence": "passport", "number_seen": number(1) });
    let begun = world.done(&first, "identity.begin_recovery", input.clone()).await;
    world.later(DAY);
    let second = world.signed_in(91).await;
    let confirm = json!({ "recovery": begun["recovery"] });
    assert_eq!(
        world.refused(&second, "identity.confirm_recovery", confirm).await,
        "kernel.missing []"
    );
    world.done(&second, "identity.begin_recovery", input).await;
}

#[tokio::test]
async fn the_pages_give_an_account_back() {
    let (world, _) = with_codes().await.remove(0);
    let account = world.account(1, true, &[]).await;
    world.officer(90, CLERK, "350102").await;
    world.officer(91, CLERK, "350102").await;
    let (mut first, mut second) = (world.browser(90).await, world.browser(91).await);
    let page = world.house.get(&mut first, &format!("/counter/recoveries?account={account}")).await;
    assert!(page.text.contains("138****0001") && !page.text.contains(&number(1)), "{}", page.text);
    let seen = number(1);
    let wrong = number(2);
    let form = |number| {
        [("account", account.as_str()), ("evidence", "identity-card"), ("number_seen", number)]
    };
    let page = world.house.post(&mut first, "/counter/recoveries", &form(&wrong)).await;
    assert_eq!(page.status.as_u16(), 422, "{}", page.text);
    let page = world.house.post(&mut first, "/counter/recoveries", &form(&seen)).await;
    assert_eq!(page.location.as_deref(), Some("/counter/recoveries"), "{}", page.text);
    let page = world.house.get(&mut first, "/counter/recoveries").await;
    assert!(page.text.contains("您发起的"), "{}", page.text);
    let page = world.house.get(&mut second, "/counter/recoveries").await;
    let recovery = page.text.split("name=\"recovery\" value=\"").nth(1).unwrap();
    let recovery = recovery.split('"').next().unwrap().to_owned();
    let page = world
        .house
        .post(&mut second, "/counter/recoveries/confirm", &[("recovery", &recovery)])
        .await;
    let code = page.text.split("<span class=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    let code = code.to_owned();
    let mut owner = Browser::default();
    world.house.get(&mut owner, "/recover").await;
    let number = phone(1);
    let form = [("phone", number.as_str()), ("code", &code), ("password", NEW)];
    let page = world.house.post(&mut owner, "/recover", &form).await;
    assert_eq!(page.location.as_deref(), Some("/sign-in"), "{}", page.text);
    let page = world.house.get(&mut owner, "/sign-in").await;
    assert!(page.text.contains("新密码已经生效"));
}
