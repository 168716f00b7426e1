//! What requests of OAuth may say: redirect addresses, scopes, proofs of a key, the header of a client.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use minshu_kernel::access::{Access, Basis, PermissionSet};
use minshu_kernel::text::Message;
use sha2::{Digest as _, Sha256};

/// How long a code waits for its client (RFC 6749, 4.1.2, recommends ten minutes at most).
pub(crate) const CODE_MS: i64 = 60_000;
/// How long an access token holds.
pub(crate) const ACCESS_MS: i64 = 10 * 60_000;
/// How long a refresh token holds; each use gives a new one.
pub(crate) const REFRESH_MS: i64 = 30 * minshu_kernel::clock::DAY_MS;
/// How long refresh tokens of one sign-in follow each other: then the person signs in again.
pub(crate) const REFRESH_END_MS: i64 = 90 * minshu_kernel::clock::DAY_MS;
/// How long an application's secret holds beside the one that follows it.
pub(crate) const OLD_SECRET_MS: i64 = minshu_kernel::clock::DAY_MS;
/// What access tokens begin with.
pub(crate) const ACCESS_PREFIX: &str = "mat_";
/// What refresh tokens begin with.
pub(crate) const REFRESH_PREFIX: &str = "mrt_";
/// The most redirect addresses of an application.
pub(crate) const REDIRECTS_MAX: usize = 10;
/// The most scopes of an application.
pub(crate) const SCOPES_MAX: usize = 30;

/// Scopes that stand for no permission set: who somebody is, the name, refresh tokens.
pub(crate) const OWN_SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];

/// The permission sets that a scope may stand for. What looks after accounts and what runs the platform is no
/// application's.
pub(crate) fn scope_sets(access: &dyn Access) -> Vec<PermissionSet> {
    let mut sets = access.permission_sets();
    sets.retain(|set| {
        let own = set.id.starts_with("identity.") || set.id.starts_with("platform.");
        !own && !matches!(set.basis, Basis::System | Basis::Emergency)
    });
    sets
}

/// The operations of scopes.
pub(crate) fn operations(access: &dyn Access, scopes: &[String]) -> Vec<&'static str> {
    let has = |id: &str| scopes.iter().any(|scope| scope == id);
    let sets = scope_sets(access).into_iter().filter(|set| has(set.id));
    let mut may: Vec<&'static str> = sets.flat_map(|set| set.may.iter().copied()).collect();
    if has("openid") {
        may.push("identity.profile");
    }
    may.sort_unstable();
    may.dedup();
    may
}

/// A scope parameter (RFC 6749, 3.3): words of visible ASCII between single blanks, each once.
pub(crate) fn scope_words(text: &str) -> Option<Vec<String>> {
    let good = |word: &str| {
        (1..=80).contains(&word.len())
            && word.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    let mut words = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !good(word) || words.len() >= SCOPES_MAX {
            return None;
        }
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    Some(words)
}

/// A redirect address that may be registered: `https`, or `http` on the developer's own machine, without fragment, user
/// or wildcard (RFC 9700, 2.1).
pub(crate) fn redirect(text: &str) -> Result<String, Message> {
    let wrong = || Message::new("identity-redirect-wrong");
    if text.len() > 500 || !text.bytes().all(|b| b.is_ascii_graphic()) || text.contains('*') {
        return Err(wrong());
    }
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here);
    let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    match scheme && plain && url.host_str().is_some() {
        true => Ok(text.to_owned()),
        false => Err(wrong()),
    }
}

/// The origin of a registered redirect address, for the policy of the page whose form ends there.
pub(crate) fn origin(redirect: &str) -> Option<String> {
    url::Url::parse(redirect).ok().map(|url| url.origin().ascii_serialization())
}

/// A redirect address with more parameters.
pub(crate) fn with_parameters(redirect: &str, more: &[(&str, &str)]) -> String {
    match url::Url::parse(redirect) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
            url.into()
        }
        // Only what was parsed before is registered.
        Err(_) => redirect.to_owned(),
    }
}

/// Whether a challenge is the hash of some verifier: 43 characters of base64url (RFC 7636, 4.2).
pub(crate) fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether a verifier proves a challenge by S256.
pub(crate) fn proves(verifier: &str, challenge: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let good = (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved);
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    good && bool::from(hash.as_bytes().ct_eq(challenge.as_bytes()))
}

/// Client and secret of a `Basic` header: both are form-encoded within (RFC 6749, 2.3.1).
pub(crate) fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, text) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") || text.len() > 1_000 {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    let plain = |part: &str| {
        let pair = format!("v={}", part.replace('&', "%26"));
        let url = url::Url::parse(&format!("http://x/?{pair}")).ok()?;
        url.query_pairs().next().map(|(_, value)| value.into_owned())
    };
    Some((plain(client)?, plain(secret)?))
}
/// How surely somebody signed in, by what ID tokens call it: with one factor, with two.
pub(crate) const ACR: [&str; 2] = ["urn:minshu:acr:one-factor", "urn:minshu:acr:two-factors"];

/// How surely somebody signed in with these methods (RFC 8176).
pub(crate) fn acr(methods: &[String]) -> &'static str {
    match methods.iter().any(|method| method == "mfa") {
        true => ACR[1],
        false => ACR[0],
    }
}
