//! ES256 signatures of ID tokens (RFC 7515, RFC 7518). The key of a period follows from the installation's keys, so that
//! every process has the same one and none is stored; those of the period before and of the next are published too.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::personal::Personal;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value as Json, json};

/// How long a key signs.
const PERIOD_MS: i64 = 90 * DAY_MS;

fn period(now: Timestamp) -> i64 {
    now.0.div_euclid(PERIOD_MS)
}

fn key(personal: &(dyn Personal + 'static), period: i64) -> Option<SigningKey> {
    // Of 2^32 values about one is no key; then the next is taken.
    (0..8).find_map(|attempt| {
        let content = format!("{period}.{attempt}");
        let hex = personal.keyed_hash("openid.es256", content.as_bytes());
        let bytes: Option<Vec<u8>> = (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
            .collect();
        SigningKey::from_slice(bytes?.get(..32)?).ok()
    })
}

/// The public keys (RFC 7517): of this period, of the one before and of the next.
pub(crate) fn jwks(personal: &(dyn Personal + 'static), now: Timestamp) -> Json {
    let this = period(now);
    let keys = [this, this - 1, this + 1].into_iter().filter_map(|period| {
        let key = key(personal, period)?;
        let point = key.verifying_key().to_sec1_point(false);
        let bytes = point.as_bytes();
        let coordinate = |from: usize| bytes.get(from..from + 32).map(|part| BASE64.encode(part));
        Some(json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": format!("p{period}"),
            "x": coordinate(1)?, "y": coordinate(33)?,
        }))
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

/// A signed token with these claims; `None` where the installation's keys give none.
pub(crate) fn sign(
    personal: &(dyn Personal + 'static),
    now: Timestamp,
    claims: &Json,
) -> Option<String> {
    let period = period(now);
    let header = json!({ "alg": "ES256", "typ": "JWT", "kid": format!("p{period}") });
    let signed =
        format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature: Signature = key(personal, period)?.sign(signed.as_bytes());
    Some(format!("{signed}.{}", BASE64.encode(signature.to_bytes())))
}
