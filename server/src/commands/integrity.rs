//! `minshu integrity`: records, objects and the audit chain against each other, and the objects that no row knows.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use minshu_kernel::clock::{Clock as _, DAY_MS};
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::records::Records as _;
use minshu_kernel::values;
use minshu_runtime::audit::verify;
use minshu_runtime::system::SystemClock;
use minshu_runtime::uploads;
use minshu_storage::objects::depot::{Depot, Which};
use minshu_storage::objects::{ObjectStorage, directory};
use serde::Serialize;

use super::say;
use crate::backup;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open::{self, Start};
use crate::settings::Settings;

/// How it looks.
#[derive(Debug, clap::Args)]
pub struct Integrity {
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Remove objects that no row has known for a day: a crash between storing a file and noting it leaves one.
    #[arg(long)]
    sweep: bool,
    /// Bring objects that rows name and that are not there back from a back-up, or from the newest in a folder of them.
    #[arg(long, value_name = "BACK-UP")]
    mend: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Found {
    /// Objects that are stored.
    objects: usize,
    /// Entries of the audit chain that were computed again.
    entries: i64,
    /// What is wrong, a line each.
    faults: Vec<String>,
    /// Objects that no row knows, older than a day.
    orphans: Vec<String>,
    /// How many of them were removed.
    swept: usize,
    /// How many missing objects were brought back.
    mended: usize,
}

impl Integrity {
    /// Looks; the exit code says whether all is whole. Objects that no row knows cost room and are no fault.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        let served = DataFolder::is_served(&settings.data);
        let folder = match served {
            true => DataFolder::look(&settings.data)?,
            false => {
                let purpose = DataFolder::look(&settings.data)?.purpose;
                DataFolder::open(&settings.data, purpose)?
            }
        };
        let house =
            open::house(&settings, &folder, Arc::new(SystemClock), None, Start::Keep).await?;
        let mut found = Found::default();
        for fault in house.db.integrity_check().await? {
            found.faults.push(format!("the database: {fault}"));
        }
        for entry in &house.contract.integrity {
            for row in house.db.scan(entry.sql.into(), values![]).await? {
                let id: String = row.get("id").map_err(|e| CommandError::Failed(e.to_string()))?;
                found.faults.push(format!("{}: {id}", entry.what));
            }
        }
        let store = ObjectStorage::open(settings.sharing.objects(&folder), house.keys.clone());
        let store = store.await.map_err(|error| CommandError::Failed(error.to_string()))?;
        // Listed before the rows are read: a row comes behind its object.
        let stored = store.list().await.map_err(|error| CommandError::Failed(error.to_string()))?;
        found.objects = stored.len();
        let there: HashSet<&str> = stored.iter().map(|object| object.address.hex()).collect();
        let missing = uploads::missing(&house, &|address| there.contains(address)).await?;
        let depot = backup::depot(&settings, &folder)?;
        let beside = self.mend.as_deref().map(backup::find).transpose()?;
        let beside = beside.map(|whole| backup::objects_of(&whole));
        for address in missing {
            if let Some(beside) = &beside
                && mended(&depot, beside, &address).await?
            {
                found.mended += 1;
                continue;
            }
            found.faults.push(format!("an object that a row names is not there: {address}"));
        }
        let known = uploads::known(&house).await?;
        let old = SystemClock.now().0 - DAY_MS;
        let orphans =
            stored.iter().filter(|o| o.at_ms < old && !known.contains(o.address.as_str()));
        let orphans: Vec<&ObjectAddress> = orphans.map(|object| &object.address).collect();
        if self.sweep {
            for address in &orphans {
                house.services.objects.remove(address).await.map_err(|error| {
                    CommandError::Failed(format!("{}: {error}", address.as_str()))
                })?;
                found.swept += 1;
            }
        }
        found.orphans = orphans.iter().map(|address| address.as_str().to_owned()).collect();
        let report = verify::verify(&house, &mut ()).await?;
        found.entries = report.entries;
        for fault in &report.faults {
            found
                .faults
                .push(format!("audit entry {} ({}): {}", fault.at, fault.entry, fault.what));
        }
        tell(&found, self.json)?;
        Ok(if found.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Brings an object back from the objects of back-ups; answers whether they have it.
async fn mended(depot: &Depot, beside: &Path, address: &str) -> Result<bool, CommandError> {
    let Some(address) = ObjectAddress::parse(address) else { return Ok(false) };
    let Some(from) = directory::file_of(beside, address.hex()) else { return Ok(false) };
    if !from.exists() {
        return Ok(false);
    }
    let stored = depot.store(&from, Which::Address(address.hex()), address.hex()).await;
    stored.map(|_| true).map_err(|error| {
        CommandError::Failed(format!("{} cannot be brought back: {error}", from.display()))
    })
}

fn tell(found: &Found, json: bool) -> Result<(), CommandError> {
    if json {
        let text = serde_json::to_string_pretty(found)
            .map_err(|error| CommandError::Failed(error.to_string()))?;
        say(text);
        return Ok(());
    }
    for fault in &found.faults {
        say(fault);
    }
    say(format!("{} objects, {} audit entries", found.objects, found.entries));
    if found.mended > 0 {
        say(format!("{} objects are brought back from the back-up", found.mended));
    }
    match (found.orphans.len(), found.swept) {
        (0, _) => {}
        (orphans, 0) => {
            say(format!(
                "{orphans} objects that no row knows: `minshu integrity --sweep` removes them"
            ));
        }
        (_, swept) => say(format!("{swept} objects that no row knew are removed")),
    }
    say(if found.faults.is_empty() {
        "everything is whole".to_owned()
    } else {
        format!(
            "{} faults: look at the disk; `minshu integrity --mend <back-up>` brings objects back that are not there",
            found.faults.len()
        )
    });
    Ok(())
}
