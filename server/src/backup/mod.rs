//! Back-ups: the records from one snapshot as portable rows, the objects as they are stored, and a manifest that is
//! written last. Keys are never among them.
//!
//! `<folder>/<time>/` holds `manifest.json`, `records/`, `named/` and `objects.list`; `<folder>/objects/` holds the
//! objects of all back-ups in the folder, each once.

mod restore;
mod take;
mod verify;

use std::path::{Path, PathBuf};

use minshu_runtime::keys::KEY_TABLES;
use minshu_storage::objects::depot::Depot;
use minshu_storage::records::copy::Copied;
use serde::{Deserialize, Serialize};

pub use restore::{Restore, restore};
pub use take::{last, take};
pub use verify::verify;

use crate::error::CommandError;
use crate::folder::{DataFolder, Purpose};
use crate::settings::Settings;

/// The form of back-ups that this program writes and reads.
const FORMAT: u32 = 1;
/// What is written last.
const MANIFEST: &str = "manifest.json";

/// What a back-up holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form.
    pub format: u32,
    /// Which build made it.
    pub program: String,
    /// When it began, UTC milliseconds.
    pub at_ms: i64,
    /// What the data folder was made for.
    pub purpose: Purpose,
    /// The records: counts, hashes, versions of the schema.
    pub records: Copied,
    /// Tables that are not in it.
    pub left_out: Vec<String>,
    /// The audit chain as it was.
    pub audit: Head,
    /// The position of the last sealed event.
    pub events: i64,
    /// How many objects there are.
    pub objects: u64,
    /// Their bytes.
    pub object_bytes: u64,
    /// The other files.
    pub files: Vec<Kept>,
}

/// Where the audit chain stood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The last position.
    pub position: i64,
    /// The last link.
    pub chain: String,
}

/// A file of a back-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its path within the back-up.
    pub path: String,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

impl Manifest {
    /// Reads the manifest of one back-up.
    pub fn read(backup: &Path) -> Result<Manifest, CommandError> {
        let path = backup.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|_| {
            CommandError::Failed(format!(
                "{} holds no manifest: it is no back-up, or one that was cut off before it was whole; use another",
                backup.display()
            ))
        })?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| {
            CommandError::Failed(format!("{} is damaged: {error}; use another", path.display()))
        })?;
        if manifest.format != FORMAT {
            return Err(CommandError::Failed(format!(
                "{} has form {}, this program reads form {FORMAT}; use the program that made it ({})",
                path.display(),
                manifest.format,
                manifest.program
            )));
        }
        Ok(manifest)
    }
}

/// The back-up that a folder names: itself, or the newest whole one within it.
pub fn find(folder: &Path) -> Result<PathBuf, CommandError> {
    if folder.join(MANIFEST).exists() || folder.join("records").is_dir() {
        return Ok(folder.to_owned());
    }
    let entries = std::fs::read_dir(folder)
        .map_err(CommandError::io(format!("{} cannot be read", folder.display())))?;
    let whole = entries.flatten().map(|entry| entry.path()).filter(|p| p.join(MANIFEST).exists());
    whole
        .max()
        .ok_or_else(|| CommandError::Failed(format!("{} holds no whole back-up", folder.display())))
}

/// The folder of the objects of all back-ups beside this one.
pub fn objects_of(backup: &Path) -> PathBuf {
    backup.parent().unwrap_or(Path::new(".")).join("objects")
}

/// The objects of an installation, in a folder or in S3.
pub fn depot(settings: &Settings, folder: &DataFolder) -> Result<Depot, CommandError> {
    Depot::open(&settings.sharing.objects(folder))
        .map_err(|error| CommandError::Failed(error.to_string()))
}

/// The addresses of a back-up's objects.
fn listed(backup: &Path) -> Result<Vec<String>, CommandError> {
    let path = backup.join("objects.list");
    let text = std::fs::read_to_string(&path)
        .map_err(CommandError::io(format!("{} cannot be read", path.display())))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Numbers as people read them: 1 234 567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
