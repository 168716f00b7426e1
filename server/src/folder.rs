//! The data folder: made for one purpose, locked by one process.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::error::CommandError;

/// What a data folder was made for; kept in `folder.json` within it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// For the demonstration: its accounts have known passwords.
    pub demonstration: bool,
    /// For tests: its clock can be moved.
    pub test_clock: bool,
}

/// An open data folder; the lock goes with it.
pub struct DataFolder {
    /// Where it is.
    pub path: PathBuf,
    /// What it was made for.
    pub purpose: Purpose,
    /// Whether it was made just now.
    pub fresh: bool,
    _lock: Option<File>,
}

impl DataFolder {
    /// Opens the folder for this purpose, or makes it. A folder that was made for another purpose is refused.
    pub fn open(path: &Path, purpose: Purpose) -> Result<DataFolder, CommandError> {
        let shown = path.display();
        std::fs::create_dir_all(path)
            .map_err(CommandError::io(format!("the data folder {shown} cannot be made")))?;
        let lock = lock(path)?;
        let marker = path.join("folder.json");
        let (found, fresh) = match std::fs::read_to_string(&marker) {
            Ok(text) => (read_marker(path, &text)?, false),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                write_marker(path, &marker, purpose)?;
                (purpose, true)
            }
            Err(error) => return Err(CommandError::io(format!("{}", marker.display()))(error)),
        };
        let refused = |what: &str| {
            Err(CommandError::Folder { folder: path.to_owned(), what: what.to_owned() })
        };
        match (found.demonstration, purpose.demonstration) {
            (true, false) => {
                return refused(
                    "it was made for the demonstration, whose passwords everybody knows: use another folder",
                );
            }
            (false, true) => {
                return refused(
                    "it was not made for the demonstration: demonstration data are never mixed with real ones; use another folder",
                );
            }
            _ => {}
        }
        if purpose.test_clock && !found.test_clock {
            return refused(
                "it was not made with --test-clock: the clock of real data is never moved; use another folder",
            );
        }
        Ok(DataFolder { path: path.to_owned(), purpose: found, fresh, _lock: Some(lock) })
    }

    /// Looks into the folder without locking it, for commands that only read or that talk to the running server.
    pub fn look(path: &Path) -> Result<DataFolder, CommandError> {
        let marker = path.join("folder.json");
        let text = std::fs::read_to_string(&marker).map_err(|_| CommandError::Folder {
            folder: path.to_owned(),
            what: "it is not a data folder of minshu: `minshu serve` makes one".to_owned(),
        })?;
        let purpose = read_marker(path, &text)?;
        Ok(DataFolder { path: path.to_owned(), purpose, fresh: false, _lock: None })
    }

    /// What says that a restore into this folder is under way, or was cut off.
    pub const RESTORING: &str = "restoring";

    /// Makes a folder that is filled from a back-up; `folder.json` is written when it is whole.
    pub fn unfinished(path: &Path, purpose: Purpose) -> Result<DataFolder, CommandError> {
        std::fs::create_dir_all(path).map_err(CommandError::io(format!(
            "the data folder {} cannot be made",
            path.display()
        )))?;
        let lock = lock(path)?;
        File::create(path.join(Self::RESTORING)).map_err(CommandError::io("the restore"))?;
        Ok(DataFolder { path: path.to_owned(), purpose, fresh: false, _lock: Some(lock) })
    }

    /// Whether a server runs on this folder now.
    pub fn is_served(path: &Path) -> bool {
        let Ok(file) = File::open(path.join("lock")) else { return false };
        flock(&file, FlockOperation::NonBlockingLockShared).is_err()
    }

    /// The SQLite file.
    pub fn records(&self) -> PathBuf {
        self.path.join("records.sqlite")
    }

    /// The objects' folder.
    pub fn objects(&self) -> PathBuf {
        self.path.join("objects")
    }

    /// The key file.
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys.toml")
    }
}

fn lock(path: &Path) -> Result<File, CommandError> {
    let name = path.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(CommandError::io(format!("{} cannot be opened", name.display())))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| CommandError::Folder {
        folder: path.to_owned(),
        what: "another minshu uses it; stop that one or use another folder (--data)".to_owned(),
    })?;
    Ok(file)
}

fn read_marker(path: &Path, text: &str) -> Result<Purpose, CommandError> {
    serde_json::from_str(text).map_err(|error| CommandError::Folder {
        folder: path.to_owned(),
        what: format!("folder.json is damaged: {error}"),
    })
}

fn write_marker(path: &Path, marker: &Path, purpose: Purpose) -> Result<(), CommandError> {
    let only_lock = std::fs::read_dir(path)
        .map(|entries| entries.flatten().all(|entry| entry.file_name() == "lock"))
        .unwrap_or(false);
    if path.join(DataFolder::RESTORING).exists() {
        return Err(CommandError::Folder {
            folder: path.to_owned(),
            what: "a restore into it was cut off: run `minshu restore` again, it begins anew"
                .to_owned(),
        });
    }
    if !only_lock {
        return Err(CommandError::Folder {
            folder: path.to_owned(),
            what: "it holds other files and is not a data folder of minshu: use an empty one"
                .to_owned(),
        });
    }
    let text = serde_json::to_string(&purpose).unwrap_or_default();
    let mut file = File::create(marker).map_err(CommandError::io("folder.json"))?;
    std::io::Write::write_all(&mut file, text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(CommandError::io("folder.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: Purpose = Purpose { demonstration: false, test_clock: false };
    const DEMONSTRATION: Purpose = Purpose { demonstration: true, test_clock: false };
    const TEST: Purpose = Purpose { demonstration: false, test_clock: true };

    fn refusal(path: &Path, purpose: Purpose) -> String {
        DataFolder::open(path, purpose).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_folder_serves_the_purpose_it_was_made_for() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().join("real");
        assert!(DataFolder::open(&real, REAL).unwrap().fresh);
        assert!(!DataFolder::open(&real, REAL).unwrap().fresh);
        assert!(refusal(&real, DEMONSTRATION).contains("not made for the demonstration"));
        assert!(refusal(&real, TEST).contains("--test-clock"));
        let shown = root.path().join("shown");
        DataFolder::open(&shown, DEMONSTRATION).unwrap();
        assert!(refusal(&shown, REAL).contains("everybody knows"));
    }

    #[test]
    fn one_process_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let first = DataFolder::open(root.path(), REAL).unwrap();
        assert!(refusal(root.path(), REAL).contains("another minshu"));
        assert!(DataFolder::is_served(root.path()));
        drop(first);
        assert!(!DataFolder::is_served(root.path()));
    }

    #[test]
    fn somebody_elses_folder_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("letter.txt"), "x").unwrap();
        assert!(refusal(root.path(), REAL).contains("other files"));
    }
}
