//! The files of packs: `packs/<chapter>/<system-id>/…`, bounded in number and size.

use std::path::{Path, PathBuf};

use minshu_kernel::pack::{PackFile, PackProblem};
use sm3::{Digest as _, Sm3};

use crate::keys::hex;

/// The largest file of a pack.
const MOST_BYTES: u64 = 512 * 1024;
/// The most files of a pack.
const MOST_FILES: usize = 200;
/// The most packs of a set.
const MOST_PACKS: usize = 2_000;

/// The files of one pack.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PackFolder {
    /// `<chapter>/<system-id>`.
    pub folder: PathBuf,
    /// Paths below it and texts, `pack.toml` first, then in the order of their paths.
    pub files: Vec<(String, String)>,
}

/// The files of a set of packs.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PackSources {
    /// In the order of their folders.
    pub packs: Vec<PackFolder>,
}

impl PackFolder {
    /// The files as the contract has them.
    pub fn pack_files(&self) -> Vec<PackFile> {
        let file =
            |(path, text): &(String, String)| PackFile { path: path.clone(), text: text.clone() };
        self.files.iter().map(file).collect()
    }
}

impl PackSources {
    /// Reads the packs' root. `demo/` and pictures are not part of a pack's declarations.
    pub fn read(root: &Path) -> Result<PackSources, Vec<PackProblem>> {
        let mut problems = Vec::new();
        let mut packs = Vec::new();
        for chapter in folders(root, Path::new(""), &mut problems) {
            for folder in folders(root, &chapter, &mut problems) {
                let mut files = Vec::new();
                collect(root, &folder, Path::new(""), &mut files, &mut problems);
                files.sort_by(|(a, _), (b, _)| (a != "pack.toml", a).cmp(&(b != "pack.toml", b)));
                packs.push(PackFolder { folder, files });
            }
        }
        if packs.len() > MOST_PACKS {
            problem(&mut problems, Path::new(""), format!("more than {MOST_PACKS} packs"));
        }
        if problems.is_empty() { Ok(PackSources { packs }) } else { Err(problems) }
    }

    /// SM3 over all paths and texts, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut hash = Sm3::new();
        for pack in &self.packs {
            for (path, text) in &pack.files {
                for part in [&*pack.folder.to_string_lossy(), path, text] {
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part.as_bytes());
                }
            }
        }
        hex(&hash.finalize())
    }
}

fn problem(problems: &mut Vec<PackProblem>, file: &Path, message: String) {
    problems.push(PackProblem { file: file.to_owned(), line: 1, column: 1, message });
}

fn entries(root: &Path, folder: &Path, problems: &mut Vec<PackProblem>) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    match std::fs::read_dir(root.join(folder)) {
        Err(error) => problem(problems, folder, format!("the folder cannot be read: {error}")),
        Ok(list) => {
            for entry in list.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if !name.starts_with('.') {
                    found.push((name, entry.path().is_dir()));
                }
            }
        }
    }
    found.sort();
    found
}

fn folders(root: &Path, folder: &Path, problems: &mut Vec<PackProblem>) -> Vec<PathBuf> {
    entries(root, folder, problems)
        .into_iter()
        .filter(|(_, is_folder)| *is_folder)
        .map(|(name, _)| folder.join(name))
        .collect()
}

fn collect(
    root: &Path,
    pack: &Path,
    below: &Path,
    files: &mut Vec<(String, String)>,
    problems: &mut Vec<PackProblem>,
) {
    for (name, is_folder) in entries(root, &pack.join(below), problems) {
        let path = below.join(&name);
        if is_folder {
            if name != "demo" {
                collect(root, pack, &path, files, problems);
            }
            continue;
        }
        let declares = [".toml", ".json", ".cedar", ".feature"].iter().any(|e| name.ends_with(e));
        if !declares {
            continue;
        }
        let whole = root.join(pack).join(&path);
        let size = std::fs::metadata(&whole).map_or(0, |m| m.len());
        if size > MOST_BYTES || files.len() >= MOST_FILES {
            let what = format!("a pack has at most {MOST_FILES} files of {MOST_BYTES} bytes");
            problem(problems, &pack.join(&path), what);
            continue;
        }
        match std::fs::read_to_string(&whole) {
            Ok(text) => files.push((path.to_string_lossy().into_owned(), text)),
            Err(error) => {
                problem(problems, &pack.join(&path), format!("the file cannot be read: {error}"));
            }
        }
    }
}
