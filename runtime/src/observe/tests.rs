//! The text that monitoring reads, and what makes a process unready.

use std::collections::BTreeMap;

use http::StatusCode;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::{Failure, Kind};
use minshu_storage::records::WritePath;
use prometheus_client::encoding::{prometheus_text, text};

use super::exposition::resident;
use super::ready::{Standing, judge};
use super::state::{Backlog, State};
use super::{Form, Metrics, Stopwatch};

const DAY_MS: i64 = 86_400_000;
const QUIET: WritePath = WritePath { waiting: 0, most: 10, refused: 0, failing: None };

#[test]
fn operations_and_requests_are_told_by_name_and_class() {
    let metrics = Metrics::new(Timestamp(0));
    let begun = Stopwatch::start();
    metrics.operation(Some("casework.submit"), &Ok(()), begun);
    for kind in [Kind::Refused, Kind::Unauthenticated] {
        let refused: Result<(), _> = Err(Failure::new(kind, "kernel.refused"));
        metrics.operation(Some("casework.submit"), &refused, begun);
    }
    metrics.operation(None, &Ok(()), begun);
    metrics.request("GET", "/cases/{case}", StatusCode::OK);
    metrics.request("GET", "/cases/{case}", StatusCode::NO_CONTENT);
    metrics.request("GET", "/cases/{case}", StatusCode::BAD_GATEWAY);

    let mut open = String::new();
    text::encode(&mut open, &metrics.registry).unwrap();
    let mut plain = String::new();
    prometheus_text::encode(&mut plain, &metrics.registry).unwrap();
    for told in [&open, &plain] {
        for line in [
            "minshu_operation_seconds_count{operation=\"casework.submit\",outcome=\"done\"} 1",
            "minshu_operation_seconds_count{operation=\"casework.submit\",outcome=\"refused\"} 2",
            "minshu_http_requests_total{method=\"GET\",route=\"/cases/{case}\",status=\"2xx\"} 2",
            "minshu_http_requests_total{method=\"GET\",route=\"/cases/{case}\",status=\"5xx\"} 1",
        ] {
            assert!(told.lines().any(|own| own == line), "{line} is not in\n{told}");
        }
        let of_operations = |line: &&str| line.starts_with("minshu_operation_seconds_count");
        assert_eq!(told.lines().filter(of_operations).count(), 2, "{told}");
    }
    assert!(open.contains("# TYPE minshu_operation_seconds histogram\n"), "{open}");
    assert!(open.contains("# UNIT minshu_operation_seconds seconds\n"), "{open}");
    assert!(open.ends_with("# EOF\n"), "{open}");
}

#[test]
fn who_asks_for_openmetrics_gets_it() {
    let asked = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5";
    assert_eq!(Form::of(asked), Form::OpenMetrics);
    assert_eq!(Form::of("*/*"), Form::Prometheus);
    assert_eq!(Form::of(""), Form::Prometheus);
}

#[test]
fn resident_memory_is_read_from_what_linux_says() {
    assert_eq!(resident("Name:\tminshu\nVmRSS:\t   2048 kB\nThreads:\t9\n"), Some(2_097_152));
    for unknown in ["", "VmRSS:", "VmRSS: many kB", "VmRSS: 9223372036854775807 kB"] {
        assert_eq!(resident(unknown), None);
    }
}

#[test]
fn a_database_that_is_away_is_unready_and_what_is_late_is_a_warning() {
    let standing = |state: &State, writes, certificate| {
        let report = judge(Ok(state), writes, certificate, Timestamp(DAY_MS));
        assert!(report.ready, "{report:?}");
        let warned = report.checks.into_iter().filter(|check| check.state != Standing::Ok);
        warned.map(|check| check.check).collect::<Vec<_>>()
    };
    let well = State::default();
    assert!(standing(&well, QUIET, None).is_empty());
    assert!(standing(&well, QUIET, Some(Timestamp(90 * DAY_MS))).is_empty());
    assert_eq!(standing(&well, QUIET, Some(Timestamp(20 * DAY_MS))), ["certificate"]);
    assert_eq!(standing(&well, QUIET, Some(Timestamp(1))), ["certificate"]);
    assert_eq!(standing(&well, WritePath { waiting: 8, ..QUIET }, None), ["writes"]);
    let late = Backlog { count: 1, age_ms: 61_000 };
    assert_eq!(standing(&State { events: late, ..well.clone() }, QUIET, None), ["sealer"]);
    assert_eq!(standing(&State { jobs: late, ..well.clone() }, QUIET, None), ["jobs"]);
    assert_eq!(standing(&State { failed_jobs: 1, ..well.clone() }, QUIET, None), ["jobs"]);
    let letters = BTreeMap::from([("parked", 2)]);
    assert_eq!(standing(&State { letters, ..well }, QUIET, None), ["flows"]);

    let report = judge(Err(&"refused".to_owned()), QUIET, None, Timestamp(0));
    assert!(!report.ready);
    let told = serde_json::to_value(&report).unwrap();
    assert_eq!(told["checks"][0]["state"], "failed");
    assert!(told["checks"][0]["says"].as_str().unwrap().contains("refused"));
}
