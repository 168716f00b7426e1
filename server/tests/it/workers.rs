//! Processes of their own on one PostgreSQL database: one answers people, three work. One is killed, one is paused past
//! its leases; every flow is done once, in order, and nothing is sealed twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use minshu_storage::records::testing::TestDb;

use crate::parked::{Behind, failures, messages, packs_with_a_flow, returned};
use crate::running::{Json, Server, Start, databases};

/// A process of the installation whose shared things lie in `folder`.
fn process(folder: &Path, name: &str, roles: &str, url: &str) -> Start {
    let at = |name: &str| folder.join(name).into_os_string();
    let environment = [
        ("MINSHU_ROLES", roles.into()),
        ("MINSHU_KEY_FILE", at("keys.toml")),
        ("MINSHU_OBJECTS", at("objects")),
    ];
    Start {
        database_url: Some(url.to_owned()),
        packs: folder.join("packs"),
        log: Some(folder.join(format!("{name}.log"))),
        environment: environment.map(|(name, value)| (name.to_owned(), value)).into(),
        ..Start::on(&folder.join(name))
    }
}

fn on_postgres() -> Option<(String, TestDb)> {
    databases().into_iter().find_map(|(url, db)| Some((url?, db?)))
}

/// Leases by holder, the free ones left out.
fn holders(behind: &Behind) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for holder in behind.column("SELECT holder FROM platform_lease WHERE holder <> ''") {
        *counts.entry(holder).or_default() += 1;
    }
    counts
}

#[expect(clippy::disallowed_methods, reason = "how long a test waits at most")]
pub fn until(what: &str, mut reached: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    begun.elapsed()
}

/// What a worker is called in the list of processes.
fn id_of(behind: &Behind, known: &[String]) -> String {
    let sql = "SELECT id FROM platform_process WHERE roles = 'worker' ORDER BY since_ms";
    let mut found = String::new();
    until("the worker is on the list", || {
        let new = behind.column(sql).into_iter().find(|id| !known.contains(id));
        found = new.unwrap_or_default();
        !found.is_empty()
    });
    found
}

struct Office<'a> {
    web: &'a Server,
    resident: String,
    clerk: String,
    cases: Vec<Json>,
}

impl Office<'_> {
    /// Cases that are sent in and returned: each is an event that the flow tells of.
    fn work(&mut self, count: usize) {
        for _ in 0..count {
            let case = self.web.case(&self.resident)["case"].clone();
            returned(self.web, &self.clerk, &case, 1);
            self.cases.push(case);
        }
    }

    fn told(&self, behind: &Behind) -> usize {
        let sql = "SELECT id FROM platform_event WHERE kind = 'messaging.message.sent'";
        assert!(behind.column(sql).len() <= self.cases.len(), "an event was told twice");
        behind.column(sql).len()
    }
}

#[test]
fn three_workers_share_the_work_and_the_loss_of_one_loses_and_doubles_nothing() {
    let Some((url, _db)) = on_postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    packs_with_a_flow(folder.path());
    let web = process(folder.path(), "web", "web", &url).go();
    let behind = Behind::Postgres(url.clone());
    let mut known = Vec::new();
    let mut workers = Vec::new();
    for name in ["one", "two", "three"] {
        workers.push(process(folder.path(), name, "worker", &url).go());
        known.push(id_of(&behind, &known));
    }
    let leases = behind.column("SELECT id FROM platform_lease").len();
    until("three share", || {
        let holders = holders(&behind);
        holders.len() == 3
            && holders.values().all(|n| *n >= 4)
            && holders.values().sum::<usize>() == leases
    });
    let mut office = Office {
        resident: web.person(1, &[]),
        clerk: web.person(2, &["load-test.clerk"]),
        web: &web,
        cases: Vec::new(),
    };
    office.work(8);
    until("flows are done", || office.told(&behind) == 8);

    // Killed with its leases: the others have them within seconds, whatever it was about to do.
    office.work(4);
    workers.remove(0).kill();
    office.work(8);
    let followed = until("the killed one is followed", || {
        let holders = holders(&behind);
        !holders.contains_key(&known[0]) && holders.values().sum::<usize>() == leases
    });
    assert!(followed < Duration::from_secs(12), "after {followed:?}");
    until("its flows are done", || office.told(&behind) == 20);

    // Paused past its leases: what it was about to write is another's by then.
    office.work(4);
    let paused = workers.remove(0);
    paused.signal("STOP");
    office.work(8);
    until("the paused one is followed", || {
        let holders = holders(&behind);
        holders.len() == 1 && holders.get(&known[2]) == Some(&leases)
    });
    until("its flows are done", || office.told(&behind) == 32);
    paused.signal("CONT");
    until("it has its share again", || holders(&behind).len() == 2);
    office.work(8);
    until("flows are done", || office.told(&behind) == 40);
    let log = std::fs::read_to_string(folder.path().join("two.log")).unwrap();
    assert!(log.contains("another process has taken this work over"), "it was told");

    // Each applicant of each case has one message of it.
    for case in &office.cases {
        assert_eq!(messages(&web, &office.resident, case), 1);
    }
    assert_eq!(behind.column("SELECT id FROM platform_dead_letter"), [""; 0]);
    let sealed = "SELECT CAST(e.position AS TEXT) FROM platform_event AS e ORDER BY e.position";
    let positions: Vec<usize> = behind.column(sealed).iter().map(|p| p.parse().unwrap()).collect();
    assert_eq!(
        positions,
        (1..=positions.len()).collect::<Vec<_>>(),
        "sealed without a gap, once each"
    );

    // A stop gives the work back at once.
    paused.stop();
    until("the last one has everything", || holders(&behind).get(&known[2]) == Some(&leases));
    for worker in workers {
        worker.stop();
    }
    assert!(holders(&behind).is_empty());
    web.stop();
    process(folder.path(), "web", "web", &url).prove_the_chain();
}

#[test]
fn what_a_flow_waits_for_survives_a_restart() {
    let Some((url, _db)) = on_postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    packs_with_a_flow(folder.path());
    let start = process(folder.path(), "all", "web,worker", &url);
    let server = start.go();
    let behind = Behind::Postgres(url.clone());
    let (resident, clerk) = (server.person(1, &[]), server.person(2, &["load-test.clerk"]));
    behind.run(
        "",
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
         CREATE TRIGGER broken BEFORE INSERT ON messaging_message
         FOR EACH ROW EXECUTE FUNCTION broken()",
    );
    let case = server.case(&resident)["case"].clone();
    returned(&server, &clerk, &case, 1);
    let failures = || failures(&behind);
    // 400 ms, 800 ms … 6.4 s: the next one is due in that time.
    until("it fails for the fifth time", || failures() >= 5);
    server.kill();
    let failed = failures();
    let server = start.go();
    until("the new process has the work", || holders(&behind).values().sum::<usize>() >= 14);
    assert!((failed..=failed + 2).contains(&failures()), "the waits began anew");
    behind.run("", "DROP TRIGGER broken ON messaging_message");
    until("it is told in the end", || messages(&server, &resident, &case) == 1);
    until("nothing waits", || failures() == 0);
    server.stop();
}

/// What a command says, on a data folder of the installation.
fn says(folder: &Path, name: &str, url: &str, words: &[&str]) -> (bool, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_minshu"));
    let start = process(folder, name, "web,worker", url);
    command.args(words).args(["--database-url", url]).envs(start.environment);
    command.arg("--data").arg(folder.join(name)).arg("--packs").arg(folder.join("packs"));
    let output = command.env("MINSHU_LOG", "off").output().unwrap();
    let all = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&all).into_owned())
}

#[test]
fn a_process_that_stands_still_is_told_and_its_cure_helps() {
    let Some((url, _db)) = on_postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    packs_with_a_flow(folder.path());
    let one = process(folder.path(), "one", "web,worker", &url).go();
    let two = process(folder.path(), "two", "worker", &url).go();
    let work = || {
        let (_, told) =
            says(folder.path(), "one", &url, &["doctor", "--json", "--listen", "127.0.0.1:0"]);
        let found: Vec<Json> =
            serde_json::from_str(&told).unwrap_or_else(|e| panic!("{e}: {told}"));
        found.into_iter().find(|finding| finding["what"] == "shared work").unwrap()["trouble"]
            .clone()
    };
    assert_eq!(work(), Json::Null);
    two.signal("STOP");
    let trouble = work();
    let says = trouble["says"].as_str().unwrap();
    assert!(says.contains("stands still") && says.contains("worker"), "{says}");
    assert!(trouble["cure"].as_str().unwrap().contains("start it again"), "{trouble}");
    two.kill();
    let again = process(folder.path(), "two", "worker", &url).go();
    until("nobody stands still", || work() == Json::Null);
    again.stop();
    one.stop();
}

#[test]
fn a_server_whose_user_may_not_change_the_schema_serves_and_says_who_must() {
    let Some((owner, _db)) = on_postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    packs_with_a_flow(folder.path());
    let behind = Behind::Postgres(owner.clone());
    // Roles belong to the cluster, which other tests use as well.
    let role = format!("serves_{}", std::process::id());
    behind.run(
        "",
        &format!(
            "CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
             GRANT USAGE ON SCHEMA public TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
        ),
    );
    let mut serves = url::Url::parse(&owner).unwrap();
    serves.set_username(&role).unwrap();
    let server = process(folder.path(), "one", "web,worker", serves.as_str()).go();
    let resident = server.person(1, &[]);
    server.case(&resident);
    server.stop();
    process(folder.path(), "one", "web,worker", serves.as_str()).prove_the_chain();

    // As a newer program finds it: one migration is not there yet.
    behind.run(
        "",
        "CREATE TABLE kept AS SELECT * FROM messaging_schema_history;
         DELETE FROM messaging_schema_history WHERE version = (SELECT MAX(version) FROM kept)",
    );
    let (done, told) =
        says(folder.path(), "one", serves.as_str(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!done && told.contains("permission denied"), "{told}");
    assert!(told.contains("run `minshu migrate` with the address of one that may"), "{told}");
    behind.run("", &format!("DROP TABLE kept; DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn keys_of_another_installation_are_refused() {
    let Some((url, _db)) = on_postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    packs_with_a_flow(folder.path());
    process(folder.path(), "web", "web", &url).go().stop();
    let refused = |other: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_minshu"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--database-url", &url, "--packs"]);
        command.arg(folder.path().join("packs")).arg("--data").arg(folder.path().join(other));
        let output = command.env("MINSHU_LOG", "off").output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    // A fresh folder must not make keys of its own for data that others sealed.
    let told = refused("other");
    assert!(told.contains("bring its key file there"), "{told}");
    std::fs::copy(folder.path().join("keys.toml"), folder.path().join("whole.toml")).unwrap();
    let apart = tempfile::tempdir().unwrap();
    Start::on(&apart.path().join("data")).go().stop();
    std::fs::copy(apart.path().join("data/keys.toml"), folder.path().join("other/keys.toml"))
        .unwrap();
    let told = refused("other");
    assert!(told.contains("not the one of this database"), "{told}");
}
