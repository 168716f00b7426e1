//! The command line.

use std::path::PathBuf;

use crate::database::Engine;

/// Runs the scenarios of packs against a real server and writes what they prove.
#[derive(Debug, Clone, clap::Parser)]
#[command(version, about)]
pub struct Arguments {
    /// The server's binary; also used for its commands.
    #[arg(long, value_name = "FILE", default_value = "target/debug/minshu")]
    pub minshu: PathBuf,
    /// A server that runs already, such as http://127.0.0.1:8800, instead of one for each scenario. Scenarios that
    /// need their own are left out, and nothing is written: what is left from before proves no clause.
    #[arg(long, value_name = "ADDRESS", requires = "data")]
    pub at: Option<String>,
    /// The data folder of that server, made with --test-clock.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// The database to run on.
    #[arg(long, value_enum, default_value = "sqlite")]
    pub database: Databases,
    /// The packs' folder.
    #[arg(long, value_name = "FOLDER", default_value = "packs")]
    pub packs: PathBuf,
    /// Where the results are written.
    #[arg(long, value_name = "FILE", default_value = "target/scenarios.json")]
    pub out: PathBuf,
    /// Where a JUnit report is written as well.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The one system to run.
    #[arg(long, value_name = "SYSTEM")]
    pub only: Option<String>,
    /// The scenarios to run, by a part of their name. Nothing is written then: a part proves no clause.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// How many scenarios run at a time, each with a server of its own.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub concurrency: usize,
    /// Only check that every sentence is defined and every clause is there.
    #[arg(long)]
    pub check: bool,
}

/// Databases to run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Databases {
    /// SQLite in the data folder.
    Sqlite,
    /// PostgreSQL: a cluster of our own, or the server that MINSHU_TEST_POSTGRES names.
    Postgres,
    /// One after the other.
    Both,
}

impl Databases {
    /// The engines in the order in which they are run.
    pub fn engines(self) -> &'static [Engine] {
        match self {
            Databases::Sqlite => &[Engine::Sqlite],
            Databases::Postgres => &[Engine::Postgres],
            Databases::Both => &[Engine::Sqlite, Engine::Postgres],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn a_running_server_needs_its_data_folder() {
        let read = |line: &str| Arguments::try_parse_from(line.split(' '));
        assert!(read("minshu-scenarios --at http://127.0.0.1:8800").is_err());
        let both = read("minshu-scenarios --database both --only gov-single-window").unwrap();
        assert_eq!(both.database.engines().len(), 2);
        assert_eq!(both.only.as_deref(), Some("gov-single-window"));
    }
}
