//! Traces at a receiver that decodes OTLP: the whole path of a case that is sent in is one trace, which goes on from the
//! caller's; no person is in it. A collector that is away is in nobody's way.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::parked::packs_with_a_flow;
use serde_json::json;

use crate::running::{Start, act, draft, request};
use crate::workers::until;

/// Takes batches and keeps their spans.
fn receiver() -> (String, Arc<Mutex<Vec<Span>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let spans = Arc::new(Mutex::new(Vec::new()));
    let kept = spans.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut got = Vec::new();
            let mut piece = [0; 65_536];
            let body = loop {
                let read = stream.read(&mut piece).unwrap();
                got.extend_from_slice(&piece[..read]);
                let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
                let head = String::from_utf8_lossy(&got[..end]).to_lowercase();
                assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
                assert!(head.contains("content-type: application/x-protobuf"), "{head}");
                let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
                if got.len() >= end + 4 + length.trim().parse::<usize>().unwrap() {
                    break got[end + 4..].to_vec();
                }
            };
            let batch = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
            for resource in batch.resource_spans {
                let service = format!("{:?}", resource.resource);
                assert!(
                    service.contains("service.name") && service.contains("minshu"),
                    "{service}"
                );
                for scope in resource.scope_spans {
                    kept.lock().unwrap().extend(scope.spans);
                }
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .unwrap();
        }
    });
    (address, spans)
}

/// Takes web hooks and keeps the heads of their requests.
fn hook() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = heads.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut piece = [0; 16_384];
            let read = stream.read(&mut piece).unwrap_or(0);
            kept.lock().unwrap().push(String::from_utf8_lossy(&piece[..read]).to_lowercase());
            let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            let _gone = stream.write_all(answer);
        }
    });
    (address, heads)
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

#[test]
fn the_path_of_a_request_is_one_trace() {
    let (collector, spans) = receiver();
    let folder = tempfile::tempdir().unwrap();
    let packs = packs_with_a_flow(folder.path());
    let file = packs.join("06-public-services/load-test/pack.toml");
    let pack = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, pack.replace("casework.case.returned", "casework.case.submitted"))
        .unwrap();
    let start = Start { packs, ..Start::on(&folder.path().join("data")) };
    let start = start.with("--telemetry").with(&collector);
    let start = start.with("--test-clock").with("--subscription-loopback");
    let log = folder.path().join("log");
    let start = Start { log: Some(log.clone()), ..start };
    let server = start.with("--trusted-proxies").with("127.0.0.1/32").go();
    let (hook, heads) = hook();
    let operator = server.person(2, &["platform.operator"]);
    let subscription =
        json!({ "name": "追踪", "address": hook, "kinds": ["casework.case.submitted"] });
    server.done(&operator, "platform.subscribe", subscription);
    let resident = server.person(1, &[]);
    let saved = server.done(&resident, "casework.save_draft", draft("追踪用的申请。"));
    let caller = format!("00-{TRACE}-{CALLER}-01");
    let headers = [("content-type", "application/json"), ("traceparent", caller.as_str())];
    let body = format!("{{\"draft\":{}}}", saved["draft"]);
    let sent = request(&server.address, &resident, "POST", "/api/casework/submit", &headers, &body);
    assert_eq!(sent.unwrap().status, 200);
    until("the flow tells the resident", || {
        let inbox = server.ask(&resident, "messaging/inbox?limit=10");
        !inbox["messages"].as_array().unwrap().is_empty()
    });
    until("the hook is told", || !heads.lock().unwrap().is_empty());
    std::thread::sleep(Duration::from_millis(700));
    server.stop();

    let spans = spans.lock().unwrap().clone();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let ours: Vec<&Span> = spans.iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
    let by_id: BTreeMap<String, &Span> =
        ours.iter().map(|span| (hex(&span.span_id), *span)).collect();
    // The names from a span up to the caller.
    let path = |span: &Span| {
        let mut names = vec![span.name.clone()];
        let mut parent = hex(&span.parent_span_id);
        while let Some(above) = by_id.get(&parent) {
            names.push(above.name.clone());
            parent = hex(&above.parent_span_id);
        }
        assert_eq!(parent, CALLER, "{names:?} goes on from the caller");
        names.reverse();
        names.join(" > ")
    };
    let paths: Vec<String> = ours.iter().map(|span| path(span)).collect();
    for wanted in [
        "request",
        "request > action",
        "request > action > authorize",
        "request > action > write set",
        "request > action > commit",
        "request > action > seal",
        "request > action > flow",
        "request > action > flow > action > commit",
        "request > action > deliver > outgoing",
    ] {
        assert!(paths.iter().any(|path| path == wanted), "{wanted} is not among {paths:#?}");
    }
    let outgoing = ours.iter().find(|span| span.name == "outgoing").unwrap();
    let said = format!("traceparent: 00-{TRACE}-{}-01", hex(&outgoing.span_id));
    assert!(heads.lock().unwrap()[0].contains(&said), "the receiver can go on from {said}");
    let log = std::fs::read_to_string(&log).unwrap();
    let line =
        log.lines().find(|line| line.contains("/api/casework/submit") && line.contains("answered"));
    assert!(line.unwrap().contains(TRACE), "the line of a request names its trace: {line:?}");
    let told = format!("{spans:?}");
    assert!(told.contains("casework.submit") && told.contains("/api/casework/submit"));
    for personal in ["13900000001", "追踪用的申请", "试验员"] {
        assert!(!told.contains(personal), "{personal} left the house");
    }
    // Requests without a caller's trace begin their own, and a stranger's word would not count.
    assert!(spans.len() > ours.len());
}

#[test]
fn a_collector_that_is_away_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Start::on(&data).with("--telemetry").with("http://127.0.0.1:1").go();
    let resident = server.person(1, &[]);
    let answer =
        act(&server.address, &resident, "casework.save_draft", &draft("试。"), None).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    server.stop();
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_minshu"))
        .args(["serve", "--telemetry", "here", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("MINSHU_TELEMETRY (--telemetry): \"here\""), "{told}");
}
