//! The form in which an object rests: SM4-GCM in chunks (GB/T 32907-2016, GB/T 36624-2018), so
//! that it streams both ways and no change, cut or exchange goes unseen.
//!
//! ```text
//! header, 12 bytes:  "MSHO"  version 2  prefix (7); the file's key rests elsewhere, wrapped for whom the file is about
//! or, before, 60:    "MSHO"  version 1  key id (4, big endian)  nonce (12)
//!                    data key wrapped by the installation's key (16 + tag 16)  prefix (7)
//! chunks:            65 536 bytes (the last one 1 to 65 536) + tag 16
//! chunk's nonce:     prefix (7)  number from 0 (4, big endian)  1 for the last, else 0
//! associated data:   the header's first 9 bytes for the wrapped key; the whole header for a chunk
//! ```
//!
//! The chunks are the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online
//! Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, 2015).

use super::{FileKey, ObjectKeys};
use aes_gcm::aead::consts::U12;
use aes_gcm::{AeadInOut as _, AesGcm, KeyInit as _};
use sm4::Sm4;
use zeroize::Zeroizing;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Bytes of clear content in a chunk; only the last may have fewer, never none.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes that a chunk gains.
pub(super) const TAG: usize = 16;
/// Bytes before the first chunk, where the file's key rests elsewhere.
const HEADER: usize = 12;
/// Bytes before the first chunk, where they hold the wrapped key.
pub(super) const HEADER_WITH_KEY: usize = 60;
/// The bytes of a prefix.
const PREFIX: usize = 7;
/// Random bytes that an object needs: data key, nonce of its wrapping, prefix.
pub(super) const RANDOM: usize = 16 + 12 + 7;

const MAGIC: &[u8; 5] = b"MSHO\x02";
const MAGIC_WITH_KEY: &[u8; 5] = b"MSHO\x01";
const AFTER_KEY_ID: usize = MAGIC_WITH_KEY.len() + 4;
const AFTER_NONCE: usize = AFTER_KEY_ID + 12;
const AFTER_KEY: usize = AFTER_NONCE + 16 + TAG;

/// What is stored is not what was written, or its key is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// How many bytes stand before the first chunk; `None` where it is no object, or too little of one.
pub(super) fn header_length(beginning: &[u8]) -> Option<usize> {
    let length = match beginning.first_chunk::<5>()? {
        MAGIC => HEADER,
        MAGIC_WITH_KEY => HEADER_WITH_KEY,
        _ => return None,
    };
    (beginning.len() >= length).then_some(length)
}

/// Encrypts or decrypts the chunks of one object in order.
pub(super) struct Chunks {
    cipher: Sm4Gcm,
    header: Vec<u8>,
    prefix: [u8; PREFIX],
    next: u32,
}

impl Chunks {
    /// For a new object whose key rests elsewhere; the random bytes are the key, 12 that are not needed, the prefix.
    pub(super) fn seal_under(random: &Zeroizing<[u8; RANDOM]>) -> Option<(Self, FileKey)> {
        let key = random.first_chunk::<16>()?;
        let prefix = *random.last_chunk::<PREFIX>()?;
        let header = [MAGIC.as_slice(), &prefix].concat();
        let cipher = Sm4Gcm::new_from_slice(key).ok()?;
        Some((Chunks { cipher, header, prefix, next: 0 }, FileKey::new(*key)))
    }

    /// For a new object that holds its key, wrapped by the installation's; `None` when the cipher refuses, which it
    /// never does.
    pub(super) fn seal(keys: &dyn ObjectKeys, random: &Zeroizing<[u8; RANDOM]>) -> Option<Self> {
        let (id, installation) = keys.current();
        let installation = Zeroizing::new(installation);
        let (key, rest) = random.split_at(16);
        let (nonce, prefix) = rest.split_at(12);
        let mut header = vec![0; HEADER_WITH_KEY];
        header[..MAGIC_WITH_KEY.len()].copy_from_slice(MAGIC_WITH_KEY);
        header[MAGIC_WITH_KEY.len()..AFTER_KEY_ID].copy_from_slice(&id.to_be_bytes());
        header[AFTER_KEY_ID..AFTER_NONCE].copy_from_slice(nonce);
        header[AFTER_KEY..].copy_from_slice(prefix);
        let mut wrapped = Zeroizing::new(key.to_vec());
        let wrapping = Sm4Gcm::new_from_slice(&*installation).ok()?;
        let nonce = nonce.try_into().ok()?;
        wrapping.encrypt_in_place(nonce, &header[..AFTER_KEY_ID], &mut *wrapped).ok()?;
        header[AFTER_NONCE..AFTER_KEY].copy_from_slice(&wrapped);
        let prefix = prefix.try_into().ok()?;
        Some(Chunks { cipher: Sm4Gcm::new_from_slice(key).ok()?, header, prefix, next: 0 })
    }

    /// For an object that rests, with its key where that is not in it.
    pub(super) fn open(
        keys: &dyn ObjectKeys,
        given: Option<&FileKey>,
        header: &[u8],
    ) -> Result<Self, Damaged> {
        let prefix = *header.last_chunk::<PREFIX>().ok_or(Damaged)?;
        // A key that was kept beside the file is good for one that holds its own too.
        let key = match given {
            Some(key) => key.clone(),
            None => key_in(keys, header)?,
        };
        let cipher = Sm4Gcm::new_from_slice(key.bytes()).map_err(|_| Damaged)?;
        Ok(Chunks { cipher, header: header.to_vec(), prefix, next: 0 })
    }

    /// What stands before the first chunk.
    pub(super) fn header(&self) -> &[u8] {
        &self.header
    }

    fn nonce(&mut self, last: bool) -> Option<[u8; 12]> {
        let mut nonce = [0; 12];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
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

/// The key that a header of the first version holds.
pub(super) fn key_in(keys: &dyn ObjectKeys, header: &[u8]) -> Result<FileKey, Damaged> {
    if header.len() != HEADER_WITH_KEY || !header.starts_with(MAGIC_WITH_KEY) {
        return Err(Damaged);
    }
    let id = header[MAGIC_WITH_KEY.len()..AFTER_KEY_ID].try_into().map_err(|_| Damaged)?;
    let id = u32::from_be_bytes(id);
    let Some(installation) = keys.by_id(id).map(Zeroizing::new) else {
        tracing::error!(key = id, "an object names a key that is not here");
        return Err(Damaged);
    };
    let nonce = header[AFTER_KEY_ID..AFTER_NONCE].try_into().map_err(|_| Damaged)?;
    let mut key = Zeroizing::new(header[AFTER_NONCE..AFTER_KEY].to_vec());
    let wrapping = Sm4Gcm::new_from_slice(&*installation).map_err(|_| Damaged)?;
    wrapping.decrypt_in_place(&nonce, &header[..AFTER_KEY_ID], &mut *key).map_err(|_| Damaged)?;
    Ok(FileKey::new(key.as_slice().try_into().map_err(|_| Damaged)?))
}
