//! Blocks: a Merkle tree over the links of up to 1 024 entries, its root signed with the installation's SM2 key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm3::{Digest as _, Sm3};

use crate::keys::hex;

/// The most entries of a block.
pub const BLOCK_ENTRIES: i64 = 1_024;
/// The distinguishing identifier that GM/T 0009 gives where none is agreed.
const DISTINGUISHING_ID: &str = "1234567812345678";

/// The root of a Merkle tree, hashed as in RFC 6962 (a leaf behind 0x00, a node behind 0x01) with SM3.
pub fn merkle_root(leaves: &[String]) -> String {
    let mut level: Vec<Vec<u8>> = leaves
        .iter()
        .map(|leaf| Sm3::new().chain_update([0]).chain_update(leaf.as_bytes()).finalize().to_vec())
        .collect();
    if level.is_empty() {
        return hex(&Sm3::digest([]));
    }
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => Sm3::new()
                    .chain_update([1])
                    .chain_update(left)
                    .chain_update(right)
                    .finalize()
                    .to_vec(),
                rest => rest.concat(),
            })
            .collect();
    }
    hex(&level[0])
}

/// What a block says, and what is signed of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Block {
    /// 1, 2, 3, …
    pub number: i64,
    /// The first entry's position.
    pub first: i64,
    /// The last entry's position.
    pub last: i64,
    /// The Merkle root over the links.
    pub root: String,
    /// The link of the last entry.
    pub chain: String,
    /// When it was signed, UTC milliseconds.
    pub at_ms: i64,
}

impl Block {
    fn signed_bytes(&self) -> Vec<u8> {
        format!(
            "minshu block\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.number, self.first, self.last, self.root, self.chain, self.at_ms
        )
        .into_bytes()
    }

    /// Signs: SM2 with SM3 (GM/T 0003), r and s, base64.
    pub fn sign(&self, key: &sm2::SecretKey) -> Result<String, sm2::dsa::signature::Error> {
        let key = SigningKey::new(DISTINGUISHING_ID, key)?;
        let signature: Signature = key.try_sign(&self.signed_bytes())?;
        Ok(BASE64.encode(signature.to_bytes()))
    }

    /// Whether the signature is this key's over this block.
    pub fn verify(&self, key: &sm2::PublicKey, signature: &str) -> bool {
        let signature = BASE64.decode(signature).ok().and_then(|s| Signature::from_slice(&s).ok());
        let key = VerifyingKey::new(DISTINGUISHING_ID, *key).ok();
        match (key, signature) {
            (Some(key), Some(signature)) => key.verify(&self.signed_bytes(), &signature).is_ok(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Keys, SystemEntropy};

    #[test]
    fn a_signature_holds_for_its_block_alone() {
        let keys = Keys::ephemeral(std::sync::Arc::new(SystemEntropy)).unwrap();
        let root = merkle_root(&["a".into(), "b".into(), "c".into()]);
        let block = Block { number: 1, first: 1, last: 3, root, chain: "c".into(), at_ms: 5 };
        let signature = block.sign(keys.seal_key()).unwrap();
        let public = keys.seal_key().public_key();
        assert!(block.verify(&public, &signature));
        let other = Block { last: 4, ..block.clone() };
        assert!(!other.verify(&public, &signature));
        assert!(!block.verify(&public, "AAAA"));
    }

    #[test]
    fn every_leaf_and_its_place_tell_in_the_root() {
        let root = |leaves: &[&str]| {
            merkle_root(&leaves.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>())
        };
        assert_ne!(root(&["a", "b", "c"]), root(&["a", "c", "b"]));
        assert_ne!(root(&["a", "b"]), root(&["a", "b", "b"]));
        assert_ne!(root(&["a"]), root(&[]));
    }
}
