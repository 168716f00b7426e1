//! What fuzzing reaches of the engine: parts that are otherwise its own.

use std::sync::Arc;

use minshu_kernel::objects::ObjectAddress;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::ObjectKeys;
use super::kind::KindFinder;
use super::seal::{CHUNK, Chunks, RANDOM};
use super::unseal::Unsealer;

/// The kind of a content that arrives in pieces.
pub fn kind(pieces: &[&[u8]]) -> Option<&'static str> {
    let mut finder = KindFinder::new();
    for piece in pieces {
        finder.push(piece);
        // Asked while the content goes by; the answer is the upload's alone.
        let _early = finder.hopeless(&["application/pdf".to_owned()]);
    }
    finder.finish()
}

/// The stored form of a content. `None` where the cipher refuses, which it never does.
pub fn seal(keys: &dyn ObjectKeys, clear: &[u8]) -> Option<Vec<u8>> {
    let mut chunks = Chunks::seal(keys, &Zeroizing::new([7; RANDOM]))?;
    let mut stored = chunks.header().to_vec();
    let pieces: Vec<&[u8]> = clear.chunks(CHUNK).collect();
    for (number, piece) in pieces.iter().enumerate() {
        let mut chunk = piece.to_vec();
        chunks.seal_next(number + 1 == pieces.len(), &mut chunk)?;
        stored.extend_from_slice(&chunk);
    }
    Some(stored)
}

/// The address of stored bytes.
pub fn address(stored: &[u8]) -> ObjectAddress {
    ObjectAddress::of_digest(&Sha256::digest(stored).into())
}

/// The content of stored bytes that arrive in pieces; `None` where they are damaged.
pub fn open(
    keys: Arc<dyn ObjectKeys>,
    address: ObjectAddress,
    pieces: &[&[u8]],
) -> Option<Vec<u8>> {
    let mut unsealer = Unsealer::new(keys, None, address);
    let mut clear = Vec::new();
    for piece in pieces {
        unsealer.push(piece);
        while let Some(chunk) = unsealer.next().ok()? {
            clear.extend_from_slice(&chunk);
        }
    }
    clear.extend_from_slice(&unsealer.finish().ok()?);
    Some(clear)
}
