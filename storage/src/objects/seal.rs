//! The form in which an object rests: SM4-GCM in chunks (GB/T 32907-2016, GB/T 36624-2018), so
//! that it streams both ways and no change, cut or exchange goes unseen.
//!
//! ```text
//! header, 60 bytes:  "MSHO"  version 1  key id (4, big endian)  nonce (12)
//!                    data key wrapped by the installation's key (16 + tag 16)  prefix (7)
//! chunks:            65 536 bytes (the last one 1 to 65 536) + tag 16
//! chunk's nonce:     prefix (7)  number from 0 (4, big endian)  1 for the last, else 0
//! associated data:   the header's first 9 bytes for the wrapped key; the whole header for a chunk
//! ```
//!
//! The chunks are the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online
//! Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, 2015).

use super::ObjectKeys;
use aes_gcm::aead::consts::U12;
use aes_gcm::{AeadInOut as _, AesGcm, KeyInit as _};
use sm4::Sm4;
use zeroize::Zeroizing;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Bytes of clear content in a chunk; only the last may have fewer, never none.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes that a chunk gains.
pub(super) const TAG: usize = 16;
/// Bytes before the first chunk.
pub(super) const HEADER: usize = 60;
/// Random bytes that an object needs: data key, nonce of its wrapping, prefix.
pub(super) const RANDOM: usize = 16 + 12 + 7;

const MAGIC: &[u8; 5] = b"MSHO\x01";
const AFTER_KEY_ID: usize = MAGIC.len() + 4;
const AFTER_NONCE: usize = AFTER_KEY_ID + 12;
const AFTER_KEY: usize = AFTER_NONCE + 16 + TAG;

/// What is stored is not what was written, or its key is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// Encrypts or decrypts the chunks of one object in order.
pub(super) struct Chunks {
    cipher: Sm4Gcm,
    header: [u8; HEADER],
    next: u32,
}

impl Chunks {
    /// For a new object; `None` when the cipher refuses, which it never does.
    pub(super) fn seal(keys: &dyn ObjectKeys, random: &Zeroizing<[u8; RANDOM]>) -> Option<Self> {
        let (id, installation) = keys.current();
        let installation = Zeroizing::new(installation);
        let (key, rest) = random.split_at(16);
        let (nonce, prefix) = rest.split_at(12);
        let mut header = [0; HEADER];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        header[MAGIC.len()..AFTER_KEY_ID].copy_from_slice(&id.to_be_bytes());
        header[AFTER_KEY_ID..AFTER_NONCE].copy_from_slice(nonce);
        header[AFTER_KEY..].copy_from_slice(prefix);
        let mut wrapped = Zeroizing::new(key.to_vec());
        let wrapping = Sm4Gcm::new_from_slice(&*installation).ok()?;
        let nonce = nonce.try_into().ok()?;
        wrapping.encrypt_in_place(nonce, &header[..AFTER_KEY_ID], &mut *wrapped).ok()?;
        header[AFTER_NONCE..AFTER_KEY].copy_from_slice(&wrapped);
        Some(Chunks { cipher: Sm4Gcm::new_from_slice(key).ok()?, header, next: 0 })
    }

    /// For an object that rests.
    pub(super) fn open(keys: &dyn ObjectKeys, header: [u8; HEADER]) -> Result<Self, Damaged> {
        if !header.starts_with(MAGIC) {
            return Err(Damaged);
        }
        let id = header[MAGIC.len()..AFTER_KEY_ID].try_into().map_err(|_| Damaged)?;
        let id = u32::from_be_bytes(id);
        let Some(installation) = keys.by_id(id).map(Zeroizing::new) else {
            tracing::error!(key = id, "an object names a key that is not here");
            return Err(Damaged);
        };
        let nonce = header[AFTER_KEY_ID..AFTER_NONCE].try_into().map_err(|_| Damaged)?;
        let mut key = Zeroizing::new(header[AFTER_NONCE..AFTER_KEY].to_vec());
        let wrapping = Sm4Gcm::new_from_slice(&*installation).map_err(|_| Damaged)?;
        wrapping
            .decrypt_in_place(&nonce, &header[..AFTER_KEY_ID], &mut *key)
            .map_err(|_| Damaged)?;
        let cipher = Sm4Gcm::new_from_slice(&key).map_err(|_| Damaged)?;
        Ok(Chunks { cipher, header, next: 0 })
    }

    /// What stands before the first chunk.
    pub(super) fn header(&self) -> &[u8; HEADER] {
        &self.header
    }

    fn nonce(&mut self, last: bool) -> Option<[u8; 12]> {
        let mut nonce = [0; 12];
        nonce[..7].copy_from_slice(&self.header[AFTER_KEY..]);
        nonce[7..11].copy_from_slice(&self.next.to_be_bytes());
        nonce[11] = u8::from(last);
        self.next = self.next.checked_add(1)?;
        Some(nonce)
    }

    /// Encrypts the next chunk in place and appends its tag; `None` past 2^32 chunks.
    pub(super) fn seal_next(&mut self, last: bool, chunk: &mut Vec<u8>) -> Option<()> {
        let nonce = self.nonce(last)?;
        self.cipher.encrypt_in_place(&nonce.into(), &self.header, chunk).ok()
    }

    /// Decrypts the next chunk in place and cuts off its tag.
    pub(super) fn open_next(&mut self, last: bool, chunk: &mut Vec<u8>) -> Result<(), Damaged> {
        if chunk.len() <= TAG || (!last && chunk.len() != CHUNK + TAG) {
            return Err(Damaged);
        }
        let nonce = self.nonce(last).ok_or(Damaged)?;
        self.cipher.decrypt_in_place(&nonce.into(), &self.header, chunk).map_err(|_| Damaged)
    }
}
