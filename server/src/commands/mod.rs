//! The subcommands.

mod audit;
mod backup;
mod doctor;
mod integrity;
mod items;
pub mod keys;
mod licence;
mod migrate;
mod openapi;
mod packs;
mod serve;
mod systems;
mod user;

use std::process::ExitCode;

use crate::error::CommandError;
use crate::settings::{Arguments, Settings};

/// What is to be done.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Serve pages, the API and the tasks beside them.
    Serve(serve::Serve),
    /// Bring the database to this program's schema and stop.
    Migrate,
    /// Check, compare, put in force or begin packs.
    #[command(subcommand)]
    Packs(packs::Packs),
    /// Check items that a department delivers and turn them into files of a pack.
    #[command(subcommand)]
    Items(items::Items),
    /// Show how much of each system of the plan works on this build.
    Systems(systems::Systems),
    /// Print the OpenAPI document.
    Openapi,
    /// Prove the audit chain.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Verify sealed licences off line.
    #[command(subcommand)]
    Licence(licence::Licence),
    /// Add people.
    #[command(subcommand)]
    User(user::User),
    /// Back up records and objects, also while the server runs. Keys are not in it.
    Backup(backup::Backup),
    /// Restore a back-up into an empty place, and prove it.
    Restore(backup::Restore),
    /// Back up, bring back or change the keys.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Find likely troubles and say the cure.
    Doctor(doctor::Doctor),
    /// Hold records, objects and the audit chain against each other.
    Integrity(integrity::Integrity),
}

/// Runs a subcommand.
pub async fn run(arguments: Arguments, command: Command) -> Result<ExitCode, CommandError> {
    let settings = Settings::read(&arguments)?;
    match command {
        Command::Serve(serve) => serve.run(settings).await,
        Command::Migrate => migrate::run(settings).await,
        Command::Packs(packs) => packs.run(settings).await,
        Command::Items(items) => items.run(),
        Command::Systems(systems) => systems.run(&settings),
        Command::Openapi => openapi::run(),
        Command::Audit(audit) => audit.run(settings).await,
        Command::Licence(licence) => licence.run(),
        Command::User(user) => user.run(settings).await,
        Command::Backup(backup) => backup.run(&settings).await,
        Command::Restore(restore) => restore.run(&settings).await,
        Command::Keys(keys) => keys.run(settings).await,
        Command::Doctor(doctor) => doctor.run(settings).await,
        Command::Integrity(integrity) => integrity.run(settings).await,
    }
}

/// Prints a line for whoever typed the command.
#[expect(clippy::print_stdout, reason = "the command line speaks to whoever typed it")]
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
