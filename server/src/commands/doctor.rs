//! `minshu doctor`: looks for likely troubles before they bite, and says the cure.

use std::process::ExitCode;

use minshu_kernel::calendar::{Calendar, NATIONAL};
use minshu_kernel::clock::{Clock as _, DAY_MS};
use minshu_runtime::audit::sealer;
use minshu_runtime::house::migrations;
use minshu_runtime::system::SystemClock;
use minshu_storage::records::Db;
use minshu_storage::records::migrate::pending;

use super::say;
use crate::backup;
use crate::error::CommandError;
use crate::folder::{DataFolder, Purpose};
use crate::open;
use crate::settings::Settings;

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    trouble: Option<(String, &'static str)>,
}

/// Looks; the exit code says whether something needs a hand.
pub async fn run(settings: Settings) -> Result<ExitCode, CommandError> {
    let mut findings = vec![calendar(), divisions(), port(&settings)];
    findings.extend(certificate(&settings));
    match DataFolder::look(&settings.data) {
        Err(error) => findings.push(Finding {
            what: "data folder",
            trouble: Some((error.to_string(), "run `minshu serve` once, or say --data")),
        }),
        Ok(folder) => {
            findings.push(keys(&folder));
            findings.push(last_backup(&folder));
            findings.extend(database(&settings, &folder).await);
        }
    }
    let mut bad = false;
    for finding in findings {
        match finding.trouble {
            None => say(format!("ok    {}", finding.what)),
            Some((trouble, cure)) => {
                bad = true;
                say(format!("wrong {}: {trouble}\n      cure: {cure}", finding.what));
            }
        }
    }
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn calendar() -> Finding {
    let year = SystemClock.now().date().year();
    let known = Calendar::from_toml(NATIONAL).ok().and_then(|c| c.last_known_year());
    let trouble = known.is_none_or(|known| known < year).then(|| {
        let text = format!("the holidays of {year} are not known; deadlines count weekends alone");
        (text, "declare the days at /calendar, or update the program")
    });
    Finding { what: "working-day calendar", trouble }
}

fn divisions() -> Finding {
    let trouble = open::divisions()
        .err()
        .map(|error| (error.to_string(), "build the pages first: `make web`, then the program"));
    Finding { what: "division tree", trouble }
}

fn port(settings: &Settings) -> Finding {
    let served = DataFolder::is_served(&settings.data);
    let trouble = match std::net::TcpListener::bind(settings.listen) {
        Err(error) if !served => Some((
            format!("{} cannot be listened at: {error}", settings.listen),
            "stop the other program or say another --listen",
        )),
        _ => None,
    };
    Finding { what: "address", trouble }
}

fn certificate(settings: &Settings) -> Option<Finding> {
    let files = settings.doors.tls.as_ref()?;
    let trouble = match files.read() {
        Err(error) => Some((error.to_string(), "put a certificate and its own key there, as PEM")),
        Ok(pair) => {
            let days = pair.days_left(SystemClock.now());
            (days < 30).then(|| {
                let text = format!("{} ends in {days} days", files.certificate.display());
                (text, "put a new one there; the running server takes it by itself")
            })
        }
    };
    Some(Finding { what: "certificate", trouble })
}

fn keys(folder: &DataFolder) -> Finding {
    let path = folder.keys();
    let trouble = match std::fs::metadata(&path) {
        Err(error) => Some((
            format!("{}: {error}", path.display()),
            "restore the key file from its own backup; without it the data cannot be read",
        )),
        Ok(file) => {
            use std::os::unix::fs::PermissionsExt as _;
            (file.permissions().mode() & 0o077 != 0).then(|| {
                let text = format!("{} can be read by others", path.display());
                (text, "chmod 600 it")
            })
        }
    };
    Finding { what: "key file", trouble }
}

/// A back-up that is older than this is told of.
const OLD_BACKUP_MS: i64 = 2 * DAY_MS;

fn last_backup(folder: &DataFolder) -> Finding {
    let cure = "run `minshu backup <folder>` every day, onto another disk";
    let now = SystemClock.now().0;
    let trouble = match backup::last(&folder.path) {
        // What is shown or tested only needs none.
        _ if folder.purpose != Purpose::default() => None,
        None => Some(("no back-up was taken yet".to_owned(), cure)),
        Some(last) if now - last.at_ms > OLD_BACKUP_MS => {
            let days = (now - last.at_ms) / DAY_MS;
            Some((format!("the last one, {}, is {days} days old", last.backup.display()), cure))
        }
        Some(last) if !last.backup.exists() => {
            Some((format!("{} is not there any more", last.backup.display()), cure))
        }
        Some(_) => None,
    };
    Finding { what: "back-up", trouble }
}

async fn sealing(db: &Db) -> Finding {
    let cure =
        "a process that seals must run: `minshu serve`; if one does, its log says why it waits";
    let trouble = match sealer::oldest_unsealed(db).await {
        Err(error) => {
            Some((error.to_string(), "bring the schema up to date first: `minshu migrate`"))
        }
        Ok(oldest) => {
            let age = oldest.map_or(0, |at| SystemClock.now().0 - at);
            (age > sealer::ALARM_MS).then(|| {
                (format!("what was committed {age} ms ago is not in the audit chain yet"), cure)
            })
        }
    };
    Finding { what: "sealing", trouble }
}

async fn database(settings: &Settings, folder: &DataFolder) -> Vec<Finding> {
    let db = match Db::open(open::records(settings, folder)).await {
        Ok(db) => db,
        Err(error) => {
            let cure = "start the database, or mend MINSHU_DATABASE_URL";
            return vec![Finding { what: "database", trouble: Some((error.to_string(), cure)) }];
        }
    };
    let schema = match pending(&db, &migrations(&crate::capabilities())).await {
        Err(error) => Some((error.to_string(), "start the newer program")),
        Ok(steps) if steps.is_empty() => None,
        Ok(steps) => Some((
            format!("{} migrations are not applied", steps.len()),
            "run `minshu migrate`; `minshu serve` does it too",
        )),
    };
    let whole = match db.integrity_check().await {
        Err(error) => Some((error.to_string(), "look at the disk and the database's own log")),
        Ok(faults) if faults.is_empty() => None,
        Ok(faults) => Some((faults.join("; "), "restore the last backup")),
    };
    let sealing = sealing(&db).await;
    vec![
        sealing,
        Finding { what: "schema", trouble: schema },
        Finding { what: "database integrity", trouble: whole },
    ]
}
