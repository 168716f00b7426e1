//! How connections are encrypted: `sslmode` and `sslrootcert` of the address, with the meaning that libpq gives them
//! (PostgreSQL manual, chapter "SSL Support"). Where no root certificate is named, the machine's authorities are trusted.

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How far the server is believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// In clear.
    Disable,
    /// Encrypted where the server can; it proves nothing.
    #[default]
    Prefer,
    /// Encrypted or not at all; it proves nothing unless a root certificate is named.
    Require,
    /// Its certificate leads to a root that is trusted.
    VerifyCa,
    /// And it is for the name that was asked for.
    VerifyFull,
}

impl Mode {
    /// Disable, prefer or require, as the driver knows them.
    pub(super) fn to_config(self) -> SslMode {
        match self {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        }
    }
}

/// What an address says of encryption.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) mode: Mode,
    /// A file of root certificates (PEM).
    root: Option<PathBuf>,
}

/// How a connection is made.
#[derive(Clone)]
pub(in crate::records) struct Address {
    pub(in crate::records) config: Config,
    pub(in crate::records) tls: MakeRustlsConnect,
}

/// The address without what it says of encryption, and that.
pub(super) fn split(address: &str) -> Result<(String, Wanted), String> {
    let mut wanted = Wanted::default();
    let is_url = address.starts_with("postgres://") || address.starts_with("postgresql://");
    let rest = if is_url {
        let Some((before, query)) = address.split_once('?') else {
            return Ok((address.to_owned(), wanted));
        };
        let mut kept = Vec::new();
        for pair in query.split('&') {
            let read = url::form_urlencoded::parse(pair.as_bytes()).next();
            match read {
                Some((name, value)) if wanted.take(&name, &value)? => {}
                _ => kept.push(pair),
            }
        }
        if kept.is_empty() { before.to_owned() } else { format!("{before}?{}", kept.join("&")) }
    } else {
        let mut kept = String::new();
        for (text, name, value) in pairs(address) {
            if !wanted.take(name, &value)? {
                kept.push_str(text);
            }
        }
        kept
    };
    if wanted.root.is_some() && wanted.mode == Mode::Require {
        wanted.mode = Mode::VerifyCa;
    }
    Ok((rest, wanted))
}

impl Wanted {
    /// Takes a parameter where it is about encryption.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, String> {
        match name {
            "sslmode" => {
                self.mode = match value {
                    "disable" => Mode::Disable,
                    "prefer" => Mode::Prefer,
                    "require" => Mode::Require,
                    "verify-ca" => Mode::VerifyCa,
                    "verify-full" => Mode::VerifyFull,
                    _ => {
                        return Err(
                            "sslmode is none of disable, prefer, require, verify-ca, verify-full"
                                .into(),
                        );
                    }
                };
            }
            "sslrootcert" => self.root = Some(value.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The `name = value` pairs of an address: each as it is written, its name, its value without quotes. What is no pair
/// stands alone, for the driver to refuse.
fn pairs(address: &str) -> Vec<(&str, &str, String)> {
    let mut found = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        let Some(equals) = rest.find('=') else {
            found.push((rest, "", String::new()));
            break;
        };
        let after = &rest[equals + 1..];
        let blank = after.len() - after.trim_start().len();
        let (length, value) = value(&after[blank..]);
        let end = equals + 1 + blank + length;
        found.push((&rest[..end], rest[..equals].trim(), value));
        rest = &rest[end..];
    }
    found
}

/// A value at the beginning of a text: how long it is written, and what it says.
fn value(text: &str) -> (usize, String) {
    let quoted = text.starts_with('\'');
    let mut said = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if quoted => return (at + 1, said),
            blank if !quoted && blank.is_whitespace() => return (at, said),
            '\\' => said.extend(characters.next().map(|(_, escaped)| escaped)),
            other => said.push(other),
        }
    }
    (text.len(), said)
}

/// What makes connections as the address wants them.
pub(super) fn connector(wanted: &Wanted) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier {
        provider: provider.clone(),
        chain: match wanted.mode {
            Mode::Disable | Mode::Prefer | Mode::Require => None,
            Mode::VerifyCa | Mode::VerifyFull => {
                let roots = Arc::new(roots(wanted)?);
                let built = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
                Some(built.build().map_err(|e| format!("sslrootcert: {e}"))?)
            }
        },
        name: wanted.mode == Mode::VerifyFull,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn roots(wanted: &Wanted) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let Some(file) = &wanted.root else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let shown = file.display();
    let unreadable = |e: rustls::pki_types::pem::Error| format!("sslrootcert {shown}: {e}");
    for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
        let certificate = certificate.map_err(unreadable)?;
        roots.add(certificate).map_err(|e| format!("sslrootcert {shown}: {e}"))?;
    }
    if roots.is_empty() {
        return Err(format!("sslrootcert {shown} holds no certificate"));
    }
    Ok(roots)
}

/// Believes a server as far as the mode says: rustls knows the whole proof alone.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Checks chain and name; none where the server proves nothing.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// Whether the name counts.
    name: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at last: all else was right.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            answer => answer,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(mode: Mode, root: Option<&str>) -> Wanted {
        Wanted { mode, root: root.map(PathBuf::from) }
    }

    #[test]
    fn what_an_address_says_of_encryption() {
        for (address, rest, said) in [
            ("postgres://h/d", "postgres://h/d", wanted(Mode::Prefer, None)),
            (
                "postgres://u:p@h:1/d?application_name=x&sslmode=verify-full&sslrootcert=%2Fa%20b.pem",
                "postgres://u:p@h:1/d?application_name=x",
                wanted(Mode::VerifyFull, Some("/a b.pem")),
            ),
            (
                "postgresql://h/d?sslmode=require&sslrootcert=/r.pem",
                "postgresql://h/d",
                wanted(Mode::VerifyCa, Some("/r.pem")),
            ),
            (
                "host=/run user = 'a b' sslmode = disable dbname=d",
                "host=/run user = 'a b' dbname=d",
                wanted(Mode::Disable, None),
            ),
            (
                r"sslrootcert='/it\'s here.pem' sslmode=verify-ca host=h",
                " host=h",
                wanted(Mode::VerifyCa, Some("/it's here.pem")),
            ),
        ] {
            assert_eq!(split(address).unwrap(), (rest.to_owned(), said), "{address}");
        }
        assert!(split("postgres://h/d?sslmode=maybe").unwrap_err().contains("verify-full"));
        assert!(split("host=h sslmode=allow").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_address_is_read_or_refused(text in "\\PC{0,60}") {
            let _ = split(&text);
            let _ = split(&format!("postgres://h/d?{text}"));
        }

        #[test]
        fn what_is_not_about_encryption_stays_as_it_is(text in "[a-z ='\\\\]{0,40}") {
            proptest::prop_assume!(!text.contains("ssl"));
            proptest::prop_assert_eq!(split(&text).unwrap().0, text);
        }
    }
}
