//! `minshu`: the list of capabilities, settings and subcommands. No behaviour of its own.

mod backup;
mod channels;
mod clock;
mod commands;
mod console;
mod demonstration;
mod doctor;
mod edge;
mod error;
mod folder;
mod listen;
mod logs;
mod open;
mod people;
mod providers;
mod settings;
mod sharing;
mod telemetry;
mod tls;

use std::process::ExitCode;

use clap::Parser as _;
use minshu_server::capabilities;

use crate::commands::Command;
use crate::telemetry::Telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Minshu (闽枢): the common platform of Fujian Province's "Internet+" plan.
#[derive(Debug, clap::Parser)]
#[command(name = "minshu", version, about)]
struct CommandLine {
    #[command(flatten)]
    settings: settings::Arguments,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let executor = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(executor) => executor,
        Err(error) => return fail(&error),
    };
    let collector = arguments.settings.telemetry.as_deref();
    let collector = collector.filter(|_| matches!(arguments.command, Command::Serve(_)));
    let telemetry = collector.map(|address| Telemetry::to(address, executor.handle().clone()));
    let telemetry = match telemetry.transpose() {
        Ok(telemetry) => telemetry,
        Err(error) => return fail(&error),
    };
    logs::init(telemetry.as_ref());
    let done = executor.block_on(async {
        let done = commands::run(arguments.settings, arguments.command).await;
        if let Some(telemetry) = telemetry {
            telemetry.finish().await;
        }
        done
    });
    match done {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the command line speaks to whoever typed it")]
fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("minshu: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because {cause}");
        source = cause.source();
    }
    ExitCode::FAILURE
}
