//! TLS: the certificate and its key, read again when the files change or on SIGHUP. A pair that does not fit is told to
//! the operator and the one in force stays; connections that stand go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use minshu_kernel::clock::{Clock as _, Timestamp};
use minshu_runtime::system::SystemClock;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::error::CommandError;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How often an end that comes near is told.
const TELL_MS: i64 = 86_400_000;
const DAY_MS: i64 = 86_400_000;

/// Where certificate and key lie, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A pair that was read.
#[derive(Debug)]
pub struct Pair {
    key: Arc<CertifiedKey>,
    /// When the certificate ends.
    pub until: Timestamp,
}

impl Pair {
    /// Whole days that are left; below zero when it has ended.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        (self.until.0 - now.0).div_euclid(DAY_MS)
    }
}

#[derive(Debug)]
struct InForce(ArcSwap<Pair>);

impl ResolvesServerCert for InForce {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load().key.clone())
    }
}

impl Files {
    /// Reads the pair; says which file is wrong and how.
    pub fn read(&self) -> Result<Pair, CommandError> {
        let wrong = |path: &Path, what: String| CommandError::Setting {
            place: path.display().to_string(),
            what,
        };
        let bad_chain = |what: &dyn std::fmt::Display| {
            wrong(&self.certificate, format!("no certificate in PEM: {what}"))
        };
        let chain = CertificateDer::pem_file_iter(&self.certificate).map_err(|e| bad_chain(&e))?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|e| bad_chain(&e))?;
        let own = chain.first().ok_or_else(|| bad_chain(&"it holds none"))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(own).map_err(|e| bad_chain(&e))?;
        let until = Timestamp(parsed.validity().not_after.timestamp().saturating_mul(1_000));
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|e| wrong(&self.key, format!("no private key in PEM: {e}")))?;
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let key = CertifiedKey::from_der(chain, key, &provider)
            .map_err(|e| wrong(&self.key, format!("the key does not fit the certificate: {e}")))?;
        Ok(Pair { key: Arc::new(key), until })
    }

    /// What tells one state of the files from another.
    fn state(&self) -> [Option<(std::time::SystemTime, u64)>; 2] {
        [&self.certificate, &self.key].map(|path| {
            let file = std::fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        })
    }

    /// What connections are accepted with; the files are followed from now on. `tell` hears when the certificate in
    /// force ends, at once and after each exchange.
    pub fn acceptor(
        self,
        tell: impl Fn(Timestamp) + Send + Sync + 'static,
    ) -> Result<TlsAcceptor, CommandError> {
        let before = self.state();
        let first = self.read()?;
        tell(first.until);
        let in_force = Arc::new(InForce(ArcSwap::from_pointee(first)));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| CommandError::Failed(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(in_force.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let told = signal(SignalKind::hangup()).map_err(CommandError::io("signals"))?;
        tokio::spawn(self.follow(in_force, before, told, tell));
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    async fn follow(
        self,
        in_force: Arc<InForce>,
        mut before: [Option<(std::time::SystemTime, u64)>; 2],
        mut told: tokio::signal::unix::Signal,
        tell: impl Fn(Timestamp),
    ) {
        let mut last_told = 0;
        loop {
            let now = SystemClock.now();
            let days = in_force.0.load().days_left(now);
            if days < 30 && now.0 - last_told >= TELL_MS {
                last_told = now.0;
                let file = self.certificate.display();
                if days < 7 {
                    tracing::error!(%file, days, "the certificate ends in days: put a new one there");
                } else {
                    tracing::warn!(%file, days, "the certificate ends within a month");
                }
            }
            let asked = tokio::select! {
                () = tokio::time::sleep(LOOK) => false,
                _ = told.recv() => true,
            };
            let state = self.state();
            if state == before && !asked {
                continue;
            }
            before = state;
            match self.read() {
                Ok(pair) => {
                    tracing::info!(until = %pair.until.date(), "the certificate was read again");
                    tell(pair.until);
                    in_force.0.store(Arc::new(pair));
                    last_told = 0;
                }
                Err(error) => {
                    tracing::error!(%error, "the certificate was not exchanged; the one in force stays");
                }
            }
        }
    }
}
