//! Is a sealed document genuine? Step by step, each with its own answer: what the signature protects, the signature itself,
//! the seal, the chains to somebody who is trusted, the times, and what is known of the seal today.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use minshu_kernel::clock::Timestamp;
use serde::Serialize;

use super::certificate::{Certificate, CertificateProblem, SM2_WITH_SM3};
use super::chain::{Chain, ChainProblem, Standing, Trust, chain_holds};
use super::structure::{Seal, SealProblem, SealVersion, SealedSignature, sm3};
use crate::ofd::{Package, ReadProblem, SignatureFile};

/// How many seals and certificates are remembered.
const REMEMBERED: usize = 4_096;

/// A step of the verification, in the order in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Every file that the signature protects is unchanged.
    References,
    /// The signature protects everything that the document shows.
    Coverage,
    /// The signed value belongs to this list of files.
    DataHash,
    /// The signature is by the signer's key.
    Signature,
    /// The seal allows this signer.
    Signer,
    /// The seal is as its maker made it.
    Seal,
    /// Signer and maker lead to somebody who is trusted, and did so when it was signed.
    Chain,
    /// A time stamping authority vouches for the time.
    Timestamp,
    /// The seal could be used at that time, and nobody has withdrawn it since.
    Standing,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 9] = [
        Self::References,
        Self::Coverage,
        Self::DataHash,
        Self::Signature,
        Self::Signer,
        Self::Seal,
        Self::Chain,
        Self::Timestamp,
        Self::Standing,
    ];

    /// Its name in texts and interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::References => "references",
            Self::Coverage => "coverage",
            Self::DataHash => "data_hash",
            Self::Signature => "signature",
            Self::Signer => "signer",
            Self::Seal => "seal",
            Self::Chain => "chain",
            Self::Timestamp => "timestamp",
            Self::Standing => "standing",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed(Finding),
    /// Nothing to be looked at, or nothing that can be.
    NotApplicable(Finding),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A protected file is not there.
    #[error("{0} is protected and missing")]
    MissingFile(String),
    /// A protected file was changed.
    #[error("{0} was changed after it was signed")]
    ChangedFile(String),
    /// Digests of a method that proves nothing or is not known here.
    #[error("the digests are made by {0} instead of SM3")]
    DigestMethod(String),
    /// Nothing is protected at all.
    #[error("the signature protects no file")]
    NothingProtected,
    /// Files of the document that the signature does not protect.
    #[error("not protected by the signature: {}", .0.join(", "))]
    Unprotected(Vec<String>),
    /// The signed value does not read.
    #[error("the signed value cannot be read: {0}")]
    Unreadable(SealProblem),
    /// The signed value is of another `Signature.xml`.
    #[error("the signed value belongs to another list of files")]
    OtherList,
    /// The signature is not by the certificate that it names.
    #[error("the signature is not by the key of the certificate that it names")]
    WrongSignature,
    /// The certificate does not read, or is none for SM2.
    #[error("the certificate cannot be used: {0}")]
    Certificate(CertificateProblem),
    /// The seal does not list the signer.
    #[error("the seal does not allow signatures of {0}")]
    SignerNotListed(String),
    /// The seal is not by its maker.
    #[error("the seal is not as its maker made it")]
    SealChanged,
    /// The file of the seal is another than the one that was signed with.
    #[error("the seal that is shown is another one than the one that was signed with")]
    SealDiffers,
    /// A chain does not lead to anybody who is trusted, or did not hold.
    #[error("{0}")]
    Chain(ChainProblem),
    /// The signature does not say when it was made.
    #[error("the signature does not say when it was made")]
    NoTime,
    /// There is no time stamp.
    #[error("there is no time stamp; the time is the signer's own")]
    NoTimestamp,
    /// There is a time stamp, which is not judged here.
    #[error("there is a time stamp, which this program does not judge")]
    TimestampNotJudged,
    /// The seal could not be used at that time.
    #[error("the seal could not be used at the time of signing")]
    SealTime,
    /// The document was signed later than now.
    #[error("the document says that it was signed in the future")]
    Future,
    /// The seal was withdrawn before it was used.
    #[error("the seal had been withdrawn before it was used")]
    SealWithdrawn,
    /// Nothing is known of the seal beyond what it says itself.
    #[error("nobody was asked whether the seal has been withdrawn")]
    SealNotAsked,
    /// A step before failed, so that this one says nothing.
    #[error("not looked at, because a step before failed")]
    Earlier,
}

/// What is known of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealStanding {
    /// It is in force.
    InForce,
    /// It was withdrawn at an instant.
    Withdrawn(Timestamp),
    /// Nothing is known of it here.
    Unknown,
}

/// What the caller knows.
pub struct Knowledge<'a> {
    /// Now.
    pub now: Timestamp,
    /// What is known of a certificate.
    pub certificate: &'a dyn Fn(&Certificate) -> Standing,
    /// What is known of a seal.
    pub seal: &'a dyn Fn(&Seal) -> SealStanding,
}

impl Knowledge<'_> {
    /// Of somebody who knows nothing but the time.
    pub fn only_the_time(now: Timestamp) -> Self {
        Self { now, certificate: &|_| Standing::Good, seal: &|_| SealStanding::Unknown }
    }
}

/// What was found out of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the document is called.
    pub title: Option<String>,
    /// The identifier of the licence that it says it is.
    pub code: Option<String>,
    /// Each of its signatures.
    pub signatures: Vec<SignatureReport>,
}

impl Report {
    /// Whether it bears a signature and every one of them holds.
    pub fn holds(&self) -> bool {
        !self.signatures.is_empty() && self.signatures.iter().all(SignatureReport::holds)
    }
}

/// What was found out of one signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureReport {
    /// Its id in the document.
    pub id: String,
    /// The seal, where it reads.
    pub seal: Option<SealFacts>,
    /// Whose certificate signed, where it reads.
    pub signer: Option<String>,
    /// When, as the signer says.
    pub at: Option<Timestamp>,
    /// Every step.
    pub steps: Vec<(Step, Outcome)>,
}

/// What is told of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealFacts {
    /// Its identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Which standard it follows.
    pub version: SealVersion,
}

impl SignatureReport {
    /// Whether no step failed.
    pub fn holds(&self) -> bool {
        self.steps.iter().all(|(_, outcome)| !matches!(outcome, Outcome::Failed(_)))
    }

    /// The first step that failed.
    pub fn first_failure(&self) -> Option<(Step, &Finding)> {
        self.steps.iter().find_map(|(step, outcome)| match outcome {
            Outcome::Failed(finding) => Some((*step, finding)),
            Outcome::Passed | Outcome::NotApplicable(_) => None,
        })
    }
}

/// Verifies documents; remembers seals and chains whose signatures it has seen to hold.
pub struct Verifier {
    trust: Trust,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    seals: HashMap<[u8; 32], Arc<KnownSeal>>,
    certificates: HashMap<[u8; 32], Arc<KnownCertificate>>,
}

/// A seal whose own signature was looked at.
struct KnownSeal {
    intact: Result<(), Finding>,
    maker: Arc<KnownCertificate>,
}

/// A certificate whose chain was looked for.
struct KnownCertificate {
    certificate: Result<Certificate, CertificateProblem>,
    chain: Result<Chain, ChainProblem>,
}

impl Verifier {
    /// A verifier that trusts somebody.
    pub fn new(trust: Trust) -> Self {
        Self { trust, memory: Mutex::default() }
    }

    /// Verifies a package. An error is a file that is no OFD package at all; everything else is in the report.
    pub fn verify(&self, bytes: &[u8], known: &Knowledge<'_>) -> Result<Report, ReadProblem> {
        let package = Package::open(bytes)?;
        self.verify_package(&package, known)
    }

    /// Verifies a package that is open already.
    pub fn verify_package(
        &self,
        package: &Package,
        known: &Knowledge<'_>,
    ) -> Result<Report, ReadProblem> {
        // A page that is named and missing is no document, whatever is signed.
        package.pages()?;
        let files = package.signatures()?;
        let signatures = files.iter().map(|file| self.signature(package, &files, file, known));
        Ok(Report {
            title: package.title().map(str::to_owned),
            code: package.custom(LICENCE_CODE).map(str::to_owned),
            signatures: signatures.collect(),
        })
    }

    fn signature(
        &self,
        package: &Package,
        all: &[SignatureFile],
        file: &SignatureFile,
        known: &Knowledge<'_>,
    ) -> SignatureReport {
        let mut steps = vec![
            (Step::References, outcome(references(package, file))),
            (Step::Coverage, outcome(coverage(package, all, file))),
        ];
        let value = package.file(&file.value).unwrap_or_default();
        let signed = match SealedSignature::read(value) {
            Ok(signed) => signed,
            Err(problem) => {
                steps.push((Step::DataHash, Outcome::Failed(Finding::Unreadable(problem))));
                let rest = Step::ALL.into_iter().skip_while(|step| *step <= Step::DataHash);
                steps.extend(rest.map(|s| (s, Outcome::NotApplicable(Finding::Earlier))));
                return SignatureReport {
                    id: file.id.clone(),
                    seal: None,
                    signer: None,
                    at: None,
                    steps,
                };
            }
        };
        let list = package.file(&file.path).unwrap_or_default();
        let same = signed.data_hash.as_slice() == sm3(list);
        steps.push((Step::DataHash, check(same, Finding::OtherList)));

        let signer = self.certificate(&signed.signer);
        let subject = signer.certificate.as_ref().ok().map(Certificate::subject);
        steps.push((
            Step::Signature,
            match &signer.certificate {
                Ok(certificate) => {
                    let method = signed.algorithm == SM2_WITH_SM3;
                    check(method && signed.is_signed_by(certificate), Finding::WrongSignature)
                }
                Err(problem) => Outcome::Failed(Finding::Certificate(problem.clone())),
            },
        ));
        let listed = signed.seal.allows(&signed.signer);
        let unlisted = || Finding::SignerNotListed(subject.clone().unwrap_or_default());
        steps.push((
            Step::Signer,
            if listed { Outcome::Passed } else { Outcome::Failed(unlisted()) },
        ));

        let seal = self.seal(&signed.seal);
        let shown = file.seal.as_deref().and_then(|path| package.file(path));
        let differs = shown.is_some_and(|shown| shown != signed.seal.der);
        steps.push((
            Step::Seal,
            match &seal.intact {
                Err(finding) => Outcome::Failed(finding.clone()),
                Ok(()) => check(!differs, Finding::SealDiffers),
            },
        ));
        let chains = chains(&signer, &seal.maker, &signed, known);
        steps.push((Step::Chain, outcome(chains)));
        let stamp = match signed.timestamp {
            Some(_) => Finding::TimestampNotJudged,
            None => Finding::NoTimestamp,
        };
        steps.push((Step::Timestamp, Outcome::NotApplicable(stamp)));
        steps.push((Step::Standing, standing(&signed, known)));
        SignatureReport {
            id: file.id.clone(),
            seal: Some(SealFacts {
                id: signed.seal.id.clone(),
                name: signed.seal.name.clone(),
                version: signed.seal.version,
            }),
            signer: subject,
            at: signed.at,
            steps,
        }
    }

    /// A certificate with its chain, from memory where it was seen before.
    fn certificate(&self, der: &[u8]) -> Arc<KnownCertificate> {
        let key = sm3(der);
        if let Some(found) = self.memory().certificates.get(&key) {
            return found.clone();
        }
        let certificate = Certificate::from_der(der);
        let chain = match &certificate {
            Ok(certificate) => self.trust.chain(certificate),
            Err(_) => Err(ChainProblem::Unknown { subject: String::new(), issuer: String::new() }),
        };
        let made = Arc::new(KnownCertificate { certificate, chain });
        remember(&mut self.memory().certificates, key, made.clone());
        made
    }

    fn seal(&self, seal: &Seal) -> Arc<KnownSeal> {
        let key = sm3(&seal.der);
        if let Some(found) = self.memory().seals.get(&key) {
            return found.clone();
        }
        let maker = self.certificate(&seal.maker);
        let intact = match &maker.certificate {
            Err(problem) => Err(Finding::Certificate(problem.clone())),
            Ok(certificate) if seal.is_signed_by(certificate) => Ok(()),
            Ok(_) => Err(Finding::SealChanged),
        };
        let made = Arc::new(KnownSeal { intact, maker });
        remember(&mut self.memory().seals, key, made.clone());
        made
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name under which a document keeps the identifier of its licence.
pub const LICENCE_CODE: &str = "LicenceCode";

fn remember<T>(map: &mut HashMap<[u8; 32], T>, key: [u8; 32], value: T) {
    if map.len() >= REMEMBERED {
        map.clear();
    }
    map.insert(key, value);
}

fn check(holds: bool, finding: Finding) -> Outcome {
    if holds { Outcome::Passed } else { Outcome::Failed(finding) }
}

fn outcome(result: Result<(), Finding>) -> Outcome {
    match result {
        Ok(()) => Outcome::Passed,
        Err(finding) => Outcome::Failed(finding),
    }
}

fn references(package: &Package, file: &SignatureFile) -> Result<(), Finding> {
    let method = file.check_method.as_str();
    if !method.eq_ignore_ascii_case("SM3") && method != "1.2.156.10197.1.401" {
        return Err(Finding::DigestMethod(file.check_method.clone()));
    }
    if file.references.is_empty() {
        return Err(Finding::NothingProtected);
    }
    for reference in &file.references {
        let Some(content) = package.file(&reference.path) else {
            return Err(Finding::MissingFile(reference.path.clone()));
        };
        if reference.digest.as_deref() != Some(&sm3(content)[..]) {
            return Err(Finding::ChangedFile(reference.path.clone()));
        }
    }
    Ok(())
}

/// What the document shows is protected: everything but the files of its signatures.
fn coverage(package: &Package, all: &[SignatureFile], file: &SignatureFile) -> Result<(), Finding> {
    let protected: std::collections::BTreeSet<&str> =
        file.references.iter().map(|r| r.path.as_str()).collect();
    let of_signatures = |path: &str| {
        let list = path.rsplit('/').next() == Some("Signatures.xml");
        list || all
            .iter()
            .any(|s| path == s.path || path == s.value || s.seal.as_deref() == Some(path))
    };
    let open: Vec<String> = package
        .paths()
        .filter(|path| !protected.contains(path) && !of_signatures(path))
        .map(str::to_owned)
        .take(20)
        .collect();
    if open.is_empty() { Ok(()) } else { Err(Finding::Unprotected(open)) }
}

fn chains(
    signer: &KnownCertificate,
    maker: &KnownCertificate,
    signed: &SealedSignature,
    known: &Knowledge<'_>,
) -> Result<(), Finding> {
    let at = signed.at.ok_or(Finding::NoTime)?;
    // The maker's chain counts when the seal was made, the signer's when the document was signed.
    for (certificate, at) in [(signer, at), (maker, signed.seal.created)] {
        if let Err(problem) = &certificate.certificate {
            return Err(Finding::Certificate(problem.clone()));
        }
        let chain = certificate.chain.as_ref().map_err(|e| Finding::Chain(e.clone()))?;
        chain_holds(chain, at, known.certificate).map_err(Finding::Chain)?;
    }
    Ok(())
}

fn standing(signed: &SealedSignature, known: &Knowledge<'_>) -> Outcome {
    /// How far clocks may be apart, in milliseconds.
    const APART_MS: i64 = 5 * 60_000;
    let Some(at) = signed.at else { return Outcome::Failed(Finding::NoTime) };
    if at > known.now.plus_ms(APART_MS) {
        return Outcome::Failed(Finding::Future);
    }
    if !signed.seal.is_valid_at(at) {
        return Outcome::Failed(Finding::SealTime);
    }
    match (known.seal)(&signed.seal) {
        SealStanding::InForce => Outcome::Passed,
        SealStanding::Withdrawn(since) if since <= at => Outcome::Failed(Finding::SealWithdrawn),
        SealStanding::Withdrawn(_) => Outcome::Passed,
        SealStanding::Unknown => Outcome::NotApplicable(Finding::SealNotAsked),
    }
}
