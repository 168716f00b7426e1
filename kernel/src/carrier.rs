//! The channels by which texts leave the house, as the context gives them: mail servers and short-message gateways are
//! settings of the installation, so the runtime holds them and capabilities hand texts over.

use crate::BoxFuture;
use crate::clock::Timestamp;
use crate::courier::Channel;
use crate::text::Lang;

/// A text that is handed to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Names this text at the receiver for good: handed over twice, it is one text.
    pub id: String,
    /// By which channel.
    pub channel: Channel,
    /// The telephone number or the mail address; personal.
    pub to: String,
    /// The subject of a mail; empty for short messages.
    pub subject: String,
    /// The text; paragraphs, one a line.
    pub text: String,
    /// The path of this site that a mail leads on to.
    pub link: Option<String>,
    /// The path of this site where mails of its kind are stopped with one click (RFC 8058); none where they cannot be.
    pub stop: Option<String>,
    /// The language of the text.
    pub lang: Lang,
}

/// A text was taken over: the receiver answers for it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// How the receiver calls it, at most 100 characters; may be empty.
    pub reference: String,
}

/// Why a text was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// This text is refused for good; trying again changes nothing.
    #[error("refused for good: {0}")]
    Refused(String),
    /// The address takes nothing, this text or another: nobody is there.
    #[error("nobody is at the address: {0}")]
    NoAddress(String),
    /// The channel takes nothing at the moment.
    #[error("the channel is down: {why}")]
    Down {
        /// What happened, without anything personal.
        why: String,
        /// How long the receiver asks us to wait, in milliseconds.
        after_ms: Option<i64>,
    },
    /// The installation has no such channel.
    #[error("the channel is not offered")]
    NotOffered,
}

/// What a receiver reports later about a text that it took over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The id under which the text was handed over.
    pub id: String,
    /// Whether it reached the telephone.
    pub delivered: bool,
    /// Why not, in the receiver's words, at most 200 characters; empty where it did.
    pub reason: String,
}

/// Why a report is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadReport {
    /// No channel of this installation has reports.
    #[error("no channel of this installation has reports")]
    NotOffered,
    /// The signature is not that of the shared secret, or its time is more than five minutes away.
    #[error("the signature does not fit")]
    Signature,
    /// It is signed and cannot be read.
    #[error("the report cannot be read")]
    Unreadable,
}

/// The headers of a signed report: id, time in seconds since 1970, signature.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`
    pub timestamp: &'a str,
    /// `webhook-signature`
    pub signature: &'a str,
}

/// The channels of the installation. The runtime fills it.
pub trait Carriers: Send + Sync {
    /// Whether the installation has this channel.
    fn offers(&self, channel: Channel) -> bool;

    /// Hands a text over.
    fn send<'a>(&'a self, parcel: Parcel) -> BoxFuture<'a, Result<TakenOver, CarrierError>>;

    /// Reads a report, where its signature proves who sent it.
    fn report(&self, signed: Signed<'_>, body: &[u8], now: Timestamp) -> Result<Report, BadReport>;
}

/// The carriers of an installation without channels.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoCarriers;

impl Carriers for NoCarriers {
    fn offers(&self, _: Channel) -> bool {
        false
    }

    fn send<'a>(&'a self, _: Parcel) -> BoxFuture<'a, Result<TakenOver, CarrierError>> {
        Box::pin(async { Err(CarrierError::NotOffered) })
    }

    fn report(&self, _: Signed<'_>, _: &[u8], _: Timestamp) -> Result<Report, BadReport> {
        Err(BadReport::NotOffered)
    }
}
