//! `minshu backup` and `minshu restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::say;
use crate::backup;
use crate::error::CommandError;
use crate::settings::Settings;

/// Where a back-up goes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Backup {
    /// The folder of back-ups: each gets a folder of its own in it, objects are kept once.
    folder: Option<PathBuf>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What else is done with back-ups.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Read a back-up again and hold it against its manifest.
    Verify {
        /// A back-up, or the folder of several: then the newest whole one.
        folder: PathBuf,
    },
}

impl Backup {
    /// Backs up, or verifies.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode, CommandError> {
        match (self.verb, self.folder) {
            (Some(Verb::Verify { folder }), _) => {
                let backup = backup::find(&folder)?;
                let manifest = backup::Manifest::read(&backup)?;
                let wrong = tokio::task::block_in_place(|| backup::verify(&backup, &manifest))?;
                for line in &wrong {
                    say(line);
                }
                say(match wrong.is_empty() {
                    true => format!("{} is whole", backup.display()),
                    false => format!("{} is damaged: use another", backup.display()),
                });
                Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            (None, Some(folder)) => {
                let (backup, manifest) = backup::take(settings, &folder).await?;
                say(format!(
                    "{} is whole: the audit chain up to entry {}; the keys are not in it: write their back-up now, \
                     minshu keys backup",
                    backup.display(),
                    manifest.audit.position
                ));
                Ok(ExitCode::SUCCESS)
            }
            (None, None) => Err(CommandError::Failed("say the folder of the back-ups".into())),
        }
    }
}

/// What is restored.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// A back-up, or the folder of several: then the newest whole one.
    folder: PathBuf,
    /// The back-up of the keys, written after that of the data.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// A file whose first line is the passphrase of the keys' back-up.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Take keys that are older than the data: what people began in between stays unreadable.
    #[arg(long)]
    older_keys: bool,
}

impl Restore {
    /// Restores into the data folder, and the database where one is named.
    pub async fn run(self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let asked = backup::Restore {
            folder: self.folder,
            keys: self.keys,
            passphrase_file: self.passphrase_file,
            older_keys: self.older_keys,
        };
        let manifest = backup::restore(settings, &asked).await?;
        say(format!(
            "restored and proved: the audit chain up to entry {}; `minshu serve` starts on it",
            manifest.audit.position
        ));
        Ok(ExitCode::SUCCESS)
    }
}
