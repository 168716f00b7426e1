//! What this process counts of itself, for the operations listener. Labels come from the contract and the routes, so
//! that there is a bounded number of series and nothing of any person in them.

mod exposition;
pub mod ready;
mod state;
#[cfg(test)]
mod tests;
pub mod waiting;

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use http::StatusCode;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::{Failure, Kind};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

pub use exposition::{Form, write};

/// Upper bounds of the latency histogram, in seconds: a read in memory takes under one millisecond, a commit a few, and
/// what takes a second is a fault.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Operation and outcome.
type OfOperation = [(&'static str, &'static str); 2];
/// Method, route, class of the status.
type OfRequest = [(&'static str, Cow<'static, str>); 3];

/// Measures how long something took.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins now.
    #[expect(clippy::disallowed_methods, reason = "elapsed time of a measurement, no deadline")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The counters of this process.
pub struct Metrics {
    registry: Registry,
    operations: Family<OfOperation, Histogram, fn() -> Histogram>,
    requests: Family<OfRequest, Counter>,
    /// When the TLS certificate in force ends, in UTC milliseconds; 0 where there is none.
    certificate_ms: AtomicI64,
    /// When this process was started.
    started: Timestamp,
}

impl Metrics {
    /// With nothing counted yet.
    pub fn new(started: Timestamp) -> Metrics {
        let mut registry = Registry::with_prefix("minshu");
        let new_histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let operations = Family::new_with_constructor(new_histogram);
        let requests = Family::default();
        registry.register_with_unit(
            "operation",
            "How long operations took, those of jobs and flows included, by how they ended",
            Unit::Seconds,
            operations.clone(),
        );
        registry.register(
            "http_requests",
            "Requests by method, pattern of the route and class of the status",
            requests.clone(),
        );
        Metrics { registry, operations, requests, certificate_ms: AtomicI64::new(0), started }
    }

    /// Counts an operation that ended; one that the contract does not name is not counted.
    pub fn operation<T>(
        &self,
        name: Option<&'static str>,
        result: &Result<T, Failure>,
        begun: Stopwatch,
    ) {
        let Some(name) = name else { return };
        let outcome = result.as_ref().map_or_else(|failure| outcome(failure.kind), |_| "done");
        let labels = [("operation", name), ("outcome", outcome)];
        self.operations.get_or_create(&labels).observe(begun.seconds());
    }

    /// Counts an answered request.
    pub fn request(&self, method: &'static str, route: &str, status: StatusCode) {
        let class = match status.as_u16() {
            100..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            _ => "5xx",
        };
        let labels = [
            ("method", Cow::Borrowed(method)),
            ("route", Cow::Owned(route.to_owned())),
            ("status", Cow::Borrowed(class)),
        ];
        self.requests.get_or_create(&labels).inc();
    }

    /// The TLS certificate in force ends then.
    pub fn certificate_ends(&self, until: Timestamp) {
        self.certificate_ms.store(until.0, Ordering::Relaxed);
    }

    /// When the TLS certificate in force ends, where there is one.
    pub fn certificate(&self) -> Option<Timestamp> {
        let ms = self.certificate_ms.load(Ordering::Relaxed);
        (ms != 0).then_some(Timestamp(ms))
    }
}

/// Into which of few classes a failure falls.
const fn outcome(kind: Kind) -> &'static str {
    match kind {
        Kind::Unauthenticated | Kind::Refused => "refused",
        Kind::Missing => "missing",
        Kind::Conflict => "conflict",
        Kind::Malformed
        | Kind::WrongMethod
        | Kind::TooLarge
        | Kind::Unsupported
        | Kind::Invalid
        | Kind::TooSlow => "invalid",
        Kind::TooMany | Kind::Unavailable => "unavailable",
        Kind::Internal => "failed",
    }
}
