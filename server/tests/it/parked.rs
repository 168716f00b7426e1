//! A flow whose action fails for an hour: its retries back off, the event's subject is parked, other subjects go on, an
//! operator sees it and replays it, and everything is delivered once and in order.

use std::path::{Path, PathBuf};

use serde_json::json;
use tokio_postgres::NoTls;

use crate::running::{Answer, Json, Server, Start, databases, load_packs, request};
use crate::workers::until;

const FLOW: &str = "load-test.tell-returned";

/// The benchmarks' pack with a flow that tells applicants when a case was returned.
pub fn packs_with_a_flow(folder: &Path) -> PathBuf {
    let packs = folder.join("packs");
    copy(&load_packs(), &packs);
    let file = packs.join("06-public-services/load-test/pack.toml");
    let mut pack = std::fs::read_to_string(&file).unwrap();
    pack.push_str(
        r#"
[[flow]]
id = "tell-returned"
on = "casework.case.returned"
do = "messaging.send"

[flow.with]
template = "returned"
about    = { cel = "'casework.case:' + event.case" }
values   = { number = { cel = "event.number" } }

[flow.with.to]
account = { cel = "has(event.owner_account) ? event.owner_account : ''" }
person  = { cel = "has(event.owner) ? event.owner : ''" }

[[messaging.template]]
id     = "returned"
title  = { zh = "{number}要补正", en = "{number} is to be corrected" }
text   = { zh = "请补正后重新提交。", en = "Please correct it and send it in again." }
values = ["number"]
"#,
    );
    std::fs::write(&file, pack).unwrap();
    packs
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The database behind the server's back.
pub enum Behind {
    Sqlite(rusqlite::Connection),
    Postgres(String),
}

impl Behind {
    pub fn run(&self, sqlite: &str, postgres: &str) {
        match self {
            Behind::Sqlite(connection) => connection.execute_batch(sqlite).unwrap(),
            Behind::Postgres(url) => on_postgres(url, async |client| {
                client.batch_execute(postgres).await.unwrap();
            }),
        }
    }

    pub fn column(&self, sql: &str) -> Vec<String> {
        match self {
            Behind::Sqlite(connection) => {
                let mut statement = connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |row| row.get(0)).unwrap();
                rows.collect::<Result<_, _>>().unwrap()
            }
            Behind::Postgres(url) => on_postgres(url, async |client| {
                let rows = client.query(sql, &[]).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }),
        }
    }
}

fn on_postgres<T>(url: &str, work: impl AsyncFnOnce(tokio_postgres::Client) -> T) -> T {
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        work(client).await
    })
}

/// The operator's browser.
struct Operator<'a> {
    server: &'a Server,
    session: String,
}

impl Operator<'_> {
    fn page(&self) -> String {
        let cookie = format!("minshu_session={}", self.session);
        let headers = [("cookie", cookie.as_str())];
        let path = "/operations/flows";
        let seen = request(&self.server.address, "", "GET", path, &headers, "").unwrap();
        assert_eq!(seen.status, 200, "{}", seen.body);
        seen.body
    }

    /// Presses the first letter's button.
    fn replay(&self) -> Answer {
        let visitor = "0123456789abcdef0123456789abcdef";
        let cookie = format!("minshu_session={}; minshu_visitor={visitor}", self.session);
        let headers = [("cookie", cookie.as_str())];
        let address = &self.server.address;
        let page = request(address, "", "GET", "/operations/flows", &headers, "").unwrap().body;
        let token = between(&page, "name=\"csrf-token\" content=\"", "\"");
        let letter = between(&page, "action=\"/operations/flows/", "\"");
        let body = format!("_csrf={token}&do=replay&version=1");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let path = format!("/operations/flows/{letter}");
        request(address, "", "POST", &path, &[headers[0], form], &body).unwrap()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).unwrap_or_else(|| panic!("no {before}")).split(after).next().unwrap()
}

pub fn returned(server: &Server, clerk: &str, case: &Json, version: i64) -> i64 {
    let mut input = json!({ "case": case, "version": version, "reason": "事由请写清楚一些。" });
    if version > 1 {
        input["again_reason"] = json!("补正后还是不清楚。");
    }
    server.done(clerk, "casework.return", input)["version"].as_i64().unwrap()
}

/// The messages of somebody about a case.
pub fn messages(server: &Server, token: &str, case: &Json) -> usize {
    let inbox = server.ask(token, "messaging/inbox?limit=100");
    let about = format!("casework.case:{}", case.as_str().unwrap());
    inbox["messages"].as_array().unwrap().iter().filter(|m| m["about"] == json!(about)).count()
}

/// How often the events that flows wait for have failed; none once they are parked.
pub fn failures(behind: &Behind) -> i64 {
    let sql = "SELECT CAST(COALESCE(MAX(failures), 0) AS TEXT) FROM platform_flow_part";
    behind.column(sql)[0].parse().unwrap()
}

#[test]
fn a_flow_that_fails_for_an_hour_parks_one_subject_and_loses_nothing() {
    for (url, _db) in databases() {
        let folder = tempfile::tempdir().unwrap();
        let start = Start {
            database_url: url.clone(),
            packs: packs_with_a_flow(folder.path()),
            ..Start::on(&folder.path().join("data"))
        };
        let server = start.with("--test-clock").go();
        let behind = match &url {
            Some(url) => Behind::Postgres(url.clone()),
            None => Behind::Sqlite(
                rusqlite::Connection::open(server.data.join("records.sqlite")).unwrap(),
            ),
        };
        let resident = server.person(1, &[]);
        let clerk = server.person(2, &["load-test.clerk"]);
        let operator =
            Operator { server: &server, session: server.person(3, &["platform.operator"]) };
        let cases: Vec<Json> = (0..3).map(|_| server.case(&resident)["case"].clone()).collect();
        let [stuck, second, third] = [&cases[0], &cases[1], &cases[2]];

        // Messages about one case cannot be stored.
        let about = format!("casework.case:{}", stuck.as_str().unwrap());
        behind.run(
            &format!(
                "CREATE TRIGGER broken BEFORE INSERT ON messaging_message WHEN NEW.about = '{about}'
                 BEGIN SELECT RAISE(ABORT, 'broken'); END"
            ),
            &format!(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN IF NEW.about = '{about}' THEN RAISE EXCEPTION 'broken'; END IF; RETURN NEW; END $$;
                 CREATE TRIGGER broken BEFORE INSERT ON messaging_message
                 FOR EACH ROW EXECUTE FUNCTION broken()"
            ),
        );
        returned(&server, &clerk, stuck, 1);
        returned(&server, &clerk, second, 1);
        // The flow tries again, later each time; in the end the event is parked, and other subjects of its part go on.
        let mut minutes = 0;
        while behind.column("SELECT id FROM platform_dead_letter").is_empty() {
            let before = failures(&behind);
            server.clock("advance 60000");
            minutes += 1;
            assert!(minutes < 60, "it is tried for ever");
            // The minute is over when the flow has used it, however busy the machine is.
            until("it is tried again", || failures(&behind) != before);
        }
        while messages(&server, &resident, second) == 0 {
            std::thread::yield_now();
        }
        assert_eq!(messages(&server, &resident, stuck), 0);
        assert!(minutes >= 5, "it was parked after {minutes} minutes already");

        // The same case again: behind the letter. A third one: at once.
        let draft = server.done(&resident, "casework.begin_correction", json!({ "case": stuck }));
        server.done(&resident, "casework.submit", json!({ "draft": draft["draft"] }));
        returned(&server, &clerk, stuck, 3);
        returned(&server, &clerk, third, 1);
        server.clock(&format!("advance {}", (60 - minutes) * 60_000));
        while messages(&server, &resident, third) == 0 {
            std::thread::yield_now();
        }

        let page = operator.page();
        assert!(page.contains(&about) && page.contains(FLOW), "{page}");
        assert!(page.contains("后面排着 1 个"), "{page}");
        let refused = operator.replay();
        assert_eq!(refused.status, 500, "{}", refused.body);
        assert!(refused.body.contains("重放还是没有成功"), "{}", refused.body);
        assert_eq!(messages(&server, &resident, stuck), 0);

        behind.run("DROP TRIGGER broken", "DROP TRIGGER broken ON messaging_message");
        let replayed = operator.replay();
        assert_eq!(replayed.status, 303, "{}", replayed.body);
        assert!(operator.page().contains("这里没有死信"));
        for (case, times) in [(stuck, 2), (second, 1), (third, 1)] {
            assert_eq!(messages(&server, &resident, case), times);
        }
        // Sealed in the order in which the case was returned.
        server.stop();
        let of_kind = |column: &str, kind: &str| {
            behind.column(&format!(
                "SELECT {column} FROM platform_event WHERE kind = '{kind}' ORDER BY position"
            ))
        };
        let events = of_kind("id", "casework.case.returned");
        let causes = of_kind("cause", "messaging.message.sent");
        let at = |number: usize| causes.iter().position(|cause| *cause == events[number]).unwrap();
        assert_eq!((events.len(), causes.len()), (4, 4));
        assert!(at(0) < at(2), "{events:?} {causes:?}");
    }
}
