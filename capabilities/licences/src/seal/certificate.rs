//! Certificates with SM2 keys (GM/T 0015): read strictly, with what a seal needs of them at hand.

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode, EncodePem as _, Reader, SliceReader};
use minshu_kernel::clock::Timestamp;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::name::Name;

use super::keys::{KeyVerifier, PublicKey};

/// SM2 with SM3.
pub const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
/// SM3.
pub const SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.401");
/// The curve of SM2.
pub const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
/// A key of an elliptic curve.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// Extensions that are understood here; any other that is critical refuses the certificate.
const UNDERSTOOD: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
];
/// The largest certificate that is read, in bytes.
pub const CERTIFICATE_MAX: usize = 16 * 1024;

/// A certificate: its bytes as they came, and what was read of them.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    signed: std::ops::Range<usize>,
    parsed: x509_cert::Certificate,
    key: PublicKey,
    verifier: KeyVerifier,
}

/// Why bytes are no certificate that seals can stand on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    /// More bytes than a certificate has.
    #[error("{found} bytes; a certificate has up to {CERTIFICATE_MAX}")]
    TooLarge {
        /// How many there are.
        found: usize,
    },
    /// Not DER, or no certificate.
    #[error("not a certificate in DER: {0}")]
    Encoding(String),
    /// A key of another kind.
    #[error("the key is not an SM2 key")]
    Key,
    /// Signed by another algorithm.
    #[error("signed by {0} instead of SM2 with SM3")]
    Algorithm(String),
    /// A critical extension that is not known here.
    #[error("the critical extension {0} is not known here")]
    Extension(String),
}

impl Certificate {
    /// Reads a certificate in DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, CertificateProblem> {
        if bytes.len() > CERTIFICATE_MAX {
            return Err(CertificateProblem::TooLarge { found: bytes.len() });
        }
        let encoding = |e: der::Error| CertificateProblem::Encoding(e.to_string());
        let parsed = x509_cert::Certificate::from_der(bytes).map_err(encoding)?;
        if parsed.signature_algorithm().oid != SM2_WITH_SM3
            || parsed.tbs_certificate().signature().oid != SM2_WITH_SM3
        {
            let found = parsed.signature_algorithm().oid.to_string();
            return Err(CertificateProblem::Algorithm(found));
        }
        for extension in parsed.tbs_certificate().extensions().into_iter().flatten() {
            if extension.critical && !UNDERSTOOD.contains(&extension.extn_id) {
                return Err(CertificateProblem::Extension(extension.extn_id.to_string()));
            }
        }
        let info = parsed.tbs_certificate().subject_public_key_info();
        let curve = info.algorithm.parameters.as_ref().and_then(|p| p.decode_as().ok());
        if info.algorithm.oid != EC_PUBLIC_KEY || curve != Some(SM2_CURVE) {
            return Err(CertificateProblem::Key);
        }
        let key = info.subject_public_key.as_bytes().and_then(PublicKey::from_point);
        let key = key.ok_or(CertificateProblem::Key)?;
        let verifier = key.verifier().ok_or(CertificateProblem::Key)?;
        let signed = first_inner(bytes).map_err(encoding)?;
        Ok(Self { der: bytes.to_vec(), signed, parsed, key, verifier })
    }

    /// Every certificate of a PEM text, in its order.
    pub fn from_pem_chain(text: &[u8]) -> Result<Vec<Self>, CertificateProblem> {
        let chain = x509_cert::Certificate::load_pem_chain(text)
            .map_err(|e| CertificateProblem::Encoding(e.to_string()))?;
        chain
            .iter()
            .map(|one| one.to_der().map_err(|e| CertificateProblem::Encoding(e.to_string())))
            .map(|der| der.and_then(|der| Self::from_der(&der)))
            .collect()
    }

    /// Its bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// As PEM.
    pub fn pem(&self) -> String {
        self.parsed.to_pem(der::pem::LineEnding::LF).unwrap_or_default()
    }

    /// Whose it is, as RFC 4514 writes names.
    pub fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    /// The common name of whose it is.
    pub fn common_name(&self) -> Option<String> {
        let cn = ObjectIdentifier::new_unwrap("2.5.4.3");
        let subject = self.parsed.tbs_certificate().subject();
        subject.iter().find(|a| a.oid == cn).and_then(|a| {
            let value = &a.value;
            std::str::from_utf8(value.value()).ok().map(str::to_owned)
        })
    }

    /// Who issued it, as RFC 4514 writes names.
    pub fn issuer(&self) -> String {
        self.parsed.tbs_certificate().issuer().to_string()
    }

    /// Its serial number in hexadecimal.
    pub fn serial(&self) -> String {
        let bytes = self.parsed.tbs_certificate().serial_number().as_bytes();
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The first and the last instant of its validity.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        let validity = self.parsed.tbs_certificate().validity();
        (instant(validity.not_before), instant(validity.not_after))
    }

    /// Whether it is valid at an instant.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        let (from, to) = self.validity();
        // The last second is valid to its end.
        from <= at && at.0 < to.0.saturating_add(1_000)
    }

    /// The public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// Whether a signature over a message is by this certificate's key.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify(message, signature)
    }

    /// Whether the other one signed this one.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        let signature = self.parsed.signature().as_bytes();
        let signed = self.der.get(self.signed.clone());
        signed.zip(signature).is_some_and(|(signed, s)| issuer.verify(signed, s))
    }

    /// Whether it may sign certificates below it, `below` of which are authorities themselves.
    pub fn may_issue(&self, below: usize) -> bool {
        let tbs = self.parsed.tbs_certificate();
        let basic = tbs.get_extension::<BasicConstraints>().ok().flatten();
        let authority = basic.is_some_and(|(_, basic)| {
            basic.ca && basic.path_len_constraint.is_none_or(|most| below <= usize::from(most))
        });
        authority && self.usage().is_none_or(|usage| usage.key_cert_sign())
    }

    /// Whether it may sign documents and seals: no usage stated, or one of signing.
    pub fn may_sign(&self) -> bool {
        self.usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    fn usage(&self) -> Option<KeyUsage> {
        self.parsed.tbs_certificate().get_extension::<KeyUsage>().ok().flatten().map(|(_, u)| u)
    }

    pub(crate) fn subject_name(&self) -> &Name {
        self.parsed.tbs_certificate().subject()
    }

    pub(crate) fn issuer_name(&self) -> &Name {
        self.parsed.tbs_certificate().issuer()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// Where the first element inside an outer SEQUENCE stands, with its header: what a signature is over.
pub(crate) fn first_inner(bytes: &[u8]) -> der::Result<std::ops::Range<usize>> {
    let mut reader = SliceReader::new(bytes)?;
    let header = der::Header::decode(&mut reader)?;
    let start = header.encoded_len()?;
    let start = usize::try_from(u32::from(start)).unwrap_or(usize::MAX);
    let inner = reader.tlv_bytes()?;
    Ok(start..start.saturating_add(inner.len()))
}

/// The instant of a time in a certificate.
fn instant(time: x509_cert::time::Time) -> Timestamp {
    milliseconds(time.to_unix_duration())
}

/// Milliseconds since 1970.
pub(crate) fn milliseconds(duration: std::time::Duration) -> Timestamp {
    Timestamp(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}
