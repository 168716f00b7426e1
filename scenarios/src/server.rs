//! A server of one scenario: the real binary on a free port with its own data folder, whose clock can be set.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::trouble::{Outcome, Trouble};

/// The longest that a start may take, in a debug build on a busy machine.
const START_S: u64 = 120;
/// The longest that a stop may take.
const STOP_S: u64 = 30;
/// What the server prints before its address.
const ADDRESS: &str = "listening on ";

/// How to reach a server and its data folder.
#[derive(Debug)]
pub struct Server {
    binary: PathBuf,
    packs: PathBuf,
    database_url: Option<String>,
    data: PathBuf,
    address: String,
    process: Option<Process>,
}

/// A server that this run started.
#[derive(Debug)]
struct Process {
    child: Option<Child>,
    folder: TempDir,
}

impl Server {
    /// Starts a server with a fresh data folder.
    pub async fn start(
        binary: &Path,
        packs: &Path,
        database_url: Option<String>,
    ) -> Result<Server, Trouble> {
        let folder = tempfile::Builder::new().prefix("minshu-scenario-").tempdir()?;
        let mut server = Server {
            binary: binary.to_owned(),
            packs: packs.to_owned(),
            database_url,
            data: folder.path().join("data"),
            address: String::new(),
            process: Some(Process { child: None, folder }),
        };
        server.begin().await?;
        Ok(server)
    }

    /// A server that runs already, on a data folder of this machine.
    pub fn running(binary: &Path, packs: &Path, address: &str, data: &Path) -> Server {
        Server {
            binary: binary.to_owned(),
            packs: packs.to_owned(),
            database_url: None,
            data: data.to_owned(),
            address: address.trim_end_matches('/').to_owned(),
            process: None,
        }
    }

    /// `http://host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The PostgreSQL address, where it does not use SQLite.
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    async fn begin(&mut self) -> Result<(), Trouble> {
        let Some(process) = &mut self.process else { return Err(not_ours()) };
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(process.folder.path().join("server.log"))?;
        let mut command =
            command(&self.binary, &self.packs, &self.data, self.database_url.as_deref());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--test-clock"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| {
            Trouble::Server(format!("{} 无法启动：{error}", self.binary.display()))
        })?;
        let stdout = child.stdout.take();
        process.child = Some(child);
        let patience = Duration::from_secs(START_S);
        let address = match stdout {
            Some(stdout) => tokio::time::timeout(patience, address(BufReader::new(stdout))).await,
            None => Ok(None),
        };
        match address {
            Ok(Some(address)) => {
                self.address = address;
                self.answers().await
            }
            Ok(None) => Err(Trouble::Server(format!("没有启动起来\n{}", self.log_end()))),
            Err(_) => Err(Trouble::Server(format!("{START_S} 秒内没有启动\n{}", self.log_end()))),
        }
    }

    /// It prints its address a moment before it serves.
    #[expect(clippy::disallowed_methods, reason = "the runner asks the server that it started")]
    async fn answers(&self) -> Outcome {
        let health = format!("{}/health/ready", self.address);
        match reqwest::get(health).await?.status().as_u16() {
            200 => Ok(()),
            status => {
                Err(Trouble::Server(format!("/health/ready 是 {status}\n{}", self.log_end())))
            }
        }
    }

    /// Stops it as an operator does: requests under way are answered first.
    pub async fn stop(&mut self) -> Result<(), Trouble> {
        let Some(process) = &mut self.process else { return Err(not_ours()) };
        let Some(mut child) = process.child.take() else { return Ok(()) };
        if let Some(id) = child.id() {
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        }
        match tokio::time::timeout(Duration::from_secs(STOP_S), child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(_) => Err(Trouble::Server(format!("停止时出错\n{}", self.log_end()))),
            Err(_) => Err(Trouble::Server(format!("{STOP_S} 秒内没有停下\n{}", self.log_end()))),
        }
    }

    /// Starts it again on the same data.
    pub async fn resume(&mut self) -> Result<(), Trouble> {
        self.begin().await
    }

    /// Runs one of the program's commands on this data folder. Answers whether it succeeded and what it printed.
    pub async fn command(&self, arguments: &[&str]) -> Result<(bool, String), Trouble> {
        let mut command =
            command(&self.binary, &self.packs, &self.data, self.database_url.as_deref());
        let output = command.args(arguments).stdin(Stdio::null()).output().await?;
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            said.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        Ok((output.status.success(), said))
    }

    /// Sends the clock a line (`now`, `set <ms>`, `advance <ms>`) and answers the time after it.
    pub async fn clock(&self, line: &str) -> Result<i64, Trouble> {
        use tokio::io::AsyncWriteExt as _;
        let stream = tokio::net::UnixStream::connect(self.data.join("clock.sock")).await;
        let stream = stream.map_err(|error| {
            Trouble::Server(format!("数据目录没有测试时钟（serve --test-clock）：{error}"))
        })?;
        let (reader, mut writer) = stream.into_split();
        writer.write_all(format!("{line}\n").as_bytes()).await?;
        let mut answer = String::new();
        BufReader::new(reader).read_line(&mut answer).await?;
        let time = answer.strip_prefix("ok ").and_then(|ms| ms.trim().parse().ok());
        time.ok_or_else(|| Trouble::Server(format!("时钟答复：{}", answer.trim())))
    }

    /// The end of its log, where this run started it.
    pub fn log_end(&self) -> String {
        let Some(process) = &self.process else { return String::new() };
        let log =
            std::fs::read_to_string(process.folder.path().join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn not_ours() -> Trouble {
    Trouble::Server("不是本次运行启动的，不能停止或启动".to_owned())
}

/// The program with the settings of a data folder and none of this process's own.
fn command(binary: &Path, packs: &Path, data: &Path, database_url: Option<&str>) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let ours =
            name.to_str().is_some_and(|n| n.starts_with("MINSHU_") && !n.starts_with("MINSHU_LOG"));
        if ours {
            command.env_remove(name);
        }
    }
    command.env("MINSHU_PACKS", packs).env("MINSHU_DATA", data);
    if let Some(url) = database_url {
        command.env("MINSHU_DATABASE_URL", url);
    }
    command
}

/// Reads until the address; what comes after is read too, so that the server never waits for us.
async fn address<R>(stdout: BufReader<R>) -> Option<String>
where
    R: tokio::io::AsyncRead + Unpin + Send + 'static,
{
    let mut lines = stdout.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = line.trim().strip_prefix(ADDRESS) {
            let address = address.trim_end_matches('/').to_owned();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some(address);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_address_is_read_from_what_is_printed() {
        let printed: &[u8] = b"minshu 0.1\nlistening on http://127.0.0.1:4711/\nmore\n";
        let found = address(BufReader::new(printed)).await;
        assert_eq!(found.as_deref(), Some("http://127.0.0.1:4711"));
        let nothing: &[u8] = b"no database\n";
        assert_eq!(address(BufReader::new(nothing)).await, None);
    }

    #[tokio::test]
    async fn a_program_that_does_not_start_is_told_with_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("broken");
        std::fs::write(&binary, "#!/bin/sh\necho no such database >&2\nexit 3\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&binary, mode).unwrap();
        let error = Server::start(&binary, folder.path(), None).await.unwrap_err().to_string();
        assert!(error.contains("no such database"), "{error}");
    }
}
