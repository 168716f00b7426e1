//! The file that a back-up of the keys is: the key file and the wrapped keys of persons, under a passphrase.
//!
//! ```text
//! head:    "MSKA" 1  memory in KiB (4)  passes (4)  salt (16)  when (8); numbers big endian
//! frames:  length (4)  up to 64 KiB of JSON lines, SM4-GCM with tag (16)
//! nonce:   0 (7)  number from 0 (4)  1 for the last, else 0
//! ```
//!
//! The key comes from the passphrase by Argon2id (RFC 9106); the head is the associated data of every frame, so that
//! neither it nor the order of frames nor their end can be changed unseen.

use argon2::{Algorithm, Argon2, Params, Version};
use minshu_kernel::ctx::Entropy;
use minshu_kernel::personal::SubjectKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keys::subject_key;

const MAGIC: &[u8; 5] = b"MSKA\x01";
const HEAD: usize = 5 + 4 + 4 + 16 + 8;
/// Clear bytes of a frame.
const FRAME: usize = 64 * 1024;
const TAG: usize = 16;
/// What making a key costs whoever guesses: 64 MiB, three passes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// The most that a file may ask for.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 16;
/// The fewest characters of a passphrase.
const PASSPHRASE_MIN: usize = 16;

/// Why an archive was not made or does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Too easily guessed.
    #[error("the passphrase has fewer than {PASSPHRASE_MIN} characters: take a longer one")]
    ShortPassphrase,
    /// Another file.
    #[error("it is no back-up of keys")]
    OtherFile,
    /// The passphrase is another, or the file was changed or cut.
    #[error("it does not open: the passphrase is another one, or the file is damaged")]
    Closed,
    /// The cipher or its setting refuses.
    #[error("it cannot be sealed: {0}")]
    Refused(String),
}

/// The wrapped key of a subject, as its row holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKey {
    /// The subject.
    pub id: String,
    /// `account`, `person`, `installation`.
    pub kind: String,
    /// The key under the key file's; empty once destroyed. Hexadecimal digits.
    pub wrapped: String,
    /// UTC milliseconds.
    pub created_ms: i64,
    /// UTC milliseconds.
    pub destroyed_ms: Option<i64>,
}

/// What a back-up of the keys holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// When the keys were read, UTC milliseconds.
    pub at_ms: i64,
    /// The text of the key file.
    pub key_file: Zeroizing<String>,
    /// The wrapped keys.
    pub keys: Vec<WrappedKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    KeyFile(Zeroizing<String>),
    Key(WrappedKey),
}

/// Whether a file begins as an archive does.
pub fn is_archive(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

fn key(
    passphrase: &str,
    memory: u32,
    passes: u32,
    salt: &[u8],
) -> Result<SubjectKey, ArchiveError> {
    let refused = |error: argon2::Error| ArchiveError::Refused(error.to_string());
    let params = Params::new(memory, passes, 1, Some(16)).map_err(refused)?;
    let mut key = Zeroizing::new([0; 16]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .map_err(refused)?;
    Ok(subject_key([0; 16], &key))
}

fn nonce(number: u32, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[7..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

impl Archive {
    /// Seals it under a passphrase.
    ///
    /// # Errors
    /// [`ArchiveError::ShortPassphrase`]; else what the cipher refuses.
    pub fn seal(&self, passphrase: &str, entropy: &dyn Entropy) -> Result<Vec<u8>, ArchiveError> {
        self.seal_with(passphrase, entropy, (MEMORY_KIB, PASSES))
    }

    fn seal_with(
        &self,
        passphrase: &str,
        entropy: &dyn Entropy,
        (memory, passes): (u32, u32),
    ) -> Result<Vec<u8>, ArchiveError> {
        if passphrase.chars().count() < PASSPHRASE_MIN {
            return Err(ArchiveError::ShortPassphrase);
        }
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        let mut out = MAGIC.to_vec();
        out.extend(memory.to_be_bytes());
        out.extend(passes.to_be_bytes());
        out.extend(salt);
        out.extend(self.at_ms.to_be_bytes());
        let head = out.clone();
        let key = key(passphrase, memory, passes, &salt)?;
        let mut clear = Zeroizing::new(Vec::new());
        let first = std::iter::once(Line::KeyFile(self.key_file.clone()));
        for line in first.chain(self.keys.iter().cloned().map(Line::Key)) {
            let line = Zeroizing::new(serde_json::to_vec(&line).unwrap_or_default());
            clear.extend_from_slice(&line);
            clear.push(b'\n');
        }
        let last = clear.len().div_ceil(FRAME).saturating_sub(1);
        for (number, frame) in clear.chunks(FRAME).enumerate() {
            let at = u32::try_from(number).map_err(|e| ArchiveError::Refused(e.to_string()))?;
            let sealed = key.cipher.encrypt(nonce(at, number == last), &head, frame);
            out.extend(u32::try_from(sealed.len()).unwrap_or_default().to_be_bytes());
            out.extend(sealed);
        }
        Ok(out)
    }

    /// Opens one.
    ///
    /// # Errors
    /// [`ArchiveError::OtherFile`] and [`ArchiveError::Closed`].
    pub fn open(content: &[u8], passphrase: &str) -> Result<Archive, ArchiveError> {
        let (head, mut rest) = content.split_at_checked(HEAD).ok_or(ArchiveError::OtherFile)?;
        let number = |at: usize| {
            let bytes = head.get(at..at + 4).and_then(|b| b.first_chunk::<4>()).copied();
            bytes.map(u32::from_be_bytes).ok_or(ArchiveError::OtherFile)
        };
        let (memory, passes) = (number(5)?, number(9)?);
        if !is_archive(head) || memory > MEMORY_KIB_MAX || passes > PASSES_MAX {
            return Err(ArchiveError::OtherFile);
        }
        let at_ms = head.last_chunk::<8>().copied().map(i64::from_be_bytes);
        let at_ms = at_ms.ok_or(ArchiveError::OtherFile)?;
        let key =
            key(passphrase, memory, passes, &head[13..29]).map_err(|_| ArchiveError::OtherFile)?;
        let mut clear = Zeroizing::new(Vec::new());
        let mut frames = 0;
        loop {
            let (length, behind) = rest.split_first_chunk::<4>().ok_or(ArchiveError::Closed)?;
            let length = u32::from_be_bytes(*length) as usize;
            if !(TAG + 1..=FRAME + TAG).contains(&length) {
                return Err(ArchiveError::Closed);
            }
            let (frame, behind) = behind.split_at_checked(length).ok_or(ArchiveError::Closed)?;
            let last = behind.is_empty();
            let opened = key.cipher.decrypt(nonce(frames, last), head, frame);
            clear.extend_from_slice(&Zeroizing::new(opened.ok_or(ArchiveError::Closed)?));
            if last {
                break;
            }
            rest = behind;
            frames += 1;
        }
        let mut lines = clear.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut next = || lines.next().map(serde_json::from_slice::<Line>);
        let Some(Ok(Line::KeyFile(key_file))) = next() else { return Err(ArchiveError::Closed) };
        let mut keys = Vec::new();
        while let Some(line) = next() {
            match line {
                Ok(Line::Key(key)) => keys.push(key),
                _ => return Err(ArchiveError::Closed),
            }
        }
        Ok(Archive { at_ms, key_file, keys })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SystemEntropy;
    use proptest::prelude::*;

    /// As quick as the library lets.
    const QUICK: (u32, u32) = (8, 1);
    const PASSPHRASE: &str = "sixteen characters and more";

    fn archive(keys: usize) -> Archive {
        let key = |at: usize| WrappedKey {
            id: format!("{at:032x}"),
            kind: "person".into(),
            wrapped: "0102".into(),
            created_ms: 5,
            destroyed_ms: at.is_multiple_of(3).then_some(7),
        };
        let key_file = Zeroizing::new("current = 1".to_owned());
        Archive { at_ms: 1_772_672_400_000, key_file, keys: (0..keys).map(key).collect() }
    }

    fn sealed(keys: usize) -> Vec<u8> {
        archive(keys).seal_with(PASSPHRASE, &SystemEntropy, QUICK).unwrap()
    }

    #[test]
    fn it_opens_with_its_passphrase_and_no_other() {
        for keys in [0, 1, 3_000] {
            let sealed = sealed(keys);
            assert_eq!(Archive::open(&sealed, PASSPHRASE), Ok(archive(keys)));
            let other = Archive::open(&sealed, "another passphrase");
            assert_eq!(other, Err(ArchiveError::Closed));
        }
        let short = archive(1).seal("fifteen letters", &SystemEntropy);
        assert_eq!(short, Err(ArchiveError::ShortPassphrase));
        // With what it costs in earnest.
        let earnest = archive(1).seal(PASSPHRASE, &SystemEntropy).unwrap();
        assert_eq!(Archive::open(&earnest, PASSPHRASE), Ok(archive(1)));
    }

    #[test]
    fn a_change_or_a_cut_is_noticed() {
        let sealed = sealed(1_500);
        for at in (0..sealed.len()).step_by(977) {
            // Without the cost of the passphrase, which anybody may raise.
            if (5..13).contains(&at) {
                continue;
            }
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(Archive::open(&changed, PASSPHRASE).is_err(), "byte {at}");
            assert!(Archive::open(&sealed[..at], PASSPHRASE).is_err(), "cut at {at}");
        }
        // Two whole frames without the last.
        let frame = FRAME + TAG + 4;
        assert!(sealed.len() > HEAD + 2 * frame);
        assert!(Archive::open(&sealed[..HEAD + 2 * frame], PASSPHRASE).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_opened_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let head = [MAGIC.as_slice(), &[0, 0, 0, 8, 0, 0, 0, 1], &[0; 24]].concat();
            let content = [head, bytes.clone()].concat();
            prop_assert!(Archive::open(&content, PASSPHRASE).is_err());
            prop_assert!(Archive::open(&bytes, PASSPHRASE).is_err());
        }
    }
}
