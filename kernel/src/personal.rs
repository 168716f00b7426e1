//! Personal data at rest: SM4-GCM with the place as associated data, keys by id, and blind indexes by
//! HMAC-SM3 with a key per field. The runtime holds the keys.

/// Where a sealed value rests; a value moved to another place does not open.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's id.
    pub row: &'a str,
}

/// Why a sealed value did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonalError {
    /// It was sealed with a key that is not in the key file.
    #[error("sealed with key {0}, which the key file does not hold")]
    UnknownKey(u32),
    /// It was changed, or moved to another place.
    #[error("the sealed value is damaged or was moved")]
    Damaged,
    /// A sealed text is not UTF-8: a defect.
    #[error("the sealed value is not a text")]
    NotText,
}

/// Seals, opens and indexes.
pub trait Personal: Send + Sync {
    /// Encrypts a value for its place.
    fn seal(&self, place: Place<'_>, clear: &[u8]) -> Vec<u8>;
    /// Decrypts a value from its place.
    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, PersonalError>;
    /// The blind index of a normalised value: equal values of one field have equal indexes,
    /// and nothing else is told. `field` is `table.column`.
    fn index(&self, field: &str, normalised: &str) -> Vec<u8>;
    /// A keyed hash that may stand in the audit chain: hexadecimal.
    fn keyed_hash(&self, purpose: &str, content: &[u8]) -> String;
}

impl dyn Personal {
    /// Encrypts a text.
    pub fn seal_text(&self, place: Place<'_>, clear: &str) -> Vec<u8> {
        self.seal(place, clear.as_bytes())
    }

    /// Decrypts a text.
    pub fn open_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, PersonalError> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| PersonalError::NotText)
    }
}

impl From<PersonalError> for crate::error::Failure {
    fn from(error: PersonalError) -> Self {
        crate::error::Failure::internal(error)
    }
}
