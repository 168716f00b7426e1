//! One's own sessions: the list, ending one and all others, the idle end, tokens that ended, other processes.

use minshu_runtime::http::session::SessionToken;
use minshu_runtime::testing::Browser;
use serde_json::json;

use crate::guessing::with_codes;
use crate::world::{PASSWORD, capabilities, packs, phone, world, worlds};

fn bearer(token: &str) -> SessionToken {
    SessionToken { token: Some(token.to_owned()), bearer: true }
}

#[tokio::test]
async fn a_person_sees_the_own_sessions_and_ends_them() {
    for world in worlds().await {
        world.account(1, true, &[]).await;
        world.account(2, true, &[]).await;
        let input =
            json!({ "phone": phone(1), "password": PASSWORD, "device": " Edge · Windows " });
        let nobody = minshu_kernel::access::Principal::anonymous();
        let begun = world.done(&nobody, "identity.sign_in", input).await;
        let here = begun["token"].as_str().unwrap().to_owned();
        let who = world.principal(&here).await.unwrap();
        let (lost, third) = (world.token(1).await, world.token(1).await);
        let list = world.asked(&who, "identity.my_sessions", json!({})).await;
        let list = list["sessions"].as_array().unwrap();
        assert_eq!(list.len(), 3);
        let current: Vec<_> = list.iter().filter(|s| s["current"] == true).collect();
        assert_eq!(current.len(), 1);
        assert_eq!(current[0]["device"], "Edge · Windows");
        // Somebody else neither sees nor ends it.
        let stranger = world.signed_in(2).await;
        let seen = world.asked(&stranger, "identity.my_sessions", json!({})).await;
        assert_eq!(seen["sessions"].as_array().unwrap().len(), 1);
        let session = world.principal(&lost).await.unwrap().assurance.session.unwrap();
        let end = json!({ "session": session });
        let answer = world.done(&stranger, "identity.end_session", end.clone()).await;
        assert_eq!(answer["ended"], false);
        assert!(world.principal(&lost).await.is_some());
        let answer = world.done(&who, "identity.end_session", end.clone()).await;
        assert_eq!(answer["ended"], true);
        assert!(world.principal(&lost).await.is_none());
        let again = world.done(&who, "identity.end_session", end).await;
        assert_eq!(again["ended"], false);
        let over = world.done(&who, "identity.end_other_sessions", json!({})).await;
        assert_eq!(over["ended"], 1);
        assert!(world.principal(&third).await.is_none());
        assert!(world.principal(&here).await.is_some());
        let all = json!({ "this_too": true });
        world.done(&who, "identity.end_other_sessions", all).await;
        assert!(world.principal(&here).await.is_none());
        assert!(stranger.account() != who.account());
    }
}

#[tokio::test]
async fn a_session_that_is_not_used_ends_after_two_hours() {
    let world = world().await;
    world.account(1, true, &[]).await;
    let (used, idle) = (world.token(1).await, world.token(1).await);
    world.later(2 * 3_600_000 - 1);
    assert!(world.principal(&used).await.is_some());
    world.later(1);
    assert!(world.principal(&used).await.is_some());
    assert!(world.principal(&idle).await.is_none());
    let who = world.principal(&used).await.unwrap();
    let list = world.asked(&who, "identity.my_sessions", json!({})).await;
    assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_bearer_token_that_ended_is_nobody_anywhere_and_a_cookie_is_a_stranger() {
    let world = world().await;
    world.account(1, true, &[]).await;
    let token = world.token(1).await;
    let house = &world.house.house;
    let who = house.principal(&bearer(&token)).await.unwrap();
    world.done(&who, "identity.sign_out", json!({ "token": token })).await;
    for wrong in [token.as_str(), "", "x", &"A".repeat(43)] {
        let failure = house.principal(&bearer(wrong)).await.unwrap_err();
        assert_eq!((failure.code, failure.kind.status()), ("kernel.session_ended", 401));
    }
    let cookie = SessionToken { token: Some(token.clone()), bearer: false };
    assert!(!house.principal(&cookie).await.unwrap().signed_in());
    // Over HTTP, on an operation that is open to everybody.
    let mut browser = minshu_runtime::testing::Browser::default();
    for path in ["/api/identity/counters", "/sign-in"] {
        let request = http::Request::get(path)
            .header("authorization", format!("Bearer {token}"))
            .body(axum::body::Body::empty())
            .unwrap();
        let seen = world.house.send(&mut browser, request).await;
        assert_eq!(seen.status, 401, "{path}");
        assert!(seen.text.contains("urn:minshu:problem:kernel.session_ended"), "{}", seen.text);
    }
}

#[tokio::test]
async fn signing_out_holds_at_once_in_another_process() {
    for world in worlds().await {
        world.account(1, true, &[]).await;
        let token = world.token(1).await;
        let other = world.house.another(capabilities(), packs()).await;
        let cookie = SessionToken { token: Some(token.clone()), bearer: false };
        assert!(other.principal(&cookie).await.unwrap().signed_in());
        assert!(other.principal(&cookie).await.unwrap().signed_in(), "from what it keeps");
        let who = world.principal(&token).await.unwrap();
        let all = json!({ "this_too": true });
        world.done(&who, "identity.end_other_sessions", all).await;
        assert!(!other.principal(&cookie).await.unwrap().signed_in());
    }
}

#[tokio::test]
async fn the_page_signs_out_one_place_and_all_others() {
    let world = world().await;
    world.account(1, true, &[]).await;
    let mut here = world.browser(1).await;
    let lost = world.token(1).await;
    let third = world.token(1).await;
    let page = world.house.get(&mut here, "/me/sessions").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text.matches("/me/sessions/end\"").count(), 3);
    let session = world.principal(&lost).await.unwrap().assurance.session.unwrap();
    let done = world.house.post(&mut here, "/me/sessions/end", &[("session", &session)]).await;
    assert_eq!(done.location.as_deref(), Some("/me/sessions"));
    assert!(world.principal(&lost).await.is_none());
    world.house.get(&mut here, "/me/sessions").await;
    world.house.post(&mut here, "/me/sessions/end-others", &[]).await;
    assert!(world.principal(&third).await.is_none());
    let page = world.house.get(&mut here, "/me/sessions").await;
    assert_eq!(page.text.matches("/me/sessions/end\"").count(), 1);
    let mut nobody = minshu_runtime::testing::Browser::default();
    let page = world.house.get(&mut nobody, "/me/sessions").await;
    assert_eq!(page.location.as_deref(), Some("/sign-in?to=%2Fme%2Fsessions"));
}

#[tokio::test]
async fn whoever_looks_after_accounts_signs_one_out_and_an_erased_one_is_out() {
    for (world, sent) in with_codes().await {
        world.account(1, true, &[]).await;
        world.account(2, true, &[]).await;
        let (one, two) = (world.token(1).await, world.token(1).await);
        let who = world.principal(&one).await.unwrap();
        let input = json!({ "phone": phone(1) });
        // Nobody else may, whether there is such an account or not.
        let stranger = world.signed_in(2).await;
        for number in [phone(1), phone(9)] {
            let input = json!({ "phone": number });
            let told = world.refused(&stranger, "identity.sign_out_account", input).await;
            assert_eq!(told, "kernel.refused []");
        }
        assert!(world.principal(&one).await.is_some());
        let registrar = world.officer(80, "platform.registrar", "350000").await;
        world.done(&registrar, "identity.sign_out_account", input).await;
        assert!(world.principal(&one).await.is_none() && world.principal(&two).await.is_none());
        let said: Vec<_> = std::mem::take(&mut *sent.lock().unwrap());
        assert_eq!(said.iter().map(|s| s.1).collect::<Vec<_>>(), ["identity-told-signed-out"]);
        // The account goes on; and by the page.
        let again = world.token(1).await;
        let mut desk = Browser::with_session(&world.token(80).await);
        let page = world.house.get(&mut desk, "/admin/sessions").await;
        assert!(page.text.contains("强制退出登录"), "{}", page.text);
        let wrong = world.house.post(&mut desk, "/admin/sessions", &[("phone", "1")]).await;
        assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.text);
        let form = [("phone", &*phone(1))];
        let done = world.house.post(&mut desk, "/admin/sessions", &form).await;
        assert_eq!(done.location.as_deref(), Some("/admin/sessions"), "{}", done.text);
        assert!(world.principal(&again).await.is_none());
        let mut other = Browser::with_session(&world.token(2).await);
        assert_ne!(world.house.get(&mut other, "/admin/sessions").await.status.as_u16(), 200);
        // Who leaves is out everywhere.
        let (here, there) = (world.token(1).await, world.token(1).await);
        assert_eq!(world.principal(&here).await.unwrap().account(), who.account());
        let who = world.principal(&here).await.unwrap();
        world.done(&who, "identity.erase_me", json!({ "password": PASSWORD })).await;
        assert!(world.principal(&here).await.is_none() && world.principal(&there).await.is_none());
        sent.lock().unwrap().clear();
    }
}
