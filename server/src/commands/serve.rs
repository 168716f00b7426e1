//! `minshu serve`: everything in one process, or one of several on a PostgreSQL database, until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::clock::Clock;
use minshu_runtime::audit::sealer;
use minshu_runtime::house::House;
use minshu_runtime::leases;
use minshu_runtime::system::SystemClock;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::say;
use crate::error::CommandError;
use crate::folder::{DataFolder, Purpose};
use crate::listen::Gate;
use crate::open::Start;
use crate::settings::Settings;
use crate::{clock, console, demonstration, listen, open};

/// How `serve` runs.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Load demonstration data and show accounts to enter with one click. Answers on this machine only, and only
    /// on a data folder made for it.
    #[arg(long)]
    demonstration: bool,
    /// Let a local socket move the clock. Only on a data folder made so.
    #[arg(long)]
    test_clock: bool,
}

impl Serve {
    /// Serves.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        if self.demonstration
            && let Some(operations) = settings.doors.operations
            && !operations.ip().is_loopback()
        {
            return Err(CommandError::Setting {
                place: "MINSHU_OPERATIONS_LISTEN (--operations-listen)".into(),
                what: format!(
                    "the demonstration answers on this machine only, not at {operations}"
                ),
            });
        }
        if self.demonstration && !settings.listen.ip().is_loopback() {
            return Err(CommandError::Setting {
                place: "MINSHU_LISTEN (--listen)".into(),
                what: format!(
                    "the demonstration answers on this machine only, {} is open to others",
                    settings.listen.ip()
                ),
            });
        }
        if settings.networks.loopback && !self.demonstration && !self.test_clock {
            return Err(CommandError::Setting {
                place: "MINSHU_SUBSCRIPTION_LOOPBACK (--subscription-loopback)".into(),
                what: "subscriptions reach this machine in a demonstration and with a test clock alone"
                    .into(),
            });
        }
        let purpose = Purpose { demonstration: self.demonstration, test_clock: self.test_clock };
        let folder = DataFolder::open(&settings.data, purpose)?;
        let test_clock = folder.purpose.test_clock.then(|| clock::kept(&folder));
        let time: Arc<dyn Clock> = match &test_clock {
            Some(clock) => clock.clone(),
            None => Arc::new(SystemClock),
        };
        let accounts = self.demonstration.then(demonstration::accounts).transpose()?;
        let house = open::house(&settings, &folder, time, accounts, Start::Serve).await?;
        if let Some(test_clock) = test_clock {
            clock::listen(folder.path.clone(), test_clock)?;
        }
        console::listen(&folder.path, house.clone())?;
        // Listened for before anything is told: whoever reads it may ask to stop at once.
        let terminate = signal(SignalKind::terminate()).map_err(CommandError::io("signals"))?;
        let roles = settings.sharing.roles;
        let tasks = house.start(roles, machine());
        if self.demonstration && folder.fresh {
            demonstration::load(&house, &settings.packs).await?;
        }
        let stop = stopped(terminate, house.clone(), settings.doors.unready);
        let beside = if roles.web {
            answer(&settings, &house, stop).await?
        } else {
            let gate = Gate { tls: None, per_address: 0, edge: house.edge.clone() };
            let operations = listen::operations(&settings, &gate, &house).await?;
            say(format!("working as {roles}"));
            stop.await;
            operations.into_iter().collect()
        };
        // What is under way ends, and others can go on with it at once.
        leases::finish(&house).await?;
        for task in tasks.into_iter().chain(beside) {
            task.abort();
        }
        if roles.worker {
            sealer::finish(&house).await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Answers people until told to stop; answers the tasks that listen beside.
async fn answer(
    settings: &Settings,
    house: &Arc<House>,
    stop: impl Future<Output = ()>,
) -> Result<Vec<JoinHandle<()>>, CommandError> {
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(CommandError::io(format!("{} cannot be listened at", settings.listen)))?;
    let address = listener.local_addr().map_err(CommandError::io("the address is not known"))?;
    let told = house.clone();
    let tell = move |until| told.metrics.certificate_ends(until);
    let tls = settings.doors.tls.clone().map(|files| files.acceptor(tell)).transpose()?;
    let gate = Gate { tls, per_address: settings.doors.per_address, edge: house.edge.clone() };
    let redirect = listen::redirect(settings, &gate).await?;
    let operations = listen::operations(settings, &gate, house).await?;
    let scheme = if gate.tls.is_some() { "https" } else { "http" };
    say(format!("listening on {scheme}://{address}"));
    let router = minshu_runtime::http::router(house.clone());
    listen::serve(listener, router, gate, stop).await;
    Ok(redirect.into_iter().chain(operations).collect())
}

/// What operators know this machine by.
fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Until SIGTERM or an interrupt. Readiness says so first: requests are taken for a while longer, so that a balancer that
/// asks sends them elsewhere and none finds a closed door.
async fn stopped(mut terminate: Signal, house: Arc<House>, unready: Duration) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    house.stop();
    tracing::info!(
        seconds = unready.as_secs(),
        "stopping: not ready any more, requests are still taken"
    );
    tokio::select! {
        () = tokio::time::sleep(unready) => {}
        // Whoever asks twice is in a hurry.
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: requests under way are answered first");
}
