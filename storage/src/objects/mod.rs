//! Objects: files in a directory or in S3-compatible storage, encrypted before they rest and
//! addressed by the SHA-256 of what is stored.

pub mod depot;
pub mod directory;
#[cfg(feature = "testing")]
pub mod fuzzing;
mod kind;
mod named;
mod place;
mod read;
mod seal;
mod shelves;
mod spool;
mod unseal;

pub use place::{ObjectsPlace, S3};

use futures_util::StreamExt as _;
use minshu_kernel::BoxFuture;
use minshu_kernel::objects::{Body, Limits, ObjectAddress, Objects, ObjectsError, Stored};
use object_store::{ObjectStore, ObjectStoreExt as _};
use shelves::Shelves;
use spool::Kept;
use std::path::PathBuf;
use std::sync::Arc;

/// The installation's keys, as the runtime holds them.
pub trait ObjectKeys: Send + Sync {
    /// The number and the key (SM4, 128 bits) with which new objects are wrapped.
    fn current(&self) -> (u32, [u8; 16]);
    /// A key by its number, also one that is no longer current.
    fn by_id(&self, id: u32) -> Option<[u8; 16]>;
    /// The key of fingerprints (HMAC-SM3): the same as long as the installation lives.
    fn fingerprint_key(&self) -> [u8; 32];
}

/// The key of one file (SM4, 128 bits), in memory alone.
#[derive(Clone)]
pub struct FileKey(Arc<zeroize::Zeroizing<[u8; 16]>>);

impl FileKey {
    /// A key as it was kept.
    pub fn new(bytes: [u8; 16]) -> FileKey {
        FileKey(Arc::new(zeroize::Zeroizing::new(bytes)))
    }

    /// Its bytes, to be kept wrapped.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// The objects engine.
pub struct ObjectStorage {
    store: Arc<dyn ObjectStore>,
    /// Where uploads wait until they are whole.
    spool: PathBuf,
    /// The directory that holds the objects, when they are in one: uploads are then renamed into
    /// place instead of copied.
    directory: Option<Arc<Shelves>>,
    keys: Arc<dyn ObjectKeys>,
}

impl ObjectStorage {
    /// Opens the place; folders are made when they are absent. Uploads that were cut off more than
    /// a day ago are removed.
    ///
    /// # Errors
    /// [`ObjectsError::Unavailable`] when the place cannot be used.
    pub async fn open(
        place: ObjectsPlace,
        keys: Arc<dyn ObjectKeys>,
    ) -> Result<ObjectStorage, ObjectsError> {
        let (store, spool, directory) = place::open(&place)?;
        let directory = directory.map(|directory| Arc::new(Shelves::new(directory)));
        Ok(ObjectStorage { store, spool, directory, keys })
    }
}

/// An object as the store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its address.
    pub address: ObjectAddress,
    /// When it was stored, UTC milliseconds.
    pub at_ms: i64,
}

impl ObjectStorage {
    /// Every object, in no order; what is only being received and named ones are none.
    ///
    /// # Errors
    /// [`ObjectsError::Unavailable`] when the store does not answer.
    pub async fn list(&self) -> Result<Vec<Listed>, ObjectsError> {
        let root = object_store::path::Path::from("sha256");
        let mut all = self.store.list(Some(&root));
        let mut found = Vec::new();
        while let Some(object) = all.next().await {
            let object = object.map_err(|error| objects_error(&error))?;
            let digits = object.location.as_ref().trim_start_matches("sha256/").replace('/', "");
            if let Some(address) = ObjectAddress::parse(&format!("sha256:{digits}")) {
                let at_ms = object.last_modified.timestamp_millis();
                found.push(Listed { address, at_ms });
            }
        }
        Ok(found)
    }
}

impl ObjectStorage {
    /// Checks, encrypts and stores a body under the installation's key; when this answers `Ok` it is durable.
    ///
    /// # Errors
    /// What is wrong with the body or the store.
    pub async fn put(&self, body: &mut dyn Body, limits: &Limits) -> Result<Stored, ObjectsError> {
        let sealed = spool::receive(&self.spool, &self.keys, body, limits, Kept::Within).await?;
        self.keep(sealed).await
    }

    /// Checks, encrypts and stores a body under a key of its own, which the caller keeps: without it nobody reads the
    /// file again. When this answers `Ok` it is durable.
    ///
    /// # Errors
    /// What is wrong with the body or the store.
    pub async fn put_keyed(
        &self,
        body: &mut dyn Body,
        limits: &Limits,
    ) -> Result<(Stored, FileKey), ObjectsError> {
        let sealed = spool::receive(&self.spool, &self.keys, body, limits, Kept::Apart).await?;
        let key = sealed.key.clone();
        let key = key.ok_or_else(|| ObjectsError::Unavailable("a file without a key".into()))?;
        Ok((self.keep(sealed).await?, key))
    }

    /// Opens an object for reading under the key that was kept for it; one that holds its own needs none.
    ///
    /// # Errors
    /// [`ObjectsError::Missing`] and [`ObjectsError::Damaged`]; a file without its key is as good as damaged.
    pub async fn open_with(
        &self,
        address: &ObjectAddress,
        key: Option<FileKey>,
    ) -> Result<Box<dyn Body>, ObjectsError> {
        read::open(&self.store, &self.keys, key, address).await
    }

    /// The key that an object holds itself, wrapped by the installation's: objects from before keys were kept apart.
    ///
    /// # Errors
    /// [`ObjectsError::Damaged`] where it holds none, or it cannot be unwrapped.
    pub async fn key_within(&self, address: &ObjectAddress) -> Result<FileKey, ObjectsError> {
        let header = self.store.get_range(&path_of(address), 0..seal::HEADER_WITH_KEY as u64).await;
        let header = header.map_err(|e| objects_error(&e))?;
        seal::key_in(&*self.keys, &header).map_err(|_| ObjectsError::Damaged)
    }
}

impl Objects for ObjectStorage {
    fn get<'a>(
        &'a self,
        address: &'a ObjectAddress,
    ) -> BoxFuture<'a, Result<Box<dyn Body>, ObjectsError>> {
        Box::pin(self.open_with(address, None))
    }

    fn remove<'a>(&'a self, address: &'a ObjectAddress) -> BoxFuture<'a, Result<(), ObjectsError>> {
        Box::pin(async move {
            match self.store.delete(&path_of(address)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(objects_error(&error)),
            }
        })
    }

    fn put_named<'a>(
        &'a self,
        name: &'a str,
        content: bytes::Bytes,
    ) -> BoxFuture<'a, Result<(), ObjectsError>> {
        Box::pin(named::put(&self.store, name, content))
    }

    fn get_named<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bytes::Bytes, ObjectsError>> {
        Box::pin(named::get(&self.store, name))
    }
}

/// The path of an object: two digits for the folder, so that none holds more than a 256th.
fn path_of(address: &ObjectAddress) -> object_store::path::Path {
    let (folder, rest) = address.hex().split_at(2);
    object_store::path::Path::from(format!("sha256/{folder}/{rest}"))
}

/// The contract's error for the store's.
fn objects_error(error: &object_store::Error) -> ObjectsError {
    match error {
        object_store::Error::NotFound { .. } => ObjectsError::Missing,
        other => ObjectsError::Unavailable(other.to_string()),
    }
}

fn io_error(what: &str) -> impl Fn(std::io::Error) -> ObjectsError + '_ {
    move |error| ObjectsError::Unavailable(format!("{what}: {error}"))
}

/// Runs what waits for the disk or the cipher off the executor's threads.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ObjectsError> + Send + 'static,
) -> Result<T, ObjectsError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|e| Err(ObjectsError::Unavailable(format!("given up: {e}"))))
}

/// Keys, nonces and names of files that wait.
fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, ObjectsError> {
    let mut bytes = zeroize::Zeroizing::new([0; N]);
    #[expect(
        clippy::disallowed_methods,
        reason = "keys and nonces of the engine never depend on the context"
    )]
    getrandom::fill(&mut *bytes).map_err(|e| ObjectsError::Unavailable(e.to_string()))?;
    Ok(bytes)
}
