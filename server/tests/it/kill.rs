//! `kill -9` and a database that goes away while people work: nothing acknowledged is lost or doubled, the chain holds,
//! and the server gets up by itself.

use minshu_storage::cluster::Cluster;
use serde_json::json;

use crate::load::{Town, all_is_there};
use crate::running::{Server, Start, databases, request};

const RESIDENTS: usize = 4;

/// People who are signed in: residents, and a clerk.
fn people(server: &Server) -> (Vec<String>, String) {
    let residents = (0..RESIDENTS).map(|number| server.person(number, &[])).collect();
    (residents, server.person(90, &["load-test.clerk"]))
}

#[test]
fn a_kill_under_load_loses_and_doubles_nothing() {
    for (url, _db) in databases() {
        let folder = tempfile::tempdir().unwrap();
        let start = Start { database_url: url, ..Start::on(&folder.path().join("data")) };
        let mut server = start.go();
        let (residents, clerk) = people(&server);
        let town = Town::new(&server);
        let workers =
            residents.iter().enumerate().map(|(name, token)| town.work(name, token, &clerk));
        let workers = workers.collect();
        for _ in 0..3 {
            town.until_more(&town.acknowledged, 25);
            server.kill();
            server = start.go();
            town.moved(&server);
        }
        town.until_more(&town.acknowledged, 10);
        let done = town.end(workers);
        all_is_there(&server, &residents, &done);
        server.kill();
        start.prove_the_chain();
    }
}

#[test]
fn a_database_that_goes_away_is_told_and_comes_back() {
    let Some(cluster) = Cluster::start().unwrap() else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let start =
        Start { database_url: Some(cluster.url()), ..Start::on(&folder.path().join("data")) };
    let start = start.with("--test-clock");
    let server = start.go();
    let (residents, clerk) = people(&server);
    let town = Town::new(&server);
    let workers = residents.iter().enumerate().map(|(name, token)| town.work(name, token, &clerk));
    let workers = workers.collect();
    for _ in 0..2 {
        town.until_more(&town.acknowledged, 20);
        cluster.crash().unwrap();
        // Each answer meanwhile is looked at: a 503 that says when to come again, and nothing else.
        town.until_more(&town.later, 2 * RESIDENTS);
        let ready = request(&server.address, "", "GET", "/health/ready", &[], "").unwrap();
        assert_eq!(ready.status, 503);
        let live = request(&server.address, "", "GET", "/health/live", &[], "").unwrap();
        assert_eq!(live.status, 200);
        let list =
            request(&server.address, &residents[0], "GET", "/api/casework/my_cases", &[], "");
        let list = list.unwrap();
        assert!(list.says_later(), "{list:?}");
        let cookie = format!("minshu_session={}", residents[0]);
        let page =
            request(&server.address, "", "GET", "/cases", &[("cookie", &cookie)], "").unwrap();
        assert_eq!(page.status, 503, "{}", page.body);
        assert!(page.headers.contains_key("retry-after") && page.body.contains("<html"));
        cluster.resume().unwrap();
        town.until_more(&town.acknowledged, 10);
    }
    let done = town.end(workers);
    all_is_there(&server, &residents, &done);
    // The tasks beside requests go on too: a job raises the flag of a case whose time is over.
    let late = server.case(&residents[0]);
    server.clock(&format!("advance {}", 40_i64 * 86_400_000));
    let resident = server.sign_in(0);
    let path = format!("casework/case?case={}", late["case"].as_str().unwrap());
    while server.ask(&resident, &path)["flag"] != json!("red") {
        std::thread::yield_now();
    }
    server.stop();
    start.prove_the_chain();
}
