//! Uploads that were stored and belong to nothing yet: whose they are, for a day.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::access::Principal;
use minshu_kernel::clock::Clock;
use minshu_kernel::ctx::StagedUploads;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::IdSource;
use minshu_kernel::objects::{Body, Limits, ObjectAddress, ObjectsError, Stored};
use minshu_kernel::personal::Subject;
use minshu_kernel::records::{Records, Statement, WriteSet};
use minshu_kernel::values;
use minshu_storage::objects::ObjectStorage;

use crate::file_keys::FileKeys;
use crate::house::House;
use crate::housekeeping::{ATTACHING_MS, KEEP_UPLOADS_MS};
use crate::scan::Clamd;
use crate::store;

/// A body that is there at once.
struct Whole(Option<Bytes>);

impl Body for Whole {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(std::future::ready(Ok(self.0.take())))
    }
}

/// Keeps whose an upload is.
pub struct Uploads {
    records: Arc<dyn Records>,
    engine: Arc<ObjectStorage>,
    keys: Arc<FileKeys>,
    /// What looks at files before anybody can use them, where there is one.
    scanner: Option<Arc<Clamd>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Uploads {
    /// Over the records and the objects.
    pub fn new(
        records: Arc<dyn Records>,
        engine: Arc<ObjectStorage>,
        keys: Arc<FileKeys>,
        scanner: Option<Arc<Clamd>>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Uploads { records, engine, keys, scanner, clock, ids, files, bytes }
    }

    /// How many files this process has taken, and their bytes.
    pub fn taken(&self) -> (u64, u64) {
        (self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    /// Takes a file from somebody: it is checked, encrypted under a key of its own, and theirs until it is given to whom
    /// it is about. What is wrong with the file itself is the inner error.
    ///
    /// # Errors
    /// Where the records do not answer, or refuse.
    pub async fn receive(
        &self,
        who: &Principal,
        body: &mut dyn Body,
        limits: &Limits,
    ) -> Result<Result<Stored, ObjectsError>, Failure> {
        let (stored, key) = match self.engine.put_keyed(body, limits).await {
            Ok(received) => received,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(scanner) = &self.scanner
            && let Err(refused) = scanner.admit(&self.engine, &stored, &key).await
        {
            return Ok(Err(refused));
        }
        let sender = Subject::owning(who.account(), who.person, None);
        let staged = self.keys.stage(&stored.address, &key, sender).await?;
        self.note(who, &stored, staged).await?;
        Ok(Ok(stored))
    }

    /// Notes that this principal sent it, and its key.
    async fn note(
        &self,
        who: &Principal,
        stored: &Stored,
        staged: Statement,
    ) -> Result<(), Failure> {
        let bytes = i64::try_from(stored.bytes).map_err(Failure::internal)?;
        let now = self.clock.now().0;
        let statement = Statement::one(
            store::INSERT_UPLOAD,
            values![
                self.ids.next().to_string(),
                stored.address.as_str(),
                who.reference(),
                &stored.kind,
                bytes,
                &stored.fingerprint,
                now,
                now + KEEP_UPLOADS_MS + ATTACHING_MS
            ],
        );
        self.records.apply(WriteSet { statements: vec![statement, staged] }).await?;
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(stored.bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl StagedUploads for Uploads {
    fn find<'a>(
        &'a self,
        who: &'a Principal,
        address: &'a ObjectAddress,
    ) -> BoxFuture<'a, Result<Option<Stored>, Failure>> {
        Box::pin(async move {
            let since = self.clock.now().0 - KEEP_UPLOADS_MS;
            let asked = values![address.as_str(), who.reference(), since];
            let rows = self.records.point(store::FIND_UPLOAD.into(), asked).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let bytes: i64 = row.get("bytes")?;
            Ok(Some(Stored {
                address: address.clone(),
                bytes: bytes.unsigned_abs(),
                kind: row.get("kind")?,
                fingerprint: row.get("fingerprint")?,
            }))
        })
    }

    fn keep<'a>(
        &'a self,
        who: &'a Principal,
        content: Bytes,
        kind: &'a str,
    ) -> BoxFuture<'a, Result<Stored, Failure>> {
        Box::pin(async move {
            let max_bytes = content.len() as u64;
            let limits = Limits { max_bytes, kinds: vec![kind.to_owned()] };
            let mut body = Whole(Some(content));
            let (stored, key) = self.engine.put_keyed(&mut body, &limits).await?;
            let maker = Subject::owning(who.account(), who.person, None);
            let staged = self.keys.stage(&stored.address, &key, maker).await?;
            self.note(who, &stored, staged).await?;
            Ok(stored)
        })
    }

    fn give<'a>(
        &'a self,
        address: &'a ObjectAddress,
        to: Subject,
    ) -> BoxFuture<'a, Result<Vec<Statement>, Failure>> {
        Box::pin(self.keys.give(address, to))
    }
}

/// The addresses that rows of uploads name and that are not there, as hexadecimal digits; a row lives as long as its
/// object is of use.
pub async fn missing(
    house: &House,
    is_there: &(dyn Fn(&str) -> bool + Send + Sync),
) -> Result<Vec<String>, Failure> {
    let (mut gone, mut after) = (Vec::new(), String::new());
    loop {
        let asked = values![&after, 2_000_i64];
        let rows = house.services.records.scan(store::UPLOADS_AFTER.into(), asked).await?;
        for row in &rows {
            let address: String = row.get("address")?;
            let there = ObjectAddress::parse(&address).is_some_and(|a| is_there(a.hex()));
            if !there {
                gone.push(address);
            }
        }
        match rows.last() {
            Some(row) => after = row.get("id")?,
            None => return Ok(gone),
        }
    }
}

/// The objects of the newest uploads, so many at most.
///
/// # Errors
/// Where the database does not answer.
pub async fn newest(records: &dyn Records, count: i64) -> Result<Vec<ObjectAddress>, Failure> {
    let rows = records.point(store::NEWEST_UPLOADS.into(), values![count]).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.extend(ObjectAddress::parse(&row.get::<String>("address")?));
    }
    Ok(found)
}

/// The addresses that rows of uploads name.
///
/// # Errors
/// Where the database does not answer.
pub async fn known(house: &House) -> Result<HashSet<String>, Failure> {
    let (mut known, mut after) = (HashSet::new(), String::new());
    loop {
        let asked = values![&after, 2_000_i64];
        let rows = house.services.records.scan(store::UPLOADS_AFTER.into(), asked).await?;
        for row in &rows {
            known.insert(row.get("address")?);
        }
        match rows.last() {
            Some(row) => after = row.get("id")?,
            None => return Ok(known),
        }
    }
}
