//! What a verification found, as people are told it on pages. The command line says the same in English by `Display`.

use minshu_kernel::text::Message;

use super::chain::ChainProblem;
use super::verify::Finding;

impl Finding {
    /// What people are told: what is wrong, and of what.
    pub fn message(&self) -> Message {
        let of = |key: &'static str, what: &str| Message::new(key).with("what", what.to_owned());
        match self {
            Self::MissingFile(path) => of("licences-finding-missing-file", path),
            Self::ChangedFile(path) => of("licences-finding-changed-file", path),
            Self::DigestMethod(method) => of("licences-finding-digest-method", method),
            Self::NothingProtected => "licences-finding-nothing-protected".into(),
            Self::Unprotected(paths) => of("licences-finding-unprotected", &paths.join(", ")),
            Self::Unreadable(problem) => of("licences-finding-unreadable", &problem.to_string()),
            Self::OtherList => "licences-finding-other-list".into(),
            Self::WrongSignature => "licences-finding-wrong-signature".into(),
            Self::Certificate(problem) => of("licences-finding-certificate", &problem.to_string()),
            Self::SignerNotListed(who) => of("licences-finding-signer-not-listed", who),
            Self::SealChanged => "licences-finding-seal-changed".into(),
            Self::SealDiffers => "licences-finding-seal-differs".into(),
            Self::Chain(ChainProblem::Unknown { issuer, .. }) => {
                of("licences-finding-chain-unknown", issuer)
            }
            Self::Chain(ChainProblem::Validity { subject }) => {
                of("licences-finding-chain-validity", subject)
            }
            Self::Chain(ChainProblem::Revoked { subject }) => {
                of("licences-finding-chain-revoked", subject)
            }
            Self::Chain(ChainProblem::Usage { subject }) => {
                of("licences-finding-chain-usage", subject)
            }
            Self::NoTime => "licences-finding-no-time".into(),
            Self::NoTimestamp => "licences-finding-no-timestamp".into(),
            Self::TimestampNotJudged => "licences-finding-timestamp-not-judged".into(),
            Self::SealTime => "licences-finding-seal-time".into(),
            Self::Future => "licences-finding-future".into(),
            Self::SealWithdrawn => "licences-finding-seal-withdrawn".into(),
            Self::SealNotAsked => "licences-finding-seal-not-asked".into(),
            Self::Earlier => "licences-finding-earlier".into(),
        }
    }
}
