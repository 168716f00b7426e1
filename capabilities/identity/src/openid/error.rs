//! The refusals of OAuth 2.1, OpenID Connect and Bearer tokens: each is a problem type of its own, and its last part is
//! the code that the standards know.

use minshu_kernel::error::{Fault, Kind};

/// What an OAuth request is refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is missing, repeated or unreadable (RFC 6749, 5.2).
    #[error("the request is unreadable or incomplete")]
    Request,
    /// The client is unknown, suspended, or did not prove itself.
    #[error("the client is unknown or did not prove itself")]
    Client,
    /// The code or the refresh token does not hold, or belongs to another client or address.
    #[error("the grant does not hold")]
    Grant,
    /// The client may not use this grant type.
    #[error("the client may not use this grant")]
    Unauthorized,
    /// A grant type that is not served.
    #[error("the grant type is not served")]
    GrantType,
    /// A scope that the client may not have.
    #[error("the scope is unknown or exceeds what the client may have")]
    Scope,
    /// Bearer: the access token does not hold (RFC 6750, 3.1).
    #[error("the access token does not hold")]
    Token,
    /// The address at which this installation is reached is not configured.
    #[error("the public address is not configured")]
    NoAddress,
}

/// The problem types of these refusals.
pub(crate) const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("identity.oauth_invalid_request", Kind::Malformed),
    ("identity.oauth_invalid_client", Kind::Unauthenticated),
    ("identity.oauth_invalid_grant", Kind::Malformed),
    ("identity.oauth_unauthorized_client", Kind::Malformed),
    ("identity.oauth_unsupported_grant_type", Kind::Malformed),
    ("identity.oauth_invalid_scope", Kind::Malformed),
    ("identity.oauth_invalid_token", Kind::Unauthenticated),
    ("identity.oauth_no_address", Kind::Unavailable),
];

impl Fault for OAuthError {
    fn kind(&self) -> Kind {
        let code = self.code();
        PROBLEM_TYPES.iter().find(|(known, _)| *known == code).map_or(Kind::Internal, |(_, k)| *k)
    }

    fn code(&self) -> &'static str {
        match self {
            OAuthError::Request => "identity.oauth_invalid_request",
            OAuthError::Client => "identity.oauth_invalid_client",
            OAuthError::Grant => "identity.oauth_invalid_grant",
            OAuthError::Unauthorized => "identity.oauth_unauthorized_client",
            OAuthError::GrantType => "identity.oauth_unsupported_grant_type",
            OAuthError::Scope => "identity.oauth_invalid_scope",
            OAuthError::Token => "identity.oauth_invalid_token",
            OAuthError::NoAddress => "identity.oauth_no_address",
        }
    }
}
