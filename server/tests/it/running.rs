//! The server as a process of its own: started on a data folder, asked over HTTP and its console, stopped or killed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use minshu_kernel::codes::citizen::check_character;
use minshu_storage::records::testing::TestDb;
use minshu_storage::records::{Place, Settings};
use serde_json::json;

pub type Json = serde_json::Value;

/// The longest that an answer may take: after it the server hangs.
const HANGS: Duration = Duration::from_secs(30);
/// What everybody signs in with.
pub const PASSWORD: &str = "a password of tests";

/// The pack of the benchmarks: one item without materials, whose form has a county and a reason.
pub fn load_packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../load/packs")
}

/// How a server is started.
pub struct Start {
    pub data: PathBuf,
    pub packs: PathBuf,
    pub database_url: Option<String>,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, std::ffi::OsString)>,
    /// Where its log goes; nowhere where nothing is said.
    pub log: Option<PathBuf>,
}

impl Start {
    /// On SQLite, with the benchmarks' pack.
    pub fn on(data: &Path) -> Start {
        Start {
            data: data.to_owned(),
            packs: load_packs(),
            database_url: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            log: None,
        }
    }

    /// With one more argument.
    pub fn with(mut self, argument: &str) -> Start {
        self.arguments.push(argument.to_owned());
        self
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minshu"));
        command.args(words).arg("--data").arg(&self.data).arg("--packs").arg(&self.packs);
        command.env("MINSHU_LOG", "off");
        if let Some(url) = &self.database_url {
            command.args(["--database-url", url]);
        }
        command
    }

    /// Starts it and waits until it listens.
    pub fn go(&self) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        if let Some(log) = &self.log {
            command.env("MINSHU_LOG", "debug").stderr(std::fs::File::create(log).unwrap());
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut operations = None;
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| {
                if let Some(address) = line.strip_prefix("operations at http://") {
                    operations = Some(address.to_owned());
                }
                // A worker answers nobody.
                if line.starts_with("working as ") {
                    return Some(String::new());
                }
                line.strip_prefix("listening on ")?.split_once("://").map(|(_, a)| a.to_owned())
            })
            .expect("the server starts");
        Server { child, address, operations, data: self.data.clone() }
    }

    /// Proves the audit chain of a server that stands still.
    pub fn prove_the_chain(&self) {
        let mut command = self.command(&["audit", "verify"]);
        let settings = self.environment.iter().filter(|(name, _)| name.starts_with("MINSHU_"));
        command.envs(settings.cloned());
        let verified = command.output().unwrap();
        let told = String::from_utf8_lossy(&verified.stdout);
        assert!(verified.status.success() && told.contains("the chain holds"), "{told}");
    }
}

/// Databases to start on: SQLite always, PostgreSQL where there is one. The value is kept as long as the database is
/// used.
pub fn databases() -> Vec<(Option<String>, Option<TestDb>)> {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sets = minshu_runtime::house::migrations(&minshu_server::capabilities());
    let mut all = vec![(None, None)];
    if let Some(db) = executor.block_on(TestDb::postgres(&sets)) {
        let Settings { place: Place::Postgres(url), .. } = db.settings() else { unreachable!() };
        all.push((Some(url.clone()), Some(db)));
    }
    all
}

/// A running server; killed with this value.
pub struct Server {
    pub child: Child,
    pub address: String,
    /// Where it answers operators.
    pub operations: Option<String>,
    pub data: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Ends it as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }

    fn call(&self, verb: &str, operation: &str, input: Json) -> Json {
        let line =
            self.line("console.sock", &json!({ verb: operation, "with": input }).to_string());
        let answer: Json = serde_json::from_str(&line).unwrap();
        assert!(answer["reply"].is_object(), "{operation}: {answer}");
        answer["reply"].clone()
    }

    /// Does an action as the operator at the command line.
    pub fn console(&self, operation: &str, input: Json) -> Json {
        self.call("do", operation, input)
    }

    fn line(&self, socket: &str, line: &str) -> String {
        let mut stream = UnixStream::connect(self.data.join(socket)).unwrap();
        writeln!(stream, "{line}").unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer
    }

    /// Moves the test clock: `set <ms>`, `advance <ms>`.
    pub fn clock(&self, line: &str) {
        let answer = self.line("clock.sock", line);
        assert!(answer.starts_with("ok "), "{answer}");
    }

    /// A proved person with an account, and a post where roles are given: the session's token.
    pub fn person(&self, number: usize, roles: &[&str]) -> String {
        let mut posts = Vec::new();
        if !roles.is_empty() {
            let division = "350102";
            let name = format!("第{number}个单位");
            let organisation = json!({ "kind": "department", "name": name, "division": division });
            let made = self.console("identity.add_organisation", organisation);
            let post = json!({
                "organisation": made["organisation"],
                "name": { "zh": "岗位", "en": "Post" }, "roles": roles,
            });
            posts.push(self.console("identity.add_post", post)["post"].clone());
        }
        let account = json!({
            "name": "试验员", "number": citizen_number(number), "phone": phone(number),
            "password": PASSWORD, "proved": true, "posts": posts,
        });
        self.console("identity.install_account", account);
        self.sign_in(number)
    }

    /// Signs that person in again.
    pub fn sign_in(&self, number: usize) -> String {
        let input = json!({ "phone": phone(number), "password": PASSWORD });
        let answer = act(&self.address, "", "identity.sign_in", &input, None).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Does an action that succeeds.
    pub fn done(&self, token: &str, operation: &str, input: Json) -> Json {
        let answer = act(&self.address, token, operation, &input, None).unwrap();
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
        answer.json()
    }

    /// Asks a query.
    pub fn ask(&self, token: &str, path: &str) -> Json {
        let answer =
            request(&self.address, token, "GET", &format!("/api/{path}"), &[], "").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// A case of the benchmarks' item that is sent in.
    pub fn case(&self, token: &str) -> Json {
        let draft = self.done(token, "casework.save_draft", draft("试验用的申请。"));
        self.done(token, "casework.submit", json!({ "draft": draft["draft"] }))
    }

    /// One's own cases, as lists show them.
    pub fn own_cases(&self, token: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut path = "casework/my_cases?limit=100".to_owned();
        loop {
            let list = self.ask(token, &path);
            let cases = list["cases"].as_array().unwrap();
            found.extend(cases.iter().map(|case| case["case"].as_str().unwrap().to_owned()));
            let Some(next) = list["next"].as_str() else { return found };
            path = format!("casework/my_cases?limit=100&after={next}");
        }
    }

    /// The verbs of a case's history.
    pub fn verbs(&self, token: &str, case: &str) -> Vec<String> {
        let view = self.ask(token, &format!("casework/case?case={case}"));
        let steps = view["steps"].as_array().unwrap().iter();
        steps.map(|step| step["verb"].as_str().unwrap().to_owned()).collect()
    }
}

/// The input of a draft of the benchmarks' item.
pub fn draft(reason: &str) -> Json {
    let form = json!({ "request": { "division": "350102", "reason": reason } });
    json!({ "item": "load-test.request", "form": form })
}

fn phone(number: usize) -> String {
    format!("139{number:08}")
}

fn citizen_number(number: usize) -> String {
    let body = format!("35010219{:02}0307{:03}", 50 + number % 50, 1 + number);
    format!("{body}{}", check_character(&body))
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The problem's type, where it is one.
    pub fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.body);
        self.json()["type"].as_str().unwrap().replace("urn:minshu:problem:", "")
    }

    /// Whether it says, as a problem, to come again in so many seconds.
    pub fn says_later(&self) -> bool {
        let seconds = self.headers.get("retry-after").and_then(|text| text.parse::<u64>().ok());
        let problem = self.problem();
        let known = ["kernel.unavailable", "kernel.busy"].contains(&problem.as_str());
        self.status == 503 && known && seconds.is_some_and(|s| (1..=60).contains(&s))
    }
}

/// One request on a connection of its own; `None` where the line is cut. A server that does not answer is a failure.
pub fn request(
    address: &str,
    token: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(HANGS)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    if !token.is_empty() {
        head.push_str(&format!("authorization: Bearer {token}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).ok()?;
    // An answer may come before the whole body was read.
    let _ = stream.write_all(body.as_bytes());
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        let hangs =
            matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
        assert!(!hangs, "{method} {path} is not answered");
        if answer.is_empty() {
            return None;
        }
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_lowercase(), value.to_owned()))
    };
    Some(Answer { status, headers: lines.filter_map(pair).collect(), body: body.to_owned() })
}

/// Does an action over the API.
pub fn act(
    address: &str,
    token: &str,
    operation: &str,
    input: &Json,
    key: Option<&str>,
) -> Option<Answer> {
    let path = format!("/api/{}", operation.replacen('.', "/", 1));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    request(address, token, "POST", &path, &headers, &input.to_string())
}
