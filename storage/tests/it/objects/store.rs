use super::{Pieces, TestStore, any, open, pieces, read, text};
use bytes::Bytes;
use minshu_kernel::objects::{Limits, ObjectAddress, Objects, ObjectsError};
use minshu_storage::objects::FileKey;

const CHUNK: usize = 64 * 1024;

#[tokio::test]
async fn what_was_put_comes_back_at_every_edge_of_a_chunk() {
    for test in TestStore::each().await {
        for bytes in [1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 4 * CHUNK, 5 * CHUNK + 7] {
            let content = text(bytes);
            for size in [1_000, CHUNK, 1_000_000] {
                let put =
                    test.storage.put(&mut pieces(&content, size), &any(1 << 30)).await.unwrap();
                assert_eq!(put.bytes, bytes as u64);
                assert_eq!(put.kind, "text/plain");
                assert_eq!(read(&test.storage, &put.address).await.unwrap(), content);
            }
        }
        assert_eq!(test.waiting(), 0);
    }
}

#[tokio::test]
async fn a_large_object_goes_in_parts() {
    for (n, test) in TestStore::each().await.into_iter().enumerate() {
        // On S3 more than one request may carry.
        let content = text(if n == 0 { 1_000_000 } else { 9_000_000 });
        let put = test.storage.put(&mut pieces(&content, 70_000), &any(1 << 30)).await.unwrap();
        assert!(read(&test.storage, &put.address).await.unwrap() == content);
        assert_eq!(test.waiting(), 0);
    }
}

#[tokio::test]
async fn nothing_of_the_content_rests_in_clear() {
    let test = TestStore::directory().await;
    let content = "身份证号 350102199001011234\n".repeat(5_000);
    let put = test.storage.put(&mut pieces(content.as_bytes(), 999), &any(1 << 30)).await.unwrap();
    let (folder, rest) = put.address.hex().split_at(2);
    let file = test.folder.path().join("sha256").join(folder).join(rest);
    let stored = std::fs::read(&file).unwrap();
    // The address is what any tool says of the file.
    use sha2::Digest as _;
    let digest: [u8; 32] = sha2::Sha256::digest(&stored).into();
    assert_eq!(ObjectAddress::of_digest(&digest), put.address);
    assert_eq!(stored.len(), 60 + content.len() + content.len().div_ceil(CHUNK) * 16);
    let needle = b"350102199001011234";
    assert!(!stored.windows(needle.len()).any(|window| window == needle));
}

#[tokio::test]
async fn the_same_content_has_one_fingerprint_and_two_addresses() {
    let test = TestStore::directory().await;
    let put = |content: &'static str| {
        let storage = &test.storage;
        async move { storage.put(&mut pieces(content.as_bytes(), 10), &any(100)).await.unwrap() }
    };
    let (first, second, other) = (put("same").await, put("same").await, put("other").await);
    assert_eq!(first.fingerprint, second.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
    assert_eq!(first.fingerprint.len(), 64);
    assert_ne!(first.address, second.address);
}

#[tokio::test]
async fn a_rotated_key_still_opens_what_it_closed() {
    let test = TestStore::directory().await;
    let old = test.storage.put(&mut pieces(b"old", 9), &any(9)).await.unwrap();
    let rotated = open(test.folder.path(), 2).await;
    let new = rotated.put(&mut pieces(b"new", 9), &any(9)).await.unwrap();
    assert_eq!(read(&rotated, &old.address).await.unwrap(), b"old");
    assert_eq!(read(&rotated, &new.address).await.unwrap(), b"new");
    // Who has only the first key cannot open the second's.
    read(&test.storage, &new.address).await.unwrap_err();
}

#[tokio::test]
async fn limits_hold_at_their_edge() {
    for test in TestStore::each().await {
        let limited = |max_bytes, kinds: &[&str]| Limits {
            max_bytes,
            kinds: kinds.iter().map(|&k| k.to_owned()).collect(),
        };
        let put = |content: Vec<u8>, limits: Limits| {
            let storage = &test.storage;
            async move { storage.put(&mut pieces(&content, 500), &limits).await }
        };
        put(text(1_000), limited(1_000, &[])).await.unwrap();
        let large = put(text(1_001), limited(1_000, &[])).await;
        assert!(matches!(large, Err(ObjectsError::TooLarge { max_bytes: 1_000 })));
        assert!(matches!(put(vec![], limited(9, &[])).await, Err(ObjectsError::Empty)));
        let pictures = ["image/png", "image/jpeg"];
        let wrong = put(b"%PDF-1.7 ".repeat(5_000), limited(1 << 20, &pictures)).await;
        let Err(ObjectsError::WrongKind { found }) = wrong else { panic!("{wrong:?}") };
        assert_eq!(found, "application/pdf");
        let unknown = put(vec![1, 2, 3], limited(9, &[])).await;
        let Err(ObjectsError::WrongKind { found }) = unknown else { panic!("{unknown:?}") };
        assert_eq!(found, "unknown");
        // A clean beginning does not hide what follows.
        let late = [text(200_000), vec![0]].concat();
        let late = put(late, limited(1 << 20, &["text/plain"])).await;
        assert!(matches!(late, Err(ObjectsError::WrongKind { .. })));
        assert_eq!(test.waiting(), 0, "what was refused is removed");
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    for test in TestStore::each().await {
        let mut body = Pieces { left: text(500_000), size: 9_999, broken: true };
        let cut = test.storage.put(&mut body, &any(1 << 30)).await;
        let Err(ObjectsError::CutOff(why)) = cut else { panic!("{cut:?}") };
        assert_eq!(why, "the line was cut");
        assert_eq!(test.waiting(), 0);
        let folders = std::fs::read_dir(test.folder.path().join("sha256")).into_iter().flatten();
        let stored = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
        assert_eq!(stored.count(), 0);
    }
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    for test in TestStore::each().await {
        let none = test.storage.get(&ObjectAddress::of_digest(&[0; 32])).await.err();
        assert!(matches!(none, Some(ObjectsError::Missing)));
        let none = test.storage.get_named("audit/none").await;
        assert!(matches!(none, Err(ObjectsError::Missing)), "{none:?}");
    }
}

#[tokio::test]
async fn a_named_object_is_replaced_whole() {
    for test in TestStore::each().await {
        let name = "audit/heads/0001.json";
        for content in ["first", "second, and longer", "3"] {
            test.storage.put_named(name, Bytes::from(content)).await.unwrap();
            assert_eq!(test.storage.get_named(name).await.unwrap(), content);
        }
        for bad in ["../escape", "/etc/passwd", "A", ""] {
            test.storage.put_named(bad, Bytes::new()).await.unwrap_err();
            test.storage.get_named(bad).await.unwrap_err();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once() {
    let test = std::sync::Arc::new(TestStore::directory().await);
    let all: Vec<_> = (0..32_usize)
        .map(|n| {
            let test = std::sync::Arc::clone(&test);
            tokio::spawn(async move {
                let content = text(1_000 + n * 7_919);
                let put = test.storage.put(&mut pieces(&content, 4_096), &any(1 << 30)).await;
                assert!(read(&test.storage, &put.unwrap().address).await.unwrap() == content);
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
}

#[tokio::test]
async fn a_file_under_a_key_of_its_own_opens_with_that_key_alone() {
    for test in TestStore::each().await {
        for size in [1, 65_536, 65_537, 300_000] {
            let content = text(size);
            let put = test.storage.put_keyed(&mut pieces(&content, 10_000), &any(1 << 20)).await;
            let (stored, key) = put.unwrap();
            let mut body = test.storage.open_with(&stored.address, Some(key)).await.unwrap();
            let mut all = Vec::new();
            while let Some(piece) = body.next().await.unwrap() {
                all.extend_from_slice(&piece);
            }
            assert_eq!(all, content);
            for key in [None, Some(FileKey::new([5; 16]))] {
                let read = test.storage.open_with(&stored.address, key).await;
                assert!(matches!(read, Err(ObjectsError::Damaged)));
            }
            assert!(test.storage.key_within(&stored.address).await.is_err());
        }
        // The same content twice is not the same object: nothing tells that two people sent the same.
        let mut addresses = Vec::new();
        for _ in 0..2 {
            let put = test.storage.put_keyed(&mut pieces(b"the same", 8), &any(100)).await;
            addresses.push(put.unwrap().0.address);
        }
        assert_ne!(addresses[0], addresses[1]);
        // One from before holds its key itself, which opens it as well.
        let content = text(100_000);
        let before = test.storage.put(&mut pieces(&content, 9_000), &any(1 << 20)).await.unwrap();
        let key = test.storage.key_within(&before.address).await.unwrap();
        assert!(test.storage.open_with(&before.address, Some(key)).await.is_ok());
        assert_eq!(read(&test.storage, &before.address).await.unwrap(), content);
    }
}
