//! Minshu as a provider of sign-ins and of access by OAuth 2.1 and OpenID Connect: what requests may say, what scopes
//! hold, how ID tokens are signed, how quotas are counted.

pub(crate) mod error;
pub(crate) mod quota;
pub(crate) mod rules;
pub(crate) mod signing;
#[cfg(test)]
mod tests;
