//! Bodies must come at some pace: whoever sends a byte now and then would hold a connection for ever.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout_at};

/// The least pace in bytes a second, after the first seconds that every body has.
const PACE: u64 = 4 * 1_024;
/// The longest that any body may take.
const LONGEST: Duration = Duration::from_secs(3_600);

struct Paced {
    from: BodyDataStream,
    begun: Instant,
    bytes: u64,
    first: Duration,
    late: Arc<AtomicBool>,
}

/// The request with a body that ends in a failure when it comes too slowly, and whether it did.
pub fn paced(request: Request, first: Duration) -> (Request, Arc<AtomicBool>) {
    let late = Arc::new(AtomicBool::new(false));
    let (head, body) = request.into_parts();
    if axum::body::HttpBody::is_end_stream(&body) {
        return (Request::from_parts(head, body), late);
    }
    let begun = Instant::now();
    let paced = Paced { from: body.into_data_stream(), begun, bytes: 0, first, late: late.clone() };
    let stream = futures_util::stream::unfold(paced, |mut paced| async move {
        let next = paced.next().await?;
        Some((next, paced))
    });
    (Request::from_parts(head, Body::from_stream(stream)), late)
}

impl Paced {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.late.load(Ordering::Relaxed) {
            return None;
        }
        let allowed = self.first + Duration::from_millis(self.bytes * 1_000 / PACE);
        match timeout_at(self.begun + allowed.min(LONGEST), self.from.next()).await {
            Ok(Some(Ok(chunk))) => {
                self.bytes += chunk.len() as u64;
                Some(Ok(chunk))
            }
            Ok(Some(Err(error))) => Some(Err(io::Error::other(error))),
            Ok(None) => None,
            Err(_) => {
                self.late.store(true, Ordering::Relaxed);
                Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly")))
            }
        }
    }
}
