//! Signing in with two steps: an authenticator, its spare codes, and proving oneself once more before any of it changes.

use minshu_kernel::access::Principal;
use minshu_kernel::outside::Asserted;
use minshu_runtime::testing::Browser;
use serde_json::{Value as Json, json};
use totp_rs::{Builder, Secret};

use crate::guessing::{address, asks, told, with_codes};
use crate::world::{PASSWORD, World, phone};

/// What the authenticator shows at the house's time.
pub(crate) fn shown(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = world.house.house.services.clock.now().0 / 1_000;
    totp.generate(u64::try_from(now).unwrap()).to_string()
}

/// Sets an authenticator up and answers its secret and the spare codes.
pub(crate) async fn set_up(world: &World, who: &Principal) -> (String, Vec<String>) {
    let begun = world.done(who, "identity.begin_totp", json!({})).await;
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let url = begun["url"].as_str().unwrap();
    assert!(url.starts_with("otpauth://totp/Minshu:138") && url.contains(&secret), "{url}");
    let told = world.refused(who, "identity.confirm_totp", json!({ "code": "abc" })).await;
    assert_eq!(told, "kernel.invalid [/code identity-totp-differs]");
    let code = shown(world, &secret);
    let done = world.done(who, "identity.confirm_totp", json!({ "code": code })).await;
    let codes = done["codes"].as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn first_step(world: &World, sequence: u32) -> Json {
    let input = json!({ "phone": phone(sequence), "password": PASSWORD });
    world.done(&Principal::anonymous(), "identity.sign_in", input).await
}

async fn second_step(world: &World, step: &Json, code: &str) -> String {
    let input = json!({ "step": step["step"], "code": code });
    told(asks(world, "identity.finish_sign_in", address(3), input).await)
}

#[tokio::test]
async fn signing_in_asks_for_the_authenticator_and_a_code_is_good_once() {
    for (world, sent) in with_codes().await {
        world.account(1, true, &[]).await;
        let who = world.signed_in(1).await;
        assert_eq!(who.assurance.methods, ["pwd"]);
        let (secret, codes) = set_up(&world, &who).await;
        let said: Vec<_> = std::mem::take(&mut *sent.lock().unwrap());
        assert_eq!(said.iter().map(|s| s.1).collect::<Vec<_>>(), ["identity-told-totp-added"]);
        assert_eq!((codes.len(), codes[0].len()), (10, 11));
        // The code of setting up is used, and so is every earlier one.
        let step = first_step(&world, 1).await;
        assert_eq!((&step["token"], step["step"].is_string()), (&Json::Null, true));
        let same = shown(&world, &secret);
        assert_eq!(second_step(&world, &step, &same).await, "identity.wrong_password");
        world.later(30_000);
        let code = shown(&world, &secret);
        let input = json!({ "step": step["step"], "code": code });
        let begun = asks(&world, "identity.finish_sign_in", address(3), input).await.unwrap();
        let who = world.principal(begun["token"].as_str().unwrap()).await.unwrap();
        assert_eq!(who.assurance.methods, ["pwd", "otp", "mfa"]);
        // Neither the step nor the code serves again.
        world.later(30_000);
        assert_eq!(second_step(&world, &step, &shown(&world, &secret)).await, "identity.step_over");
        let step = first_step(&world, 1).await;
        assert_eq!(second_step(&world, &step, &code).await, "identity.wrong_password");
        // A spare code, however it is written, once; the owner hears of it.
        let spare = codes[3].to_uppercase().replace('-', " ");
        assert_eq!(second_step(&world, &step, &spare).await, "in");
        let said: Vec<_> = std::mem::take(&mut *sent.lock().unwrap());
        assert_eq!(said.iter().map(|s| s.1).collect::<Vec<_>>(), ["identity-spare-code-used"]);
        let step = first_step(&world, 1).await;
        assert_eq!(second_step(&world, &step, &spare).await, "identity.wrong_password");
        let told = world.asked(&who, "identity.my_factors", json!({})).await;
        assert_eq!(told["spare_left"], 9);
        // Five minutes later the sign-in is over.
        world.later(5 * 60_000);
        assert_eq!(second_step(&world, &step, &codes[4]).await, "identity.step_over");
    }
}

#[tokio::test]
async fn two_at_once_with_one_code_are_one() {
    let (world, _) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let who = world.signed_in(1).await;
    let (secret, _) = set_up(&world, &who).await;
    world.later(30_000);
    let (one, other) = (first_step(&world, 1).await, first_step(&world, 1).await);
    let code = shown(&world, &secret);
    let both =
        futures_util::join!(second_step(&world, &one, &code), second_step(&world, &other, &code));
    let entered = [&both.0, &both.1].iter().filter(|answer| **answer == "in").count();
    assert_eq!(entered, 1, "{both:?}");
}

#[tokio::test]
async fn the_second_step_cannot_be_tried_out_and_the_owner_hears_of_it() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let who = world.signed_in(1).await;
    let (secret, _) = set_up(&world, &who).await;
    sent.lock().unwrap().clear();
    world.later(30_000);
    let mut answers = Vec::new();
    for n in 0..200 {
        let step = first_step(&world, 1).await;
        let input = json!({ "step": step["step"], "code": format!("{n:06}") });
        answers.push(told(asks(&world, "identity.finish_sign_in", address(100 + n), input).await));
    }
    assert_eq!(answers.iter().filter(|a| *a == "identity.wrong_password").count(), 11);
    assert!(answers[199].starts_with("identity.wait "), "{}", answers[199]);
    let said: Vec<_> = std::mem::take(&mut *sent.lock().unwrap());
    assert_eq!(said.iter().map(|s| s.1).collect::<Vec<_>>(), ["identity-factor-guessed-at"]);
    // The right code does not shorten the wait on an unknown browser.
    let step = first_step(&world, 1).await;
    assert!(second_step(&world, &step, &shown(&world, &secret)).await.starts_with("identity.wait"));
}

#[tokio::test]
async fn a_factor_changes_only_after_a_fresh_proof_with_both_factors() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let token = world.token(1).await;
    let who = world.principal(&token).await.unwrap();
    let (secret, codes) = set_up(&world, &who).await;
    let again = async || world.principal(&token).await.unwrap();
    assert_eq!(
        world.refused(&who, "identity.begin_totp", json!({})).await,
        "identity.factor_there []"
    );
    world.later(10 * 60_000 + 1);
    for operation in ["identity.remove_totp", "identity.renew_spare_codes", "identity.begin_totp"] {
        let who = again().await;
        assert_eq!(world.refused(&who, operation, json!({})).await, "identity.prove_again []");
    }
    // The password alone is not enough, nor the code alone.
    let right = shown(&world, &secret);
    for input in [
        json!({ "password": PASSWORD }),
        json!({ "password": "not this one", "code": right }),
        json!({ "password": PASSWORD, "code": "000000" }),
    ] {
        let told = world.refused(&who, "identity.reauthenticate", input).await;
        assert_eq!(told, "identity.wrong_password []");
    }
    let input = json!({ "password": PASSWORD, "code": right });
    world.done(&who, "identity.reauthenticate", input).await;
    let who = again().await;
    assert!(who.assurance.is_fresh(world.house.house.services.clock.now(), 0));
    let renewed = world.done(&who, "identity.renew_spare_codes", json!({})).await;
    assert!(!renewed["codes"].as_array().unwrap().contains(&json!(codes[0])));
    let waiting = first_step(&world, 1).await;
    world.done(&who, "identity.remove_totp", json!({})).await;
    assert_eq!(second_step(&world, &waiting, &codes[1]).await, "identity.step_over");
    assert!(first_step(&world, 1).await["token"].is_string());
    let said: Vec<&str> = sent.lock().unwrap().iter().map(|s| s.1).collect();
    assert_eq!(
        said,
        ["identity-told-totp-added", "identity-told-spare-renewed", "identity-told-totp-removed"]
    );
    let told = world.refused(&who, "identity.remove_totp", json!({})).await;
    assert_eq!(told, "identity.factor_missing []");
}

#[tokio::test]
async fn the_pages_set_it_up_and_ask_for_it() {
    let (world, _) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let mut browser = world.browser(1).await;
    let page = world.house.get(&mut browser, "/me/security").await;
    assert!(page.text.contains("未启用"), "{}", page.text);
    let page = world.house.post(&mut browser, "/me/security/totp", &[]).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    let field = |name: &str| {
        let start = format!("name=\"{name}\" value=\"");
        page.text.split(&start).nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&")
    };
    let (secret, url) = (field("secret"), field("url"));
    assert!(page.text.contains("<svg role=\"img\""));
    let form = [("secret", secret.as_str()), ("url", &url), ("code", "000000")];
    let page = world.house.post(&mut browser, "/me/security/totp/confirm", &form).await;
    assert_eq!(page.status.as_u16(), 422);
    assert!(page.text.contains("和身份验证器现在显示的不一样") && page.text.contains(&secret));
    let code = shown(&world, &secret.replace(' ', ""));
    let form = [("secret", secret.as_str()), ("url", &url), ("code", &code)];
    let page = world.house.post(&mut browser, "/me/security/totp/confirm", &form).await;
    assert_eq!(page.text.matches("class=\"code\"").count(), 10, "{}", page.text);
    // Another browser: two steps, and back to where one was.
    world.later(30_000);
    let mut other = Browser::default();
    world.house.get(&mut other, "/sign-in").await;
    let number = phone(1);
    let form = [("phone", number.as_str()), ("password", PASSWORD), ("to", "/me")];
    let page = world.house.post(&mut other, "/sign-in", &form).await;
    assert_eq!(page.location.as_deref(), Some("/sign-in/second?to=%2Fme"));
    assert_eq!(other.cookie("minshu_session"), None);
    let page = world.house.get(&mut other, "/sign-in/second?to=%2Fme").await;
    assert!(page.text.contains("再证明一步"), "{}", page.text);
    let form = [("code", "123 456"), ("to", "/me")];
    let page = world.house.post(&mut other, "/sign-in/second", &form).await;
    assert_eq!(page.status.as_u16(), 422, "{}", page.text);
    let code = shown(&world, &secret.replace(' ', ""));
    let form = [("code", code.as_str()), ("to", "/me")];
    let page = world.house.post(&mut other, "/sign-in/second", &form).await;
    assert_eq!(page.location.as_deref(), Some("/me"), "{}", page.text);
    // A browser without the first step is sent back to it, and so is one whose step is over.
    let mut third = Browser::default();
    let page = world.house.get(&mut third, "/sign-in/second?to=%2Fme").await;
    assert_eq!(page.location.as_deref(), Some("/sign-in?to=%2Fme"));
    // Later the page asks for a proof before anything changes.
    world.later(11 * 60_000);
    world.house.get(&mut other, "/me/security").await;
    let page = world.house.post(&mut other, "/me/security/totp/remove", &[]).await;
    assert_eq!(page.location.as_deref(), Some("/me/again?to=%2Fme%2Fsecurity"));
    let page = world.house.get(&mut other, "/me/again?to=%2Fme%2Fsecurity").await;
    assert!(page.text.contains("请再输一次密码"));
    let code = shown(&world, &secret.replace(' ', ""));
    let form = [("password", PASSWORD), ("code", code.as_str()), ("to", "/me/security")];
    let page = world.house.post(&mut other, "/me/again", &form).await;
    assert_eq!(page.location.as_deref(), Some("/me/security"), "{}", page.text);
    world.house.get(&mut other, "/me/security").await;
    let page = world.house.post(&mut other, "/me/security/totp/remove", &[]).await;
    assert_eq!(page.location.as_deref(), Some("/me/security"), "{}", page.text);
}

/// What cannot be taken back asks for both factors, and takes every way of signing in along.
#[tokio::test]
async fn taking_along_and_erasing_ask_for_both_factors() {
    for (world, _) in with_codes().await {
        world.house.outside.says(Ok(Asserted { subject: "a".to_owned(), ..Asserted::default() }));
        world.account(1, true, &[]).await;
        let mut own = world.browser(1).await;
        world.link(&mut own).await;
        let who = world.signed_in(1).await;
        let (secret, codes) = set_up(&world, &who).await;
        let password = ("password", PASSWORD);
        let page = world.house.get(&mut own, "/me/data").await;
        assert!(page.text.contains("name=\"code\""), "{}", page.text);
        for path in ["/me/data/export", "/me/data/erase"] {
            for form in [vec![password], vec![password, ("code", "000000")]] {
                let seen = world.house.post(&mut own, path, &form).await;
                assert_eq!(seen.status.as_u16(), 422, "{path} {form:?} {}", seen.text);
            }
        }
        world.later(30_000);
        let code = shown(&world, &secret);
        let form = [password, ("code", code.as_str())];
        let taken = world.house.post(&mut own, "/me/data/export", &form).await;
        assert_eq!(taken.status.as_u16(), 200, "{}", taken.text);
        let form = [password, ("code", codes[0].as_str())];
        world.house.get(&mut own, "/me/data").await;
        let gone = world.house.post(&mut own, "/me/data/erase", &form).await;
        assert_eq!(gone.status.as_u16(), 303, "{}", gone.text);
        // Whoever is known elsewhere is a stranger here now.
        let mut later = Browser::default();
        let state = world.set_out(&mut later).await;
        let seen = world.come_back(&mut later, &state).await;
        assert!(seen.status.as_u16() == 200 && seen.text.contains("还没有连到"), "{}", seen.text);
    }
}

/// A provider's word is one step: the account's own second one is asked for after it, and the session still knows by whom
/// it began.
#[tokio::test]
async fn the_second_step_follows_a_provider_as_well() {
    for (world, sent) in with_codes().await {
        world.house.outside.says(Ok(Asserted { subject: "a".to_owned(), ..Asserted::default() }));
        world.account(1, true, &[]).await;
        let mut own = world.browser(1).await;
        world.link(&mut own).await;
        let who = world.signed_in(1).await;
        let (secret, _) = set_up(&world, &who).await;
        world.later(30_000);
        let mut browser = Browser::default();
        let state = world.set_out(&mut browser).await;
        let seen = world.come_back(&mut browser, &state).await;
        assert_eq!(seen.location.as_deref(), Some("/sign-in/second?to=%2Fme"), "{}", seen.text);
        assert_eq!(browser.cookie("minshu_session"), None, "nobody is signed in yet");
        // What came back serves no second time, and a wrong code does not help.
        assert_eq!(world.come_back(&mut browser, &state).await.status.as_u16(), 409);
        world.house.get(&mut browser, "/sign-in/second?to=%2Fme").await;
        let form = [("to", "/me"), ("code", "000000")];
        let wrong = world.house.post(&mut browser, "/sign-in/second", &form).await;
        assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.text);
        let code = shown(&world, &secret);
        let form = [("to", "/me"), ("code", code.as_str())];
        let seen = world.house.post(&mut browser, "/sign-in/second", &form).await;
        assert_eq!(seen.location.as_deref(), Some("/me"), "{}", seen.text);
        let who = world.principal(browser.cookie("minshu_session").unwrap()).await.unwrap();
        assert_eq!(who.assurance.methods, ["fed", "otp", "mfa"]);
        world.house.get(&mut browser, "/me").await;
        let out = world.house.post(&mut browser, "/sign-out", &[]).await;
        let path = format!("/sign-out/outside/{}", minshu_runtime::testing::TestOutside::ID);
        assert_eq!(out.location, Some(path));
        sent.lock().unwrap().clear();
    }
}
