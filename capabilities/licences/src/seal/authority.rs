//! A small SM2 authority: a root, an issuing certificate, and certificates for those who sign and make seals. It is the
//! embedded default; certificates of an authority outside are accepted beside it (`chain`).

use der::asn1::{ObjectIdentifier, SetOfVec, Utf8StringRef};
use der::{Any, Decode, DecodePem as _, Encode};
use minshu_kernel::clock::Timestamp;
use sm2::pkcs8::EncodePublicKey as _;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::flagset::FlagSet;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::{Name, RelativeDistinguishedName};
use x509_cert::request::CertReq;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};

use super::certificate::{Certificate, SM2_WITH_SM3, first_inner};
use super::keys::{DISTINGUISHING_ID, PrivateKey, PublicKey};

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The top of a chain; it issues issuing certificates.
    Root,
    /// Issues certificates for those who sign.
    Issuing,
    /// Signs documents with an organisation's seal.
    Signer,
    /// Makes seals: signs the seal itself.
    SealMaker,
    /// Signs that something existed at an instant.
    Timestamp,
}

/// Whose a certificate is to be. Texts are up to 64 characters each (X.520).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The organisation's or the person's name.
    pub common_name: &'a str,
    /// The organisation's name, where it is another one.
    pub organisation: Option<&'a str>,
    /// The credit code, kept as the subject's serial number.
    pub code: Option<&'a str>,
}

/// What a certificate is made of.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is.
    pub subject: Subject<'a>,
    /// Its first instant (the second counts).
    pub from: Timestamp,
    /// Its last instant.
    pub to: Timestamp,
    /// Its serial number: random bytes of the caller's.
    pub serial: [u8; 16],
}

/// A key with its certificate: signs documents, seals or certificates.
pub struct Identity {
    /// The key.
    pub key: PrivateKey,
    /// Its certificate.
    pub certificate: Certificate,
}

/// Why a certificate was not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueProblem {
    /// A name is empty or longer than 64 characters.
    #[error("a name of the subject is empty or longer than 64 characters")]
    Name,
    /// It would end before it begins, or before 1970.
    #[error("the certificate would end before it begins")]
    Validity,
    /// The issuer may not issue this.
    #[error("the issuer's certificate does not let it issue this one")]
    NotAuthority,
    /// It would outlive its issuer.
    #[error("the certificate would be valid outside the validity of its issuer")]
    Outlives,
    /// The request is not in PKCS #10, or not for an SM2 key.
    #[error("not a request (PKCS #10) for an SM2 key: {0}")]
    Request(String),
    /// The request is not signed by the key that it is for.
    #[error("the request is not signed by the key that it is for")]
    RequestSignature,
    /// The encoder refused; a defect.
    #[error("the certificate could not be made: {0}")]
    Encoding(String),
}

/// What a request for a certificate says, once its signature was seen to hold.
#[derive(Debug, Clone)]
pub struct Request {
    /// The key.
    pub key: PublicKey,
    /// The subject that it names, as RFC 4514 writes it: a wish, which whoever issues judges.
    pub subject: String,
}

impl Request {
    /// Reads a request in PEM or DER and holds its signature against its key.
    pub fn read(bytes: &[u8]) -> Result<Self, IssueProblem> {
        let wrong = |e: der::Error| IssueProblem::Request(e.to_string());
        if bytes.len() > super::certificate::CERTIFICATE_MAX {
            return Err(IssueProblem::Request(format!("{} bytes", bytes.len())));
        }
        let request = if bytes.starts_with(b"-----") {
            CertReq::from_pem(bytes).map_err(wrong)?
        } else {
            CertReq::from_der(bytes).map_err(wrong)?
        };
        let der = request.to_der().map_err(wrong)?;
        let point = request.info.public_key.subject_public_key.as_bytes();
        let key = point.and_then(PublicKey::from_point);
        let Some(key) = key.filter(|_| request.algorithm.oid == SM2_WITH_SM3) else {
            return Err(IssueProblem::Request("the key is not an SM2 key".to_owned()));
        };
        let signed = first_inner(&der).map_err(wrong)?;
        let holds = key.verifier().zip(request.signature.as_bytes()).is_some_and(
            |(verifier, signature)| verifier.verify(der.get(signed).unwrap_or_default(), signature),
        );
        if !holds {
            return Err(IssueProblem::RequestSignature);
        }
        Ok(Self { key, subject: request.info.subject.to_string() })
    }
}

impl Identity {
    /// A root of its own.
    pub fn root(key: PrivateKey, terms: &Terms<'_>) -> Result<Self, IssueProblem> {
        let subject = name(&terms.subject)?;
        let public = key.public();
        let der = build(terms, subject.clone(), subject, &public, &key)?;
        let certificate = read_back(&der)?;
        Ok(Self { key, certificate })
    }

    /// Issues a certificate for somebody's key.
    pub fn issue(&self, key: &PublicKey, terms: &Terms<'_>) -> Result<Certificate, IssueProblem> {
        let below = usize::from(terms.purpose == Purpose::Issuing);
        if terms.purpose == Purpose::Root || !self.certificate.may_issue(below) {
            return Err(IssueProblem::NotAuthority);
        }
        let (from, to) = self.certificate.validity();
        if terms.from < from || to < terms.to {
            return Err(IssueProblem::Outlives);
        }
        let issuer = self.certificate.subject_name().clone();
        let der = build(terms, name(&terms.subject)?, issuer, key, &self.key)?;
        read_back(&der)
    }
}

fn read_back(der: &[u8]) -> Result<Certificate, IssueProblem> {
    Certificate::from_der(der).map_err(|e| IssueProblem::Encoding(e.to_string()))
}

/// Encodes and signs.
fn build(
    terms: &Terms<'_>,
    subject: Name,
    issuer: Name,
    key: &PublicKey,
    signer: &PrivateKey,
) -> Result<Vec<u8>, IssueProblem> {
    let encoding = |e: &dyn std::fmt::Display| IssueProblem::Encoding(e.to_string());
    if terms.to <= terms.from {
        return Err(IssueProblem::Validity);
    }
    let validity = Validity::new(time(terms.from)?, time(terms.to)?);
    let mut serial = terms.serial;
    // Positive and of full length, whatever the caller's bytes are.
    serial[0] = (serial[0] & 0x7f) | 0x40;
    let serial = SerialNumber::new(&serial).map_err(|e| encoding(&e))?;
    let info = key.0.to_public_key_der().map_err(|e| encoding(&e))?;
    let info = SubjectPublicKeyInfo::from_der(info.as_bytes()).map_err(|e| encoding(&e))?;
    let profile = Profile { purpose: terms.purpose, subject, issuer };
    let mut builder =
        CertificateBuilder::new(profile, serial, validity, info).map_err(|e| encoding(&e))?;
    let secret = sm2::SecretKey::from_slice(&signer.expose()[..]).map_err(|e| encoding(&e))?;
    let signing =
        sm2::dsa::SigningKey::new(DISTINGUISHING_ID, &secret).map_err(|e| encoding(&e))?;
    let blob = builder.finalize(&signing).map_err(|e| encoding(&e))?;
    let signature = signer.sign(&blob).ok_or_else(|| encoding(&"the key does not sign"))?;
    let signature = der::asn1::BitString::from_bytes(&signature).map_err(|e| encoding(&e))?;
    let certificate = builder.assemble(signature, &signing).map_err(|e| encoding(&e))?;
    certificate.to_der().map_err(|e| encoding(&e))
}

/// The extensions of each purpose.
struct Profile {
    purpose: Purpose,
    subject: Name,
    issuer: Name,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        spk: SubjectPublicKeyInfoRef<'_>,
        issuer_spk: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let mut extensions: Vec<Extension> = Vec::new();
        let (ca, path) = match self.purpose {
            Purpose::Root => (true, Some(1)),
            Purpose::Issuing => (true, Some(0)),
            Purpose::Signer | Purpose::SealMaker | Purpose::Timestamp => (false, None),
        };
        let usage: FlagSet<KeyUsages> = if ca {
            KeyUsages::KeyCertSign | KeyUsages::CRLSign
        } else {
            KeyUsages::DigitalSignature | KeyUsages::NonRepudiation
        };
        let basic = BasicConstraints { ca, path_len_constraint: path };
        extensions.push(basic.to_extension(&self.subject, &extensions)?);
        extensions.push(KeyUsage(usage).to_extension(&self.subject, &extensions)?);
        let own = key_identifier(&spk)?;
        extensions.push(SubjectKeyIdentifier(own).to_extension(&self.subject, &extensions)?);
        let above = AuthorityKeyIdentifier {
            key_identifier: Some(key_identifier(&issuer_spk)?),
            ..AuthorityKeyIdentifier::default()
        };
        extensions.push(above.to_extension(&self.subject, &extensions)?);
        Ok(extensions)
    }
}

/// The identifier of a key: the first 20 bytes of SM3 over it.
fn key_identifier(spk: &SubjectPublicKeyInfoRef<'_>) -> der::Result<der::asn1::OctetString> {
    use sm3::Digest as _;
    let digest = sm3::Sm3::digest(spk.subject_public_key.raw_bytes());
    der::asn1::OctetString::new(&digest[..20])
}

/// A distinguished name: the country, the organisation, the code, the common name.
fn name(subject: &Subject<'_>) -> Result<Name, IssueProblem> {
    const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
    const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
    const SERIAL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
    const COMMON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    let encoding = |e: der::Error| IssueProblem::Encoding(e.to_string());
    let mut parts = Vec::new();
    let printable = |text: &str| der::asn1::PrintableStringRef::new(text).map(Any::from);
    let country = printable("CN").map_err(encoding)?;
    parts.push((COUNTRY, country));
    let given = [(ORGANISATION, subject.organisation), (COMMON, Some(subject.common_name))];
    for (oid, text) in given {
        let Some(text) = text else { continue };
        if text.trim().is_empty() || text.chars().count() > 64 {
            return Err(IssueProblem::Name);
        }
        parts.push((oid, Utf8StringRef::new(text).map(Any::from).map_err(encoding)?));
    }
    if let Some(code) = subject.code {
        if code.is_empty() || code.len() > 64 {
            return Err(IssueProblem::Name);
        }
        parts.push((SERIAL, printable(code).map_err(|_| IssueProblem::Name)?));
    }
    let mut sets = Vec::new();
    for (oid, value) in parts {
        let mut set = SetOfVec::new();
        set.insert(AttributeTypeAndValue { oid, value }).map_err(encoding)?;
        sets.push(RelativeDistinguishedName::from(set));
    }
    // A name is a SEQUENCE of these sets; it is read from its encoding.
    let der = sets.to_der().map_err(encoding)?;
    Name::from_der(&der).map_err(encoding)
}

fn time(at: Timestamp) -> Result<Time, IssueProblem> {
    let seconds = u64::try_from(at.0.div_euclid(1_000)).map_err(|_| IssueProblem::Validity)?;
    let duration = std::time::Duration::from_secs(seconds);
    let date = der::DateTime::from_unix_duration(duration).map_err(|_| IssueProblem::Validity)?;
    Ok(Time::from(date))
}
