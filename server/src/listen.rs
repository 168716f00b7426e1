//! Connections: each on a task of its own, so that a slow one holds no other up, with bounds on the time in which it is
//! encrypted and a request's head is there, and on how many one address has.

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use minshu_runtime::house::House;
use minshu_runtime::http::edge::{Connection, Edge};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::error::CommandError;
use crate::settings::Settings;

/// The time in which a connection must be encrypted.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The time in which a request's head must be there, and in which a connection may be idle.
const HEAD: Duration = Duration::from_secs(30);
/// How long requests under way may take when the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(15);
/// How long it waits where the system has no descriptor left for one more connection.
const NO_DESCRIPTOR: Duration = Duration::from_millis(100);

/// How connections are taken.
#[derive(Clone)]
pub struct Gate {
    /// Encrypts them.
    pub tls: Option<TlsAcceptor>,
    /// The most of one address; 0 is no limit.
    pub per_address: usize,
    /// Which addresses are proxies.
    pub edge: Edge,
}

/// Connections by address.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// One counted connection.
struct Counted(Counts, IpAddr);

impl Counted {
    /// `None` where the address has as many as it may.
    fn one(counts: &Counts, gate: &Gate, address: IpAddr) -> Option<Counted> {
        let own = address.is_loopback() && !gate.edge.limit_loopback;
        let most = if own || gate.edge.trusts(address) { 0 } else { gate.per_address };
        let mut by_address = counts.lock().ok()?;
        let count = by_address.entry(address).or_default();
        if most > 0 && *count >= most {
            return None;
        }
        *count += 1;
        Some(Counted(counts.clone(), address))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Ok(mut by_address) = self.0.lock()
            && let Some(count) = by_address.get_mut(&self.1)
        {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.1);
            }
        }
    }
}

/// Serves until told to stop; requests under way are answered first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    gate: Gate,
    stop: impl Future<Output = ()>,
) {
    let mut connections = Builder::new(TokioExecutor::new());
    connections.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    connections.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD);
    let under_way = GracefulShutdown::new();
    let counts = Counts::default();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(NO_DESCRIPTOR).await;
                continue;
            }
        };
        let Some(counted) = Counted::one(&counts, &gate, peer.ip().to_canonical()) else {
            tracing::debug!("an address has as many connections as it may");
            continue;
        };
        // Answers are written whole: waiting for more bytes only makes them late.
        let _ = stream.set_nodelay(true);
        let (connections, router) = (connections.clone(), router.clone());
        let (watcher, tls) = (under_way.watcher(), gate.tls.clone());
        tokio::spawn(async move {
            let _counted = counted;
            let own = Connection { peer, secure: tls.is_some() };
            match tls {
                None => answer(&connections, stream, router, own, watcher).await,
                Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => answer(&connections, stream, router, own, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a connection was not encrypted"),
                    Err(_) => tracing::debug!("a connection was not encrypted in time"),
                },
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, under_way.shutdown()).await.is_err() {
        tracing::warn!("connections were cut that did not end in time");
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    connections: &Builder<TokioExecutor>,
    stream: S,
    router: Router,
    own: Connection,
    watcher: Watcher,
) {
    let service = router.map_request(move |mut request: http::Request<_>| {
        request.extensions_mut().insert(own);
        request
    });
    let service = TowerToHyperService::new(service);
    let connection = connections.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(error, "a connection ended");
    }
}

/// Sends everything that comes without TLS on to the public address, where the settings say so.
pub async fn redirect(
    settings: &Settings,
    gate: &Gate,
) -> Result<Option<JoinHandle<()>>, CommandError> {
    let (Some(at), Some(to)) = (settings.doors.redirect, settings.edge.public_url.clone()) else {
        return Ok(None);
    };
    let listener = TcpListener::bind(at)
        .await
        .map_err(CommandError::io(format!("{at} cannot be listened at")))?;
    let at = listener.local_addr().map_err(CommandError::io("the address is not known"))?;
    super::commands::say(format!("sending on http://{at} to {to}"));
    let router = Router::new().fallback(move |request: axum::extract::Request| {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        // "OPTIONS *" would grow the host.
        let path = if path.starts_with('/') { path } else { "/" };
        // The address is ours alone: what the request calls its host plays no part.
        let answer = Redirect::permanent(&format!("{to}{path}"));
        async move { answer }
    });
    let gate = Gate { tls: None, ..gate.clone() };
    Ok(Some(tokio::spawn(serve(listener, router, gate, std::future::pending()))))
}

/// Answers operators at an address of its own, where the settings say so: metrics and readiness, without TLS.
pub async fn operations(
    settings: &Settings,
    gate: &Gate,
    house: &Arc<House>,
) -> Result<Option<JoinHandle<()>>, CommandError> {
    let Some(at) = settings.doors.operations else { return Ok(None) };
    let listener = TcpListener::bind(at)
        .await
        .map_err(CommandError::io(format!("{at} cannot be listened at")))?;
    let at = listener.local_addr().map_err(CommandError::io("the address is not known"))?;
    super::commands::say(format!("operations at http://{at}"));
    let router = minshu_runtime::http::operations::router(house.clone());
    let gate = Gate { tls: None, ..gate.clone() };
    Ok(Some(tokio::spawn(serve(listener, router, gate, std::future::pending()))))
}
