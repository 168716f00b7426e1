//! The power goes while people send cases in: what was acknowledged is there after the restart, once, and the audit
//! chain holds. A kill alone would prove nothing, since the page cache survives it: what was not fsynced is discarded.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use minshu_storage::powercut::PowerCut;

type Json = serde_json::Value;

fn packs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../load/packs")
}

struct Server {
    child: Child,
    address: String,
}

fn start(data: &Path, power: &PowerCut) -> Server {
    let mut child = Command::new(env!("CARGO_BIN_EXE_minshu"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .arg("--packs")
        .arg(packs())
        .env("MINSHU_LOG", "error")
        .envs(power.environment())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned))
        .expect("the server starts");
    Server { child, address }
}

fn console(data: &Path, operation: &str, input: Json) -> Json {
    let mut stream = UnixStream::connect(data.join("console.sock")).unwrap();
    let call = serde_json::json!({ "do": operation, "with": input });
    writeln!(stream, "{call}").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    let answer: Json = serde_json::from_str(&line).unwrap();
    assert!(answer["reply"].is_object(), "{operation}: {answer}");
    answer["reply"].clone()
}

/// One request on a connection of its own; `None` where the line is cut.
fn request(
    address: &str,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Option<(u16, Json)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

fn act(address: &str, token: &str, operation: &str, input: &Json) -> Option<(u16, Json)> {
    let path = format!("/api/{}", operation.replacen('.', "/", 1));
    request(address, token, "POST", &path, &input.to_string())
}

fn person(server: &Server, data: &Path, number: usize) -> String {
    const NUMBERS: [&str; 4] =
        ["11010519491231002X", "110105199003070014", "350102199003078521", "350103198809214269"];
    let (phone, password) = (format!("1390000000{number}"), "power cut password");
    let known = NUMBERS[number];
    let number = match minshu_kernel::codes::citizen::check(known, jiff::civil::date(2026, 1, 1)) {
        Ok(_) => known.to_owned(),
        Err(_) => checked(&known[..17]),
    };
    let account = serde_json::json!({
        "name": "停电", "number": number, "phone": phone, "password": password, "proved": true,
    });
    console(data, "identity.install_account", account);
    let sign_in = serde_json::json!({ "phone": phone, "password": password });
    let (status, reply) = act(&server.address, "", "identity.sign_in", &sign_in).unwrap();
    assert_eq!(status, 200, "{reply}");
    reply["token"].as_str().unwrap().to_owned()
}

/// The number with its check character (GB 11643).
fn checked(body: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Sends cases in until the line is cut; answers the ids that were acknowledged.
fn send_cases(address: &str, token: &str, over: &AtomicBool, acknowledged: &Mutex<Vec<String>>) {
    let form =
        serde_json::json!({ "request": { "division": "350102", "reason": "停电试验的申请。" } });
    while !over.load(Ordering::Relaxed) {
        let draft = serde_json::json!({ "item": "load-test.request", "form": form });
        let Some((200, draft)) = act(address, token, "casework.save_draft", &draft) else { return };
        let send = serde_json::json!({ "draft": draft["draft"] });
        let Some((200, case)) = act(address, token, "casework.submit", &send) else { return };
        acknowledged.lock().unwrap().push(case["case"].as_str().unwrap().to_owned());
    }
}

fn own_cases(address: &str, token: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut path = "/api/casework/my_cases?limit=100".to_owned();
    loop {
        let (status, list) = request(address, token, "GET", &path, "").unwrap();
        assert_eq!(status, 200, "{list}");
        let cases = list["cases"].as_array().unwrap();
        found.extend(cases.iter().map(|case| case["case"].as_str().unwrap().to_owned()));
        let Some(next) = list["next"].as_str() else { return found };
        path = format!("/api/casework/my_cases?limit=100&after={next}");
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let power = PowerCut::new(&data).unwrap();
    let mut server = start(&data, &power);
    let tokens: Vec<String> = (0..4).map(|n| person(&server, &data, n)).collect();
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for cut_after_ms in [350, 900] {
        let over = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = tokens
            .iter()
            .map(|token| {
                let (address, token) = (server.address.clone(), token.clone());
                let (over, acknowledged) = (over.clone(), acknowledged.clone());
                std::thread::spawn(move || send_cases(&address, &token, &over, &acknowledged))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(cut_after_ms));
        power.cut(&mut server.child).unwrap();
        over.store(true, Ordering::Relaxed);
        for sender in senders {
            sender.join().unwrap();
        }
        server = start(&data, &power);
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 4, "only {} cases were sent in", acknowledged.len());
    let mut found: Vec<String> =
        tokens.iter().flat_map(|token| own_cases(&server.address, token)).collect();
    found.sort();
    let doubled = found.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert_eq!(doubled, 0, "a case is there twice");
    for case in &acknowledged {
        assert!(found.binary_search(case).is_ok(), "the acknowledged case {case} is lost");
    }
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let verified = Command::new(env!("CARGO_BIN_EXE_minshu"))
        .args(["audit", "verify", "--data"])
        .arg(&data)
        .arg("--packs")
        .arg(packs())
        .env("MINSHU_LOG", "error")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success(), "{told}");
    assert!(told.contains("the chain holds"), "{told}");
}
