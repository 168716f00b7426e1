//! Whether a back-up is what was written.

use std::path::Path;

use minshu_storage::objects::directory;
use minshu_storage::records::copy::{self, hash_of};

use super::{Manifest, listed, objects_of};
use crate::error::CommandError;

/// Reads every file of a back-up again; answers what is wrong, a line each.
pub fn verify(backup: &Path, manifest: &Manifest) -> Result<Vec<String>, CommandError> {
    let mut wrong = copy::verify(&backup.join("records"), &manifest.records);
    for file in &manifest.files {
        let path = backup.join(&file.path);
        match hash_of(&path) {
            Ok(found) if found == (file.sha256.clone(), file.bytes) => {}
            Ok(_) => wrong.push(format!("{} is not what was written", path.display())),
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }
    let store = objects_of(backup);
    let addresses = listed(backup)?;
    if addresses.len() as u64 != manifest.objects {
        wrong.push(format!("{} objects are listed, {} must be", addresses.len(), manifest.objects));
    }
    for address in addresses {
        let Some(path) = directory::file_of(&store, &address) else {
            wrong.push(format!("{address:?} is no address"));
            continue;
        };
        match hash_of(&path) {
            Ok((hash, _)) if hash == address => {}
            Ok(_) => wrong.push(format!("the object {} is not what was written", path.display())),
            Err(error) => wrong.push(format!("the object {}: {error}", path.display())),
        }
    }
    Ok(wrong)
}
