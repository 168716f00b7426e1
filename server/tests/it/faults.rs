//! Faults on the program itself: what people see, what operators are told, and that nothing acknowledged is lost.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use minshu_storage::cluster::Cluster;

use crate::doctor::Disk;
use crate::load::{Town, all_is_there};
use crate::running::{Answer, Json, Server, Start, act, draft, request};

fn ready(server: &Server) -> Answer {
    let address = server.operations.as_deref().unwrap();
    request(address, "", "GET", "/ready", &[], "").unwrap()
}

/// What `/ready` says of one thing.
fn check(server: &Server, name: &str) -> Json {
    let report = ready(server).json();
    let found = report["checks"].as_array().unwrap().iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {report}")).clone()
}

fn with_operations(start: Start) -> Start {
    start.with("--operations-listen").with("127.0.0.1:0")
}

fn wait(what: &str, mut reached: impl FnMut() -> bool) {
    for _ in 0..600 {
        if reached() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what}");
}

#[test]
fn a_full_disk_refuses_in_words_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("disk");
    std::fs::create_dir(&place).unwrap();
    let Some(_disk) = Disk::mount(&place, "64m") else { return };
    let start = with_operations(Start::on(&place.join("data")));
    let server = start.go();
    let resident = server.person(1, &[]);
    let before = server.case(&resident)["case"].clone();
    fill(&place);

    let refused = (0..2_000).find_map(|_| {
        let answer =
            act(&server.address, &resident, "casework.save_draft", &draft("磁盘已满。"), None);
        answer.filter(|answer| answer.status != 200)
    });
    let refused = refused.expect("the disk is full");
    assert!(refused.says_later(), "{refused:?}");
    // A page says so too, and reading goes on.
    assert_eq!(server.own_cases(&resident).len(), 1);
    let writes = check(&server, "writes");
    assert_eq!(writes["state"], "warning", "{writes}");
    assert!(
        writes["says"].as_str().unwrap().contains("the last write was not written"),
        "{writes}"
    );
    let doctor = std::process::Command::new(env!("CARGO_BIN_EXE_minshu"))
        .args(["doctor", "--data"])
        .arg(&server.data)
        .arg("--packs")
        .arg(crate::running::load_packs())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("wrong disk") || told.contains("wrong data folder"), "{told}");

    std::fs::remove_file(place.join("ballast")).unwrap();
    let after = server.case(&resident)["case"].clone();
    assert_eq!(check(&server, "writes")["state"], "ok");
    let mut found = server.own_cases(&resident);
    found.sort();
    let mut wanted = vec![before.as_str().unwrap().to_owned(), after.as_str().unwrap().to_owned()];
    wanted.sort();
    assert_eq!(found, wanted);
    server.stop();
    start.prove_the_chain();
}

/// Leaves nothing free.
fn fill(place: &Path) {
    use std::io::Write as _;
    let mut ballast = std::fs::File::create(place.join("ballast")).unwrap();
    for size in [1 << 20, 1 << 12] {
        while ballast.write_all(&vec![0; size]).is_ok() {}
    }
}

#[test]
fn a_read_only_disk_is_told_and_the_server_reads_on() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("objects");
    std::fs::create_dir(&place).unwrap();
    let Some(disk) = Disk::mount(&place, "16m") else { return };
    let objects = place.display().to_string();
    let start = with_operations(Start::on(&folder.path().join("data")));
    let server = start.with("--objects").with(&objects).go();
    let resident = server.person(1, &[]);
    let send = || {
        let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n一份材料。\r\n--x--\r\n";
        let headers = [("content-type", "multipart/form-data; boundary=x")];
        request(&server.address, &resident, "POST", "/api/uploads", &headers, body).unwrap()
    };
    assert_eq!(send().status, 200, "{}", send().body);
    disk.remount("ro");
    let refused = send();
    assert!(refused.says_later(), "{refused:?}");
    // Cases need no files: they go on.
    server.case(&resident);
    disk.remount("rw");
    assert_eq!(send().status, 200);
    server.stop();
}

#[test]
fn a_clock_that_is_set_back_and_forward_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let start = with_operations(Start::on(&folder.path().join("data")).with("--test-clock"));
    let server = start.go();
    let resident = server.person(1, &[]);
    let mut cases = vec![server.case(&resident)["case"].clone()];
    for moved in [-3_600_000_i64, 7_200_000, -60_000] {
        server.clock(&format!("advance {moved}"));
        // A session may have run out by then.
        let resident = server.sign_in(1);
        cases.push(server.case(&resident)["case"].clone());
        wait("sealing goes on whatever the clock says", || {
            let sealer = check(&server, "sealer");
            sealer["says"].as_str().unwrap().starts_with("0 audit entries and 0 events")
        });
    }
    let resident = server.sign_in(1);
    let mut found = server.own_cases(&resident);
    let mut wanted: Vec<String> = cases.iter().map(|c| c.as_str().unwrap().to_owned()).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
    server.stop();
    Start { arguments: Vec::new(), ..start }.prove_the_chain();
}

#[test]
fn a_database_that_fails_over_to_another_address_is_followed() {
    let Some(first) = Cluster::start().unwrap() else { return };
    let second = first.standby().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        first.port(),
        second.port()
    );
    let start = Start { database_url: Some(url), ..Start::on(&folder.path().join("data")) };
    let server = with_operations(start).go();
    let residents: Vec<String> = (0..3).map(|number| server.person(number, &[])).collect();
    let clerk = server.person(90, &["load-test.clerk"]);
    let town = Town::new(&server);
    let workers = residents.iter().enumerate().map(|(name, token)| town.work(name, token, &clerk));
    let workers = workers.collect();
    town.until_more(&town.acknowledged, 20);
    first.crash().unwrap();
    // Nobody can be written to: people are told to come again, operators why.
    town.until_more(&town.later, 3);
    let report = ready(&server);
    assert_eq!(report.status, 503, "{}", report.body);
    assert!(report.body.contains("the database does not answer"), "{}", report.body);
    second.promote().unwrap();
    // The new one waits for no standby of its own.
    town.until_more(&town.acknowledged, 20);
    let done = town.end(workers);
    all_is_there(&server, &residents, &done);
    wait("it is ready again", || ready(&server).status == 200);
    server.stop();
}

#[test]
fn a_stop_under_load_tells_balancers_first_and_answers_everything() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::on(&folder.path().join("data")).with("--unready-seconds").with("2");
    let server = with_operations(start).go();
    let residents: Vec<String> = (0..4).map(|number| server.person(number, &[])).collect();
    let (answered, turned) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for resident in &residents {
            scope.spawn(|| {
                // As behind a balancer: while readiness says yes, requests come.
                while !turned.load(Ordering::SeqCst) {
                    let input = draft("停机之前的申请。");
                    let answer =
                        act(&server.address, resident, "casework.save_draft", &input, None);
                    let answer = answer.expect("no request is cut off");
                    assert_eq!(answer.status, 200, "{}", answer.body);
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        wait("people work", || answered.load(Ordering::SeqCst) > 20);
        server.signal("TERM");
        wait("readiness says no", || ready(&server).status == 503);
        let stopping = check(&server, "stopping");
        assert!(stopping["says"].as_str().unwrap().contains("told to stop"), "{stopping}");
        let before = answered.load(Ordering::SeqCst);
        wait("requests are still taken", || answered.load(Ordering::SeqCst) > before + 5);
        let public = request(&server.address, "", "GET", "/health/ready", &[], "").unwrap();
        assert_eq!(public.status, 503);
        turned.store(true, Ordering::SeqCst);
    });
    let mut server = server;
    assert!(server.child.wait().unwrap().success());
    let again = Start::on(&folder.path().join("data")).go();
    let drafts: usize = residents
        .iter()
        .map(|resident| {
            again.ask(resident, "casework/my_drafts?limit=100")["drafts"].as_array().unwrap().len()
        })
        .sum();
    assert!(drafts > 0 && drafts <= answered.load(Ordering::SeqCst));
    again.stop();
}
