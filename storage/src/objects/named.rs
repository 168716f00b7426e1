//! Small named objects in clear: the heads of the audit chain, copied out of the database.

use super::objects_error;
use bytes::Bytes;
use minshu_kernel::objects::ObjectsError;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use std::sync::Arc;

/// The most bytes of a named object.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The most characters of a name.
const MAX_NAME: usize = 200;

/// The path of a name: parts of `a-z 0-9 - .` between slashes, no part empty, none with `..` or a
/// dot at its beginning.
fn path(name: &str) -> Result<Path, ObjectsError> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let good = name.len() <= MAX_NAME
        && name.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && !part.contains("..")
                && part.bytes().all(plain)
        });
    if good {
        return Ok(Path::from(format!("named/{name}")));
    }
    Err(ObjectsError::Unavailable(format!("{name:?} is no name of an object")))
}

/// Writes, replacing what was there: a reader sees the old or the new, never a part.
pub(super) async fn put(
    store: &Arc<dyn ObjectStore>,
    name: &str,
    content: Bytes,
) -> Result<(), ObjectsError> {
    let path = path(name)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(ObjectsError::TooLarge { max_bytes: MAX_BYTES });
    }
    // In a directory this is a file beside, fsync, rename, fsync of the directory.
    store.put(&path, PutPayload::from(content)).await.map(drop).map_err(|e| objects_error(&e))
}

pub(super) async fn get(store: &Arc<dyn ObjectStore>, name: &str) -> Result<Bytes, ObjectsError> {
    let found = store.get(&path(name)?).await.map_err(|e| objects_error(&e))?;
    if found.meta.size > MAX_BYTES {
        return Err(ObjectsError::TooLarge { max_bytes: MAX_BYTES });
    }
    found.bytes().await.map_err(|e| objects_error(&e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(
            path("audit/heads/000-1.json").unwrap().as_ref(),
            "named/audit/heads/000-1.json"
        );
        let long = "a".repeat(MAX_NAME + 1);
        for bad in [
            "", "/", "a//b", "/a", "a/", "..", "a/../b", "a..b", ".a", "A", "a b", "a\\b", "头",
            &long,
        ] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leads_out(name: String) {
            if let Ok(path) = path(&name) {
                prop_assert_eq!(path.as_ref(), format!("named/{name}"));
                prop_assert!(path.parts().all(|part| part.as_ref() != ".."));
            }
        }
    }
}
