//! Folders that survive a power cut.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes a folder and what is above it, and brings the entries that name them to the disk: a file
/// is only as safe as the entries on the way to it. Done anew at every start, for a folder that is
/// there may have been made by a process that was killed before its fsync.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    sync_folder(folder)?;
    // What we make lies at most a few folders below what the operator made.
    for above in folder.ancestors().skip(1).take(3).filter(|f| !f.as_os_str().is_empty()) {
        // A folder that may not be read was not made by us.
        match sync_folder(above) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => break,
            done => done?,
        }
    }
    Ok(())
}

/// Brings a folder's entries to the disk.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
