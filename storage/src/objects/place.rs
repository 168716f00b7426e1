//! Where objects are kept, and how that place is opened.

use super::{ObjectsError, io_error};
use crate::files;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// After this time an upload that waits was cut off.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3_600);

/// Where objects are kept.
#[derive(Debug, Clone)]
pub enum ObjectsPlace {
    /// A directory of this machine.
    Directory(PathBuf),
    /// S3-compatible storage.
    S3(S3),
}

/// The settings of S3-compatible storage.
#[derive(Clone)]
pub struct S3 {
    /// The bucket.
    pub bucket: String,
    /// Before every name in the bucket; may be empty.
    pub prefix: String,
    /// The address, where it is not Amazon's: `https://s3.example`. Clear `http` is taken only for
    /// loopback.
    pub endpoint: Option<String>,
    /// The region; many stores take any.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: String,
    /// A local folder in which encrypted uploads wait until they are whole.
    pub spool: PathBuf,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let S3 { bucket, prefix, endpoint, region, access_key_id: _, secret_access_key: _, spool } =
            self;
        f.debug_struct("S3")
            .field("bucket", bucket)
            .field("prefix", prefix)
            .field("endpoint", endpoint)
            .field("region", region)
            .field("spool", spool)
            .finish_non_exhaustive()
    }
}

type Opened = (Arc<dyn ObjectStore>, PathBuf, Option<PathBuf>);

/// The store, the folder in which uploads wait, and the directory of the objects where it is one.
pub(super) fn open(place: &ObjectsPlace) -> Result<Opened, ObjectsError> {
    let refused = |e: object_store::Error| ObjectsError::Unavailable(e.to_string());
    match place {
        ObjectsPlace::Directory(directory) => {
            let spool = directory.join("incoming");
            for folder in [&spool, &directory.join("sha256")] {
                files::make_folder(folder).map_err(io_error("the folder of objects"))?;
            }
            forget_cut_off(&spool);
            let store = LocalFileSystem::new_with_prefix(directory).map_err(refused)?;
            Ok((Arc::new(store.with_fsync(true)), spool, Some(directory.clone())))
        }
        ObjectsPlace::S3(s3) => {
            files::make_folder(&s3.spool).map_err(io_error("the folder of uploads"))?;
            forget_cut_off(&s3.spool);
            Ok((bucket(s3)?, s3.spool.clone(), None))
        }
    }
}

/// The objects in S3-compatible storage.
pub(super) fn bucket(s3: &S3) -> Result<Arc<dyn ObjectStore>, ObjectsError> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_access_key_id(&s3.access_key_id)
        .with_secret_access_key(&s3.secret_access_key);
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(loopback(endpoint));
    }
    let store = builder.build().map_err(|e| ObjectsError::Unavailable(e.to_string()))?;
    Ok(match s3.prefix.trim_matches('/') {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, prefix)),
    })
}

/// Whether an address is this machine's own.
fn loopback(endpoint: &str) -> bool {
    let Ok(url) = url::Url::parse(endpoint) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Removes uploads that were cut off long ago; another process may be receiving one just now.
fn forget_cut_off(spool: &Path) {
    let Ok(entries) = std::fs::read_dir(spool) else { return };
    for entry in entries.flatten() {
        let old = entry
            .metadata()
            .ok()
            .filter(std::fs::Metadata::is_file)
            .and_then(|found| found.modified().ok())
            .and_then(|modified| modified.elapsed().ok())
            .is_some_and(|age| age > FORGOTTEN);
        let ours = entry.path().extension().is_some_and(|e| e == super::spool::EXTENSION);
        if old
            && ours
            && let Err(error) = std::fs::remove_file(entry.path())
        {
            tracing::warn!(%error, "an upload that was cut off could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let s3 = S3 {
            bucket: "b".into(),
            prefix: String::new(),
            endpoint: None,
            region: "r".into(),
            access_key_id: "hidden-id".into(),
            secret_access_key: "hidden-secret".into(),
            spool: PathBuf::new(),
        };
        assert!(!format!("{:?}", ObjectsPlace::S3(s3)).contains("hidden"));
    }

    #[test]
    fn clear_http_is_for_this_machine() {
        assert!(loopback("http://127.0.0.1:9000") && loopback("http://[::1]:1"));
        assert!(loopback("http://localhost:5000"));
        assert!(!loopback("http://10.0.0.1:9000") && !loopback("http://localhost.example"));
    }
}
