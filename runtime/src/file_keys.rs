//! The keys of files. Each file rests under a key of its own, and that key rests wrapped for the subject that the file is
//! about: giving a file to somebody else rewraps sixteen bytes, and a subject whose key is destroyed takes its files
//! along. Objects from before hold their key themselves, under the installation's.

use std::sync::Arc;

use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::{Body, ObjectAddress, Objects, ObjectsError};
use minshu_kernel::personal::{Personal, PersonalError, Place, Sealer, Subject};
use minshu_kernel::records::{Records, Statement};
use minshu_kernel::{statements, values};
use minshu_storage::objects::{FileKey, ObjectStorage};

statements! {
    /// The wrapped keys of a file: one for each subject.
    FILE_KEYS = "
SELECT subject, wrapped
FROM platform_object_key
WHERE address = $1
LIMIT 100";

    /// The key of a file that was sent.
    STAGE_FILE_KEY = "
INSERT INTO platform_object_key (address, subject, wrapped, staged)
VALUES ($1, $2, $3, TRUE)
ON CONFLICT (address, subject) DO NOTHING";

    /// The key of a file for whom it is about.
    GIVE_FILE_KEY = "
INSERT INTO platform_object_key (address, subject, wrapped, staged)
VALUES ($1, $2, $3, FALSE)
ON CONFLICT (address, subject) DO UPDATE SET staged = FALSE";

    /// Whoever only sent a file holds it no longer.
    DROP_STAGED_FILE_KEY = "
DELETE FROM platform_object_key
WHERE address = $1
  AND staged
  AND subject <> $2";

    /// The keys of a file that is deleted.
    FORGET_FILE_KEYS = "
DELETE FROM platform_object_key
WHERE address = $1";
}

/// The subject as its column holds it.
fn word(subject: Subject) -> String {
    match subject {
        Subject::Installation => "installation".to_owned(),
        Subject::Account(id) => id.to_string(),
        Subject::Person(id) => id.to_string(),
    }
}

fn row_of(address: &ObjectAddress, subject: &str) -> String {
    format!("{}/{subject}", address.as_str())
}

/// Where the keys of files are kept.
pub struct FileKeys {
    records: Arc<dyn Records>,
    personal: Arc<dyn Personal>,
}

impl FileKeys {
    /// Over the records with the keys of their rows.
    pub fn new(records: Arc<dyn Records>, personal: Arc<dyn Personal>) -> Self {
        FileKeys { records, personal }
    }

    /// The key of a file, from whichever subject still has one. Nothing where none was ever kept: then the file holds it.
    ///
    /// # Errors
    /// [`PersonalError::Erased`] where every subject that had it was erased.
    pub async fn find(&self, address: &ObjectAddress) -> Result<Option<FileKey>, Failure> {
        let rows = self.records.point(FILE_KEYS.into(), values![address.as_str()]).await?;
        let mut failed = None;
        for row in &rows {
            let subject: String = row.get("subject")?;
            let wrapped: Vec<u8> = row.get("wrapped")?;
            let at = row_of(address, &subject);
            let place = Place { table: "platform_object_key", column: "wrapped", row: &at };
            match self.personal.open(place, &wrapped) {
                Ok(key) => {
                    let key = zeroize::Zeroizing::new(key);
                    let key = key.as_slice().try_into().map_err(|_| PersonalError::Damaged)?;
                    return Ok(Some(FileKey::new(key)));
                }
                Err(PersonalError::Erased) => {
                    failed.get_or_insert(PersonalError::Erased);
                }
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(None), |error| Err(error.into()))
    }

    async fn wrapped(
        &self,
        address: &ObjectAddress,
        key: &FileKey,
        subject: Subject,
    ) -> Result<(String, Vec<u8>), Failure> {
        let sealer = Sealer::of(self.personal.clone(), subject).await?;
        let word = word(subject);
        let at = row_of(address, &word);
        let place = Place { table: "platform_object_key", column: "wrapped", row: &at };
        Ok((word, sealer.seal(place, key.bytes())))
    }

    /// The statement that keeps the key of a file for whoever sent it.
    pub async fn stage(
        &self,
        address: &ObjectAddress,
        key: &FileKey,
        sender: Subject,
    ) -> Result<Statement, Failure> {
        let (subject, wrapped) = self.wrapped(address, key, sender).await?;
        Ok(Statement::any(STAGE_FILE_KEY, values![address.as_str(), subject, wrapped]))
    }

    /// The statements that give a file to whom it is about. None for one that holds its key itself.
    pub async fn give(
        &self,
        address: &ObjectAddress,
        to: Subject,
    ) -> Result<Vec<Statement>, Failure> {
        let Some(key) = self.find(address).await? else { return Ok(Vec::new()) };
        let (subject, wrapped) = self.wrapped(address, &key, to).await?;
        Ok(vec![
            Statement::any(GIVE_FILE_KEY, values![address.as_str(), &subject, wrapped]),
            Statement::any(DROP_STAGED_FILE_KEY, values![address.as_str(), subject]),
        ])
    }

    /// The statement that forgets the keys of a file that is deleted.
    pub fn forget(&self, address: &ObjectAddress) -> Statement {
        Statement::any(FORGET_FILE_KEYS, values![address.as_str()])
    }
}

/// The objects as the contract sees them: a file opens with the key that is kept for it.
pub struct KeyedObjects {
    /// The engine.
    pub engine: Arc<ObjectStorage>,
    /// Where the keys are.
    pub keys: Arc<FileKeys>,
}

impl Objects for KeyedObjects {
    fn get<'a>(
        &'a self,
        address: &'a ObjectAddress,
    ) -> BoxFuture<'a, Result<Box<dyn Body>, ObjectsError>> {
        Box::pin(async move {
            // Whatever still names a file of somebody who was erased: there is nothing to be read any more.
            let key = self.keys.find(address).await.map_err(|failure| match failure.kind {
                minshu_kernel::error::Kind::Missing => ObjectsError::Missing,
                _ => ObjectsError::Unavailable(failure.to_string()),
            })?;
            self.engine.open_with(address, key).await
        })
    }

    fn remove<'a>(&'a self, address: &'a ObjectAddress) -> BoxFuture<'a, Result<(), ObjectsError>> {
        self.engine.remove(address)
    }

    fn put_named<'a>(
        &'a self,
        name: &'a str,
        content: Bytes,
    ) -> BoxFuture<'a, Result<(), ObjectsError>> {
        self.engine.put_named(name, content)
    }

    fn get_named<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Bytes, ObjectsError>> {
        self.engine.get_named(name)
    }
}
