//! The files of objects in a directory, for back-ups: what is stored is copied as it is, sealed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::records::copy::hash_of;

/// The hexadecimal digits of every object's address in a directory, in no order.
///
/// # Errors
/// What the disk says.
pub fn addresses(directory: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in entries(&directory.join("sha256"))? {
        let Some(begin) = folder.file_name().and_then(|n| n.to_str()).map(str::to_owned) else {
            continue;
        };
        for file in entries(&folder)? {
            let rest = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            let address = format!("{begin}{rest}");
            let digits = address.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            if address.len() == 64 && digits {
                found.push(address);
            }
        }
    }
    Ok(found)
}

/// Where an object's file is; `None` where the address is none.
pub fn file_of(directory: &Path, address: &str) -> Option<PathBuf> {
    let digits = address.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let (begin, rest) = address.split_at_checked(2)?;
    (address.len() == 64 && digits).then(|| directory.join("sha256").join(begin).join(rest))
}

/// The names of the named objects, with slashes between their parts.
///
/// # Errors
/// What the disk says.
pub fn names(directory: &Path) -> io::Result<Vec<String>> {
    let root = directory.join("named");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder)? {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Some(name) = entry.strip_prefix(&root).ok().and_then(Path::to_str) {
                // A name with `#` is a file that is being written.
                if !name.contains('#') {
                    found.push(name.to_owned());
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Where a named object's file is; `None` where the name leads out.
pub fn file_of_name(directory: &Path, name: &str) -> Option<PathBuf> {
    let good = name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    good.then(|| directory.join("named").join(name))
}

/// Copies a file so that it is there whole or not at all, on the disk; answers its SHA-256 and length.
///
/// # Errors
/// What the disk says.
pub fn copy(from: &Path, to: &Path) -> io::Result<(String, u64)> {
    let folder = to.parent().ok_or_else(|| io::Error::other("a file without a folder"))?;
    if !folder.is_dir() {
        files::make_folder(folder)?;
    }
    let part = to.with_extension("part");
    std::fs::copy(from, &part)?;
    File::open(&part)?.sync_all()?;
    let told = hash_of(&part)?;
    std::fs::rename(&part, to)?;
    files::sync_folder(folder)?;
    Ok(told)
}

/// The entries of a folder; none where it is not there.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|e| e.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
