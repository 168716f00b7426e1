//! The metrics as text: OpenMetrics 1.0, or Prometheus 0.0.4 for who does not ask for it.

use std::fmt;

use minshu_storage::records::{Engine, WritePath};
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::state::State;
use crate::house::House;

/// Which text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus 0.0.4.
    Prometheus,
}

impl Form {
    /// What an `Accept` header asks for.
    pub fn of(accept: &str) -> Form {
        match accept.contains("application/openmetrics-text") {
            true => Form::OpenMetrics,
            false => Form::Prometheus,
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Form::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Form::Prometheus => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// Everything that is counted, and how things stand now. Where the records do not answer, what would be asked of them
/// is left out, and `minshu_records_reachable` says so.
pub async fn write(house: &House, form: Form) -> Result<String, fmt::Error> {
    let state = State::read(house).await;
    if let Err(failure) = &state {
        tracing::warn!(%failure, "the metrics are without what waits");
    }
    let now = snapshot(house, state.ok().as_ref());
    let mut told = String::with_capacity(64 * 1024);
    for registry in [&house.metrics.registry, &now] {
        match form {
            Form::OpenMetrics => text::encode_registry(&mut told, registry)?,
            Form::Prometheus => prometheus_text::encode(&mut told, registry)?,
        }
    }
    if form == Form::OpenMetrics {
        text::encode_eof(&mut told)?;
    }
    Ok(told)
}

fn snapshot(house: &House, state: Option<&State>) -> Registry {
    let mut whole = Registry::default();
    process(&mut whole, house.metrics.started.0);
    let own = whole.sub_registry_with_prefix("minshu");
    let engine = match house.db.engine() {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgresql",
    };
    let build = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("build", house.build.clone()),
        ("records", engine.to_owned()),
    ];
    own.register("build", "Which program this is, and on which database", Info::new(build));
    if let Some(until) = house.metrics.certificate() {
        own.register_with_unit(
            "certificate_end_timestamp",
            "When the TLS certificate in force ends, since 1970",
            Unit::Seconds,
            ConstGauge::new(until.0.div_euclid(1_000)),
        );
    }
    writes(own, house.db.write_path());
    let (files, bytes) = house.uploads.taken();
    own.register("uploads", "Files that were taken", ConstCounter::new(files));
    own.register_with_unit(
        "upload",
        "Bytes of files that were taken",
        Unit::Bytes,
        ConstCounter::new(bytes),
    );
    own.register(
        "records_reachable",
        "Whether the records answered just now; where not, what waits is left out",
        ConstGauge::new(i64::from(state.is_some())),
    );
    if let Some(state) = state {
        waiting(own, state);
        if let Some(work) = state.work {
            let gauge = ConstGauge::new;
            own.register(
                "processes",
                "Processes that share the work and beat",
                gauge(work.processes),
            );
            own.register("leases", "Parts of the work beside requests", gauge(work.all));
            own.register("leases_held", "Those of them that a process does", gauge(work.held));
        }
    }
    whole
}

fn writes(own: &mut Registry, path: WritePath) {
    let of = |count: usize| ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
    own.register("write_queue", "Write sets that wait", of(path.waiting));
    own.register("write_queue_capacity", "The most write sets that may wait", of(path.most));
    own.register(
        "write_queue_refused",
        "Write sets refused because the queue was full",
        ConstCounter::new(path.refused),
    );
}

fn waiting(own: &mut Registry, state: &State) {
    let seconds = |ms: i64| ms as f64 / 1_000.0;
    let unsealed = Family::<[(&str, &str); 1], Gauge>::default();
    let age = Family::<[(&str, &str); 1], Gauge<f64, std::sync::atomic::AtomicU64>>::default();
    for (chain, backlog) in [("audit", state.audit), ("events", state.events)] {
        unsealed.get_or_create(&[("chain", chain)]).set(backlog.count);
        age.get_or_create(&[("chain", chain)]).set(seconds(backlog.age_ms));
    }
    own.register("unsealed", "What is committed and not sealed yet", unsealed);
    own.register_with_unit(
        "unsealed_age",
        "How long the oldest of it has waited for the sealer",
        Unit::Seconds,
        age,
    );
    own.register("jobs_due", "Jobs whose time has come", ConstGauge::new(state.jobs.count));
    own.register_with_unit(
        "jobs_due_age",
        "How long the oldest of them has been due",
        Unit::Seconds,
        ConstGauge::new(seconds(state.jobs.age_ms)),
    );
    own.register(
        "jobs_failed",
        "Those of them that have failed at least once",
        ConstGauge::new(state.failed_jobs),
    );
    own.register(
        "flows_parked",
        "Flows in which the events of some subject wait behind a dead letter",
        ConstGauge::new(state.parked_flows),
    );
    own.register(
        "flow_events_behind",
        "Sealed events before the flow that is furthest behind",
        ConstGauge::new(state.flow_events_behind),
    );
    let letters = Family::<[(&str, &str); 1], Gauge>::default();
    for (name, count) in &state.letters {
        letters.get_or_create(&[("state", *name)]).set(*count);
    }
    own.register("dead_letters", "Dead letters by state", letters);
    for (name, help, count) in &state.gauges {
        own.register(*name, *help, ConstGauge::new(*count));
    }
}

/// What every exporter calls alike. Left out where the system does not tell it.
fn process(whole: &mut Registry, started_ms: i64) {
    let own = whole.sub_registry_with_prefix("process");
    own.register_with_unit(
        "start_time",
        "When this process was started, since 1970",
        Unit::Seconds,
        ConstGauge::new(started_ms as f64 / 1_000.0),
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(bytes) = resident(&status) {
        let what = "Memory of this process that is resident";
        own.register_with_unit("resident_memory", what, Unit::Bytes, ConstGauge::new(bytes));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        let open = i64::try_from(open.count()).unwrap_or(i64::MAX);
        own.register("open_fds", "Descriptors that are open", ConstGauge::new(open));
    }
}

/// Resident bytes by `/proc/self/status`.
pub(super) fn resident(status: &str) -> Option<i64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1_024)
}
