//! Files: what they are by their content, and how they rest.

use minshu_storage::objects::fuzzing;

use crate::pieces;
use crate::secrets::KEYS;

/// A content in pieces: its kind does not depend on how it is cut.
pub fn kind(bytes: &[u8]) {
    let (pieces, whole) = pieces(bytes);
    assert_eq!(fuzzing::kind(&pieces), fuzzing::kind(&[whole]), "cut otherwise, another kind");
}

/// Bytes as a stored object, and a stored object with a changed byte.
pub fn sealed(bytes: &[u8]) {
    let (cut, whole) = pieces(bytes);
    let address = fuzzing::address(whole);
    assert!(fuzzing::open(KEYS.clone(), address, &cut).is_none(), "what was never sealed opened");
    if whole.is_empty() {
        return;
    }
    let Some(mut stored) = fuzzing::seal(&**KEYS, whole) else { return };
    let address = fuzzing::address(&stored);
    let opened = fuzzing::open(KEYS.clone(), address.clone(), &[&stored]);
    assert_eq!(opened.as_deref(), Some(whole));
    let at = (usize::from(whole[0]) * 251 + whole.len()) % stored.len();
    stored[at] ^= 1;
    assert!(fuzzing::open(KEYS.clone(), address, &[&stored]).is_none(), "a changed object opened");
    let address = fuzzing::address(&stored);
    assert!(fuzzing::open(KEYS.clone(), address, &[&stored]).is_none(), "even under its own name");
}
