//! `minshu user add`: an account with its person, and a post where a role is given. Through the running server's
//! socket where one runs, else on the data folder itself.

use std::process::ExitCode;
use std::sync::Arc;

use minshu_runtime::system::SystemClock;

use super::say;
use crate::console::Console;
use crate::error::CommandError;
use crate::folder::{DataFolder, Purpose};
use crate::open::{self, Start};
use crate::people::{self, NewPerson};
use crate::settings::Settings;

/// What is to be done with people.
#[derive(Debug, clap::Subcommand)]
pub enum User {
    /// Add somebody who can sign in.
    Add(Add),
}

/// Somebody new.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The name.
    #[arg(long)]
    name: String,
    /// The citizen identity number (GB 11643).
    #[arg(long)]
    number: String,
    /// The mobile phone.
    #[arg(long)]
    phone: String,
    /// The password; from MINSHU_PASSWORD where it should not stand in the shell's history.
    #[arg(long, env = "MINSHU_PASSWORD", hide_env_values = true)]
    password: String,
    /// The claim to be that person is proved.
    #[arg(long)]
    proved: bool,
    /// A role that a post grants, such as gov-single-window.clerk or platform.operator; may be given more than once.
    #[arg(long, requires = "division")]
    role: Vec<String>,
    /// The division of the post, such as 350102.
    #[arg(long)]
    division: Option<String>,
    /// The organisation of the post, by name; made where it is not there.
    #[arg(long, requires = "division")]
    organisation: Option<String>,
}

impl User {
    /// Runs.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        let User::Add(add) = self;
        let person = NewPerson {
            proved: add.proved || !add.role.is_empty(),
            name: add.name,
            number: add.number,
            phone: add.phone,
            password: add.password,
            roles: add.role,
            division: add.division,
            organisation: add.organisation,
        };
        if DataFolder::is_served(&settings.data) {
            say(people::install(&Console::Socket(&settings.data), &person).await?);
            return Ok(ExitCode::SUCCESS);
        }
        let purpose = DataFolder::look(&settings.data).map_or(Purpose::default(), |f| f.purpose);
        let folder = DataFolder::open(&settings.data, purpose)?;
        let house =
            open::house(&settings, &folder, Arc::new(SystemClock), None, Start::Keep).await?;
        say(people::install(&Console::House(&house), &person).await?);
        Ok(ExitCode::SUCCESS)
    }
}
