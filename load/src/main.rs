//! Benchmarks over HTTP on the release binary. They print and write figures; nothing here is a test.

mod client;
mod decisions;
mod documents;
mod flows;
mod lists;
mod pages;
mod report;
mod restoring;
mod sealing;
mod server;
mod sign_in;
mod steps;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::report::Report;
use crate::server::{Server, Trouble};

/// Measures the bars of the house.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server's binary.
    #[arg(long)]
    minshu: PathBuf,
    /// The real packs.
    #[arg(long, default_value = "packs")]
    packs: PathBuf,
    /// The pack whose cases are counted.
    #[arg(long, default_value = "load/packs")]
    load_packs: PathBuf,
    /// Where the report goes.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// A PostgreSQL database of its own, for the same steps there.
    #[arg(long, env = "MINSHU_BENCH_POSTGRES")]
    postgres: Option<String>,
    /// Cases in the long list.
    #[arg(long, default_value_t = 1_000_000)]
    cases: u32,
    /// Two more databases of their own, for flows by one worker process and by three; with a comma between them.
    #[arg(long, env = "MINSHU_BENCH_POSTGRES_FLOWS", value_delimiter = ',')]
    postgres_flows: Vec<String>,
    /// This measurement alone: decisions, documents, start, steps, sealing, flows, pages, sign-in, lists (with back-up and restore).
    #[arg(long)]
    only: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let arguments = Arguments::parse();
    let mut report = Report::default();
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| only == name);
    let length = Duration::from_secs(arguments.seconds);
    if wanted("decisions") {
        decisions::measure(&mut report)?;
    }
    if wanted("documents") {
        documents::measure(&mut report)?;
    }
    if wanted("start") || wanted("pages") || wanted("sign-in") {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        // The first start makes the database; the second is what an operator waits for.
        Server::start(&arguments.minshu, &arguments.packs, &data, None).await?.stop().await?;
        let server = Server::start(&arguments.minshu, &arguments.packs, &data, None).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        report.start(&server);
        if wanted("pages") {
            pages::measure(&server, length, &mut report).await?;
        }
        if wanted("sign-in") {
            sign_in::measure(&server, length, &mut report).await?;
        }
        server.stop().await?;
    }
    let mut step_ms = None;
    if wanted("steps") {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let server = Server::start(&arguments.minshu, &arguments.load_packs, &data, None).await?;
        step_ms = Some(steps::measure("SQLite", &server, length, &mut report).await?);
        server.stop().await?;
        if let Some(url) = &arguments.postgres {
            let data = folder.path().join("postgres");
            let server =
                Server::start(&arguments.minshu, &arguments.load_packs, &data, Some(url)).await?;
            steps::measure("PostgreSQL", &server, length, &mut report).await?;
            server.stop().await?;
        }
    }
    if wanted("sealing") {
        sealing::measure(step_ms, &mut report)?;
    }
    if wanted("flows") && arguments.postgres_flows.len() == 2 {
        let (program, packs) = (&arguments.minshu, &arguments.load_packs);
        flows::measure(program, packs, &arguments.postgres_flows, &mut report).await?;
    }
    if wanted("lists") {
        lists::measure(&arguments.minshu, &arguments.load_packs, arguments.cases, &mut report)
            .await?;
    }
    report.write(&arguments.out)?;
    Ok(())
}
