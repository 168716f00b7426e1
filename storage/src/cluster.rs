//! A PostgreSQL cluster of a test's own, which can be stopped without a goodbye and started again. PostgreSQL refuses to
//! run as root: there it runs as its own user.

use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A cluster in a folder of its own, on a port of its own; gone with this value.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
    as_postgres: bool,
}

impl Cluster {
    /// Makes a cluster and starts it; `None` where PostgreSQL is not installed. It syncs its files as it does in
    /// earnest.
    pub fn start() -> Result<Option<Cluster>> {
        let Some(bin) = installed() else { return Ok(None) };
        let folder = TempDir::new()?;
        let uid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(folder.path())?);
        let cluster = Cluster { bin, folder, port: free_port()?, as_postgres: uid == 0 };
        if cluster.as_postgres {
            told(Command::new("chown").arg("postgres").arg(cluster.folder.path()).output()?)?;
        }
        let data = cluster.data();
        let mut init = cluster.program("initdb");
        init.arg("-D").arg(&data);
        told(
            init.args(["-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"])
                .output()?,
        )?;
        cluster.resume()?;
        Ok(Some(cluster))
    }

    /// A standby that follows this cluster by streaming, at an address of its own. From then on a commit is acknowledged
    /// when the standby has it.
    pub fn standby(&self) -> Result<Cluster> {
        let folder = TempDir::new()?;
        let Cluster { bin, as_postgres, .. } = self;
        let standby =
            Cluster { bin: bin.clone(), folder, port: free_port()?, as_postgres: *as_postgres };
        if standby.as_postgres {
            told(Command::new("chown").arg("postgres").arg(standby.folder.path()).output()?)?;
        }
        let mut copy = standby.program("pg_basebackup");
        copy.args(["-h", "127.0.0.1", "-U", "postgres", "-R", "-X", "stream", "-c", "fast"]);
        copy.args(["-p", &self.port.to_string()]).arg("-D").arg(standby.data());
        told(copy.output()?)?;
        standby.resume()?;
        let mut ask = self.program("psql");
        ask.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        ask.args(["-c", "ALTER SYSTEM SET synchronous_standby_names = '*'"]);
        told(ask.args(["-c", "SELECT pg_reload_conf()"]).output()?)?;
        Ok(standby)
    }

    /// A standby becomes the one that is written to.
    pub fn promote(&self) -> Result<()> {
        self.control(&["-w", "promote"])
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The superuser's address.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder of the cluster's data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Gives the cluster a file that it alone may read, in its data folder.
    pub fn put(&self, name: &str, content: &str) -> Result<()> {
        let path = self.data().join(name);
        std::fs::write(&path, content)?;
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, private)?;
        match self.as_postgres {
            true => told(Command::new("chown").arg("postgres").arg(&path).output()?),
            false => Ok(()),
        }
    }

    /// Stops it as a crash does: connections are cut, nothing is finished.
    pub fn crash(&self) -> Result<()> {
        self.control(&["-m", "immediate", "stop"])
    }

    /// Starts it again at the same address, and waits until it answers.
    pub fn resume(&self) -> Result<()> {
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1",
            self.port,
            self.folder.path().display()
        );
        self.control(&["-w", "-o", &options, "start"])
    }

    fn control(&self, arguments: &[&str]) -> Result<()> {
        let log = self.folder.path().join("log");
        let mut command = self.program("pg_ctl");
        command.arg("-D").arg(self.data()).arg("-l").arg(log).args(arguments);
        // The server would else hold the pipes open for as long as it lives.
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if done.success() { Ok(()) } else { Err(Error::other(format!("pg_ctl: {done}"))) }
    }

    fn program(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = match self.as_postgres {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be stopped already.
        let _ = self.crash();
    }
}

fn told(output: Output) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    Err(Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// The newest PostgreSQL of Debian's folders.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(|path| number(path))?;
    let bin = newest.join("bin");
    bin.join("pg_ctl").exists().then_some(bin)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
