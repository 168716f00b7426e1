//! Two at the same moment, the same request again and again, a full queue, a slow client, a body that is too large.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;

use serde_json::json;

use crate::running::{Answer, Start, act, databases, draft, request};

/// Sends the same at one moment, so many times.
fn at_once(times: usize, send: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(times);
    std::thread::scope(|scope| {
        let (barrier, send) = (&barrier, &send);
        let senders: Vec<_> = (0..times)
            .map(|number| {
                scope.spawn(move || {
                    barrier.wait();
                    send(number)
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    })
}

#[test]
fn of_two_clerks_at_one_moment_one_is_told_who_was_first() {
    for (url, _db) in databases() {
        let folder = tempfile::tempdir().unwrap();
        let start = Start { database_url: url, ..Start::on(&folder.path().join("data")) };
        let server = start.go();
        let resident = server.person(1, &[]);
        let clerks = [2, 3].map(|number| server.person(number, &["load-test.clerk"]));
        for _ in 0..5 {
            let case = server.case(&resident)["case"].clone();
            let input = json!({ "case": case, "version": 1 });
            let answers = at_once(2, |number| {
                act(&server.address, &clerks[number], "casework.accept", &input, None).unwrap()
            });
            let mut statuses = [answers[0].status, answers[1].status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{answers:?}");
            let second = answers.iter().find(|answer| answer.status == 409).unwrap();
            assert_eq!(second.problem(), "casework.conflict");
            let detail = second.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("鼓楼区") && detail.contains("受理员"), "{detail}");
            assert_eq!(server.verbs(&resident, case.as_str().unwrap()), ["submit", "accept"]);
        }
    }
}

#[test]
fn the_same_request_again_is_done_once_and_answered_alike() {
    for (url, _db) in databases() {
        let folder = tempfile::tempdir().unwrap();
        let start = Start { database_url: url, ..Start::on(&folder.path().join("data")) };
        let server = start.go();
        let resident = server.person(1, &[]);
        let saved = server.done(&resident, "casework.save_draft", draft("同一件。"));
        let input = json!({ "draft": saved["draft"] });
        let submit = |key: &str, input: &serde_json::Value| {
            act(&server.address, &resident, "casework.submit", input, Some(key)).unwrap()
        };
        let answers = at_once(8, |_| submit("one", &input));
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (200, &answers[0].body));
        }
        assert_eq!(submit("one", &input).body, answers[0].body);
        assert_eq!(server.own_cases(&resident).len(), 1);
        let other = server.done(&resident, "casework.save_draft", draft("另一件。"));
        let reused = submit("one", &json!({ "draft": other["draft"] }));
        assert_eq!((reused.status, reused.problem()), (409, "kernel.key_reused".to_owned()));
    }
}

#[test]
fn a_full_queue_says_when_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::on(&folder.path().join("data")).with("--write-queue").with("2");
    let server = start.go();
    let resident = server.person(1, &[]);
    // Somebody else holds the database: what was taken from the queue waits, and the queue fills.
    let holder = rusqlite::Connection::open(server.data.join("records.sqlite")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answered = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..24 {
            let (server, resident, told) = (&server, &resident, answered.0.clone());
            scope.spawn(move || {
                let input = draft("排队。");
                let answer = act(&server.address, resident, "casework.save_draft", &input, None);
                told.send(answer.unwrap()).unwrap();
            });
        }
        let first = answered.1.recv().unwrap();
        assert!(first.says_later() && first.problem() == "kernel.busy", "{first:?}");
        // Reading goes on.
        assert_eq!(server.ask(&resident, "casework/my_drafts")["drafts"], json!([]));
        holder.execute_batch("COMMIT").unwrap();
    });
    drop(answered.0);
    let rest: Vec<Answer> = answered.1.iter().collect();
    let done = rest.iter().filter(|answer| answer.status == 200).count();
    assert!(rest.iter().all(|answer| answer.status == 200 || answer.says_later()), "{rest:?}");
    assert!(done > 0, "those that waited were written");
    let drafts = server.ask(&resident, "casework/my_drafts?limit=50");
    assert_eq!(drafts["drafts"].as_array().unwrap().len(), done);
}

#[test]
fn a_slow_client_holds_nobody_up_and_the_server_stops_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    let mut slow: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.write_all(b"POST /api/casework/submit HTTP/1.1\r\nhost: a\r\ncont").unwrap();
            stream
        })
        .collect();
    let resident = server.person(1, &[]);
    server.case(&resident);
    let page = request(&server.address, "", "GET", "/", &[], "").unwrap();
    assert_eq!(page.status, 200);
    server.stop();
    for stream in &mut slow {
        let mut rest = Vec::new();
        // Closed, or reset: it is not waited for.
        let _ = stream.read_to_end(&mut rest);
    }
}

#[test]
fn a_body_that_is_too_large_is_a_problem_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    let resident = server.person(1, &[]);
    let answer =
        act(&server.address, &resident, "casework.save_draft", &draft(&"长".repeat(200_000)), None);
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.problem()), (413, "kernel.body_too_large".to_owned()));
    assert_eq!(server.ask(&resident, "casework/my_drafts")["drafts"], json!([]));
}

#[test]
fn a_query_that_names_people_is_asked_by_post_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    let clerk = server.person(1, &["platform.registrar"]);
    let path = "/api/identity/claims?phone=13900000001";
    let refused = request(&server.address, &clerk, "GET", path, &[], "").unwrap();
    assert_eq!((refused.status, refused.problem()), (405, "kernel.wrong_method".to_owned()));
    let found = server.done(&clerk, "identity.claims", json!({ "phone": "13900000001" }));
    assert_eq!(found["claims"].as_array().unwrap().len(), 1);
    let described = request(&server.address, "", "GET", "/api/openapi.json", &[], "").unwrap();
    let path = described.json()["paths"]["/api/identity/claims"].clone();
    assert!(path["get"].is_null(), "{path}");
    let body = &path["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"];
    assert!(body["number"].is_object(), "{path}");
    // What names nobody stays a GET.
    let input = json!({});
    let refused = act(&server.address, &clerk, "casework.items", &input, None).unwrap();
    assert_eq!(refused.status, 405);
}
