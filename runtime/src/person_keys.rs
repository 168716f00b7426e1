//! The data keys of persons and accounts: made with the first value, wrapped by the installation's key where they rest,
//! kept in memory for a while, destroyed for good by erasure.
//!
//! Opening is not asynchronous and keys are rows, so keys come with the rows that need them: [`KeyedRecords`] stands
//! before the records and reads the keys of all sealed values of an answer in one statement.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use minshu_kernel::BoxFuture;
use minshu_kernel::clock::Clock;
use minshu_kernel::error::Failure;
use minshu_kernel::personal::{Personal, PersonalError, Place, Subject, SubjectKey};
use minshu_kernel::records::{Records, RecordsError, Row, Statement, Value, WriteSet};
use minshu_kernel::{statements, values};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::house::House;
use crate::key_archive::WrappedKey;
use crate::keys::{Keys, hex, key_of, subject_key, subject_of, unhex};

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

    /// The keys after an id, in its order.
    KEYS_AFTER = "
SELECT id, wrapped
FROM platform_person_key
WHERE id > $1
ORDER BY id
LIMIT $2";

    /// The rows after an id, in its order.
    ROWS_AFTER = "
SELECT id, kind, wrapped, created_ms, destroyed_ms
FROM platform_person_key
WHERE id > $1
ORDER BY id
LIMIT $2";

    /// A key from a back-up.
    PUT_KEY_BACK = "
INSERT INTO platform_person_key (id, kind, wrapped, created_ms, destroyed_ms)
VALUES ($1, $2, $3, $4, $5)";

    /// A key is wrapped anew, unless it was destroyed meanwhile.
    REWRAP_KEY = "
UPDATE platform_person_key
SET wrapped = $3
WHERE id = $1
  AND wrapped = $2";

    /// Keys that were destroyed of late.
    DESTROYED_SINCE = "
SELECT id
FROM platform_person_key
WHERE destroyed_ms IS NOT NULL
  AND destroyed_ms >= $1
ORDER BY destroyed_ms DESC
LIMIT $2";

    /// An audit entry from before the installation had a data key of its own.
    WRITTEN_BEFORE = "
SELECT a.id
FROM platform_audit a
WHERE a.at_ms < (
    SELECT k.created_ms
    FROM platform_person_key k
    WHERE k.id = $1
)
LIMIT 1";

    /// A key is destroyed; that it was stays known, so that no other takes its place.
    DESTROY_KEY = "
INSERT INTO platform_person_key (id, kind, wrapped, created_ms, destroyed_ms)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (id) DO UPDATE SET wrapped = excluded.wrapped, destroyed_ms = excluded.destroyed_ms";
}

/// The ids in one statement.
const BATCH: usize = 8;
/// The most keys of one generation: some 5 MB.
const GENERATION_KEYS: usize = 32_768;
/// How long a generation gathers. A key that is not used is forgotten after two of them.
const GENERATION_MS: i64 = 5 * 60_000;
/// How far back destroyed keys are looked for: twice as long as any key is at hand, since clocks of processes differ.
const LOOK_BACK_MS: i64 = 4 * GENERATION_MS;
/// Where so many were destroyed of late, everything at hand is forgotten instead.
const LATE_MOST: i64 = 1_000;
/// How often a process looks for keys that others destroyed.
const LOOK: Duration = Duration::from_secs(1);

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
    /// The installation's own data key: what is nobody's rests under it and not under the key file's, so that a change of
    /// those rewraps keys alone.
    own: OnceLock<SubjectKey>,
}

/// The subject of what is nobody's.
const INSTALLATION: [u8; 16] = [0; 16];

fn kind_of(subject: Subject) -> &'static str {
    match subject {
        Subject::Installation => "installation",
        Subject::Account(_) => "account",
        Subject::Person(_) => "person",
    }
}

fn wrapped_place(id: &str) -> Place<'_> {
    Place { table: "platform_person_key", column: "wrapped", row: id }
}

impl PersonKeys {
    /// Over the records as they are, without [`KeyedRecords`].
    pub fn new(keys: Arc<Keys>, records: Arc<dyn Records>, clock: Arc<dyn Clock>) -> Self {
        let cache = Mutex::new(Cache::default());
        PersonKeys { keys, records, clock, cache, own: OnceLock::new() }
    }

    /// Makes or finds the installation's own data key.
    ///
    /// # Errors
    /// Where the records do not answer, or the key file does not open it.
    pub async fn prepare(&self) -> Result<(), Failure> {
        let key = self.find_or_make("installation", INSTALLATION).await?;
        let _the_same = self.own.set(key);
        Ok(())
    }

    /// Wraps keys anew that rest under another key of the installation than the current one: of some after an id, in its
    /// order. Answers the last id that was looked at, and how many were wrapped.
    ///
    /// # Errors
    /// Where the records do not answer, or a key does not open.
    pub async fn rewrap(
        &self,
        after: &str,
        limit: i64,
    ) -> Result<Option<(String, usize)>, Failure> {
        let rows = self.records.scan(KEYS_AFTER.into(), values![after, limit]).await?;
        let current = self.keys.ids().first().copied();
        let mut statements = Vec::new();
        for row in &rows {
            let wrapped: Vec<u8> = row.get("wrapped")?;
            let id: String = row.get("id")?;
            // Destroyed ones are empty.
            if wrapped.is_empty() || key_of(&wrapped) == current {
                continue;
            }
            let key = Zeroizing::new(self.keys.open_value(wrapped_place(&id), &wrapped)?);
            let again = self.keys.seal(wrapped_place(&id), &key);
            statements.push(Statement::any(REWRAP_KEY, values![id, wrapped, again]));
        }
        let done = statements.len();
        if done > 0 {
            self.records.apply(WriteSet { statements }).await?;
        }
        let last = rows.last().map(|row| row.get::<String>("id")).transpose()?;
        Ok(last.map(|last| (last, done)))
    }

    /// Whether a value may rest directly under a key of the key file: something was written before there was a data key of
    /// the installation.
    ///
    /// # Errors
    /// Where the records do not answer.
    pub async fn older_values(&self) -> Result<bool, Failure> {
        let id = Uuid::from_bytes(INSTALLATION).to_string();
        let rows = self.records.point(WRITTEN_BEFORE.into(), values![id]).await?;
        Ok(!rows.is_empty())
    }

    async fn find_or_make(&self, kind: &str, subject: [u8; 16]) -> Result<SubjectKey, Failure> {
        let id = Uuid::from_bytes(subject).to_string();
        self.fetch(vec![subject]).await?;
        if self.held(&subject).is_none() {
            let key = self.keys.fresh_key();
            let wrapped = self.keys.seal(wrapped_place(&id), &*key);
            let now = self.clock.now().0;
            // Durable before anything rests under it. Who comes second takes the first one's.
            let insert = Statement::any(INSERT_KEY, values![&id, kind, wrapped, now]);
            self.records.apply(WriteSet { statements: vec![insert] }).await?;
            self.fetch(vec![subject]).await?;
        }
        match self.held(&subject) {
            Some(Held::Key(key)) => Ok(key),
            Some(Held::Destroyed) => Err(PersonalError::Erased.into()),
            None => Err(PersonalError::KeyAway.into()),
        }
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
        let key = subject_key(id.into_bytes(), key);
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

    /// Forgets the keys at hand, where some of what was applied destroyed one.
    pub fn forget_destroyed(&self, applied: bool) {
        if applied {
            *self.cache() = Cache::default();
        }
    }

    /// Looks for keys that other processes destroyed: what rests under them opens no more. Answers how many were at hand.
    ///
    /// # Errors
    /// Where the records do not answer.
    pub async fn notice(&self) -> Result<usize, Failure> {
        let since = self.clock.now().0 - LOOK_BACK_MS;
        let rows = self.records.point(DESTROYED_SINCE.into(), values![since, LATE_MOST]).await?;
        if i64::try_from(rows.len()).is_ok_and(|found| found >= LATE_MOST) {
            *self.cache() = Cache::default();
            return Ok(rows.len());
        }
        let mut noticed = 0;
        for row in &rows {
            let subject = row.id::<Uuid>("id")?.into_bytes();
            let mut cache = self.cache();
            if matches!(cache.get(&subject), Some(Held::Key(_))) {
                cache.young.insert(subject, Held::Destroyed);
                cache.old.remove(&subject);
                noticed += 1;
            }
        }
        Ok(noticed)
    }

    /// Whether a set destroys a key: then [`PersonKeys::forget_destroyed`] once it is applied.
    pub fn destroys(set: &WriteSet) -> bool {
        set.statements.iter().any(|statement| statement.sql == DESTROY_KEY)
    }
}

/// Looks for keys that other processes destroyed, until told to stop. A process that is alone destroys its own.
pub async fn follow(house: Arc<House>) {
    if house.single_process {
        return;
    }
    loop {
        tokio::time::sleep(LOOK).await;
        if let Err(error) = house.person_keys.notice().await {
            tracing::warn!(%error, "destroyed keys are looked for again in a moment");
        }
    }
}

/// Every wrapped key as its row holds it, for a back-up of the keys.
///
/// # Errors
/// Where the records do not answer.
pub async fn all(records: &dyn Records) -> Result<Vec<WrappedKey>, Failure> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let rows = records.scan(ROWS_AFTER.into(), values![&after, 2_000_i64]).await?;
        for row in &rows {
            let wrapped: Vec<u8> = row.get("wrapped")?;
            found.push(WrappedKey {
                id: row.get("id")?,
                kind: row.get("kind")?,
                wrapped: hex(&wrapped),
                created_ms: row.get("created_ms")?,
                destroyed_ms: row.get("destroyed_ms")?,
            });
        }
        match rows.last() {
            Some(row) => after = row.get("id")?,
            None => return Ok(found),
        }
    }
}

/// Puts wrapped keys back into records that were restored without them.
///
/// # Errors
/// Where a key is no hexadecimal text, or the records refuse.
pub async fn put_back(records: &dyn Records, keys: &[WrappedKey]) -> Result<(), Failure> {
    for some in keys.chunks(200) {
        let mut statements = Vec::new();
        for key in some {
            let wrapped = unhex(&key.wrapped).ok_or(PersonalError::Damaged)?;
            statements.push(Statement::one(
                PUT_KEY_BACK,
                values![&key.id, &key.kind, wrapped, key.created_ms, key.destroyed_ms],
            ));
        }
        records.apply(WriteSet { statements }).await?;
    }
    Ok(())
}

impl Personal for PersonKeys {
    fn subject_key<'a>(
        &'a self,
        subject: Subject,
    ) -> BoxFuture<'a, Result<Option<SubjectKey>, Failure>> {
        Box::pin(async move {
            let id = match subject {
                Subject::Installation => return Ok(None),
                Subject::Account(id) => id.to_string(),
                Subject::Person(id) => id.to_string(),
            };
            let kind = kind_of(subject);
            let uuid = Uuid::parse_str(&id).map_err(Failure::internal)?.into_bytes();
            self.find_or_make(kind, uuid).await.map(Some)
        })
    }

    fn seal_under(&self, key: &SubjectKey, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        self.keys.seal_under(key, place, clear)
    }

    fn seal(&self, place: Place<'_>, clear: &[u8]) -> Vec<u8> {
        match self.own.get() {
            Some(key) => self.keys.seal_under(key, place, clear),
            None => self.keys.seal(place, clear),
        }
    }

    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, PersonalError> {
        let Some(subject) = subject_of(sealed) else { return self.keys.open_value(place, sealed) };
        if let (INSTALLATION, Some(key)) = (subject, self.own.get()) {
            return self.keys.open_under(key, place, sealed);
        }
        match self.held(&subject) {
            Some(Held::Key(key)) => self.keys.open_under(&key, place, sealed),
            Some(Held::Destroyed) => Err(PersonalError::Erased),
            None => Err(PersonalError::KeyAway),
        }
    }

    fn destruction(&self, subject: Subject) -> Option<Statement> {
        let id = match subject {
            Subject::Installation => return None,
            Subject::Account(id) => id.to_string(),
            Subject::Person(id) => id.to_string(),
        };
        let now = self.clock.now().0;
        // One that never had a key has none from now on either.
        Some(Statement::any(DESTROY_KEY, values![id, kind_of(subject), Vec::<u8>::new(), now]))
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
        Box::pin(crate::leases::apply(&*self.engine, set))
    }
}

#[cfg(test)]
mod tests;
