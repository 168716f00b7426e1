//! From a certificate to somebody who is trusted.

use minshu_kernel::clock::Timestamp;

use super::certificate::Certificate;

/// The longest chain, the certificate itself and the anchor included.
pub const CHAIN_MAX: usize = 6;

/// Who is trusted: anchors, and certificates between that help to reach one.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    anchors: Vec<Certificate>,
    between: Vec<Certificate>,
}

/// What the authority says of a certificate, as the caller knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in force as far as is known.
    Good,
    /// It was revoked at an instant: what it signed before stays.
    Revoked(Timestamp),
}

/// Why a certificate does not lead to anybody who is trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainProblem {
    /// Nobody who is trusted issued it.
    #[error("no trusted authority issued {subject}; its issuer is {issuer}")]
    Unknown {
        /// Whose certificate it is.
        subject: String,
        /// Who issued it.
        issuer: String,
    },
    /// One of the chain is not valid at that instant.
    #[error("the certificate of {subject} was not valid at the time of signing")]
    Validity {
        /// Whose certificate it is.
        subject: String,
    },
    /// One of the chain had been revoked.
    #[error("the certificate of {subject} had been revoked before the time of signing")]
    Revoked {
        /// Whose certificate it is.
        subject: String,
    },
    /// The certificate may not be used to sign.
    #[error("the certificate of {subject} is not one for signing")]
    Usage {
        /// Whose certificate it is.
        subject: String,
    },
}

/// A chain whose signatures hold, from the certificate to the anchor.
pub type Chain = Vec<Certificate>;

impl Trust {
    /// Anchors and certificates between.
    pub fn new(anchors: Vec<Certificate>, between: Vec<Certificate>) -> Self {
        Self { anchors, between }
    }

    /// From PEM: certificates that are signed by themselves are anchors, others lie between.
    pub fn from_pem(text: &[u8]) -> Result<Self, super::CertificateProblem> {
        let all = Certificate::from_pem_chain(text)?;
        let (anchors, between) = all.into_iter().partition(|c| c.is_signed_by(c));
        Ok(Self { anchors, between })
    }

    /// One more anchor.
    pub fn add_anchor(&mut self, certificate: Certificate) {
        self.anchors.push(certificate);
    }

    /// One more certificate between.
    pub fn add_between(&mut self, certificate: Certificate) {
        self.between.push(certificate);
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// A chain from a certificate to an anchor, every signature of which holds. Times and revocations are looked at by
    /// [`chain_holds`], because they depend on the instant.
    pub fn chain(&self, leaf: &Certificate) -> Result<Chain, ChainProblem> {
        let mut chain = vec![leaf.clone()];
        if self.reach(&mut chain) {
            return Ok(chain);
        }
        Err(ChainProblem::Unknown { subject: leaf.subject(), issuer: leaf.issuer() })
    }

    /// Extends a chain to an anchor; several certificates may bear the issuer's name.
    fn reach(&self, chain: &mut Chain) -> bool {
        let Some(last) = chain.last().cloned() else { return false };
        if self.anchors.contains(&last) {
            return true;
        }
        if chain.len() >= CHAIN_MAX {
            return false;
        }
        let below = chain.len() - 1;
        for issuer in self.anchors.iter().chain(&self.between) {
            if issuer.subject_name() == last.issuer_name()
                && !chain.contains(issuer)
                && issuer.may_issue(below)
                && last.is_signed_by(issuer)
            {
                chain.push(issuer.clone());
                if self.reach(chain) {
                    return true;
                }
                chain.pop();
            }
        }
        false
    }
}

/// Whether a chain held at an instant, by its validity and by what is known of revocations.
pub fn chain_holds(
    chain: &Chain,
    at: Timestamp,
    standing: &dyn Fn(&Certificate) -> Standing,
) -> Result<(), ChainProblem> {
    for (place, certificate) in chain.iter().enumerate() {
        let subject = || certificate.subject();
        if place == 0 && !certificate.may_sign() {
            return Err(ChainProblem::Usage { subject: subject() });
        }
        if !certificate.is_valid_at(at) {
            return Err(ChainProblem::Validity { subject: subject() });
        }
        if let Standing::Revoked(since) = standing(certificate)
            && since <= at
        {
            return Err(ChainProblem::Revoked { subject: subject() });
        }
    }
    Ok(())
}
