//! Texts to telephones and mailboxes while the server is killed again and again: each reaches its receiver, and what is
//! handed over twice carries the same id, so that a receiver takes it once.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::running::{Json, Start, act};

const PEOPLE: usize = 12;
const MINUTE: i64 = 60_000;

/// What receivers took: how often each id came.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<BTreeMap<String, usize>>>);

impl Taken {
    fn note(&self, id: &str) {
        *self.0.lock().unwrap().entry(id.to_owned()).or_default() += 1;
    }

    fn ids(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn until(&self, ids: usize) {
        for _ in 0..600 {
            if self.ids() >= ids {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{} texts of {ids} came", self.ids());
    }
}

/// A mail server on this machine: takes every mail a moment late, so that a kill falls between taking and answering.
fn mail_server(taken: Taken) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let taken = taken.clone();
            std::thread::spawn(move || mail_session(stream, &taken));
        }
    });
    port
}

fn mail_session(stream: TcpStream, taken: &Taken) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).ok();
    say("220 here")?;
    let (mut data, mut id) = (false, String::new());
    for line in BufReader::new(stream).lines() {
        let line = line.ok()?;
        match (data, line.as_str()) {
            (true, ".") => {
                taken.note(&id);
                std::thread::sleep(Duration::from_millis(20));
                data = false;
                say("250 taken")?;
            }
            (true, line) => {
                if let Some(name) = line.strip_prefix("Message-ID: ") {
                    name.trim().clone_into(&mut id);
                }
            }
            (false, line) if line.starts_with("EHLO") => say("250 8BITMIME")?,
            (false, "DATA") => {
                data = true;
                say("354 go on")?;
            }
            (false, "QUIT") => return None,
            (false, _) => say("250 ok")?,
        }
    }
    None
}

/// A short-message gateway on this machine.
fn gateway(taken: Taken) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let taken = taken.clone();
            std::thread::spawn(move || gateway_session(stream, &taken));
        }
    });
    port
}

fn gateway_session(stream: TcpStream, taken: &Taken) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let told: Json = serde_json::from_slice(&body).ok()?;
        taken.note(told["id"].as_str()?);
        std::thread::sleep(Duration::from_millis(20));
        out.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").ok()?;
    }
}

/// The benchmarks' pack with a flow that tells applicants by short message and mail.
fn packs(folder: &std::path::Path) -> std::path::PathBuf {
    let packs = folder.join("packs");
    crate::parked::copy(&crate::running::load_packs(), &packs);
    let file = packs.join("06-public-services/load-test/pack.toml");
    let mut pack = std::fs::read_to_string(&file).unwrap();
    pack.push_str(
        r#"
[[flow]]
id = "tell-submitted"
on = "casework.case.submitted"
do = "messaging.send"

[flow.with]
template = "submitted"
values   = { number = { cel = "event.number" } }

[flow.with.to]
account = { cel = "has(event.owner_account) ? event.owner_account : ''" }
person  = { cel = "has(event.owner) ? event.owner : ''" }

[[messaging.template]]
id     = "submitted"
kind   = "legal"
title  = { zh = "{number}收到了", en = "{number} has come" }
text   = { zh = "请等消息。", en = "Please wait." }
sms    = { zh = "{number}收到了。", en = "{number} has come." }
values = ["number"]
"#,
    );
    std::fs::write(&file, pack).unwrap();
    packs
}

#[test]
fn a_kill_between_taking_and_noting_loses_no_text_and_doubles_none_at_the_receiver() {
    let folder = tempfile::tempdir().unwrap();
    let (mails, texts) = (Taken::default(), Taken::default());
    let settings = folder.path().join("minshu.toml");
    let channels = format!(
        "[messaging.email]\nserver = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nfrom = \"notice@minshu.example\"\n\
         [messaging.sms]\naddress = \"http://127.0.0.1:{}/send\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n",
        mail_server(mails.clone()),
        gateway(texts.clone()),
    );
    std::fs::write(&settings, channels).unwrap();
    let start = Start { packs: packs(folder.path()), ..Start::on(&folder.path().join("data")) };
    let start = start.with("--test-clock").with("--subscription-loopback");
    let start = start.with("--settings").with(settings.to_str().unwrap());
    let mut server = start.go();
    let people: Vec<String> = (0..PEOPLE).map(|number| server.person(number, &[])).collect();
    for (number, token) in people.iter().enumerate() {
        // Never quiet, whenever the test runs.
        let told =
            json!({ "sms": [], "email": [], "quiet_from": 0, "quiet_until": 0, "english": false });
        server.done(token, "messaging.set_preferences", told);
        let claim = json!({ "mail": format!("n{number}@example.com") });
        let done = act(&server.address, token, "messaging.claim_mail", &claim, None).unwrap();
        assert_eq!(done.status, 200, "{}", done.body);
    }
    for (number, token) in people.iter().enumerate() {
        server.case(token);
        // Three kills, each with some texts on their way.
        if number % 4 == 3 {
            server.kill();
            server = start.go();
        }
    }
    // What was taken up when the server was killed is taken up again a minute later.
    for _ in 0..4 {
        server.clock(&format!("advance {}", 2 * MINUTE));
        std::thread::sleep(Duration::from_millis(300));
    }
    mails.until(PEOPLE);
    texts.until(PEOPLE);
    server.clock(&format!("advance {}", 20 * MINUTE));
    std::thread::sleep(Duration::from_secs(1));
    // One text a person and channel, however often it was handed over.
    assert_eq!((mails.ids(), texts.ids()), (PEOPLE, PEOPLE));
    for token in &people {
        let inbox = server.ask(token, "messaging/inbox");
        assert_eq!(inbox["messages"].as_array().unwrap().len(), 1, "{inbox}");
    }
    server.kill();
    start.prove_the_chain();
}
