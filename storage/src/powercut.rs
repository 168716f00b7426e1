//! What a power cut leaves, for tests: a process runs with a library before libc that keeps beside
//! its folder what the disk is bound to hold; a cut kills it and puts that in the folder's place.
//! How it works is told in `powercut/powercut.c`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use tempfile::TempDir;

const SOURCE: &str = include_str!("../powercut/powercut.c");

/// A folder whose power can be cut.
///
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// let folder = std::path::Path::new("/tmp/some-data");
/// let power = minshu_storage::powercut::PowerCut::new(folder)?;
/// let mut server = std::process::Command::new("minshu").envs(power.environment()).spawn()?;
/// power.cut(&mut server)?; // the folder now holds what was fsynced, and nothing else
/// # Ok(()) }
/// ```
pub struct PowerCut {
    live: PathBuf,
    work: TempDir,
}

impl PowerCut {
    /// Takes what the folder holds now as durable; makes it when it is absent. From here on only
    /// processes with the [`PowerCut::environment`] may write to it: what another writes is not
    /// seen. To look into a database after a cut, look into a copy of it.
    ///
    /// # Errors
    /// When the library cannot be built (`cc` is needed) or the folder cannot be read.
    pub fn new(live: &Path) -> io::Result<PowerCut> {
        fs::create_dir_all(live)?;
        let power = PowerCut { live: live.canonicalize()?, work: tempfile::tempdir()? };
        let source = power.work.path().join("powercut.c");
        fs::write(&source, SOURCE)?;
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .arg(power.library())
            .arg(&source)
            .arg("-lpthread")
            .output()?;
        if !built.status.success() {
            let said = String::from_utf8_lossy(&built.stderr).into_owned();
            return Err(io::Error::other(format!("the library cannot be built: {said}")));
        }
        power.take_all()?;
        Ok(power)
    }

    fn library(&self) -> PathBuf {
        self.work.path().join("powercut.so")
    }

    fn shadow(&self) -> PathBuf {
        self.work.path().join("shadow")
    }

    /// What the process must find in its environment.
    pub fn environment(&self) -> [(&'static str, OsString); 3] {
        [
            ("LD_PRELOAD", self.library().into()),
            ("MINSHU_POWERCUT_DIR", self.live.clone().into()),
            ("MINSHU_POWERCUT_SHADOW", self.shadow().into()),
        ]
    }

    /// Kills the process at once and puts what is durable in the folder's place. It may be cut
    /// again.
    ///
    /// # Errors
    /// When it cannot be killed, or as [`PowerCut::restore`].
    pub fn cut(&self, process: &mut Child) -> io::Result<()> {
        process.kill()?;
        process.wait()?;
        self.restore()
    }

    /// Puts what is durable in the folder's place, after the process was killed (SIGKILL) and
    /// waited for by other means.
    ///
    /// # Errors
    /// When the folder cannot be written, or when what is durable cannot be read.
    pub fn restore(&self) -> io::Result<()> {
        let fresh = self.work.path().join("fresh");
        let root = self.key(&self.live)?;
        self.folder_from_shadow(&root, &fresh)?;
        empty(&self.live)?;
        copy_all(&fresh, &self.live)?;
        fs::remove_dir_all(&fresh)?;
        self.take_all()
    }

    /// The key of a file or folder.
    fn key(&self, path: &Path) -> io::Result<String> {
        let inode = fs::metadata(path)?.ino();
        let key = fs::read_link(self.shadow().join("keys").join(inode.to_string()))?;
        Ok(key.to_string_lossy().into_owned())
    }

    fn folder_from_shadow(&self, key: &str, to: &Path) -> io::Result<()> {
        fs::create_dir(to)?;
        // A folder that was never fsynced is there by its parent's word, and empty.
        let listed = match fs::read_to_string(self.shadow().join("dirs").join(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            listed => listed?,
        };
        for line in listed.lines() {
            let bad = || io::Error::other(format!("a folder's image holds {line:?}"));
            let (key, name) = line.split_once(' ').ok_or_else(bad)?;
            let (sort, key) = key.split_at_checked(1).ok_or_else(bad)?;
            let to = to.join(name);
            match sort {
                "d" => self.folder_from_shadow(key, &to)?,
                // SQLite's shared memory does not outlive a machine.
                _ if name.ends_with("-shm") => {}
                _ => match fs::copy(self.shadow().join("files").join(key), &to) {
                    // Named, but never fsynced itself.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        fs::File::create(&to)?;
                    }
                    copied => drop(copied?),
                },
            }
        }
        Ok(())
    }

    /// Makes the shadow anew from the whole folder.
    fn take_all(&self) -> io::Result<()> {
        let shadow = self.shadow();
        if shadow.exists() {
            fs::remove_dir_all(&shadow)?;
        }
        for folder in ["keys", "files", "dirs"] {
            fs::create_dir_all(shadow.join(folder))?;
        }
        self.take_folder(&self.live, &mut HashMap::new()).map(drop)
    }

    /// Answers the folder's key.
    fn take_folder(&self, folder: &Path, keys: &mut HashMap<u64, String>) -> io::Result<String> {
        let own = self.fresh_key(folder, keys)?;
        let mut listed = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else {
                continue;
            };
            let (sort, key) = if path.is_dir() {
                ('d', self.take_folder(&path, keys)?)
            } else {
                let key = self.fresh_key(&path, keys)?;
                fs::copy(&path, self.shadow().join("files").join(&key))?;
                ('f', key)
            };
            writeln!(listed, "{sort}{key} {name}")?;
        }
        fs::write(self.shadow().join("dirs").join(&own), listed)?;
        Ok(own)
    }

    fn fresh_key(&self, path: &Path, keys: &mut HashMap<u64, String>) -> io::Result<String> {
        let inode = fs::metadata(path)?.ino();
        if let Some(known) = keys.get(&inode) {
            return Ok(known.clone());
        }
        let key = format!("{inode}-start");
        std::os::unix::fs::symlink(&key, self.shadow().join("keys").join(inode.to_string()))?;
        keys.insert(inode, key.clone());
        Ok(key)
    }
}

/// Removes what a folder holds, and leaves the folder: a watcher or a lock may know it.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
    }
    Ok(())
}

/// Copies a folder with all that it holds.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_all(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
