//! The edge of the house: TLS with certificates that are exchanged, limits by address and account, slow bodies, the
//! rules by which a proxy is believed, and what stands in the log.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use crate::running::{Server, Start, act, draft, request};

/// Writes a fresh pair to `certificate.pem` and `key.pem`; answers the certificate.
fn pair(folder: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["minshu.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    CertificateDer::from_pem_slice(certificate.pem().as_bytes()).unwrap()
}

type Encrypted = StreamOwned<ClientConnection, TcpStream>;

/// An encrypted connection that trusts this certificate alone; `None` where the server shows another one.
fn encrypted(address: &str, trusted: &CertificateDer<'static>, alpn: &[&str]) -> Option<Encrypted> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("minshu.example").unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).ok()?;
    }
    Some(StreamOwned::new(connection, stream))
}

/// Asks for a page on a connection that stays open; answers the head.
fn ask(stream: &mut Encrypted, path: &str) -> String {
    let head = format!("GET {path} HTTP/1.1\r\nhost: minshu.example\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut byte = [0; 1];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    let head = String::from_utf8(answer).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    head
}

fn hang_up(server: &Server) {
    let id = server.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
}

#[test]
fn a_certificate_is_exchanged_while_connections_stand_and_a_bad_pair_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let first = pair(folder.path());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let log = folder.path().join("log");
    let server = Start { log: Some(log.clone()), ..Start::on(&folder.path().join("data")) }
        .with("--tls-certificate")
        .with(&file("certificate.pem"))
        .with("--tls-key")
        .with(&file("key.pem"))
        .go();
    let mut standing = encrypted(&server.address, &first, &["http/1.1"]).unwrap();
    let head = ask(&mut standing, "/health/live");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("strict-transport-security: max-age="), "{head}");
    let page = ask(&mut standing, "/sign-in");
    for cookie in page.lines().filter(|line| line.starts_with("set-cookie")) {
        assert!(cookie.ends_with("; Secure"), "{cookie}");
    }
    assert!(page.contains("set-cookie"), "{page}");
    let both = encrypted(&server.address, &first, &["h2", "http/1.1"]).unwrap();
    assert_eq!(both.conn.alpn_protocol(), Some(&b"h2"[..]));

    // A key that does not fit: the good pair stays, and the operator is told.
    let other = KeyPair::generate().unwrap();
    std::fs::write(folder.path().join("key.pem"), other.serialize_pem()).unwrap();
    hang_up(&server);
    let told = || std::fs::read_to_string(&log).unwrap().contains("the one in force stays");
    wait(told);
    assert!(encrypted(&server.address, &first, &["http/1.1"]).is_some());

    let second = pair(folder.path());
    hang_up(&server);
    wait(|| encrypted(&server.address, &second, &["http/1.1"]).is_some());
    assert!(encrypted(&server.address, &first, &["http/1.1"]).is_none());
    let head = ask(&mut standing, "/health/live");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    drop((standing, both));
    server.stop();
}

fn wait(until: impl Fn() -> bool) {
    for _ in 0..200 {
        if until() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not happen within ten seconds");
}

#[test]
fn one_address_is_held_others_are_served_and_a_forged_header_helps_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data"))
        .with("--trusted-proxies")
        .with("127.0.0.0/8")
        .with("--limits")
        .with("reads=5,pages=2,account.writes=3")
        .go();
    let from = |address: &str, path: &str| {
        let headers = [("x-forwarded-for", address)];
        request(&server.address, "", "GET", path, &headers, "").unwrap()
    };
    let path = "/api/platform/build";
    for left in (0..5).rev() {
        let answer = from("203.0.113.9", path);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["ratelimit"], format!("\"reads\";r={left};t=0"));
    }
    // What it puts before its own address changes nothing.
    let refused = from("198.51.100.7, 203.0.113.9", path);
    assert_eq!((refused.status, refused.problem()), (429, "kernel.too_many_requests".to_owned()));
    let seconds: u64 = refused.headers["retry-after"].parse().unwrap();
    assert!((1..=12).contains(&seconds), "{seconds}");
    assert_eq!(refused.headers["ratelimit-policy"], "\"reads\";q=5;w=60");
    assert_eq!(from("198.51.100.7", path).status, 200);
    assert_eq!((from("203.0.113.9", "/").status, from("203.0.113.9", "/").status), (200, 200));
    let page = from("203.0.113.9", "/");
    assert_eq!(page.status, 429);
    assert!(page.body.contains("这里短时间内请求太多"), "{}", page.body);
    assert_eq!(from("203.0.113.9", "/health/live").status, 200);

    // An account is held wherever it comes from. Without the header it is this machine, which nobody counts.
    let resident = server.person(1, &[]);
    let save = |address: &str| {
        let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
        let body = draft("从各处来。").to_string();
        request(&server.address, &resident, "POST", "/api/casework/save_draft", &headers, &body)
            .unwrap()
            .status
    };
    let statuses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"].map(save);
    assert_eq!(statuses, [200, 200, 200, 429]);
    let own = act(&server.address, &resident, "casework.save_draft", &draft("本机。"), None);
    assert_eq!(own.unwrap().status, 200);
}

#[test]
fn a_body_that_drips_is_cut_off_and_a_steady_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).with("--body-seconds").with("1").go();
    let resident = server.person(1, &[]);
    let head = |length: usize| {
        format!(
            "POST /api/casework/save_draft HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {resident}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let mut drip = TcpStream::connect(&server.address).unwrap();
    drip.write_all(head(10_000).as_bytes()).unwrap();
    for _ in 0..12 {
        let _ = drip.write_all(b" ");
        std::thread::sleep(Duration::from_millis(150));
    }
    let mut answer = String::new();
    drip.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = drip.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("kernel.too_slow") && answer.contains("connection: close"), "{answer}");

    let body = draft(&"稳".repeat(500)).to_string().into_bytes();
    let mut steady = TcpStream::connect(&server.address).unwrap();
    // The padding is white space, which JSON allows.
    let padding = vec![b' '; 40_000];
    steady.write_all(head(padding.len() + body.len()).as_bytes()).unwrap();
    for piece in padding.chunks(4_000) {
        steady.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
    steady.write_all(&body).unwrap();
    let mut start = [0; 12];
    steady.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[test]
fn one_address_has_a_bounded_number_of_connections() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data"))
        .with("--limit-loopback")
        .with("--connections-per-address")
        .with("3")
        .go();
    let mut held: Vec<_> = (0..3).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    let served = || {
        request(&server.address, "", "GET", "/health/live", &[], "")
            .is_some_and(|a| a.status == 200)
    };
    wait(|| !served());
    held.pop();
    wait(served);
}

#[test]
fn the_log_holds_ids_and_routes_and_nothing_that_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = Start { log: Some(log.clone()), ..Start::on(&folder.path().join("data")) }
        .with("--trusted-proxies")
        .with("127.0.0.0/8")
        .go();
    let resident = server.person(1, &[]);
    let case = server.case(&resident);
    let planted = "planted-7391";
    let headers = [("x-request-id", "edge-42"), ("user-agent", planted), ("referer", planted)];
    let asked =
        |path: &str| request(&server.address, &resident, "GET", path, &headers, "").unwrap();
    assert_eq!(asked(&format!("/search?q={planted}")).status, 200);
    assert_eq!(asked(&format!("/cases/{planted}")).status, 404);
    assert_eq!(asked(&format!("/{planted}%0aERROR%20forged")).status, 404);
    let input =
        json!({ "item": planted, "form": { "reason": format!("{planted}\nERROR forged") } });
    act(&server.address, &resident, "casework.save_draft", &input, None).unwrap();
    let broken = format!("{{\"item\":{planted}");
    let json = [("content-type", "application/json")];
    let answer =
        request(&server.address, &resident, "POST", "/api/casework/save_draft", &json, &broken);
    assert_eq!(answer.unwrap().status, 400);
    let forged = [("x-request-id", "edge 43\tERROR"), ("traceparent", "00-abc\u{1b}-1-01")];
    request(&server.address, "", "GET", "/", &forged, "").unwrap();
    server.stop();

    let told = std::fs::read_to_string(&log).unwrap();
    assert!(told.contains("route=\"/cases/{case}\""), "{told}");
    assert!(told.contains("outer=\"edge-42\""), "{told}");
    assert!(!told.contains("edge 43"), "{told}");
    assert!(told.contains("who=\"account:"), "{told}");
    for line in told.lines() {
        assert!(line.starts_with("20"), "a line that is no event: {line}");
    }
    for secret in [planted, "13900000001", resident.as_str(), "试验用的申请"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    let malformed: Vec<_> = told.lines().filter(|line| line.contains(" malformed: ")).collect();
    assert_eq!(malformed.len(), 1, "what cannot be read is told, with its request: {told}");
    assert!(malformed[0].contains("request=") && malformed[0].contains("code="), "{malformed:?}");
    // A case's id stands in the audit chain, not in the log of requests.
    let case = case["case"].as_str().unwrap();
    let access: Vec<_> = told.lines().filter(|line| line.contains(" access: ")).collect();
    assert!(access.len() > 5 && access.iter().all(|line| !line.contains(case)), "{told}");
}

#[test]
fn browsers_are_told_how_far_to_stay_with_tls() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::on(&folder.path().join("data"));
    let start = start.with("--public-url").with("https://minshu.example");
    let told = |start: &Start| {
        let server = start.go();
        let answer = request(&server.address, "", "GET", "/", &[], "").unwrap();
        server.stop();
        answer.headers["strict-transport-security"].clone()
    };
    assert_eq!(told(&start), "max-age=31536000");
    let wider = start.with("--hsts-subdomains");
    assert_eq!(told(&wider), "max-age=31536000; includeSubDomains");
}
