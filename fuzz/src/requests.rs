//! Whole requests through the router of a house with all capabilities: whatever is sent is answered, never with an
//! error of ours, and never unguarded.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use minshu_kernel::access::Principal;
use minshu_runtime::http::session::SessionToken;
use minshu_runtime::testing::{Browser, TestHouse, all_packs};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

/// A visitor's cookie that fits the token which requests carry.
const VISITOR: &str = "0123456789abcdef0123456789abcdef";
const PASSWORD: &str = "a password of tests";

struct World {
    executor: Runtime,
    house: TestHouse,
    /// Sessions: nobody, a resident, an officer.
    sessions: Vec<SessionToken>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let executor = executor.unwrap_or_else(|error| unreachable!("an executor: {error}"));
    let (house, sessions) = executor.block_on(async {
        let house = TestHouse::sqlite(minshu_server::capabilities(), all_packs()).await;
        let mut sessions = vec![SessionToken::default()];
        for (number, phone, roles) in [
            ("350102199003070020", "13800000001", Vec::new()),
            ("11010519491231002X", "13800000002", vec!["platform.operator", "platform.registrar"]),
        ] {
            sessions.push(person(&house, number, phone, &roles).await);
        }
        (house, sessions)
    });
    World { executor, house, sessions }
});

async fn done(house: &TestHouse, who: &Principal, operation: &str, input: Json) -> Json {
    let answer = house.act(who, operation, input).await;
    answer.unwrap_or_else(|failure| unreachable!("{operation}: {failure:?}"))
}

async fn person(house: &TestHouse, number: &str, phone: &str, roles: &[&str]) -> SessionToken {
    let console = Principal::console();
    let mut posts = Vec::new();
    if !roles.is_empty() {
        let organisation = json!({"kind": "department", "name": "试验单位", "division": "350102"});
        let made = done(house, &console, "identity.add_organisation", organisation).await;
        let name = json!({"zh": "岗位", "en": "Post"});
        let post = json!({"organisation": made["organisation"], "name": name, "roles": roles});
        posts.push(done(house, &console, "identity.add_post", post).await["post"].clone());
    }
    let account = json!({
        "name": "试验员", "number": number, "phone": phone, "password": PASSWORD, "proved": true,
        "posts": posts,
    });
    done(house, &console, "identity.install_account", account).await;
    let entered = json!({"phone": phone, "password": PASSWORD});
    let entered = done(house, &Principal::anonymous(), "identity.sign_in", entered).await;
    SessionToken { token: entered["token"].as_str().map(str::to_owned), bearer: false }
}

/// `<who> <METHOD> <address>`, lines of headers, an empty line, the body. The right form's token is always sent.
pub fn request(bytes: &[u8]) {
    let world = &*WORLD;
    let line_end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(line_end);
    let Ok(head) = std::str::from_utf8(head) else { return };
    let mut words = head.splitn(3, ' ');
    let (who, method) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let address = words.next().unwrap_or("/");
    let who = who.bytes().next().map_or(0, usize::from) % world.sessions.len();
    let session = &world.sessions[who];
    let (headers, body) = match rest.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&rest[..at], &rest[at + 2..]),
        None => (rest, &[][..]),
    };
    let token = world.house.house.form_token(VISITOR, session);
    let mut request = Request::builder().method(method).uri(address);
    for line in headers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(30) {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next().unwrap_or(b""), parts.next().unwrap_or(b""));
        request = request.header(name, value);
    }
    let request = request.header("x-csrf-token", token).body(Body::from(body.to_vec()));
    // What is no request at all does not come so far.
    let Ok(request) = request else { return };
    let mut browser = match &session.token {
        Some(token) => Browser::with_session(token),
        None => Browser::default(),
    };
    browser.keep("minshu_visitor", VISITOR);
    let seen = world.executor.block_on(world.house.send(&mut browser, request));
    assert_ne!(seen.status, StatusCode::INTERNAL_SERVER_ERROR, "{head}: {}", seen.text);
    if let Some(location) = &seen.location {
        let away = location.starts_with("//") || !location.starts_with('/');
        assert!(!away, "{head} leads to {location}");
    }
    assert!(!seen.text.contains("<fuzz-was-here"), "{head}: markup of the input in the page");
}
