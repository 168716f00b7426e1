//! Whatever happens to a stored object is told, and nothing panics.

use super::{TestStore, any, open, pieces, read, text};
use minshu_kernel::objects::ObjectAddress;
use proptest::prelude::*;
use std::path::PathBuf;

/// An object of three chunks in its file.
struct Resting {
    executor: tokio::runtime::Runtime,
    test: TestStore,
    address: ObjectAddress,
    file: PathBuf,
    stored: Vec<u8>,
    content: Vec<u8>,
}

const HEADER: usize = 60;
const STORED_CHUNK: usize = 64 * 1024 + 16;

impl Resting {
    fn new() -> Resting {
        let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let content = text(2 * 64 * 1024 + 500);
        let (test, address) = executor.block_on(async {
            let test = TestStore::directory().await;
            let put = test.storage.put(&mut pieces(&content, 5_000), &any(1 << 30)).await.unwrap();
            (test, put.address)
        });
        let (folder, rest) = address.hex().split_at(2);
        let file = test.folder.path().join("sha256").join(folder).join(rest);
        let stored = std::fs::read(&file).unwrap();
        Resting { executor, test, address, file, stored, content }
    }

    fn read_as(&self, stored: &[u8]) -> Result<Vec<u8>, String> {
        std::fs::write(&self.file, stored).unwrap();
        self.executor.block_on(read(&self.test.storage, &self.address))
    }
}

#[test]
fn damage_of_every_sort_is_told() {
    let resting = Resting::new();
    assert_eq!(resting.read_as(&resting.stored).unwrap(), resting.content);
    let stored = &resting.stored;
    let chunk = |n: usize| {
        let from = HEADER + n * STORED_CHUNK;
        &stored[from..stored.len().min(from + STORED_CHUNK)]
    };
    let header = &stored[..HEADER];
    let damaged = "the stored object is damaged";
    let cases = [
        ("empty", vec![]),
        ("header only", header.to_vec()),
        ("half a header", header[..30].to_vec()),
        ("first chunk only", [header, chunk(0)].concat()),
        ("last chunk gone", [header, chunk(0), chunk(1)].concat()),
        ("middle chunk gone", [header, chunk(0), chunk(2)].concat()),
        ("two exchanged", [header, chunk(1), chunk(0), chunk(2)].concat()),
        ("one twice", [header, chunk(0), chunk(0), chunk(2)].concat()),
        ("something behind", [stored.as_slice(), b"x"].concat()),
        ("twice", [stored.as_slice(), stored].concat()),
        ("zeros", vec![0; stored.len()]),
    ];
    for (name, bytes) in cases {
        assert_eq!(resting.read_as(&bytes).unwrap_err(), damaged, "{name}");
    }
}

#[test]
fn another_good_object_in_its_place_is_told() {
    let resting = Resting::new();
    let other = resting.executor.block_on(async {
        let storage = open(resting.test.folder.path(), 1).await;
        storage.put(&mut pieces(b"another", 100), &any(1 << 30)).await.unwrap()
    });
    let (folder, rest) = other.address.hex().split_at(2);
    let other = std::fs::read(resting.test.folder.path().join("sha256").join(folder).join(rest));
    assert_eq!(resting.read_as(&other.unwrap()).unwrap_err(), "the stored object is damaged");
}

#[test]
fn any_changed_byte_or_cut_is_told() {
    let resting = Resting::new();
    let length = resting.stored.len();
    let mut runner = proptest::test_runner::TestRunner::default();
    // The header and the edges of chunks as often as all the rest.
    let place = prop_oneof![
        0..HEADER,
        (0..3_usize, 0..40_usize)
            .prop_map(move |(n, d)| (HEADER + n * STORED_CHUNK + d).saturating_sub(20)),
        0..length,
    ];
    runner
        .run(&(place, 1..=255_u8, any_bool()), |(at, change, cut)| {
            let at = at.min(length - 1);
            let mut bytes = resting.stored.clone();
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] ^= change;
            }
            prop_assert_eq!(resting.read_as(&bytes).unwrap_err(), "the stored object is damaged");
            Ok(())
        })
        .unwrap();
}

fn any_bool() -> impl Strategy<Value = bool> {
    proptest::bool::weighted(0.3)
}

#[test]
fn any_bytes_at_all_are_told() {
    let resting = Resting::new();
    let mut runner = proptest::test_runner::TestRunner::default();
    let bytes = (any_bool(), proptest::collection::vec(proptest::num::u8::ANY, 0..300));
    runner
        .run(&bytes, |(headed, bytes)| {
            let start: &[u8] = if headed { &resting.stored[..HEADER] } else { b"" };
            let bytes = [start, &bytes].concat();
            prop_assert!(resting.read_as(&bytes).is_err());
            Ok(())
        })
        .unwrap();
}
