//! Opens the house on a data folder: migrations, keys, objects, divisions, packs.

use std::sync::Arc;

use minshu_kernel::clock::Clock;
use minshu_kernel::ctx::PasswordCost;
use minshu_kernel::division::Divisions;
use minshu_kernel::pack::PackProblem;
use minshu_runtime::house::{Foundation, House, HouseError, describe, migrations};
use minshu_runtime::http::{Demonstration, assets};
use minshu_runtime::installation;
use minshu_runtime::keys::{Keys, SystemEntropy};
use minshu_runtime::outgoing::{HttpClient, Patience};
use minshu_runtime::packs::{PackSources, check, texts_of};
use minshu_runtime::register::Register;
use minshu_runtime::scan::Clamd;
use minshu_runtime::system::{ClockIds, SystemClock};
use minshu_storage::objects::ObjectStorage;
use minshu_storage::records::migrate::{MigrateError, Migrations, Step, migrate, pending};
use minshu_storage::records::{Db, Settings as RecordsSettings};

use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::settings::Settings;

/// Which build this is: results of scenarios hold for it alone.
pub fn build() -> String {
    option_env!("MINSHU_BUILD").unwrap_or(concat!(env!("CARGO_PKG_VERSION"), "-dev")).to_owned()
}

/// How the records are opened.
pub fn records(settings: &Settings, folder: &DataFolder) -> RecordsSettings {
    let mut records = match &settings.database_url {
        Some(url) => RecordsSettings::postgres(url.clone()),
        None => RecordsSettings::sqlite(folder.records()),
    };
    records.queue = settings.write_queue.unwrap_or(records.queue);
    records
}

/// Which packs a house begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Those on disk, where this process is alone; else those in force.
    Serve,
    /// Those in force.
    Keep,
}

/// The folder's time: where tests may move its clock, it goes on where it stood.
pub fn clock(folder: &DataFolder) -> Arc<dyn Clock> {
    match folder.purpose.test_clock {
        true => crate::clock::kept(folder),
        false => Arc::new(SystemClock),
    }
}

/// Opens the keys of this installation. They are made where there is no data yet, and must be those that the data were
/// sealed with: another process may have made the database.
async fn keys(
    settings: &Settings,
    folder: &DataFolder,
    db: &Db,
    entropy: Arc<SystemEntropy>,
) -> Result<Arc<Keys>, CommandError> {
    let path = settings.sharing.keys(folder);
    let known = installation::mark(db).await?;
    let fresh = folder.fresh && known.is_none();
    if folder.fresh && !fresh && !path.exists() {
        return Err(CommandError::Failed(format!(
            "the database belongs to an installation whose keys are not at {}: bring its key file there, or name it (--key-file)",
            path.display()
        )));
    }
    let keys = Arc::new(Keys::open(&path, fresh, entropy)?);
    installation::hold(db, &keys).await?;
    Ok(keys)
}

/// Brings the schema to what this program needs. On PostgreSQL the server's own user need not be allowed to: another one
/// migrates (`minshu migrate`), and where nothing is to be done nothing is asked for.
async fn migrated(
    settings: &Settings,
    records: &RecordsSettings,
    sets: &[Migrations],
) -> Result<Vec<Step>, CommandError> {
    if settings.database_url.is_some() {
        let waiting = pending(&Db::open(records.clone()).await?, sets).await?;
        if waiting.is_empty() {
            return Ok(waiting);
        }
    }
    migrate(records, sets).await.map_err(|error| match error {
        MigrateError::Failed { reason, .. } if reason.contains("permission denied") => {
            CommandError::Failed(format!(
                "this database user may not change the schema ({reason}): run `minshu migrate` with the address of one \
                 that may (--database-url), then start again"
            ))
        }
        error => error.into(),
    })
}

/// Opens the house; migrates first.
pub async fn house(
    settings: &Settings,
    folder: &DataFolder,
    clock: Arc<dyn Clock>,
    demonstration: Option<Demonstration>,
    start: Start,
) -> Result<Arc<House>, CommandError> {
    let capabilities = crate::capabilities();
    let records = records(settings, folder);
    let sets = migrations(&capabilities);
    for step in migrated(settings, &records, &sets).await? {
        tracing::info!(owner = step.owner, version = step.version, name = step.name, "migrated");
    }
    let db = Db::open(records).await?;
    let entropy = Arc::new(SystemEntropy);
    let keys = keys(settings, folder, &db, entropy.clone()).await?;
    let objects = ObjectStorage::open(settings.sharing.objects(folder), keys.clone())
        .await
        .map_err(|error| CommandError::Failed(error.to_string()))?;
    let channels = crate::channels::open(settings, &clock, demonstration.is_some())?;
    let pocket = channels.pocket.clone();
    let outgoing = HttpClient::new(settings.networks.clone(), Patience::default());
    let outside = crate::providers::open(settings, &clock)?;
    let house = House::build(Foundation {
        capabilities,
        db,
        objects: Arc::new(objects),
        scanner: settings.scanner.clone().map(|address| Arc::new(Clamd::new(address))),
        outgoing: Arc::new(outgoing),
        carriers: Arc::new(channels),
        outside: Arc::new(outside),
        keys,
        ids: Arc::new(ClockIds::new(clock.clone(), entropy.clone())),
        clock,
        entropy,
        password_cost: PasswordCost::RECOMMENDED,
        divisions: Arc::new(divisions()?),
        packs: PackSources::read(&settings.packs).map_err(HouseError::Packs)?,
        adopt_packs: start == Start::Serve && settings.database_url.is_none(),
        register: Arc::new(register()?),
        scenario_results: settings.scenario_results.clone(),
        single_process: settings.database_url.is_none(),
        demonstration: demonstration.map(|shown| Demonstration { pocket, ..shown }),
        build: build(),
        edge: settings.edge.clone(),
    })
    .await?;
    Ok(house)
}

/// The register of systems, as the program was built with it.
pub fn register() -> Result<Register, CommandError> {
    Register::read(include_str!("../../plan/systems.toml"))
        .map_err(|error| CommandError::Failed(format!("plan/systems.toml: {error}")))
}

/// The mistakes of a set of packs.
pub fn pack_problems(sources: &PackSources) -> Vec<PackProblem> {
    let capabilities = crate::capabilities();
    let contract = describe(&capabilities);
    match texts_of(&contract) {
        Ok(texts) => check(sources, &capabilities, &contract, &texts).err().unwrap_or_default(),
        // The texts are part of the program; its start tells of them.
        Err(_) => Vec::new(),
    }
}

/// The division tree that the pages' build made.
pub fn divisions() -> Result<Divisions, CommandError> {
    let csv = assets::divisions_csv().ok_or_else(|| {
        CommandError::Failed("this program was built without web/dist: run `make web` first".into())
    })?;
    Divisions::from_csv(&csv).map_err(|problems| {
        let first = problems.first().map(|p| format!("{p:?}")).unwrap_or_default();
        CommandError::Failed(format!("the division tree is wrong: {first}"))
    })
}
