//! Unmistakable values go in through every door that people have, over HTTP, and every byte that then rests anywhere is
//! searched for them: database files with their log, rows, objects, the server's log, back-ups. In every spelling in
//! which a byte may hide.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::running::{Json, Server, Start, act, databases, request};

const PASSWORD: &str = "plantedpassword 8421";

/// What must be found nowhere: what it is, and the value.
pub const MARKS: &[(&str, &str)] = &[
    ("name", "欧阳植入"),
    ("citizen number", "11010519491231002X"),
    ("telephone", "13859107766"),
    ("contact's telephone", "13859107799"),
    ("address", "植入路77号8座901"),
    ("owner named in a form", "司马植入"),
    ("remark", "植入备注腰椎不好"),
    ("topic", "植入主题寿宴"),
    ("free text where one chooses", "植入错填"),
    ("text in a PDF", "plantedpdftext"),
    ("text in a picture", "plantedpngtext"),
    ("file name", "植入效果图"),
    ("reason of an officer", "植入理由"),
    ("evidence of a mandate", "植入授权书"),
    ("searched words", "plantedsearch"),
    ("password", PASSWORD),
];

/// The packs of the repository.
fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs")
}

/// A file that an API client stages: its object's address.
pub fn upload(server: &Server, token: &str, content: &[u8]) -> String {
    let mut body =
        b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n".to_vec();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST /api/uploads HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{answer}");
    let reply: Json = serde_json::from_str(body).unwrap();
    reply["object"].as_str().unwrap().to_owned()
}

pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4\n1 0 obj<</Type/Catalog/Title({text})>>endobj\n{}\ntrailer<</Root 1 0 R>>\n%%EOF\n", text.repeat(9_000))
        .into_bytes()
}

/// A picture with a text in it, larger than a chunk of what is stored.
fn png(text: &str) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0".to_vec();
    content.extend_from_slice(b"tEXt");
    content.extend_from_slice(text.repeat(9_000).as_bytes());
    content
}

pub fn form() -> Json {
    json!({
        "applicant": { "contact": "欧阳植入", "phone": "13859107799" },
        "site": {
            "division": "350102001", "address": "植入路77号8座901", "carrier": "wall", "own": false,
            "owner": "司马植入",
        },
        "boards": [{
            "kind": "painted", "width": 2.0, "height": 3.0, "from": "2099-05-01", "until": "2099-06-30",
            "cost": 3_800_000, "contents": [{ "topic": "植入主题寿宴", "kind": "commercial" }],
        }],
        "money": { "insured": false, "remark": "植入备注腰椎不好" },
    })
}

/// Does an action with an idempotency key.
fn once(server: &Server, token: &str, operation: &str, input: &Json, key: &str) -> Json {
    let answer = act(&server.address, token, operation, input, Some(key)).unwrap();
    assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
    answer.json()
}

/// Somebody registers, is proved at a counter, applies with files, gets it back and applies again; a clerk records a
/// mandate. Answers the person's token and the case.
pub fn story(server: &Server, clerk: &str) -> (String, String) {
    let register = json!({
        "name": "欧阳植入", "number": "11010519491231002X", "phone": "13859107766", "password": PASSWORD,
    });
    // Refused ones hold the same.
    let mut wrong = register.clone();
    wrong["number"] = json!("110105194912310021");
    assert_eq!(
        act(&server.address, "", "identity.register", &wrong, Some("w")).unwrap().status,
        422
    );
    let made = once(server, "", "identity.register", &register, "register");
    let mut sign_in = json!({ "phone": "13859107766", "password": format!("{PASSWORD} no") });
    assert_ne!(act(&server.address, "", "identity.sign_in", &sign_in, None).unwrap().status, 200);
    sign_in["password"] = json!(PASSWORD);
    let token =
        once(server, "", "identity.sign_in", &sign_in, "in")["token"].as_str().unwrap().to_owned();
    let prove = json!({
        "account": made["account"], "evidence": "passport", "number_seen": "11010519491231002X",
        "name_seen": "欧阳植入",
    });
    once(server, clerk, "identity.prove", &prove, "prove");
    let mandate = json!({
        "uscc": "91350102MA2YC1K31H", "company": "公开名称有限公司", "division": "350102",
        "phone": "13859107766", "evidence": "植入授权书上写明欧阳植入可以代办",
    });
    once(server, clerk, "identity.record_mandate", &mandate, "mandate");
    let claims = json!({ "phone": "13859107766" });
    assert_eq!(act(&server.address, clerk, "identity.claims", &claims, None).unwrap().status, 200);

    // A draft with a slip in it, then as it should be.
    let mut slip = form();
    slip["site"]["carrier"] = json!("植入错填");
    slip["boards"][0]["kind"] = json!("植入错填");
    let item = "gov-single-window.outdoor-advertising";
    let save = json!({ "item": item, "form": slip });
    let draft = once(server, &token, "casework.save_draft", &save, "draft")["draft"].clone();
    let save = json!({ "draft": draft, "form": form() });
    once(server, &token, "casework.save_draft", &save, "draft-again");
    for (material, content, name) in [
        ("picture", png("plantedpngtext"), "植入效果图.png"),
        ("consent", pdf("plantedpdftext"), "植入效果图同意书.pdf"),
    ] {
        let object = upload(server, &token, &content);
        let attach =
            json!({ "draft": draft, "material": material, "name": name, "object": object });
        once(server, &token, "casework.attach", &attach, material);
    }
    // One that is never attached.
    upload(server, &token, &pdf("plantedpdftext and no more"));
    let sent = once(server, &token, "casework.submit", &json!({ "draft": draft }), "submit");
    let back = json!({ "case": sent["case"], "version": 1, "reason": "植入理由：请欧阳植入补图" });
    once(server, clerk, "casework.return", &back, "return");
    once(server, &token, "casework.begin_correction", &json!({ "case": sent["case"] }), "correct");
    // Words that people look for, in addresses of pages.
    for path in ["/search?q=plantedsearch", "/work?q=plantedsearch", "/items?q=plantedsearch"] {
        request(&server.address, &token, "GET", path, &[], "").unwrap();
    }
    server.ask(&token, "messaging/inbox");
    (token, sent["case"].as_str().unwrap().to_owned())
}

/// The spellings in which a text may rest.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let percent: String = bytes.iter().map(|b| format!("%{b:02X}")).collect();
    let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let wide = |big: bool| -> Vec<u8> {
        let units = text.encode_utf16();
        units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let mut all = vec![
        bytes.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        percent.to_lowercase().into_bytes(),
        percent.into_bytes(),
        escaped.into_bytes(),
        wide(true),
        wide(false),
    ];
    // Base64 at each of the three places where it may begin, without the digits that neighbours change.
    for before in 0..3 {
        let text = [vec![0; before], bytes.to_vec()].concat();
        let coded = base64(&text);
        let (from, to) = ((before * 8).div_ceil(6), text.len() * 8 / 6);
        all.push(coded[from..to].to_vec());
    }
    all
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = Vec::new();
    for three in bytes.chunks(3) {
        let word =
            three.iter().enumerate().fold(0_u32, |w, (at, b)| w | u32::from(*b) << (16 - 8 * at));
        coded.extend((0..4).map(|at| DIGITS[(word >> (18 - 6 * at)) as usize & 63]));
    }
    coded
}

/// A search for marks in all their spellings at once.
pub struct Search {
    marks: Vec<&'static str>,
    automaton: aho_corasick::AhoCorasick,
    spellings: usize,
}

impl Search {
    pub fn of(marks: &[(&'static str, &str)]) -> Search {
        let patterns: Vec<Vec<u8>> = marks.iter().flat_map(|(_, text)| spellings(text)).collect();
        let spellings = patterns.len() / marks.len();
        let automaton = aho_corasick::AhoCorasick::new(patterns).unwrap();
        Search { marks: marks.iter().map(|(what, _)| *what).collect(), automaton, spellings }
    }

    /// Which marks some bytes hold.
    pub fn bytes(&self, place: &str, content: &[u8]) -> Vec<String> {
        let seen = self.automaton.find_overlapping_iter(content);
        let marks = seen.map(|seen| self.marks[seen.pattern().as_usize() / self.spellings]);
        let found: std::collections::BTreeSet<_> = marks.collect();
        found.into_iter().map(|what| format!("{place}: {what}")).collect()
    }

    /// Every file under a folder, each searched.
    pub fn files(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for file in files(folder) {
            // Sockets cannot be read.
            let Ok(content) = std::fs::read(&file) else { continue };
            found.extend(self.bytes(&file.display().to_string(), &content));
        }
        found
    }

    /// Every row of every table of a PostgreSQL database, as text; bytes stand there as hexadecimal digits.
    pub fn rows(&self, url: &str) -> Vec<String> {
        let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        executor.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
            let (mut found, mut seen) = (std::collections::BTreeSet::new(), 0);
            for table in client.query(tables, &[]).await.unwrap() {
                let table: String = table.get(0);
                let all = format!("SELECT t::text FROM {table} t");
                for row in client.simple_query(&all).await.unwrap() {
                    let tokio_postgres::SimpleQueryMessage::Row(row) = row else { continue };
                    seen += 1;
                    found.extend(self.bytes(&table, row.get(0).unwrap_or_default().as_bytes()));
                }
            }
            assert!(seen > 50, "the search saw only {seen} rows");
            found.into_iter().collect()
        })
    }
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn backup(data: &Path, url: Option<&str>, folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minshu"));
    command.arg("backup").arg(folder).arg("--data").arg(data).arg("--packs").arg(packs());
    if let Some(url) = url {
        command.args(["--database-url", url]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_spelling_is_seen() {
    let mark = "植入路77号8座901";
    let search = Search::of(&[("mark", mark)]);
    for spelling in spellings(mark) {
        let content = [b"before".to_vec(), spelling, b"behind".to_vec()].concat();
        assert_eq!(search.bytes("x", &content), ["x: mark"]);
    }
    for before in ["", "a", "ab", "abc"] {
        let content = base64(format!("{before}{mark} and more").as_bytes());
        assert_eq!(search.bytes("x", &content), ["x: mark"], "{before}");
    }
    assert!(search.bytes("x", "植入路77号8座90".as_bytes()).is_empty());
}

#[test]
fn what_people_entrust_rests_nowhere_in_clear() {
    for (url, _db) in databases() {
        let root = tempfile::tempdir().unwrap();
        let (data, log) = (root.path().join("data"), root.path().join("log"));
        let start =
            Start { database_url: url.clone(), packs: packs(), log: Some(log), ..Start::on(&data) };
        let server = start.go();
        let clerk = server.person(2, &["gov-single-window.clerk"]);
        let (token, _) = story(&server, &clerk);
        let mut marks = MARKS.to_vec();
        marks.push(("session", &token));
        let search = Search::of(&marks);
        // Flows have told, the chain is sealed.
        std::thread::sleep(Duration::from_secs(2));
        let backups = root.path().join("backups");
        backup(&data, url.as_deref(), &backups);
        // While it runs, with what its write-ahead log holds, and when it stands.
        assert_eq!(search.files(root.path()), Vec::<String>::new());
        server.stop();
        assert_eq!(search.files(root.path()), Vec::<String>::new());
        if let Some(url) = &url {
            assert_eq!(search.rows(url), Vec::<String>::new());
        }
        // The search sees what does rest in clear: an organisation's name is public.
        let public = Search::of(&[("a company's name", "公开名称有限公司")]);
        let seen = match &url {
            Some(url) => public.rows(url),
            None => public.files(&data),
        };
        assert!(!seen.is_empty());
        assert!(!public.files(&backups).is_empty());
        assert!(
            std::fs::metadata(root.path().join("log")).unwrap().len() > 1_000,
            "there is a log"
        );
    }
}

/// A form of a page, sent as a browser does: the page is opened first for its token and its cookie.
fn send(
    server: &Server,
    token: &str,
    page: &str,
    to: &str,
    fields: &str,
) -> crate::running::Answer {
    let opened = request(&server.address, token, "GET", page, &[], "").unwrap();
    assert_eq!(opened.status, 200, "{}", opened.body);
    let cookie = opened.headers.get("set-cookie").map_or("", String::as_str);
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let csrf = opened.body.split("name=\"_csrf\" value=\"").nth(1).unwrap();
    let csrf = csrf.split('"').next().unwrap();
    let body = format!("_csrf={csrf}&{fields}");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", &cookie)];
    request(&server.address, token, "POST", to, &headers, &body).unwrap()
}

fn export(server: &Server, token: &str, password: &str) -> crate::running::Answer {
    let fields = format!("password={}", password.replace(' ', "+"));
    send(server, token, "/me/data", "/me/data/export", &fields)
}

#[test]
fn a_person_sees_takes_along_and_erases_and_then_nobody_reads_it_in_any_backup() {
    for (url, _db) in databases() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let start = Start { database_url: url.clone(), packs: packs(), ..Start::on(&data) };
        let server = start.go();
        let clerk = server.person(2, &["gov-single-window.clerk"]);
        let (token, case) = story(&server, &clerk);
        // An office reads it in full and says what for; the person sees that.
        let full = server.ask(&clerk, &format!("casework/unmasked?case={case}&purpose=verify"));
        assert_eq!(full["form"]["applicant"]["phone"], "13859107799");
        let masked = server.ask(&clerk, &format!("casework/case?case={case}"));
        assert_eq!(masked["form"]["applicant"]["phone"], "138****7799");
        let readings = server.ask(&token, "platform/my_readings");
        let told = readings["readings"].as_array().unwrap();
        assert!(
            told.iter()
                .any(|r| r["operation"] == "casework.unmasked" && r["purpose"] == "核对证件和材料"),
            "{readings}"
        );
        let shown = request(&server.address, &token, "GET", "/me/data", &[], "").unwrap().body;
        for words in ["核对证件和材料", "设置大型户外广告审批", "个人信息保护法"]
        {
            assert!(shown.contains(words), "{words}");
        }

        // What is taken along is everything, and needs the password.
        let refused = export(&server, &token, "not the password");
        assert_eq!(refused.status, 422, "{}", refused.body);
        let taken = export(&server, &token, PASSWORD);
        assert_eq!(taken.headers["content-type"], "application/zip");
        for mark in [
            "欧阳植入",
            "11010519491231002X",
            "13859107766",
            "植入路77号8座901",
            "植入备注腰椎不好",
            "plantedpdftext",
            "plantedpngtext",
            "植入效果图",
            "植入理由",
        ] {
            assert!(taken.body.contains(mark), "{mark}");
        }

        // A case that is handled stands against an erasure; one that was withdrawn does not.
        let erase = json!({ "password": PASSWORD });
        let answer = act(&server.address, &token, "identity.erase_me", &erase, None).unwrap();
        assert_eq!(answer.problem(), "identity.hindered");
        let withdraw = json!({ "case": case, "reason": "不办了，撤回申请。" });
        server.done(&token, "casework.withdraw", withdraw);
        server.done(
            &token,
            "casework.save_draft",
            json!({
                "item": "gov-single-window.outdoor-advertising", "form": form(),
            }),
        );
        std::thread::sleep(Duration::from_secs(2));
        let backups = root.path().join("backups");
        backup(&data, url.as_deref(), &backups);
        let wrong = json!({ "password": "not the password" });
        let answer = act(&server.address, &token, "identity.erase_me", &wrong, None).unwrap();
        assert_eq!(answer.problem(), "identity.wrong_password");
        server.done(&token, "identity.erase_me", erase);

        // Somebody whose case was decided may leave too: the case is kept, and opens without their key.
        let officer = server.person(3, &["gov-single-window.officer"]);
        let other = server.person(4, &[]);
        let item = "gov-single-window.outdoor-advertising";
        let save = json!({ "item": item, "form": form() });
        let draft = server.done(&other, "casework.save_draft", save)["draft"].clone();
        for material in ["picture", "consent"] {
            let object = upload(&server, &other, &pdf("kept"));
            server.done(
                &other,
                "casework.attach",
                json!({
                    "draft": draft, "material": material, "name": "a.pdf", "object": object,
                }),
            );
        }
        let mut step = server.done(&other, "casework.submit", json!({ "draft": draft }));
        let kept = step["case"].as_str().unwrap().to_owned();
        for (who, verb) in [(&clerk, "accept"), (&officer, "advance")] {
            let input = json!({ "case": kept, "version": step["version"] });
            step = server.done(who, &format!("casework.{verb}"), input);
        }
        let decide = json!({
            "case": kept, "version": step["version"], "outcome": "granted",
            "reasons": "符合条件，准予许可。",
        });
        server.done(&officer, "casework.decide", decide);
        let held = server.ask(&other, "identity/my_data");
        assert!(held["kept"][0].as_str().unwrap().contains("档案法"), "{held}");
        server.done(&other, "identity.erase_me", json!({ "password": crate::running::PASSWORD }));
        let read = server.ask(&officer, &format!("casework/case?case={kept}"));
        assert_eq!(
            (&read["state"], &read["form"]["site"]["address"]),
            (&json!("granted"), &json!("植入路77号8座901"))
        );
        assert_eq!(read["materials"][0]["files"][0]["name"], "a.pdf");
        let mine = request(&server.address, &other, "GET", "/api/identity/me", &[], "").unwrap();
        assert_eq!(mine.status, 401, "{}", mine.body);

        let gone = |server: &Server| {
            let sign_in = json!({ "phone": "13859107766", "password": PASSWORD });
            let answer = act(&server.address, "", "identity.sign_in", &sign_in, None).unwrap();
            assert_ne!(answer.status, 200);
            let clerk = server.sign_in(2);
            let asked = format!("/api/casework/case?case={case}");
            let answer = request(&server.address, &clerk, "GET", &asked, &[], "").unwrap();
            assert_eq!(answer.status, 404, "{}", answer.body);
            for page in ["/work", "/work?view=place", "/work?state=withdrawn"] {
                let page = request(&server.address, &clerk, "GET", page, &[], "").unwrap();
                assert_eq!(page.status, 200);
            }
        };
        let me = request(&server.address, &token, "GET", "/api/identity/me", &[], "").unwrap();
        assert_eq!(me.status, 401, "{}", me.body);
        gone(&server);
        server.stop();
        start.prove_the_chain();

        // The back-up from before, with the keys as they are now: it is whole, and says nothing of that person.
        let (kept, secret) = crate::backup::keys_of(&data, url.as_deref(), root.path());
        let other = root.path().join("other");
        let words = [
            "restore",
            crate::backup::text(&backups),
            "--keys",
            &kept,
            "--passphrase-file",
            &secret,
        ];
        let (done, told) = crate::backup::minshu(&other, None, &words);
        assert!(done && told.contains("restored and proved"), "{told}");
        let server = Start { packs: packs(), ..Start::on(&other) }.go();
        let clerk = server.sign_in(2);
        let asked = format!("/api/casework/case?case={case}");
        let answer = request(&server.address, &clerk, "GET", &asked, &[], "").unwrap();
        assert_eq!(answer.status, 404, "{}", answer.body);
        let sign_in = json!({ "phone": "13859107766", "password": PASSWORD });
        let answer = act(&server.address, "", "identity.sign_in", &sign_in, None).unwrap();
        assert_ne!(answer.status, 200, "{}", answer.body);
        server.stop();
    }
}
