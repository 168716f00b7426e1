//! Electronic seals: SM2 keys and certificates, a small authority, seals of GB/T 38540 and GM/T 0031, and the verification of
//! sealed documents. Everything here is pure: time, randomness and what is known of revocations come from the caller.

mod authority;
mod certificate;
mod chain;
mod keys;
mod picture;
mod structure;
mod verify;
mod words;

pub use authority::{Identity, IssueProblem, Purpose, Request, Subject, Terms};
pub use certificate::{
    CERTIFICATE_MAX, Certificate, CertificateProblem, SM2_CURVE, SM2_WITH_SM3, SM3,
};
pub use chain::{CHAIN_MAX, Chain, ChainProblem, Standing, Trust, chain_holds};
pub use keys::{DISTINGUISHING_ID, KeyVerifier, PrivateKey, PublicKey};
pub use picture::{Drawing, draw};
pub use structure::{
    Picture, STRUCTURE_MAX, Seal, SealProblem, SealTerms, SealVersion, SealedSignature, Signers,
    sm3,
};
pub use verify::{
    Finding, Knowledge, LICENCE_CODE, Outcome, Report, SealFacts, SealStanding, SignatureReport,
    Step, Verifier,
};

#[cfg(test)]
pub(crate) mod tests;
