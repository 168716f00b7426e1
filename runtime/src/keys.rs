//! The key file and what is done with it: SM4-GCM for personal data, HMAC-SM3 for blind indexes and keyed
//! hashes, the SM2 key that signs sealed blocks. The file is backed up apart from the data.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac as _};
use minshu_kernel::ctx::Entropy;
use minshu_kernel::personal::{PersonalError, Place, SubjectCipher, SubjectKey};
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use sm4::Sm4;
use std::sync::Arc;
use zeroize::Zeroizing;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// The first byte of a sealed value: the installation's key encrypts it directly.
const FORMAT: u8 = 1;
/// Format, key id, nonce.
const HEADER: usize = 1 + 4 + 12;
/// The first byte of a value that is sealed under the data key of a subject.
const OF_SUBJECT: u8 = 2;
/// Format, subject, nonce.
const SUBJECT_HEADER: usize = 1 + 16 + 12;
/// What an authenticated value gains.
const TAG: usize = 16;

/// What stands on top of the key file.
const HEAD: &str = "# Keys of this installation. Without this file the data cannot be read: back it up, apart from the data \
                    (minshu keys backup).\n";

/// Tables that hold keys. Back-ups of the data leave them out and back-ups of the keys hold them: a key that is
/// destroyed is then gone with the last back-up of the keys, however long those of the data are kept.
pub const KEY_TABLES: &[&str] = &["platform_person_key"];

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It is absent while the data folder holds data that was sealed with it.
    #[error(
        "the key file {0} is missing, and the data cannot be read without it: bring it back with `minshu keys restore <its back-up>`; no other key opens this data, so none is made"
    )]
    Missing(String),
    /// It cannot be read or written.
    #[error("the key file {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not what was written.
    #[error("the key file {path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    /// The key in use for new values.
    current: u32,
    /// SM4 keys by id, base64.
    sm4: BTreeMap<u32, String>,
    /// The secret under all blind indexes and keyed hashes, base64.
    hash: String,
    /// The SM2 secret scalar that signs blocks, base64.
    seal: String,
}

/// A key of the file, its schedule computed.
struct Master {
    key: Zeroizing<[u8; 16]>,
    cipher: Sm4Gcm,
}

/// The keys that encrypt, by id: one for what is new, the others for what rests under them.
#[derive(Clone)]
struct Ring {
    current: u32,
    ciphers: BTreeMap<u32, Arc<Master>>,
}

impl Ring {
    fn put(&mut self, id: u32, key: [u8; 16]) {
        let cipher = Sm4Gcm::new(&key.into());
        self.ciphers.insert(id, Arc::new(Master { key: Zeroizing::new(key), cipher }));
    }
}

/// The keys of an installation.
pub struct Keys {
    /// Where they are kept; nowhere in tests.
    path: Option<PathBuf>,
    ring: RwLock<Ring>,
    hash: Zeroizing<Vec<u8>>,
    seal: sm2::SecretKey,
    entropy: Arc<dyn Entropy>,
}

impl Keys {
    /// Reads the key file, or makes one where `fresh` says that there is no data yet.
    pub fn open(path: &Path, fresh: bool, entropy: Arc<dyn Entropy>) -> Result<Keys, KeysError> {
        let shown = path.display().to_string();
        let io = |source| KeysError::Io { path: shown.clone(), source };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && fresh => {
                let text = Zeroizing::new(fresh_file(&*entropy));
                write_private(path, text.as_bytes()).map_err(io)?;
                text
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(KeysError::Missing(shown));
            }
            Err(e) => return Err(io(e)),
        };
        let keys = Keys::read(&text, entropy);
        let keys = keys.map_err(|what| KeysError::Damaged { path: shown, what })?;
        Ok(Keys { path: Some(path.to_owned()), ..keys })
    }

    /// Fresh keys that are kept nowhere, for tests.
    pub fn ephemeral(entropy: Arc<dyn Entropy>) -> Result<Keys, KeysError> {
        Keys::read(&fresh_file(&*entropy), entropy)
            .map_err(|what| KeysError::Damaged { path: "in memory".into(), what })
    }

    /// Reads the text of a key file.
    pub fn read(text: &str, entropy: Arc<dyn Entropy>) -> Result<Keys, String> {
        let file: KeyFile = toml::from_str(text).map_err(|e| e.message().to_owned())?;
        let mut ring = Ring { current: file.current, ciphers: BTreeMap::new() };
        for (id, key) in &file.sm4 {
            let bytes = Zeroizing::new(BASE64.decode(key).map_err(|e| e.to_string())?);
            let key: [u8; 16] =
                bytes.as_slice().try_into().map_err(|_| format!("key {id} has not 16 bytes"))?;
            ring.put(*id, key);
        }
        if !ring.ciphers.contains_key(&file.current) {
            return Err(format!("it names key {} as current and does not hold it", file.current));
        }
        let hash = Zeroizing::new(BASE64.decode(&file.hash).map_err(|e| e.to_string())?);
        let seal = Zeroizing::new(BASE64.decode(&file.seal).map_err(|e| e.to_string())?);
        let seal = sm2::SecretKey::from_slice(&seal).map_err(|e| e.to_string())?;
        Ok(Keys { path: None, ring: RwLock::new(ring), hash, seal, entropy })
    }

    fn ring(&self) -> Ring {
        // A ring is exchanged whole: what a thread that failed left is good.
        self.ring.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn cipher(&self, id: Option<u32>) -> Option<(u32, Arc<Master>)> {
        let ring = self.ring.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let id = id.unwrap_or(ring.current);
        ring.ciphers.get(&id).map(|cipher| (id, cipher.clone()))
    }

    /// The ids of all keys, the current one first.
    pub fn ids(&self) -> Vec<u32> {
        let ring = self.ring();
        let others = ring.ciphers.keys().copied().filter(|id| *id != ring.current);
        std::iter::once(ring.current).chain(others).collect()
    }

    /// The text of the key file: what a back-up of the keys holds.
    pub fn text(&self) -> Zeroizing<String> {
        self.text_of(&self.ring())
    }

    fn text_of(&self, ring: &Ring) -> Zeroizing<String> {
        let mut text = Zeroizing::new(format!(
            "{HEAD}current = {}\nhash = \"{}\"\nseal = \"{}\"\n\n[sm4]\n",
            ring.current,
            BASE64.encode(&*self.hash),
            BASE64.encode(self.seal.to_bytes()),
        ));
        for (id, cipher) in &ring.ciphers {
            let line = Zeroizing::new(format!("{id} = \"{}\"\n", BASE64.encode(*cipher.key)));
            text.push_str(&line);
        }
        text
    }

    /// Puts other keys in force: on the disk first, whole, then in this process.
    fn exchange(&self, ring: Ring) -> Result<(), KeysError> {
        if let Some(path) = &self.path {
            let io = |source| KeysError::Io { path: path.display().to_string(), source };
            replace_private(path, self.text_of(&ring).as_bytes()).map_err(io)?;
        }
        *self.ring.write().unwrap_or_else(std::sync::PoisonError::into_inner) = ring;
        Ok(())
    }

    /// Makes a new key, under which everything new rests from now on; answers its id. The others stay.
    ///
    /// # Errors
    /// Where the key file cannot be written: then everything is as it was.
    pub fn add(&self) -> Result<u32, KeysError> {
        let mut ring = self.ring();
        let id = ring.ciphers.keys().next_back().copied().unwrap_or_default() + 1;
        ring.put(id, *self.fresh_key());
        ring.current = id;
        self.exchange(ring)?;
        Ok(id)
    }

    /// Takes every key away that is not the current one; answers their ids.
    ///
    /// # Errors
    /// Where the key file cannot be written: then everything is as it was.
    pub fn retire(&self) -> Result<Vec<u32>, KeysError> {
        let mut ring = self.ring();
        let current = ring.current;
        let old: Vec<u32> = ring.ciphers.keys().copied().filter(|id| *id != current).collect();
        if !old.is_empty() {
            ring.ciphers.retain(|id, _| *id == current);
            self.exchange(ring)?;
        }
        Ok(old)
    }

    fn mac(&self, purpose: &str) -> Hmac<Sm3> {
        // HMAC takes keys of any length.
        let mut mac = match Hmac::<Sm3>::new_from_slice(&self.hash) {
            Ok(mac) => mac,
            Err(never) => unreachable!("{never}"),
        };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac
    }

    /// The key that signs sealed blocks.
    pub fn seal_key(&self) -> &sm2::SecretKey {
        &self.seal
    }

    /// The current SM4 key, for objects.
    pub fn current(&self) -> (u32, [u8; 16]) {
        self.cipher(None).map(|(id, master)| (id, *master.key)).unwrap_or_default()
    }

    /// An SM4 key by id, for objects.
    pub fn by_id(&self, id: u32) -> Option<[u8; 16]> {
        self.cipher(Some(id)).map(|(_, master)| *master.key)
    }

    /// A key derived for another purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        self.mac(purpose).finalize().into_bytes().into()
    }
}

fn fresh_file(entropy: &dyn Entropy) -> String {
    let random = |length: usize| {
        let mut bytes = Zeroizing::new(vec![0; length]);
        entropy.fill(&mut bytes);
        bytes
    };
    // A random scalar is outside the group's order about once in 2^32: draw until it fits.
    let seal = loop {
        let bytes = random(32);
        if sm2::SecretKey::from_slice(&bytes).is_ok() {
            break BASE64.encode(&*bytes);
        }
    };
    format!(
        "{HEAD}current = 1\nhash = \"{}\"\nseal = \"{seal}\"\n\n[sm4]\n1 = \"{}\"\n",
        BASE64.encode(&*random(32)),
        BASE64.encode(&*random(16)),
    )
}

/// Exchanges a file that nobody else may read: it is the old or the new, never a part.
fn replace_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_private(&fresh, content)?;
    std::fs::rename(&fresh, path)?;
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The key of the installation under which a value rests, where it is one of that kind.
pub fn key_of(sealed: &[u8]) -> Option<u32> {
    match sealed {
        [FORMAT, rest @ ..] => rest.first_chunk().map(|id| u32::from_be_bytes(*id)),
        _ => None,
    }
}

/// Writes a new file that nobody else may read, whole and on the disk.
///
/// # Errors
/// What the disk says; one that is there already is not written over.
pub fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The associated data: table, column and row, each closed by a byte that no name holds.
fn place_bytes(place: &Place<'_>) -> Vec<u8> {
    [place.table, place.column, place.row].join("\u{0}").into_bytes()
}

/// The subject under whose key a value rests, where it is one of that kind.
pub fn subject_of(sealed: &[u8]) -> Option<[u8; 16]> {
    let long_enough = sealed.len() >= SUBJECT_HEADER + TAG;
    match sealed {
        [OF_SUBJECT, rest @ ..] if long_enough => rest.first_chunk().copied(),
        _ => None,
    }
}

/// A subject's key, its schedule computed.
pub fn subject_key(subject: [u8; 16], key: &[u8; 16]) -> SubjectKey {
    SubjectKey { subject, cipher: Arc::new(Ready(Sm4Gcm::new(key.into()))) }
}

/// The cipher wipes its round keys when the last who uses it is done.
struct Ready(Sm4Gcm);

impl SubjectCipher for Ready {
    fn encrypt(&self, nonce: [u8; 12], associated: &[u8], clear: &[u8]) -> Vec<u8> {
        // GCM refuses only messages of 64 GiB.
        self.0
            .encrypt(&Nonce::from(nonce), Payload { msg: clear, aad: associated })
            .unwrap_or_else(|_| unreachable!("SM4-GCM refused {} bytes", clear.len()))
    }

    fn decrypt(&self, nonce: [u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: associated }).ok()
    }
}

fn encrypted(cipher: &Sm4Gcm, nonce: [u8; 12], place: &Place<'_>, clear: &[u8]) -> Vec<u8> {
    let aad = place_bytes(place);
    // GCM refuses only messages of 64 GiB.
    cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: clear, aad: &aad })
        .unwrap_or_else(|_| unreachable!("SM4-GCM refused {} bytes", clear.len()))
}

impl Keys {
    /// A fresh key for a subject.
    pub fn fresh_key(&self) -> Zeroizing<[u8; 16]> {
        let mut key = Zeroizing::new([0; 16]);
        self.entropy.fill(&mut *key);
        key
    }

    /// Encrypts a value for its place under the data key of a subject.
    pub fn seal_under(&self, key: &SubjectKey, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        let mut nonce = [0; 12];
        self.entropy.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(SUBJECT_HEADER + clear.len() + TAG);
        sealed.push(OF_SUBJECT);
        sealed.extend_from_slice(&key.subject);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&key.cipher.encrypt(nonce, &place_bytes(&place), clear));
        sealed
    }

    /// Decrypts a value of a subject from its place.
    pub fn open_under(
        &self,
        key: &SubjectKey,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Vec<u8>, PersonalError> {
        let (header, body) =
            sealed.split_at_checked(SUBJECT_HEADER).ok_or(PersonalError::Damaged)?;
        let nonce: [u8; 12] = header[17..].try_into().map_err(|_| PersonalError::Damaged)?;
        if subject_of(sealed) != Some(key.subject) {
            return Err(PersonalError::Damaged);
        }
        key.cipher.decrypt(nonce, &place_bytes(&place), body).ok_or(PersonalError::Damaged)
    }

    /// Encrypts a value for its place under the current key of the installation.
    pub fn seal(&self, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        let mut nonce = [0; 12];
        self.entropy.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(HEADER + clear.len() + TAG);
        // That the current key is there was checked when the file was read.
        if let Some((id, cipher)) = self.cipher(None) {
            sealed.push(FORMAT);
            sealed.extend_from_slice(&id.to_be_bytes());
            sealed.extend_from_slice(&nonce);
            sealed.extend_from_slice(&encrypted(&cipher.cipher, nonce, &place, clear));
        }
        sealed
    }

    /// Decrypts a value that rests under a key of the installation.
    pub fn open_value(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, PersonalError> {
        let (header, body) = sealed.split_at_checked(HEADER).ok_or(PersonalError::Damaged)?;
        let [FORMAT, k0, k1, k2, k3, nonce @ ..] = header else {
            return Err(PersonalError::Damaged);
        };
        let key = u32::from_be_bytes([*k0, *k1, *k2, *k3]);
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| PersonalError::Damaged)?;
        let (_, cipher) = self.cipher(Some(key)).ok_or(PersonalError::UnknownKey(key))?;
        let aad = place_bytes(&place);
        cipher
            .cipher
            .decrypt(&Nonce::from(nonce), Payload { msg: body, aad: &aad })
            .map_err(|_| PersonalError::Damaged)
    }

    /// The blind index of a normalised value.
    pub fn index(&self, field: &str, normalised: &str) -> Vec<u8> {
        let mut key = Hmac::<Sm3>::new_from_slice(&self.derive(field))
            .unwrap_or_else(|never| unreachable!("{never}"));
        key.update(normalised.as_bytes());
        key.finalize().into_bytes().to_vec()
    }

    /// A keyed hash in hexadecimal digits.
    pub fn keyed_hash(&self, purpose: &str, content: &[u8]) -> String {
        let mut mac = self.mac(purpose);
        mac.update(content);
        hex(&mac.finalize().into_bytes())
    }
}

impl minshu_storage::objects::ObjectKeys for Keys {
    fn current(&self) -> (u32, [u8; 16]) {
        Keys::current(self)
    }
    fn by_id(&self, id: u32) -> Option<[u8; 16]> {
        Keys::by_id(self, id)
    }
    fn fingerprint_key(&self) -> [u8; 32] {
        self.derive("object fingerprint")
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of hexadecimal digits; nothing where it is no such text.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// The operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system is asked")]
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness nothing may go on: a key or a token that can be guessed is worse than a stop.
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::ephemeral(Arc::new(SystemEntropy)).unwrap()
    }
    const PLACE: Place<'_> = Place { table: "person", column: "name", row: "1" };

    #[test]
    fn a_sealed_value_opens_at_its_place_and_nowhere_else() {
        let keys = keys();
        let sealed = keys.seal(PLACE, "林晓".as_bytes());
        assert_eq!(keys.open_value(PLACE, &sealed).unwrap(), "林晓".as_bytes());
        assert!(!sealed.windows(6).any(|w| w == "林晓".as_bytes()));
        let moved = Place { row: "2", ..PLACE };
        assert_eq!(keys.open_value(moved, &sealed), Err(PersonalError::Damaged));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let keys = keys();
        let sealed = keys.seal(PLACE, b"350102199003078515");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(keys.open_value(PLACE, &changed).is_err(), "byte {at}");
        }
        assert!(keys.open_value(PLACE, &sealed[..10]).is_err());
    }

    #[test]
    fn blind_indexes_agree_by_field_and_value() {
        let keys = keys();
        assert_eq!(keys.index("a.phone", "138"), keys.index("a.phone", "138"));
        assert_ne!(keys.index("a.phone", "138"), keys.index("b.phone", "138"));
        assert_ne!(keys.index("a.phone", "138"), keys.index("a.phone", "139"));
    }

    #[test]
    fn a_new_key_takes_over_and_the_old_one_opens_what_rests_until_it_is_retired() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let keys = Keys::open(&path, true, Arc::new(SystemEntropy)).unwrap();
        let before = keys.seal(PLACE, b"before");
        let (index, hash) = (keys.index("a.b", "1"), keys.keyed_hash("p", b"1"));
        assert_eq!(keys.add().unwrap(), 2);
        let after = keys.seal(PLACE, b"after");
        assert_eq!((key_of(&before), key_of(&after)), (Some(1), Some(2)));
        // The file is what the process has: blind indexes and the key of the chain stay.
        let again = Keys::open(&path, false, Arc::new(SystemEntropy)).unwrap();
        assert_eq!(again.ids(), [2, 1]);
        assert_eq!(again.open_value(PLACE, &before).unwrap(), b"before");
        assert_eq!(again.open_value(PLACE, &after).unwrap(), b"after");
        assert_eq!((again.index("a.b", "1"), again.keyed_hash("p", b"1")), (index, hash));
        assert_eq!(again.seal_key().to_bytes(), keys.seal_key().to_bytes());
        assert_eq!(keys.retire().unwrap(), [1]);
        assert_eq!(keys.open_value(PLACE, &before), Err(PersonalError::UnknownKey(1)));
        assert_eq!(Keys::open(&path, false, Arc::new(SystemEntropy)).unwrap().ids(), [2]);
        assert_eq!(keys.retire().unwrap(), Vec::<u32>::new());
    }

    #[test]
    fn the_file_is_made_once_and_missed_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let first = Keys::open(&path, true, Arc::new(SystemEntropy)).unwrap();
        let again = Keys::open(&path, false, Arc::new(SystemEntropy)).unwrap();
        let sealed = first.seal(PLACE, b"x");
        assert_eq!(again.open_value(PLACE, &sealed).unwrap(), b"x");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(
            Keys::open(&path, false, Arc::new(SystemEntropy)),
            Err(KeysError::Missing(_))
        ));
    }
}
