//! Whether this process can serve, and what an operator should look at, with reasons.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::objects::ObjectsError;
use minshu_storage::records::WritePath;
use serde::Serialize;

use super::state::State;
use crate::house::House;

/// After it the sealer is late: it needs 50 ms.
const SEALED_WITHIN_MS: i64 = 10_000;
/// After it jobs are late.
const JOBS_WITHIN_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// Days before its end at which a certificate wants to be replaced.
const CERTIFICATE_DAYS: i64 = 30;

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Well.
    Ok,
    /// It serves, and somebody should look.
    Warning,
    /// It cannot serve.
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Such as `records`.
    pub check: &'static str,
    /// How it stands.
    pub state: Standing,
    /// Why, and what to do.
    pub says: String,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether requests can be served: nothing has failed. Warnings leave it true, so that a balancer does not take
    /// away a process for what another one would have as well.
    pub ready: bool,
    /// One for each thing.
    pub checks: Vec<Check>,
}

/// Looks now.
pub async fn report(house: &House) -> Report {
    let state = State::read(house).await.map_err(|failure| failure.to_string());
    let now = house.services.clock.now();
    let mut report = judge(state.as_ref(), house.db.write_path(), house.metrics.certificate(), now);
    report.checks.push(objects(house).await);
    if let Some(scanner) = &house.scanner {
        let (state, says) = match scanner.ping().await {
            Ok(()) => (Standing::Ok, "the malware scanner answers".to_owned()),
            Err(error) => {
                let says = format!("{error}: no file is taken until it does; start clamav-daemon");
                (Standing::Warning, says)
            }
        };
        report.checks.push(Check { check: "scanner", state, says });
    }
    if state.is_ok() {
        for watch in &house.contract.watches {
            // What cannot be asked is told by the records' own check.
            for trouble in watch(&house.db, now).await.unwrap_or_default() {
                let says = format!("{}; {}", trouble.says, trouble.cure);
                report.checks.push(Check { check: trouble.what, state: Standing::Warning, says });
            }
        }
    }
    if house.stopping() {
        let says = "it was told to stop and answers what is under way".to_owned();
        report.checks.push(Check { check: "stopping", state: Standing::Failed, says });
        report.ready = false;
    }
    report
}

/// How long the store of objects may take.
const OBJECTS_WITHIN: std::time::Duration = std::time::Duration::from_secs(3);

/// Whether objects can be asked for: a name that is never there, which a store that answers does not know.
async fn objects(house: &House) -> Check {
    let asked = house.services.objects.get_named("ready");
    let (state, says) = match tokio::time::timeout(OBJECTS_WITHIN, asked).await {
        Ok(Ok(_) | Err(ObjectsError::Missing)) => {
            (Standing::Ok, "the store of objects answers".to_owned())
        }
        Ok(Err(error)) => {
            (Standing::Warning, format!("{error}: files cannot be sent or read; look at it"))
        }
        Err(_) => {
            let says = "the store of objects does not answer in three seconds: files cannot be sent or read; look at it";
            (Standing::Warning, says.to_owned())
        }
    };
    Check { check: "objects", state, says }
}

/// Judges what was found.
pub(super) fn judge(
    state: Result<&State, &String>,
    writes: WritePath,
    certificate: Option<Timestamp>,
    now: Timestamp,
) -> Report {
    let mut checks = Vec::new();
    let mut add = |check, state, says: String| checks.push(Check { check, state, says });
    let unless = |bad: bool| if bad { Standing::Warning } else { Standing::Ok };
    match state {
        Err(why) => {
            let says = format!("the database does not answer: {why}; look at it and at the disk");
            add("records", Standing::Failed, says);
        }
        Ok(state) => {
            add("records", Standing::Ok, "the database answers".to_owned());
            let (audit, events) = (state.audit, state.events);
            let age_ms = audit.age_ms.max(events.age_ms);
            let says = format!(
                "{} audit entries and {} events are unsealed, the oldest for {} s",
                audit.count,
                events.count,
                age_ms / 1_000
            );
            add("sealer", unless(age_ms > SEALED_WITHIN_MS), says);
            let says = format!(
                "{} jobs are due, the oldest for {} s; {} have failed and are tried again",
                state.jobs.count,
                state.jobs.age_ms / 1_000,
                state.failed_jobs
            );
            let late = state.jobs.age_ms > JOBS_WITHIN_MS || state.failed_jobs > 0;
            add("jobs", unless(late), says);
            let parked = state.letters.get("parked").copied().unwrap_or_default();
            let says = match parked {
                0 => "no event is parked".to_owned(),
                _ => format!(
                    "{parked} events are parked in {} flows: /operations/flows says why",
                    state.parked_flows
                ),
            };
            add("flows", unless(parked > 0), says);
            if let Some(work) = state.work {
                let says = match work.all - work.held {
                    ..=0 => format!("{} processes share the work", work.processes),
                    free => format!(
                        "{free} of {} parts of the work are nobody's at the moment: if it stays so, start a worker (--roles worker)",
                        work.all
                    ),
                };
                add("work", unless(work.held < work.all), says);
            }
        }
    }
    let full = writes.waiting.saturating_mul(10) >= writes.most.saturating_mul(8);
    let says = match &writes.failing {
        Some(why) => format!(
            "the last write was not written: {why}; look at the disk and the database (`minshu doctor`)"
        ),
        None => format!(
            "{} of at most {} writes wait; {} were refused since the start",
            writes.waiting, writes.most, writes.refused
        ),
    };
    add("writes", unless(full || writes.failing.is_some()), says);
    if let Some(until) = certificate {
        let days = (until.0 - now.0).div_euclid(DAY_MS);
        let says = match days {
            ..0 => format!("the certificate ended on {}: put a new one there", until.date()),
            _ => format!("the certificate holds until {}, for {days} days", until.date()),
        };
        add("certificate", unless(days < CERTIFICATE_DAYS), says);
    }
    let ready = checks.iter().all(|check| check.state != Standing::Failed);
    Report { ready, checks }
}
