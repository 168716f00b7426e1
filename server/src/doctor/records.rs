//! The records: whether they answer, whether they are this program's, and what waits in them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::clock::{Clock as _, Timestamp};
use minshu_kernel::error::Failure;
use minshu_kernel::objects::{ObjectAddress, ObjectsError};
use minshu_kernel::records::{Records, RecordsError};
use minshu_runtime::audit::{sealer, verify};
use minshu_runtime::house::{describe, migrations};
use minshu_runtime::keys::{Keys, SystemEntropy};
use minshu_runtime::observe::waiting;
use minshu_runtime::system::SystemClock;
use minshu_runtime::{installation, leases, uploads};
use minshu_storage::objects::depot::Depot;
use minshu_storage::records::Db;
use minshu_storage::records::migrate::pending;

use super::Finding;
use crate::clock;
use crate::folder::DataFolder;
use crate::open;
use crate::settings::Settings;

/// A clock that is off by more than this is told of.
const OFF_MS: i64 = 2_000;
/// An entry so far in the future was written by a clock that has been set back since.
const FUTURE_MS: i64 = 60_000;
/// The newest entries of the audit chain that are computed again; `minshu audit verify` does all.
const NEWEST: i64 = 2_000;
/// A sealer that is behind by more than this for two looks is behind.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The newest uploads whose objects are looked for.
const NEWEST_UPLOADS: i64 = 100;
/// The address of no object.
const NOWHERE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

type Told = Option<(String, String)>;

fn told(says: impl Into<String>, cure: impl Into<String>) -> Told {
    Some((says.into(), cure.into()))
}

pub async fn look(settings: &Settings, folder: &DataFolder) -> Vec<Finding> {
    let at = match &settings.database_url {
        Some(url) => place_of(url),
        None => folder.records().display().to_string(),
    };
    // Opening would make it.
    if settings.database_url.is_none() && !folder.records().exists() {
        let says = "there is no such file, and the folder was in use";
        let cure = "restore the last back-up into a new folder (`minshu restore`)";
        return vec![Finding::new("database", at, told(says, cure))];
    }
    let db = match Db::open(open::records(settings, folder)).await {
        Ok(db) => db,
        Err(error) => return vec![Finding::new("database", at, unreachable(&error))],
    };
    let mut found = vec![Finding::new("database", at.clone(), None)];
    let schema = match pending(&db, &migrations(&crate::capabilities())).await {
        Err(error) => told(
            error.to_string(),
            "start the newer program, or restore a back-up of before it; an older one must not write here",
        ),
        Ok(steps) if steps.is_empty() => None,
        Ok(steps) => told(
            format!("{} migrations are not applied", steps.len()),
            "run `minshu migrate`; `minshu serve` does it too",
        ),
    };
    let ours = schema.is_none();
    found.push(Finding::new("schema", at.clone(), schema));
    let whole = match db.integrity_check().await {
        Err(error) => told(error.to_string(), "look at the disk and the database's own log"),
        Ok(faults) if faults.is_empty() => None,
        Ok(faults) => told(faults.join("; "), "look at the disk, restore the last back-up"),
    };
    found.push(Finding::new("database integrity", at.clone(), whole));
    if !ours {
        return found;
    }
    let own_clock: Timestamp = match folder.purpose.test_clock {
        true => clock::kept(folder).now(),
        false => SystemClock.now(),
    };
    let shelf = settings.sharing.place(folder);
    let asked: [(&'static str, &str, Result<Told, Failure>); 9] = [
        ("objects", &shelf, objects(settings, folder, &db).await),
        ("keys of the database", &at, keys(settings, folder, &db).await),
        ("clock", "this machine", time(&db, own_clock).await),
        ("sealing", "the audit chain", sealing(&db, own_clock).await),
        ("audit chain", "/audit", chain(&db).await),
        ("flows", "/operations/flows", letters(&db).await),
        ("jobs", "/operations/flows", jobs(&db, own_clock).await),
        ("shared work", "platform_lease", work(settings, &db).await),
        ("channels", "/operations/channels", channels(&db, own_clock).await),
    ];
    for (what, at, trouble) in asked {
        let trouble = trouble.unwrap_or_else(|failure| {
            told(
                failure.to_string(),
                "look at the database and its log, then run `minshu doctor` again",
            )
        });
        found.push(Finding::new(what, at, trouble));
    }
    found
}

/// Where a database is, without the password.
fn place_of(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) => format!("{}{}", url.host_str().unwrap_or("a socket"), url.path()),
        Err(_) => "PostgreSQL".to_owned(),
    }
}

fn unreachable(error: &RecordsError) -> Told {
    let says = error.to_string();
    let cure = if says.contains("28P01") || says.contains("28000") {
        "the user or its password is wrong: mend MINSHU_DATABASE_URL, or pg_hba.conf of the database"
    } else if says.contains("3D000") {
        "the database does not exist: `createdb` it, or mend the name in MINSHU_DATABASE_URL"
    } else if says.contains("53300") {
        "too many connections: raise max_connections, or start fewer processes (each takes up to 32)"
    } else if says.contains("57P03") {
        "it is starting or recovering: wait; its own log says how far it is"
    } else if says.contains("address of the database is wrong") {
        "mend MINSHU_DATABASE_URL"
    } else {
        "start the database (`systemctl status postgresql`), look at its disk and at the network between"
    };
    told(says, cure)
}

/// Whether the store of objects answers, and has those of the newest uploads; `minshu integrity` looks for all.
async fn objects(settings: &Settings, folder: &DataFolder, db: &Db) -> Result<Told, Failure> {
    let cure = "look at the disk or the store, its address (MINSHU_S3_ENDPOINT), bucket and access key; everything but files goes on";
    let away = |error: ObjectsError| told(format!("they cannot be looked at: {error}"), cure);
    let depot = match Depot::open(&settings.sharing.objects(folder)) {
        Ok(depot) => depot,
        Err(error) => return Ok(away(error)),
    };
    let mut gone = Vec::new();
    let newest = uploads::newest(db, NEWEST_UPLOADS).await?;
    // Asked for also where there is no upload yet: it tells whether the store answers.
    let asked: Vec<&str> = newest.iter().map(ObjectAddress::hex).collect();
    for address in asked.iter().copied().chain([NOWHERE]) {
        match depot.holds(address).await {
            Ok(there) if there || address == NOWHERE => {}
            Ok(_) => gone.push(address),
            Err(error) => return Ok(away(error)),
        }
    }
    Ok(gone.first().and_then(|first| {
        let says = format!(
            "{} of the {} newest uploads are not there, the first: sha256:{first}",
            gone.len(),
            asked.len()
        );
        told(
            says,
            "`minshu integrity --mend <folder of back-ups>` looks for all and brings them back; then look at the disk or the store",
        )
    }))
}

async fn keys(settings: &Settings, folder: &DataFolder, db: &Db) -> Result<Told, Failure> {
    let path = settings.sharing.keys(folder);
    // A file that cannot be read is told of by itself.
    let Ok(keys) = Keys::open(&path, false, Arc::new(SystemEntropy)) else { return Ok(None) };
    Ok(match installation::fits(db, &keys).await? {
        true => None,
        false => told(
            format!("{} is not the key file of this database", path.display()),
            "bring the installation's key file here, or name its own database",
        ),
    })
}

async fn time(db: &Db, own: Timestamp) -> Result<Told, Failure> {
    let cure =
        "look at `timedatectl`: let chrony or systemd-timesyncd set the clocks of all machines";
    if let Some(theirs) = db.clock_ms().await? {
        let off = SystemClock.now().0 - theirs;
        if off.abs() > OFF_MS {
            let way = if off > 0 { "ahead of" } else { "behind" };
            let says = format!("this machine is {} s {way} the database's", off.abs() / 1_000);
            return Ok(told(says, cure));
        }
    }
    let newest = sealer::newest_entry(db).await?.unwrap_or_default();
    let ahead = newest - own.0;
    Ok((ahead > FUTURE_MS).then(|| {
        let says = format!(
            "the newest entry of the audit chain is {} s in the future: a clock was ahead, or has been set back",
            ahead / 1_000
        );
        (says, format!("{cure}; what was written keeps its time, and deadlines of then count from it"))
    }))
}

async fn sealing(db: &Db, own: Timestamp) -> Result<Told, Failure> {
    let first = sealer::oldest_unsealed(db).await?;
    let late = |oldest: Option<i64>| oldest.filter(|at| own.0 - at > sealer::ALARM_MS);
    if late(first).is_none() {
        return Ok(None);
    }
    tokio::time::sleep(LOOK_AGAIN).await;
    // The same one still waits: it is not only that much comes in.
    let second = late(sealer::oldest_unsealed(db).await?).filter(|at| Some(*at) == first);
    Ok(second.and_then(|at| {
        told(
            format!("what was committed {} s ago is not in the audit chain yet", (own.0 - at) / 1_000),
            "a process that seals must run (`minshu serve`, with the role worker); where one does, its log says why it waits",
        )
    }))
}

async fn chain(db: &Db) -> Result<Told, Failure> {
    let faults = verify::newest(db, NEWEST).await?;
    Ok(faults.first().and_then(|first| {
        told(
            format!("entry {} ({}): {}", first.at, first.entry, first.what),
            "stop nothing and delete nothing: run `minshu audit verify`, compare with a back-up and with the heads among the objects, tell whoever answers for the data",
        )
    }))
}

async fn letters(db: &Db) -> Result<Told, Failure> {
    let parked = waiting::parked(db).await?;
    Ok((parked.events > 0).then(|| {
        let says = format!(
            "{} events are parked in {} flows, and what comes behind them waits; the last said: {}",
            parked.events, parked.flows, parked.says
        );
        (says, "mend the cause, then replay or drop them on that page, with a reason".to_owned())
    }))
}

async fn jobs(db: &Db, own: Timestamp) -> Result<Told, Failure> {
    let jobs = waiting::jobs(db, own).await?;
    if jobs.failed > 0 {
        let says = format!(
            "{} jobs have failed and are tried again; the last said: {}",
            jobs.failed, jobs.says
        );
        return Ok(told(
            says,
            "the page shows each with its error; they go on by themselves once it is mended",
        ));
    }
    Ok((jobs.late_ms > 60_000).then(|| {
        let says = format!("{} jobs are due, the oldest for {} s", jobs.due, jobs.late_ms / 1_000);
        (
            says,
            "a process with the role worker must run; where one does, its log says why it waits"
                .to_owned(),
        )
    }))
}

/// On PostgreSQL: whether somebody beats, and has every lease. It takes a moment to see a beat.
async fn work(settings: &Settings, db: &Db) -> Result<Told, Failure> {
    if settings.database_url.is_none() {
        return Ok(None);
    }
    let before: HashMap<String, i64> =
        leases::processes(db).await?.into_iter().map(|p| (p.id, p.beat)).collect();
    tokio::time::sleep(2 * leases::BEAT + Duration::from_millis(500)).await;
    let now = leases::processes(db).await?;
    let beats = |p: &&leases::Process| before.get(&p.id).is_none_or(|beat| *beat != p.beat);
    let alive: Vec<_> = now.iter().filter(beats).collect();
    if let Some(still) = now.iter().find(|p| !beats(p)) {
        let says = format!(
            "a process on {} ({}) stands still and holds {} parts of the work",
            still.machine, still.roles, still.leases
        );
        return Ok(told(
            says,
            "others follow it within seconds; look at that machine, and start it again",
        ));
    }
    let works = alive.iter().any(|p| p.roles.split(',').any(|role| role == "worker"));
    Ok((!works).then(|| {
        let says = match alive.len() {
            0 => "no server runs on this database".to_owned(),
            count => format!(
                "{count} processes run, and none is a worker: nothing is sealed, no flow goes on"
            ),
        };
        (says, "start one: `minshu serve`, with the role worker among its roles".to_owned())
    }))
}

async fn channels(db: &Db, own: Timestamp) -> Result<Told, Failure> {
    let contract = describe(&crate::capabilities());
    for watch in &contract.watches {
        if let Some(first) = watch(db as &dyn Records, own).await?.into_iter().next() {
            return Ok(told(first.says, first.cure));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_told() {
        let at = place_of("postgres://minshu:secret@db.example:5432/minshu?sslmode=require");
        assert_eq!(at, "db.example/minshu");
    }
}
