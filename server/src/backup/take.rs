//! Taking a back-up, beside a server that runs.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use minshu_kernel::clock::Clock as _;
use minshu_kernel::objects::ObjectsError;
use minshu_runtime::system::SystemClock;
use minshu_storage::objects::depot::{Depot, Which};
use minshu_storage::objects::directory;
use minshu_storage::records::copy::{copy_out, hash_of, rows_of};
use serde::{Deserialize, Serialize};

use super::{FORMAT, Head, KEY_TABLES, Kept, MANIFEST, Manifest, grouped};
use crate::commands::say;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open;
use crate::settings::Settings;

/// Which back-up was the last; kept in the data folder for `minshu doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Last {
    /// Where it is.
    pub backup: PathBuf,
    /// When it began, UTC milliseconds.
    pub at_ms: i64,
}

const LAST: &str = "last-backup.json";

/// The last back-up of a data folder, where there was one.
pub fn last(data: &Path) -> Option<Last> {
    serde_json::from_str(&std::fs::read_to_string(data.join(LAST)).ok()?).ok()
}

/// Takes a back-up into a folder of its own within `folder`; objects that an earlier one brought are not copied again.
pub async fn take(settings: &Settings, folder: &Path) -> Result<(PathBuf, Manifest), CommandError> {
    let data = DataFolder::look(&settings.data)?;
    let from = super::depot(settings, &data)?;
    let at_ms = SystemClock.now().0;
    let backup = folder.join(name(at_ms));
    let records = backup.join("records");
    std::fs::create_dir_all(&records)
        .map_err(CommandError::io(format!("{} cannot be made", records.display())))?;
    let progress = |table: &str, rows: u64| say(format!("{table}: {} rows", grouped(rows)));
    let copied = copy_out(&open::records(settings, &data), &records, KEY_TABLES, &progress).await?;
    let (audit, events) = heads(&records, &copied)?;
    // Behind the rows: an object is stored before a row names it.
    let (objects, object_bytes, mut files) = objects(&from, folder, &backup).await?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let manifest = Manifest {
        format: FORMAT,
        program: open::build(),
        at_ms,
        purpose: data.purpose,
        records: copied,
        left_out: KEY_TABLES.iter().map(|table| (*table).to_owned()).collect(),
        audit,
        events,
        objects,
        object_bytes,
        files,
    };
    let text = serde_json::to_string_pretty(&manifest)
        .map_err(|error| CommandError::Failed(error.to_string()))?;
    write_whole(&backup.join(MANIFEST), &text)?;
    let last = Last { backup: std::path::absolute(&backup).unwrap_or(backup.clone()), at_ms };
    let text = serde_json::to_string(&last).unwrap_or_default();
    if let Err(error) = write_whole(&data.path.join(LAST), &text) {
        tracing::warn!(%error, "the back-up is whole, but the data folder does not know of it");
    }
    Ok((backup, manifest))
}

/// `20260305T010000123Z`: names sort by time.
fn name(at_ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    time.strftime("%Y%m%dT%H%M%S%3fZ").to_string()
}

fn heads(
    records: &Path,
    copied: &minshu_storage::records::copy::Copied,
) -> Result<(Head, i64), CommandError> {
    let bad = |error: minshu_kernel::records::BadColumn| CommandError::Failed(error.to_string());
    let (mut audit, mut events) = (Head::default(), 0);
    for row in rows_of(records, copied, "platform_chain")? {
        match row.get::<String>("id").map_err(bad)?.as_str() {
            "audit" => {
                let position = row.get("position").map_err(bad)?;
                audit = Head { position, chain: row.get("chain").map_err(bad)? };
            }
            "events" => events = row.get("position").map_err(bad)?,
            _ => {}
        }
    }
    Ok((audit, events))
}

/// Copies the objects that are not in the folder yet, and the named ones.
async fn objects(
    from: &Depot,
    folder: &Path,
    backup: &Path,
) -> Result<(u64, u64, Vec<Kept>), CommandError> {
    let disk = |error| CommandError::io("the objects cannot be copied")(error);
    let store = folder.join("objects");
    let refused = |error: ObjectsError| {
        CommandError::Failed(format!("the objects cannot be copied: {error}"))
    };
    let addresses = from.addresses().await.map_err(refused)?;
    let (mut kept, mut bytes, mut fresh) = (Vec::new(), 0, 0);
    for address in addresses {
        let Some(copy) = directory::file_of(&store, &address) else { continue };
        let length = match std::fs::metadata(&copy) {
            Ok(found) => found.len(),
            Err(_) => {
                let (hash, length) = match from.fetch(Which::Address(&address), &copy).await {
                    Ok(told) => told,
                    // Housekeeping took it away since it was listed: no row of the snapshot's future names it.
                    Err(ObjectsError::Missing) => continue,
                    Err(error) => return Err(refused(error)),
                };
                if hash != address {
                    let _removed = std::fs::remove_file(&copy);
                    return Err(CommandError::Failed(format!(
                        "the object {address} is damaged where it is stored; run `minshu integrity`, restore it from an earlier \
                         back-up"
                    )));
                }
                fresh += 1;
                length
            }
        };
        bytes += length;
        kept.push(address);
    }
    let count = kept.len() as u64;
    say(format!("objects: {}, {} of them new", grouped(count), grouped(fresh)));
    let list = backup.join("objects.list");
    write_whole(&list, &kept.iter().map(|address| format!("{address}\n")).collect::<String>())?;
    let (sha256, length) = hash_of(&list).map_err(disk)?;
    let mut files = vec![Kept { path: "objects.list".into(), sha256, bytes: length }];
    for name in from.names().await.map_err(refused)? {
        let path = format!("named/{name}");
        let copied = from.fetch(Which::Name(&name), &backup.join(&path)).await;
        let (sha256, bytes) = copied.map_err(refused)?;
        files.push(Kept { path, sha256, bytes });
    }
    Ok((count, bytes, files))
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), CommandError> {
    let part = path.with_extension("part");
    let folder = path.parent().unwrap_or(Path::new("."));
    File::create(&part)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&part, path))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(CommandError::io(format!("{} cannot be written", path.display())))
}
