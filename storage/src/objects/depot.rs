//! The objects as they are stored, sealed, for back-ups: listed and copied to a file and from one, in a directory or in S3.
//! No key is needed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt as _;
use minshu_kernel::objects::{ObjectAddress, ObjectsError};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::io::AsyncWriteExt as _;

use super::{ObjectsPlace, directory, io_error, objects_error, off_thread, path_of, place, spool};
use crate::files;
use crate::records::copy::hash_of;

/// Where stored objects are.
pub struct Depot(Kind);

enum Kind {
    Directory(PathBuf),
    Store(Arc<dyn ObjectStore>),
}

/// A stored thing: an object by the hexadecimal digits of its address, or a named one.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// An object.
    Address(&'a str),
    /// A named one.
    Name(&'a str),
}

impl Which<'_> {
    fn file(self, directory: &Path) -> Result<PathBuf, ObjectsError> {
        let file = match self {
            Which::Address(digits) => directory::file_of(directory, digits),
            Which::Name(name) => directory::file_of_name(directory, name),
        };
        file.ok_or(ObjectsError::Missing)
    }

    fn key(self) -> Result<Key, ObjectsError> {
        match self {
            Which::Address(digits) => ObjectAddress::parse(&format!("sha256:{digits}"))
                .map(|address| path_of(&address))
                .ok_or(ObjectsError::Missing),
            Which::Name(name) => directory::file_of_name(Path::new("/"), name)
                .map(|_| Key::from(format!("named/{name}")))
                .ok_or(ObjectsError::Missing),
        }
    }
}

impl Depot {
    /// Opens the place. In a directory nothing is made yet.
    ///
    /// # Errors
    /// [`ObjectsError::Unavailable`] when the settings of the store are no good.
    pub fn open(place: &ObjectsPlace) -> Result<Depot, ObjectsError> {
        Ok(Depot(match place {
            ObjectsPlace::Directory(path) => Kind::Directory(path.clone()),
            ObjectsPlace::S3(s3) => Kind::Store(place::bucket(s3)?),
        }))
    }

    /// The hexadecimal digits of every object's address, in order.
    ///
    /// # Errors
    /// What the disk or the store says.
    pub async fn addresses(&self) -> Result<Vec<String>, ObjectsError> {
        let mut found = match &self.0 {
            Kind::Directory(path) => {
                directory::addresses(path).map_err(io_error("the objects cannot be listed"))?
            }
            Kind::Store(store) => {
                let keys = keys(store, "sha256").await?;
                let digits = keys.iter().map(|key| key.replace('/', ""));
                digits.filter(|digits| Which::Address(digits).key().is_ok()).collect()
            }
        };
        found.sort();
        Ok(found)
    }

    /// Whether an object is there.
    ///
    /// # Errors
    /// What the disk or the store says.
    pub async fn holds(&self, digits: &str) -> Result<bool, ObjectsError> {
        let which = Which::Address(digits);
        match &self.0 {
            Kind::Directory(path) => {
                let found = which.file(path)?.try_exists();
                found.map_err(io_error("the objects cannot be looked at"))
            }
            Kind::Store(store) => match store.head(&which.key()?).await {
                Ok(_) => Ok(true),
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(objects_error(&error)),
            },
        }
    }

    /// The names of the named ones, in order.
    ///
    /// # Errors
    /// What the disk or the store says.
    pub async fn names(&self) -> Result<Vec<String>, ObjectsError> {
        let mut found = match &self.0 {
            Kind::Directory(path) => {
                directory::names(path).map_err(io_error("the names cannot be listed"))?
            }
            Kind::Store(store) => keys(store, "named").await?,
        };
        found.sort();
        Ok(found)
    }

    /// Copies what is stored to a file, which is there whole or not at all; answers its SHA-256 and length.
    ///
    /// # Errors
    /// [`ObjectsError::Missing`], and what the disk or the store says.
    pub async fn fetch(&self, which: Which<'_>, to: &Path) -> Result<(String, u64), ObjectsError> {
        let (from, key, to) = match &self.0 {
            Kind::Directory(path) => (which.file(path)?, None, to.to_owned()),
            Kind::Store(store) => {
                let part = to.with_extension("fetched");
                receive(store, &which.key()?, &part).await?;
                (part.clone(), Some(part), to.to_owned())
            }
        };
        let copied = off_thread(move || {
            directory::copy(&from, &to).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => ObjectsError::Missing,
                _ => io_error("an object cannot be copied")(error),
            })
        })
        .await;
        if let Some(part) = key {
            let _removed = std::fs::remove_file(part);
        }
        copied
    }

    /// Stores a file, held against the SHA-256 that it must have. An object that is there already stays; what has a name
    /// is replaced. Answers the length.
    ///
    /// # Errors
    /// [`ObjectsError::Damaged`] where the file is another one, and what the disk or the store says.
    pub async fn store(
        &self,
        from: &Path,
        which: Which<'_>,
        sha256: &str,
    ) -> Result<u64, ObjectsError> {
        let unreadable = io_error("an object cannot be copied");
        let (hash, bytes) = hash_of(from).map_err(&unreadable)?;
        if hash != sha256 {
            return Err(ObjectsError::Damaged);
        }
        match &self.0 {
            Kind::Directory(path) => {
                let to = which.file(path)?;
                if matches!(which, Which::Name(_)) || !to.exists() {
                    let copied = directory::copy(from, &to).map_err(unreadable)?;
                    if copied.0 != sha256 {
                        return Err(ObjectsError::Damaged);
                    }
                }
            }
            Kind::Store(store) => {
                let key = which.key()?;
                match store.head(&key).await {
                    Ok(found) if found.size == bytes && matches!(which, Which::Address(_)) => {}
                    Ok(_) | Err(object_store::Error::NotFound { .. }) => {
                        spool::send(&**store, &key, from, bytes).await?;
                    }
                    Err(error) => return Err(objects_error(&error)),
                }
            }
        }
        Ok(bytes)
    }
}

/// The keys under a folder of the store, without it.
async fn keys(store: &Arc<dyn ObjectStore>, folder: &str) -> Result<Vec<String>, ObjectsError> {
    let root = Key::from(folder);
    let mut all = store.list(Some(&root));
    let mut found = Vec::new();
    while let Some(object) = all.next().await {
        let object = object.map_err(|error| objects_error(&error))?;
        let key = object.location.as_ref();
        found.extend(key.strip_prefix(folder).map(|rest| rest.trim_start_matches('/').to_owned()));
    }
    Ok(found)
}

/// Writes an object of the store into a file.
async fn receive(store: &Arc<dyn ObjectStore>, key: &Key, part: &Path) -> Result<(), ObjectsError> {
    let unwritten = io_error("an object cannot be copied");
    if let Some(folder) = part.parent() {
        files::make_folder(folder).map_err(&unwritten)?;
    }
    let found = store.get(key).await.map_err(|error| objects_error(&error))?;
    let mut pieces = found.into_stream();
    let mut file = tokio::fs::File::create(part).await.map_err(&unwritten)?;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| objects_error(&error))?;
        file.write_all(&piece).await.map_err(&unwritten)?;
    }
    file.flush().await.map_err(&unwritten)
}
