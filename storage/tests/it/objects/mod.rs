//! The objects seam, in a directory; on S3-compatible storage when `MINSHU_TEST_S3` names one.

mod damage;
mod store;

use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::objects::{Body, Limits, ObjectAddress, Objects, ObjectsError};
use minshu_storage::objects::{ObjectKeys, ObjectStorage, ObjectsPlace, S3};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Keys 1 to `current`.
struct Keys {
    current: u32,
}

impl ObjectKeys for Keys {
    fn current(&self) -> (u32, [u8; 16]) {
        (self.current, [u8::try_from(self.current).unwrap(); 16])
    }

    fn by_id(&self, id: u32) -> Option<[u8; 16]> {
        (1..=self.current).contains(&id).then(|| [u8::try_from(id).unwrap(); 16])
    }

    fn fingerprint_key(&self) -> [u8; 32] {
        [9; 32]
    }
}

/// A body from memory in pieces of one size, which may break off.
struct Pieces {
    left: Vec<u8>,
    size: usize,
    broken: bool,
}

impl Body for Pieces {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(async move {
            if self.left.is_empty() {
                return if self.broken { Err("the line was cut".into()) } else { Ok(None) };
            }
            let later = self.left.split_off(self.size.min(self.left.len()));
            Ok(Some(std::mem::replace(&mut self.left, later).into()))
        })
    }
}

fn pieces(content: &[u8], size: usize) -> Pieces {
    Pieces { left: content.to_vec(), size, broken: false }
}

fn any(max_bytes: u64) -> Limits {
    Limits { max_bytes, kinds: Vec::new() }
}

/// A store with the folder that it may write to.
struct TestStore {
    folder: TempDir,
    storage: ObjectStorage,
}

impl TestStore {
    async fn directory() -> TestStore {
        let folder = tempfile::tempdir().unwrap();
        let storage = open(folder.path(), 1).await;
        TestStore { folder, storage }
    }

    /// In a directory always, in S3 when `MINSHU_TEST_S3` holds `http://127.0.0.1:5000/bucket`.
    async fn each() -> Vec<TestStore> {
        let mut all = vec![TestStore::directory().await];
        let Ok(address) = std::env::var("MINSHU_TEST_S3") else {
            eprintln!("skipped on S3: MINSHU_TEST_S3 names no store");
            return all;
        };
        let (endpoint, bucket) = address.rsplit_once('/').unwrap();
        let folder = tempfile::tempdir().unwrap();
        let place = ObjectsPlace::S3(S3 {
            bucket: bucket.to_owned(),
            prefix: "some/where".to_owned(),
            endpoint: Some(endpoint.to_owned()),
            region: "us-east-1".to_owned(),
            access_key_id: "test".to_owned(),
            secret_access_key: "test".to_owned(),
            spool: folder.path().join("spool"),
        });
        let keys = Arc::new(Keys { current: 1 });
        let storage = ObjectStorage::open(place, keys).await.unwrap();
        all.push(TestStore { folder, storage });
        all
    }

    /// Files that wait under the folder.
    fn waiting(&self) -> usize {
        ["incoming", "spool"]
            .iter()
            .filter_map(|name| std::fs::read_dir(self.folder.path().join(name)).ok())
            .map(Iterator::count)
            .sum()
    }
}

async fn open(folder: &Path, current: u32) -> ObjectStorage {
    let place = ObjectsPlace::Directory(folder.to_owned());
    ObjectStorage::open(place, Arc::new(Keys { current })).await.unwrap()
}

/// All clear bytes of an object, or why not: told at the opening or on the way.
async fn read(storage: &ObjectStorage, address: &ObjectAddress) -> Result<Vec<u8>, String> {
    let mut body = match storage.get(address).await {
        Ok(body) => body,
        Err(error @ ObjectsError::Damaged) => return Err(error.to_string()),
        Err(other) => panic!("{other:?}"),
    };
    let mut all = Vec::new();
    while let Some(piece) = body.next().await? {
        all.extend_from_slice(&piece);
    }
    assert_eq!(body.next().await, Ok(None));
    Ok(all)
}

/// Text of so many bytes that is different everywhere.
fn text(bytes: usize) -> Vec<u8> {
    (0_u64..).flat_map(|n| format!("{n:x} ").into_bytes()).take(bytes).collect()
}
