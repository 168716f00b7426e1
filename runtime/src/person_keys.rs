//! The data keys of persons and accounts: made with the first value, wrapped by the installation's key where they rest,
//! kept in memory for a while, destroyed for good by erasure.
//!
//! Opening is not asynchronous and keys are rows, so keys come with the rows that need them: [`KeyedRecords`] stands
//! before the records and reads the keys of all sealed values of an answer in one statement.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use minshu_kernel::BoxFuture;
use minshu_kernel::clock::Clock;
use minshu_kernel::error::Failure;
use minshu_kernel::personal::{Personal, PersonalError, Place, Subject, SubjectKey};
use minshu_kernel::records::{Records, RecordsError, Row, Statement, Value, WriteSet};
use minshu_kernel::{statements, values};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::keys::{Keys, subject_of};

statements! {
    /// The keys of up to eight subjects; ids may repeat.
    SELECT_KEYS = "
SELECT id, wrapped, destroyed_ms
FROM platform_person_key
WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8)";

    /// A new key. Another process may have made it meanwhile: then it touches nothing.
    INSERT_KEY = "
INSERT INTO platform_person_key (id, kind, wrapped, created_ms, destroyed_ms)
VALUES ($1, $2, $3, $4, NULL)
ON CONFLICT (id) DO NOTHING";

    /// A key is destroyed; that it was stays known, so that no other takes its place.
    DESTROY_KEY = "
UPDATE platform_person_key
SET wrapped = $2,
  destroyed_ms = $3
WHERE id = $1
  AND destroyed_ms IS NULL";
}

/// The ids in one statement.
const BATCH: usize = 8;
/// The most keys of one generation: some 5 MB.
const GENERATION_KEYS: usize = 32_768;
/// How long a generation gathers. A key that another process destroyed is forgotten after two of them.
const GENERATION_MS: i64 = 5 * 60_000;

#[derive(Clone)]
enum Held {
    Key(SubjectKey),
    Destroyed,
}

/// Two generations: what was not used in the last is forgotten, and what was just read is never the next to go.
#[derive(Default)]
struct Cache {
    young: HashMap<[u8; 16], Held>,
    old: HashMap<[u8; 16], Held>,
    since_ms: i64,
}

impl Cache {
    fn turn(&mut self, now_ms: i64) {
        let over = now_ms.saturating_sub(self.since_ms) >= GENERATION_MS;
        // A clock that was set back must not keep keys for ever.
        if over || now_ms < self.since_ms || self.young.len() >= GENERATION_KEYS {
            self.old = std::mem::take(&mut self.young);
            self.since_ms = now_ms;
        }
    }

    fn get(&self, subject: &[u8; 16]) -> Option<&Held> {
        self.young.get(subject).or_else(|| self.old.get(subject))
    }
}

/// The installation's keys and those of its people: everything that seals and opens.
pub struct PersonKeys {
    keys: Arc<Keys>,
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
}

fn wrapped_place(id: &str) -> Place<'_> {
    Place { table: "platform_person_key", column: "wrapped", row: id }
}

impl PersonKeys {
    /// Over the records as they are, without [`KeyedRecords`].
    pub fn new(keys: Arc<Keys>, records: Arc<dyn Records>, clock: Arc<dyn Clock>) -> Self {
        PersonKeys { keys, records, clock, cache: Mutex::new(Cache::default()) }
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        // A map is whole between its calls: what a thread that failed left is good.
        self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn held(&self, subject: &[u8; 16]) -> Option<Held> {
        self.cache().get(subject).cloned()
    }

    /// Reads the keys of these subjects, as far as they are not at hand.
    async fn fetch(&self, mut subjects: Vec<[u8; 16]>) -> Result<(), Failure> {
        subjects.sort_unstable();
        subjects.dedup();
        {
            let mut cache = self.cache();
            cache.turn(self.clock.now().0);
            subjects.retain(|subject| cache.get(subject).is_none());
        }
        for batch in subjects.chunks(BATCH) {
            let ids = (0..BATCH).map(|at| batch.get(at).unwrap_or(&batch[0]));
            let ids = ids.map(|id| Value::from(Uuid::from_bytes(*id).to_string())).collect();
            for row in self.records.point(SELECT_KEYS.into(), ids).await? {
                let (subject, held) = self.unwrap(&row)?;
                self.cache().young.insert(subject, held);
            }
        }
        Ok(())
    }

    fn unwrap(&self, row: &Row) -> Result<([u8; 16], Held), Failure> {
        let id: Uuid = row.id("id")?;
        if row.get::<Option<i64>>("destroyed_ms")?.is_some() {
            return Ok((id.into_bytes(), Held::Destroyed));
        }
        let wrapped: Vec<u8> = row.get("wrapped")?;
        let key = self.keys.open_value(wrapped_place(&id.to_string()), &wrapped)?;
        let key = Zeroizing::new(key);
        let key = key.as_slice().try_into().map_err(|_| PersonalError::Damaged)?;
        let key = SubjectKey { subject: id.into_bytes(), key: Arc::new(Zeroizing::new(key)) };
        Ok((id.into_bytes(), Held::Key(key)))
    }

    /// Reads the keys that the sealed values of some rows rest under.
    async fn fetch_for(&self, rows: &[Row]) -> Result<(), RecordsError> {
        let sealed = rows.iter().flat_map(Row::values).filter_map(|value| match value {
            Value::Bytes(bytes) => subject_of(bytes),
            _ => None,
        });
        let subjects: Vec<_> = sealed.collect();
        if subjects.is_empty() {
            return Ok(());
        }
        self.fetch(subjects).await.map_err(|failure| {
            tracing::error!(%failure, "the data keys of what was read are not to be had");
            RecordsError::Unavailable("data keys cannot be read".to_owned())
        })
    }

    /// The statement that destroys a subject's key. Forget it with [`PersonKeys::forget`] once it was applied.
    pub fn destruction(&self, subject: Uuid) -> Statement {
        let now = self.clock.now().0;
        Statement::any(DESTROY_KEY, values![subject.to_string(), Vec::<u8>::new(), now])
    }

    /// Forgets the key of a subject at once.
    pub fn forget(&self, subject: Uuid) {
        let mut cache = self.cache();
        cache.young.remove(subject.as_bytes());
        cache.old.remove(subject.as_bytes());
    }
}

impl Personal for PersonKeys {
    fn subject_key<'a>(
        &'a self,
        subject: Subject,
    ) -> BoxFuture<'a, Result<Option<SubjectKey>, Failure>> {
        Box::pin(async move {
            let (kind, id) = match subject {
                Subject::Installation => return Ok(None),
                Subject::Account(id) => ("account", id.to_string()),
                Subject::Person(id) => ("person", id.to_string()),
            };
            let uuid = Uuid::parse_str(&id).map_err(Failure::internal)?.into_bytes();
            self.fetch(vec![uuid]).await?;
            if self.held(&uuid).is_none() {
                let key = self.keys.fresh_key();
                let wrapped = self.keys.seal(wrapped_place(&id), &*key);
                let now = self.clock.now().0;
                // Durable before anything rests under it. Who comes second takes the first one's.
                let insert = Statement::any(INSERT_KEY, values![&id, kind, wrapped, now]);
                self.records.apply(WriteSet { statements: vec![insert] }).await?;
                self.fetch(vec![uuid]).await?;
            }
            match self.held(&uuid) {
                Some(Held::Key(key)) => Ok(Some(key)),
                Some(Held::Destroyed) => Err(PersonalError::Erased.into()),
                None => Err(PersonalError::KeyAway.into()),
            }
        })
    }

    fn seal_under(&self, key: &SubjectKey, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        self.keys.seal_under(key, place, clear)
    }

    fn seal(&self, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        self.keys.seal(place, clear)
    }

    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, PersonalError> {
        let Some(subject) = subject_of(sealed) else { return self.keys.open_value(place, sealed) };
        match self.held(&subject) {
            Some(Held::Key(key)) => self.keys.open_under(&key, place, sealed),
            Some(Held::Destroyed) => Err(PersonalError::Erased),
            None => Err(PersonalError::KeyAway),
        }
    }

    fn index(&self, field: &str, normalised: &str) -> Vec<u8> {
        self.keys.index(field, normalised)
    }

    fn keyed_hash(&self, purpose: &str, content: &[u8]) -> String {
        self.keys.keyed_hash(purpose, content)
    }
}

/// The records as the contract sees them: rows come with the keys of what is sealed in them.
pub struct KeyedRecords {
    /// The engine.
    pub engine: Arc<dyn Records>,
    /// Where keys are kept at hand.
    pub keys: Arc<PersonKeys>,
}

impl Records for KeyedRecords {
    fn point<'a>(
        &'a self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<Row>, RecordsError>> {
        Box::pin(async move {
            let rows = self.engine.point(sql, values).await?;
            self.keys.fetch_for(&rows).await?;
            Ok(rows)
        })
    }

    fn scan<'a>(
        &'a self,
        sql: Cow<'static, str>,
        values: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<Row>, RecordsError>> {
        Box::pin(async move {
            let rows = self.engine.scan(sql, values).await?;
            self.keys.fetch_for(&rows).await?;
            Ok(rows)
        })
    }

    fn apply<'a>(&'a self, set: WriteSet) -> BoxFuture<'a, Result<(), RecordsError>> {
        self.engine.apply(set)
    }
}

#[cfg(test)]
mod tests;
