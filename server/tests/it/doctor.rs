//! Troubles that are made for real, and what `minshu doctor` says of each: what, where, the cure.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use minshu_storage::cluster::Cluster;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::json;

use crate::parked::{Behind, packs_with_a_flow, returned};
use crate::running::{Json, Server, Start, databases, load_packs, request};

/// An installation that stands still, and how it is looked at.
struct Patient {
    folder: tempfile::TempDir,
    arguments: Vec<String>,
    packs: PathBuf,
}

impl Patient {
    /// On a data folder that a server made.
    fn new() -> Patient {
        let patient = Patient {
            folder: tempfile::tempdir().unwrap(),
            arguments: Vec::new(),
            packs: load_packs(),
        };
        patient.start().go().stop();
        patient.back_up();
        patient
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn start(&self) -> Start {
        Start { packs: self.packs.clone(), ..Start::on(&self.data()) }
    }

    fn back_up(&self) {
        let done =
            self.minshu(&["backup", &self.folder.path().join("backups").display().to_string()]);
        assert!(done.0, "{}", done.1);
    }

    fn minshu(&self, words: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minshu"));
        command.args(words).arg("--data").arg(self.data()).arg("--packs").arg(&self.packs);
        let output = command.args(&self.arguments).env("MINSHU_LOG", "off").output().unwrap();
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.success(), told)
    }

    /// What is wrong: what, where and what is said, with the cure.
    fn troubles(&self) -> Vec<Json> {
        let (well, told) = self.minshu(&["doctor", "--json", "--listen", "127.0.0.1:0"]);
        self.read(well, &told)
    }

    fn read(&self, well: bool, told: &str) -> Vec<Json> {
        let found: Vec<Json> = serde_json::from_str(told).unwrap_or_else(|e| panic!("{e}: {told}"));
        let ours = |finding: &Json| {
            // Of the machine that the tests run on.
            !finding["trouble"].is_null()
                && !["file descriptors", "working-day calendar"]
                    .contains(&finding["what"].as_str().unwrap())
        };
        let troubles: Vec<Json> = found.into_iter().filter(ours).collect();
        assert!(troubles.is_empty() || !well, "the exit code says so");
        for trouble in &troubles {
            assert!(!trouble["trouble"]["cure"].as_str().unwrap().is_empty(), "{trouble}");
        }
        troubles
    }

    /// The one trouble that there is.
    fn trouble(&self, what: &str) -> (String, String, String) {
        self.the_one(what, self.troubles())
    }

    fn the_one(&self, what: &str, troubles: Vec<Json>) -> (String, String, String) {
        assert_eq!(troubles.len(), 1, "{troubles:#?}");
        assert_eq!(troubles[0]["what"], what, "{troubles:#?}");
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let trouble = &troubles[0]["trouble"];
        (text(&troubles[0]["at"]), text(&trouble["says"]), text(&trouble["cure"]))
    }
}

fn sqlite(data: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(data.join("records.sqlite")).unwrap()
}

#[test]
fn a_sound_installation_is_told_as_sound_and_in_words() {
    let patient = Patient::new();
    assert_eq!(patient.troubles(), [] as [Json; 0]);
    let (_, told) = patient.minshu(&["doctor", "--listen", "127.0.0.1:0"]);
    for line in ["ok    data folder", "ok    key file", "ok    audit chain", "ok    back-up"] {
        assert!(told.lines().any(|own| own == line), "{line} is not in\n{told}");
    }
}

#[test]
fn a_port_that_is_taken() {
    let patient = Patient::new();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = other.local_addr().unwrap().to_string();
    let (well, told) = patient.minshu(&["doctor", "--json", "--listen", &at]);
    let (place, says, cure) = patient.the_one("address", patient.read(well, &told));
    assert_eq!(place, at);
    assert!(says.contains("cannot be listened at") && cure.contains("ss -ltnp"), "{says} {cure}");
}

#[test]
fn keys_that_are_open_to_others_missing_damaged_or_of_another_installation() {
    let patient = Patient::new();
    let keys = patient.data().join("keys.toml");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (at, says, cure) = patient.trouble("key file");
    assert!(
        at.ends_with("keys.toml") && says.contains("644") && cure.starts_with("`chmod 600"),
        "{says}"
    );
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    let own = std::fs::read_to_string(&keys).unwrap();
    std::fs::write(&keys, &own[..own.len() / 2]).unwrap();
    assert!(patient.trouble("key file").1.contains("damaged"));
    let other = Patient::new();
    std::fs::copy(other.data().join("keys.toml"), &keys).unwrap();
    assert!(
        patient.trouble("keys of the database").1.contains("not the key file of this database")
    );
    std::fs::remove_file(&keys).unwrap();
    assert!(patient.trouble("key file").2.contains("back-up"));
}

#[test]
fn files_of_another_user() {
    let patient = Patient::new();
    // Only root may give files away; a server's folder in which root ran a command looks so.
    if chown(patient.data().join("objects"), Some(65_534), None).is_err() {
        return;
    }
    let (_, says, cure) = patient.trouble("data folder");
    assert!(says.contains("objects belongs to user 65534"), "{says}");
    assert!(cure.contains("chown"), "{cure}");
}

#[test]
fn certificates_that_end_have_ended_or_belong_to_another_key() {
    let mut patient = Patient::new();
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| patient.folder.path().join(name));
    let make = |until: (i32, u8, u8)| {
        let pair = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["minshu.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        (params.self_signed(&pair).unwrap().pem(), pair.serialize_pem())
    };
    for (name, path) in [("--tls-certificate", &certificate), ("--tls-key", &key)] {
        patient.arguments.extend([name.to_owned(), path.display().to_string()]);
    }
    let put = |pair: &(String, String)| {
        std::fs::write(&certificate, &pair.0).unwrap();
        std::fs::write(&key, &pair.1).unwrap();
    };
    let (good, ended) = (make((2099, 1, 1)), make((2021, 1, 1)));
    put(&good);
    assert_eq!(patient.troubles(), [] as [Json; 0]);
    put(&ended);
    assert!(patient.trouble("certificate").1.contains("ended"));
    put(&(good.0.clone(), ended.1.clone()));
    let (at, says, cure) = patient.trouble("certificate");
    assert!(at.ends_with("certificate.pem") && cure.contains("its own key"), "{says}");
}

#[test]
fn few_file_descriptors() {
    let patient = Patient::new();
    let program = env!("CARGO_BIN_EXE_minshu");
    let (data, packs) = (patient.data(), load_packs());
    let words = format!(
        "ulimit -n 200; exec {program} doctor --json --listen 127.0.0.1:0 --data {} --packs {}",
        data.display(),
        packs.display()
    );
    let output = Command::new("sh").args(["-c", &words]).output().unwrap();
    let found: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    let finding = found.iter().find(|finding| finding["what"] == "file descriptors").unwrap();
    assert!(finding["trouble"]["says"].as_str().unwrap().contains("at most 200"), "{finding}");
    assert!(finding["trouble"]["cure"].as_str().unwrap().contains("LimitNOFILE"), "{finding}");
}

#[test]
fn sealing_that_is_behind_a_job_that_fails_and_a_channel_that_is_down() {
    let patient = Patient::new();
    let connection = sqlite(&patient.data());
    // As a process leaves it that was killed between a commit and its sealing.
    let unsealed = "INSERT INTO platform_audit (id, at_ms, principal, operation, resource_kind, resource_id, outcome,
                    rule, input_hash, events_hash, request, cause)
                    VALUES ('u', 1000, 'console', 'x', '', '', 'done', '', '', '', '', '')";
    connection.execute(unsealed, []).unwrap();
    assert!(patient.trouble("sealing").2.contains("minshu serve"));
    connection.execute("DELETE FROM platform_audit WHERE id = 'u'", []).unwrap();

    let job = "INSERT INTO platform_job (id, due_ms, action, input, attempts, last_error)
               VALUES ('j', 1000, 'casework.flag_due', '{}', 4, 'kernel.internal: broken')";
    connection.execute(job, []).unwrap();
    let (_, says, _) = patient.trouble("jobs");
    assert!(says.contains("casework.flag_due: kernel.internal: broken"), "{says}");
    connection.execute("DELETE FROM platform_job WHERE id = 'j'", []).unwrap();

    let down = "INSERT INTO messaging_channel (id, paused, failures, retry_ms, last_error, failed_ms, sent_ms, version)
                VALUES ('email', FALSE, 7, 0, 'connection refused', 1000, NULL, 1)
                ON CONFLICT (id) DO UPDATE SET failures = 7, last_error = 'connection refused'";
    connection.execute(down, []).unwrap();
    let (at, says, cure) = patient.trouble("channels");
    assert!(
        says.contains("email has failed 7 times") && says.contains("connection refused"),
        "{says}"
    );
    assert!(at == "/operations/channels" && cure.contains("/operations/channels"), "{cure}");
}

#[test]
fn packs_with_a_mistake() {
    let mut patient = Patient::new();
    patient.packs = packs_with_a_flow(patient.folder.path());
    let file = patient.packs.join("06-public-services/load-test/pack.toml");
    let pack = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, pack.replace("messaging.send", "messaging.sned")).unwrap();
    let (_, says, cure) = patient.trouble("packs");
    assert!(says.contains("pack.toml:") && says.contains("messaging.sned"), "{says}");
    assert!(cure.contains("minshu packs check"), "{cure}");
}

#[test]
fn an_entry_of_the_audit_chain_that_was_changed() {
    let patient = Patient::new();
    let changed = "UPDATE platform_audit SET principal = 'account:nobody' WHERE position = 1";
    assert_eq!(sqlite(&patient.data()).execute(changed, []).unwrap(), 1);
    let (_, says, cure) = patient.trouble("audit chain");
    assert!(says.contains("entry 1 ") && says.contains("not those that were sealed"), "{says}");
    assert!(cure.contains("minshu audit verify"), "{cure}");
    let (well, told) = patient.minshu(&["integrity"]);
    assert!(!well && told.contains("audit entry 1 "), "{told}");
}

#[test]
fn a_clock_that_was_set_back() {
    let patient = Patient::new();
    let server = Start { packs: load_packs(), ..Start::on(&patient.folder.path().join("ahead")) };
    let server = server.with("--test-clock").go();
    server.clock("advance 7200000");
    server.person(1, &[]);
    server.clock("advance -7200000");
    let data = server.data.clone();
    let output = Command::new(env!("CARGO_BIN_EXE_minshu"))
        .args(["doctor", "--json", "--data"])
        .arg(&data)
        .arg("--packs")
        .arg(load_packs())
        .output()
        .unwrap();
    let found: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    let clock = found.iter().find(|finding| finding["what"] == "clock").unwrap();
    let says = clock["trouble"]["says"].as_str().unwrap();
    assert!(says.contains("s in the future") && says.contains("set back"), "{says}");
    server.stop();
}

#[test]
fn back_ups_that_are_old_cut_off_or_not_there() {
    let patient = Patient::new();
    let backups = patient.folder.path().join("backups");
    let half = backups.join("20260101T000000000Z");
    std::fs::create_dir_all(half.join("records")).unwrap();
    let touched =
        Command::new("touch").args(["-d", "2 hours ago"]).arg(half.join("records")).status();
    assert!(touched.unwrap().success());
    let (_, says, cure) = patient.trouble("half a back-up");
    assert!(says.contains("20260101T000000000Z") && cure.contains("rm -r"), "{says}");
    std::fs::remove_dir_all(&half).unwrap();

    let last = patient.data().join("last-backup.json");
    let mut told: Json = serde_json::from_str(&std::fs::read_to_string(&last).unwrap()).unwrap();
    told["at_ms"] = json!(told["at_ms"].as_i64().unwrap() - 5 * 86_400_000);
    std::fs::write(&last, told.to_string()).unwrap();
    assert!(patient.trouble("back-up").1.contains("5 days old"));
    std::fs::remove_file(&last).unwrap();
    assert!(patient.trouble("back-up").1.contains("no back-up was taken yet"));
}

#[test]
fn a_schema_that_is_newer_and_records_that_are_gone() {
    let patient = Patient::new();
    let connection = sqlite(&patient.data());
    let table = "platform_schema_history";
    let sql = format!(
        "INSERT INTO {table} SELECT 9999, 'from_the_future', applied_on, checksum FROM {table} WHERE version = 1"
    );
    connection.execute(&sql, []).unwrap();
    drop(connection);
    let (_, says, cure) = patient.trouble("schema");
    assert!(says.contains("newer") && cure.contains("newer program"), "{says} {cure}");
    std::fs::remove_file(patient.data().join("records.sqlite")).unwrap();
    assert!(patient.trouble("database").2.contains("minshu restore"));
}

#[test]
fn a_full_and_a_read_only_disk() {
    let patient = Patient::new();
    let place = patient.folder.path().join("small");
    std::fs::create_dir(&place).unwrap();
    let Some(disk) = Disk::mount(&place, "40m") else { return };
    std::fs::create_dir(place.join("objects")).unwrap();
    let objects = vec!["--objects".to_owned(), place.display().to_string()];
    let patient = Patient { arguments: objects, ..patient };
    assert_eq!(patient.troubles(), [] as [Json; 0]);
    std::fs::write(place.join("ballast"), vec![0; 38 << 20]).unwrap();
    let (at, says, cure) = patient.trouble("disk");
    assert!(at.ends_with("small") && says.contains("MiB are free"), "{says}");
    assert!(cure.contains("make room"), "{cure}");
    std::fs::remove_file(place.join("ballast")).unwrap();
    disk.remount("ro");
    let (_, says, cure) = patient.trouble("data folder");
    assert!(says.contains("cannot be written") && cure.contains("read-only"), "{says} {cure}");
}

/// A disk of its own in memory, where the tests may mount one; gone with this value.
pub struct Disk(PathBuf);

impl Disk {
    pub fn mount(at: &Path, size: &str) -> Option<Disk> {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(at);
        if command.output().is_ok_and(|output| output.status.success()) {
            return Some(Disk(at.to_owned()));
        }
        eprintln!("skipped: no disk can be mounted here");
        None
    }

    pub fn remount(&self, how: &str) {
        let mut command = Command::new("mount");
        command.args(["-o", &format!("remount,{how}")]).arg(&self.0);
        assert!(command.status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn look(data: &Path, url: Option<&str>, arguments: &[&str]) -> Vec<Json> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minshu"));
    command.args(["doctor", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    command.arg("--packs").arg(load_packs()).args(arguments).env("MINSHU_LOG", "off");
    if let Some(url) = url {
        command.args(["--database-url", url]);
    }
    let output = command.output().unwrap();
    let found: Vec<Json> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    found.into_iter().filter(|finding| !finding["trouble"].is_null()).collect()
}

fn of<'a>(found: &'a [Json], what: &str) -> (&'a str, &'a str) {
    let finding = found.iter().find(|finding| finding["what"] == what);
    let trouble = &finding.unwrap_or_else(|| panic!("{what} is not in {found:#?}"))["trouble"];
    (trouble["says"].as_str().unwrap(), trouble["cure"].as_str().unwrap())
}

#[test]
fn a_database_that_is_away_refuses_or_does_not_exist() {
    let Some(cluster) = Cluster::start().unwrap() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    Start { database_url: Some(cluster.url()), ..Start::on(&data) }.go().stop();
    let absent = format!("{}absent", cluster.url().trim_end_matches("postgres"));
    let found = look(&data, Some(&absent), &[]);
    assert!(of(&found, "database").1.contains("createdb"), "{found:#?}");
    cluster.put("pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n").unwrap();
    cluster.crash().unwrap();
    cluster.resume().unwrap();
    let wrong = cluster.url().replace("postgres@", "postgres:wrong@");
    let found = look(&data, Some(&wrong), &[]);
    let (says, cure) = of(&found, "database");
    assert!(cure.contains("password is wrong"), "{says} {cure}");
    assert!(!says.contains("wrong@"), "the address is not told");
    cluster.crash().unwrap();
    let found = look(&data, Some(&cluster.url()), &[]);
    assert!(of(&found, "database").1.contains("start the database"), "{found:#?}");
}

#[test]
fn what_waits_behind_a_dead_letter_and_work_that_nobody_does() {
    for (url, _db) in databases() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let packs = packs_with_a_flow(folder.path());
        let start = Start { database_url: url.clone(), packs, ..Start::on(&data) };
        let server: Server = start.go();
        let behind = match &url {
            Some(url) => Behind::Postgres(url.clone()),
            None => Behind::Sqlite(sqlite(&data)),
        };
        let (resident, clerk) = (server.person(1, &[]), server.person(2, &["load-test.clerk"]));
        let case = server.case(&resident)["case"].clone();
        returned(&server, &clerk, &case, 1);
        let sealed = "SELECT id FROM platform_event WHERE position = 1";
        let mut waited = 0;
        while behind.column(sealed).is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(100));
            waited += 1;
            assert!(waited < 300, "it is not sealed");
        }
        // As a flow leaves it whose action was refused for good (`parked.rs` has one do so).
        let letter = "INSERT INTO platform_dead_letter
            (id, flow, subject, event, event_position, error, state, reason, at_ms, version)
            SELECT 'l', 'load-test.tell-returned', 'casework.case:c', id, position,
              'messaging.template_gone: broken', 'parked', '', 1000, 1
            FROM platform_event WHERE position = 1";
        behind.run(letter, letter);
        let found = look(&data, url.as_deref(), &[]);
        let (says, cure) = of(&found, "flows");
        assert!(
            says.starts_with("1 events are parked in 1 flows") && says.contains("messaging."),
            "{says}"
        );
        assert!(cure.contains("replay"), "{cure}");
        server.stop();
        if url.is_some() {
            let found = look(&data, url.as_deref(), &[]);
            assert!(of(&found, "shared work").0.contains("no server runs"), "{found:#?}");
        }
    }
}

#[test]
fn objects_without_rows_and_rows_without_objects() {
    let patient = Patient::new();
    let objects = patient.data().join("objects/sha256/ab");
    std::fs::create_dir_all(&objects).unwrap();
    let orphan = objects.join("c".repeat(62));
    std::fs::write(&orphan, "cut off before its row").unwrap();
    let (well, told) = patient.minshu(&["integrity"]);
    // Young ones may get their row in a moment.
    assert!(
        well && told.contains("everything is whole") && !told.contains("no row knows"),
        "{told}"
    );
    assert!(
        Command::new("touch").args(["-d", "2 days ago"]).arg(&orphan).status().unwrap().success()
    );
    let (well, told) = patient.minshu(&["integrity"]);
    assert!(well && told.contains("1 objects that no row knows"), "{told}");
    assert!(orphan.exists());
    let (well, told) = patient.minshu(&["integrity", "--sweep"]);
    assert!(well && told.contains("1 objects that no row knew are removed"), "{told}");
    assert!(!orphan.exists());

    let lost = format!("sha256:{}", "d".repeat(64));
    let row = "INSERT INTO platform_upload (id, address, principal, kind, bytes, fingerprint, at_ms, sweep_ms)
               VALUES ('u', ?1, 'account:x', 'text/plain', 1, 'f', 1, 9000000000000)";
    let connection = sqlite(&patient.data());
    connection.execute(row, [&lost]).unwrap();
    let event = "INSERT INTO platform_event (id, at_ms, kind, type_version, aggregate_kind, aggregate_id,
                 aggregate_version, data, audit, cause, position)
                 VALUES ('e', 1, 'casework.case.opened', 1, 'casework.case', 'c', 1, '{}', 'gone', '', 9999)";
    connection.execute(event, []).unwrap();
    drop(connection);
    let (well, told) = patient.minshu(&["integrity", "--json"]);
    assert!(!well);
    let found: Json = serde_json::from_str(&told).unwrap();
    let faults = found["faults"].to_string();
    assert!(
        faults.contains(&lost) && faults.contains("an event without its audit entry: e"),
        "{faults}"
    );
}

#[test]
fn an_object_that_was_lost_comes_back_from_the_back_up() {
    let patient = Patient::new();
    let server = patient.start().go();
    let resident = server.person(1, &[]);
    let content = "营业执照的扫描件".repeat(50);
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n{content}\r\n--x--\r\n"
    );
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let sent = request(&server.address, &resident, "POST", "/api/uploads", &headers, &body);
    assert_eq!(sent.unwrap().status, 200);
    server.stop();
    patient.back_up();
    assert_eq!(patient.troubles(), [] as [Json; 0]);
    let of = "SELECT address FROM platform_upload";
    let address: String = sqlite(&patient.data()).query_row(of, [], |row| row.get(0)).unwrap();
    let digits = address.trim_start_matches("sha256:");
    let file = patient.data().join("objects/sha256").join(&digits[..2]).join(&digits[2..]);
    let stored = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();

    let (_, says, cure) = patient.trouble("objects");
    assert!(says.contains(&address) && says.starts_with("1 of the 1 newest"), "{says}");
    assert!(cure.starts_with("`minshu integrity --mend <folder of back-ups>`"), "{cure}");
    let (well, told) = patient.minshu(&["integrity"]);
    assert!(!well && told.contains(&address) && told.contains("--mend"), "{told}");
    let backups = patient.folder.path().join("backups").display().to_string();
    let (well, told) = patient.minshu(&["integrity", "--mend", &backups]);
    assert!(well && told.contains("1 objects are brought back from the back-up"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), stored);
    assert_eq!(patient.troubles(), [] as [Json; 0]);
}

#[test]
fn the_chain_is_verified_as_it_was_at_a_moment() {
    let patient = Patient::new();
    let server = patient.start().go();
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let before = Command::new("date").arg("--iso-8601=ns").output().unwrap();
    let before = String::from_utf8(before.stdout).unwrap().trim().replace(',', ".");
    server.person(1, &[]);
    server.stop();
    let entries = |words: &[&str]| {
        let (well, told) = patient.minshu(words);
        assert!(well && told.contains("the chain holds"), "{told}");
        told.split(' ').next().unwrap().parse::<i64>().unwrap()
    };
    let then = entries(&["audit", "verify", "--until", &before]);
    assert!((1..entries(&["audit", "verify"])).contains(&then));
    // What was changed later does not touch what was true then.
    let last = "UPDATE platform_audit SET principal = 'x' WHERE position = (SELECT MAX(position) FROM platform_audit)";
    sqlite(&patient.data()).execute(last, []).unwrap();
    assert_eq!(entries(&["audit", "verify", "--until", &before]), then);
    assert!(!patient.minshu(&["audit", "verify"]).0);
}
