//! Secrets and signatures of the Standard Webhooks specification 1.0.0: `whsec_` and base64, `v1,` and the base64 of
//! HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use minshu_kernel::ctx::Entropy;
use minshu_kernel::error::Failure;
use minshu_kernel::personal::{Personal, Place};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a secret; the specification wants 24 to 64.
const LENGTH: usize = 32;
/// How long a replaced secret still signs beside the new one.
pub const OVERLAP_MS: i64 = 24 * 3_600_000;

/// A shared secret.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A fresh one.
    pub fn fresh(entropy: &dyn Entropy) -> Secret {
        let mut bytes = Zeroizing::new(vec![0; LENGTH]);
        entropy.fill(&mut bytes);
        Secret(bytes)
    }

    /// Reads one that was agreed on: `whsec_` and the base64 of 24 to 64 bytes.
    pub fn read(text: &str) -> Option<Secret> {
        let bytes = Zeroizing::new(BASE64.decode(text.trim().strip_prefix("whsec_")?).ok()?);
        (24..=64).contains(&bytes.len()).then_some(Secret(bytes))
    }

    /// As it is told to the receiver, once.
    pub fn told(&self) -> String {
        format!("whsec_{}", BASE64.encode(&*self.0))
    }

    /// Encrypted for its row.
    pub fn sealed(&self, personal: &dyn Personal, subscription: &str) -> Vec<u8> {
        personal.seal(place(subscription), &self.0)
    }

    /// Decrypted from its row.
    pub fn open(
        personal: &dyn Personal,
        subscription: &str,
        sealed: &[u8],
    ) -> Result<Secret, Failure> {
        Ok(Secret(Zeroizing::new(personal.open(place(subscription), sealed)?)))
    }

    /// The signature of a message; `at_s` is in seconds since 1970.
    pub fn sign(&self, id: &str, at_s: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length.
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            Err(never) => unreachable!("{never}"),
        };
        mac.update(format!("{id}.{at_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    }
}

/// Both columns share a place: a rotation moves the sealed bytes from one to the other.
fn place(subscription: &str) -> Place<'_> {
    Place { table: "platform_subscription", column: "secret", row: subscription }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the reference libraries of the specification carry in their tests.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let bytes = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = Secret(Zeroizing::new(bytes));
        let signed =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret.told(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }
}
