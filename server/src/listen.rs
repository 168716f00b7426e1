//! Connections: each on a task of its own, so that a slow one holds no other up, and each with a bound on the time in
//! which a request's head must be there.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use minshu_runtime::http::edge::Connection;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

/// The time in which a request's head must be there, and in which a connection may be idle.
const HEAD: Duration = Duration::from_secs(30);
/// How long requests under way may take when the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(15);
/// How long it waits where the system has no descriptor left for one more connection.
const NO_DESCRIPTOR: Duration = Duration::from_millis(100);

/// Serves until told to stop; requests under way are answered first.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut connections = Builder::new(TokioExecutor::new());
    connections.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    connections.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD);
    let under_way = GracefulShutdown::new();
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
        // Answers are written whole: waiting for more bytes only makes them late.
        let _ = stream.set_nodelay(true);
        let own = Connection { peer, secure: false };
        let service = router.clone().map_request(move |mut request: http::Request<_>| {
            request.extensions_mut().insert(own);
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = connections.serve_connection(TokioIo::new(stream), service);
        let connection = under_way.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection ended");
            }
        });
    }
    if tokio::time::timeout(LAST_REQUESTS, under_way.shutdown()).await.is_err() {
        tracing::warn!("connections were cut that did not end in time");
    }
}
