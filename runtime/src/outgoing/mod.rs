//! The one client of outgoing HTTP. Names are resolved by a resolver of our own, and the connection goes to the very
//! addresses that it let pass: a name that answers differently a moment later gains nothing.

mod networks;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use minshu_kernel::BoxFuture;
use minshu_kernel::outgoing::{Answer, BadAddress, Outgoing, OutgoingError, Post};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tracing::field::Empty;
use tracing::{Instrument as _, info_span};

pub use networks::Networks;

use crate::trace;

/// How much of an answer's body is read so that its connection can be used again; longer ones are cut off.
const MOST_BODY: usize = 64 * 1024;

/// How long an exchange may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until there is a connection.
    pub connect: Duration,
    /// From the first byte to the last.
    pub whole: Duration,
}

impl Default for Patience {
    /// Five seconds and twenty: the Standard Webhooks specification recommends fifteen to thirty.
    fn default() -> Self {
        Patience { connect: Duration::from_secs(5), whole: Duration::from_secs(20) }
    }
}

type Lookup = dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> + Send + Sync;

/// The client.
pub struct HttpClient {
    networks: Arc<Networks>,
    patience: Patience,
    lookup: Arc<Lookup>,
    /// Made with the first request: reading the certificates that the system trusts takes a while, and most processes
    /// send nothing for long.
    client: OnceLock<reqwest::Client>,
}

/// Every address of a name is refused.
#[derive(Debug, thiserror::Error)]
#[error("{0} resolves to no address that requests may reach")]
struct NothingPermitted(String);

/// Resolves names and leaves out what may not be reached.
struct Guarded {
    networks: Arc<Networks>,
    lookup: Arc<Lookup>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (networks, lookup) = (self.networks.clone(), self.lookup.clone());
        Box::pin(async move {
            let mut found = lookup(name.as_str().to_owned()).await?;
            found.retain(|address| networks.permits(address.ip()));
            if found.is_empty() {
                return Err(Box::new(NothingPermitted(name.as_str().to_owned())) as Box<_>);
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

fn system_lookup(name: String) -> BoxFuture<'static, std::io::Result<Vec<SocketAddr>>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

impl HttpClient {
    /// A client within these rules. Certificates are checked against those that the system trusts.
    pub fn new(networks: Networks, patience: Patience) -> HttpClient {
        HttpClient::with_lookup(networks, patience, Arc::new(system_lookup))
    }

    fn with_lookup(networks: Networks, patience: Patience, lookup: Arc<Lookup>) -> HttpClient {
        HttpClient { networks: Arc::new(networks), patience, lookup, client: OnceLock::new() }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the client is made")]
    fn client(&self) -> Result<&reqwest::Client, OutgoingError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let (networks, lookup) = (self.networks.clone(), self.lookup.clone());
        let client = reqwest::Client::builder()
            .user_agent(concat!("Minshu/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Guarded { networks, lookup }))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the environment would connect where our rules do not reach.
            .no_proxy()
            .connect_timeout(self.patience.connect)
            .timeout(self.patience.whole)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| OutgoingError::Broken(chain(&error)))?;
        Ok(self.client.get_or_init(|| client))
    }

    async fn send(&self, post: Post) -> Result<Answer, OutgoingError> {
        let url = self.networks.read(&post.address)?;
        let mut request = self.client()?.post(url);
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        let mut response = traced(request.body(post.body)).await?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            retry_after: response
                .headers()
                .get(reqwest::header::RETRY_AFTER)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            body: Vec::new(),
        };
        // The status has said the most; a body that breaks off changes nothing about it.
        while let Ok(Some(piece)) = response.chunk().await {
            let room = MOST_BODY - answer.body.len();
            answer.body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if piece.len() > room {
                break;
            }
        }
        Ok(answer)
    }
}

impl HttpClient {
    /// Whether an address could be asked, as far as it can be said without a network.
    pub fn permits(&self, address: &str) -> Result<(), BadAddress> {
        self.networks.read(address).map(|_| ())
    }

    /// Any request, by the same rules. An answer whose body is longer than 64 KiB is refused: what is cut off would be
    /// read as something else.
    pub async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, OutgoingError> {
        let (parts, body) = request.into_parts();
        let url = self.networks.read(&parts.uri.to_string())?;
        let sent = self.client()?.request(parts.method, url).headers(parts.headers).body(body);
        let mut response = traced(sent).await?;
        let mut whole = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(said)? {
            if whole.len() + piece.len() > MOST_BODY {
                return Err(OutgoingError::Broken("the answer is longer than 64 KiB".to_owned()));
            }
            whole.extend_from_slice(&piece);
        }
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        answer.body(whole).map_err(|error| OutgoingError::Broken(error.to_string()))
    }
}

/// Sends within a span of its own, and says so to the other end. Where to is not told: an address may be a secret.
async fn traced(request: reqwest::RequestBuilder) -> Result<reqwest::Response, OutgoingError> {
    let span = info_span!(
        target: trace::TARGET,
        "outgoing",
        otel.kind = "client",
        http.response.status_code = Empty
    );
    let request = match trace::header(&span) {
        Some(value) => request.header("traceparent", value),
        None => request,
    };
    let response = request.send().instrument(span.clone()).await.map_err(said)?;
    span.record("http.response.status_code", response.status().as_u16());
    Ok(response)
}

impl Outgoing for HttpClient {
    fn check(&self, address: &str) -> Result<(), BadAddress> {
        self.networks.read(address).map(|_| ())
    }

    fn post<'a>(&'a self, post: Post) -> BoxFuture<'a, Result<Answer, OutgoingError>> {
        Box::pin(self.send(post))
    }
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn said(error: reqwest::Error) -> OutgoingError {
    // Logs and pages know the address already, and a query may hold what is not theirs to tell.
    let error = error.without_url();
    if let Some(refused) = causes(&error).find_map(|e| e.downcast_ref::<NothingPermitted>()) {
        return OutgoingError::Forbidden(refused.0.clone());
    }
    match () {
        () if error.is_timeout() => OutgoingError::Timeout,
        () if error.is_connect() => OutgoingError::Connect(chain(&error)),
        () => OutgoingError::Broken(chain(&error)),
    }
}

#[cfg(test)]
mod tests;
