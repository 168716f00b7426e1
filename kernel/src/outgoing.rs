//! Outgoing HTTP, as the context gives it: one client for the whole house, which decides at every connection where a
//! request may go. Whoever may name an address cannot make the house reach into its own network.

use crate::BoxFuture;

/// A request that is sent: always a POST.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where to: an absolute `https` address.
    pub address: String,
    /// Headers beside those of the protocol; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`, as it was sent.
    pub retry_after: Option<String>,
    /// The body, at most 64 KiB of it: a longer one is cut off.
    pub body: Vec<u8>,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is no absolute address with a host, or too long.
    #[error("it is no absolute address of at most 500 characters")]
    Unreadable,
    /// It does not begin with `https`.
    #[error("it does not begin with https")]
    NotHttps,
    /// It holds a user, a password or a fragment.
    #[error("it holds a user, a password or a fragment")]
    Extra,
    /// It names a network that requests may not reach.
    #[error("it is in a network that requests may not reach")]
    Forbidden,
}

/// Why nothing was answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// The address is refused.
    #[error("{0}")]
    Address(#[from] BadAddress),
    /// Every address that the name resolves to is in a network that requests may not reach.
    #[error("{0} resolves to no address that requests may reach")]
    Forbidden(String),
    /// No answer came in time.
    #[error("no answer came in time")]
    Timeout,
    /// No connection: the name, the port or the certificate.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection broke off, or what came is no HTTP.
    #[error("the exchange broke off: {0}")]
    Broken(String),
}

/// Sends requests. The runtime fills it.
pub trait Outgoing: Send + Sync {
    /// Whether an address could be sent to, as far as it can be said without a network.
    fn check(&self, address: &str) -> Result<(), BadAddress>;

    /// Sends a request. Redirects are answers like others and are not followed.
    fn post<'a>(&'a self, post: Post) -> BoxFuture<'a, Result<Answer, OutgoingError>>;
}
