//! Reading: stored bytes come in pieces of any size, clear chunks go out, and the last one only
//! when the whole is known to be what was written.

use super::seal::{CHUNK, Chunks, Damaged, TAG, header_length};
use super::{FileKey, ObjectKeys};
use minshu_kernel::objects::ObjectAddress;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The state of a reading. Holds at most one chunk more than it was given at once.
pub(super) struct Unsealer {
    keys: Arc<dyn ObjectKeys>,
    key: Option<FileKey>,
    address: ObjectAddress,
    hash: Sha256,
    chunks: Option<Chunks>,
    waiting: Vec<u8>,
}

impl Unsealer {
    pub(super) fn new(
        keys: Arc<dyn ObjectKeys>,
        key: Option<FileKey>,
        address: ObjectAddress,
    ) -> Self {
        Unsealer { keys, key, address, hash: Sha256::new(), chunks: None, waiting: Vec::new() }
    }

    /// Takes the next stored bytes.
    pub(super) fn push(&mut self, stored: &[u8]) {
        self.hash.update(stored);
        self.waiting.extend_from_slice(stored);
    }

    fn open(&mut self) -> Result<&mut Chunks, Damaged> {
        let chunks = match self.chunks.take() {
            Some(chunks) => chunks,
            None => {
                let length = header_length(&self.waiting).ok_or(Damaged)?;
                let header: Vec<u8> = self.waiting.drain(..length).collect();
                Chunks::open(&*self.keys, self.key.as_ref(), &header)?
            }
        };
        Ok(self.chunks.insert(chunks))
    }

    /// The next clear chunk, when so much has come that it cannot be the last.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Damaged> {
        let before = match (&self.chunks, self.waiting.len()) {
            (Some(_), _) => 0,
            (None, CHUNK..) => header_length(&self.waiting).ok_or(Damaged)?,
            (None, _) => return Ok(None),
        };
        if self.waiting.len() <= before + CHUNK + TAG {
            return Ok(None);
        }
        self.open()?;
        let rest = self.waiting.split_off(CHUNK + TAG);
        let mut chunk = std::mem::replace(&mut self.waiting, rest);
        self.open()?.open_next(false, &mut chunk)?;
        Ok(Some(chunk))
    }

    /// The last clear chunk, after the last stored byte. The hash of all that came must be the
    /// address: else an object was exchanged for another good one.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Damaged> {
        self.open()?;
        let mut chunk = std::mem::take(&mut self.waiting);
        self.open()?.open_next(true, &mut chunk)?;
        let digest: [u8; 32] = self.hash.finalize().into();
        if ObjectAddress::of_digest(&digest) != self.address {
            return Err(Damaged);
        }
        Ok(chunk)
    }
}
