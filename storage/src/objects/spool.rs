//! Receiving: an upload is checked and encrypted as it streams into a file that waits, and that
//! file becomes the object only when it is whole and on the disk.

use super::kind::KindFinder;
use super::seal::{CHUNK, Chunks};
use super::{
    FileKey, ObjectKeys, ObjectStorage, io_error, objects_error, off_thread, path_of, random,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use minshu_kernel::objects::{Body, Limits, ObjectAddress, ObjectsError, Stored};
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What files that wait are called.
pub(super) const EXTENSION: &str = "part";
/// Clear bytes that are gathered before the cipher's thread is asked.
const GATHERED: usize = 4 * CHUNK;
/// Up to this size an object goes to S3 in one request; above, in parts.
const ONE_REQUEST: u64 = 8 * 1024 * 1024;
/// Parts on their way to S3 at one time.
const PARTS: usize = 4;

/// A file that waits; removed when it is not kept.
struct Waiting {
    path: PathBuf,
    kept: bool,
}

impl Waiting {
    /// It has another name now: nothing is to be removed.
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is forgotten at a later start.
            let _removed = std::fs::remove_file(&self.path);
        }
    }
}

/// A whole upload, encrypted and on the disk of this machine.
pub(super) struct Sealed {
    waiting: Waiting,
    stored_bytes: u64,
    stored: Stored,
    /// The file's key, where it rests elsewhere.
    pub(super) key: Option<FileKey>,
}

/// Where the key of a file rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// In the file, wrapped by the installation's.
    Within,
    /// Wherever the caller keeps it.
    Apart,
}

/// An upload on its way.
struct Receiving {
    // The file is closed before it is removed.
    file: File,
    waiting: Waiting,
    chunks: Chunks,
    /// The file's key, where it rests elsewhere.
    file_key: Option<FileKey>,
    /// Clear bytes that are not yet a whole chunk, or the whole one that may be the last.
    clear: Zeroizing<Vec<u8>>,
    kind: KindFinder,
    address: Sha256,
    fingerprint: Hmac<Sm3>,
    bytes: u64,
    stored_bytes: u64,
}

impl Receiving {
    /// `kept`: whether the file's key rests elsewhere; else the file holds it, wrapped by the installation's.
    fn start(spool: &Path, keys: &dyn ObjectKeys, kept: Kept) -> Result<Self, ObjectsError> {
        let unusable = || ObjectsError::Unavailable("the cipher refuses its key".into());
        let mut name = String::new();
        for byte in random::<16>()?.iter() {
            let _infallible = write!(name, "{byte:02x}");
        }
        let path = spool.join(format!("{name}.{EXTENSION}"));
        let mut file = File::create_new(&path).map_err(io_error("an upload cannot be received"))?;
        let waiting = Waiting { path, kept: false };
        let (chunks, file_key) = match kept {
            Kept::Within => (Chunks::seal(keys, &random()?).ok_or_else(unusable)?, None),
            Kept::Apart => {
                let (chunks, key) = Chunks::seal_under(&random()?).ok_or_else(unusable)?;
                (chunks, Some(key))
            }
        };
        let key = Zeroizing::new(keys.fingerprint_key());
        let fingerprint = Hmac::new_from_slice(&*key).map_err(|_| unusable())?;
        let mut address = Sha256::new();
        address.update(chunks.header());
        file.write_all(chunks.header()).map_err(io_error("an upload cannot be written"))?;
        Ok(Receiving {
            file,
            waiting,
            stored_bytes: chunks.header().len() as u64,
            chunks,
            file_key,
            clear: Zeroizing::new(Vec::with_capacity(CHUNK)),
            kind: KindFinder::new(),
            address,
            fingerprint,
            bytes: 0,
        })
    }

    /// Takes the next clear bytes; `accepted` kinds are looked at as early as can be.
    fn push(&mut self, mut piece: &[u8], accepted: &[String]) -> Result<(), ObjectsError> {
        self.bytes += piece.len() as u64;
        self.kind.push(piece);
        self.fingerprint.update(piece);
        if let Some(found) = self.kind.hopeless(accepted) {
            return Err(ObjectsError::WrongKind { found: found.to_owned() });
        }
        while !piece.is_empty() {
            // A full chunk waits until it is known not to be the last.
            if self.clear.len() == CHUNK {
                self.write_chunk(false)?;
            }
            let (now, later) = piece.split_at(piece.len().min(CHUNK - self.clear.len()));
            self.clear.extend_from_slice(now);
            piece = later;
        }
        Ok(())
    }

    fn write_chunk(&mut self, last: bool) -> Result<(), ObjectsError> {
        let mut chunk = self.clear.to_vec();
        self.clear.clear();
        self.chunks
            .seal_next(last, &mut chunk)
            .ok_or(ObjectsError::TooLarge { max_bytes: self.bytes })?;
        self.address.update(&chunk);
        self.stored_bytes += chunk.len() as u64;
        self.file.write_all(&chunk).map_err(io_error("an upload cannot be written"))
    }

    /// Writes the last chunk, decides the kind and brings the file to the disk.
    fn finish(mut self, accepted: &[String]) -> Result<Sealed, ObjectsError> {
        if self.bytes == 0 {
            return Err(ObjectsError::Empty);
        }
        let kind = self.kind.finish().unwrap_or("unknown");
        let among = accepted.is_empty() || accepted.iter().any(|a| a == kind);
        if kind == "unknown" || !among {
            return Err(ObjectsError::WrongKind { found: kind.to_owned() });
        }
        // The finder is gone; a fresh one costs nothing and is not asked.
        self.kind = KindFinder::new();
        self.write_chunk(true)?;
        self.file.sync_all().map_err(io_error("an upload cannot be brought to the disk"))?;
        let digest: [u8; 32] = self.address.finalize().into();
        let mut fingerprint = String::with_capacity(64);
        for byte in self.fingerprint.finalize().into_bytes() {
            let _infallible = write!(fingerprint, "{byte:02x}");
        }
        let stored = Stored {
            address: ObjectAddress::of_digest(&digest),
            bytes: self.bytes,
            kind: kind.to_owned(),
            fingerprint,
        };
        Ok(Sealed {
            waiting: self.waiting,
            stored_bytes: self.stored_bytes,
            stored,
            key: self.file_key,
        })
    }
}

/// Receives a body into a file that waits.
pub(super) async fn receive(
    spool: &Path,
    keys: &Arc<dyn ObjectKeys>,
    body: &mut dyn Body,
    limits: &Limits,
    kept: Kept,
) -> Result<Sealed, ObjectsError> {
    let accepted: Arc<[String]> = limits.kinds.clone().into();
    let (spool, keys) = (spool.to_owned(), Arc::clone(keys));
    let mut receiving = off_thread(move || Receiving::start(&spool, &*keys, kept)).await?;
    let mut gathered: Vec<bytes::Bytes> = Vec::new();
    let (mut waiting, mut total) = (0_usize, 0_u64);
    while let Some(piece) = body.next().await.map_err(ObjectsError::CutOff)? {
        total = total.saturating_add(piece.len() as u64);
        if total > limits.max_bytes {
            return Err(ObjectsError::TooLarge { max_bytes: limits.max_bytes });
        }
        waiting += piece.len();
        gathered.push(piece);
        if waiting >= GATHERED {
            waiting = 0;
            let (pieces, accepted) = (std::mem::take(&mut gathered), Arc::clone(&accepted));
            receiving = off_thread(move || push_all(receiving, &pieces, &accepted)).await?;
        }
    }
    off_thread(move || push_all(receiving, &gathered, &accepted)?.finish(&accepted)).await
}

fn push_all(
    mut receiving: Receiving,
    pieces: &[bytes::Bytes],
    accepted: &[String],
) -> Result<Receiving, ObjectsError> {
    for piece in pieces {
        receiving.push(piece, accepted)?;
    }
    Ok(receiving)
}

impl ObjectStorage {
    /// Makes a whole upload the object; durable when this returns.
    pub(super) async fn keep(&self, sealed: Sealed) -> Result<Stored, ObjectsError> {
        let path = path_of(&sealed.stored.address);
        if let Some(directory) = &self.directory {
            let directory = directory.clone();
            let Sealed { waiting, stored, .. } = sealed;
            return off_thread(move || {
                directory
                    .take(&waiting.path, path.as_ref())
                    .map_err(io_error("an object cannot be put into its place"))?;
                waiting.keep();
                Ok(stored)
            })
            .await;
        }
        send(&*self.store, &path, &sealed.waiting.path, sealed.stored_bytes).await?;
        Ok(sealed.stored.clone())
    }
}

/// Sends a file of so many bytes to the store: it is there whole or not at all.
pub(super) async fn send(
    store: &dyn ObjectStore,
    path: &object_store::path::Path,
    file: &Path,
    bytes: u64,
) -> Result<(), ObjectsError> {
    if bytes > ONE_REQUEST {
        return in_parts(store, path, file).await;
    }
    let content = tokio::fs::read(file).await.map_err(io_error("an upload cannot be read"))?;
    let put = store.put(path, PutPayload::from(content)).await;
    put.map(drop).map_err(|e| objects_error(&e))
}

async fn in_parts(
    store: &dyn ObjectStore,
    path: &object_store::path::Path,
    file: &Path,
) -> Result<(), ObjectsError> {
    use tokio::io::AsyncReadExt as _;
    let unreadable = io_error("an upload cannot be read");
    let mut file = tokio::fs::File::open(file).await.map_err(&unreadable)?;
    let upload = store.put_multipart(path).await.map_err(|e| objects_error(&e))?;
    let mut upload = WriteMultipart::new_with_chunk_size(upload, 8 * 1024 * 1024);
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let read = file.read(&mut buffer).await;
        let ready = upload.wait_for_capacity(PARTS).await;
        let failed = match (&read, ready) {
            (Err(e), _) => Some(unreadable(std::io::Error::other(e.to_string()))),
            (_, Err(e)) => Some(objects_error(&e)),
            (Ok(_), Ok(())) => None,
        };
        if let Some(error) = failed {
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, "the parts of a failed upload are left in the store");
            }
            return Err(error);
        }
        match read {
            Ok(0) | Err(_) => break,
            Ok(read) => upload.write(&buffer[..read]),
        }
    }
    upload.finish().await.map(drop).map_err(|e| objects_error(&e))
}
