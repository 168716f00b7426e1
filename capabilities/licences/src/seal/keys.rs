//! SM2 keys and signatures (GM/T 0003, GM/T 0009): SM3 with the default distinguishing id, signatures in DER.

use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point as _;
use zeroize::Zeroizing;

/// The distinguishing id that everybody uses unless told otherwise (GM/T 0009).
pub const DISTINGUISHING_ID: &str = "1234567812345678";

/// A private key. It leaves no trace in memory when it goes, and is shown by nothing.
pub struct PrivateKey(sm2::SecretKey);

impl PrivateKey {
    /// A new key from random bytes that the caller fills in; bytes that are no key (one in 2^32) are asked for again.
    pub fn generate(mut fill: impl FnMut(&mut [u8])) -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        loop {
            fill(&mut bytes[..]);
            if let Ok(key) = sm2::SecretKey::from_slice(&bytes[..]) {
                return Self(key);
            }
        }
    }

    /// From its 32 bytes, as they were sealed.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let whole = <[u8; 32]>::try_from(bytes).ok().map(Zeroizing::new)?;
        sm2::SecretKey::from_slice(&whole[..]).ok().map(Self)
    }

    /// Its 32 bytes, to be sealed at once.
    pub fn expose(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes().into())
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key())
    }

    /// Signs a message: SM2 with SM3 over it, in DER. The same message has the same signature: the nonce is derived
    /// (RFC 6979). `None` is a defect of the key.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let key = SigningKey::new(DISTINGUISHING_ID, &self.0).ok()?;
        let signature: Signature = key.try_sign(message).ok()?;
        Some(signature.to_der().as_ref().to_vec())
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(pub(crate) sm2::PublicKey);

impl PublicKey {
    /// From an uncompressed or compressed point (SEC 1).
    pub fn from_point(bytes: &[u8]) -> Option<Self> {
        sm2::PublicKey::from_sec1_bytes(bytes).ok().map(Self)
    }

    /// Its uncompressed point: 65 bytes.
    pub fn point(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    /// Prepared for many verifications.
    pub fn verifier(&self) -> Option<KeyVerifier> {
        VerifyingKey::new(DISTINGUISHING_ID, self.0).ok().map(KeyVerifier)
    }
}

/// A public key with what every verification needs of it.
#[derive(Debug, Clone)]
pub struct KeyVerifier(VerifyingKey);

impl KeyVerifier {
    /// Whether a DER signature is this key's over the message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature).is_ok_and(|s| self.0.verify(message, &s).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_and_is_sealed_and_comes_back() {
        let mut calls = 0_u8;
        // The first bytes are no key at all.
        let key = PrivateKey::generate(|bytes| {
            bytes.fill(if calls == 0 { 0xff } else { 0x42 });
            calls += 1;
        });
        assert_eq!(calls, 2);
        let signature = key.sign(b"message").unwrap();
        let again = PrivateKey::from_bytes(&key.expose()[..]).unwrap();
        assert_eq!(again.sign(b"message").unwrap(), signature);
        let verifier = PublicKey::from_point(&key.public().point()).unwrap().verifier().unwrap();
        assert!(verifier.verify(b"message", &signature));
        assert!(!verifier.verify(b"massage", &signature));
        for at in 0..signature.len() {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(!verifier.verify(b"message", &changed));
        }
        assert!(PrivateKey::from_bytes(&[0; 32]).is_none());
        assert!(PrivateKey::from_bytes(&[1; 31]).is_none());
    }
}
