//! A child writes records and objects and says what was acknowledged; its power is cut at some
//! moment; whatever it said must be there. And a database that does not wait for the disk must
//! fail this, or the test proves nothing.

use minshu_kernel::BoxFuture;
use minshu_kernel::objects::{Body, Limits, ObjectAddress, Objects};
use minshu_kernel::records::{Records, Statement, WriteSet};
use minshu_kernel::values;
use minshu_storage::objects::{ObjectKeys, ObjectStorage, ObjectsPlace};
use minshu_storage::powercut::PowerCut;
use minshu_storage::records::migrate::migrate;
use minshu_storage::records::{Db, Durability, Migrations, Settings};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const NOTES: Migrations = Migrations {
    owner: "notes",
    files: &[("V1__notes", "CREATE TABLE notes (id TEXT PRIMARY KEY, half BIGINT NOT NULL);")],
};

struct Keys;

impl ObjectKeys for Keys {
    fn current(&self) -> (u32, [u8; 16]) {
        (1, [1; 16])
    }
    fn by_id(&self, id: u32) -> Option<[u8; 16]> {
        (id == 1).then_some([1; 16])
    }
    fn fingerprint_key(&self) -> [u8; 32] {
        [2; 32]
    }
}

struct One(Option<bytes::Bytes>);

impl Body for One {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<bytes::Bytes>, String>> {
        Box::pin(async move { Ok(self.0.take()) })
    }
}

fn settings(folder: &Path, durability: Durability) -> Settings {
    Settings { durability, ..Settings::sqlite(folder.join("records/notes.sqlite")) }
}

async fn objects(folder: &Path) -> ObjectStorage {
    let place = ObjectsPlace::Directory(folder.join("objects"));
    ObjectStorage::open(place, Arc::new(Keys)).await.unwrap()
}

const ROLE: &str = "MINSHU_POWERCUT_CHILD";
const ROUND: &str = "MINSHU_POWERCUT_ROUND";

/// Not a test of its own: what the child does, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run as a child by the tests of this file"]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let round = std::env::var(ROUND).unwrap();
    let folder = std::path::PathBuf::from(std::env::var("MINSHU_POWERCUT_DIR").unwrap());
    let durability = if role == "careless" { Durability::Off } else { Durability::Full };
    let settings = settings(&folder, durability);
    migrate(&settings, &[NOTES]).await.unwrap();
    let db = Db::open(settings).await.unwrap();
    let objects = Arc::new(objects(&folder).await);
    println!("\nready");
    for writer in 0..8 {
        let (db, objects, round) = (db.clone(), Arc::clone(&objects), round.clone());
        tokio::spawn(async move {
            for n in 0.. {
                let id = format!("{round}-{writer}-{n}");
                let insert = |half: i64| {
                    let sql = "INSERT INTO notes (id, half) VALUES ($1, $2)";
                    Statement::one(sql, values![format!("{id}/{half}"), half])
                };
                db.apply(WriteSet { statements: vec![insert(0), insert(1)] }).await.unwrap();
                println!("row {id}");
                if writer == 0 {
                    let text = format!("{id} ").repeat(1 + n * 97 % 9_000);
                    let limits = Limits { max_bytes: 1 << 24, kinds: vec![] };
                    let put = objects.put(&mut One(Some(text.into())), &limits).await.unwrap();
                    println!("object {}", put.address.as_str());
                    let name = format!("heads/{}", n % 5);
                    objects.put_named(&name, id.clone().into()).await.unwrap();
                    println!("head {name} {id}");
                }
            }
        });
    }
    std::future::pending::<()>().await;
}

fn start(power: &PowerCut, role: &str, round: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "powercut::child", "--ignored", "--nocapture", "--test-threads=1"])
        .envs(power.environment())
        .env(ROLE, role)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a child run until it has said something of each sort and so long on, cuts its power, and
/// answers what it had said.
fn run_and_cut(power: &PowerCut, role: &str, round: usize, on: Duration) -> Vec<String> {
    let mut child = start(power, role, round);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "ready"));
    let (enough, ready) = std::sync::mpsc::channel();
    // Reads on while it runs: a child must not wait for its reader.
    let listener = std::thread::spawn(move || {
        let mut said = Vec::new();
        let of_each = |said: &[String]| {
            let count = |sort: &str| said.iter().filter(|line| line.starts_with(sort)).count();
            count("row") >= 30 && count("object") >= 2 && count("head") >= 2
        };
        let mut told = false;
        for line in lines {
            said.push(line);
            if !told && of_each(&said) {
                told = enough.send(()).is_ok();
            }
        }
        // Half a line was not said.
        said.pop();
        said
    });
    ready.recv().expect("the child runs until it is cut");
    std::thread::sleep(on);
    power.cut(&mut child).unwrap();
    listener.join().unwrap()
}

/// Some hundred milliseconds, differently every time.
fn moment(round: usize) -> Duration {
    use std::hash::{BuildHasher as _, RandomState};
    // Every third time long enough that the log is folded into the database.
    let most = if round % 3 == 2 { 2_500 } else { 300 };
    Duration::from_millis(20 + RandomState::new().hash_one(round) % most)
}

async fn rows(folder: &Path) -> Result<HashSet<String>, String> {
    let db = Db::open(settings(folder, Durability::Full)).await.map_err(|e| e.to_string())?;
    let wrong = db.integrity_check().await.map_err(|e| e.to_string())?;
    if !wrong.is_empty() {
        return Err(wrong.join("; "));
    }
    let rows =
        db.scan("SELECT id FROM notes".into(), values![]).await.map_err(|e| e.to_string())?;
    Ok(rows.iter().map(|row| row.get("id").unwrap()).collect())
}

#[test]
fn whatever_was_acknowledged_survives_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("data");
    let power = PowerCut::new(&live).unwrap();
    let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut all = Vec::new();
    for round in 0..6 {
        all.extend(run_and_cut(&power, "careful", round, moment(round)));
        executor.block_on(async {
            // A copy: opening a database writes to it, and the next child shall recover by itself.
            let look = tempfile::tempdir().unwrap();
            let copied = Command::new("cp").arg("-a").args([&live, look.path()]).status().unwrap();
            assert!(copied.success());
            let look = look.path().join("data");
            let there = rows(&look).await.unwrap();
            let objects = objects(&look).await;
            let mut heads = std::collections::HashMap::new();
            let (mut rows, mut stored) = (0, 0);
            for line in &all {
                let mut words = line.split(' ');
                match (words.next().unwrap(), words.next().unwrap_or_default()) {
                    ("row", id) => {
                        rows += 1;
                        for half in [0, 1] {
                            assert!(there.contains(&format!("{id}/{half}")), "{id} is lost");
                        }
                    }
                    ("object", address) => {
                        stored += 1;
                        let address = ObjectAddress::parse(address).unwrap();
                        let mut body = objects.get(&address).await.unwrap();
                        while body.next().await.unwrap().is_some() {}
                    }
                    ("head", name) => drop(heads.insert(name, words.next().unwrap())),
                    (other, _) => panic!("{other}"),
                }
            }
            for (name, said) in heads {
                let found = objects.get_named(name).await.unwrap();
                let found = String::from_utf8(found.to_vec()).unwrap();
                let number = |text: &str| {
                    let (round, n) = text.split_once("-0-").unwrap();
                    (round.parse::<u64>().unwrap(), n.parse::<u64>().unwrap())
                };
                // What was said, or one that was written and not yet said.
                assert!(number(&found) >= number(said), "{name}: {found} is older than {said}");
            }
            // All or nothing, said or not.
            assert!(there.iter().all(|id| {
                let (id, _) = id.split_once('/').unwrap();
                there.contains(&format!("{id}/0")) && there.contains(&format!("{id}/1"))
            }));
            assert!(rows >= 30 * (round + 1) && stored > round, "{rows} rows, {stored} objects");
        });
    }
}

#[test]
fn the_cut_really_takes_what_was_not_fsynced() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("data");
    let power = PowerCut::new(&live).unwrap();
    let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let said = run_and_cut(&power, "careless", 0, Duration::from_millis(300));
    let said: Vec<_> = said.iter().filter_map(|line| line.strip_prefix("row ")).collect();
    assert!(said.len() > 100, "{}", said.len());
    let lost = match executor.block_on(rows(&live)) {
        Ok(there) => said.iter().filter(|id| !there.contains(&format!("{id}/0"))).count(),
        // Not even a table, or damaged.
        Err(_) => said.len(),
    };
    assert!(lost > 50, "{lost} of {} acknowledged rows were lost", said.len());
}
