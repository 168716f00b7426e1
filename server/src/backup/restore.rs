//! Restoring into an empty place. `folder.json` is written when everything is there and proved: until then no server
//! starts on the folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minshu_kernel::objects::ObjectsError;
use minshu_runtime::audit::verify::{self, Report};
use minshu_runtime::house::migrations;
use minshu_runtime::key_archive::{WrappedKey, is_archive};
use minshu_runtime::keys::{Keys, SystemEntropy, write_private};
use minshu_runtime::person_keys;
use minshu_runtime::system::SystemClock;
use minshu_storage::objects::depot::{Depot, Which};
use minshu_storage::objects::directory;
use minshu_storage::records::Db;
use minshu_storage::records::copy::copy_in;
use zeroize::Zeroizing;

use super::{Manifest, depot, find, grouped, listed, objects_of, take};
use crate::commands::keys::{passphrase, read_archive};
use crate::commands::say;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open::{self, Start};
use crate::settings::Settings;

/// What is restored, and with which keys.
#[derive(Debug)]
pub struct Restore {
    /// A back-up, or the folder of several: then the newest whole one.
    pub folder: PathBuf,
    /// The back-up of the keys, or the key file itself where the back-up of the data is from before keys had their own.
    pub keys: PathBuf,
    /// The file with the passphrase of the keys' back-up.
    pub passphrase_file: Option<PathBuf>,
    /// Take keys that are older than the data.
    pub older_keys: bool,
}

/// What opens the data.
struct Opening {
    key_file: Zeroizing<String>,
    /// The wrapped keys of persons, where the data come without them.
    persons: Vec<WrappedKey>,
}

impl Opening {
    /// Reads the keys before anything is touched.
    fn read(asked: &Restore, manifest: &Manifest) -> Result<Opening, CommandError> {
        let shown = asked.keys.display();
        let content = std::fs::read(&asked.keys).map(Zeroizing::new).map_err(|_| {
            CommandError::Failed(format!(
                "{shown} is no back-up of keys: without the keys nothing that is restored can be read"
            ))
        })?;
        let apart = !manifest.left_out.is_empty();
        if !is_archive(&content) {
            let text = String::from_utf8_lossy(&content).into_owned();
            if apart || Keys::read(&text, Arc::new(SystemEntropy)).is_err() {
                return Err(CommandError::Failed(format!(
                    "{shown} is no back-up of keys: the data come without the keys of persons, which `minshu keys \
                     backup` wrote; name that file"
                )));
            }
            return Ok(Opening { key_file: Zeroizing::new(text), persons: Vec::new() });
        }
        let Some(file) = &asked.passphrase_file else {
            let text =
                "say which file holds the passphrase of the keys' back-up: --passphrase-file";
            return Err(CommandError::Failed(text.into()));
        };
        let archive = read_archive(&asked.keys, &passphrase(file)?)?;
        if archive.at_ms < manifest.at_ms && !asked.older_keys {
            return Err(CommandError::Failed(format!(
                "{shown} was written before the back-up of the data: what people began in between could not be read; \
                 take a newer back-up of the keys, or say --older-keys to go without"
            )));
        }
        let persons = if apart { archive.keys } else { Vec::new() };
        Ok(Opening { key_file: archive.key_file, persons })
    }
}

/// Restores, and proves what was restored against the manifest.
pub async fn restore(settings: &Settings, asked: &Restore) -> Result<Manifest, CommandError> {
    let backup = find(&asked.folder)?;
    let manifest = Manifest::read(&backup)?;
    let data = &settings.data;
    empty(data)?;
    let opening = tokio::task::block_in_place(|| Opening::read(asked, &manifest))?;
    let folder = DataFolder::unfinished(data, manifest.purpose)?;
    let progress = |what: &str, rows: u64| say(format!("{what}: {} rows", grouped(rows)));
    let records = open::records(settings, &folder);
    let sets = migrations(&crate::capabilities());
    copy_in(&records, &backup.join("records"), &manifest.records, &sets, &progress).await?;
    if !opening.persons.is_empty() {
        person_keys::put_back(&Db::open(records).await?, &opening.persons).await?;
        say(format!("keys of persons: {}", grouped(opening.persons.len() as u64)));
    }
    let objects = depot(settings, &folder)?;
    files(&backup, &manifest, &objects).await?;
    key_file(&opening, &settings.sharing.keys(&folder), &folder)?;
    prove(settings, &folder, &manifest).await?;
    let marker = serde_json::to_string(&manifest.purpose).unwrap_or_default();
    take::write_whole(&data.join("folder.json"), &marker)?;
    std::fs::remove_file(data.join(DataFolder::RESTORING))
        .map_err(CommandError::io("the restore is whole, its marker stays"))?;
    Ok(manifest)
}

/// An empty folder, or one in which an earlier try was cut off: that is taken up again from the beginning.
fn empty(data: &Path) -> Result<(), CommandError> {
    let Ok(entries) = std::fs::read_dir(data) else { return Ok(()) };
    let names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let refused =
        |what: &str| Err(CommandError::Folder { folder: data.to_owned(), what: what.to_owned() });
    if names.iter().any(|name| name == "folder.json") {
        return refused("it is in use: nothing is written over; restore into an empty folder");
    }
    if !names.is_empty() && !names.iter().any(|name| name == DataFolder::RESTORING) {
        return refused("it holds other files: restore into an empty folder");
    }
    for name in names.iter().filter(|name| name.starts_with("records.sqlite")) {
        let path = data.join(name);
        std::fs::remove_file(&path)
            .map_err(CommandError::io(format!("{} cannot be removed", path.display())))?;
    }
    Ok(())
}

/// The objects, each held against its address, and the named ones.
async fn files(backup: &Path, manifest: &Manifest, objects: &Depot) -> Result<(), CommandError> {
    let store = objects_of(backup);
    let damaged = |what: &str| {
        CommandError::Failed(format!(
            "{what} is not what was written: the back-up is damaged; run `minshu backup verify`, use another"
        ))
    };
    let refused = |from: &Path, error: ObjectsError| match error {
        ObjectsError::Damaged | ObjectsError::Missing => damaged(&from.display().to_string()),
        error => CommandError::Failed(format!("the objects cannot be restored: {error}")),
    };
    for (at, address) in listed(backup)?.iter().enumerate() {
        let from = directory::file_of(&store, address).ok_or_else(|| damaged(address))?;
        let stored = objects.store(&from, Which::Address(address), address).await;
        stored.map_err(|error| refused(&from, error))?;
        if (at + 1) % 10_000 == 0 {
            say(format!("objects: {} of {}", grouped(at as u64 + 1), grouped(manifest.objects)));
        }
    }
    say(format!("objects: {}", grouped(manifest.objects)));
    for file in &manifest.files {
        let Some(name) = file.path.strip_prefix("named/") else { continue };
        let from = backup.join(&file.path);
        let stored = objects.store(&from, Which::Name(name), &file.sha256).await;
        if stored.map_err(|error| refused(&from, error))? != file.bytes {
            return Err(damaged(&file.path));
        }
    }
    Ok(())
}

/// Writes the key file. One that is named by the settings may be that of other servers: it is not written over.
fn key_file(opening: &Opening, keys: &Path, folder: &DataFolder) -> Result<(), CommandError> {
    if let Ok(there) = std::fs::read_to_string(keys).map(Zeroizing::new) {
        if *there == *opening.key_file {
            return Ok(());
        }
        if keys != folder.keys() {
            return Err(CommandError::Failed(format!(
                "{} is there and holds other keys: it is not written over; name another file (--key-file)",
                keys.display()
            )));
        }
        // Of a try that was cut off.
        std::fs::remove_file(keys).map_err(CommandError::io("the key file"))?;
    }
    write_private(keys, opening.key_file.as_bytes()).map_err(CommandError::io("the key file"))
}

/// The chain is computed again, and every object that a row names is there.
async fn prove(
    settings: &Settings,
    folder: &DataFolder,
    manifest: &Manifest,
) -> Result<(), CommandError> {
    say("proving the audit chain");
    let house = open::house(settings, folder, Arc::new(SystemClock), None, Start::Keep).await?;
    let report: Report = verify::verify(&house, &mut ()).await?;
    if let Some(fault) = report.faults.first() {
        return Err(CommandError::Failed(format!(
            "the audit chain does not hold: entry {} ({}): {}",
            fault.at, fault.entry, fault.what
        )));
    }
    let (position, chain) = (manifest.audit.position, &manifest.audit.chain);
    if report.entries != position || (position > 0 && report.head != *chain) {
        return Err(CommandError::Failed(format!(
            "the audit chain is not that of the back-up: {} entries are there, {position} must be",
            report.entries
        )));
    }
    let stored = depot(settings, folder)?.addresses().await;
    let stored = stored.map_err(|error| CommandError::Failed(error.to_string()))?;
    let stored: HashSet<String> = stored.into_iter().collect();
    let is_there = |address: &str| stored.contains(address);
    let missing = minshu_runtime::uploads::missing(&house, &is_there).await?;
    match missing.first() {
        None => Ok(()),
        Some(first) => Err(CommandError::Failed(format!(
            "{} objects that rows name are not in the back-up, the first: {first}",
            missing.len()
        ))),
    }
}
