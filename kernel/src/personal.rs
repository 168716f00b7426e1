//! Personal data at rest: SM4-GCM with the place as associated data, keys by id, and blind indexes by
//! HMAC-SM3 with a key per field. The runtime holds the keys.
//!
//! What is a person's own is sealed under a key of that person, so that destroying it erases every copy at once, those
//! in old back-ups too. A [`Sealer`] is fetched by [`Ctx::sealer`](crate::ctx::Ctx::sealer) and seals at once; reading
//! needs nothing: whoever reads rows from the records has the keys of the values in them.

use std::sync::Arc;

use crate::BoxFuture;
use crate::error::Failure;
use crate::ids::{AccountId, OrganisationId, PersonId};
use crate::records::Statement;

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

/// Whose value it is: under which data key it rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Nobody's in particular, or an organisation's: the installation's own key.
    Installation,
    /// An account's own: what it claims before and beside any proof.
    Account(AccountId),
    /// A person's.
    Person(PersonId),
}

impl Subject {
    /// The subject of what has an owner: an organisation's things are no person's, and a person's are the person's
    /// whichever account began them.
    pub fn owning(
        account: Option<AccountId>,
        person: Option<PersonId>,
        organisation: Option<OrganisationId>,
    ) -> Subject {
        match (organisation, person, account) {
            (None, Some(person), _) => Subject::Person(person),
            (None, None, Some(account)) => Subject::Account(account),
            _ => Subject::Installation,
        }
    }
}

/// A cipher that holds its key ready: what a key schedule costs is paid once, not for every value.
pub trait SubjectCipher: Send + Sync {
    /// Encrypts and authenticates, with associated data that is not kept.
    fn encrypt(&self, nonce: [u8; 12], associated: &[u8], clear: &[u8]) -> Vec<u8>;
    /// Decrypts; nothing where a byte was changed.
    fn decrypt(&self, nonce: [u8; 12], associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;
}

/// The data key of a subject, in memory alone.
#[derive(Clone)]
pub struct SubjectKey {
    /// The subject's id, which stands before what is sealed under the key.
    pub subject: [u8; 16],
    /// The key (SM4, 128 bits), ready for use.
    pub cipher: Arc<dyn SubjectCipher>,
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
    /// It was sealed under the key of somebody whose data were erased.
    #[error("the data of this subject were erased")]
    Erased,
    /// The key of its subject was not read with the row: a defect, or a value that came from elsewhere.
    #[error("the key of the value's subject is not at hand")]
    KeyAway,
    /// A sealed text is not UTF-8: a defect.
    #[error("the sealed value is not a text")]
    NotText,
}

/// Seals, opens and indexes.
pub trait Personal: Send + Sync {
    /// The data key of a subject, made where there is none yet; none for the installation itself.
    fn subject_key<'a>(
        &'a self,
        subject: Subject,
    ) -> BoxFuture<'a, Result<Option<SubjectKey>, Failure>>;
    /// Encrypts a value for its place under a subject's key.
    fn seal_under(&self, key: &SubjectKey, place: Place<'_>, clear: &[u8]) -> Vec<u8>;
    /// Encrypts a value for its place under the installation's key.
    fn seal(&self, place: Place<'_>, clear: &[u8]) -> Vec<u8>;
    /// Decrypts a value from its place.
    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, PersonalError>;
    /// The statement that destroys a subject's data key for good: whatever rests under it is then unreadable wherever it
    /// lies. None for the installation itself.
    fn destruction(&self, subject: Subject) -> Option<Statement>;
    /// The blind index of a normalised value: equal values of one field have equal indexes,
    /// and nothing else is told. `field` is `table.column`.
    fn index(&self, field: &str, normalised: &str) -> Vec<u8>;
    /// A keyed hash that may stand in the audit chain: hexadecimal.
    fn keyed_hash(&self, purpose: &str, content: &[u8]) -> String;
}

/// Seals the values of one subject.
#[derive(Clone)]
pub struct Sealer {
    personal: Arc<dyn Personal>,
    key: Option<SubjectKey>,
}

impl Sealer {
    /// Fetches the subject's key.
    pub async fn of(personal: Arc<dyn Personal>, subject: Subject) -> Result<Sealer, Failure> {
        let key = personal.subject_key(subject).await?;
        Ok(Sealer { personal, key })
    }

    /// Encrypts a value for its place.
    pub fn seal(&self, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        match &self.key {
            Some(key) => self.personal.seal_under(key, place, clear),
            None => self.personal.seal(place, clear),
        }
    }

    /// Encrypts a text for its place.
    pub fn seal_text(&self, place: Place<'_>, clear: &str) -> Vec<u8> {
        self.seal(place, clear.as_bytes())
    }
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

impl From<PersonalError> for Failure {
    fn from(error: PersonalError) -> Self {
        match error {
            // Whatever still names them: there is nothing to be read any more.
            PersonalError::Erased => Failure::missing(),
            error => Failure::internal(error),
        }
    }
}
