//! PostgreSQL for the runs on it: a cluster of our own in a temporary folder, or the one that MINSHU_TEST_POSTGRES
//! names; a database for each scenario. And the hand that tampers with sealed entries, on both databases.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::server::Server;
use crate::trouble::Trouble;

/// The variable that names a PostgreSQL server with a superuser: `postgres://user@host:port/database`.
pub const VARIABLE: &str = "MINSHU_TEST_POSTGRES";

/// A database engine that scenarios run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In the data folder.
    Sqlite,
    /// A database of its own in a PostgreSQL server.
    Postgres,
}

impl Engine {
    /// The name in results.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        }
    }
}

/// A PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    made: AtomicU32,
    _cluster: Option<Cluster>,
}

impl Postgres {
    /// The one that the environment names, else one of our own.
    pub fn open() -> Result<Postgres, Trouble> {
        let named = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
        let cluster = if named.is_none() { Some(Cluster::start()?) } else { None };
        let url = named.or_else(|| cluster.as_ref().map(|cluster| cluster.url.clone()));
        let url = url.unwrap_or_default();
        Ok(Postgres { url, made: AtomicU32::new(0), _cluster: cluster })
    }

    /// Makes an empty database and answers its address.
    pub async fn fresh(&self) -> Result<String, Trouble> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("minshu_scenario_{}_{number}", std::process::id());
        let client = connect(&self.url).await?;
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await?;
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
            .await?;
        Ok(with_database(&self.url, &name))
    }

    /// Takes a database away that [`Postgres::fresh`] made.
    pub async fn discard(&self, url: &str) -> Result<(), Trouble> {
        let name = database_of(url);
        if !name.starts_with("minshu_scenario_") {
            return Err(Trouble::story(format!("数据库 {name} 不是这里建的")));
        }
        let client = connect(&self.url).await?;
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        Ok(())
    }
}

async fn connect(url: &str) -> Result<tokio_postgres::Client, Trouble> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // The client tells of a lost connection itself.
        let _ = connection.await;
    });
    Ok(client)
}

/// The place of the database's name in an address.
fn name_span(url: &str) -> (usize, usize) {
    let end = url.find('?').unwrap_or(url.len());
    let host = url.find("://").map_or(0, |at| at + 3);
    let start = url[host..end].find('/').map_or(end, |at| host + at + 1);
    (start, end)
}

fn with_database(url: &str, name: &str) -> String {
    let (start, end) = name_span(url);
    let slash = if url[..start].ends_with('/') { "" } else { "/" };
    format!("{}{slash}{name}{}", &url[..start], &url[end..])
}

fn database_of(url: &str) -> &str {
    let (start, end) = name_span(url);
    &url[start..end]
}

/// A cluster in a temporary folder on a private port, durable as in service.
#[derive(Debug)]
struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    url: String,
}

impl Cluster {
    fn start() -> Result<Cluster, Trouble> {
        let programs = programs().ok_or_else(|| {
            Trouble::story(format!(
                "找不到 PostgreSQL（/usr/lib/postgresql/*/bin）：请安装 postgresql，或用 {VARIABLE} 指明一个服务器"
            ))
        })?;
        let folder = tempfile::Builder::new().prefix("minshu-postgres-").tempdir()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let cluster = Cluster { folder, programs, url };
        let root = cluster.folder.path();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(root))?;
        }
        let data = root.join("data");
        let data = data.to_string_lossy();
        let quoted = root.to_string_lossy();
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"],
        )?;
        let options = format!(
            "-p {port} -k {quoted} -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on -c max_connections=200"
        );
        let log = root.join("log");
        cluster.run(
            "pg_ctl",
            &["-D", &data, "-l", &log.to_string_lossy(), "-o", &options, "-w", "start"],
        )?;
        Ok(cluster)
    }

    /// Runs one of PostgreSQL's programs; it refuses to run as root, so then as its own user.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Trouble> {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        run(command.args(arguments).current_dir(self.folder.path()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        // The folder goes with it: nothing in it is wanted any more.
        let _ = self.run("pg_ctl", &["-D", &data.to_string_lossy(), "-m", "immediate", "stop"]);
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The newest PostgreSQL of this machine.
fn programs() -> Option<PathBuf> {
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(|path| version(path))?;
    let programs = newest.join("bin");
    programs.join("pg_ctl").is_file().then_some(programs)
}

fn run(command: &mut Command) -> Result<(), Trouble> {
    // A server that pg_ctl starts keeps what it inherits open: a pipe would never end.
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() {
        return Ok(());
    }
    Err(Trouble::story(format!("{command:?} 失败（{status}）")))
}

/// A sealed entry in which one byte was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tampered {
    /// The entry's id.
    pub entry: String,
    /// Its position in the chain.
    pub position: i64,
}

const SEALED: &str = "SELECT id, position, resource_id FROM platform_audit
WHERE position IS NOT NULL AND resource_id <> '' ORDER BY position";
// The parameters stand in the order of their numbers: SQLite counts them as they appear.
const CHANGE: &str = "UPDATE platform_audit SET resource_id = $1 WHERE id = $2";

/// Changes one byte in a sealed entry in the middle of the chain, as somebody with access to the database could. The
/// server must not be running.
pub async fn tamper(server: &Server) -> Result<Tampered, Trouble> {
    let middle = |count: usize| count.checked_sub(1).map(|last| last / 2);
    let none = || Trouble::story("还没有封存的审计记录");
    if let Some(url) = server.database_url() {
        let client = connect(url).await?;
        let rows = client.query(SEALED, &[]).await?;
        let row = middle(rows.len()).and_then(|at| rows.get(at)).ok_or_else(none)?;
        let (entry, position, old): (String, i64, String) = (row.get(0), row.get(1), row.get(2));
        let changed = client.execute(CHANGE, &[&one_byte_changed(&old), &entry]).await?;
        if changed != 1 {
            return Err(Trouble::story(format!("改动了 {changed} 条审计记录")));
        }
        return Ok(Tampered { entry, position });
    }
    let database = rusqlite::Connection::open(server.data().join("records.sqlite"))?;
    let mut select = database.prepare(SEALED)?;
    let rows = select
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?)))?
        .collect::<Result<Vec<(String, i64, String)>, _>>()?;
    let (entry, position, old) = middle(rows.len()).and_then(|at| rows.get(at)).ok_or_else(none)?;
    let changed = database.execute(CHANGE, [&one_byte_changed(old), entry])?;
    if changed != 1 {
        return Err(Trouble::story(format!("改动了 {changed} 条审计记录")));
    }
    Ok(Tampered { entry: entry.clone(), position: *position })
}

const OPERATIONS: &str = "SELECT DISTINCT operation FROM platform_audit
WHERE position IS NOT NULL AND outcome = 'done' ORDER BY operation";

/// The operations that the sealed chain says were done.
pub async fn sealed_operations(server: &Server) -> Result<Vec<String>, Trouble> {
    if let Some(url) = server.database_url() {
        let rows = connect(url).await?.query(OPERATIONS, &[]).await?;
        return Ok(rows.iter().map(|row| row.get(0)).collect());
    }
    let database = rusqlite::Connection::open(server.data().join("records.sqlite"))?;
    let mut select = database.prepare(OPERATIONS)?;
    let rows = select.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same text but for its last byte.
fn one_byte_changed(text: &str) -> String {
    let mut changed = text.to_owned();
    let last = changed.pop();
    changed.push(if last == Some('0') { '1' } else { '0' });
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_in_its_address() {
        let url = "postgres://postgres@127.0.0.1:5433/postgres?sslmode=disable";
        let other = with_database(url, "minshu_scenario_1_0");
        assert_eq!(other, "postgres://postgres@127.0.0.1:5433/minshu_scenario_1_0?sslmode=disable");
        assert_eq!(database_of(&other), "minshu_scenario_1_0");
        let bare = with_database("postgres://localhost", "a");
        assert_eq!((bare.as_str(), database_of(&bare)), ("postgres://localhost/a", "a"));
    }

    #[test]
    fn exactly_one_byte_changes() {
        for text in ["0190", "019f", "x"] {
            let changed = one_byte_changed(text);
            assert_eq!(changed.len(), text.len());
            let differ = changed.bytes().zip(text.bytes()).filter(|(a, b)| a != b).count();
            assert_eq!(differ, 1, "{text}");
        }
    }
}
