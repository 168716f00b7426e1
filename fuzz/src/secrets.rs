//! What rests sealed: values of columns, the key file, signed blocks of the audit chain.

use std::sync::{Arc, LazyLock};

use minshu_kernel::personal::Place;
use minshu_runtime::audit::block::Block;
use minshu_runtime::key_archive::{Archive, is_archive};
use minshu_runtime::keys::{Keys, SystemEntropy};

use crate::text;

pub(crate) static KEYS: LazyLock<Arc<Keys>> = LazyLock::new(|| {
    let keys = Keys::ephemeral(Arc::new(SystemEntropy));
    Arc::new(keys.unwrap_or_else(|error| unreachable!("fresh keys: {error}")))
});

const PLACE: Place<'static> = Place { table: "people", column: "name", row: "1" };

/// Bytes as a sealed value: nothing that the key did not seal opens, and one changed bit is seen.
pub fn value(bytes: &[u8]) {
    assert!(KEYS.open_value(PLACE, bytes).is_err(), "what was never sealed opened");
    let mut sealed = KEYS.seal(PLACE, bytes);
    assert_eq!(KEYS.open_value(PLACE, &sealed).ok().as_deref(), Some(bytes));
    let elsewhere = Place { row: "2", ..PLACE };
    assert!(KEYS.open_value(elsewhere, &sealed).is_err(), "a value opened in another row");
    let at = bytes.iter().fold(0_usize, |sum, byte| sum * 31 % 65_521 + usize::from(*byte));
    let at = at % sealed.len();
    sealed[at] ^= 1 << (bytes.len() % 8);
    assert!(KEYS.open_value(PLACE, &sealed).is_err(), "a changed value opened");
    assert!(KEYS.open_value(PLACE, &sealed[..at]).is_err(), "a cut value opened");
}

/// The text of a key file.
pub fn key_file(bytes: &[u8]) {
    if let Ok(keys) = Keys::read(&text(bytes), Arc::new(SystemEntropy)) {
        let sealed = keys.seal(PLACE, b"a");
        assert_eq!(keys.open_value(PLACE, &sealed).ok().as_deref(), Some(b"a".as_slice()));
    }
}

/// A back-up of keys, behind a head that costs little: nothing that the passphrase did not seal opens.
pub fn key_archive(bytes: &[u8]) {
    let head = [b"MSKA\x01".as_slice(), &[0, 0, 0, 8, 0, 0, 0, 1], &[0; 24]].concat();
    let content = [&head, bytes].concat();
    assert!(
        Archive::open(&content, "a passphrase of tests").is_err(),
        "what was never sealed opened"
    );
    // Another beginning is no archive, and costs nothing.
    if !is_archive(bytes) {
        assert!(Archive::open(bytes, "a passphrase of tests").is_err());
    }
}

/// A block's JSON on the first line, its signature on the second: never good under our key.
pub fn block(bytes: &[u8]) {
    let text = text(bytes);
    let (block, signature) = text.split_once('\n').unwrap_or((&text, ""));
    if let Ok(block) = serde_json::from_str::<Block>(block) {
        let key = KEYS.seal_key().public_key();
        assert!(!block.verify(&key, signature), "a signature that nobody made");
    }
}
