//! Signing in by an account elsewhere: what comes back is believed once, in the browser that left, and for the account
//! that was linked from inside its own session.

use minshu_kernel::access::Principal;
use minshu_kernel::outside::{Asserted, OutsideError};
use minshu_runtime::testing::{Browser, Seen, TestOutside};
use serde_json::json;

use crate::world::{World, phone, world, worlds};

const MINUTE: i64 = 60_000;

fn somebody(subject: &str) -> Asserted {
    Asserted {
        subject: subject.to_owned(),
        name: Some("林晓<燕>".to_owned()),
        phone: Some("13800000001".to_owned()),
    }
}

/// The state of an address at the provider, wherever a page or an answer holds it.
fn state_in(seen: &Seen) -> String {
    let text = seen.location.as_deref().unwrap_or(&seen.text);
    let after = text.split("state=").nth(1).unwrap_or_else(|| panic!("no state: {text}"));
    after.split(['"', '&', ' ']).next().unwrap().to_owned()
}

impl World {
    /// Sets out from the page of signing in.
    pub(crate) async fn set_out(&self, browser: &mut Browser) -> String {
        // The first page gives the browser its cookie.
        self.house.get(browser, "/sign-in").await;
        let path = format!("/sign-in/outside/{}?to=%2Fme", TestOutside::ID);
        state_in(&self.house.get(browser, &path).await)
    }

    pub(crate) async fn come_back(&self, browser: &mut Browser, state: &str) -> Seen {
        self.house.get(browser, &format!("/sign-in/outside?state={state}&code=c")).await
    }

    /// Links from inside a session.
    pub(crate) async fn link(&self, browser: &mut Browser) -> Seen {
        self.house.get(browser, "/me/outside").await;
        let form = [("provider", TestOutside::ID)];
        let seen = self.house.post(browser, "/me/outside/link", &form).await;
        assert_eq!(seen.status.as_u16(), 200, "{}", seen.text);
        let state = state_in(&seen);
        self.come_back(browser, &state).await
    }
}

#[tokio::test]
async fn an_unknown_one_opens_an_account_links_it_and_comes_back_signed_in() {
    for world in worlds().await {
        world.house.outside.says(Ok(somebody("a")));
        let mut browser = Browser::default();
        let page = world.house.get(&mut browser, "/sign-in").await;
        assert!(page.text.contains("用省统一身份登录"), "{}", page.text);
        let left = world.set_out(&mut browser).await;
        let seen = world.come_back(&mut browser, &left).await;
        // What the provider says stands in the form, as text, to be checked.
        assert_eq!(seen.status.as_u16(), 200, "{}", seen.text);
        for text in [
            "省统一身份的这个账号还没有连到",
            "value=\"林晓&#60;燕&#62;\"",
            "value=\"13800000001\"",
        ] {
            assert!(seen.text.contains(text), "{text}: {}", seen.text);
        }
        let account = world.account(1, false, &[]).await;
        let mut own = world.browser(1).await;
        let linked = world.link(&mut own).await;
        assert_eq!(linked.location.as_deref(), Some("/me/outside"), "{}", linked.text);
        let page = world.house.get(&mut own, "/me/outside").await;
        assert!(page.text.contains("还没用过") && page.text.contains("断开"), "{}", page.text);
        // A link proves nobody.
        let mut fresh = Browser::default();
        let left = world.set_out(&mut fresh).await;
        let seen = world.come_back(&mut fresh, &left).await;
        assert_eq!(
            (seen.status.as_u16(), seen.location.as_deref()),
            (303, Some("/me")),
            "{}",
            seen.text
        );
        let me = world.house.get(&mut fresh, "/me").await;
        assert!(me.text.contains("还没有核验") || me.text.contains("未核验"), "{}", me.text);
        assert!(!account.is_empty());
        // Signed out here, one is asked about there.
        let out = world.house.post(&mut fresh, "/sign-out", &[]).await;
        let path = out.location.unwrap();
        assert_eq!(path, format!("/sign-out/outside/{}", TestOutside::ID));
        let seen = world.house.get(&mut fresh, &path).await;
        assert!(
            seen.text.contains("https://id.example/end?back=")
                && seen.text.contains("也从省统一身份退出"),
            "{}",
            seen.text
        );
        // Unlinked, it signs nobody in.
        let links =
            world.asked(&world.signed_in(1).await, "identity.outside_links", json!({})).await;
        let link = links["providers"][0]["link"].as_str().unwrap().to_owned();
        let other = world.officer(80, "platform.registrar", "350000").await;
        world.done(&other, "identity.unlink_outside", json!({ "link": link })).await;
        let left = world.set_out(&mut fresh).await;
        assert_eq!(world.come_back(&mut fresh, &left).await.status.as_u16(), 303);
        world.house.post(&mut own, "/me/outside/unlink", &[("link", &link)]).await;
        let mut last = Browser::default();
        let left = world.set_out(&mut last).await;
        assert_eq!(world.come_back(&mut last, &left).await.status.as_u16(), 200);
    }
}

#[tokio::test]
async fn what_comes_back_elsewhere_late_again_or_changed_is_thrown_away() {
    let world = world().await;
    world.house.outside.says(Ok(somebody("a")));
    world.account(1, true, &[]).await;
    let mut own = world.browser(1).await;
    world.link(&mut own).await;
    let over = |seen: &Seen| {
        assert!(
            seen.status.as_u16() == 409 && seen.text.contains("这次登录已经过时"),
            "{} {}",
            seen.status,
            seen.text
        );
        assert!(seen.text.contains("name=\"password\""), "the page offers the password");
    };
    // Another browser: an address that somebody sends one signs one in as nobody.
    let mut left = Browser::default();
    let state = world.set_out(&mut left).await;
    let mut other = Browser::default();
    world.house.get(&mut other, "/sign-in").await;
    over(&world.come_back(&mut other, &state).await);
    over(&world.come_back(&mut Browser::default(), &state).await);
    // Again: the session began once.
    assert_eq!(world.come_back(&mut left, &state).await.status.as_u16(), 303);
    let mut again = Browser::default();
    let state = world.set_out(&mut again).await;
    assert_eq!(world.come_back(&mut again, &state).await.status.as_u16(), 303);
    world.house.get(&mut again, "/me").await;
    world.house.post(&mut again, "/sign-out", &[]).await;
    let replayed = world.come_back(&mut again, &state).await;
    assert_eq!(replayed.status.as_u16(), 409, "{:?} {}", replayed.location, replayed.text);
    // Late, changed, or not ours.
    let mut late = Browser::default();
    let state = world.set_out(&mut late).await;
    world.later(15 * MINUTE);
    over(&world.come_back(&mut late, &state).await);
    let state = world.set_out(&mut late).await;
    for wrong in [
        state[1..].to_owned(),
        format!("{state}A"),
        "x".to_owned(),
        String::new(),
        "a".repeat(3_000),
    ] {
        over(&world.come_back(&mut late, &wrong).await);
    }
    // The provider was told no.
    let no = world
        .house
        .get(&mut late, &format!("/sign-in/outside?state={state}&error=access_denied"))
        .await;
    assert!(no.status.as_u16() == 403 && no.text.contains("没有在省统一身份登录成"), "{}", no.text);
}

#[tokio::test]
async fn a_provider_that_is_down_or_lies_leaves_the_password() {
    let world = world().await;
    world.account(1, true, &[]).await;
    world.house.outside.says(Err(OutsideError::Down("no connection: <secret>".to_owned())));
    let mut browser = Browser::default();
    world.house.get(&mut browser, "/sign-in").await;
    let path = format!("/sign-in/outside/{}", TestOutside::ID);
    let seen = world.house.get(&mut browser, &path).await;
    assert!(
        seen.status.as_u16() == 503 && seen.text.contains("现在连不上省统一身份"),
        "{}",
        seen.text
    );
    assert!(!seen.text.contains("secret"));
    let form = [
        ("phone", phone(1)),
        ("password", crate::world::PASSWORD.to_owned()),
        ("to", "/me".to_owned()),
    ];
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = world.house.post(&mut browser, "/sign-in", &form).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text);
    world.house.outside.says(Ok(somebody("a")));
    let mut other = Browser::default();
    let state = world.set_out(&mut other).await;
    world.house.outside.says(Err(OutsideError::Refused("another audience".to_owned())));
    let seen = world.come_back(&mut other, &state).await;
    assert!(seen.status.as_u16() == 403 && seen.text.contains("为了安全没有接受"), "{}", seen.text);
    assert!(!seen.text.contains("audience"));
    let missing = world.house.get(&mut Browser::default(), "/sign-in/outside/nobody").await;
    assert_eq!(missing.status.as_u16(), 404);
}

#[tokio::test]
async fn accounts_are_linked_from_their_own_session_and_once() {
    let world = world().await;
    world.house.outside.says(Ok(somebody("a")));
    world.account(1, true, &[]).await;
    world.account(2, true, &[]).await;
    let (mut one, mut two) = (world.browser(1).await, world.browser(2).await);
    world.link(&mut one).await;
    // The same account there signs in one here.
    world.link(&mut two).await;
    let page = world.house.get(&mut two, "/me/outside").await;
    assert!(
        page.text.contains("那边的账号已经连着另一个账户") && page.text.contains("没有连"),
        "{}",
        page.text
    );
    // A second one there for the same account is refused.
    world.house.outside.says(Ok(somebody("b")));
    world.link(&mut one).await;
    let mut fresh = Browser::default();
    let state = world.set_out(&mut fresh).await;
    assert_eq!(world.come_back(&mut fresh, &state).await.status.as_u16(), 200);
    // Whoever set out to link and is somebody else meanwhile links nothing.
    world.house.get(&mut two, "/me/outside").await;
    let form = [("provider", TestOutside::ID)];
    let seen = world.house.post(&mut two, "/me/outside/link", &form).await;
    let state = state_in(&seen);
    let back = world.come_back(&mut one, &state).await;
    assert_eq!(back.location.as_deref(), Some("/me/outside"));
    let links = world.asked(&world.signed_in(2).await, "identity.outside_links", json!({})).await;
    assert_eq!(links["providers"][0]["link"], json!(null));
    // Nobody begins it without the form's token, and nobody makes what the pages make.
    let bare = world.house.post(&mut Browser::default(), "/me/outside/link", &form).await;
    assert!(matches!(bare.status.as_u16(), 303 | 401 | 403), "{}", bare.status);
    for who in [Principal::anonymous(), world.signed_in(2).await, Principal::console()] {
        let forged = json!({ "state": state, "subject": "a", "proof": "0".repeat(64) });
        assert_eq!(
            world.refused(&who, "identity.arrive", forged).await,
            "identity.outside_over []"
        );
    }
}
