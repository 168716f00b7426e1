//! An application's life: entered, approved, let act, held to its scopes and its quota, stopped.

use axum::body::Body;
use http::{Request, header};
use minshu_kernel::access::Principal;
use minshu_runtime::testing::{Browser, Seen};
use serde_json::{Value as Json, json};

use crate::world::{DAY, World, world, worlds};

// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "https://app.example/back?x=1";

struct App {
    operator: Principal,
    id: String,
    secret: String,
}

impl App {
    /// Entered by an operator and approved, with a quota of so many operations a minute.
    async fn made(world: &World, confidential: bool, minute: i64) -> App {
        let operator = world.officer(1, "platform.operator", "350100").await;
        let organisation = world.department("鼓楼区试验局", "350102").await;
        let input = json!({
            "organisation": organisation, "name": { "zh": "试用", "en": "Trial" },
            "confidential": confidential, "redirects": [BACK],
            "scopes": ["openid", "profile", "offline_access"],
        });
        let made = world.done(&operator, "identity.register_application", input).await;
        let id = made["application"].as_str().unwrap().to_owned();
        let app = App { operator, id, secret: made["secret"].as_str().unwrap_or("").to_owned() };
        app.decide(world, "active", minute).await;
        app
    }

    async fn decide(&self, world: &World, state: &str, minute: i64) {
        let input =
            json!({ "application": self.id, "state": state, "minute": minute, "day": 1_000 });
        world.done(&self.operator, "identity.decide_application", input).await;
    }

    fn request(&self, change: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", BACK),
            ("scope", "openid profile offline_access"),
            ("state", "s&1"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in change {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
        let pairs = pairs.map(|(n, v)| format!("{n}={}", minshu_kernel::web::percent(v)));
        format!("/oauth/authorize?{}", pairs.collect::<Vec<_>>().join("&"))
    }

    /// The code that the person's consent gives.
    async fn code(&self, world: &World, browser: &mut Browser) -> String {
        let seen = world.house.get(browser, &self.request(&[("prompt", "consent")])).await;
        assert!(seen.text.contains("试用") && seen.text.contains("鼓楼区试验局"), "{}", seen.text);
        let form = [
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", BACK),
            ("scope", "openid profile offline_access"),
            ("state", "s&1"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("decision", "allow"),
        ];
        let seen = world.house.post(browser, "/oauth/authorize", &form).await;
        let location = seen.location.unwrap();
        assert!(location.starts_with("https://app.example/back?x=1&code="), "{location}");
        assert!(location.ends_with("&state=s%261&iss=http%3A%2F%2Flocalhost"), "{location}");
        location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    }

    async fn token(&self, world: &World, form: &[(&str, &str)]) -> (u16, Json) {
        self.call(world, "/oauth/token", form).await
    }

    async fn call(&self, world: &World, path: &str, form: &[(&str, &str)]) -> (u16, Json) {
        let mut pairs = vec![("client_id", self.id.as_str())];
        if !self.secret.is_empty() {
            pairs.push(("client_secret", self.secret.as_str()));
        }
        for (name, value) in form {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        let pairs = pairs.iter().map(|(n, v)| format!("{n}={}", minshu_kernel::web::percent(v)));
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(pairs.collect::<Vec<_>>().join("&")))
            .unwrap();
        let seen = world.house.send(&mut Browser::default(), request).await;
        (seen.status.as_u16(), serde_json::from_str(&seen.text).unwrap())
    }

    async fn redeemed(&self, world: &World, code: &str) -> (u16, Json) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        self.token(world, &form).await
    }
}

async fn with_bearer(world: &World, path: &str, token: &str) -> Seen {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    world.house.send(&mut Browser::default(), request).await
}

#[tokio::test]
async fn an_application_acts_within_what_it_was_let_do() {
    for world in worlds().await {
        let app = App::made(&world, true, 4).await;
        world.account(2, true, &[]).await;
        let mut browser = world.browser(2).await;
        let code = app.code(&world, &mut browser).await;
        let (status, tokens) = app.redeemed(&world, &code).await;
        assert_eq!((status, &tokens["token_type"]), (200, &json!("Bearer")), "{tokens}");
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(tokens["id_token"].as_str().unwrap().split('.').count(), 3);

        let seen = with_bearer(&world, "/oauth/userinfo", access).await;
        let claims: Json = serde_json::from_str(&seen.text).unwrap();
        assert_eq!((claims["name"].as_str(), &claims["proved"]), (Some("林晓燕"), &json!(true)));
        // Another page of the person's own is outside the scopes, and the refusal says so.
        let seen = with_bearer(&world, "/api/identity/me", access).await;
        assert_eq!(seen.status, 403);
        assert!(seen.text.contains("outside the granted scopes (openid profile"), "{}", seen.text);
        // Three more within the minute, then none.
        for wanted in [200, 200, 200, 429] {
            let seen = with_bearer(&world, "/api/identity/profile", access).await;
            assert_eq!(seen.status, wanted, "{}", seen.text);
        }
        world.later(60_000);
        assert_eq!(with_bearer(&world, "/api/identity/profile", access).await.status, 200);

        // Remembered: the next time nothing is asked.
        let seen = world.house.get(&mut browser, &app.request(&[])).await;
        assert!(seen.location.unwrap().contains("&code="));
        // Taken back: refused at once, and not by waiting.
        let who = world.signed_in(2).await;
        let list = world.asked(&who, "identity.my_applications", json!({})).await;
        let consent = &list["consents"][0]["consent"];
        world.done(&who, "identity.end_consent", json!({ "consent": consent })).await;
        let seen = with_bearer(&world, "/oauth/userinfo", access).await;
        assert_eq!(seen.status, 401, "{}", seen.text);
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        assert_eq!(app.token(&world, &form).await.1["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn what_comes_twice_ends_the_whole_sign_in() {
    for world in worlds().await {
        let app = App::made(&world, true, 1_000).await;
        world.account(2, true, &[]).await;
        let mut browser = world.browser(2).await;
        let code = app.code(&world, &mut browser).await;
        let tokens = app.redeemed(&world, &code).await.1;
        let first = tokens["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", first)];
        let (status, next) = app.token(&world, &form).await;
        assert_eq!(status, 200, "{next}");
        let second = next["refresh_token"].as_str().unwrap();
        let inspect = [("token", second)];
        assert_eq!(app.call(&world, "/oauth/introspect", &inspect).await.1["active"], true);
        // A copy of the first is used: the second ends as well.
        assert_eq!(app.token(&world, &form).await.1["error"], "invalid_grant");
        let form = [("grant_type", "refresh_token"), ("refresh_token", second)];
        assert_eq!(app.token(&world, &form).await.1["error"], "invalid_grant");
        assert_eq!(app.call(&world, "/oauth/introspect", &inspect).await.1["active"], false);

        let code = app.code(&world, &mut browser).await;
        let tokens = app.redeemed(&world, &code).await.1;
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(app.redeemed(&world, &code).await.1["error"], "invalid_grant");
        let seen = with_bearer(&world, "/oauth/userinfo", access).await;
        assert_eq!(seen.status, 401, "the code came twice");
    }
}

#[tokio::test]
async fn every_refusal_is_the_one_of_the_standards() {
    let world = world().await;
    let app = App::made(&world, true, 1_000).await;
    world.account(2, true, &[]).await;
    let mut browser = world.browser(2).await;
    // Nobody is sent to an address that is not registered, or for an application that is not there.
    for change in [("redirect_uri", "https://app.example/back"), ("client_id", "nobody")] {
        let seen = world.house.get(&mut browser, &app.request(&[change])).await;
        assert_eq!((seen.status.as_u16(), seen.location), (400, None), "{change:?}");
    }
    for (name, value, wanted) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("scope", "openid casework.own", "invalid_scope"),
        ("scope", "", "invalid_scope"),
        ("request", "x", "request_not_supported"),
        ("response_mode", "fragment", "invalid_request"),
        ("prompt", "none", "consent_required"),
        ("prompt", "none login", "invalid_request"),
    ] {
        let seen = world.house.get(&mut browser, &app.request(&[(name, value)])).await;
        let location = seen.location.unwrap();
        assert!(location.contains(&format!("error={wanted}&state=s%261&iss=")), "{location}");
    }
    let mut nobody = Browser::default();
    let seen = world.house.get(&mut nobody, &app.request(&[("prompt", "none")])).await;
    assert!(seen.location.unwrap().contains("error=login_required"));
    let seen = world.house.get(&mut nobody, &app.request(&[])).await;
    assert!(seen.location.unwrap().starts_with("/sign-in?to=%2Foauth%2Fcontinue%3F"));

    let code = app.code(&world, &mut browser).await;
    let good = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let other = VERIFIER.replace('d', "e");
    for (name, value, status, wanted) in [
        ("client_secret", "wrong", 400, "invalid_client"),
        ("client_id", "nobody", 400, "invalid_client"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("grant_type", "", 400, "invalid_request"),
        ("code", "none", 400, "invalid_grant"),
        ("code_verifier", other.as_str(), 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_request"),
        ("redirect_uri", "https://app.example/", 400, "invalid_grant"),
    ] {
        let mut form: Vec<_> = good.iter().copied().filter(|(n, _)| *n != name).collect();
        form.push((name, value));
        let (said, body) = app.token(&world, &form).await;
        assert_eq!((said, body["error"].as_str()), (status, Some(wanted)), "{name} {body}");
    }
    world.later(60_001);
    assert_eq!(app.redeemed(&world, &code).await.1["error"], "invalid_grant", "it was too old");

    let seen = world.house.get(&mut nobody, "/oauth/userinfo").await;
    assert_eq!(seen.status, 401);
    app.decide(&world, "suspended", 10).await;
    let form = [("grant_type", "client_credentials")];
    assert_eq!(app.token(&world, &form).await.1["error"], "invalid_client");
    let seen = world.house.get(&mut browser, &app.request(&[])).await;
    assert_eq!((seen.status.as_u16(), seen.location), (400, None));
}

#[tokio::test]
async fn an_application_without_a_secret_proves_its_key_alone() {
    let world = world().await;
    let app = App::made(&world, false, 1_000).await;
    world.account(2, true, &[]).await;
    let mut browser = world.browser(2).await;
    let code = app.code(&world, &mut browser).await;
    assert_eq!(app.redeemed(&world, &code).await.0, 200);
    let form = [("grant_type", "client_credentials")];
    assert_eq!(app.token(&world, &form).await.1["error"], "unauthorized_client");
    // What belongs to one application is nothing to another, and pages work in both languages.
    let seen = world.house.get(&mut browser, "/me/applications").await;
    assert!(seen.status == 200 && seen.text.contains("试用"), "{}", seen.text);
    let seen = world.house.get(&mut Browser::default(), "/.well-known/openid-configuration").await;
    let told: Json = serde_json::from_str(&seen.text).unwrap();
    assert_eq!(told["issuer"], "http://localhost");
    let seen = world.house.get(&mut Browser::default(), "/oauth/jwks").await;
    let told: Json = serde_json::from_str(&seen.text).unwrap();
    assert_eq!(told["keys"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn refresh_tokens_end_with_their_sign_in_after_ninety_days() {
    let world = world().await;
    let app = App::made(&world, true, 1_000).await;
    world.account(2, true, &[]).await;
    let mut browser = world.browser(2).await;
    let code = app.code(&world, &mut browser).await;
    let mut tokens = app.redeemed(&world, &code).await.1;
    for day in [29, 58, 87, 91] {
        world.later(if day == 91 { 4 * DAY } else { 29 * DAY });
        let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let (status, next) = app.token(&world, &form).await;
        match day {
            91 => assert_eq!(next["error"], "invalid_grant"),
            _ => assert_eq!(status, 200, "day {day}: {next}"),
        }
        tokens = next;
    }
}

/// Another program can listen at an address of the machine itself: the person is asked each time.
#[tokio::test]
async fn a_program_that_anybody_can_pass_for_asks_each_time() {
    const HERE: &str = "http://127.0.0.1:9/back";
    let world = world().await;
    let operator = world.officer(1, "platform.operator", "350100").await;
    let organisation = world.department("鼓楼区试验局", "350102").await;
    let mut asked = Vec::new();
    for (confidential, back) in [(false, HERE), (false, BACK), (true, HERE)] {
        let input = json!({
            "organisation": organisation, "name": { "zh": "试用", "en": "Trial" },
            "confidential": confidential, "redirects": [back], "scopes": ["openid"],
        });
        let made = world.done(&operator, "identity.register_application", input).await;
        let id = made["application"].as_str().unwrap().to_owned();
        let app = App { operator: operator.clone(), id, secret: String::new() };
        app.decide(&world, "active", 1_000).await;
        let sequence = 10 + u32::try_from(asked.len()).unwrap();
        world.account(sequence, true, &[]).await;
        let mut browser = world.browser(sequence).await;
        let wish = app.request(&[("redirect_uri", back), ("scope", "openid")]);
        world.house.get(&mut browser, &wish).await;
        let form = [
            ("response_type", "code"),
            ("client_id", app.id.as_str()),
            ("redirect_uri", back),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("decision", "allow"),
        ];
        let first = world.house.post(&mut browser, "/oauth/authorize", &form).await;
        assert!(first.location.is_some_and(|to| to.contains("code=")), "{}", first.text);
        let again = world.house.get(&mut browser, &wish).await;
        asked.push(again.location.is_none());
        let silent =
            app.request(&[("redirect_uri", back), ("scope", "openid"), ("prompt", "none")]);
        let silent = world.house.get(&mut browser, &silent).await.location.unwrap();
        assert_eq!(silent.contains("consent_required"), *asked.last().unwrap(), "{silent}");
    }
    assert_eq!(asked, [true, false, false]);
}
