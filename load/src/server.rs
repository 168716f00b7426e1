//! The server under load: its own data folder, people made through its console socket.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use minshu_kernel::codes::citizen::check_character;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::client::Client;
use crate::report::moment;

/// A running server.
pub struct Server {
    /// `127.0.0.1:port`.
    pub address: String,
    /// From the start of the process to the first answered request.
    pub started_in: Duration,
    /// Its data folder.
    pub data: PathBuf,
    /// Where it tells operators.
    operations: Option<String>,
    child: Child,
}

/// One of several processes on a database.
pub struct Sharing {
    /// What it does.
    pub roles: String,
    /// Where keys and objects of all lie.
    pub place: PathBuf,
}

/// The password of everybody here.
pub const PASSWORD: &str = "load test password";

/// What goes wrong.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

impl Server {
    /// Starts on a data folder.
    pub async fn start(
        program: &Path,
        packs: &Path,
        data: &Path,
        database_url: Option<&str>,
    ) -> Result<Server, Trouble> {
        Server::launch(program, packs, data, database_url, None).await
    }

    /// Starts one of several processes, each with a listener for operators.
    pub async fn start_sharing(
        program: &Path,
        packs: &Path,
        data: &Path,
        database_url: &str,
        sharing: &Sharing,
    ) -> Result<Server, Trouble> {
        Server::launch(program, packs, data, Some(database_url), Some(sharing)).await
    }

    async fn launch(
        program: &Path,
        packs: &Path,
        data: &Path,
        database_url: Option<&str>,
        sharing: Option<&Sharing>,
    ) -> Result<Server, Trouble> {
        let begun = moment();
        let mut command = Command::new(program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--packs")
            .arg(packs)
            .env("MINSHU_LOG", "warn")
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if let Some(url) = database_url {
            command.args(["--database-url", url]);
        }
        if let Some(sharing) = sharing {
            std::fs::create_dir_all(&sharing.place)?;
            command
                .args(["--roles", &sharing.roles, "--operations-listen", "127.0.0.1:0"])
                .arg("--key-file")
                .arg(sharing.place.join("keys.toml"))
                .arg("--objects")
                .arg(sharing.place.join("objects"));
        }
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        let mut operations = None;
        let address = loop {
            let line = lines.next_line().await?.ok_or("the server did not start")?;
            if let Some(address) = line.strip_prefix("operations at http://") {
                operations = Some(address.to_owned());
            }
            if line.starts_with("working as ") {
                let (data, started_in) = (data.to_owned(), begun.elapsed());
                return Ok(Server { address: String::new(), started_in, data, operations, child });
            }
            if let Some(address) = line.strip_prefix("listening on http://") {
                break address.to_owned();
            }
        };
        let mut client = Client::connect(&address).await?;
        let answer = client.get("", "/systems").await?;
        if answer.status != 200 {
            return Err(format!("the first page answers {}", answer.status).into());
        }
        let started_in = begun.elapsed();
        Ok(Server { address, started_in, data: data.to_owned(), operations, child })
    }

    /// How often an operation was done by this process.
    pub async fn operations_done(&self, operation: &str) -> Result<f64, Trouble> {
        let address = self.operations.as_deref().ok_or("it has no listener for operators")?;
        let answer = Client::connect(address).await?.get("", "/metrics").await?;
        let text = String::from_utf8(answer.body)?;
        let series = format!(
            "minshu_operation_seconds_count{{operation=\"{operation}\",outcome=\"done\"}} "
        );
        let value = text.lines().find_map(|line| line.strip_prefix(&series));
        Ok(value.map(str::parse).transpose()?.unwrap_or(0.0))
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib * 1024)
    }

    /// Asks it to stop and waits.
    pub async fn stop(mut self) -> Result<(), Trouble> {
        if let Some(id) = self.child.id() {
            let id = id.to_string();
            Command::new("kill").args(["-TERM", &id]).status().await?;
        }
        tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await??;
        Ok(())
    }

    /// Does an action as the console.
    pub async fn console(&self, operation: &str, input: Json) -> Result<Json, Trouble> {
        let stream = UnixStream::connect(self.data.join("console.sock")).await?;
        let (reader, mut writer) = stream.into_split();
        let line = format!("{}\n", json!({ "do": operation, "with": input }));
        writer.write_all(line.as_bytes()).await?;
        let answer = BufReader::new(reader).lines().next_line().await?.unwrap_or_default();
        let answer: Json = serde_json::from_str(&answer)?;
        match answer.get("reply") {
            Some(reply) => Ok(reply.clone()),
            None => Err(format!("{operation}: {answer}").into()),
        }
    }

    /// A post that grants a role at a place.
    pub async fn post(&self, role: &str, division: &str) -> Result<Json, Trouble> {
        let name = format!("{division} {role}");
        let organisation = json!({ "kind": "department", "name": name, "division": division });
        let made = self.console("identity.add_organisation", organisation).await?;
        let post = json!({
            "organisation": made["organisation"],
            "name": { "zh": "测试", "en": "Test" }, "roles": [role],
        });
        Ok(self.console("identity.add_post", post).await?["post"].clone())
    }

    /// A person who is signed in: the session's token.
    pub async fn person(&self, number: u32, post: Option<&Json>) -> Result<String, Trouble> {
        let phone = phone(number);
        let account = json!({
            "name": "测试员", "number": citizen_number(number), "phone": phone,
            "password": PASSWORD, "proved": true,
            "posts": post.into_iter().collect::<Vec<_>>(),
        });
        self.console("identity.install_account", account).await?;
        let mut client = Client::connect(&self.address).await?;
        let input = json!({ "phone": phone, "password": PASSWORD });
        let answer = client.act("", "identity.sign_in", &input).await?;
        let reply: Json = serde_json::from_slice(&answer.body)?;
        reply["token"].as_str().map(str::to_owned).ok_or_else(|| format!("{reply}").into())
    }
}

/// The phone of a numbered person.
pub fn phone(number: u32) -> String {
    format!("139{number:08}")
}

/// A number with a right check digit (GB 11643) that belongs to nobody we know.
fn citizen_number(number: u32) -> String {
    let body = format!(
        "350102{}{:02}{:02}{:03}",
        1950 + number % 50,
        1 + number / 50 % 12,
        1 + number / 600 % 28,
        number % 1_000
    );
    format!("{body}{}", check_character(&body))
}
