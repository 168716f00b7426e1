//! The folders in which a directory keeps its objects, by the first two digits of their addresses.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::files;

/// A directory of objects. A folder is made when its first object comes; its entry is brought to the disk once in the
/// life of the process, because one that is there may have been made by a process that was killed before its fsync.
pub(super) struct Shelves {
    directory: PathBuf,
    durable: [AtomicBool; 256],
}

impl Shelves {
    pub fn new(directory: PathBuf) -> Shelves {
        Shelves { directory, durable: [const { AtomicBool::new(false) }; 256] }
    }

    /// Renames a synced file to where the object's path, `sha256/<two digits>/<the rest>`, says; durable when this
    /// returns.
    ///
    /// # Errors
    /// What the disk says.
    pub fn take(&self, from: &Path, path: &str) -> io::Result<()> {
        let to = self.directory.join(path);
        let folder = to.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let digits = folder.file_name().and_then(|name| name.to_str());
        let digits = digits.and_then(|name| u8::from_str_radix(name, 16).ok());
        let known = digits.and_then(|number| self.durable.get(usize::from(number)));
        if !known.is_some_and(|known| known.load(Ordering::Acquire)) {
            std::fs::create_dir_all(folder)?;
            files::sync_folder(folder.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
            if let Some(known) = known {
                known.store(true, Ordering::Release);
            }
        }
        std::fs::rename(from, &to)?;
        files::sync_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_finds_its_folder_whether_it_is_there_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let objects = folder.path().join("objects");
        std::fs::create_dir_all(objects.join("sha256")).unwrap();
        let shelves = Shelves::new(objects.clone());
        for path in ["sha256/0a/first", "sha256/0a/second", "sha256/ff/third"] {
            let waiting = folder.path().join("waiting");
            std::fs::write(&waiting, path).unwrap();
            shelves.take(&waiting, path).unwrap();
            assert!(!waiting.exists());
            assert_eq!(std::fs::read_to_string(objects.join(path)).unwrap(), path);
        }
    }
}
