//! The operations listener: what it counts of real requests, readiness with its reasons, and that people do not reach it.

use serde_json::json;

use crate::running::{Answer, Server, Start, act, draft, request};

fn operations(server: &Server, path: &str, accept: &str) -> Answer {
    let address = server.operations.as_deref().unwrap();
    request(address, "", "GET", path, &[("accept", accept)], "").unwrap()
}

/// The value of a series, as the text has it.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} is not in\n{text}")).parse().unwrap()
}

#[test]
fn operators_see_what_was_done_and_people_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Start::on(&folder.path().join("data")).with("--operations-listen").with("127.0.0.1:0").go();
    let token = server.person(1, &[]);
    let case = server.case(&token);
    server.ask(&token, &format!("casework/case?case={}", case["case"].as_str().unwrap()));
    let refused = act(&server.address, &token, "platform.declare_day", &json!({}), None).unwrap();
    assert_eq!(refused.status, 403, "{}", refused.body);
    let anonymous =
        act(&server.address, "", "casework.save_draft", &draft("试验。"), None).unwrap();
    assert_eq!(anonymous.status, 401, "{}", anonymous.body);
    assert_eq!(request(&server.address, "", "GET", "/nowhere", &[], "").unwrap().status, 404);

    let answer = operations(&server, "/metrics", "application/openmetrics-text; version=1.0.0");
    assert_eq!(answer.status, 200);
    assert!(answer.headers["content-type"].starts_with("application/openmetrics-text"));
    let text = answer.body;
    assert!(text.ends_with("# EOF\n"), "{text}");
    let ended = |operation: &str, outcome: &str| {
        let labels = format!("{{operation=\"{operation}\",outcome=\"{outcome}\"}}");
        assert!(value(&text, &format!("minshu_operation_seconds_sum{labels}")) > 0.0);
        value(&text, &format!("minshu_operation_seconds_count{labels}"))
    };
    assert_eq!(ended("casework.submit", "done"), 1.0);
    assert_eq!(ended("casework.case", "done"), 1.0);
    assert_eq!(ended("platform.declare_day", "refused"), 1.0);
    assert_eq!(ended("casework.save_draft", "refused"), 1.0);
    let answered = |method: &str, route: &str, status: &str| {
        let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        value(&text, &format!("minshu_http_requests_total{labels}"))
    };
    assert_eq!(answered("POST", "/api/casework/submit", "2xx"), 1.0);
    assert_eq!(answered("POST", "/api/casework/save_draft", "4xx"), 1.0);
    assert_eq!(answered("GET", "none", "4xx"), 1.0);
    assert_eq!(value(&text, "minshu_records_reachable"), 1.0);
    assert_eq!(value(&text, "minshu_write_queue_refused_total"), 0.0);
    assert!(value(&text, "minshu_write_queue_capacity") > 0.0);
    assert_eq!(value(&text, "minshu_dead_letters{state=\"parked\"}"), 0.0);
    assert!(value(&text, "minshu_unsealed{chain=\"audit\"}") >= 0.0);
    assert!(value(&text, "process_resident_memory_bytes") > 1_000_000.0);
    assert!(text.contains("minshu_build_info{version=\""), "{text}");
    assert!(!text.contains("certificate"), "there is no TLS here");
    // Ids of cases and people, names and texts stand in no label.
    for personal in [case["case"].as_str().unwrap(), "/nowhere", "试验", "13900000001"] {
        assert!(!text.contains(personal), "{personal} is in\n{text}");
    }

    let plain = operations(&server, "/metrics", "*/*");
    assert!(plain.headers["content-type"].starts_with("text/plain; version=0.0.4"));
    assert!(!plain.body.contains("# EOF"));
    let submitted =
        "minshu_operation_seconds_count{operation=\"casework.submit\",outcome=\"done\"}";
    assert_eq!(value(&plain.body, submitted), 1.0);

    let ready = operations(&server, "/ready", "*/*");
    assert_eq!(ready.status, 200, "{}", ready.body);
    let report = ready.json();
    assert_eq!(report["ready"], true);
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks[0]["check"], "records");
    assert!(checks.iter().all(|check| check["says"].as_str().is_some_and(|says| !says.is_empty())));

    // The public listener knows none of it, and the operators' one nothing of the house.
    for path in ["/metrics", "/ready"] {
        let public = request(&server.address, "", "GET", path, &[], "").unwrap();
        assert_eq!(public.status, 404, "{}", public.body);
    }
    let terse = request(&server.address, "", "GET", "/health/ready", &[], "").unwrap();
    assert_eq!((terse.status, terse.body.as_str()), (200, "ok"));
    assert_eq!(operations(&server, "/sign-in", "*/*").status, 404);
    server.stop();
}

#[test]
fn without_the_setting_nothing_listens_for_operators() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();
    assert_eq!(server.operations, None);
    server.stop();
}
