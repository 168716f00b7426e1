//! Traces on their way to a collector: OTLP over HTTP (opentelemetry.io/docs/specs/otlp), protobuf. A collector that is
//! away costs the spans and nothing else.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::error::CommandError;

/// How long the collector has for a batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends on the server's executor, whose threads know of sockets; batches are made on a thread that does not.
#[derive(Debug)]
struct Collector {
    client: reqwest::Client,
    executor: Handle,
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let client = self.client.clone();
        let sent = self.executor.spawn(async move {
            let (head, body) = request.into_parts();
            let to = client.request(head.method, head.uri.to_string());
            let answer = to.headers(head.headers).body(body).send().await?;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            // What it says of a batch is not needed: the status tells whether it was taken.
            Ok::<_, reqwest::Error>(response)
        });
        Box::pin(async move { Ok(sent.await??) })
    }
}

/// What sends spans; the last ones go out with [`Telemetry::finish`].
pub struct Telemetry(SdkTracerProvider);

impl Telemetry {
    /// Sends to the collector at this address, such as `http://127.0.0.1:4318`.
    pub fn to(address: &str, executor: Handle) -> Result<Telemetry, CommandError> {
        const PLACE: &str = "MINSHU_TELEMETRY (--telemetry)";
        let wrong = |what: String| CommandError::Setting { place: PLACE.to_owned(), what };
        let url = url::Url::parse(address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
            .ok_or_else(|| {
                wrong(format!("\"{address}\" is no address such as http://127.0.0.1:4318"))
            })?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the collector is the operator's choice, also in a network that is not public"
        )]
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector { client, executor })
            .with_endpoint(format!("{}/v1/traces", url.as_str().trim_end_matches('/')))
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let resource = Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", "minshu"),
                KeyValue::new("service.version", crate::open::build()),
                KeyValue::new("process.pid", i64::from(std::process::id())),
            ])
            .build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter);
        Ok(Telemetry(provider.with_resource(resource).build()))
    }

    /// What takes the spans of the contract's path.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let ours =
            filter_fn(|told| told.is_span() && told.target() == minshu_runtime::trace::TARGET);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("minshu"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    }

    /// Sends what is left, a few seconds at most.
    pub async fn finish(self) {
        let finished = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if let Ok(Err(error)) = finished {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}
