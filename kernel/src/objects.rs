//! The objects seam: files, addressed by the SHA-256 of what is stored. Each is encrypted under a key of its own, which
//! rests wrapped for whom the file is about; sizes and kinds are checked by content while it streams. Files come in by
//! uploads alone, see [`StagedUploads`](crate::ctx::StagedUploads).

use crate::BoxFuture;
use bytes::Bytes;

/// The address of a stored object: `sha256:` and 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct ObjectAddress(String);

impl ObjectAddress {
    /// From a SHA-256 digest.
    pub fn of_digest(digest: &[u8; 32]) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in digest {
            let _infallible = write!(text, "{byte:02x}");
        }
        ObjectAddress(text)
    }

    /// Reads the one accepted spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let good = hex.len() == 64
            && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        good.then(|| ObjectAddress(text.to_owned()))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> &str {
        &self.0["sha256:".len()..]
    }
}

/// What a body may be.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most bytes.
    pub max_bytes: u64,
    /// Media types allowed, found by content; empty allows every known kind.
    pub kinds: Vec<String>,
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it is: the hash of the stored (encrypted) bytes.
    pub address: ObjectAddress,
    /// Bytes of the content before encryption.
    pub bytes: u64,
    /// The media type by content.
    pub kind: String,
    /// SHA-256 of the content before encryption, keyed so that it tells nothing outside: hexadecimal.
    pub fingerprint: String,
}

/// A body that arrives in pieces.
pub trait Body: Send {
    /// The next piece, `None` at the end.
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>>;
}

/// Why an object was not stored or not read.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    /// More bytes than allowed.
    #[error("the file is larger than {max_bytes} bytes")]
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// Its content is of another kind than allowed.
    #[error("the file is {found}, which is not among those accepted")]
    WrongKind {
        /// The media type found by content, or `unknown`.
        found: String,
    },
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It holds malicious software.
    #[error("the file holds malicious software: {signature}")]
    Infected {
        /// What the scanner knows it by.
        signature: String,
    },
    /// It could not be looked at, and is not let in.
    #[error("the file could not be looked at: {0}")]
    Unchecked(String),
    /// There is no such object.
    #[error("there is no such object")]
    Missing,
    /// What is stored is not what was written.
    #[error("the stored object is damaged")]
    Damaged,
    /// The sender stopped in the middle.
    #[error("the upload was cut off: {0}")]
    CutOff(String),
    /// The store cannot be reached or the disk refuses.
    #[error("the object store is unavailable: {0}")]
    Unavailable(String),
}

/// The objects engine as the contract sees it.
pub trait Objects: Send + Sync {
    /// Opens an object for reading, decrypted, in pieces.
    fn get<'a>(
        &'a self,
        address: &'a ObjectAddress,
    ) -> BoxFuture<'a, Result<Box<dyn Body>, ObjectsError>>;

    /// Deletes an object; one that is not there is no failure.
    fn remove<'a>(&'a self, address: &'a ObjectAddress) -> BoxFuture<'a, Result<(), ObjectsError>>;

    /// Writes a small named object in clear (audit heads): never personal data.
    fn put_named<'a>(
        &'a self,
        name: &'a str,
        content: Bytes,
    ) -> BoxFuture<'a, Result<(), ObjectsError>>;

    /// Reads a named object.
    fn get_named<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Bytes, ObjectsError>>;
}
