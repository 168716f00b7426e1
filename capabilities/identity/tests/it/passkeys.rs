//! Passkeys: an authenticator made of software adds a key, signs in with it and loses it; and what a hostile one tries.

use minshu_kernel::access::Principal;
use minshu_runtime::testing::{Browser, Seen};
use serde_json::{Value as Json, json};

use crate::authenticator::Authenticator;
use crate::guessing::with_codes;
use crate::second_factor::set_up;
use crate::world::{PASSWORD, World, phone, world};

const MINUTE: i64 = 60_000;

/// What a page asks a passkey: the options, and the ticket.
fn asked(seen: &Seen) -> (Json, String) {
    let after = |mark: &str| {
        let rest = seen.text.split(mark).nth(1).unwrap_or_else(|| panic!("{mark}: {}", seen.text));
        rest.split('"').next().unwrap().replace("&#34;", "\"")
    };
    let options = serde_json::from_str(&after("data-passkey-options=\"")).unwrap();
    (options, after("name=\"ticket\" value=\""))
}

impl World {
    /// Adds a passkey from the page; `cut` bytes of what the browser answers are lost.
    async fn adds(&self, browser: &mut Browser, key: &mut Authenticator, cut: usize) -> Seen {
        let page = self.house.get(browser, "/me/security/passkeys/new").await;
        let (options, ticket) = asked(&page);
        let credential = key.create(&options, cut);
        let form = [("name", "我的手机"), ("ticket", &ticket), ("credential", &credential)];
        self.house.post(browser, "/me/security/passkeys", &form).await
    }

    /// Answers a page's question with a passkey.
    async fn answers(
        &self,
        at: (&str, &str),
        browser: &mut Browser,
        key: &mut Authenticator,
    ) -> Seen {
        let (options, ticket) = asked(&self.house.get(browser, at.0).await);
        let credential = key.get(&options);
        let form = [("to", "/me"), ("ticket", &*ticket), ("credential", &*credential)];
        self.house.post(browser, at.1, &form).await
    }

    async fn enters(&self, browser: &mut Browser, key: &mut Authenticator) -> Seen {
        self.answers(("/sign-in", "/sign-in/passkey"), browser, key).await
    }
}

#[tokio::test]
async fn a_passkey_is_added_signs_in_as_two_factors_and_is_removed() {
    for (world, sent) in with_codes().await {
        world.account(1, true, &[]).await;
        let mut own = world.browser(1).await;
        let mut key = Authenticator::new(7);
        let page = world.house.get(&mut own, "/me/security/passkeys/new").await;
        let (options, _) = asked(&page);
        assert_eq!(options["rp"]["id"], "localhost");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["user"]["name"].as_str().map(|n| n.contains("****")), Some(true));
        let seen = world.adds(&mut own, &mut key, 0).await;
        assert_eq!(seen.location.as_deref(), Some("/me/security"), "{}", seen.text);
        let page = world.house.get(&mut own, "/me/security").await;
        assert!(page.text.contains("我的手机") && page.text.contains("还没用过"), "{}", page.text);
        // The browser is told which keys are there, so that it makes no second one.
        let (options, _) = asked(&world.house.get(&mut own, "/me/security/passkeys/new").await);
        assert_eq!(options["excludeCredentials"].as_array().map(Vec::len), Some(1));
        // In a browser that was never here.
        let mut fresh = Browser::default();
        let seen = world.enters(&mut fresh, &mut key).await;
        assert_eq!(seen.location.as_deref(), Some("/me"), "{}", seen.text);
        let token = fresh.cookie("minshu_session").unwrap().to_owned();
        let who = world.principal(&token).await.unwrap();
        assert_eq!(who.assurance.methods, ["hwk", "user", "mfa"]);
        // It proves once more, after ten minutes, and is removed by that.
        world.later(11 * MINUTE);
        let list = world.asked(&who, "identity.my_passkeys", json!({})).await;
        assert_eq!(list["passkeys"][0]["synced"], false);
        let id = list["passkeys"][0]["passkey"].as_str().unwrap().to_owned();
        world.house.get(&mut fresh, "/me/security").await;
        let removal = [("passkey", id.as_str())];
        let path = "/me/security/passkeys/remove";
        let seen = world.house.post(&mut fresh, path, &removal).await;
        assert_eq!(seen.location.as_deref(), Some("/me/again?to=%2Fme%2Fsecurity"));
        let seen = world.answers(("/me/again", "/me/again"), &mut fresh, &mut key).await;
        assert_eq!(seen.location.as_deref(), Some("/me"), "{}", seen.text);
        world.house.get(&mut fresh, "/me/security").await;
        let seen = world.house.post(&mut fresh, path, &removal).await;
        assert_eq!(seen.location.as_deref(), Some("/me/security"), "{}", seen.text);
        let mut other = Browser::default();
        let seen = world.enters(&mut other, &mut key).await;
        assert_eq!((seen.status.as_u16(), seen.location), (422, None));
        assert!(seen.text.contains("没有通过核对"), "{}", seen.text);
        let said: Vec<_> = std::mem::take(&mut *sent.lock().unwrap());
        let said: Vec<_> = said.iter().map(|sent| sent.1).collect();
        assert_eq!(said, ["identity-told-passkey-added", "identity-told-passkey-removed"]);
    }
}

#[tokio::test]
async fn a_passkey_is_the_second_step_of_its_own_account_alone() {
    let world = world().await;
    world.account(1, true, &[]).await;
    world.account(2, true, &[]).await;
    let (mut one, mut two) = (world.browser(1).await, world.browser(2).await);
    let (mut key, mut strange) = (Authenticator::new(7), Authenticator::new(8));
    key.synced = true;
    world.adds(&mut one, &mut key, 0).await;
    world.adds(&mut two, &mut strange, 0).await;
    set_up(&world, &world.signed_in(1).await).await;
    let mut browser = Browser::default();
    world.house.get(&mut browser, "/sign-in").await;
    let form = [("phone", &*phone(1)), ("password", PASSWORD)];
    world.house.post(&mut browser, "/sign-in", &form).await;
    let step = ("/sign-in/second", "/sign-in/second");
    let seen = world.answers(step, &mut browser, &mut strange).await;
    assert_eq!(seen.status.as_u16(), 422, "{}", seen.text);
    let seen = world.answers(step, &mut browser, &mut key).await;
    assert_eq!(seen.location.as_deref(), Some("/me"), "{}", seen.text);
    let who = world.principal(browser.cookie("minshu_session").unwrap()).await.unwrap();
    assert_eq!(who.assurance.methods, ["swk", "user", "mfa"]);
    // Nor does somebody else's prove once more.
    let seen = world.answers(("/me/again", "/me/again"), &mut one, &mut strange).await;
    assert_eq!(seen.status.as_u16(), 422, "{}", seen.text);
}

#[tokio::test]
async fn what_does_not_hold_is_refused_whatever_is_wrong_with_it() {
    let (world, sent) = with_codes().await.remove(0);
    world.account(1, true, &[]).await;
    let mut own = world.browser(1).await;
    let good = Authenticator::new(7);
    // Adding: a wrong address, another site, nobody verified, bytes that are missing.
    for bend in [
        |key: &mut Authenticator| key.origin = "https://minshu.example".to_owned(),
        |key: &mut Authenticator| key.site = "minshu.example".to_owned(),
        |key: &mut Authenticator| key.verified = false,
    ] {
        let mut key = good.clone();
        bend(&mut key);
        let seen = world.adds(&mut own, &mut key, 0).await;
        assert_eq!(seen.status.as_u16(), 422, "{}", seen.text);
    }
    let mut key = good.clone();
    assert_eq!(world.adds(&mut own, &mut key, 1).await.status.as_u16(), 422);
    // Four mistakes are free; the right one clears them.
    let mut key = good.clone();
    assert_eq!(world.adds(&mut own, &mut key, 0).await.location.as_deref(), Some("/me/security"));
    // The same key again, and somebody else with a copy of its id.
    assert_eq!(world.adds(&mut own, &mut key.clone(), 0).await.status.as_u16(), 409);
    world.account(2, true, &[]).await;
    let mut two = world.browser(2).await;
    assert_eq!(world.adds(&mut two, &mut key.clone(), 0).await.status.as_u16(), 409);
    let mut browser = Browser::default();
    for bend in [
        |key: &mut Authenticator| key.origin = "http://localhost.example".to_owned(),
        |key: &mut Authenticator| key.site = "example".to_owned(),
        |key: &mut Authenticator| key.verified = false,
        |key: &mut Authenticator| key.user = vec![1; 16],
        // Signed by another key than the one that is kept.
        |key: &mut Authenticator| {
            let mut other = Authenticator::new(9);
            (other.id, other.user) = (key.id.clone(), key.user.clone());
            *key = other;
        },
    ] {
        let mut bent = key.clone();
        bend(&mut bent);
        let seen = world.enters(&mut browser, &mut bent).await;
        assert_eq!((seen.status.as_u16(), seen.location), (422, None));
    }
    // A challenge serves once, in the browser that was asked, for what it was asked, and ten minutes.
    let (options, ticket) = asked(&world.house.get(&mut browser, "/sign-in").await);
    let credential = key.get(&options);
    let form = [("to", "/me"), ("ticket", &*ticket), ("credential", &*credential)];
    let mut thief = Browser::default();
    world.house.get(&mut thief, "/sign-in").await;
    let seen = world.house.post(&mut thief, "/sign-in/passkey", &form).await;
    assert_eq!(seen.status.as_u16(), 409, "{}", seen.text);
    world.house.get(&mut own, "/me/again").await;
    assert_eq!(world.house.post(&mut own, "/me/again", &form).await.status.as_u16(), 409);
    let first = world.house.post(&mut browser.clone(), "/sign-in/passkey", &form).await;
    assert_eq!(first.location.as_deref(), Some("/me"), "{}", first.text);
    let again = world.house.post(&mut browser, "/sign-in/passkey", &form).await;
    assert_eq!(again.status.as_u16(), 409, "{}", again.text);
    let (options, ticket) = asked(&world.house.get(&mut browser, "/sign-in").await);
    let late = key.get(&options);
    world.later(10 * MINUTE);
    let form = [("to", "/me"), ("ticket", &*ticket), ("credential", &*late)];
    assert_eq!(world.house.post(&mut browser, "/sign-in/passkey", &form).await.status, 409);
    // A copy that counts on its own: refused, and the owner hears of it.
    sent.lock().unwrap().clear();
    let mut copy = key.clone();
    assert_eq!(world.enters(&mut browser.clone(), &mut key).await.location.as_deref(), Some("/me"));
    copy.count -= 2;
    let seen = world.enters(&mut browser, &mut copy).await;
    assert_eq!(seen.status.as_u16(), 409, "{}", seen.text);
    assert!(seen.text.contains("可能有人复制了它"), "{}", seen.text);
    let said: Vec<_> = sent.lock().unwrap().iter().map(|s| s.1).collect();
    assert_eq!(said, ["identity-told-passkey-copied"]);
    // Without script a form comes without an answer.
    world.house.get(&mut browser, "/sign-in").await;
    assert_eq!(world.house.post(&mut browser, "/sign-in/passkey", &[]).await.status.as_u16(), 409);
}

#[tokio::test]
async fn ten_are_the_most_and_recovery_and_leaving_forget_them() {
    let (world, sent) = with_codes().await.remove(0);
    let account = world.account(1, true, &[]).await;
    let mut own = world.browser(1).await;
    let mut keys: Vec<Authenticator> = (1..=11).map(Authenticator::new).collect();
    for key in &mut keys[..10] {
        let seen = world.adds(&mut own, key, 0).await;
        assert_eq!(seen.location.as_deref(), Some("/me/security"), "{}", seen.text);
    }
    let seen = world.adds(&mut own, &mut keys[10], 0).await;
    assert_eq!(seen.status.as_u16(), 409);
    assert!(seen.text.contains("最多添加 10 个"), "{}", seen.text);
    let kept = async || {
        let sql = "SELECT COUNT(*) AS n FROM identity_passkey WHERE account = $1";
        let asked = minshu_kernel::values![account.as_str()];
        let rows = world.house.house.services.records.point(sql.into(), asked).await.unwrap();
        rows[0].get::<i64>("n").unwrap()
    };
    assert_eq!(kept().await, 10);
    // Whoever gets the account back trusts none of them.
    let who = world.signed_in(1).await;
    let code = || sent.lock().unwrap().last().cloned().unwrap().2;
    world.done(&who, "identity.send_own_code", json!({})).await;
    world.done(&who, "identity.verify_phone", json!({ "code": code() })).await;
    world.later(MINUTE);
    let wish = json!({ "phone": phone(1), "purpose": "recover" });
    world.done(&Principal::anonymous(), "identity.send_code", wish).await;
    let recovery = json!({ "phone": phone(1), "code": code(), "password": PASSWORD });
    world.done(&Principal::anonymous(), "identity.recover", recovery).await;
    assert_eq!(kept().await, 0);
    let mut own = world.browser(1).await;
    world.adds(&mut own, &mut keys[0], 0).await;
    assert_eq!(kept().await, 1);
    let who = world.signed_in(1).await;
    world.done(&who, "identity.erase_me", json!({ "password": PASSWORD })).await;
    assert_eq!(kept().await, 0);
}
