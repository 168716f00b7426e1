//! Objects: files in a directory or in S3-compatible storage, encrypted before they rest and
//! addressed by the SHA-256 of what is stored.

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

use minshu_kernel::BoxFuture;
use minshu_kernel::objects::{Body, Limits, ObjectAddress, Objects, ObjectsError, Stored};
use object_store::{ObjectStore, ObjectStoreExt as _};
use shelves::Shelves;
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

impl Objects for ObjectStorage {
    fn put<'a>(
        &'a self,
        body: &'a mut dyn Body,
        limits: &'a Limits,
    ) -> BoxFuture<'a, Result<Stored, ObjectsError>> {
        Box::pin(async move {
            let sealed = spool::receive(&self.spool, &self.keys, body, limits).await?;
            self.keep(sealed).await
        })
    }

    fn get<'a>(
        &'a self,
        address: &'a ObjectAddress,
    ) -> BoxFuture<'a, Result<Box<dyn Body>, ObjectsError>> {
        Box::pin(read::open(&self.store, &self.keys, address))
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
