//! The machine and the data folder.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use minshu_kernel::calendar::{Calendar, NATIONAL};
use minshu_kernel::clock::{Clock as _, DAY_MS};
use minshu_runtime::keys::{Keys, SystemEntropy};
use minshu_runtime::packs::PackSources;
use minshu_runtime::scan::{Address, Clamd};
use minshu_runtime::system::SystemClock;
use std::sync::Arc;

use super::Finding;
use crate::backup;
use crate::folder::{DataFolder, Purpose};
use crate::open;
use crate::settings::Settings;

/// Less free space than this is told of, in bytes.
const LITTLE: u64 = 1 << 30;
/// A process that answers people and PostgreSQL wants so many descriptors.
const DESCRIPTORS: u64 = 4_096;
/// A back-up that is older than this is told of.
const OLD_BACKUP_MS: i64 = 2 * DAY_MS;
/// A folder of a back-up without its manifest is left over when nothing was written to it for so long.
const LEFT_OVER: std::time::Duration = std::time::Duration::from_secs(3_600);
/// Days before its end at which a certificate wants to be replaced.
const CERTIFICATE_DAYS: i64 = 30;

pub fn calendar() -> Finding {
    let year = SystemClock.now().date().year();
    let known = Calendar::from_toml(NATIONAL).ok().and_then(|c| c.last_known_year());
    let trouble = known.is_none_or(|known| known < year).then(|| {
        let text = format!("the holidays of {year} are not known; deadlines count weekends alone");
        (text, "declare the days at /calendar, or update the program".to_owned())
    });
    Finding::new("working-day calendar", "/calendar", trouble)
}

pub fn divisions() -> Finding {
    let trouble = open::divisions().err().map(|error| {
        (error.to_string(), "build the pages first: `make web`, then the program".into())
    });
    Finding::new("division tree", "the program", trouble)
}

pub fn address(settings: &Settings) -> Finding {
    let at = settings.listen;
    let served = DataFolder::is_served(&settings.data);
    let trouble = match std::net::TcpListener::bind(at) {
        _ if served || !settings.sharing.roles.web => None,
        Ok(_) => None,
        Err(error) => {
            let cure = match error.kind() {
                std::io::ErrorKind::AddrInUse => format!(
                    "another program has it (`ss -ltnp 'sport = :{}'` says which): stop that one, or say another --listen",
                    at.port()
                ),
                std::io::ErrorKind::PermissionDenied => {
                    "ports under 1024 want a right: say a higher --listen, or `setcap cap_net_bind_service=+ep` the program".into()
                }
                _ => "say an address of this machine (--listen)".into(),
            };
            Some((format!("it cannot be listened at: {error}"), cure))
        }
    };
    Finding::new("address", at.to_string(), trouble)
}

/// The limit of the running server, where one runs; else what it would be started with.
pub fn descriptors(settings: &Settings) -> Finding {
    let server = server_of(&settings.data);
    let (at, limit, used) = match server {
        Some(id) => {
            let used = std::fs::read_dir(format!("/proc/{id}/fd")).map(Iterator::count);
            (format!("process {id}"), limit_of(id), used.ok().map(|n| n as u64))
        }
        None => {
            let own = rustix::process::getrlimit(rustix::process::Resource::Nofile);
            ("this shell".to_owned(), own.current, None)
        }
    };
    let cure = "raise it: LimitNOFILE=65536 in the unit, or `ulimit -n 65536` before the start";
    let trouble = match (limit, used) {
        (Some(limit), Some(used)) if used * 10 >= limit * 8 => Some((
            format!("{used} of at most {limit} file descriptors are in use"),
            cure.to_owned(),
        )),
        (Some(limit), _) if limit < DESCRIPTORS => {
            let says = format!(
                "at most {limit} file descriptors are allowed, and each connection needs one; {DESCRIPTORS} are wanted"
            );
            Some((says, cure.to_owned()))
        }
        _ => None,
    };
    Finding::new("file descriptors", at, trouble)
}

/// The process that holds the folder's lock, as the system tells.
fn server_of(data: &Path) -> Option<u32> {
    let inode = std::fs::metadata(data.join("lock")).ok()?.ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let of_this = words.clone().nth(5)?.rsplit(':').next()? == inode;
        (of_this && words.clone().nth(1)? == "FLOCK").then(|| words.nth(4)?.parse().ok())?
    })
}

fn limit_of(process: u32) -> Option<u64> {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

pub fn packs(settings: &Settings) -> Finding {
    let at = settings.packs.display().to_string();
    let problems = match PackSources::read(&settings.packs) {
        Err(problems) => problems,
        Ok(sources) => open::pack_problems(&sources),
    };
    let trouble = problems.first().map(|first| {
        let says = format!("{} mistakes; the first: {first}", problems.len());
        (
            says,
            "`minshu packs check` tells all, each at its place; the last good set stays in force"
                .into(),
        )
    });
    Finding::new("packs", at, trouble)
}

pub fn certificate(settings: &Settings) -> Option<Finding> {
    let files = settings.doors.tls.as_ref()?;
    let at = files.certificate.display().to_string();
    let trouble = match files.read() {
        Err(error) => {
            let mut says = error.to_string();
            if let Some(cause) = std::error::Error::source(&error) {
                says = format!("{says}: {cause}");
            }
            Some((says, "put a certificate and its own key there, as PEM; the running server takes them by itself".into()))
        }
        Ok(pair) => {
            let days = pair.days_left(SystemClock.now());
            let says = match days {
                ..0 => format!("it ended {} days ago: browsers refuse it", -days),
                _ => format!("it ends in {days} days"),
            };
            let cure = "put a new one there; the running server takes it by itself";
            (days < CERTIFICATE_DAYS).then(|| (says, cure.to_owned()))
        }
    };
    Some(Finding::new("certificate", at, trouble))
}

pub async fn scanner(settings: &Settings) -> Option<Finding> {
    let address = settings.scanner.clone()?;
    let at = match &address {
        Address::Unix(path) => path.display().to_string(),
        Address::Tcp(place) => place.clone(),
    };
    let trouble = Clamd::new(address).ping().await.err().map(|error| {
        let cure = "start it (`systemctl start clamav-daemon`); no file is taken until it answers";
        (error.to_string(), cure.to_owned())
    });
    Some(Finding::new("malware scanner", at, trouble))
}

/// Whether the folder can be written, by whom, and how much room there is.
pub fn folder(settings: &Settings, folder: &DataFolder) -> Vec<Finding> {
    let at = folder.path.display().to_string();
    let mut places = vec![folder.path.clone()];
    let objects = settings.sharing.objects_folder(&folder.path);
    places.extend(objects.filter(|path| path.is_dir() && !path.starts_with(&folder.path)));
    let mut found = Vec::new();
    for place in &places {
        found.push(Finding::new("data folder", place.display().to_string(), unwritable(place)));
        found.push(Finding::new("disk", place.display().to_string(), full(place)));
    }
    let restoring = folder.path.join(DataFolder::RESTORING).exists().then(|| {
        let says = "a restore into it is under way, or was cut off".to_owned();
        (says, "where none runs: run `minshu restore` again, it begins anew".to_owned())
    });
    found.push(Finding::new("restore", at, restoring));
    found
}

fn unwritable(place: &Path) -> Option<(String, String)> {
    let probe = place.join(format!("doctor-{}", std::process::id()));
    let tried = std::fs::File::create(&probe).and_then(|mut file| {
        file.write_all(b"minshu doctor")?;
        file.sync_all()
    });
    let _removed = std::fs::remove_file(&probe);
    if let Err(error) = tried {
        let cure = match error.kind() {
            std::io::ErrorKind::ReadOnlyFilesystem => {
                "look at `dmesg` and `mount`: a disk with errors is made read-only; mend it, mount it writable, start again"
                    .to_owned()
            }
            std::io::ErrorKind::PermissionDenied => {
                let owner = std::fs::metadata(place).map(|m| m.uid()).unwrap_or_default();
                let own = rustix::process::getuid().as_raw();
                format!("it belongs to user {owner}, this is user {own}: run as {owner}, or `chown -R` it")
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                "make room, then nothing else: the server goes on by itself".to_owned()
            }
            _ => "look at the disk".to_owned(),
        };
        return Some((format!("it cannot be written: {error}"), cure));
    }
    // What a command of another user left behind is in the server's way.
    let owner = std::fs::metadata(place).ok()?.uid();
    let strange = entries(place)
        .into_iter()
        .find(|path| std::fs::symlink_metadata(path).is_ok_and(|found| found.uid() != owner))?;
    let theirs = std::fs::symlink_metadata(&strange).ok()?.uid();
    let says =
        format!("{} belongs to user {theirs}, the folder to user {owner}", strange.display());
    Some((
        says,
        format!(
            "`chown -R --reference={0} {0}`, and run commands as the server's user",
            place.display()
        ),
    ))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn full(place: &Path) -> Option<(String, String)> {
    let room = rustix::fs::statvfs(place).ok()?;
    let free = room.f_bavail * room.f_frsize;
    let all = room.f_blocks * room.f_frsize;
    let mib = |bytes: u64| bytes >> 20;
    let cure = "make room or grow the disk: a full one refuses writes (503), and loses nothing that was acknowledged";
    if free < LITTLE && free * 10 < all {
        return Some((format!("{} MiB of {} MiB are free", mib(free), mib(all)), cure.to_owned()));
    }
    // Some file systems count none.
    let few = room.f_files > 0 && room.f_favail * 50 < room.f_files;
    few.then(|| {
        (format!("{} of {} file names are free", room.f_favail, room.f_files), cure.to_owned())
    })
}

pub fn keys(settings: &Settings, folder: &DataFolder) -> Finding {
    let path = settings.sharing.keys(folder);
    let trouble = match std::fs::metadata(&path) {
        Err(error) => Some((
            error.to_string(),
            "restore the key file from its own back-up; without it the data cannot be read"
                .to_owned(),
        )),
        Ok(file) if file.permissions().mode() & 0o077 != 0 => Some((
            format!("others can read it (mode {:o})", file.permissions().mode() & 0o777),
            format!("`chmod 600 {}`", path.display()),
        )),
        Ok(_) => Keys::open(&path, false, Arc::new(SystemEntropy)).err().map(|error| {
            let cure = format!(
                "move it away (`mv {0} {0}.broken`), then `minshu keys restore <back-up of the keys> --passphrase-file <file>`",
                path.display()
            );
            (error.to_string(), cure)
        }),
    };
    Finding::new("key file", path.display().to_string(), trouble)
}

/// How old the last back-up is, and what one that was cut off has left.
pub fn backups(folder: &DataFolder) -> Vec<Finding> {
    let cure = "run `minshu backup <folder>` every day, onto another disk";
    let now = SystemClock.now().0;
    let last = backup::last(&folder.path);
    let at = last.as_ref().map_or_else(String::new, |last| last.backup.display().to_string());
    let says = match &last {
        // What is shown or tested only needs none.
        _ if folder.purpose != Purpose::default() => None,
        None => Some("no back-up was taken yet".to_owned()),
        Some(last) if now - last.at_ms > OLD_BACKUP_MS => {
            Some(format!("the last one is {} days old", (now - last.at_ms) / DAY_MS))
        }
        Some(last) if !last.backup.exists() => Some("it is not there any more".to_owned()),
        Some(_) => None,
    };
    let mut found = vec![Finding::new("back-up", at, says.map(|says| (says, cure.to_owned())))];
    let beside = last.as_ref().and_then(|last| last.backup.parent());
    found.extend(beside.map(|beside| {
        let left = entries(beside).into_iter().find(|path| left_over(path));
        let trouble = left.map(|left| {
            let says = format!("{} has no manifest: that back-up was cut off", left.display());
            (says, format!("delete it (`rm -r {}`); it cannot be restored", left.display()))
        });
        Finding::new("half a back-up", beside.display().to_string(), trouble)
    }));
    found
}

fn left_over(path: &Path) -> bool {
    let records = path.join("records");
    let quiet = |path: &Path| {
        let changed = std::fs::metadata(path).and_then(|found| found.modified()).ok();
        changed.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LEFT_OVER)
    };
    records.is_dir()
        && !path.join("manifest.json").exists()
        && quiet(&records)
        && entries(&records).iter().all(|file| quiet(file))
}
