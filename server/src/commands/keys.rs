//! `minshu keys`: their back-up apart from the data, their return, and a new key while the server runs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use minshu_kernel::clock::Clock as _;
use minshu_runtime::key_archive::Archive;
use minshu_runtime::keys::{Keys, SystemEntropy};
use minshu_runtime::person_keys;
use minshu_runtime::rotation;
use minshu_runtime::system::SystemClock;
use minshu_storage::records::Db;
use zeroize::Zeroizing;

use super::say;
use crate::console;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open::{self, Start};
use crate::settings::Settings;

/// What is done with the keys.
#[derive(Debug, clap::Subcommand)]
pub enum KeysCommand {
    /// Write a back-up of the keys, under a passphrase: the key file and the wrapped keys of persons. Take one after
    /// every back-up of the data, and keep it elsewhere.
    Backup {
        /// The file to write; it must not be there yet.
        file: PathBuf,
        /// A file whose first line is the passphrase, 16 characters at least.
        #[arg(long, value_name = "FILE")]
        passphrase_file: PathBuf,
    },
    /// Bring a lost key file back from a back-up of the keys. What is there is not written over.
    Restore {
        /// The back-up.
        file: PathBuf,
        /// A file whose first line is the passphrase.
        #[arg(long, value_name = "FILE")]
        passphrase_file: PathBuf,
    },
    /// Make a new key and wrap every key of a person anew under it, while the server runs or stands. One that was cut off
    /// goes on where it stood.
    Rotate,
}

impl KeysCommand {
    /// Does it.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        match self {
            KeysCommand::Backup { file, passphrase_file } => {
                backup(&settings, &file, &passphrase(&passphrase_file)?).await?;
            }
            KeysCommand::Restore { file, passphrase_file } => {
                restore(&settings, &file, &passphrase(&passphrase_file)?)?;
            }
            KeysCommand::Rotate => rotate(&settings).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The first line of a file.
pub fn passphrase(file: &Path) -> Result<Zeroizing<String>, CommandError> {
    let text = std::fs::read_to_string(file).map(Zeroizing::new);
    let text = text.map_err(CommandError::io(format!("{} cannot be read", file.display())))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().trim().to_owned()))
}

/// Reads and opens a back-up of keys.
pub fn read_archive(file: &Path, passphrase: &str) -> Result<Archive, CommandError> {
    let content = std::fs::read(file)
        .map_err(CommandError::io(format!("{} cannot be read", file.display())))?;
    Archive::open(&content, passphrase)
        .map_err(|error| CommandError::Failed(format!("{}: {error}", file.display())))
}

async fn backup(settings: &Settings, file: &Path, passphrase: &str) -> Result<(), CommandError> {
    let folder = DataFolder::look(&settings.data)?;
    let entropy = Arc::new(SystemEntropy);
    // Before the rows are read: every key that was made by then is in it.
    let at_ms = SystemClock.now().0;
    let keys = Keys::open(&settings.sharing.keys(&folder), false, entropy.clone())?;
    let db = Db::open(open::records(settings, &folder)).await?;
    let wrapped = person_keys::all(&db).await?;
    let archive = Archive { at_ms, key_file: keys.text(), keys: wrapped };
    let sealed = tokio::task::block_in_place(|| archive.seal(passphrase, &*entropy))
        .map_err(|error| CommandError::Failed(error.to_string()))?;
    minshu_runtime::keys::write_private(file, &sealed)
        .map_err(CommandError::io(format!("{} cannot be written", file.display())))?;
    // Read again: a back-up that does not open is none.
    let again = tokio::task::block_in_place(|| read_archive(file, passphrase))?;
    if again != archive {
        return Err(CommandError::Failed(format!("{} is not what was written", file.display())));
    }
    say(format!(
        "{} is whole: the key file and {} keys of persons; it opens with the passphrase alone",
        file.display(),
        archive.keys.len()
    ));
    Ok(())
}

fn restore(settings: &Settings, file: &Path, passphrase: &str) -> Result<(), CommandError> {
    let folder = DataFolder::look(&settings.data)?;
    let place = settings.sharing.keys(&folder);
    if place.exists() {
        return Err(CommandError::Failed(format!(
            "{} is there: it is not written over; move it away first if it is the wrong one",
            place.display()
        )));
    }
    let archive = tokio::task::block_in_place(|| read_archive(file, passphrase))?;
    minshu_runtime::keys::write_private(&place, archive.key_file.as_bytes())
        .map_err(CommandError::io(format!("{} cannot be written", place.display())))?;
    say(format!(
        "{} is back; the keys of persons are in the database as they were",
        place.display()
    ));
    Ok(())
}

async fn rotate(settings: &Settings) -> Result<(), CommandError> {
    let data = &settings.data;
    if DataFolder::is_served(data) {
        let key = console::keys(data, rotation::Asked::Begin).await?.key;
        say(format!("key {key} is in force; the keys of persons are wrapped anew"));
        let mut after = String::new();
        let mut done = 0;
        loop {
            let told = console::keys(data, rotation::Asked::Wrap { after }).await?;
            done += told.wrapped;
            let Some(last) = told.last else { break };
            after = last;
            say(format!("{done} wrapped"));
        }
        return end(console::keys(data, rotation::Asked::End).await?);
    }
    let folder = DataFolder::look(data)?;
    let folder = DataFolder::open(data, folder.purpose)?;
    let clock = open::clock(&folder);
    let house = open::house(settings, &folder, clock, None, Start::Keep).await?;
    let key = rotation::answer(&house, rotation::Asked::Begin).await?.key;
    say(format!("key {key} is in force; the keys of persons are wrapped anew"));
    let mut after = String::new();
    loop {
        let told = rotation::answer(&house, rotation::Asked::Wrap { after }).await?;
        let Some(last) = told.last else { break };
        after = last;
    }
    let told = rotation::answer(&house, rotation::Asked::End).await?;
    minshu_runtime::audit::sealer::finish(&house).await?;
    end(told)
}

fn end(told: rotation::Told) -> Result<(), CommandError> {
    match (told.open, told.retired.is_empty(), told.kept.is_empty()) {
        (true, _, _) => Err(CommandError::Failed(
            "keys were made meanwhile under the old one: run `minshu keys rotate` again, it goes on".into(),
        )),
        (false, false, _) => {
            say(format!("retired: {:?}; write a back-up of the keys now: minshu keys backup", told.retired));
            Ok(())
        }
        (false, true, false) => {
            say(format!(
                "kept: {:?}, under which values from earlier versions rest directly; nothing new does; write a back-up \
                 of the keys now: minshu keys backup",
                told.kept
            ));
            Ok(())
        }
        (false, true, true) => {
            say("everything rests under the current key");
            Ok(())
        }
    }
}
